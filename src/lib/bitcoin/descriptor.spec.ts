import { expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { unhex, value } from '../../../tests/support/hex.ts';
import { toHex } from '../crypto/bytes.ts';
import { addressOfScript } from './address.ts';
import { outputAt, type Path } from './branches.ts';
import {
  depositDescriptor,
  descriptorChecksum,
  descriptorsOf,
  fingerprintOf,
  xpubOf,
} from './descriptor.ts';

/*
 * The custody key of the known ceremony of five (tests/conformance). What follows from it was recorded
 * once this code had reproduced what Bitcoin Core derives for another key.
 */
const threshPk = unhex('023db9dc1dfbdd2177dfdfaa9a09b7877736db4572444f594c202bd223189f7852');
const deposit: Path = [
  2, 452420951, 1485614878, 1353174031, 1795873203, 966826401, 149024559, 644307938, 349981303,
];
const xpub =
  'xpub661MyMwAqRbcFt6tk3uaczE1y6EvM1TqXvawXcYmFEWijEM4PDBnuCXwwV7hXm23GLCD7J2FAAp9FLXeF9ne4NcMP43R7qQmHNCtknH8gZY';
const tpub =
  'tpubD6NzVbkrYhZ4XgHkCEtfpuZPJDLaLPxu5ZBEtAbub9GcUX1mTS2t3eCnBXCV4FyH4Ej7isY7hGeBwX2Fe1dswp4eSenioN4zsKoJWmU6Czg';

it('extended key and fingerprint', () => {
  expect(toHex(fingerprintOf(threshPk))).toBe('76e866ab');
  expect(xpubOf('mainnet', threshPk)).toBe(xpub);
  for (const network of ['testnet4', 'signet', 'regtest'] as const)
    expect(xpubOf(network, threshPk)).toBe(tpub);
});

it('descriptors', () => {
  expect(descriptorsOf('mainnet', threshPk)).toEqual({
    main: `tr([76e866ab]${xpub}/<0;1>/*)#j493q566`,
    fees: `tr([76e866ab]${xpub}/3/*)#txtu5r6r`,
  });
  expect(descriptorsOf('signet', threshPk)).toEqual({
    main: `tr([76e866ab]${tpub}/<0;1>/*)#lnxymkvt`,
    fees: `tr([76e866ab]${tpub}/3/*)#9yqqgytn`,
  });
  expect(depositDescriptor('mainnet', threshPk, deposit)).toBe(
    `tr([76e866ab]${xpub}/${deposit.join('/')})#h8ysry2h`,
  );
});

it.each(implementations)('addresses, $name', ({ secp256k1 }) => {
  const addresses = ([[0, 0], [0, 1], [1, 0], [3, 0], deposit] as const).map((path) =>
    addressOfScript('mainnet', value(outputAt(secp256k1, threshPk, path)).script),
  );
  expect(addresses).toEqual([
    'bc1pd42tfwwsqzfrn3w8j89pvgra7t3wnjsdmz9wg3tdj2x6pg8t7hjqr6elhh',
    'bc1pcqyd2y5sq3xjq4df7ht9hpefjlrkthqwsqglh4rgkygkd9lujmwqffph53',
    'bc1pk57ud2qk38erj7a2jsct322x92nfhuna0f3lj8hnnvpm5xkmaqjs7czhsx',
    'bc1pldgp4jlstzjvqh9h9lx2g3seanpv3ypwzflety4tjskmdk6d6rsqrevtca',
    'bc1p0tsvax6hes0xsaxc6h90q5s6p3t0xwgeqaxwm8uunt8gre04wjps8t0fp0',
  ]);
});

it('the checksum is that of BIP 380', () => {
  expect(descriptorChecksum('raw(deadbeef)')).toBe('89f8spxm');
  for (const wrong of ['raw(deedbeef)', 'raw(dEadbeef)', 'raw(deadbeef))'])
    expect(descriptorChecksum(wrong)).not.toBe('89f8spxm');
  expect(descriptorChecksum('raw(Ü)')).toBeUndefined();
  expect(descriptorChecksum('raw(\n)')).toBeUndefined();
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../crypto/bytes.ts';
import { addressOfScript, scriptOfAddress } from './address.ts';

// BIP 350's example, BIP 173's, and a P2SH address.
it.each([
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', '5120', 68],
  ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '0014', 44],
  ['3P14159f73E4gFr7JterCCQh9QjiTjiZrG', 'a914', 46],
])('%s', (address, begins, length) => {
  const script = toHex(scriptOfAddress('mainnet', address)!);
  expect(script.startsWith(begins)).toBe(true);
  expect(script).toHaveLength(length);
  const canonical = address.startsWith('3') ? address : address.toLowerCase();
  expect(addressOfScript('mainnet', fromHex(script)!)).toBe(canonical);
  expect(scriptOfAddress('regtest', address)).toBeUndefined();
  for (let i = 0; i < address.length; i++) {
    const other = address[i] === 'q' ? 'p' : 'q';
    const wrong = address.slice(0, i) + other + address.slice(i + 1);
    if (wrong.toLowerCase() !== address.toLowerCase())
      expect(scriptOfAddress('mainnet', wrong)).toBeUndefined();
  }
});

it.each([
  ['P2PKH', `76a914${'11'.repeat(20)}88ac`, 'mh5CE8Nbj38iND267s4XnvhSmhDW7yWc6Q'],
  ['P2SH', `a914${'11'.repeat(20)}87`, '2MtoTvMi65NXBt3sTCXNd1aqKGa7gXsX8CC'],
  ['an anchor', '51024e73', 'bcrt1pfeesnyr2tx'],
  [
    'the last version',
    `6028${'11'.repeat(40)}`,
    'bcrt1szyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3pnjlvx',
  ],
])('%s on regtest', (_, script, address) => {
  expect(addressOfScript('regtest', fromHex(script)!)).toBe(address);
  expect(toHex(scriptOfAddress('regtest', address)!)).toBe(script);
});

it.each([
  ['nothing', ''],
  ['a bare opcode', '51'],
  ['OP_RETURN', '6a0401020304'],
  ['a bare key', `21${'02'.repeat(33)}ac`],
  ['version 0 of 31 bytes', `001f${'11'.repeat(31)}`],
  ['the opcode between versions 0 and 1', `5020${'11'.repeat(32)}`],
  ['version 17', `6120${'11'.repeat(32)}`],
  ['a push that is too short', `511f${'11'.repeat(32)}`],
  ['a program of 41 bytes', `5129${'11'.repeat(41)}`],
  ['P2PKH without its last opcode', `76a914${'11'.repeat(20)}88`],
  ['P2SH with a byte more', `a914${'11'.repeat(20)}8700`],
])('%s has no address', (_, script) => {
  expect(addressOfScript('mainnet', fromHex(script)!)).toBeUndefined();
});

it('every script of a standard form is the script of its address', () => {
  const form = fc.constantFrom(
    ['76a914', 20, '88ac'] as const,
    ['a914', 20, '87'] as const,
    ['0014', 20, ''] as const,
    ['0020', 32, ''] as const,
    ['5120', 32, ''] as const,
    ['5202', 2, ''] as const,
    ['6028', 40, ''] as const,
  );
  const network = fc.constantFrom('mainnet', 'testnet4', 'signet', 'regtest');
  const payload = fc.uint8Array({ minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(network, form, payload, (on, [begin, length, end], filler) => {
      const script = concat(fromHex(begin)!, filler.subarray(0, length), fromHex(end)!);
      expect(scriptOfAddress(on, addressOfScript(on, script)!)).toEqual(script);
    }),
  );
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { be32, concat } from '../crypto/bytes.ts';
import { branchOf } from './branches.ts';
import { depositPath } from './deposit.ts';

const recipient = new Uint8Array(32).fill(7);

// Recorded from this code.
it.each([
  [
    'mainnet',
    7,
    3,
    [452420951, 1485614878, 1353174031, 1795873203, 966826401, 149024559, 644307938, 349981303],
  ],
  [
    'mainnet',
    7,
    4,
    [1471127761, 180308782, 1536879681, 258583045, 503971758, 97707061, 625976664, 889853071],
  ],
  [
    'mainnet',
    8,
    3,
    [983086813, 1793117125, 795496494, 2086949642, 1253541198, 545599060, 22587356, 1310610740],
  ],
  [
    'testnet4',
    7,
    3,
    [1243533987, 532361998, 1421312990, 855286540, 1845674358, 2138458633, 1682972508, 758068191],
  ],
] as const)('%s, recipient %i, index %i', (network, byte, index, chunks) => {
  expect(depositPath(network, new Uint8Array(32).fill(byte), index)).toEqual([2, ...chunks]);
});

it('is what its description says', () => {
  const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
  const tag = sha256('Conclave/deposit address v1');
  fc.assert(
    fc.property(
      fc.constantFrom('mainnet', 'testnet4', 'signet', 'regtest'),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(2 ** 31 - 1),
      (network, key, index) => {
        const hash = sha256(concat(tag, tag, key, be32(index), Buffer.from(network)));
        const bits = Array.from(hash, (byte) => byte.toString(2).padStart(8, '0')).join('');
        const chunks = bits.slice(0, 248).match(/.{31}/g)!;
        const path = depositPath(network, key, index);
        expect(path).toEqual([2, ...chunks.map((chunk) => parseInt(chunk, 2))]);
        expect(branchOf(path as number[])).toBe('deposit');
      },
    ),
  );
});

it.each([
  ['a short recipient', recipient.subarray(1), 0, 'input-length'],
  ['a long recipient', concat(recipient, recipient), 0, 'input-length'],
  ['a negative index', recipient, -1, 'derivation-impossible'],
  ['a hardened index', recipient, 2 ** 31, 'derivation-impossible'],
  ['half an index', recipient, 0.5, 'derivation-impossible'],
])('%s', (_, key, index, fault) => {
  expect(depositPath('regtest', key, index)).toMatchObject({ fault });
});

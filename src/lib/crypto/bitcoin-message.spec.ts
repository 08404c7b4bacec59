import { base64 } from '@scure/base';
import { expect, it } from 'vitest';
import { bareSignature, bitcoinMessageDigest, bitcoinMessageHolds } from './bitcoin-message.ts';

// A public answer of the Ledger app for its default test seed, m/44'/1'/0'/0/0.
const text = 'The Times 03/Jan/2009 Chancellor on brink of second bailout for banks.';
const signed = base64.decode(
  'IOR4YRVlmJGMx+H7PgQvHzWAF0HAgrUggQeRdnoWKpypfaAberpvF+XbOCM5Cd/ljogNyU3w2OIL8eYCyZ6Ru2k=',
);

it('a signature recovers to one key, and holds under it for its text alone', async () => {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js');
  const bare = bareSignature(signed)!;
  const key = secp256k1.Signature.fromBytes(bare)
    .addRecoveryBit(signed[0]! - 31)
    .recoverPublicKey(bitcoinMessageDigest(text))
    .toBytes(true);
  expect(bitcoinMessageHolds(key, text, bare)).toBe(true);
  expect(bitcoinMessageHolds(key, `${text} `, bare)).toBe(false);
  for (let i = 0; i < 64; i++) {
    const changed = bare.slice();
    changed[i]! ^= 1;
    expect(bitcoinMessageHolds(key, text, changed)).toBe(false);
  }
  expect(bitcoinMessageHolds(key, text, signed)).toBe(false);
  expect(bitcoinMessageHolds(key.slice(1), text, bare)).toBe(false);
});

it('the other s is refused: one statement has one signature of one length', async () => {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js');
  const key = secp256k1.getPublicKey(new Uint8Array(32).fill(7), true);
  const good = secp256k1.sign(bitcoinMessageDigest('yes'), new Uint8Array(32).fill(7), {
    prehash: false,
  });
  const { r, s } = secp256k1.Signature.fromBytes(good);
  const high = new secp256k1.Signature(r, secp256k1.Point.Fn.ORDER - s).toBytes();
  expect(bitcoinMessageHolds(key, 'yes', good)).toBe(true);
  expect(bitcoinMessageHolds(key, 'yes', high)).toBe(false);
});

it('headers of every kind of address, and no others', () => {
  const with1 = (header: number) => bareSignature(Uint8Array.of(header, ...new Uint8Array(64)));
  expect([26, 27, 31, 34, 39, 42, 43].map((header) => with1(header)?.length)).toEqual([
    undefined,
    64,
    64,
    64,
    64,
    64,
    undefined,
  ]);
  expect(bareSignature(new Uint8Array(64))).toBeUndefined();
});

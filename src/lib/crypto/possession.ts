import type { Group, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { concat, wipe, type Bytes } from './bytes.ts';
import { decodePoint, decodeScalar } from './decode.ts';
import { schnorrHolds } from './schnorr.ts';
import { taggedHash512, tags, type Tag } from './tagged-hash.ts';

/*
 * A proof to know one secret, of either group: Schnorr's, over a message that says what it is for.
 *
 * It is never a signature. A signature's challenge is another hash: BIP 340 takes SHA-256 under its
 * own tag; Ed25519 takes SHA-512, with R and the key at its beginning, where here the tag's hash
 * stands, which is nobody's key. Nor is it a share of one: FROST binds a share to nonces that its
 * signer announced before, and weighs it with a coefficient over all signers; the nonce here is made
 * for one proof, from a hash of its own, and nobody else's comes into it.
 */

/** A scalar from a hash; the wide reduction makes it uniform in both groups. */
function toScalar(group: Group, tag: Tag, ...parts: Uint8Array[]): Scalar {
  const wide = taggedHash512(tag, ...parts);
  const scalar = group.scalarFromBytesWide(wide);
  wipe(wide);
  return scalar;
}

/**
 * Proves to know `secret`, which is not zero: R ‖ s with s·B = R + e·P, 65 bytes on secp256k1 and 64
 * on Ed25519. The caller wipes the secret.
 *
 * The nonce is a hash of the secret and the message too: poor randomness repeats it for the same
 * message only, and then the proof is the same.
 * @param random 32 fresh bytes
 * @throws RangeError where `random` has another length: its end and the message's begin would be unclear
 */
export function provePossession(
  group: Group,
  secret: Scalar,
  message: Uint8Array,
  random: Uint8Array,
): Bytes {
  expectSecrets('proof of possession', group);
  if (random.length !== 32) throw new RangeError('A proof takes 32 random bytes.');
  const P = group.pointToBytes(group.mulBase(secret));
  const k = toScalar(group, tags.possessionNonce, secret, P, random, message);
  const R = group.pointToBytes(group.mulBase(k));
  const e = toScalar(group, tags.possessionChallenge, R, P, message);
  const ex = group.scalarMul(e, secret);
  const s = group.scalarAdd(k, ex);
  wipe(k, ex);
  return concat(R, s);
}

/**
 * Whether the proof shows that its maker knew the secret of `pubkey` (the group's encoding) and meant
 * this message. Any lengths and bytes; never throws. Key and R are not the identity, and every value
 * has its one canonical encoding.
 */
export function possessionHolds(
  group: Group,
  pubkey: Uint8Array,
  message: Uint8Array,
  proof: Uint8Array,
): boolean {
  const r = proof.subarray(0, -32);
  const P = decodePoint(group, pubkey);
  const R = decodePoint(group, r);
  const s = decodeScalar(group, proof.subarray(-32));
  if (!P || !R || !s) return false;
  return schnorrHolds(group, {
    R,
    P,
    s,
    e: toScalar(group, tags.possessionChallenge, r, pubkey, message),
  });
}

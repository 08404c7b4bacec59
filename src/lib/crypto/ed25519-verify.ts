import { sha512 } from '@noble/hashes/sha2.js';
import type { Group, Scalar, SchnorrEquation } from '../wasm/group.ts';
import { concat } from './bytes.ts';
import { decodePoint } from './decode.ts';
import { schnorrHolds } from './schnorr.ts';

/** The challenge of RFC 8032 and RFC 9591: SHA-512(R ‖ A ‖ message) reduced; encodings of 32 bytes. */
export function ed25519Challenge(
  group: Group,
  R: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
): Scalar {
  return group.scalarFromBytesWide(sha512(concat(R, publicKey, message)));
}

/** The equation s·B = R + e·A of a signature; undefined if a part is not acceptable. */
export function ed25519Equation(
  group: Group,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SchnorrEquation | undefined {
  if (signature.length !== 64) return undefined;
  const r = signature.subarray(0, 32);
  const P = decodePoint(group, publicKey);
  const R = decodePoint(group, r);
  const s = group.scalarFromBytesChecked(signature.subarray(32));
  if (!P || !R || !s) return undefined;
  return { R, P, s, e: ed25519Challenge(group, r, publicKey, message) };
}

/**
 * Whether an Ed25519 signature (64 bytes, any message) is valid under a public key (32 bytes),
 * strictly. Any lengths; never throws.
 *
 * Policy: key and R are canonical encodings, of prime order and not the identity; s is below the
 * order; s·B = R + e·A holds without a cofactor. The keys and signatures made here are always like
 * that. Whatever this accepts, every verifier in use accepts, cofactored, cofactorless or ZIP 215:
 * between prime-order points the rules agree. The reverse does not hold: signatures over points with
 * a small-order part, on which those verifiers differ, are refused.
 */
export function ed25519Verify(
  group: Group,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const equation = ed25519Equation(group, publicKey, message, signature);
  return equation !== undefined && schnorrHolds(group, equation);
}

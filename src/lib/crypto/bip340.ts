import type { Group, Point, Scalar, SchnorrEquation } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { concat, wipe, xor, type Bytes } from './bytes.ts';
import { decodePoint } from './decode.ts';
import { schnorrBatch, schnorrHolds } from './schnorr.ts';
import { taggedHash, tags, type Tag } from './tagged-hash.ts';

/** The three hash tags of a BIP-340 signature; ChillDKG's proofs of possession have their own set. */
export interface SchnorrTags {
  readonly aux: Tag;
  readonly nonce: Tag;
  readonly challenge: Tag;
}

const bip340: SchnorrTags = {
  aux: tags.bip340Aux,
  nonce: tags.bip340Nonce,
  challenge: tags.bip340Challenge,
};

const EVEN = Uint8Array.of(2);

/** The x coordinate, 32 bytes big endian: the BIP-340 public key of a secp256k1 point. */
export const xOnly = (point: Point): Bytes => point.slice(0, 32);

/** The point or its negative, whichever has the even y. */
export const evenPoint = (group: Group, point: Point): Point =>
  hasEvenY(point) ? point : group.negate(point);

/** Whether y is even. The point is not the identity. */
export const hasEvenY = (point: Point): boolean => (point[63]! & 1) === 0;

/** The point with this x coordinate (32 bytes) and even y, if there is one: BIP 340's lift_x. */
export function liftX(group: Group, x: Uint8Array): Point | undefined {
  return decodePoint(group, concat(EVEN, x));
}

/**
 * Signs a message of any length: BIP 340 “Default Signing”.
 *
 * `secret` is not zero; `auxRand` is 32 bytes, fresh. Returns 64 bytes.
 */
export function sign(
  group: Group,
  secret: Scalar,
  message: Uint8Array,
  auxRand: Uint8Array,
  hashTags = bip340,
): Bytes {
  expectSecrets('signature', group);
  const P = group.mulBase(secret);
  const d = evenSecret(group, secret, P);
  const t = xor(d, taggedHash(hashTags.aux, auxRand));
  const rand = taggedHash(hashTags.nonce, t, xOnly(P), message);
  const k0 = group.scalarFromBytesWrapping(rand);
  const R = group.mulBase(k0);
  const k = evenSecret(group, k0, R);
  const e = challenge(group, xOnly(R), xOnly(P), message, hashTags);
  const ed = group.scalarMul(e, d);
  const s = group.scalarAdd(k, ed);
  wipe(d, t, rand, k0, k, ed);
  return concat(xOnly(R), s);
}

/** The scalar or its negative, whichever has the even point. `point` is secret · B. Constant time. */
export function evenSecret(group: Group, secret: Scalar, point: Point): Scalar {
  const negative = group.scalarNegate(secret);
  const mask = -(point[63]! & 1);
  const even = secret.slice() as Scalar;
  for (let i = 0; i < even.length; i++) even[i]! ^= mask & (secret[i]! ^ negative[i]!);
  wipe(negative);
  return even;
}

function challenge(
  group: Group,
  r: Uint8Array,
  publicKey: Uint8Array,
  message: Uint8Array,
  hashTags: SchnorrTags,
): Scalar {
  return group.scalarFromBytesWrapping(taggedHash(hashTags.challenge, r, publicKey, message));
}

/** A 64-byte signature, who made it (x coordinate, 32 bytes) and over what. */
export interface SignedMessage {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * What must hold for a signature under the even-y point P, s·B = R + e·P; undefined if a part is
 * malformed. R is lifted to the even y, so the equation also says that R has the even y that BIP 340
 * asks for.
 */
export function equationFor(
  group: Group,
  P: Point,
  message: Uint8Array,
  signature: Uint8Array,
  hashTags = bip340,
): SchnorrEquation | undefined {
  if (signature.length !== 64) return undefined;
  const r = signature.subarray(0, 32);
  const R = liftX(group, r);
  const s = group.scalarFromBytesChecked(signature.subarray(32));
  if (!R || !s) return undefined;
  return { R, P, s, e: challenge(group, r, xOnly(P), message, hashTags) };
}

/** As `equationFor`, for a public key that is still an x coordinate. */
export function equationOf(
  group: Group,
  { publicKey, message, signature }: SignedMessage,
): SchnorrEquation | undefined {
  const P = liftX(group, publicKey);
  return P && equationFor(group, P, message, signature);
}

/** Whether the signature is valid (BIP 340 “Verification”); any lengths, never throws. */
export function verify(
  group: Group,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const equation = equationOf(group, { publicKey, message, signature });
  return equation !== undefined && schnorrHolds(group, equation);
}

/** Whether all signatures are valid, in about a third of the time (BIP 340 “Batch Verification”). */
export function verifyBatch(group: Group, signed: readonly SignedMessage[]): boolean {
  const equations = signed.map((one) => equationOf(group, one));
  return equations.every((one) => one !== undefined) && schnorrBatch(group, equations);
}

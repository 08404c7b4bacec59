/**
 * The one interface to a prime-order group. Two implementations: the WASM engine (constant time
 * where it says so) and JS on @noble/curves (verifies, rehearses, double-checks).
 *
 * Whole operations on bytes. Byte order and sizes are the suite's own:
 *
 * |                | secp256k1 (BIP 340)            | ed25519 (RFC 8032)          |
 * | -------------- | ------------------------------ | --------------------------- |
 * | scalar         | 32 bytes, big endian           | 32 bytes, little endian     |
 * | encoded point  | 33 bytes, SEC 1 compressed     | 32 bytes, canonical         |
 * | identity       | 33 zero bytes                  | the encoding of (0, 1)      |
 * | decoded point  | x ‖ y, 64 bytes, big endian    | x ‖ y, 64 bytes, little e.  |
 */

export type Suite = 'secp256k1' | 'ed25519';

declare const scalarMark: unique symbol;
declare const pointMark: unique symbol;

/** 32 bytes, canonical (below the group order), in the suite's byte order. Zero is allowed. */
export type Scalar = Uint8Array<ArrayBuffer> & { readonly [scalarMark]: Suite };

/**
 * 64 bytes, affine x ‖ y of a point that was decoded strictly or computed from such: on the curve
 * and in the prime-order subgroup. The identity is 64 zero bytes on secp256k1 and (0, 1) on ed25519.
 */
export type Point = Uint8Array<ArrayBuffer> & { readonly [pointMark]: Suite };

/** One Schnorr equation s·B = R + e·P, to be checked together with others. */
export interface SchnorrEquation {
  readonly R: Point;
  readonly P: Point;
  readonly s: Scalar;
  readonly e: Scalar;
}

/**
 * A prime-order group with generator B. “Constant time” means: no branch and no memory index
 * depends on the scalar (WASM implementation only). “Var” in a name means variable time: public
 * values only. Decoders return undefined for what they do not accept; nothing here throws on
 * hostile bytes, only on a caller's wrong length.
 */
export interface Group {
  readonly suite: Suite;
  readonly engine: 'wasm' | 'js';
  /** Whether secrets may be given to it: constant time, or a rehearsal whose secrets guard nothing. */
  readonly handlesSecrets: boolean;

  /** A scalar from 32 bytes below the order. */
  scalarFromBytesChecked(bytes: Uint8Array): Scalar | undefined;
  /** A scalar from 32 bytes below the order and not zero. */
  scalarFromBytesNonzeroChecked(bytes: Uint8Array): Scalar | undefined;
  /** A scalar from 32 bytes reduced modulo the order (BIP 340's int(hash) mod n). */
  scalarFromBytesWrapping(bytes: Uint8Array): Scalar;
  /** A scalar from 64 bytes reduced modulo the order, in the suite's byte order. */
  scalarFromBytesWide(bytes: Uint8Array): Scalar;
  /** A scalar from an unsigned integer below 2³². */
  scalarFromNumber(value: number): Scalar;
  /** a + b. Constant time. */
  scalarAdd(a: Scalar, b: Scalar): Scalar;
  /** −a. Constant time. */
  scalarNegate(a: Scalar): Scalar;
  /** a · b. Constant time. */
  scalarMul(a: Scalar, b: Scalar): Scalar;
  /** a⁻¹ (0 ↦ 0). Constant time. */
  scalarInvert(a: Scalar): Scalar;
  /** Σ coefficients[i] · xⁱ for a public x below 2³². Constant time in the coefficients. */
  scalarPolynomial(coefficients: readonly Scalar[], x: number): Scalar;

  /** A point other than the identity from its one canonical encoding. */
  pointFromBytesChecked(bytes: Uint8Array): Point | undefined;
  /** As `pointFromBytesChecked`, and the identity from its encoding too. */
  pointFromBytesOrIdentity(bytes: Uint8Array): Point | undefined;
  /** The canonical encoding (33 or 32 bytes). */
  pointToBytes(point: Point): Uint8Array<ArrayBuffer>;
  readonly identity: Point;
  readonly base: Point;
  isIdentity(point: Point): boolean;
  /** P + Q; all cases. Variable time. */
  add(P: Point, Q: Point): Point;
  /** −P. */
  negate(P: Point): Point;

  /** k · B. Constant time. */
  mulBase(k: Scalar): Point;
  /** k · P. Constant time. */
  mul(k: Scalar, P: Point): Point;
  /** a · P + b · B. Variable time. */
  mulAddVar(a: Scalar, P: Point, b: Scalar): Point;
  /** Σ scalars[i] · points[i]. Variable time. */
  multiScalarVar(scalars: readonly Scalar[], points: readonly Point[]): Point;
  /** Σ xⁱ · commitments[i] for each of the public xs below 2³² (the public side of a polynomial). Variable time. */
  commitmentPolynomialVar(commitments: readonly Point[], xs: readonly number[]): Point[];
  /**
   * Whether all equations hold, by one random linear combination: `weights` are 128-bit numbers
   * (16 bytes each, nonzero, unpredictable to whoever made the equations). Variable time.
   */
  schnorrBatchVar(equations: readonly SchnorrEquation[], weights: readonly Uint8Array[]): boolean;
}

/**
 * The group in plain JS, on @noble/curves. It verifies, rehearses and double-checks what the WASM
 * engine computed. Its arithmetic is not constant time, so it must never see a real group's secrets:
 * it says so (`handlesSecrets`), which every step that takes a secret asks first, and the three
 * operations that only a secret needs (k·B, k·P, a secret polynomial) refuse, unless the group was
 * asked for with the words of a rehearsal.
 */
import { pippenger } from '@noble/curves/abstract/curve.js';
import type { AffinePoint, CurvePoint, CurvePointCons, P_F } from '@noble/curves/abstract/curve.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  bytesToNumberBE,
  bytesToNumberLE,
  numberToBytesBE,
  numberToBytesLE,
} from '@noble/curves/utils.js';
import type { Group, Point, Scalar, SchnorrEquation, Suite } from './group.ts';
import { SecretRefused } from './secrets.ts';
import { encodedLength, expectLength, expectSameLength, expectUint32 } from './shape.ts';

/** The words with which a caller states that no secret of a real group is involved. */
export type Rehearsal = typeof REHEARSAL;

const REHEARSAL = 'a rehearsal: these secrets guard nothing';

/** The JS group for public values: verification and double-checks. Secret operations throw `SecretRefused`. */
export const jsGroup = (suite: Suite): Group => build(suite, false);

/** The JS group with every operation, for rehearsals, tests and demonstrations. */
export const jsRehearsalGroup = (suite: Suite, rehearsal: Rehearsal): Group => {
  const words: string = rehearsal; // the type already says so; JavaScript callers have no types
  if (words !== REHEARSAL) throw new SecretRefused(suite);
  return build(suite, true);
};

const build = (suite: Suite, handlesSecrets: boolean): Group =>
  suite === 'secp256k1'
    ? new JsGroup(suite, secp256k1.Point, handlesSecrets)
    : new JsGroup(suite, ed25519.Point, handlesSecrets);

class JsGroup<P extends CurvePoint<bigint, P>> implements Group {
  readonly engine = 'js';
  readonly handlesSecrets: boolean;
  readonly suite: Suite;
  readonly identity: Point;
  readonly base: Point;
  readonly #curve: CurvePointCons<P>;
  readonly #order: bigint;
  /** The generator without the tables the library would build for its own: they cost more than they save here. */
  readonly #base: P;

  constructor(suite: Suite, curve: CurvePointCons<P>, handlesSecrets: boolean) {
    this.suite = suite;
    this.#curve = curve;
    this.#order = curve.Fn.ORDER;
    this.#base = curve.fromAffine(curve.BASE.toAffine() as AffinePoint<P_F<P>>);
    this.handlesSecrets = handlesSecrets;
    this.identity = this.#write(curve.ZERO);
    this.base = this.#write(curve.BASE);
  }

  scalarFromBytesChecked(bytes: Uint8Array): Scalar | undefined {
    const value = this.#number(expectLength(bytes, 32));
    return value < this.#order ? this.#scalar(value) : undefined;
  }

  scalarFromBytesNonzeroChecked(bytes: Uint8Array): Scalar | undefined {
    const scalar = this.scalarFromBytesChecked(bytes);
    return scalar?.some((byte) => byte !== 0) ? scalar : undefined;
  }

  scalarFromBytesWrapping(bytes: Uint8Array): Scalar {
    return this.#scalar(this.#number(expectLength(bytes, 32)));
  }

  scalarFromBytesWide(bytes: Uint8Array): Scalar {
    return this.#scalar(this.#number(expectLength(bytes, 64)));
  }

  scalarFromNumber(value: number): Scalar {
    return this.#scalar(BigInt(expectUint32(value)));
  }

  scalarAdd(a: Scalar, b: Scalar): Scalar {
    return this.#scalar(this.#number(a) + this.#number(b));
  }

  scalarNegate(a: Scalar): Scalar {
    return this.#scalar(this.#order - this.#number(a));
  }

  scalarMul(a: Scalar, b: Scalar): Scalar {
    return this.#scalar(this.#number(a) * this.#number(b));
  }

  scalarInvert(a: Scalar): Scalar {
    const value = this.#number(a);
    return this.#scalar(value === 0n ? 0n : this.#curve.Fn.inv(value));
  }

  scalarPolynomial(coefficients: readonly Scalar[], x: number): Scalar {
    this.#guard('scalarPolynomial');
    const at = BigInt(expectUint32(x));
    const sum = coefficients.reduceRight(
      (value, coefficient) => (value * at + this.#number(coefficient)) % this.#order,
      0n,
    );
    return this.#scalar(sum);
  }

  pointFromBytesChecked(bytes: Uint8Array): Point | undefined {
    const point = this.pointFromBytesOrIdentity(bytes);
    return point && !this.isIdentity(point) ? point : undefined;
  }

  pointFromBytesOrIdentity(bytes: Uint8Array): Point | undefined {
    expectLength(bytes, encodedLength[this.suite]);
    if (this.suite === 'secp256k1' && bytes.every((byte) => byte === 0)) return this.identity;
    try {
      const point = this.#curve.fromBytes(bytes);
      return point.isTorsionFree() ? this.#write(point) : undefined;
    } catch {
      return undefined; // the library throws on every encoding it does not accept
    }
  }

  pointToBytes(point: Point): Uint8Array<ArrayBuffer> {
    if (this.suite === 'secp256k1' && this.isIdentity(point)) return new Uint8Array(33);
    return new Uint8Array(this.#read(point).toBytes());
  }

  isIdentity(point: Point): boolean {
    return expectLength(point, 64).every((byte, i) => byte === this.identity[i]);
  }

  add(P: Point, Q: Point): Point {
    return this.#write(this.#read(P).add(this.#read(Q)));
  }

  negate(P: Point): Point {
    return this.#write(this.#read(P).negate());
  }

  mulBase(k: Scalar): Point {
    this.#guard('mulBase');
    return this.#write(this.#base.multiplyUnsafe(this.#number(k)));
  }

  mul(k: Scalar, P: Point): Point {
    this.#guard('mul');
    return this.#write(this.#read(P).multiplyUnsafe(this.#number(k)));
  }

  mulAddVar(a: Scalar, P: Point, b: Scalar): Point {
    const aP = this.#read(P).multiplyUnsafe(this.#number(a));
    return this.#write(aP.add(this.#base.multiplyUnsafe(this.#number(b))));
  }

  multiScalarVar(scalars: readonly Scalar[], points: readonly Point[]): Point {
    expectSameLength(scalars, points);
    return this.#write(
      this.#sum(
        scalars.map((scalar) => this.#number(scalar)),
        points.map((point) => this.#read(point)),
      ),
    );
  }

  commitmentPolynomialVar(commitments: readonly Point[], xs: readonly number[]): Point[] {
    const points = commitments.map((point) => this.#read(point));
    return xs.map((x) => {
      const at = BigInt(expectUint32(x));
      return this.#write(
        points.reduceRight((sum, point) => sum.multiplyUnsafe(at).add(point), this.#curve.ZERO),
      );
    });
  }

  schnorrBatchVar(equations: readonly SchnorrEquation[], weights: readonly Uint8Array[]): boolean {
    expectSameLength(equations, weights);
    const scalars: bigint[] = [];
    const points: P[] = [];
    let b = 0n;
    equations.forEach(({ R, P, s, e }, i) => {
      const weight = this.#number(expectLength(weights[i]!, 16));
      scalars.push(weight, (weight * this.#number(e)) % this.#order);
      points.push(this.#read(R), this.#read(P));
      b += weight * this.#number(s);
    });
    scalars.push(this.#order - 1n - ((b - 1n + this.#order) % this.#order));
    points.push(this.#base);
    return this.#sum(scalars, points).is0();
  }

  #guard(operation: string): void {
    if (!this.handlesSecrets) throw new SecretRefused(operation);
  }

  /** Σ scalars[i] · points[i]: by buckets where they pay. */
  #sum(scalars: bigint[], points: P[]): P {
    if (points.length > 8) return pippenger(this.#curve, points, scalars);
    return points.reduce(
      (sum, point, i) => sum.add(point.multiplyUnsafe(scalars[i]!)),
      this.#curve.ZERO,
    );
  }

  #number(bytes: Uint8Array): bigint {
    return this.suite === 'secp256k1' ? bytesToNumberBE(bytes) : bytesToNumberLE(bytes);
  }

  #bytes(value: bigint): Uint8Array {
    return this.suite === 'secp256k1' ? numberToBytesBE(value, 32) : numberToBytesLE(value, 32);
  }

  #scalar(value: bigint): Scalar {
    return new Uint8Array(this.#bytes(value % this.#order)) as Scalar;
  }

  #read(point: Point): P {
    const x = this.#number(expectLength(point, 64).subarray(0, 32));
    const y = this.#number(point.subarray(32));
    return x === 0n && y === 0n
      ? this.#curve.ZERO
      : this.#curve.fromAffine({ x, y } as AffinePoint<P_F<P>>);
  }

  #write(point: P): Point {
    const bytes = new Uint8Array(64);
    if (this.suite === 'secp256k1' && point.is0()) return bytes as Point;
    const { x, y } = point.toAffine();
    bytes.set(this.#bytes(x));
    bytes.set(this.#bytes(y), 32);
    return bytes as Point;
  }
}

/**
 * The group in WASM. Constant time where `Group` says so; what a secret touched in the engine's
 * memory is overwritten before an operation returns.
 */
import type { Group, Point, Scalar, SchnorrEquation, Suite } from './group.ts';
import { type Instance, OUT_OF_MEMORY } from './instance.ts';
import { encodedLength, expectLength, expectSameLength, expectUint32 } from './shape.ts';
import { WasmScalars } from './wasm-scalars.ts';

export class WasmGroup extends WasmScalars implements Group {
  readonly identity: Point;
  readonly base: Point;
  readonly #decode: () => number;
  readonly #add: () => number;
  readonly #negate: () => number;
  readonly #mulBase: () => number;
  readonly #mul: () => number;
  readonly #mulAdd: () => number;
  readonly #multiScalar: (count: number) => number;
  readonly #polynomial: (count: number, x: number) => number;
  readonly #schnorrBatch: (count: number) => number;

  constructor(suite: Suite, instance: Instance) {
    super(suite, instance);
    this.#decode = instance.operation(`${suite}Decode`);
    this.#add = instance.operation(`${suite}Add`);
    this.#negate = instance.operation(`${suite}Negate`);
    this.#mulBase = instance.operation(`${suite}MulBase`);
    this.#mul = instance.operation(`${suite}Mul`);
    this.#mulAdd = instance.operation(`${suite}MulAdd`);
    this.#multiScalar = instance.operation(`${suite}MultiScalar`);
    this.#polynomial = instance.operation(`${suite}Polynomial`);
    this.#schnorrBatch = instance.operation(`${suite}SchnorrBatch`);
    instance.operation(`${suite}Start`)();
    this.identity = this.mulBase(this.scalarFromNumber(0));
    this.base = this.mulBase(this.scalarFromNumber(1));
  }

  pointFromBytesChecked(bytes: Uint8Array): Point | undefined {
    const point = this.pointFromBytesOrIdentity(bytes);
    return point && !this.isIdentity(point) ? point : undefined;
  }

  pointFromBytesOrIdentity(bytes: Uint8Array): Point | undefined {
    this.instance.put(0, expectLength(bytes, encodedLength[this.suite]));
    if (this.suite === 'secp256k1' && bytes.every((byte) => byte === 0))
      return this.#copy(this.identity);
    return this.#decode() === 1 ? this.#take() : undefined;
  }

  pointToBytes(point: Point): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(encodedLength[this.suite]);
    expectLength(point, 64);
    if (this.suite === 'ed25519') {
      // RFC 8032 §5.1.2: y, and the low bit of x on top.
      bytes.set(point.subarray(32));
      bytes[31]! |= (point[0]! & 1) << 7;
    } else if (!this.isIdentity(point)) {
      bytes[0] = 2 | (point[63]! & 1);
      bytes.set(point.subarray(0, 32), 1);
    }
    return bytes;
  }

  isIdentity(point: Point): boolean {
    // A shared secret is asked too: every byte is read, so the time does not tell where they differ.
    return (
      expectLength(point, 64).reduce((bits, byte, i) => bits | (byte ^ this.identity[i]!), 0) === 0
    );
  }

  add(P: Point, Q: Point): Point {
    this.instance.put(0, expectLength(P, 64));
    this.instance.put(1, expectLength(Q, 64));
    this.#add();
    return this.#take();
  }

  negate(P: Point): Point {
    this.instance.put(0, expectLength(P, 64));
    this.#negate();
    return this.#take();
  }

  mulBase(k: Scalar): Point {
    this.instance.put(0, expectLength(k, 32));
    this.#mulBase();
    const point = this.#take();
    this.instance.wipe();
    return point;
  }

  mul(k: Scalar, P: Point): Point {
    expectLength(k, 32);
    if (this.isIdentity(P)) return this.#copy(P);
    this.instance.put(0, k);
    this.instance.put(1, P);
    this.#mul();
    const point = this.#take();
    this.instance.wipe();
    return point;
  }

  mulAddVar(a: Scalar, P: Point, b: Scalar): Point {
    const infinite = this.isIdentity(P);
    this.instance.put(0, expectLength(infinite ? this.scalarFromNumber(0) : a, 32));
    this.instance.put(1, infinite ? this.base : P);
    this.instance.put(2, expectLength(b, 32));
    this.#mulAdd();
    return this.#take();
  }

  multiScalarVar(scalars: readonly Scalar[], points: readonly Point[]): Point {
    expectSameLength(scalars, points);
    const count = scalars.length;
    this.instance.reserve(count * 96);
    scalars.forEach((scalar, i) => this.instance.putOnHeap(32 * i, expectLength(scalar, 32)));
    this.#putPoints(32 * count, points);
    const done = this.#multiScalar(count);
    this.instance.refresh();
    if (done !== 1) throw new RangeError(OUT_OF_MEMORY);
    return this.#take();
  }

  commitmentPolynomialVar(commitments: readonly Point[], xs: readonly number[]): Point[] {
    this.instance.reserve(commitments.length * 64);
    this.#putPoints(0, commitments);
    return xs.map((x) => {
      this.#polynomial(commitments.length, expectUint32(x));
      return this.#take();
    });
  }

  schnorrBatchVar(equations: readonly SchnorrEquation[], weights: readonly Uint8Array[]): boolean {
    expectSameLength(equations, weights);
    this.instance.reserve(equations.length * 208);
    equations.forEach(({ R, P, s, e }, i) => {
      this.#putPoints(208 * i, [R, P]);
      this.instance.putOnHeap(208 * i + 128, expectLength(s, 32));
      this.instance.putOnHeap(208 * i + 160, expectLength(e, 32));
      this.instance.putOnHeap(208 * i + 192, expectLength(weights[i]!, 16));
    });
    const holds = this.#schnorrBatch(equations.length);
    this.instance.refresh();
    if (holds > 1) throw new RangeError(OUT_OF_MEMORY);
    return holds === 1;
  }

  #putPoints(offset: number, points: readonly Point[]): void {
    points.forEach((point, i) => this.instance.putOnHeap(offset + 64 * i, expectLength(point, 64)));
  }

  #take(): Point {
    return this.instance.take(64) as Point;
  }

  #copy(point: Point): Point {
    return point.slice() as Point;
  }
}

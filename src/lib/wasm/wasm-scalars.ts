/** Scalar arithmetic of one suite in the WASM engine: constant time, wiped after each operation. */
import type { Group, Scalar, Suite } from './group.ts';
import type { Instance } from './instance.ts';
import { expectLength, expectUint32 } from './shape.ts';

/** The part of a group that needs no point. */
export type ScalarField = Pick<
  Group,
  'suite' | 'engine' | 'handlesSecrets' | Extract<keyof Group, `scalar${string}`>
>;

export class WasmScalars implements ScalarField {
  readonly engine = 'wasm';
  readonly handlesSecrets = true;
  readonly suite: Suite;
  protected readonly instance: Instance;
  readonly #isCanonical: () => number;
  readonly #reduceWide: () => number;
  readonly #add: () => number;
  readonly #negate: () => number;
  readonly #mul: () => number;
  readonly #invert: () => number;
  readonly #hornerStart: () => number;
  readonly #hornerStep: () => number;

  constructor(suite: Suite, instance: Instance) {
    this.suite = suite;
    this.instance = instance;
    this.#isCanonical = instance.operation(`${suite}ScalarIsCanonical`);
    this.#reduceWide = instance.operation(`${suite}ScalarReduceWide`);
    this.#add = instance.operation(`${suite}ScalarAdd`);
    this.#negate = instance.operation(`${suite}ScalarNegate`);
    this.#mul = instance.operation(`${suite}ScalarMul`);
    this.#invert = instance.operation(`${suite}ScalarInvert`);
    this.#hornerStart = instance.operation(`${suite}ScalarHornerStart`);
    this.#hornerStep = instance.operation(`${suite}ScalarHornerStep`);
  }

  scalarFromBytesChecked(bytes: Uint8Array): Scalar | undefined {
    this.instance.put(0, expectLength(bytes, 32));
    const canonical = this.#isCanonical() === 1;
    this.instance.wipe();
    return canonical ? (new Uint8Array(bytes) as Scalar) : undefined;
  }

  scalarFromBytesNonzeroChecked(bytes: Uint8Array): Scalar | undefined {
    const scalar = this.scalarFromBytesChecked(bytes);
    // Every byte is read: how long this takes does not tell where the first nonzero byte stands.
    return scalar?.reduce((bits, byte) => bits | byte, 0) ? scalar : undefined;
  }

  scalarFromBytesWrapping(bytes: Uint8Array): Scalar {
    const wide = new Uint8Array(64);
    wide.set(expectLength(bytes, 32), this.suite === 'secp256k1' ? 32 : 0);
    const scalar = this.scalarFromBytesWide(wide);
    wide.fill(0);
    return scalar;
  }

  scalarFromBytesWide(bytes: Uint8Array): Scalar {
    this.instance.put(0, expectLength(bytes, 64));
    return this.#finish(this.#reduceWide);
  }

  scalarFromNumber(value: number): Scalar {
    const bytes = new Uint8Array(32);
    const bigEndian = this.suite === 'secp256k1';
    new DataView(bytes.buffer).setUint32(bigEndian ? 28 : 0, expectUint32(value), !bigEndian);
    return bytes as Scalar;
  }

  scalarAdd(a: Scalar, b: Scalar): Scalar {
    this.#putBoth(a, b);
    return this.#finish(this.#add);
  }

  scalarNegate(a: Scalar): Scalar {
    this.instance.put(0, expectLength(a, 32));
    return this.#finish(this.#negate);
  }

  scalarMul(a: Scalar, b: Scalar): Scalar {
    this.#putBoth(a, b);
    return this.#finish(this.#mul);
  }

  scalarInvert(a: Scalar): Scalar {
    this.instance.put(0, expectLength(a, 32));
    return this.#finish(this.#invert);
  }

  scalarPolynomial(coefficients: readonly Scalar[], x: number): Scalar {
    const at = this.scalarFromNumber(x);
    for (const coefficient of coefficients) expectLength(coefficient, 32);
    this.instance.wipe();
    this.instance.put(1, at);
    this.#hornerStart();
    for (let i = coefficients.length - 1; i >= 0; i--) {
      this.instance.put(2, coefficients[i]!);
      this.#hornerStep();
    }
    return this.#finish();
  }

  /** Nothing is put into memory, where it would stay, before both lengths are seen to be right. */
  #putBoth(a: Scalar, b: Scalar): void {
    expectLength(a, 32);
    expectLength(b, 32);
    this.instance.put(0, a);
    this.instance.put(1, b);
  }

  /** Run an operation, take its 32-byte result, wipe. */
  #finish(operation?: () => number): Scalar {
    operation?.();
    const result = this.instance.take(32);
    this.instance.wipe();
    return result as Scalar;
  }
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engineBytes } from '../../../tests/support/engine-node.ts';
import type { Scalar, Suite } from './group.ts';
import { Instance } from './instance.ts';
import { jsRehearsalGroup } from './js-group.ts';
import { WasmScalars } from './wasm-scalars.ts';

const { instance } = await WebAssembly.instantiate(engineBytes());
const memory = new Instance(instance);

/** Bytes that are often near a boundary: long runs of zeros or ones in either byte order. */
const edgyBytes = (length: number) =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }),
    fc
      .tuple(fc.constantFrom(0, 0xff), fc.nat(length), fc.uint8Array({ maxLength: 4 }))
      .map(([fill, at, some]) => {
        const bytes = new Uint8Array(length).fill(fill);
        bytes.set(some.subarray(0, length - at), at);
        return bytes;
      }),
  );

describe.each<Suite>(['secp256k1', 'ed25519'])('%s scalars in WASM', (suite) => {
  const wasm = new WasmScalars(suite, memory);
  const js = jsRehearsalGroup(suite, 'a rehearsal: these secrets guard nothing');
  const scalar = edgyBytes(32).map((bytes) => js.scalarFromBytesWrapping(bytes));

  test('every operation equals JS', () => {
    fc.assert(
      fc.property(scalar, scalar, edgyBytes(64), (a, b, wide) => {
        expect(wasm.scalarAdd(a, b)).toEqual(js.scalarAdd(a, b));
        expect(wasm.scalarMul(a, b)).toEqual(js.scalarMul(a, b));
        expect(wasm.scalarNegate(a)).toEqual(js.scalarNegate(a));
        expect(wasm.scalarInvert(a)).toEqual(js.scalarInvert(a));
        expect(wasm.scalarFromBytesWide(wide)).toEqual(js.scalarFromBytesWide(wide));
        const bytes = wide.subarray(0, 32);
        expect(wasm.scalarFromBytesWrapping(bytes)).toEqual(js.scalarFromBytesWrapping(bytes));
        expect(wasm.scalarFromBytesChecked(bytes)).toEqual(js.scalarFromBytesChecked(bytes));
        expect(wasm.scalarFromBytesNonzeroChecked(bytes)).toEqual(
          js.scalarFromBytesNonzeroChecked(bytes),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('polynomials equal JS', () => {
    fc.assert(
      fc.property(fc.array(scalar, { maxLength: 8 }), fc.nat(2 ** 32 - 1), (coefficients, x) => {
        expect(wasm.scalarPolynomial(coefficients, x)).toEqual(
          js.scalarPolynomial(coefficients, x),
        );
        expect(wasm.scalarFromNumber(x)).toEqual(js.scalarFromNumber(x));
      }),
    );
  });

  test('nothing of a secret stays in the engine’s memory', () => {
    const secret = js.scalarFromBytesWrapping(new Uint8Array(32).fill(0x5a));
    const operations: (() => unknown)[] = [
      () => wasm.scalarFromBytesChecked(secret),
      () => wasm.scalarFromBytesWide(new Uint8Array(64).fill(0x5a)),
      () => wasm.scalarAdd(secret, secret),
      () => wasm.scalarNegate(secret),
      () => wasm.scalarMul(secret, secret),
      () => wasm.scalarInvert(secret),
      () => wasm.scalarPolynomial([secret, secret], 3),
    ];
    for (const operation of operations) {
      operation();
      expect(memory.isWiped()).toBe(true);
    }
    memory.put(3, Uint8Array.of(1));
    expect(memory.isWiped()).toBe(false);
    memory.wipe();
  });

  test('a wrong length is the caller’s mistake', () => {
    const short = new Uint8Array(31) as Scalar;
    expect(() => wasm.scalarFromBytesChecked(short)).toThrow(RangeError);
    expect(() => wasm.scalarAdd(short, short)).toThrow(RangeError);
    expect(() => wasm.scalarFromBytesWide(new Uint8Array(32))).toThrow(RangeError);
    expect(() => wasm.scalarFromNumber(-1)).toThrow(RangeError);
    expect(() => memory.operation('absent')).toThrow(RangeError);
  });
});

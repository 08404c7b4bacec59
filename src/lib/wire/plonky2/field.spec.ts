import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as extension from './extension.ts';
import * as field from './goldilocks.ts';

const { P } = field;
const edges = [0n, 1n, 2n, 0xffff_ffffn, 0x1_0000_0000n, P - 2n, P - 1n];
const element = fc.oneof(fc.constantFrom(...edges), fc.bigInt(0n, P - 1n));
const pair = fc.tuple(element, element);

describe('the field', () => {
  it('adds, subtracts and multiplies modulo its size', () => {
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(field.subtract(field.add(a, b), b)).toBe(a);
        expect(field.multiply(a, b)).toBe((a * b) % P);
        expect([field.add(a, b), field.subtract(a, b)].every(field.isElement)).toBe(true);
        if (a !== 0n) expect(field.multiply(a, field.inverse(a))).toBe(1n);
      }),
    );
    expect(field.inverse(0n)).toBe(0n);
  });

  it('has one representation of an element', () => {
    expect([0n, P - 1n].map(field.isElement)).toEqual([true, true]);
    expect([-1n, P, 2n ** 64n - 1n].map(field.isElement)).toEqual([false, false, false]);
  });

  it('has roots of unity, made by the generator of everything', () => {
    expect(field.rootOfUnity(32)).toBe(field.power(field.GENERATOR, (P - 1n) >> 32n));
    for (const bits of [1, 4, 14, 32]) {
      const root = field.rootOfUnity(bits);
      expect(field.powerOfTwo(root, bits)).toBe(1n);
      expect(field.powerOfTwo(root, bits - 1)).toBe(P - 1n);
    }
    // P − 1 = 2³² · 3 · 5 · 17 · 257 · 65537
    for (const prime of [2n, 3n, 5n, 17n, 257n, 65537n])
      expect(field.power(field.GENERATOR, (P - 1n) / prime)).not.toBe(1n);
  });

  it('writes an element in 8 bytes, the highest first', () => {
    expect(field.toBytes(0x0102_0304_0506_0708n)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  });
});

describe('the extension', () => {
  it('is a field in which 7 is a square', () => {
    expect(extension.multiply([0n, 1n], [0n, 1n])).toEqual([7n, 0n]);
    expect(field.power(7n, (P - 1n) / 2n)).toBe(P - 1n);
    fc.assert(
      fc.property(pair, pair, pair, (x, y, z) => {
        expect(extension.subtract(extension.add(x, y), y)).toEqual(x);
        expect(extension.multiply(x, extension.add(y, z))).toEqual(
          extension.add(extension.multiply(x, y), extension.multiply(x, z)),
        );
        expect(extension.scale(x, y[0])).toEqual(extension.multiply(x, extension.embed(y[0])));
        if (!extension.equal(x, extension.ZERO))
          expect(extension.multiply(x, extension.inverse(x))).toEqual(extension.ONE);
      }),
    );
  });

  it('evaluates polynomials, the constant first', () => {
    const coefficients: extension.Extension[] = [
      [5n, 0n],
      [0n, 1n],
      [2n, 0n],
    ];
    // 5 + √7 · 3 + 2 · 9
    expect(extension.evaluate(coefficients, [3n, 0n])).toEqual([23n, 3n]);
    expect(extension.powerOfTwo([3n, 0n], 2)).toEqual([81n, 0n]);
    expect(extension.product([])).toEqual(extension.ONE);
  });
});

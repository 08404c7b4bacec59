import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { engineBytes } from '../../../tests/support/engine-node.ts';
import { edgeScalars, groupProperties } from '../../../tests/support/group-properties.ts';
import type { Point, Scalar, SchnorrEquation, Suite } from './group.ts';
import { Instance } from './instance.ts';
import { jsRehearsalGroup } from './js-group.ts';
import { WasmGroup } from './wasm-group.ts';

const { module, instance } = await WebAssembly.instantiate(engineBytes());
const memory = new Instance(instance);

describe.each<Suite>(['secp256k1', 'ed25519'])('%s in WASM', (suite) => {
  const wasm = new WasmGroup(suite, memory);
  const js = jsRehearsalGroup(suite, 'a rehearsal: these secrets guard nothing');
  const seeded = (seed: number): Scalar => {
    const bytes = new Uint8Array(32).map((_, i) => (seed * 0x9e3779b1 + i * 0x85ebca6b) >>> 13);
    return js.scalarFromBytesWrapping(bytes);
  };

  test.each(Object.entries(groupProperties(suite, wasm, js)))('%s equals JS', (_, property) => {
    fc.assert(property, { numRuns: 60 });
  });

  test('every edge scalar, on the base and on another point', () => {
    const P = js.mulBase(seeded(7));
    for (const k of edgeScalars(js)) {
      const expected = js.mul(k, P);
      expect(wasm.mulBase(k)).toEqual(js.mulBase(k));
      expect(wasm.mul(k, P)).toEqual(expected);
      expect(wasm.mulAddVar(k, P, seeded(3))).toEqual(js.add(expected, js.mulBase(seeded(3))));
    }
  });

  test.each([1, 2, 79, 80, 81, 82, 300, 600])('a sum over %d points', (count) => {
    const scalars = Array.from({ length: count }, (_, i) => seeded(i + 1));
    const points: Point[] = [];
    for (let i = 0, P = wasm.base; i < count; i++, P = wasm.add(P, wasm.base)) points.push(P);
    // Σ kᵢ·(i + 1)·B = (Σ kᵢ·(i + 1))·B; equal points, opposites and the identity among them.
    if (count > 4) points[3] = points[4]!;
    if (count > 6) points[5] = wasm.negate(points[6]!);
    if (count > 8) points[7] = wasm.identity;
    const factors = points.map((_, i) => i + 1);
    if (count > 4) factors[3] = 5;
    const sum = scalars.reduce((total, k, i) => {
      if (count > 8 && i === 7) return total;
      const factor = js.scalarFromNumber(count > 6 && i === 5 ? 7 : factors[i]!);
      const term = js.scalarMul(k, count > 6 && i === 5 ? js.scalarNegate(factor) : factor);
      return js.scalarAdd(total, term);
    }, js.scalarFromNumber(0));
    expect(wasm.multiScalarVar(scalars, points)).toEqual(wasm.mulBase(sum));
    expect(
      wasm.multiScalarVar(
        Array<Scalar>(count).fill(scalars[0]!),
        Array<Point>(count).fill(points[0]!),
      ),
    ).toEqual(wasm.mul(wasm.scalarMul(scalars[0]!, wasm.scalarFromNumber(count)), points[0]!));
  });

  test.each([0, 1, 5, 60])('a batch of %d Schnorr equations', (count) => {
    const equations = Array.from({ length: count }, (_, i): SchnorrEquation => {
      const [r, x, e] = [seeded(3 * i + 1), seeded(3 * i + 2), seeded(3 * i + 3)];
      const s = wasm.scalarAdd(r, wasm.scalarMul(e, x));
      return { R: wasm.mulBase(r), P: wasm.mulBase(x), s, e };
    });
    const weights = equations.map((_, i) => new Uint8Array(16).fill(0xff - i));
    expect(wasm.schnorrBatchVar(equations, weights)).toBe(true);
    expect(js.schnorrBatchVar(equations, weights)).toBe(true);
    equations.forEach((equation, i) => {
      if (i % 13 !== 0) return;
      for (const wrong of [
        { ...equation, s: wasm.scalarAdd(equation.s, wasm.scalarFromNumber(1)) },
        { ...equation, e: wasm.scalarNegate(equation.e) },
        { ...equation, R: wasm.negate(equation.R) },
        { ...equation, P: wasm.identity },
      ]) {
        expect(wasm.schnorrBatchVar(equations.with(i, wrong), weights)).toBe(false);
      }
    });
  });

  test.each([47, 55, 62, 120])('a first batch of %d equations gets its memory', (count) => {
    const fresh = new WasmGroup(suite, new Instance(new WebAssembly.Instance(module)));
    const [r, x, e] = [seeded(1), seeded(2), seeded(3)];
    const s = fresh.scalarAdd(r, fresh.scalarMul(e, x));
    const equation = { R: fresh.mulBase(r), P: fresh.mulBase(x), s, e };
    const weights = Array.from({ length: count }, (_, i) => new Uint8Array(16).fill(i + 1));
    const equations = Array<SchnorrEquation>(count).fill(equation);
    expect(fresh.schnorrBatchVar(equations, weights)).toBe(true);
  });

  test('nothing of a secret stays in the engine’s memory', () => {
    wasm.mulBase(seeded(1));
    expect(memory.isWiped()).toBe(true);
    wasm.mul(seeded(1), wasm.base);
    expect(memory.isWiped()).toBe(true);
  });

  test('a wrong length is the caller’s mistake', () => {
    const short = new Uint8Array(31);
    expect(() => wasm.mulBase(short as Scalar)).toThrow(RangeError);
    expect(() => wasm.mul(seeded(1), short as Point)).toThrow(RangeError);
    expect(() => wasm.pointFromBytesChecked(short)).toThrow(RangeError);
    expect(() => wasm.multiScalarVar([seeded(1)], [])).toThrow(RangeError);
    for (const run of [
      () => wasm.scalarAdd(seeded(1), short as Scalar),
      () => wasm.scalarMul(seeded(1), short as Scalar),
      () => wasm.scalarPolynomial([short as Scalar, seeded(1)], 1),
    ]) {
      expect(run).toThrow(RangeError);
      expect(memory.isWiped()).toBe(true); // the other operand was not left behind
    }
    expect(() => wasm.commitmentPolynomialVar([wasm.base], [2 ** 32])).toThrow(RangeError);
  });
});

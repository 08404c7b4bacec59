import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Suite } from './group.ts';

/**
 * The generated field code, each function at the largest limbs it is allowed to get
 * (assembly/generator/field.mjs defines the magnitudes).
 */

type Exports = Record<string, (...operands: (number | bigint)[]) => number>;

const top = fileURLToPath(new URL('../../..', import.meta.url));

/** Where the test puts its three numbers: above all static data. */
const room = 0x8000;

/** Compile a generated module on its own. */
async function compile(suite: Suite): Promise<WebAssembly.Exports> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-limbs-'));
  const wasm = join(folder, 'field.wasm');
  const compiled = spawnSync(
    process.execPath,
    [
      'node_modules/assemblyscript/bin/asc.js',
      `src/lib/wasm/assembly/generated/${suite}-field.ts`,
      ...['--outFile', relative(top, wasm), '--runtime', 'stub', '-O3', '--noAssert'],
    ],
    { cwd: top, encoding: 'utf8' },
  );
  try {
    expect(compiled.status, compiled.stderr).toBe(0);
    return (await WebAssembly.instantiate(readFileSync(wasm))).instance.exports;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const fields: Record<Suite, { p: bigint; topBits: number }> = {
  secp256k1: { p: 2n ** 256n - 2n ** 32n - 977n, topBits: 24 },
  ed25519: { p: 2n ** 255n - 19n, topBits: 23 },
};

describe.each<Suite>(['secp256k1', 'ed25519'])('the field of %s', async (suite) => {
  const exports = await compile(suite);
  const operations = exports as Exports;
  const memory = new DataView((exports['memory'] as WebAssembly.Memory).buffer);
  const { p, topBits } = fields[suite];
  const most = (magnitude: number, i: number) =>
    Math.floor(magnitude * (i < 8 ? 2 ** 29 + 2 ** 18 : 2 ** topBits + 8));
  const limbs = (magnitude: number) =>
    fc.tuple(
      ...Array.from({ length: 9 }, (_, i) =>
        fc.oneof(
          fc.constantFrom(0, 1, most(magnitude, i) - 1, most(magnitude, i)),
          fc.nat(most(magnitude, i)),
        ),
      ),
    );
  /** Some multiples of p in limbs up to 2²⁹, and their neighbours. */
  const nearMultiples = fc
    .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: -2, max: 2 }))
    .map(([k, off]) => BigInt(k) * p + BigInt(off))
    .filter((value) => value >= 0n)
    .map((value) =>
      Array.from({ length: 9 }, (_, i) =>
        Number(i < 8 ? (value >> BigInt(29 * i)) & 0x1fffffffn : value >> 232n),
      ),
    );
  const valueOf = (limbs: readonly number[]) =>
    limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << BigInt(29 * i)), 0n);
  const put = (slot: number, limbs: readonly number[]) => {
    for (let i = 0; i < 10; i++) memory.setUint32(room + 40 * slot + 4 * i, limbs[i] ?? 0, true);
  };
  const take = () => Array.from({ length: 9 }, (_, i) => memory.getUint32(room + 4 * i, true));
  const modulo = (value: bigint) => ((value % p) + p) % p;

  /** Run an operation into slot 0 and check its value and its magnitude. */
  const check = (
    name: string,
    operands: readonly (readonly number[])[],
    expected: bigint,
    magnitude: number,
    ...more: number[]
  ) => {
    operands.forEach((limbs, i) => put(i + 1, limbs));
    const pointers = operands.map((_, i) => room + 40 * (i + 1));
    operations[name]!(room, ...pointers, ...more);
    const result = take();
    expect(modulo(valueOf(result))).toBe(modulo(expected));
    result.forEach((limb, i) => expect(limb).toBeLessThanOrEqual(most(magnitude, i)));
    return valueOf(result);
  };
  const runs = { numRuns: 300 };

  test.each([
    [1, 7],
    [7, 1],
    [2.5, 3],
    [2.6, 2.6],
  ])('products of [%d] and [%d]', (m, n) => {
    fc.assert(
      fc.property(limbs(m), limbs(n), (a, b) => {
        check('mul', [a, b], valueOf(a) * valueOf(b), 1);
        if (m === n) {
          check('sqr', [a], valueOf(a) ** 2n, 1);
          check('sqrTimes', [a], valueOf(a) ** 8n, 1, 3);
        }
      }),
      runs,
    );
  });

  test('sums, differences, carries', () => {
    fc.assert(
      fc.property(limbs(1), limbs(1), limbs(3), limbs(3), limbs(7), (a, b, c, d, e) => {
        const [va, vb, vc, vd] = [valueOf(a), valueOf(b), valueOf(c), valueOf(d)];
        check('add', [c, d], vc + vd, 6);
        check('twice', [c], 2n * vc, 6);
        check('sub', [c, b], vc - vb, 5);
        check('negate', [a], -va, 2);
        check('carry', [e], valueOf(e), 1);
        check('addCarry', [c, d], vc + vd, 1);
        check('subCarry', [c, d], vc - vd, 1);
        check('subTwiceCarry', [c, b], vc - 2n * vb, 1);
        check('threeHalves', [a], 3n * va * ((p + 1n) / 2n), 2.5);
        put(0, a);
        operations['negateMasked']!(room, -1n);
        expect(modulo(valueOf(take()) + va)).toBe(0n);
      }),
      runs,
    );
  });

  test('canonical forms and zeros', () => {
    fc.assert(
      fc.property(fc.oneof(limbs(7), nearMultiples), (a) => {
        expect(check('normalize', [a], valueOf(a), 1)).toBe(modulo(valueOf(a)));
        expect(operations['isZeroVar']!(room + 40)).toBe(modulo(valueOf(a)) === 0n ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });
});

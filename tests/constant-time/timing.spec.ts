import { describe, expect, test } from 'vitest';
import type { Group, Scalar } from '../../src/lib/wasm/group.ts';
import { startEngine } from '../support/engine-node.ts';
import { suites } from './secret-operations.ts';
import { timingDifference } from './timing.ts';

const engine = await startEngine();
const now = () => process.hrtime.bigint();

/** Repeatable pseudo-random numbers (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Differences between a fixed scalar of low weight and random ones. */
function measure(group: Group, run: (k: Scalar) => void, rounds: number): number {
  const random = generator(7);
  const secrets = [
    group.scalarFromNumber(1),
    ...Array.from({ length: 500 }, () =>
      group.scalarFromBytesWide(Uint8Array.from({ length: 64 }, () => random() * 256)),
    ),
  ];
  return Math.abs(timingDifference((k) => run(k as Scalar), secrets, rounds, now, random));
}

describe.each(suites)('%s', (suite) => {
  const group = engine[suite];
  const zero = group.scalarFromNumber(0);
  const P = group.mulBase(group.scalarFromNumber(123456789));
  const operations: [name: string, rounds: number, run: (k: Scalar) => void][] = [
    ['k · B', 4000, (k) => group.mulBase(k)],
    ['k · P', 2000, (k) => group.mul(k, P)],
    ['1 ÷ k', 4000, (k) => group.scalarInvert(k)],
  ];

  test('the times of secret operations differ far less than those of a leaky one', () => {
    for (const [, , run] of operations) for (let i = 0; i < 300; i++) run(zero); // let V8 optimise
    // A busy machine can spoil one measurement, not three: a leak shows in every one.
    const three = (run: (k: Scalar) => void, rounds: number) =>
      [1, 2, 3].map(() => measure(group, run, rounds));
    const leaky = three((k) => group.mulAddVar(k, P, zero), 1000);
    expect(Math.max(...leaky)).toBeGreaterThan(50);
    for (const [name, rounds, run] of operations) {
      const least = Math.min(...three(run, rounds));
      expect(least, `${name}: |t| of every measurement`).toBeLessThan(5);
    }
  });
});

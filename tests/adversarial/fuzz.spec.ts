import { describe, expect, it } from 'vitest';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { implementations } from '../support/node.ts';
import { fuzz, type Until } from './fuzz.ts';
import { fuzzTargets, type FuzzTarget } from './fuzz-targets.ts';

/*
 * A short run by default. `npm run fuzz` sets CONCLAVE_FUZZ to a number of inputs for all targets
 * together, or to a time for each target (“20s”), and CONCLAVE_FUZZ_SEED to another beginning.
 */
const wish = process.env['CONCLAVE_FUZZ'] ?? '3000';
const seed = Number(process.env['CONCLAVE_FUZZ_SEED'] ?? '1');

// The engine that meets hostile bytes in earnest, and fast enough for many of them.
const targets = fuzzTargets(implementations.find(({ name }) => name === 'WASM')!);

const stop = (): Until => {
  const seconds = /^(\d+)s$/.exec(wish)?.[1];
  if (seconds === undefined) return { inputs: Math.ceil(Number(wish) / targets.length) };
  return { until: performance.now() + 1000 * Number(seconds), now: () => performance.now() };
};

describe('every parser gives a value or a named fault', () => {
  it.each(targets.map((target) => [target.name, target] as const))(
    '%s',
    { timeout: 3_600_000 },
    async (_, target) => {
      const seeded = await target.parse(target.seed);
      expect(seeded).not.toBe(false);
      // An investigation always ends in an accusation.
      expect(isFault(seeded)).toBe(target.name === 'an investigation message');
      expect(target.mayAccept(target.seed)).toBe(true);
      const { inputs, faults } = await fuzz(target, seed, stop());
      expect(faults).toBeGreaterThan(inputs / 4);
      expect(faults).toBeLessThanOrEqual(inputs);
    },
  );

  it('and the fuzzer finds a parser that throws, and one that accepts anything', async () => {
    const bad = { ...targets[0]!, name: 'bad', mayAccept: () => false };
    const throws = (input: Uint8Array) => {
      if (input.length !== 32) throw new RangeError('length');
    };
    const run = (parse: FuzzTarget['parse'], inputs: number) =>
      fuzz({ ...bad, parse }, seed, { inputs });
    await expect(run(throws, 1000)).rejects.toThrow(/^threw on bad/);
    const rejects = (input: Uint8Array) => new Promise(() => throws(input));
    await expect(run(rejects, 1000)).rejects.toThrow(/^threw on bad/);
    await expect(run(() => 1, 1)).rejects.toThrow(/^accepted bad/);
  });
});

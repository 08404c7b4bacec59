/** Key generation: the rows of the table, and how one participant's time grows with the group. */
import type { Engine } from '../../src/lib/wasm/engine.ts';
import type { Operation } from './measure.ts';
import { chilldkgParticipant, dualParticipant, nobleParticipant } from './participants.ts';

/** One participant's whole part, with the others' messages at hand. */
export function keygenOperations(engine: Engine): Operation[] {
  return [
    ...[
      { t: 3, n: 5, goal: 10, rounds: 41 },
      { t: 34, n: 50, goal: 40, rounds: 11 },
    ].map(({ t, n, goal, rounds }) => ({
      name: `ChillDKG, one participant, ${t} of ${n}`,
      goals: { 'noble schnorr_FROST': goal },
      rounds,
      contenders: [
        { name: 'ours', run: chilldkgParticipant(engine, t, n) },
        { name: 'noble schnorr_FROST', run: nobleParticipant(t, n) },
      ],
    })),
    ...[
      { t: 5, n: 7, within: 6000 },
      { t: 67, n: 100, within: 80_000 },
    ].map(({ t, n, within }) => ({
      name: `both keys, one participant, ${t} of ${n}`,
      goals: {},
      within,
      contenders: [{ name: 'ours', run: dualParticipant(engine, t, n) }],
    })),
  ];
}

const RUNS = 3;

/** One participant's time for both keys in groups of 10 to 1000, as a Markdown table. */
export function growth(engine: Engine, now: () => number): string {
  const rows = [10, 30, 100, 300, 1000].map((n) => {
    const t = Math.floor((2 * n) / 3) + 1;
    const run = dualParticipant(engine, t, n);
    const times = Array.from({ length: RUNS }, () => {
      const start = now();
      run();
      return now() - start;
    }).sort((a, b) => a - b);
    const median = times[RUNS >> 1]!;
    return `| ${t} of ${n} | ${median.toFixed(1)} | ${(median / n).toFixed(2)} |`;
  });
  return ['| both keys, one participant | ms | ms per member |', '|---|---|---|', ...rows].join(
    '\n',
  );
}

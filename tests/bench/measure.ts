/** Interleaved measurement: every contender takes its turn in every round, so a slow moment of the machine hits all. */

/** One way to do an operation. */
export interface Contender {
  readonly name: string;
  readonly run: () => unknown;
}

/** An operation and those who do it; the first is ours. */
export interface Operation {
  readonly name: string;
  readonly contenders: readonly Contender[];
  /** How many times as fast as a contender ours should be, by the contender's name. */
  readonly goals: Readonly<Record<string, number>>;
  /** What one run of a contender counts for, where it is not one operation. */
  readonly per?: number;
  /** Microseconds that ours should stay below. */
  readonly within?: number;
  /** The rounds it takes part in, where one run takes long; otherwise all. */
  readonly rounds?: number;
}

/** Microseconds per operation, by operation and contender: the median of the faster half of the turns. */
export type Figures = ReadonlyMap<Operation, ReadonlyMap<string, number>>;

/** Each turn lasts about this long, in milliseconds. */
const TURN = 3;

/**
 * Measure all operations.
 * @param rounds turns of every contender; one more is dropped as warm-up
 * @param now a clock in milliseconds
 */
export function measure(
  operations: readonly Operation[],
  rounds: number,
  now: () => number,
): Figures {
  const turns = operations.flatMap((operation) =>
    operation.contenders.map((contender) => ({
      operation,
      contender,
      calls: 1,
      times: [] as number[],
    })),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const turn of turns) {
      if (round > (turn.operation.rounds ?? rounds)) continue;
      const start = now();
      for (let i = 0; i < turn.calls; i++) turn.contender.run();
      const each = (now() - start) / turn.calls;
      if (round > 0) turn.times.push(each);
      turn.calls = Math.max(1, Math.round(TURN / Math.max(each, 1e-3)));
    }
  }
  const figures = new Map(operations.map((operation) => [operation, new Map<string, number>()]));
  for (const { operation, contender, times } of turns) {
    // Other programs slow a turn, nothing speeds one: the slower half is dropped.
    const median = times.sort((a, b) => a - b)[times.length >> 2]!;
    figures.get(operation)!.set(contender.name, (median * 1000) / (operation.per ?? 1));
  }
  return figures;
}

/** The figures as a Markdown table: microseconds, and how many times as fast ours is. */
export function table(figures: Figures, withGoals: boolean): string {
  const mark = (goal: string, met: boolean) => ` (${goal} ${met ? '✓' : '✗'})`;
  const rows = [...figures].map(([{ name, contenders, goals, within }, times]) => {
    const ours = times.get(contenders[0]!.name)!;
    const others = contenders.slice(1).map((contender) => {
      const ratio = times.get(contender.name)! / ours;
      const goal = withGoals ? goals[contender.name] : undefined;
      const verdict = goal === undefined ? '' : mark(`≥ ${goal}`, ratio >= goal);
      return `${contender.name} ${times.get(contender.name)!.toFixed(1)} = ${ratio.toFixed(1)}×${verdict}`;
    });
    const verdict = withGoals && within ? mark(`< ${within}`, ours < within) : '';
    return `| ${name} | ${ours.toFixed(1)}${verdict} | ${others.join(' · ')} |`;
  });
  return ['| operation | µs | others, µs and times slower |', '|---|---|---|', ...rows].join('\n');
}

/** Fees of one place in figures: how much, how old, and how far they are from being gathered. */
import { CONSOLIDATION_AGE, CONSOLIDATION_AMOUNT, consolidationDue } from '../../wire/fees.ts';

/** One coin, or one fee UTXO. */
export interface Fee {
  /** In sat. */
  readonly amount: number;
  /** In s; undefined where nothing says it. */
  readonly made: number | undefined;
  readonly requested: boolean;
}

export interface FeeSums {
  readonly count: number;
  /** In sat. */
  readonly total: number;
  /** Of it: what requests gather already. */
  readonly requested: number;
  /** The age of the oldest that is free, in s; undefined where it is not known. */
  readonly oldest: number | undefined;
  /** Which rule says that what is free is gathered now. */
  readonly due: 'amount' | 'age' | undefined;
  /** How much is missing, in sat; and how long, in s, where an age is known. */
  readonly missing: number;
  readonly wait: number | undefined;
}

/** `now`: the time that operators agree on, in s; 0 where there is none. */
export function sumsOf(fees: readonly Fee[], now: number): FeeSums {
  const sum = (of: readonly Fee[]) => of.reduce((total, { amount }) => total + amount, 0);
  const free = fees.filter(({ requested }) => !requested);
  const total = sum(free);
  const times = free.flatMap(({ made }) => made ?? []);
  const first = times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined;
  const oldest = first === undefined || now === 0 ? undefined : Math.max(0, now - first);
  return {
    count: fees.length,
    total: sum(fees),
    requested: sum(fees) - total,
    oldest,
    due: consolidationDue({ total, oldest: first ?? Infinity, now }),
    missing: Math.max(0, CONSOLIDATION_AMOUNT - total),
    wait: oldest === undefined ? undefined : Math.max(0, CONSOLIDATION_AGE - oldest),
  };
}

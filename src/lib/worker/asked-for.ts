/**
 * What keeps a thing from being requested anew here, and what others requested meanwhile. What one
 * operator proposes and reserves alone must take nothing off what the others can request.
 */
import type { Coin } from '../bitcoin/coins.ts';
import { outpointName } from '../ceremony/claims.ts';
import { held } from '../ceremony/collisions.ts';
import { haltOf, type Here } from '../ceremony/request-steps.ts';
import type { Item } from '../ceremony/session.ts';

/** A request for a thing that does not keep it from being requested anew. */
export interface Beside {
  /** Who proposed it, by number, ascending. */
  readonly by: readonly number[];
  /** Whether it goes on here; else it ended, is held, or says what the evidence does not. */
  readonly goesOn: boolean;
}

/** Halts with which a request does not go on here. */
const ends: readonly unknown[] = ['refused', 'unproved', 'objected', 'expired', 'replaced', 'held'];

interface Standing extends Beside {
  readonly item: Item;
}

/** By the names of what they claim. */
export type Stands = ReadonlyMap<string, readonly Standing[]>;

/**
 * The requests to be told of: they go on, or somebody reserved them and they are neither replaced nor
 * worth nothing any more.
 */
export function standing(here: Here): Stands {
  const { sessions, chain } = here.requests;
  const stands = new Map<string, Standing[]>();
  for (const session of sessions)
    for (const [position, item] of session.items.entries()) {
      const { claim, reserved } = item;
      const halt = haltOf(here, session, position);
      const goesOn = !ends.includes(halt);
      const lapsed = (claim?.lapses ?? Infinity) < chain.time;
      if (!claim || lapsed || halt === 'replaced' || !(goesOn || reserved.size > 0)) continue;
      const one = { item, by: session.proposers, goesOn };
      for (const name of [...claim.answers, ...claim.outpoints])
        stands.set(name, [...(stands.get(name) ?? []), one]);
    }
  return stands;
}

/** What a request would claim, by name. */
interface Claimed {
  readonly answers?: readonly string[];
  readonly outpoint?: string;
}

/**
 * The requests that would keep one that claims this from being signed here. `units`: what it would
 * sign, where the same may be signed again.
 */
export const holding = (
  here: Here,
  { answers, outpoint }: Claimed,
  units: Item['units'] = [],
): Item[] =>
  held(here, {
    units,
    claim: {
      digest: '',
      answers: new Set(answers),
      outpoints: new Set(outpoint === undefined ? [] : [outpoint]),
      replaces: undefined,
      txid: undefined,
      lapses: undefined,
    },
  }).map(({ item }) => item);

/**
 * `requested`: what keeps this from being requested, which is whatever holds it, and what was proposed
 * here while it goes on. `beside`: what else was requested.
 */
export function askedFor(
  here: Here,
  stands: Stands,
  claimed: Claimed,
  units?: Item['units'],
): { readonly requested: readonly Item[]; readonly beside: readonly Beside[] } {
  const names = [...(claimed.answers ?? []), claimed.outpoint ?? []].flat();
  const all = [...new Set(names.flatMap((name) => stands.get(name) ?? []))];
  const own = all.flatMap(({ item, by, goesOn }) =>
    goesOn && by.includes(here.own) ? [item] : [],
  );
  const requested = new Set([...holding(here, claimed, units), ...own]);
  return {
    requested: [...requested],
    beside: all
      .filter(({ item }) => !requested.has(item))
      .map(({ by, goesOn }) => ({ by, goesOn })),
  };
}

/**
 * Of these coins, those that no request keeps from being spent; and those of them that no request
 * asks for at all.
 */
export function freeCoins(
  here: Here,
  coins: readonly Coin[],
): { readonly free: readonly Coin[]; readonly unasked: readonly Coin[] } {
  const stands = standing(here);
  const free = coins.flatMap((coin) => {
    const { requested, beside } = askedFor(here, stands, { outpoint: outpointName(coin) });
    return requested.length === 0 ? [{ coin, beside }] : [];
  });
  return {
    free: free.map(({ coin }) => coin),
    unasked: free.flatMap(({ coin, beside }) => (beside.length === 0 ? [coin] : [])),
  };
}

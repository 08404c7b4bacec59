import { paidOut } from '../bitcoin/spend.ts';
import { equal } from '../crypto/bytes.ts';
import type { ChainKnown } from './chain-known.ts';
import { overlap, type Claim } from './claims.ts';
import { reservationTolerates } from './manifest.ts';
import type { Request } from './request.ts';
import type { InForce, Rules } from './rules.ts';
import { signable, type Item, type Requests, type Session } from './session.ts';

/*
 * Whether the rules let a request be signed. They are asked in a fixed order, and the decision names
 * the first one that decided.
 */

/** The rules, in the order in which they are asked. */
export const ruleNames = [
  'stopped',
  'frozen',
  'lifetime',
  'limit',
  'window',
  'destination',
  'cool-off',
] as const;
export type RuleName = (typeof ruleNames)[number];

/** What the rules say of a request. */
export interface Decision {
  /** The first rule that keeps it back; undefined where none does. */
  readonly rule: RuleName | undefined;
  /** Which version decided. */
  readonly version: number;
  /** Figures for the sentence: a limit and what is asked of it, in sat; a number of an output. */
  readonly figures: readonly number[];
}

/** What a request moves, in sat. */
export const amountOf = (request: Request): number => {
  switch (request.kind) {
    case 'test':
      return 0;
    case 'mint':
      return request.amount;
    case 'consolidation':
      return request.inputs.reduce((total, { amount }) => total + amount, 0);
    case 'spend':
    case 'burn':
    case 'fees':
      return paidOut(request.transaction);
  }
};

/** What is decided with. */
export interface Asked {
  readonly inForce: Pick<InForce, 'rules' | 'frozen'>;
  readonly chain: Pick<ChainKnown, 'time'>;
  readonly requests: Pick<Requests, 'items'>;
  readonly terms: { readonly n: number; readonly reservationQuorum: number };
  readonly own: number;
  /** The local clock, ms since 1970. It only ever makes a rule stricter. */
  readonly now: number;
}

/** What the rules say of the request at a position of a batch. */
export const decide = (asked: Asked, session: Session, position: number): Decision =>
  decideBeside(asked, session, session.items[position]!, countedBefore(asked, session, position));

/**
 * Those before a position of a batch that use their part of the limits. One that a rule keeps back, or
 * that the operator here turned down, uses nothing.
 */
function countedBefore(asked: Asked, session: Session, position: number): Item[] {
  const known = counts.get(asked.requests) ?? new Map<Session, readonly boolean[]>();
  counts.set(asked.requests, known);
  const which = known.get(session) ?? countEach(asked, session);
  known.set(session, which);
  return session.items.filter((_, i) => i < position && which[i]);
}
/** By what is known of requests: it is asked again for every request. */
const counts = new WeakMap<Asked['requests'], Map<Session, readonly boolean[]>>();

function countEach(asked: Asked, session: Session): boolean[] {
  const { slip, accepts } = session.replies[asked.own]!;
  const before: Item[] = [];
  return session.items.map((item, i) => {
    const possible = signable(item) && (!slip || accepts.has(i));
    const counted = possible && !decideBeside(asked, session, item, before).rule;
    if (counted) before.push(item);
    return counted;
  });
}

/** `before`: those of the same batch that are counted. */
function decideBeside(
  asked: Asked,
  { latest }: Pick<Session, 'latest'>,
  item: Item,
  before: readonly Item[],
): Decision {
  const { rules, frozen } = asked.inForce;
  const { request } = item;
  const { kind } = request;
  const { version } = rules;
  const because = (rule?: RuleName, ...figures: number[]): Decision => ({ rule, version, figures });
  if (kind === 'test') return because();
  if (frozen.length > 0) return because('stopped');
  if (rules.frozen.includes(kind)) return because('frozen');
  // Whoever proposes may name a later time than it is, so that the time left looks short. When the
  // packet came here does not count: a clock that was behind then would keep it back for ever.
  const life = Math.floor((request.expires - Math.min(latest, asked.now)) / 1000);
  if (life > rules.lifetime) return because('lifetime', rules.lifetime, life);
  const amount = amountOf(request);
  for (const { most, used, window } of limitsOn(asked, item, before)) {
    if (used + amount <= most) continue;
    return window === null
      ? because('limit', most, amount)
      : because('window', most, used, amount, window);
  }
  return destinations(rules, asked.chain.time, request) ?? because();
}

/** What a limit allows, and what other requests use of it, in sat; `window` in s. */
interface LimitOn {
  readonly most: number;
  readonly used: number;
  readonly window: number | null;
}

/** The limits on a request: first those on each request, then those on windows. */
function* limitsOn(asked: Asked, item: Item, before: readonly Item[]): Generator<LimitOn> {
  const { kind } = item.request;
  const limits = asked.inForce.rules.limits.filter(({ kinds }) =>
    (kinds as readonly string[]).includes(kind),
  );
  for (const { amount: most, window } of limits)
    if (window === null) yield { most, used: 0, window };
  for (const limit of limits)
    if (limit.window !== null)
      yield {
        most: limit.amount,
        used: usedWithin(asked, item, before, limit),
        window: limit.window,
      };
}

/** A limit that a request comes near to: what it allows, and what would then be used of it, in sat. */
export interface NearLimit {
  readonly most: number;
  readonly used: number;
  /** In s; null where the limit is on each request. */
  readonly window: number | null;
}

/** From this part of a limit on a request is near it. */
const NEAR = 0.9;

/** The limit that a request comes nearest to, or goes beyond most; undefined where it is near none. */
export function nearest(asked: Asked, session: Session, position: number): NearLimit | undefined {
  const item = session.items[position]!;
  const amount = amountOf(item.request);
  return [...limitsOn(asked, item, countedBefore(asked, session, position))]
    .map(({ most, used, window }) => ({ most, used: used + amount, window }))
    .filter(({ most, used }) => amount > 0 && used >= NEAR * most)
    .sort((a, b) => b.used * a.most - a.used * b.most)[0];
}

/** Outputs that a rule about destinations keeps back. */
function destinations(rules: Rules, time: number, request: Request): Decision | undefined {
  const { destinations: list, version } = rules;
  if (!list || !('transaction' in request) || !list.kinds.includes(request.kind)) return undefined;
  for (const [i, { script, path }] of request.transaction.outputs.entries()) {
    if (path !== null) continue;
    const known = list.allowed.filter((one) => equal(one.script, script));
    if (known.length === 0) return { rule: 'destination', version, figures: [i] };
    const from = Math.min(...known.map((one) => one.from));
    if (from > time) return { rule: 'cool-off', version, figures: [i, from] };
  }
  return undefined;
}

type Limit = Rules['limits'][number];

/**
 * What other requests use of a limit on a window, in sat: those that `standing` names, and those of the
 * same batch. One that this one excludes is not counted, nor one for the same transaction.
 */
function usedWithin(asked: Asked, { claim }: Item, before: readonly Item[], limit: Limit): number {
  const counted = new Set([...standing(asked, limit), ...before]);
  return mostPayable(
    [...counted].filter(
      (other) =>
        (limit.kinds as readonly string[]).includes(other.request.kind) &&
        other.claim !== undefined &&
        other.claim.digest !== claim?.digest &&
        !(claim && (overlap(other.claim, claim) || sameAnswer(other.claim, claim))),
    ),
  );
}

/** Whether both answer for one thing: only one of them can, or both attest the same. */
const sameAnswer = (a: Claim, b: Claim): boolean =>
  [...a.answers].some((name) => b.answers.has(name));

/**
 * Requests of a limit's kinds within its window that the operator here reserved, that enough reserved,
 * or that anybody gave shares for. Computed once while nothing changes.
 */
function standing(asked: Asked, limit: Limit): readonly Item[] {
  const { chain, requests, own, terms } = asked;
  const { time } = chain;
  const known = stood.get(requests) ?? new Map<Limit, Stood>();
  stood.set(requests, known);
  const before = known.get(limit);
  if (before?.time === time && before.own === own) return before.items;
  const items = [...requests.items.values()].filter((other) => {
    const { reserved, shared, signatures, request } = other;
    const stands =
      reserved.has(own) ||
      reserved.size >= terms.reservationQuorum ||
      shared.size > 0 ||
      signatures !== undefined;
    return (
      stands &&
      (limit.kinds as readonly string[]).includes(request.kind) &&
      usedAt(asked, other) > time - limit.window!
    );
  });
  known.set(limit, { time, own, items });
  return items;
}
interface Stood {
  readonly time: number;
  readonly own: number;
  readonly items: readonly Item[];
}
const stood = new WeakMap<Asked['requests'], Map<Limit, Stood>>();

/**
 * What these move at most, in sat. Of all that spend one output only one can be confirmed, so the
 * largest counts for them.
 */
function mostPayable(items: readonly Item[]): number {
  const spending = new Map<string, { common: readonly string[]; most: number }>();
  let total = 0;
  for (const { request, claim } of items) {
    const { outpoints } = claim!;
    const amount = amountOf(request);
    if (outpoints.size === 0) {
      total += amount;
      continue;
    }
    const shared = [...outpoints].find((name) => spending.has(name));
    if (shared === undefined) {
      const alone = { common: [...outpoints], most: amount };
      for (const name of outpoints) spending.set(name, alone);
      total += amount;
      continue;
    }
    const those = spending.get(shared)!;
    for (const name of those.common) if (!outpoints.has(name)) spending.delete(name);
    those.common = those.common.filter((name) => outpoints.has(name));
    total += Math.max(0, amount - those.most);
    those.most = Math.max(those.most, amount);
  }
  return total;
}

/**
 * When a request used its part of a window, in s: as the operator here said when reserving it; else as
 * others said, such that liars make it no earlier than it was. Never later than now.
 */
function usedAt({ chain, own, terms }: Asked, { reservedAt }: Item): number {
  const { dishonest } = reservationTolerates(terms.n, terms.reservationQuorum);
  const told = [...reservedAt.values()].sort((a, b) => b - a);
  // That many liars may say a later time, or an earlier one; a later one is the lesser harm.
  const at = told[Math.max(0, Math.min(dishonest, told.length - 1 - dishonest))];
  return Math.min(reservedAt.get(own) ?? at ?? chain.time, chain.time);
}

/** One request of the past under other rules. */
export interface DryRun {
  readonly session: Session;
  readonly position: number;
  readonly before: Decision;
  readonly after: Decision;
}

/**
 * What other rules would have said of every request of this log: each at the time at which it was
 * reserved, else now, beside all that came before it and was not kept back. `then`: the rules to be
 * tried.
 */
export function dryRun(
  asked: Asked,
  { sessions }: Pick<Requests, 'sessions'>,
  then: Rules,
): DryRun[] {
  const under = (rules: Rules): Decision[] => {
    const past = new Map<string, Item>();
    return sessions.flatMap((session) => {
      const reserved = session.items.filter(({ reservedAt }) => reservedAt.size > 0);
      const times = reserved.map((item) => usedAt(asked, item));
      const at: Asked = {
        ...asked,
        inForce: { rules, frozen: [] },
        chain: { time: times.length > 0 ? Math.max(...times) : asked.chain.time },
        requests: { items: new Map(past) },
      };
      return session.items.map((item, position) => {
        const decision = decide(at, session, position);
        if (item.claim && !decision.rule) past.set(item.claim.digest, item);
        return decision;
      });
    });
  };
  const [before, after] = [under(asked.inForce.rules), under(then)];
  return sessions
    .flatMap((session) => session.items.map((_, position) => ({ session, position })))
    .map((one, i) => ({ ...one, before: before[i]!, after: after[i]! }));
}

import { paidOut } from '../bitcoin/spend.ts';
import { equal } from '../crypto/bytes.ts';
import type { ChainKnown } from './chain-known.ts';
import { conflict } from './claims.ts';
import { reservationTolerates } from './manifest.ts';
import type { Request } from './request.ts';
import type { InForce, Moving, Rules } from './rules.ts';
import type { Item, Requests, Session } from './session.ts';

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
    default:
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
}

/** What the rules say of the request at a position of a batch. */
export function decide(asked: Asked, session: Session, position: number): Decision {
  const { rules, frozen } = asked.inForce;
  const item = session.items[position]!;
  const { request } = item;
  const { kind } = request;
  const { version } = rules;
  const because = (rule: RuleName, ...figures: number[]): Decision => ({ rule, version, figures });
  if (kind !== 'test') {
    if (frozen.length > 0) return because('stopped');
    if (rules.frozen.includes(kind)) return because('frozen');
  }
  const life = Math.floor((request.expires - session.packet.at) / 1000);
  if (life > rules.lifetime) return because('lifetime', rules.lifetime, life);
  if (kind === 'test') return { rule: undefined, version, figures: [] };
  const amount = amountOf(request);
  for (const { most, used, window } of limitsOn(asked, session, position)) {
    if (used + amount <= most) continue;
    return window === null
      ? because('limit', most, amount)
      : because('window', most, used, amount, window);
  }
  return (
    destinations(rules, asked.chain.time, request) ?? { rule: undefined, version, figures: [] }
  );
}

/** What a limit allows, and what other requests use of it, in sat; `window` in s. */
interface LimitOn {
  readonly most: number;
  readonly used: number;
  readonly window: number | null;
}

/** The limits on a request, in the order of the rules. */
function* limitsOn(asked: Asked, session: Session, position: number): Generator<LimitOn> {
  const { kind } = session.items[position]!.request;
  for (const { kinds, amount: most, window } of asked.inForce.rules.limits) {
    if (!(kinds as readonly string[]).includes(kind)) continue;
    const used = window === null ? 0 : usedWithin(asked, session, position, kinds, window);
    yield { most, used, window };
  }
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
  const amount = amountOf(session.items[position]!.request);
  return [...limitsOn(asked, session, position)]
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
    const known = list.allowed.find((one) => equal(one.script, script));
    if (!known) return { rule: 'destination', version, figures: [i] };
    if (known.from > time) return { rule: 'cool-off', version, figures: [i, known.from] };
  }
  return undefined;
}

/**
 * What other requests of these kinds use of a window, in sat: those that the operator here reserved,
 * or that anybody gave shares for, within it; and those before this one in its batch that the operator
 * here did not turn down. One that this one excludes is not counted.
 */
function usedWithin(
  asked: Asked,
  session: Session,
  position: number,
  kinds: readonly Moving[],
  window: number,
): number {
  const { chain, requests, own } = asked;
  const item = session.items[position]!;
  const reply = session.replies[own]!;
  const counted = new Map<string, Item>();
  for (const [name, other] of requests.items) {
    const stands = other.reserved.has(own) || other.shared.size > 0 || other.signatures;
    if (stands && usedAt(asked, other) > chain.time - window) counted.set(name, other);
  }
  for (const [i, other] of session.items.slice(0, position).entries())
    if (other.claim && (!reply.slip || reply.accepts.has(i)))
      counted.set(other.claim.digest, other);
  return [...counted.values()]
    .filter(
      ({ request, claim }) =>
        (kinds as readonly string[]).includes(request.kind) &&
        claim !== undefined &&
        claim.digest !== item.claim?.digest &&
        !(item.claim && conflict(claim, item.claim)),
    )
    .reduce((total, { request }) => total + amountOf(request), 0);
}

/**
 * When a request used its part of a window, in s: as the operator here said when reserving it; else as
 * late as so many reservers say that one of them is honest. Never later than now.
 */
function usedAt({ chain, own, terms }: Asked, { reservedAt }: Item): number {
  const mine = reservedAt.get(own);
  const { dishonest } = reservationTolerates(terms.n, terms.reservationQuorum);
  const told = [...reservedAt.values()].sort((a, b) => b - a);
  const at = mine ?? told[Math.min(dishonest, told.length - 1)] ?? chain.time;
  return Math.min(at, chain.time);
}

/** One request of the past under other rules. */
export interface DryRun {
  readonly session: Session;
  readonly position: number;
  readonly before: Decision;
  readonly after: Decision;
}

/**
 * What other rules would have said of every request of this log: each as if it were asked now, beside
 * all that came before it. `then`: the rules to be tried.
 */
export function dryRun(
  asked: Asked,
  { sessions }: Pick<Requests, 'sessions'>,
  then: Rules,
): DryRun[] {
  const past = new Map<string, Item>();
  return sessions.flatMap((session) => {
    const requests = { items: new Map(past) };
    for (const item of session.items) if (item.claim) past.set(item.claim.digest, item);
    const { rules } = asked.inForce;
    const of = (tried: Rules, position: number) =>
      decide({ ...asked, inForce: { rules: tried, frozen: [] }, requests }, session, position);
    return session.items.map((_, position) => ({
      session,
      position,
      before: of(rules, position),
      after: of(then, position),
    }));
  });
}

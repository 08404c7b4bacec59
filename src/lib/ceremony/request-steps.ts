import { equal, type Bytes } from '../crypto/bytes.ts';
import { held, impossible } from './collisions.ts';
import { findingsOf, proven } from './findings.ts';
import type { Terms } from './manifest.ts';
import { signerProblems } from './packages.ts';
import { decide } from './policy.ts';
import { signable, type Known, type Package, type Requests, type Session } from './session.ts';
import type { Told } from './state.ts';

/*
 * The life of a request, and what the operator here does next for it.
 */

/** How far a request came, in order. */
export const stages = [
  'proposed',
  'validating',
  'policy',
  'approved',
  'reserved',
  'nonces',
  'package-frozen',
  'shares',
  'aggregated',
  'verified',
  'released',
  'confirmed',
] as const;
export type Stage = (typeof stages)[number];

/** Why a request does not go on. */
export type Halt =
  /** Something is wrong with it or its batch, whatever anybody says. */
  | 'refused'
  /** Too many operators object. */
  | 'objected'
  | 'expired'
  /** What it claims is reserved for another request. */
  | 'held'
  /** Evidence for it is missing, or says something else. */
  | 'unproved'
  /** The group's rules keep it back. */
  | 'policy'
  /** A share was wrong: it goes on with other signers. */
  | 'failed'
  /** Another transaction that excludes it is final. */
  | 'replaced';

/** Where things stand here. */
export interface Here {
  readonly known: Known;
  readonly terms: Terms;
  readonly requests: Requests;
  /** The own number. */
  readonly own: number;
  /** ms since 1970. */
  readonly now: number;
  readonly collects: boolean;
  /** Whether the nonces that a packet announced are in memory. */
  readonly holds: (packet: Uint8Array) => boolean;
}

const count = (session: Session, test: (number: number) => boolean): number =>
  session.replies.filter((_, number) => test(number)).length;

/** How far a request came. */
export function stageOf(terms: Terms, session: Session, position: number): Stage {
  const item = session.items[position]!;
  const { t, reservationQuorum } = terms;
  const accepts = (number: number) => session.replies[number]!.accepts.has(position);
  const approves = (number: number) => accepts(number) && session.replies[number]!.approved;
  const packages = session.packages.filter(
    ({ items, problems }) => problems.length === 0 && items.includes(position),
  );
  if (item.depth) return 'confirmed';
  if (item.signatures) return item.seen.size > 0 ? 'released' : 'verified';
  if (packages.some(({ shared }) => shared.get(position)?.length === t)) return 'aggregated';
  if (item.shared.size > 0) return 'shares';
  if (packages.length > 0) return 'package-frozen';
  const approved = count(session, approves) >= t;
  const reserved = !item.claim || item.reserved.size >= reservationQuorum;
  const committed = count(
    session,
    (number) => approves(number) && unspent(session, number) !== undefined,
  );
  if (approved && reserved && committed >= t) return 'nonces';
  if (approved && reserved) return 'reserved';
  if (approved) return 'approved';
  if (count(session, accepts) >= t) return 'policy';
  return session.replies.some(({ slip }) => slip) ? 'validating' : 'proposed';
}

const halts = new WeakMap<Here, Map<Session, (Halt | undefined)[]>>();

/**
 * Why a request does not go on here; undefined where it does, or is signed. Computed once for one
 * `here`.
 */
export function haltOf(here: Here, session: Session, position: number): Halt | undefined {
  const before = halts.get(here) ?? new Map<Session, (Halt | undefined)[]>();
  halts.set(here, before);
  const known = before.get(session) ?? session.items.map((_, i) => haltNow(here, session, i));
  before.set(session, known);
  return known[position];
}

function haltNow(here: Here, session: Session, position: number): Halt | undefined {
  const { terms, requests } = here;
  const item = session.items[position]!;
  if (impossible(item, requests.items)) return 'replaced';
  if (item.signatures) return undefined;
  if (session.problems.length > 0 || !signable(item)) return 'refused';
  const needed = item.claim ? terms.reservationQuorum : terms.t;
  const objecting = count(session, (number) => session.replies[number]!.objections.has(position));
  // Whoever has not said what they found is not told what others did.
  const answered = session.replies[here.own]!.slip !== undefined;
  if (answered && objecting > terms.n - needed) return 'objected';
  // A clock that was set back does not make anything live longer.
  const now = Math.max(here.now, 1000 * requests.chain.time);
  if (now > item.request.expires) return 'expired';
  if (held(here, item).length > 0) return 'held';
  if (!proven(findingsOf(here, item))) return 'unproved';
  if (decide(asked(here), session, position).rule) return 'policy';
  const last = session.packages.findLast(({ items }) => items.includes(position));
  return last && last.wrong.length > 0 ? 'failed' : undefined;
}

/** What the rules are asked with. */
export const asked = ({ requests, terms, own, now }: Here) => ({
  inForce: requests.inForce,
  chain: requests.chain,
  requests,
  terms,
  own,
  now,
});

/** Whether a request can still be signed here. */
export const open = (here: Here, session: Session, position: number): boolean => {
  const halt = haltOf(here, session, position);
  return !session.items[position]!.signatures && (halt === undefined || halt === 'failed');
};

/** Positions of all that can still be signed here. */
export const openItems = (here: Here, session: Session): number[] =>
  session.items.flatMap((_, i) => (open(here, session, i) ? [i] : []));

/** Whether an operator's share under a package is out. */
const sharedBy = ({ shared }: Package, number: number): boolean =>
  [...shared.values()].some((ids) => ids.includes(number));

/** The last nonces of an operator under which they gave no share yet. */
export function unspent(
  { replies, packages }: Session,
  number: number,
): Told<'nonces'> | undefined {
  const last = replies[number]!.nonces.at(-1);
  const spent = packages.some(
    (one) =>
      sharedBy(one, number) &&
      one.commits.some((commit) => last !== undefined && equal(commit, last.packet.hash)),
  );
  return spent ? undefined : last;
}

/** Whether a signer who gave no share yet announced other nonces since: nobody waits for it. */
const overtaken = ({ replies }: Session, one: Package): boolean =>
  one.ids.some((id, i) => {
    const last = replies[id]!.nonces.at(-1);
    return !sharedBy(one, id) && last !== undefined && !equal(last.packet.hash, one.commits[i]!);
  });

/** Whose share was wrong in this session. */
export const culprits = ({ packages }: Session): number[] => [
  ...new Set(packages.flatMap(({ wrong }) => wrong)),
];

/** A choice of signers and of the items that all of them can sign. */
export interface Choice {
  readonly items: readonly number[];
  readonly signers: readonly { readonly operator: number; readonly packet: Bytes }[];
}

/**
 * The t signers that can sign the most open items, with as many approvals on a trusted display as the
 * group demands; `among`: only these operators. Undefined where there are none.
 */
export function chooseSigners(
  here: Here,
  session: Session,
  among?: readonly number[],
): Choice | undefined {
  const reserved = openItems(here, session).filter((i) => {
    const item = session.items[i]!;
    return !item.claim || item.reserved.size >= here.terms.reservationQuorum;
  });
  return signersOf(here, session, reserved, among);
}

/** The same among these items, whoever reserved them. */
function signersOf(
  here: Here,
  session: Session,
  wanted: readonly number[],
  among?: readonly number[],
): Choice | undefined {
  const { t, minDisplayApprovals } = here.terms;
  const able = session.replies.flatMap((reply, operator) => {
    const nonces = unspent(session, operator);
    const fits = reply.approved && nonces && (!among || among.includes(operator));
    const given = new Set(nonces?.part.items.map(({ item }) => item));
    const items = wanted.filter((i) => reply.accepts.has(i) && given.has(i));
    return fits &&
      items.length > 0 &&
      !(among === undefined && culprits(session).includes(operator))
      ? [{ operator, packet: nonces.packet.hash, items }]
      : [];
  });
  let best: Choice | undefined;
  for (const signers of subsets(able, t)) {
    const ids = signers.map(({ operator }) => operator);
    // Where it was approved counts, as for a package; by now an operator may have another device.
    const displays = ids.filter((operator) => session.replies[operator]!.displayed).length;
    if (displays < minDisplayApprovals) continue;
    if (signerProblems(here.known, session, ids).length > 0) continue;
    const items = wanted.filter((i) => signers.every((one) => one.items.includes(i)));
    if (items.length > (best?.items.length ?? 0))
      best = { items, signers: signers.map(({ operator, packet }) => ({ operator, packet })) };
  }
  return best;
}

/** Whether those who approved and gave nonces can sign all of these together, some set of them each. */
function canSign(
  here: Here,
  session: Session,
  items: readonly number[],
  among?: readonly number[],
): boolean {
  if (items.length === 0) return true;
  const choice = signersOf(here, session, items, among);
  const rest = items.filter((i) => !choice?.items.includes(i));
  return choice !== undefined && canSign(here, session, rest, among);
}

/** All subsets of this size, the first elements first. */
function* subsets<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  if (size === 0) yield [];
  for (const [i, first] of list.entries())
    if (list.length - i >= size)
      for (const rest of subsets(list.slice(i + 1), size - 1)) yield [first, ...rest];
}

/** What can be done while a signer of a frozen package gives no share. */
export type Meanwhile =
  { readonly act: 'renew' | 'sign' } | { readonly act: 'freeze'; readonly choice: Choice };

/** What the operator here does next for a batch. */
export type SessionNext =
  /** Look at it and say what was found. */
  | { readonly act: 'answer' }
  /** Approve what was accepted, to sign it. */
  | { readonly act: 'sign' }
  /** Fresh nonces in place of those that are gone or used. */
  | { readonly act: 'renew' }
  | { readonly act: 'freeze'; readonly choice: Choice }
  | { readonly act: 'release'; readonly packages: readonly Package[] }
  /** Somebody else is to send something. `meanwhile`: what goes on without them, if they do not. */
  | {
      readonly act: 'bring';
      readonly from: readonly number[];
      readonly meanwhile?: Meanwhile | undefined;
    }
  /** Signed: hand the transaction over to the network and say so. */
  | { readonly act: 'hand-over'; readonly items: readonly number[] }
  | { readonly act: 'done' };

/** The next step here. */
export function sessionNext(here: Here, session: Session): SessionNext {
  const { own } = here;
  const reply = session.replies[own]!;
  const open = openItems(here, session);
  if (open.length > 0 && !reply.slip) return { act: 'answer' };
  const packages = session.packages.filter((one) => releasable(here, session, one));
  if (packages.length > 0) return { act: 'release', packages };
  const mine = open.filter((i) => reply.accepts.has(i));
  // Whoever left out an item under a package gives nothing more under it: nobody waits for that.
  const waited = session.packages.filter(
    (one) =>
      one.problems.length === 0 &&
      one.wrong.length === 0 &&
      !overtaken(session, one) &&
      one.ids.some((id) => !sharedBy(one, id)) &&
      one.items.some((i) => open.includes(i)),
  );
  if (open.length > 0 && waited.length > 0) {
    const last = waited.at(-1)!;
    const from = last.ids.filter((id) => !sharedBy(last, id));
    if (from.includes(own)) return { act: 'renew' };
    const missing = waited.flatMap((one) => one.ids.filter((id) => !sharedBy(one, id)));
    return { act: 'bring', from, meanwhile: without(here, session, missing) };
  }
  if (mine.length > 0 && needsNonces(here, session)) return { act: 'renew' };
  const choice = here.collects ? chooseSigners(here, session) : undefined;
  if (choice) return { act: 'freeze', choice };
  if (mine.length > 0 && !reply.approved && !canSign(here, session, mine)) return { act: 'sign' };
  if (open.length > 0) {
    const from = session.replies.flatMap(({ slip }, number) =>
      number !== own && !slip ? [number] : [],
    );
    return { act: 'bring', from };
  }
  const signed = session.items.flatMap(({ signatures, seen, claim }, i) =>
    claim && signatures && seen.size === 0 ? [i] : [],
  );
  return signed.length > 0 ? { act: 'hand-over', items: signed } : { act: 'done' };
}

/** Whether the operator here approved, and has no nonces here that others can count on. */
function needsNonces({ own, holds }: Here, session: Session): boolean {
  const current = unspent(session, own);
  return session.replies[own]!.approved && !(current && holds(current.packet.hash));
}

/** What goes on without those whose shares are missing: fresh nonces, approvals, another package. */
function without(here: Here, session: Session, missing: readonly number[]): Meanwhile | undefined {
  const { accepts, approved } = session.replies[here.own]!;
  const mine = openItems(here, session).filter((i) => accepts.has(i));
  if (mine.length > 0 && needsNonces(here, session)) return { act: 'renew' };
  const left = [...session.replies.keys()].filter(
    (id) => !missing.includes(id) && !culprits(session).includes(id),
  );
  const choice = here.collects ? chooseSigners(here, session, left) : undefined;
  if (choice) return { act: 'freeze', choice };
  const helps = mine.length > 0 && !approved && left.length >= here.terms.t;
  return helps && !canSign(here, session, mine, left) ? { act: 'sign' } : undefined;
}

/**
 * Whether the own share is due under a package: nothing is wrong with it, the nonces are here, and
 * those of the others as well.
 */
function releasable(here: Here, session: Session, one: Package): boolean {
  const at = one.ids.indexOf(here.own);
  return (
    at >= 0 &&
    one.problems.length === 0 &&
    !sharedBy(one, here.own) &&
    !overtaken(session, one) &&
    here.holds(one.commits[at]!) &&
    one.items.some((i) => open(here, session, i))
  );
}

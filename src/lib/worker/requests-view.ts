/**
 * What the page shows of requests: plain data, computed from the log. What others found is withheld
 * until the operator here said what they found.
 */
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { conflict, outpointName, type Thing } from '../ceremony/claims.ts';
import { alike, held } from '../ceremony/collisions.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import { findingsOf, type Finding } from '../ceremony/findings.ts';
import type { Terms } from '../ceremony/manifest.ts';
import { decide, nearest, type Decision, type NearLimit } from '../ceremony/policy.ts';
import type { RequestProblem } from '../ceremony/problems.ts';
import {
  asked,
  culprits,
  haltOf,
  sessionNext,
  stageOf,
  type Halt,
  type Here,
  type SessionNext,
  type Stage,
} from '../ceremony/request-steps.ts';
import {
  suitesOf,
  transactionOf,
  type Batch,
  type Kind,
  type Request,
} from '../ceremony/request.ts';
import type {
  BatchProblem,
  Item,
  Known,
  Package,
  PackageProblem,
  Requests,
  Session,
} from '../ceremony/session.ts';
import { attestedOf, type AttestedReview } from './attested-review.ts';
import { reviewOf, type Spending, type SpendReview } from './review.ts';
import { mayGo, shallowIn, type Listed } from './shallow.ts';
import type { Signer } from './signer.ts';
import type { Suite } from './signing-memory.ts';

/** One request. Operators by number. */
export interface ItemView {
  readonly position: number;
  readonly digest: Bytes;
  readonly request: Request;
  readonly stage: Stage;
  readonly halt: Halt | undefined;
  /** Of a transaction. */
  readonly review: SpendReview | undefined;
  /** Of what the attestation key signs for the bridge. */
  readonly attested: AttestedReview | undefined;
  readonly problems: readonly RequestProblem[];
  /**
   * Of a withdrawal: inputs, from 0, that neither Bitcoin Core listed here nor another request spends
   * that this one would exclude. A coin that does not exist pays nobody.
   */
  readonly unlisted: readonly number[];
  /**
   * Of a transaction that pays others: inputs, from 0, whose coin Bitcoin Core listed here as one that
   * may be gone again with its block.
   */
  readonly shallow: readonly number[];
  /** What the evidence says of it. */
  readonly findings: readonly Finding[];
  /** What the group's rules say of it. */
  readonly decision: Decision;
  /** The limit that it comes nearest to, where it is near one. */
  readonly nearLimit: NearLimit | undefined;
  /** It pays or mints to somebody to whom no signed request of this group did. */
  readonly newRecipient: boolean;
  /** A mint of a deposit that may have been attested before: the bridge may have minted for it. */
  readonly again: boolean;
  readonly accepted: readonly number[];
  readonly reserved: readonly number[];
  readonly objections: readonly { readonly operator: number; readonly because: string }[];
  /** What this one waits for: requests that claim the same. */
  readonly heldBy: readonly { readonly digest: Bytes; readonly over: Thing }[];
  /** Other requests that can then not be confirmed, because it spends a coin of theirs. */
  readonly excludes: readonly { readonly digest: Bytes; readonly purpose: string }[];
  /** Whose shares are out; from the first on it stays possibly signed for ever. */
  readonly shared: readonly number[];
  readonly signatures: readonly Bytes[] | undefined;
  readonly seen: readonly { readonly operator: number; readonly depth: number }[];
  readonly depth: number | undefined;
}

/** One operator's reply. */
export interface ReplyView {
  readonly answered: boolean;
  /** Undefined while it is withheld. */
  readonly source: string | undefined;
  readonly approved: boolean;
  readonly nonces: boolean;
  readonly culprit: boolean;
}

/** A frozen package. Operators by number, items by position. */
export interface PackageView {
  readonly hash: Bytes;
  readonly frozenBy: number;
  readonly ids: readonly number[];
  readonly items: readonly number[];
  readonly problems: readonly PackageProblem[];
  /** Whose shares are out, of `ids`. */
  readonly shared: readonly number[];
  readonly wrong: readonly number[];
}

/** A batch and what is known of it here. */
export interface SessionView {
  /** Stands for the batch, 32 bytes. */
  readonly root: Bytes;
  readonly kind: Kind;
  readonly proposers: readonly number[];
  /** When it was proposed, by the packet that came here first and its sender's clock; ms since 1970. */
  readonly at: number;
  readonly items: readonly ItemView[];
  readonly problems: readonly BatchProblem[];
  readonly replies: readonly ReplyView[];
  readonly packages: readonly PackageView[];
  /** The own slip was sent; before, what others found is not shown. */
  readonly answered: boolean;
  /** Positions accepted here. */
  readonly accepted: readonly number[];
  /** What the own device shows for what was accepted. */
  readonly statement: string | undefined;
  readonly next: SessionNext;
  /** Which shares its signatures need. */
  readonly suites: readonly Suite[];
  readonly faults: readonly CeremonyFault[];
}

/** Everything that a page shows of requests. */
export interface RequestsView {
  readonly own: number;
  readonly terms: Terms;
  readonly collects: boolean;
  /** The last one first. */
  readonly sessions: readonly SessionView[];
  readonly drafts: readonly { readonly name: Bytes; readonly at: number; readonly batch: Batch }[];
  /** Which shares are open for signing. */
  readonly opened: readonly Suite[];
  readonly faults: readonly CeremonyFault[];
}

/** The coins that Bitcoin Core listed here, and which of them may be gone again. */
interface Coins {
  readonly listed: Listed;
  readonly goes: ReturnType<typeof mayGo>;
}

/**
 * Undefined while the key may not be used. `listed`: the coins that Bitcoin Core listed here; without it
 * none is missed or warned of.
 */
export function requestsViewOf(seat: Signer, listed?: Listed): RequestsView | undefined {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  const here = seat.here(requests);
  const coins = listed && { listed, goes: mayGo(requests, listed) };
  return {
    own: here.own,
    terms: here.terms,
    collects: here.collects,
    sessions: requests.sessions
      .map((session) => sessionView(known, here, requests, session, coins))
      .reverse(),
    drafts: draftsOf(seat),
    opened: seat.openedForSigning(),
    faults: requests.faults,
  };
}

/** What was prepared here and not proposed, the last first. */
export function draftsOf({ state }: Signer): RequestsView['drafts'] {
  const drafts = new Map(
    state
      .noted('draft')
      .map(({ at, event: { name, batch } }) => [toHex(name), { name, at, batch }] as const),
  );
  return [...drafts.values()].filter(({ batch }) => batch.length > 0).reverse();
}

function sessionView(
  known: Known,
  here: Here,
  requests: Requests,
  session: Session,
  coins: Coins | undefined,
): SessionView {
  const own = session.replies[here.own]!;
  const answered = own.slip !== undefined;
  const visible = (number: number) => answered || number === here.own;
  const bad = culprits(session);
  const earlier = spendsBefore(requests, session);
  const served = recipientsServed(requests);
  return {
    root: session.root,
    kind: session.kind,
    proposers: session.proposers,
    at: session.at,
    items: session.items.map((_, position) =>
      itemView(known, here, session, position, earlier, served, answered, coins),
    ),
    problems: session.problems,
    replies: session.replies.map(({ slip, approved, nonces }, number) => ({
      answered: slip !== undefined,
      source: visible(number) ? slip?.part.source : undefined,
      approved: visible(number) && approved,
      nonces: visible(number) && nonces.length > 0,
      culprit: answered && bad.includes(number),
    })),
    packages: answered ? session.packages.map(packageView) : [],
    answered,
    accepted: [...own.accepts],
    statement: own.statement,
    next: sessionNext(here, session),
    suites: suitesOf[session.kind],
    faults: answered ? session.faults : [],
  };
}

const packageView = ({ hash, frozenBy, ids, items, problems, shared, wrong }: Package) => ({
  hash,
  frozenBy,
  ids,
  items,
  problems,
  shared: ids.filter((id) => [...shared.values()].some((out) => out.includes(id))),
  wrong,
});

/** The spends proposed before a session, oldest first. */
const spendsBefore = ({ sessions }: Requests, session: Session) =>
  sessions
    .slice(0, sessions.indexOf(session))
    .flatMap(({ items }) =>
      items.flatMap(({ request, signatures }) =>
        transactionOf(request)
          ? [{ request: request as Spending, signed: signatures !== undefined }]
          : [],
      ),
    );

/** Whom a request pays or mints to, by name: scripts of others, or the hash of a public key, in hex. */
const recipientsOf = (request: Request): string[] =>
  request.kind === 'mint'
    ? [toHex(request.recipient)]
    : (transactionOf(request)?.outputs ?? []).flatMap(({ script, path }) =>
        path === null ? [toHex(script)] : [],
      );

/** Everybody to whom a signed request paid or minted. */
const recipientsServed = ({ items }: Requests): ReadonlySet<string> =>
  new Set(
    [...items.values()].flatMap(({ request, signatures }) =>
      signatures ? recipientsOf(request) : [],
    ),
  );

/**
 * Whether a mint is of a later issue, or shares are out for another attestation of its deposit. That
 * one may have ended; whether the bridge took it in time is not in the log.
 */
const mayBeAgain = ({ items }: Requests, { request, claim }: Item): boolean =>
  request.kind === 'mint' &&
  (request.issue > 0 ||
    alike({ claim }, items).some(
      (other) => other.shared.size > 0 && other.claim!.digest !== claim!.digest,
    ));

/** Inputs of a withdrawal that nobody here knows of; a signed one needs no coin any more. */
function unlistedIn({ items }: Requests, item: Item, { listed }: Coins): readonly number[] {
  const { request, signatures } = item;
  if (request.kind !== 'burn' || signatures) return [];
  const others = new Set(
    alike(item, items).flatMap(({ claim }) =>
      claim && claim.digest !== item.claim?.digest ? [...claim.outpoints] : [],
    ),
  );
  return request.transaction.inputs.flatMap((input, i) => {
    const name = outpointName(input);
    return listed.confirmations.has(name) || others.has(name) ? [] : [i];
  });
}

/** Of fees the evidence says how deep they lie; a signed one is not spent anew. */
const shallowOf = ({ request, signatures }: Item, { listed, goes }: Coins): readonly number[] =>
  (request.kind === 'burn' || request.kind === 'spend') && !signatures
    ? shallowIn(request.transaction, listed, goes)
    : [];

function itemView(
  known: Known,
  here: Here,
  session: Session,
  position: number,
  earlier: readonly { readonly request: Spending; readonly signed: boolean }[],
  served: ReadonlySet<string>,
  answered: boolean,
  coins: Coins | undefined,
): ItemView {
  const item = session.items[position]!;
  const { request, digest, reserved, shared, signatures, seen, depth } = item;
  const numbers = session.replies.map((_, number) => number);
  const shown = answered ? numbers : [here.own];
  const stage = stageOf(here.terms, session, position);
  return {
    position,
    digest,
    request,
    stage: answered || signatures || item.shared.size > 0 ? stage : 'proposed',
    halt: haltOf(here, session, position),
    review: transactionOf(request) && reviewOf(known, request as Spending, earlier),
    attested: item.problems.length === 0 ? attestedOf(known, request) : undefined,
    problems: item.problems,
    unlisted: coins ? unlistedIn(here.requests, item, coins) : [],
    shallow: coins ? shallowOf(item, coins) : [],
    findings: findingsOf(here, item),
    decision: decide(asked(here), session, position),
    nearLimit: nearest(asked(here), session, position),
    newRecipient: recipientsOf(request).some((one) => !served.has(one)),
    again: mayBeAgain(here.requests, item),
    accepted: shown.filter((number) => session.replies[number]!.accepts.has(position)),
    reserved: shown.filter((number) => reserved.has(number)),
    objections: shown.flatMap((operator) => {
      const because = session.replies[operator]!.objections.get(position);
      return because === undefined ? [] : [{ operator, because }];
    }),
    heldBy: held(here, item).map(({ item: other, over }) => ({ digest: other.digest, over })),
    excludes: alike(item, here.requests.items).flatMap((other) =>
      item.claim && other.claim && conflict(other.claim, item.claim)
        ? [{ digest: other.digest, purpose: other.request.purpose }]
        : [],
    ),
    shared: [...shared],
    signatures,
    seen: [...seen].map(([operator, at]) => ({ operator, depth: at })),
    depth,
  };
}

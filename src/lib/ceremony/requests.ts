import { toHex, type Bytes } from '../crypto/bytes.ts';
import { fault } from '../crypto/faults.ts';
import { FINAL_DEPTH } from '../bitcoin/coins.ts';
import { txidOf } from '../bitcoin/transaction.ts';
import { chainOf, depthOf, everDeep, includedIn, type ChainKnown } from './chain-known.ts';
import { claimOf, collision, overlap } from './claims.ts';
import { collisions, givesWay, sameAttested } from './collisions.ts';
import { ceremonyFault, inSignedPackets, type CeremonyFault } from './faults.ts';
import type { Manifest } from './manifest.ts';
import { noncesFit, packageOf } from './packages.ts';
import { approvalHolds, cardAt } from './operator-device.ts';
import type { Packet } from './packet.ts';
import { amountOf } from './policy.ts';
import { checkRequest } from './problems.ts';
import {
  batchRoot,
  MAX_SIGNATURES,
  requestDigest,
  signatureCount,
  transactionOf,
  unitsOf,
  type Batch,
  type Under,
} from './request.ts';
import { rulesInForce } from './rules.ts';
import {
  signable,
  type BatchProblem,
  type Item,
  type Known,
  type Reply,
  type Requests,
  type Session,
} from './session.ts';
import type { State, Told } from './state.ts';
import { requestStatement } from './statement.ts';

/*
 * What the packets say about requests, computed by everybody alone: who found what, who reserved and
 * approved, which nonces there are, which packages were frozen, what was signed and what was seen.
 */

interface Draft extends Item {
  readonly reserved: Set<number>;
  readonly promised: Set<number>;
  readonly reservedAt: Map<number, number>;
  readonly shared: Set<number>;
  readonly seen: Map<number, number>;
  signatures: readonly Bytes[] | undefined;
  depth: number | undefined;
  wasFinal: boolean;
}

/** Reads all requests of this log. */
export function requestsOf(known: Known): Requests {
  const { state, manifest } = known;
  const items = new Map<string, Draft>();
  const sessions = new Map<string, Proposal>();
  for (const [from, { packetKey }] of manifest.operators.entries())
    // A batch is known by its root: it counts in whichever of two packets it stands.
    for (const told of state.everTold(packetKey, 'request')) {
      const batch = itemsOf(known, told).map((item) => {
        const name = toHex(item.digest);
        const draft = items.get(name) ?? {
          ...item,
          reserved: new Set(),
          promised: new Set(),
          reservedAt: new Map(),
          shared: new Set(),
          seen: new Map(),
          signatures: undefined,
          depth: undefined,
          wasFinal: false,
        };
        items.set(name, draft);
        return draft;
      });
      const name = toHex(batchRoot(batch.map(({ digest }) => digest)));
      sessions.set(name, proposedAgain(state, sessions.get(name), told.packet, from, batch));
    }
  const chain = chainOf(state, manifest);
  sightings(known, items, chain);
  const faults = reservations(known, items, sessions, chain.time);
  const ordered = [...sessions.values()].sort((a, b) =>
    state.cameBefore(a.first, b.first) ? -1 : 1,
  );
  return {
    sessions: ordered.map((proposal) => sessionOf(known, proposal)),
    items,
    chain,
    inForce: rulesInForce(known),
    faults,
  };
}

/** A batch that was proposed; `first`: by the packet that came here first. */
interface Proposal extends Pick<Session, 'proposers' | 'latest'> {
  readonly first: Packet;
  readonly items: readonly Draft[];
}

/**
 * A batch with one more packet that proposes it. Whoever repeats what another proposed takes its place
 * in no log: neither as its proposer, nor with an older clock, nor does a later one change its time.
 */
const proposedAgain = (
  state: State,
  before: Proposal | undefined,
  packet: Packet,
  from: number,
  items: readonly Draft[],
): Proposal => ({
  first: before && state.cameBefore(before.first, packet) ? before.first : packet,
  proposers: [...new Set([...(before?.proposers ?? []), from])],
  latest: Math.max(before?.latest ?? 0, packet.at),
  items,
});

type Fixed = Pick<Item, 'request' | 'digest' | 'units' | 'problems' | 'claim'>;

/** What follows from a proposal alone. */
function itemsOf(known: Known, { part, packet }: Told<'request'>): readonly Fixed[] {
  return known.state.once('requests', [packet.hash], () =>
    part.batch.map((request): Fixed => {
      const digest = requestDigest(known, request);
      const problems = checkRequest(known, request);
      const units = problems.length === 0 ? (unitsOf(known.groups, known, request) ?? []) : [];
      return { request, digest, units, problems, claim: claimOf(known, request, digest) };
    }),
  );
}

/** What is wrong with a batch, whoever proposed it. */
export function batchProblems(
  { id, terms }: Pick<Under, 'id'> & Pick<Manifest, 'terms'>,
  batch: Batch,
): BatchProblem[] {
  const { limits } = terms;
  const problems: BatchProblem[] = [];
  if (batch.some(({ kind }) => kind !== batch[0]!.kind)) problems.push('kinds-mixed');
  if (batch.length > limits.items) problems.push('too-many');
  if (batch.reduce((all, request) => all + signatureCount(request), 0) > MAX_SIGNATURES)
    problems.push('too-many-signatures');
  const paid = batch.map(amountOf);
  if (paid.reduce((a, b) => a + b, 0) > limits.batch) problems.push('sum-too-large');
  const claims = batch.flatMap((request, i) => claimOf({ id }, request, Uint8Array.of(i)) ?? []);
  const collide = claims.some((claim, i) =>
    claims.slice(0, i).some((earlier) => collision(earlier, claim) || overlap(earlier, claim)),
  );
  if (collide) problems.push('items-collide');
  return problems;
}

/**
 * Each operator's last word counts: a depth can be taken back. Evidence that a transaction is in the
 * chain that t operators agree on counts as t of them.
 */
function sightings(
  { state, manifest }: Known,
  items: ReadonlyMap<string, Draft>,
  chain: ChainKnown,
): void {
  const finalTo = new Map<Draft, Set<number>>();
  for (const [number, { packetKey }] of manifest.operators.entries())
    for (const { part } of state.told(packetKey, 'sighting')) {
      const item = items.get(toHex(part.digest));
      if (!item) continue;
      item.seen.set(number, part.depth);
      if (part.depth >= FINAL_DEPTH)
        finalTo.set(item, new Set([...(finalTo.get(item) ?? []), number]));
    }
  const { t } = manifest.terms;
  for (const item of items.values()) {
    item.depth = [...item.seen.values()].sort((a, b) => b - a)[t - 1];
    item.wasFinal = (finalTo.get(item)?.size ?? 0) >= t;
    const transaction = transactionOf(item.request);
    if (!transaction || chain.included.size === 0) continue;
    const txid = txidOf(transaction);
    const found = includedIn(chain, txid);
    if (found) item.depth = Math.max(item.depth ?? 0, depthOf(chain, found.block));
    item.wasFinal ||= everDeep(chain, txid) >= FINAL_DEPTH;
  }
}

/**
 * Who reserved what, each operator's packets in order: a second claim on the same thing is proof. It
 * is none where the first claim was impossible, or its transaction made for other things, even if it
 * does not look so any more.
 */
function reservations(
  { state, manifest }: Known,
  items: ReadonlyMap<string, Draft>,
  sessions: ReadonlyMap<string, { items: readonly Draft[] }>,
  time: number,
): CeremonyFault[] {
  const faults: CeremonyFault[] = [];
  const wasFinal = (item: Item) => item.wasFinal;
  for (const [number, { packetKey }] of manifest.operators.entries())
    for (const { part } of state.everTold(packetKey, 'reserve'))
      for (const position of part.items)
        sessions.get(toHex(part.session))?.items[position]?.promised.add(number);
  for (const [number, { packetKey }] of manifest.operators.entries()) {
    let honest = true;
    for (const { part, packet } of state.told(packetKey, 'reserve'))
      for (const position of part.items) {
        const item = sessions.get(toHex(part.session))?.items[position];
        if (!item) continue;
        const twice = collisions(
          item,
          items,
          time,
          // Whoever reserves the same bytes again, once they could not be signed in time, may.
          (other) =>
            other.reserved.has(number) &&
            !(other.request.expires < packet.at && sameAttested(other, item)) &&
            !givesWay(other, item, items, manifest.terms.reservationQuorum, wasFinal),
          wasFinal,
        );
        if (twice.length === 0) {
          item.reserved.add(number);
          // What the group agreed on may be old, or nothing yet.
          const at = Math.max(part.time, Math.floor(packet.at / 1000));
          if (!item.reservedAt.has(number)) item.reservedAt.set(number, at);
        } else honest = false;
      }
    if (!honest) faults.push(ceremonyFault('reserved-twice', [number]));
  }
  return faults;
}

function sessionOf(known: Known, { proposers, first, latest, items }: Proposal): Session {
  const { manifest, state } = known;
  const root = batchRoot(items.map(({ digest }) => digest));
  const faults: CeremonyFault[] = [];
  const replies = manifest.operators.map((_, number) => {
    const reply = replyOf(known, root, items, number);
    if (reply.unfit) faults.push(inSignedPackets(fault('signing-pubnonce-invalid', [number])));
    if (reply.statement !== undefined && !reply.approved && reply.claims)
      faults.push(ceremonyFault('approval-invalid', [number]));
    return reply;
  });
  const session = {
    root,
    kind: items[0]!.request.kind,
    proposers,
    at: first.at,
    latest,
    items,
    problems: batchProblems(
      { id: known.id, terms: manifest.terms },
      items.map(({ request }) => request),
    ),
    replies,
  };
  const packages = manifest.operators
    .flatMap(({ packetKey }) => state.told(packetKey, 'package', toHex(root)))
    .sort((a, b) => (state.cameBefore(a.packet, b.packet) ? -1 : 1))
    .flatMap((told) => packageOf(known, session, told) ?? []);
  for (const one of packages) {
    faults.push(...one.faults);
    for (const [position, by] of one.shared) for (const id of by) items[position]!.shared.add(id);
    for (const [position, signatures] of one.signatures) items[position]!.signatures ??= signatures;
  }
  return { ...session, packages, faults };
}

/**
 * What one operator said about a batch. `claims`: there is an approval that says it is theirs;
 * `unfit`: there are nonces that nobody can sign with.
 */
function replyOf(
  known: Known,
  root: Bytes,
  items: readonly Item[],
  number: number,
): Reply & { readonly claims: boolean; readonly unfit: boolean } {
  const { state, manifest, groups } = known;
  const { packetKey } = manifest.operators[number]!;
  const about = <K extends 'slip' | 'object' | 'nonces'>(kind: K): Told<K>[] =>
    state.told(packetKey, kind, toHex(root));
  const slip = about('slip').find(({ part }) => part.verdicts.length === items.length);
  const accepted = items.flatMap((item, i) =>
    slip?.part.verdicts[i]!.accept && signable(item) ? [i] : [],
  );
  const objections = new Map<number, string>();
  for (const [i, { accept, because }] of (slip?.part.verdicts ?? []).entries())
    if (!accept) objections.set(i, because);
  for (const { part } of about('object'))
    for (const i of part.items) if (i < items.length) objections.set(i, part.because);
  const statement =
    accepted.length > 0
      ? state.once('statement', [root, Uint8Array.from(accepted)], () =>
          requestStatement(
            known,
            accepted.map((i) => items[i]!),
          ),
        )
      : undefined;
  const told = statement === undefined ? [] : state.told(packetKey, 'approve', statement);
  const approvals = told.map((one) => approvalHolds(groups.ed25519, state, number, one));
  const given = about('nonces');
  const nonces = given.filter(({ part, packet }) =>
    state.once('nonces', [packet.hash], () => noncesFit(groups, items, part)),
  );
  return {
    slip,
    accepts: new Set(accepted.filter((i) => !objections.has(i))),
    objections,
    statement,
    approved: approvals.includes(true),
    displayed: told.some(
      ({ packet }, i) =>
        approvals[i] && cardAt(groups.ed25519, state, number, packet)?.device.trustedDisplay,
    ),
    claims: approvals.some((holds) => holds !== undefined),
    nonces,
    unfit: nonces.length < given.length,
  };
}

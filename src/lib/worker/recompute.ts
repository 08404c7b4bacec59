/** Requests recomputed on a second machine: from files alone, without a workspace. */
import { fromFile } from '../courier/file.ts';
import { isCourierFault, type CourierFault } from '../courier/faults.ts';
import { unpack } from '../courier/transport.ts';
import { equal, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import type { GroupId } from '../ceremony/card.ts';
import { overhear } from '../ceremony/overhear.ts';
import { packetsOf } from '../ceremony/packet.ts';
import { progressOf } from '../ceremony/progress.ts';
import { openRecord } from '../ceremony/record-file.ts';
import { knownFrom } from '../ceremony/record-requests.ts';
import type { RequestProblem } from '../ceremony/problems.ts';
import { batchRoot, transactionOf, type Request } from '../ceremony/request.ts';
import { requestsOf } from '../ceremony/requests.ts';
import { signable, type BatchProblem, type Known, type Session } from '../ceremony/session.ts';
import { requestStatement } from '../ceremony/statement.ts';
import { attestedOf, type AttestedReview } from './attested-review.ts';
import { reviewOf, type Spending, type SpendReview } from './review.ts';

/** What a file is: `record` or what Send saves; or why it is neither. */
export type FileIs =
  | { readonly is: 'record' | 'packets'; readonly packets: number }
  | { readonly is: 'damaged'; readonly fault: CourierFault }
  /** `why`: a sentence. */
  | { readonly is: 'broken'; readonly why: string };

/** What a device shows for requests that its operator accepts. */
export interface Shown {
  readonly statement: string;
  /** 32 bytes in it that stand for the requests: the batch root of these, or the digest of one. */
  readonly hash: Bytes;
}

/** A request, computed again. */
export interface RecomputedRequest {
  readonly digest: Bytes;
  readonly request: Request;
  /** Of a transaction. */
  readonly review: SpendReview | undefined;
  /** Of what the attestation key signs for the bridge. */
  readonly attested: AttestedReview | undefined;
  readonly problems: readonly RequestProblem[];
  /** Whether it can be signed at all, whatever anybody says. */
  readonly signable: boolean;
}

/** A batch, computed again. */
export interface RecomputedBatch {
  /** Of all its requests. */
  readonly root: Bytes;
  /** The names of everybody who proposed it. */
  readonly proposers: readonly string[];
  /** When it was proposed, by the packet that was read first and its sender's clock; ms since 1970. */
  readonly at: number;
  readonly problems: readonly BatchProblem[];
  readonly requests: readonly RecomputedRequest[];
}

/** What files say about requests. */
export interface Recomputed {
  /** In the order in which they were given. */
  readonly files: readonly FileIs[];
  readonly group: { readonly id: GroupId; readonly name: string } | undefined;
  /** What is not in the files and keeps requests from being computed. */
  readonly missing: 'packets' | 'invitation' | 'manifest' | 'keys' | undefined;
  /** The last one first. */
  readonly batches: readonly RecomputedBatch[];
  /** Why packets were left out, each reason once. */
  readonly leftOut: readonly string[];
}

/** What was computed, and what to compute more from. */
export interface Recomputing {
  readonly found: Recomputed;
  readonly known: Known | undefined;
  readonly sessions: readonly Session[];
}

/** Reads hostile files, records and packets together, and computes every request in them. */
export async function recompute(
  groups: Groups,
  other: Groups,
  files: readonly Uint8Array[],
): Promise<Recomputing> {
  const read: { readonly file: FileIs; readonly packets: readonly Bytes[] }[] = [];
  for (const file of files) read.push(await readFile(groups, file));
  const packets = read.flatMap((one) => one.packets);
  const { state, leftOut } = overhear(groups.secp256k1, packets);
  const progress = progressOf(groups, other, state);
  const known = knownFrom(groups, other, state, progress);
  const sessions = known ? requestsOf(known).sessions.toReversed() : [];
  const found: Recomputed = {
    files: read.map(({ file }) => file),
    group: state.id && { id: state.id, name: state.terms?.name ?? '' },
    missing: !state.id
      ? 'packets'
      : !state.terms
        ? 'invitation'
        : !state.manifest
          ? 'manifest'
          : known
            ? undefined
            : 'keys',
    batches: known ? sessions.map((session) => recomputed(known, session)) : [],
    leftOut,
  };
  return { found, known, sessions };
}

async function readFile(groups: Groups, file: Uint8Array) {
  const packed = fromFile(file);
  if (!isCourierFault(packed)) {
    const bundle = await unpack(packed);
    if (isCourierFault(bundle)) return damaged(bundle);
    const packets = packetsOf(bundle);
    return typeof packets === 'string'
      ? { file: { is: 'broken', why: `It holds no packets: ${packets}.` } as const, packets: [] }
      : { file: { is: 'packets', packets: packets.length } as const, packets };
  }
  if (packed.fault !== 'foreign') return damaged(packed);
  const opened = openRecord(groups.secp256k1, file);
  const why = typeof opened === 'string' ? opened : opened.broken?.why;
  if (typeof opened === 'string' || why !== undefined)
    return { file: { is: 'broken', why: why! } as const, packets: [] };
  const packets = opened.state.entries.flatMap(({ event }) =>
    event.kind === 'sent' || event.kind === 'received' ? [event.packet] : [],
  );
  return { file: { is: 'record', packets: packets.length } as const, packets };
}

const damaged = (fault: CourierFault) => ({
  file: { is: 'damaged', fault } as const,
  packets: [],
});

const recomputed = (
  known: Known,
  { root, proposers, at, problems, items }: Session,
): RecomputedBatch => ({
  root,
  proposers: proposers.map((number) => known.manifest.operators[number]!.name),
  at,
  problems,
  requests: items.map((item) => ({
    digest: item.digest,
    request: item.request,
    review: transactionOf(item.request) && reviewOf(known, item.request as Spending, []),
    attested: item.problems.length === 0 ? attestedOf(known, item.request) : undefined,
    problems: item.problems,
    signable: signable(item),
  })),
});

/** What a device shows where its operator accepts these items of a batch; undefined where none can be. */
export function shownFor(
  { known, sessions }: Recomputing,
  root: Uint8Array,
  accepted: readonly number[],
): Shown | undefined {
  const session = sessions.find((one) => equal(one.root, root));
  const items = accepted.map((i) => session?.items[i]).filter((item) => item !== undefined);
  const all = items.length > 0 && items.length === accepted.length && items.every(signable);
  if (!known || !all) return undefined;
  return {
    statement: requestStatement(known, items),
    hash: items.length === 1 ? items[0]!.digest : batchRoot(items.map(({ digest }) => digest)),
  };
}

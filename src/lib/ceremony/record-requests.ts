import { feeOf, paidOut } from '../bitcoin/spend.ts';
import { txidOf } from '../bitcoin/transaction.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import type { CeremonyFault } from './faults.ts';
import { amountOf } from './policy.ts';
import type { Progress } from './progress.ts';
import { transactionOf, type Kind } from './request.ts';
import { requestsOf } from './requests.ts';
import type { Item, Known, Requests, Session } from './session.ts';
import type { State } from './state.ts';

/*
 * What a log says about requests, computed anew: slips, reservations, approvals, packages, shares and
 * signatures are checked as every signer checks them.
 */

/** One request of a batch. Operators by number. */
export interface RequestRecord {
  readonly digest: Bytes;
  readonly purpose: string;
  /** Of a transaction. Amounts in sat; the id as it is written, in hex. */
  readonly spend:
    { readonly txid: string; readonly paid: number; readonly fee: number } | undefined;
  /** The burns that it pays, by their nullifiers of 8 bytes. */
  readonly nullifiers: readonly Bytes[];
  /** What the attestation key signs for the bridge, and what that is worth in sat. */
  readonly attested: { readonly amount: number; readonly bytes: Bytes } | undefined;
  readonly objections: readonly { readonly operator: number; readonly because: string }[];
  readonly reserved: readonly number[];
  /** Whose shares are out: from the first on it is possibly signed. */
  readonly shared: readonly number[];
  /** Who signed, and what: 64 bytes each, verified. */
  readonly signed:
    { readonly by: readonly number[]; readonly signatures: readonly Bytes[] } | undefined;
  /** How deep each operator saw its transaction. */
  readonly seen: readonly { readonly operator: number; readonly depth: number }[];
}

/** A batch, in the order in which they came in. */
export interface BatchRecord {
  readonly root: Bytes;
  readonly kind: Kind;
  readonly proposers: readonly number[];
  /** When it was proposed, by the packet that came there first and its sender's clock; ms since 1970. */
  readonly at: number;
  readonly requests: readonly RequestRecord[];
}

/** What requests are computed from; undefined as long as a log has no certified keys. */
export function knownFrom(
  groups: Groups,
  other: Groups,
  state: State,
  { manifest, keys }: Pick<Progress, 'manifest' | 'keys'>,
): Known | undefined {
  return manifest && keys && { id: state.id!, keys, groups, other, state, manifest };
}

/** The requests in a log whose key is complete; before, nobody signs anything. */
export function requestsIn(
  groups: Groups,
  other: Groups,
  state: State,
  progress: Progress,
): Requests | undefined {
  const known = progress.complete && knownFrom(groups, other, state, progress);
  return known ? requestsOf(known) : undefined;
}

/** Everything that went wrong with requests. */
export const requestFaults = ({ faults, sessions }: Requests): CeremonyFault[] => [
  ...faults,
  ...sessions.flatMap((session) => session.faults),
];

/** What a log says about requests, for people. */
export const requestRecords = ({ sessions }: Requests): BatchRecord[] =>
  sessions.map(({ root, kind, proposers, at, items, replies }) => ({
    root,
    kind,
    proposers,
    at,
    requests: items.map((item, position) => ({
      digest: item.digest,
      purpose: item.request.purpose,
      spend: spendRecord(item),
      nullifiers:
        item.request.kind === 'burn'
          ? item.request.withdrawals.map(({ burn }) => burn.nullifier)
          : [],
      attested: attestedRecord(item),
      objections: replies.flatMap(({ objections }, operator) => {
        const because = objections.get(position);
        return because === undefined ? [] : [{ operator, because }];
      }),
      reserved: [...item.reserved].sort((a, b) => a - b),
      shared: [...item.shared].sort((a, b) => a - b),
      signed: item.signatures && {
        by: signersOf(sessions, item.digest),
        signatures: item.signatures,
      },
      seen: [...item.seen].map(([operator, depth]) => ({ operator, depth })),
    })),
  }));

function spendRecord({ request }: Item): RequestRecord['spend'] {
  const transaction = transactionOf(request);
  return (
    transaction && {
      txid: toHex(txidOf(transaction).reverse()),
      paid: paidOut(transaction),
      fee: feeOf(transaction),
    }
  );
}

function attestedRecord({ request, units }: Item): RequestRecord['attested'] {
  const [unit] = units;
  const attested = unit && (request.kind === 'mint' || request.kind === 'consolidation');
  return attested ? { amount: amountOf(request), bytes: unit.message } : undefined;
}

/** Under which package a request was signed first. */
const signersOf = (sessions: readonly Session[], digest: Uint8Array): readonly number[] =>
  sessions
    .flatMap(({ items, packages }) =>
      packages.filter(({ signatures }) =>
        [...signatures.keys()].some((position) => equal(items[position]!.digest, digest)),
      ),
    )
    .at(0)?.ids ?? [];

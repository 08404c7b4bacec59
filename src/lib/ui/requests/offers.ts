/** What can be requested of the bridge's business now, and what waits. */
import { proven } from '../../ceremony/findings.ts';
import type { Terms } from '../../ceremony/manifest.ts';
import { MIN_WITHDRAWAL } from '../../wire/values.ts';
import type { Request, RequestOf } from '../../ceremony/request.ts';
import type { Beside } from '../../worker/asked-for.ts';
import type { BurnCandidate, DepositCandidate, FeeCoin, FeeUtxoView } from '../../worker/bridge.ts';
import { feeUtxoId } from '../../wire/fees.ts';
import { hexOf } from '../words.ts';

/** Names of what requests answer for: outputs as they are written, else hex. */
export const answersOf = (batch: readonly Request[]): ReadonlySet<string> =>
  new Set(
    batch.flatMap((request) => {
      switch (request.kind) {
        case 'mint':
          return [outpointText(hexOf(request.txid.toReversed()), request.vout)];
        case 'burn':
          return request.withdrawals.map(({ burn }) => hexOf(burn.nullifier));
        case 'consolidation':
          return request.inputs.map((input) => hexOf(feeUtxoId(input)));
        case 'test':
        case 'spend':
        case 'fees':
          return [];
      }
    }),
  );

const outpointText = (txid: string, vout: number): string => `${txid}:${vout}`;

export const depositName = ({ txid, vout }: DepositCandidate): string => outpointText(txid, vout);
export const burnName = ({ burn }: BurnCandidate): string => hexOf(burn.nullifier);
export const coinName = ({ txid, vout }: FeeCoin): string => outpointText(txid, vout);
export const utxoName = ({ id }: FeeUtxoView): string => hexOf(id);

/** Whether somebody's request for it goes on, beside which it may still be requested. */
export const goesOn = ({ beside }: { readonly beside: readonly Beside[] }): boolean =>
  beside.some((one) => one.goesOn);

/** Those that nobody's request goes on for: what is chosen from the start. */
export const unasked = <T extends { readonly beside: readonly Beside[] }>(all: readonly T[]): T[] =>
  all.filter((one) => !goesOn(one));

/** Candidates by what can be done with them. */
export interface Offers<T> {
  readonly ready: readonly T[];
  /** Attested before, and that has ended; ready otherwise. */
  readonly again: readonly T[];
  /** What the evidence does not show. */
  readonly waiting: readonly T[];
  /** How many are requested already, or in the batch. */
  readonly underWay: number;
}

/** Deposits, the oldest first. */
export function mintsOffered(
  deposits: readonly DepositCandidate[],
  inBatch: ReadonlySet<string>,
): Offers<DepositCandidate> {
  const free = deposits
    .filter((one) => one.requested.length === 0 && !inBatch.has(depositName(one)))
    .toSorted((a, b) => a.height - b.height);
  const shown = free.filter(({ findings }) => proven(findings));
  return {
    ready: shown.filter(({ again }) => !again),
    again: shown.filter(({ again }) => again),
    waiting: free.filter(({ findings }) => !proven(findings)),
    underWay: deposits.length - free.length,
  };
}

/** The first of these deposits that fit into one batch with what is in it already. */
export function fitting(
  ready: readonly DepositCandidate[],
  { items, batch }: Pick<Terms['limits'], 'items' | 'batch'>,
  before: { readonly count: number; readonly amount: number },
): readonly DepositCandidate[] {
  let { count, amount } = before;
  return ready.filter((one) => {
    if (count + 1 > items || amount + one.amount > batch) return false;
    count += 1;
    amount += one.amount;
    return true;
  });
}

/** Whether a withdrawal of a burn is below the least that is paid out. */
export const tooSmall = ({ burn }: BurnCandidate): boolean =>
  burn.amount - burn.fee < MIN_WITHDRAWAL;

/** Burns, the oldest first. `replaced`: only those that this request pays, which is replaced. */
export function burnsOffered(
  burns: readonly BurnCandidate[],
  inBatch: ReadonlySet<string>,
  replaced?: RequestOf<'burn'>,
): Offers<BurnCandidate> {
  const again = replaced && answersOf([replaced]);
  const all = again ? burns.filter((one) => again.has(burnName(one))) : burns;
  const free = all
    .filter((one) => (again || one.requested.length === 0) && !inBatch.has(burnName(one)))
    .toSorted((a, b) => a.burn.height - b.burn.height);
  const isReady = (one: BurnCandidate) => proven(one.findings) && !tooSmall(one);
  return {
    ready: free.filter(isReady),
    again: [],
    waiting: free.filter((one) => !isReady(one)),
    underWay: all.length - free.length,
  };
}

/** What was put together and may become a request. */
import type { AddressNetwork } from '../../bitcoin/address.ts';
import type { Spend } from '../../bitcoin/spend.ts';
import { proven } from '../../ceremony/findings.ts';
import type { BridgeDraft } from '../../worker/bridge-draft.ts';
import type { ItemView } from '../../worker/requests-view.ts';
import type { SpendReview } from '../../worker/review.ts';
import type { Drafted } from '../../worker/watch.ts';
import { outpointsOf } from './batch-draft.svelte.ts';
import { soundItem, soundTransaction } from './review-bytes.ts';
import { transactionsOf } from './shown.ts';

export type Made = Extract<Drafted | BridgeDraft, { readonly review: SpendReview }>;
type Replaced = ItemView | undefined;

export const transactionIn = (made: Made): Spend =>
  'transaction' in made ? made.transaction : made.request.transaction;

/** Whether what is shown is what would be requested, and its bytes say the same. */
export const faithful = (network: AddressNetwork, made: Made): boolean =>
  'request' in made
    ? soundItem(network, { ...made, attested: undefined })
    : soundTransaction(network, made.review, made.transaction);

/** Whether the evidence shows it, where it needs some. */
export const shownBy = (made: Made): boolean => !('findings' in made) || proven(made.findings);

/** Whether at most one of the two can be confirmed, it and the one that it replaces. */
export function excludes(made: Made, replaced: Replaced): boolean {
  const again = replaced ? transactionsOf([replaced.request]).flatMap(outpointsOf) : [];
  return !replaced || outpointsOf(transactionIn(made)).some((coin) => again.includes(coin));
}

/**
 * The least fee, in sat, with which the network passes it on in place of the one that it replaces (1 sat
 * for each vB above that one's); undefined where it pays that.
 */
export function leastFee({ review }: Made, replaced: Replaced): number | undefined {
  if (!replaced?.review) return undefined;
  const least = replaced.review.fee + review.vsize;
  return review.fee < least ? least : undefined;
}

/** Whether it may be added to the batch. */
export const addable = (network: AddressNetwork, made: Made, replaced: Replaced): boolean =>
  made.review.problems.length === 0 &&
  excludes(made, replaced) &&
  shownBy(made) &&
  faithful(network, made);

/** Figures in words, and requests in a line. */
import type { Spend } from '../../bitcoin/spend.ts';
import type { Finding } from '../../ceremony/findings.ts';
import { amountOf } from '../../ceremony/policy.ts';
import { transactionOf, type Kind, type Request, type RequestOf } from '../../ceremony/request.ts';
import { bitcoin } from '../../ceremony/statement.ts';
import type { SessionView } from '../../worker/requests-view.ts';
import type { SpendReview } from '../../worker/review.ts';
import { satText } from '../amounts.ts';
import { timeText } from '../ceremony/times.ts';
import { reviewText } from '../text/request-review.ts';
import { findingsText, groupOf } from '../text/findings.ts';
import { requestsText } from '../text/requests.ts';
import { chunksOf } from '../words.ts';

const text = reviewText;
const FINAL = 0xffff_ffff;

/** An amount in BTC and in sat; below 0 where more goes out than in. */
export const amountText = (sat: number): string =>
  `${sat < 0 ? '−' : ''}${bitcoin(Math.abs(sat))} (${satText(Math.abs(sat))})`;

/** What a sequence number says (BIP 68, BIP 125). */
export function sequenceText(sequence: number): string {
  const meaning =
    sequence === FINAL
      ? text.sequenceFinal
      : sequence === FINAL - 1
        ? text.sequencePlain
        : sequence < 2 ** 31
          ? text.sequenceRelative
          : text.sequenceReplaceable;
  return `0x${sequence.toString(16).padStart(8, '0')}: ${meaning}`;
}

/** What the locktime says; it does not count where every sequence is final. */
export function locktimeText({
  locktime,
  inputs,
}: Pick<SpendReview, 'locktime' | 'inputs'>): string {
  if (locktime === 0) return text.noLocktime;
  if (inputs.every(({ sequence }) => sequence === FINAL)) return text.lockOff(locktime);
  return locktime < 500_000_000
    ? text.lockHeight(locktime)
    : text.lockTime(locktime, timeText(new Date(locktime * 1000)));
}

/** The spends among requests. */
export const spendsOf = (batch: readonly Request[]): RequestOf<'spend'>[] =>
  batch.flatMap((request) => (request.kind === 'spend' ? [request] : []));

/** The transactions that requests ask for. */
export const transactionsOf = (batch: readonly Request[]): Spend[] =>
  batch.flatMap((request) => transactionOf(request) ?? []);

/** What requests move together, in sat. */
export const movedBy = (batch: readonly Request[]): number =>
  batch.reduce((sum, request) => sum + amountOf(request), 0);

/** How many groups of four digits of a recipient stand in a line. */
const IN_A_LINE = 2;

/** One request in a line. */
function requestText(request: Request): string {
  const { what } = requestsText;
  const amount = bitcoin(amountOf(request));
  switch (request.kind) {
    case 'test':
      return what.tests(1);
    case 'spend':
      return what.spend(amount, request.purpose);
    case 'mint':
      return what.mint(amount, chunksOf(request.recipient).slice(0, IN_A_LINE).join(' '));
    case 'burn':
      return what.burn(request.withdrawals.length, amount);
    case 'fees':
      return what.fees(amount);
    case 'consolidation':
      return what.consolidation(request.inputs.length, amount);
  }
}

const withdrawalsIn = (batch: readonly Request[]): number =>
  batch.reduce((sum, one) => sum + (one.kind === 'burn' ? one.withdrawals.length : 0), 0);

const several: Record<Kind, (batch: readonly Request[], amount: string) => string> = {
  test: ({ length }) => requestsText.what.tests(length),
  spend: ({ length }, amount) => requestsText.what.spends(length, amount),
  mint: ({ length }, amount) => requestsText.what.mints(length, amount),
  burn: (batch, amount) => requestsText.what.burns(batch.length, withdrawalsIn(batch), amount),
  fees: ({ length }, amount) => requestsText.what.manyFees(length, amount),
  consolidation: ({ length }, amount) => requestsText.what.consolidations(length, amount),
};

/** Requests of one kind, at least one, in a line. */
export function batchText(batch: readonly Request[]): string {
  const [first] = batch;
  return batch.length === 1
    ? requestText(first!)
    : several[first!.kind](batch, bitcoin(movedBy(batch)));
}

/** A batch in a line. */
export const sessionText = ({ items }: SessionView): string =>
  batchText(items.map(({ request }) => request));

/** Checks under their headings; those of a withdrawal stand together. */
export function groupsOf(
  findings: readonly Finding[],
): readonly { readonly heading: string; readonly findings: readonly Finding[] }[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const heading = findingsText.groups[groupOf[finding.finding]](finding.of ?? 0);
    groups.set(heading, [...(groups.get(heading) ?? []), finding]);
  }
  return [...groups].map(([heading, together]) => ({ heading, findings: together }));
}

/** A spend's figures in words, and a request in a line. */
import { paidOut } from '../../bitcoin/spend.ts';
import { bitcoin } from '../../ceremony/statement.ts';
import type { RequestOf, Request } from '../../ceremony/request.ts';
import type { SessionView } from '../../worker/requests-view.ts';
import type { SpendReview } from '../../worker/review.ts';
import { satText } from '../amounts.ts';
import { timeText } from '../ceremony/times.ts';
import { requestsText } from '../text/requests.ts';

const text = requestsText.review;
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

/** Requests of one kind in a line. */
export function batchText(batch: readonly Request[]): string {
  const spends = spendsOf(batch);
  const paid = bitcoin(spends.reduce((total, { transaction }) => total + paidOut(transaction), 0));
  if (spends.length === 0) return requestsText.what.tests(batch.length);
  return spends.length === 1
    ? requestsText.what.spend(paid, spends[0]!.purpose)
    : requestsText.what.spends(spends.length, paid);
}

/** A batch in a line. */
export const sessionText = ({ items }: SessionView): string =>
  batchText(items.map(({ request }) => request));

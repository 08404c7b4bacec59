/** What is signed, as figures to be read: each under the name of the bytes that it was decoded from. */
import { CONSOLIDATION_DOMAIN } from '../../wire/fees.ts';
import { MINT_DOMAIN } from '../../wire/mint.ts';
import type { AttestedReview } from '../../worker/attested-review.ts';
import type { SpendReview } from '../../worker/review.ts';
import { timeText } from '../ceremony/times.ts';
import { reviewText as text } from '../text/request-review.ts';
import { hexOf } from '../words.ts';
import { fieldName } from './review-bytes.ts';
import { amountText, locktimeText, sequenceText } from './shown.ts';

/** A figure. */
export interface Figure {
  /** Of its bytes. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** To be compared character by character: stands in groups of four. */
  readonly grouped: boolean;
  /** Why it is marked; empty where it is not. */
  readonly mark: string;
}

/** Figures that belong together. */
export interface FigureGroup {
  readonly heading: string;
  /** Empty where there is nothing to say. */
  readonly note: string;
  /** What comes back to the group. */
  readonly change: boolean;
  readonly figures: readonly Figure[];
}

/** A range of the signed bytes, from `start` up to but not with `end`. */
export interface SignedRange {
  readonly name: string;
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const plain = (name: string, label: string, value: string, mark = ''): Figure => ({
  name,
  label,
  value,
  grouped: false,
  mark,
});
const grouped = (name: string, label: string, value: string, mark = ''): Figure => ({
  ...plain(name, label, value, mark),
  grouped: true,
});
const group = (
  heading: string,
  figures: readonly Figure[],
  note = '',
  change = false,
): FigureGroup => ({ heading, note, change, figures });

const { names, attested } = text;

/** The figures of a transaction: outputs, inputs, the whole. */
export function spendFigures(review: SpendReview): FigureGroup[] {
  const { before, inputs, outputs, version, locktime } = review;
  return [
    ...outputs.map(({ amount, address, script, path }, i) =>
      group(
        text.output(i),
        [
          plain(`amount-out ${i}`, names['amount-out'], amountText(amount)),
          grouped(
            `script-out ${i}`,
            address ? names['script-out'] : text.noAddress,
            address || script,
            before?.newRecipients.includes(i) ? text.newRecipient : '',
          ),
        ],
        path === undefined ? '' : text.change(path),
        path !== undefined,
      ),
    ),
    ...inputs.map(({ txid, vout, sequence, amount, address, path, branch }, i) =>
      group(
        text.input(i),
        [
          plain(`amount-in ${i}`, names['amount-in'], amountText(amount)),
          grouped(`script-in ${i}`, names['script-in'], address),
          grouped(`txid ${i}`, names.txid, txid),
          plain(`vout ${i}`, names.vout, String(vout)),
          plain(`sequence ${i}`, names.sequence, sequenceText(sequence)),
        ],
        `${branch ? text.branches[branch] : ''} (${path})`,
      ),
    ),
    group('', [
      plain('version', names.version, String(version)),
      plain(
        'locktime',
        names.locktime,
        locktimeText(review),
        before && before.locktime !== locktime ? text.was(String(before.locktime)) : '',
      ),
    ]),
  ];
}

/** The ranges of a transaction's signed bytes. */
export const spendRanges = ({ fields }: Pick<SpendReview, 'fields'>): SignedRange[] =>
  fields.map((field) => {
    const { input, output, start, end } = field;
    const where =
      input !== undefined ? text.input(input) : output !== undefined ? text.output(output) : '';
    const label = names[field.field];
    return { name: fieldName(field), label: where ? `${where}, ${label}` : label, start, end };
  });

/** The figures of an attestation. */
export function attestedFigures(review: AttestedReview): FigureGroup[] {
  const { parts } = text;
  if (review.of === 'mint')
    return [
      group(parts.recipient, [
        plain('amount', attested.amount, amountText(review.amount)),
        grouped('recipient', attested.recipient, hexOf(review.recipient)),
      ]),
      group(parts.deposit, [
        grouped('txid', attested.txid, review.txid),
        plain('vout', attested.vout, String(review.vout)),
      ]),
      group(parts.terms, [
        plain('nonce', attested.nonce, String(review.nonce)),
        plain(
          'expiry',
          attested.expiry,
          text.expiry(timeText(new Date(review.expiry * 1000)), review.expiry),
        ),
      ]),
      group(parts.form, [plain('domain', attested.domain, MINT_DOMAIN)]),
    ];
  return [
    group(parts.into, [
      plain('amount', attested.amount, amountText(review.total)),
      grouped('owner', attested.owner, hexOf(review.owner)),
      grouped('asset', attested.asset, hexOf(review.asset)),
      grouped('salt', attested.salt, hexOf(review.salt)),
    ]),
    ...review.inputs.map(({ id, amount, txid }, i) =>
      group(
        parts.joined(i),
        [grouped(`id ${i}`, attested.id, hexOf(id))],
        text.listedAs(amountText(amount), txid),
      ),
    ),
    group(parts.form, [
      plain('domain', attested.domain, CONSOLIDATION_DOMAIN),
      plain('network', attested.network, review.network),
      grouped('group', attested.group, hexOf(review.group)),
      plain('epoch', attested.epoch, String(review.epoch)),
      plain('count', attested.count, String(review.inputs.length)),
    ]),
  ];
}

/** The ranges of an attestation's bytes. */
export const attestedRanges = ({ fields }: AttestedReview): SignedRange[] =>
  fields.map((field) => {
    const { input, start, end } = field;
    const label = attested[field.field];
    return {
      name: fieldName(field),
      label: input === undefined ? label : `${text.parts.joined(input)}, ${label}`,
      start,
      end,
    };
  });

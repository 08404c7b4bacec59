/**
 * The bytes that are signed, read here once more: what each range says, whether every byte belongs to
 * a field, and whether the figures on the page are those of the bytes.
 */
import { addressOfScript, type AddressNetwork } from '../../bitcoin/address.ts';
import type { SignedField } from '../../bitcoin/sighash.ts';
import type { SpendReview } from '../../worker/review.ts';
import { hexOf } from '../words.ts';

/** A field's name on the page, the same for its figure and its bytes. */
export const fieldName = ({ field, input, output }: SignedField): string =>
  [field, input ?? output].filter((part) => part !== undefined).join(' ');

/** Whether the fields cover all bytes, in order, each byte once. */
export function explained({ bytes, fields }: Pick<SpendReview, 'bytes' | 'fields'>): boolean {
  let end = 0;
  for (const field of fields) {
    if (field.start !== end || field.end <= field.start) return false;
    end = field.end;
  }
  return end > 0 && end === bytes.length;
}

/** Little-endian; exact below 2⁵³. */
const number = (bytes: Uint8Array): number =>
  bytes.reduceRight((value, byte) => value * 256 + byte, 0);

/** What the bytes of a field say, as it stands in the review; a script is behind its length. */
function said(network: AddressNetwork, { field }: SignedField, bytes: Uint8Array): number | string {
  switch (field) {
    case 'txid':
      return hexOf(bytes.toReversed());
    case 'script-in':
      return addressOfScript(network, bytes.subarray(1)) ?? '';
    case 'script-out':
      return hexOf(bytes.subarray(1));
    case 'version':
    case 'locktime':
    case 'vout':
    case 'amount-in':
    case 'sequence':
    case 'amount-out':
      return number(bytes);
  }
}

/** What the review shows for a field. */
function shown(review: SpendReview, { field, input = -1, output = -1 }: SignedField) {
  const [of, to] = [review.inputs[input], review.outputs[output]];
  switch (field) {
    case 'version':
    case 'locktime':
      return review[field];
    case 'txid':
    case 'vout':
    case 'sequence':
      return of?.[field];
    case 'amount-in':
      return of?.amount;
    case 'script-in':
      return of?.address;
    case 'amount-out':
      return to?.amount;
    case 'script-out':
      return to?.script;
  }
}

/** Fields, by name, whose figure on the page is not what the bytes say. */
function contradictions(network: AddressNetwork, review: SpendReview): readonly string[] {
  const { bytes, fields, inputs, outputs } = review;
  const wrong = fields.flatMap((field) => {
    const figure = said(network, field, bytes.subarray(field.start, field.end));
    return figure === shown(review, field) ? [] : [fieldName(field)];
  });
  const addresses = fields.flatMap((field) => {
    if (field.field !== 'script-out') return [];
    const script = bytes.subarray(field.start + 1, field.end);
    const address = addressOfScript(network, script) ?? '';
    return address === outputs[field.output!]?.address ? [] : [fieldName(field)];
  });
  // Every figure has its bytes: two of the whole, five for an input, two for an output.
  const complete =
    new Set(fields.map(fieldName)).size === 2 + 5 * inputs.length + 2 * outputs.length;
  return complete ? [...wrong, ...addresses] : [...wrong, ...addresses, 'count'];
}

/** Whether a review may be approved by what the bytes say: all explained, nothing contradicted. */
export const sound = (network: AddressNetwork, review: SpendReview): boolean =>
  explained(review) && contradictions(network, review).length === 0;

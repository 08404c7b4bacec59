/**
 * The bytes that are signed, read here once more: what each range says, whether every byte belongs to
 * a field, and whether the figures on the page are those of the bytes.
 */
import { addressOfScript, scriptOfAddress, type AddressNetwork } from '../../bitcoin/address.ts';
import { branchOf, pathText } from '../../bitcoin/branches.ts';
import type { SignedField, SignedFieldName } from '../../bitcoin/sighash.ts';
import { changeOf, feeOf, paidOut, sumOf, type Spend } from '../../bitcoin/spend.ts';
import type { RequestOf, Withdrawal } from '../../ceremony/request.ts';
import { concat, equal, fromHex, type Bytes } from '../../crypto/bytes.ts';
import {
  CONSOLIDATION_DOMAIN,
  consolidationBytes,
  consolidationFields,
  inOrder,
} from '../../wire/fees.ts';
import type { PlacedField } from '../../wire/fields.ts';
import { attestationBytes, attestationFields, expiryOf, mintNonce } from '../../wire/mint.ts';
import { le32, le64 } from '../../wire/values.ts';
import type { AttestedReview } from '../../worker/attested-review.ts';
import type { Unsent } from '../../worker/bridge.ts';
import type { ItemView } from '../../worker/requests-view.ts';
import type { SpendReview } from '../../worker/review.ts';
import { hexOf } from '../words.ts';

/** A field's name on the page, the same for its figure and its bytes. */
export const fieldName = ({
  field,
  input,
  output,
}: {
  readonly field: string;
  readonly input?: number | undefined;
  readonly output?: number;
}): string => [field, input ?? output].filter((part) => part !== undefined).join(' ');

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

/** A script, which stands behind its length, of less than 253 bytes; empty where the length is wrong. */
const scriptIn = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(bytes[0] === bytes.length - 1 ? 1 : bytes.length);

/** What the bytes of a field say, as it stands in the review. */
function said(network: AddressNetwork, { field }: SignedField, bytes: Uint8Array): number | string {
  switch (field) {
    case 'txid':
      return hexOf(bytes.toReversed());
    case 'script-in':
      return addressOfScript(network, scriptIn(bytes)) ?? '';
    case 'script-out':
      return hexOf(scriptIn(bytes));
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

const ofInput: readonly SignedFieldName[] = ['txid', 'vout', 'sequence', 'amount-in', 'script-in'];
const ofOutput: readonly SignedFieldName[] = ['amount-out', 'script-out'];

/** The names of all figures of a transaction. */
const figuresOf = (inputs: number, outputs: number): readonly string[] => [
  'version',
  'locktime',
  ...Array.from({ length: inputs }, (_, i) => ofInput.map((name) => `${name} ${i}`)).flat(),
  ...Array.from({ length: outputs }, (_, i) => ofOutput.map((name) => `${name} ${i}`)).flat(),
];

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
  const names = new Set(fields.map(fieldName));
  const figures = figuresOf(inputs.length, outputs.length);
  const complete = names.size === figures.length && figures.every((name) => names.has(name));
  return complete ? [...wrong, ...addresses] : [...wrong, ...addresses, 'count'];
}

/** Whether a review may be approved by what the bytes say: all explained, nothing contradicted. */
export const sound = (network: AddressNetwork, review: SpendReview): boolean =>
  explained(review) && contradictions(network, review).length === 0;

const ascii = new TextEncoder();

/** The bytes that the figures on the page make; undefined where a figure is none. */
function bytesOfFigures(review: AttestedReview): Bytes | undefined {
  if (review.of === 'mint') {
    const txid = fromHex(review.txid)?.reverse();
    return txid && attestationBytes({ ...review, txid });
  }
  const { network, group, epoch, inputs, owner, asset, total, salt } = review;
  const name = new Uint8Array(16);
  ascii.encodeInto(network, name);
  return concat(
    ascii.encode(CONSOLIDATION_DOMAIN),
    name,
    group,
    le32(epoch),
    le32(inputs.length),
    ...inputs.map(({ id }) => id),
    owner,
    asset,
    le64(total),
    new Uint8Array(24),
    salt,
  );
}

const samePlaces = (
  a: readonly PlacedField<string>[],
  b: readonly PlacedField<string>[],
): boolean =>
  a.length === b.length &&
  a.every(({ field, input, start, end }, i) => {
    const other = b[i]!;
    return (
      field === other.field && input === other.input && start === other.start && end === other.end
    );
  });

/**
 * Whether an attestation may be approved by what its bytes say: each byte belongs to the field of the
 * layout that is known here, and the figures on the page make exactly these bytes.
 */
export function soundAttested(network: AddressNetwork, review: AttestedReview): boolean {
  const { of, bytes, fields } = review;
  const layout = of === 'mint' ? attestationFields : consolidationFields(review.inputs.length);
  const made = bytesOfFigures(review);
  if (!samePlaces(fields, layout) || !made || !equal(made, bytes)) return false;
  return of === 'mint'
    ? scriptOfAddress(network, review.address) !== undefined
    : review.network === network;
}

/**
 * Whether the page shows the transaction that is requested: what the bytes do not say is compared, too,
 * as paths and sums.
 */
const isOf = (review: SpendReview, transaction: Spend): boolean =>
  review.inputs.length === transaction.inputs.length &&
  review.outputs.length === transaction.outputs.length &&
  transaction.inputs.every(({ txid, vout, path }, i) => {
    const shown = review.inputs[i]!;
    return (
      shown.txid === hexOf(txid.toReversed()) &&
      shown.vout === vout &&
      shown.path === pathText(path) &&
      shown.branch === branchOf(path)
    );
  }) &&
  transaction.outputs.every(({ amount, script, path }, i) => {
    const shown = review.outputs[i]!;
    return (
      shown.amount === amount &&
      shown.script === hexOf(script) &&
      shown.path === (path ? pathText(path) : undefined)
    );
  }) &&
  review.totalIn === sumOf(transaction.inputs) &&
  review.paid === paidOut(transaction) &&
  review.change === changeOf(transaction) &&
  review.fee === feeOf(transaction);

/** Whether a review may be approved by what its bytes say, and is of this transaction. */
export const soundTransaction = (
  network: AddressNetwork,
  review: SpendReview,
  transaction: Spend,
): boolean => sound(network, review) && isOf(review, transaction);

/** Whether the output that a withdrawal names pays exactly it, and nobody else's. */
export function paysExactly(
  { outputs }: Pick<SpendReview, 'outputs'>,
  { burn, output }: Withdrawal,
): boolean {
  const paid = outputs[output];
  return (
    paid?.path === undefined &&
    paid?.amount === burn.amount - burn.fee &&
    paid.script === hexOf(burn.script)
  );
}

/** Outputs, by number, that pay somebody without a withdrawal. */
export const unexplainedOutputs = (
  { outputs }: Pick<SpendReview, 'outputs'>,
  withdrawals: readonly Withdrawal[],
): number[] =>
  outputs.flatMap(({ path }, i) =>
    path === undefined && !withdrawals.some(({ output }) => output === i) ? [i] : [],
  );

/** Each withdrawal is paid by an output of its own, and nobody else is paid. */
const paysWithdrawals = (
  review: SpendReview,
  { withdrawals }: Pick<RequestOf<'burn'>, 'withdrawals'>,
): boolean =>
  withdrawals.every((one) => paysExactly(review, one)) &&
  new Set(withdrawals.map(({ output }) => output)).size === withdrawals.length &&
  unexplainedOutputs(review, withdrawals).length === 0;

/** Whether the bytes attest the deposit that is requested, on its schedule. */
function attests(
  network: AddressNetwork,
  bytes: Bytes,
  request: Unsent<RequestOf<'mint'>>,
): boolean {
  const { txid, vout, mined, issue } = request;
  const nonce = mintNonce(network, txid, vout);
  return equal(
    bytes,
    attestationBytes({ ...request, nonce, expiry: expiryOf(request, mined, issue) }),
  );
}

/** A request, proposed or not yet, and what is shown of it. */
interface Judged extends Pick<ItemView, 'review' | 'attested'> {
  readonly request: Unsent;
}

/**
 * Whether a request may be accepted by what is shown of it: every byte that is signed is explained, no
 * figure contradicts its bytes, and the bytes are those of the request.
 */
export function soundItem(network: AddressNetwork, { request, review, attested }: Judged): boolean {
  switch (request.kind) {
    case 'test':
      return true;
    case 'spend':
    case 'burn':
    case 'fees':
      return (
        review !== undefined &&
        soundTransaction(network, review, request.transaction) &&
        (request.kind !== 'burn' || paysWithdrawals(review, request))
      );
    case 'mint':
      return (
        attested?.of === 'mint' &&
        soundAttested(network, attested) &&
        attests(network, attested.bytes, request)
      );
    case 'consolidation':
      return (
        attested?.of === 'consolidation' &&
        soundAttested(network, attested) &&
        equal(attested.bytes, consolidationBytes({ ...attested, inputs: request.inputs })) &&
        inOrder(request.inputs).every(({ amount, txid }, i) => {
          const shown = attested.inputs[i]!;
          return shown.amount === amount && shown.txid === txid;
        })
      );
  }
}

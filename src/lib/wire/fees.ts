import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { bytes, record, text, type Read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { placed, type PlacedField } from './fields.ts';
import { le32, le64, MAX_SAT, sat, u53 } from './values.ts';

/*
 * Fees inside 0BTC Wire: unspent outputs of the fee reservoir, and the statement with which the
 * attestation key joins them. The deployed bridge has no such statement, only a proof of 64 zero
 * bytes; this layout is ours.
 */

export const feeUtxoReader = record({
  /** The hash of the fee reservoir's public key. */
  owner: bytes(32),
  /** Zeros for wrapped bitcoin. */
  asset: bytes(32),
  /** In sat. */
  amount: sat,
  salt: bytes(32),
  /** What made it, as the bridge names it. */
  txid: text(100),
  /** When, in s since 1970, as the bridge says. */
  timestamp: u53,
});
/** An unspent output of the fee reservoir. */
export type FeeUtxo = Read<typeof feeUtxoReader>;

/** What an unspent output of 0BTC Wire is. */
export type WireUtxo = Pick<FeeUtxo, 'owner' | 'asset' | 'amount' | 'salt'>;

const NUMBER_PADDING = new Uint8Array(24);

/** Owner, asset, amount (8 bytes little endian and 24 zeros) and salt: 128 bytes, as Wire's circuits have it. */
const utxoBytes = ({ owner, asset, amount, salt }: WireUtxo): Bytes =>
  concat(owner, asset, le64(amount), NUMBER_PADDING, salt);

/**
 * The SHA-256 of the 128 bytes of an output, 32 bytes. The deployed bridge describes its ids as a hash
 * of these four fields but computes none: there they are any text.
 */
export const feeUtxoId = (utxo: WireUtxo): Bytes => sha256(utxoBytes(utxo));

/** The most outputs that are joined at once. */
export const MAX_CONSOLIDATED = 100;

/** Outputs that are to be joined, without `consolidationProblems`. */
export interface Consolidation {
  /** Up to 16 ASCII characters. */
  readonly network: string;
  /** The group's identity, 32 bytes. */
  readonly group: Uint8Array;
  /** Below 2³². */
  readonly epoch: number;
  /** 1 to `MAX_CONSOLIDATED`, in any order. */
  readonly inputs: readonly FeeUtxo[];
}

export const CONSOLIDATION_DOMAIN = '0BTC_WIRE_FEE_CONSOLIDATION';
const NETWORK_LENGTH = 16;

/** What the bytes of a consolidation say. */
export type ConsolidationField =
  'domain' | 'network' | 'group' | 'epoch' | 'count' | 'id' | 'owner' | 'asset' | 'amount' | 'salt';

/** Outputs by ascending id: as the bytes that are signed have them. */
export const inOrder = <T extends WireUtxo>(inputs: readonly T[]): readonly T[] =>
  inputs
    .map((input) => ({ input, id: toHex(feeUtxoId(input)) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ input }) => input);

/**
 * Every field of the bytes that are signed for so many inputs, in their order; `input` counts them by
 * ascending id.
 */
export const consolidationFields = (inputs: number): readonly PlacedField<ConsolidationField>[] =>
  placed<ConsolidationField>([
    ['domain', CONSOLIDATION_DOMAIN.length],
    ['network', NETWORK_LENGTH],
    ['group', 32],
    ['epoch', 4],
    ['count', 4],
    ...Array.from({ length: inputs }, (_, input) => ['id', 32, input] as const),
    ['owner', 32],
    ['asset', 32],
    ['amount', 32],
    ['salt', 32],
  ]);

/**
 * What the attestation key signs to join outputs of the fee reservoir into one:
 *
 *     domain    27 bytes, ASCII: 0BTC_WIRE_FEE_CONSOLIDATION
 *     network   16 bytes, its name in ASCII and zeros
 *     group     32 bytes
 *     epoch      4 bytes, little endian
 *     count      4 bytes, little endian: how many ids follow
 *     ids       32 bytes each, ascending; an id stands for owner, asset, amount and salt
 *     output   128 bytes, as every output: owner, asset, amount, salt
 *
 * The output has owner and asset of the inputs and their sum.
 */
export function consolidationBytes(consolidation: Consolidation): Bytes {
  const head = headBytes(consolidation);
  return concat(head, utxoBytes(outputAfter(head, consolidation)));
}

/** The output that a consolidation makes. */
export const consolidatedUtxo = (consolidation: Consolidation): WireUtxo =>
  outputAfter(headBytes(consolidation), consolidation);

function headBytes({ network, group, epoch, inputs }: Consolidation): Bytes {
  const ascii = new TextEncoder();
  const name = new Uint8Array(NETWORK_LENGTH);
  ascii.encodeInto(network, name);
  return concat(
    ascii.encode(CONSOLIDATION_DOMAIN),
    name,
    group,
    le32(epoch),
    le32(inputs.length),
    ...inOrder(inputs).map(feeUtxoId),
  );
}

/**
 * The salt is the hash tagged `Conclave/fee consolidation salt v1` of all bytes before the output: the
 * same for everybody who signs, another for other inputs. Where the deployed bridge leaves it zero, two
 * outputs of the same amount cannot be told apart.
 */
function outputAfter(head: Uint8Array, { inputs }: Consolidation): WireUtxo {
  const { owner, asset } = inputs[0]!;
  return { owner, asset, amount: sumOf(inputs), salt: taggedHash(tags.consolidationSalt, head) };
}

const sumOf = (inputs: readonly FeeUtxo[]): number =>
  inputs.reduce((total, { amount }) => total + amount, 0);

/** What keeps outputs from being joined. */
export const consolidationProblemNames = ['count', 'owner', 'asset', 'duplicate', 'sum'] as const;

/** What is wrong, and where. */
export interface ConsolidationProblem {
  readonly problem: (typeof consolidationProblemNames)[number];
  /** Which input, from 0; undefined where it is the whole. */
  readonly input?: number;
  /** A figure or hexadecimal for the sentence. */
  readonly detail: string;
}

/** Everything that is wrong with outputs that are to be joined; nothing where they may be. */
export function consolidationProblems(inputs: readonly FeeUtxo[]): ConsolidationProblem[] {
  const problems: ConsolidationProblem[] = [];
  if (inputs.length < 1 || inputs.length > MAX_CONSOLIDATED)
    problems.push({ problem: 'count', detail: String(inputs.length) });
  const firstWith = new Map<string, number>();
  for (const [input, utxo] of inputs.entries()) {
    for (const problem of ['owner', 'asset'] as const)
      if (!equal(utxo[problem], inputs[0]![problem]))
        problems.push({ problem, input, detail: toHex(utxo[problem]) });
    const id = toHex(feeUtxoId(utxo));
    const first = firstWith.get(id);
    if (first === undefined) firstWith.set(id, input);
    else problems.push({ problem: 'duplicate', input, detail: String(first) });
  }
  // Sums are exact below 2⁵³ and, rounded, stay above it.
  if (sumOf(inputs) > MAX_SAT) problems.push({ problem: 'sum', detail: String(sumOf(inputs)) });
  return problems;
}

/** From so many sat, or so many s after the oldest output, fees are joined, as the bridge does it. */
export const CONSOLIDATION_AMOUNT = 100_000;
export const CONSOLIDATION_AGE = 86_400;

/**
 * Which rule says that fees are joined now, if one does.
 * @param total of all outputs that would be joined, in sat
 * @param oldest when the oldest of them was made, in s since 1970, as the bridge says
 * @param now in s since 1970
 */
export function consolidationDue({
  total,
  oldest,
  now,
}: {
  readonly total: number;
  readonly oldest: number;
  readonly now: number;
}): 'amount' | 'age' | undefined {
  if (total >= CONSOLIDATION_AMOUNT) return 'amount';
  return total > 0 && now - oldest >= CONSOLIDATION_AGE ? 'age' : undefined;
}

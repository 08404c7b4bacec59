import { bytes, integer, list, nullable, oneOf, record, type Read } from '../crypto/schema.ts';
import { pathReader } from './branches.ts';

/*
 * A transaction that spends the group's outputs by their keys: what is signed and nothing else. The
 * scripts of its inputs are not in it: everybody computes them from the paths.
 */

/** All bitcoin that will ever be, in sat. */
export const MAX_SAT = 2_100_000_000_000_000;

/** The most requests in one batch. */
export const MAX_ITEMS = 100;

/** The most inputs and outputs of one transaction here. */
export const MAX_INPUTS = 100;
export const MAX_OUTPUTS = 100;

const sat = integer(0, MAX_SAT);
const u32 = integer(0, 0xffff_ffff);

const input = record({
  /** As it stands in a transaction's bytes; it is shown reversed. */
  txid: bytes(32),
  vout: u32,
  sequence: u32,
  /** What the output spent is worth, in sat. A wrong amount makes the signature invalid (BIP 341). */
  amount: sat,
  /** Where the output's key is derived. */
  path: pathReader,
});

const output = record({
  /** In sat. */
  amount: sat,
  script: bytes(1, 42),
  /** Where it is ours and said to be: the change. */
  path: nullable(pathReader),
});

export const spendReader = record({
  version: oneOf(2),
  /** A block height, or seconds since 1970 from 500 000 000 on; 0 for none. */
  locktime: u32,
  inputs: list(input, MAX_INPUTS, 1),
  outputs: list(output, MAX_OUTPUTS, 1),
});
/** A transaction of the group's, unsigned. */
export type Spend = Read<typeof spendReader>;
export type SpendInput = Spend['inputs'][number];
export type SpendOutput = Spend['outputs'][number];

/** What these are worth together, in sat. */
export const sumOf = (of: readonly { readonly amount: number }[]): number =>
  of.reduce((total, { amount }) => total + amount, 0);

/** What others get, in sat. */
export const paidOut = ({ outputs }: Spend): number =>
  sumOf(outputs.filter(({ path }) => path === null));

/** What comes back to the group, in sat. */
export const changeOf = ({ outputs }: Spend): number =>
  sumOf(outputs.filter(({ path }) => path !== null));

/** What the miner gets, in sat; below 0 where the outputs are worth more than the inputs. */
export const feeOf = ({ inputs, outputs }: Spend): number => sumOf(inputs) - sumOf(outputs);

/** What keeps a spend, or a PSBT, from being a request. */
export const spendProblemNames = [
  // A PSBT
  'not-a-psbt',
  'too-many',
  'trailing-bytes',
  'unknown-field',
  'already-signed',
  'version',
  'sighash',
  'foreign-input',
  'utxo-differs',
  // Any spend
  'duplicate-input',
  'branch',
  'change-branch',
  'change-script',
  'no-address',
  'unspendable',
  'future-witness',
  'dust',
  'too-much',
  'outputs-above-inputs',
  'fee-too-low',
  'fee-too-high',
  'item-too-large',
] as const;
export type SpendProblemName = (typeof spendProblemNames)[number];

/** What is wrong, and where. */
export interface SpendProblem {
  readonly problem: SpendProblemName;
  /** Which input or output, from 0; undefined where it is the whole. */
  readonly input?: number;
  readonly output?: number;
  /** A figure or field name for the sentence; may be empty. */
  readonly detail: string;
}

/** What the manifest allows. */
export interface SpendLimits {
  /** sat for each vB, at most. */
  readonly feeRate: number;
  /** What one request pays to others, in sat, at most. */
  readonly item: number;
}

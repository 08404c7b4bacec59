import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import type { Group } from '../wasm/group.ts';
import { addressOfScript, scriptOfAddress, type AddressNetwork } from './address.ts';
import { branches, outputAt } from './branches.ts';
import { dustOf } from './checks.ts';
import type { Coin } from './coins.ts';
import {
  MAX_INPUTS,
  MAX_OUTPUTS,
  MAX_SAT,
  sumOf,
  type Spend,
  type SpendInput,
  type SpendOutput,
} from './spend.ts';
import { vsizeOf } from './transaction.ts';

/** What somebody is paid. */
export interface Payment {
  /** An address, or an output script that has one. */
  readonly to: string | Bytes;
  /** In sat. */
  readonly amount: number;
}

/** What a spend is composed from. */
export interface SpendPlan {
  readonly group: Group;
  readonly network: AddressNetwork;
  /** 33 bytes. */
  readonly threshPk: Uint8Array;
  /** What may be spent; which branches are in it is the caller's choice. */
  readonly coins: readonly Coin[];
  /** What is spent in any case, beside them; none where undefined. */
  readonly always?: readonly Coin[];
  readonly payments: readonly Payment[];
  /** sat for each vB, to three decimals. */
  readonly feeRate: number;
  /** The index on the change branch where change would go; not used before. */
  readonly changeIndex: number;
  /** A block height, or seconds since 1970 from 500 000 000 on; 0 for none. */
  readonly locktime: number;
}

/** What keeps a plan from becoming a spend. */
export interface ComposeProblem {
  readonly problem:
    | 'payments'
    | 'no-address'
    | 'wrong-network'
    | 'amount'
    | 'fee-rate'
    | 'locktime'
    | 'not-enough'
    | 'too-many-inputs';
  /** Which payment, from 0; undefined where it is the whole. */
  readonly payment?: number;
  /** A figure for the sentence: how many sat are missing, how many payments there may be. */
  readonly detail: string;
}

/** May be replaced by one that pays more (BIP 125), and minds the locktime. */
const SEQUENCE = 0xffff_fffd;

/** The highest fee rate that is taken for meant, in sat for each vB. */
const MAX_FEE_RATE = 100_000;

const networks: readonly AddressNetwork[] = ['mainnet', 'testnet4', 'signet', 'regtest'];

/**
 * A spend that makes the payments, by a rule without chance, so that the same coins give the same
 * spend whatever their order:
 *
 * - Beside those of `always`, coins are taken from the largest down until they pay for everything: the
 *   fewest inputs, and each input is one signature of the group's. Of equal ones the older comes first.
 * - The fee is feeRate × size, rounded up to whole sat; each input is 57.5 vB.
 * - What is left comes back as change, unless it would be dust after the larger fee: then it is part
 *   of the fee.
 * - Inputs and outputs are in the order of BIP 69.
 *
 * Limits and dust are judged on the result, by `spendProblems`. Faults: those of `outputAt`.
 */
export function composeSpend(plan: SpendPlan): Spend | ComposeProblem | Fault {
  const { group, network, threshPk, coins, always = [], payments, feeRate } = plan;
  const { changeIndex, locktime } = plan;
  if (!(feeRate >= 1 && feeRate <= MAX_FEE_RATE)) return { problem: 'fee-rate', detail: '' };
  if (!(Number.isInteger(locktime) && locktime >= 0 && locktime <= 0xffff_ffff))
    return { problem: 'locktime', detail: '' };
  const paid = outputsOf(network, payments);
  if (!Array.isArray(paid)) return paid;
  const path = [branches.change, changeIndex];
  const change = outputAt(group, threshPk, path);
  if (isFault(change)) return change;

  const spend = (inputs: readonly SpendInput[], outputs: readonly SpendOutput[]): Spend => ({
    version: 2,
    locktime,
    inputs: inputs.toSorted(byOutpoint),
    outputs: outputs.toSorted(byAmount),
  });
  const inputs: SpendInput[] = [];
  let missing = Infinity;
  for (const { txid, vout, amount, path: from } of [...always, ...coins.toSorted(byPreference)]) {
    if (inputs.length === MAX_INPUTS) return { problem: 'too-many-inputs', detail: `${missing}` };
    inputs.push({ txid, vout, sequence: SEQUENCE, amount, path: from });
    if (inputs.length < always.length) continue;
    const without = spend(inputs, paid);
    const left = sumOf(inputs) - sumOf(paid);
    missing = Math.min(missing, feeAt(feeRate, without) - left);
    if (missing > 0) continue;
    const back = (amount: number) =>
      spend(inputs, [...paid, { amount, script: change.script, path }]);
    const rest = left - feeAt(feeRate, back(0));
    return rest < dustOf(change.script) ? without : back(rest);
  }
  return { problem: 'not-enough', detail: inputs.length > 0 ? `${missing}` : `${sumOf(paid)}` };
}

/**
 * A spend of all these coins to one script of the group's own, less the fee; the inputs are in the
 * order of BIP 69. `feeRate` in sat for each vB, to three decimals. Limits and dust are judged on the
 * result.
 */
export function composeSweep(
  coins: readonly Coin[],
  script: Bytes,
  feeRate: number,
): Spend | ComposeProblem {
  if (!(feeRate >= 1 && feeRate <= MAX_FEE_RATE)) return { problem: 'fee-rate', detail: '' };
  if (coins.length > MAX_INPUTS) return { problem: 'too-many-inputs', detail: '' };
  const inputs = coins
    .map(({ txid, vout, amount, path }) => ({ txid, vout, sequence: SEQUENCE, amount, path }))
    .toSorted(byOutpoint);
  const spend = (amount: number): Spend => ({
    version: 2,
    locktime: 0,
    inputs,
    outputs: [{ amount, script, path: null }],
  });
  const amount = sumOf(inputs) - feeAt(feeRate, spend(0));
  return amount > 0 ? spend(amount) : { problem: 'not-enough', detail: String(1 - amount) };
}

/** The payments as outputs, or what is wrong with the first that is wrong. */
function outputsOf(
  network: AddressNetwork,
  payments: readonly Payment[],
): SpendOutput[] | ComposeProblem {
  // One output is kept for the change.
  if (payments.length === 0 || payments.length > MAX_OUTPUTS - 1)
    return { problem: 'payments', detail: `${MAX_OUTPUTS - 1}` };
  const outputs: SpendOutput[] = [];
  for (const [payment, { to, amount }] of payments.entries()) {
    if (!(Number.isInteger(amount) && amount > 0 && amount <= MAX_SAT))
      return { problem: 'amount', payment, detail: '' };
    const script = typeof to === 'string' ? scriptOfAddress(network, to) : to;
    if (script && addressOfScript(network, script) !== undefined)
      outputs.push({ amount, script, path: null });
    else return { problem: addressProblem(to), payment, detail: '' };
  }
  return outputs;
}

/** What is wrong with an address that is none of the network's. */
const addressProblem = (to: string | Bytes): 'no-address' | 'wrong-network' =>
  typeof to === 'string' && networks.some((network) => scriptOfAddress(network, to))
    ? 'wrong-network'
    : 'no-address';

/** In whole sat. The rate is counted in thousandths, as Bitcoin Core does, so nothing is rounded twice. */
const feeAt = (feeRate: number, spend: Spend): number =>
  Math.ceil((vsizeOf(spend) * Math.round(feeRate * 1000)) / 1000);

/** BIP 69: by transaction id as it is shown, then by number. */
function byOutpoint(a: Pick<Coin, 'txid' | 'vout'>, b: Pick<Coin, 'txid' | 'vout'>): number {
  const [x, y] = [a, b].map(({ txid }) => toHex(concat(txid).reverse())) as [string, string];
  return x < y ? -1 : x > y ? 1 : a.vout - b.vout;
}

/** BIP 69: by amount, then by the script's bytes. */
function byAmount(a: SpendOutput, b: SpendOutput): number {
  const [x, y] = [a, b].map(({ script }) => toHex(script)) as [string, string];
  return a.amount - b.amount || (x < y ? -1 : x > y ? 1 : 0);
}

const byPreference = (a: Coin, b: Coin): number =>
  b.amount - a.amount || b.confirmations - a.confirmations || byOutpoint(a, b);

import { liftX } from '../crypto/bip340.ts';
import { equal, toHex } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import type { Group } from '../wasm/group.ts';
import { addressOfScript, type AddressNetwork } from './address.ts';
import { branchOf, outputAt, pathText } from './branches.ts';
import {
  feeOf,
  MAX_SAT,
  paidOut,
  sumOf,
  type Spend,
  type SpendLimits,
  type SpendProblem,
} from './spend.ts';
import { feeRateOf } from './transaction.ts';

/**
 * Below so many sat an output to a script that has an address is not passed on by Bitcoin Core
 * (GetDustThreshold at 3 sat/vB): three times what it costs to make and to spend, which it counts as
 * 148 vB for P2PKH and P2SH and 67 vB for witness programs.
 */
export const dustOf = (script: Uint8Array): number =>
  3 * (8 + 1 + script.length + (script[0] === 0x76 || script[0] === 0xa9 ? 148 : 67));

/** Everything that is wrong with a spend by itself; nothing where it may be a request. */
export function spendProblems(
  group: Group,
  network: AddressNetwork,
  threshPk: Uint8Array,
  spend: Spend,
  limits: SpendLimits,
): SpendProblem[] {
  return [
    ...spend.inputs.flatMap((_, input) => inputProblems(spend, input)),
    ...spend.outputs.flatMap((_, output) =>
      outputProblems(group, network, threshPk, spend, output),
    ),
    ...amountProblems(spend, limits),
  ];
}

function inputProblems({ inputs }: Spend, input: number): SpendProblem[] {
  const { txid, vout, path } = inputs[input]!;
  const problems: SpendProblem[] = [];
  const same = inputs.findIndex((other) => other.vout === vout && equal(other.txid, txid));
  if (same < input) problems.push({ problem: 'duplicate-input', input, detail: String(same) });
  if (!branchOf(path)) problems.push({ problem: 'branch', input, detail: pathText(path) });
  return problems;
}

function outputProblems(
  group: Group,
  network: AddressNetwork,
  threshPk: Uint8Array,
  { outputs }: Spend,
  output: number,
): SpendProblem[] {
  const { amount, script, path } = outputs[output]!;
  const problems: SpendProblem[] = [];
  const dust = dustOf(script);
  if (addressOfScript(network, script) === undefined)
    problems.push({ problem: 'no-address', output, detail: toHex(script) });
  else if (amount < dust) problems.push({ problem: 'dust', output, detail: String(dust) });
  // Core gives such keys an address, but nobody can have their secret (BIP 341 asks for a point).
  if (script[0] === 0x51 && script.length === 34 && !liftX(group, script.subarray(2)))
    problems.push({ problem: 'unspendable', output, detail: '' });
  // OP_2 to OP_16 and a program: today's rules let anybody spend it.
  if (script[0]! > 0x51 && script[0]! <= 0x60)
    problems.push({ problem: 'future-witness', output, detail: String(script[0]! - 0x50) });
  if (path) {
    const own = outputAt(group, threshPk, path);
    if (branchOf(path) !== 'change')
      problems.push({ problem: 'change-branch', output, detail: pathText(path) });
    if (isFault(own) || !equal(own.script, script))
      problems.push({ problem: 'change-script', output, detail: pathText(path) });
  }
  return problems;
}

/**
 * Sums are exact below 2⁵³ and, rounded, stay above it: more than all bitcoin (below 2⁵¹) is always
 * seen.
 */
function amountProblems(spend: Spend, limits: SpendLimits): SpendProblem[] {
  const problems: SpendProblem[] = [];
  for (const side of [spend.inputs, spend.outputs]) {
    const total = sumOf(side);
    if (total > MAX_SAT) problems.push({ problem: 'too-much', detail: String(total) });
  }
  const paid = paidOut(spend);
  if (paid > limits.item) problems.push({ problem: 'item-too-large', detail: String(paid) });
  const fee = feeOf(spend);
  const rate = feeRateOf(spend);
  if (fee < 0) problems.push({ problem: 'outputs-above-inputs', detail: String(-fee) });
  // Rounded away from the limit, so that the figure never looks like one that is allowed.
  else if (rate < 1)
    problems.push({ problem: 'fee-too-low', detail: (Math.floor(100 * rate) / 100).toFixed(2) });
  if (rate > limits.feeRate)
    problems.push({ problem: 'fee-too-high', detail: (Math.ceil(100 * rate) / 100).toFixed(2) });
  return problems;
}

import { spendProblems } from '../bitcoin/checks.ts';
import { branches, branchOf, outputAt, pathText, type Path } from '../bitcoin/branches.ts';
import type { SpendProblem, SpendProblemName } from '../bitcoin/spend.ts';
import { equal, toHex } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { consolidationProblems } from '../wire/fees.ts';
import { MIN_WITHDRAWAL } from '../wire/values.ts';
import type { Request, RequestOf } from './request.ts';
import type { Known } from './session.ts';

/*
 * What is wrong with a request by itself, whatever evidence there is: nobody can make it right.
 */

export const bridgeProblemNames = [
  // A burn
  'withdrawal-output',
  'withdrawal-asset',
  'withdrawal-small',
  'withdrawal-twice',
  'output-unexplained',
  // Fees
  'fees-branch',
  'fees-output',
  // A consolidation
  'fee-count',
  'fee-owner',
  'fee-asset',
  'fee-duplicate',
  'fee-sum',
] as const;
export type RequestProblemName = SpendProblemName | (typeof bridgeProblemNames)[number];

/** What is wrong, and where. `input`, `output`: which one, from 0; for a withdrawal too: `output`. */
export interface RequestProblem extends Omit<SpendProblem, 'problem'> {
  readonly problem: RequestProblemName;
}

type Under = Pick<Known, 'groups' | 'id' | 'keys' | 'manifest'>;

/** Where the fees of the reservoir go: the group's first receive address, and no other. */
export const FEES_TO: Path = [branches.receive, 0];

/** Everything that is wrong with a request by itself. */
export function checkRequest(under: Under, request: Request): readonly RequestProblem[] {
  switch (request.kind) {
    case 'test':
    case 'mint':
      return [];
    case 'spend':
      return ofTransaction(under, request);
    case 'burn':
      return [...ofTransaction(under, request), ...ofWithdrawals(request)];
    case 'fees':
      return [...ofTransaction(under, request), ...ofFees(under, request)];
    case 'consolidation':
      return consolidationProblems(request.inputs).map(
        ({ problem, ...where }) => ({ problem: `fee-${problem}`, ...where }) as const,
      );
  }
}

const ofTransaction = (
  { groups, id, keys, manifest }: Under,
  { transaction }: RequestOf<'spend' | 'burn' | 'fees'>,
): SpendProblem[] =>
  spendProblems(
    groups.secp256k1,
    id.network,
    keys.custody.threshPk,
    transaction,
    manifest.terms.limits,
  );

/** Each withdrawal is paid by its own output, exactly, and no other output pays anybody. */
function ofWithdrawals({ withdrawals, transaction }: RequestOf<'burn'>): RequestProblem[] {
  const problems: RequestProblem[] = [];
  const nullifiers = withdrawals.map(({ burn }) => toHex(burn.nullifier));
  for (const [i, { burn, output }] of withdrawals.entries()) {
    const { amount, fee, script } = burn;
    const paid = transaction.outputs[output];
    const exact =
      paid !== undefined &&
      paid.path === null &&
      paid.amount === amount - fee &&
      equal(paid.script, script) &&
      withdrawals.findIndex((other) => other.output === output) === i;
    if (!exact) problems.push({ problem: 'withdrawal-output', output, detail: `${i}` });
    if (burn.asset.some((byte) => byte !== 0))
      problems.push({ problem: 'withdrawal-asset', output, detail: toHex(burn.asset) });
    if (amount - fee < MIN_WITHDRAWAL)
      problems.push({ problem: 'withdrawal-small', output, detail: `${amount - fee}` });
    if (nullifiers.indexOf(nullifiers[i]!) < i)
      problems.push({ problem: 'withdrawal-twice', output, detail: nullifiers[i]! });
  }
  for (const [output, { path }] of transaction.outputs.entries())
    if (path === null && !withdrawals.some((one) => one.output === output))
      problems.push({ problem: 'output-unexplained', output, detail: '' });
  return problems;
}

/** Only the fee reservoir's coins, and one output: the address that fees go to. */
function ofFees({ groups, keys }: Under, { transaction }: RequestOf<'fees'>): RequestProblem[] {
  const problems: RequestProblem[] = transaction.inputs.flatMap(({ path }, input) =>
    branchOf(path) === 'fees'
      ? []
      : [{ problem: 'fees-branch', input, detail: pathText(path) } as const],
  );
  const own = outputAt(groups.secp256k1, keys.custody.threshPk, FEES_TO);
  const [only] = transaction.outputs;
  const fits =
    transaction.outputs.length === 1 &&
    only!.path === null &&
    !isFault(own) &&
    equal(only!.script, own.script);
  if (!fits) problems.push({ problem: 'fees-output', output: 0, detail: pathText(FEES_TO) });
  return problems;
}

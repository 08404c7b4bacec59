import { describe, expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import {
  changeScript,
  limits,
  paths,
  recipient,
  sampleSpend,
  threshPkOf,
} from '../../../tests/support/spends.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { dustOf, spendProblems } from './checks.ts';
import {
  feeOf,
  MAX_SAT,
  paidOut,
  type Spend,
  type SpendLimits,
  type SpendProblem,
} from './spend.ts';
import { vsizeOf } from './transaction.ts';

const { secp256k1: group } = implementations.find(({ name }) => name === 'WASM')!;
const threshPk = threshPkOf(group);
const sample = sampleSpend(group);
const problemsOf = (spend: Spend, more?: Partial<SpendLimits>): SpendProblem[] =>
  spendProblems(group, 'regtest', threshPk, spend, { ...limits, ...more });

/** The sample with something else in an input or output. */
const withInput = (i: number, change: Partial<Spend['inputs'][number]>): Spend => ({
  ...sample,
  inputs: sample.inputs.map((input, j) => (i === j ? { ...input, ...change } : input)),
});
const withOutput = (i: number, change: Partial<Spend['outputs'][number]>): Spend => ({
  ...sample,
  outputs: sample.outputs.map((output, j) => (i === j ? { ...output, ...change } : output)),
});

const fee = feeOf(sample);
const vsize = vsizeOf(sample);

it('nothing is wrong with the sample', () => {
  expect(problemsOf(sample)).toEqual([]);
  expect(paidOut(sample)).toBe(120_000_000);
});

describe('what is wrong is said, and nothing else', () => {
  it.each<[string, Spend, SpendProblem, Partial<SpendLimits>?]>([
    [
      'an input twice',
      withInput(2, { txid: sample.inputs[0]!.txid, vout: sample.inputs[0]!.vout }),
      { problem: 'duplicate-input', input: 2, detail: '0' },
    ],
    [
      'a path on no branch',
      withInput(1, { path: [4, 0] }),
      { problem: 'branch', input: 1, detail: 'm/4/0' },
    ],
    [
      'a path of another length',
      withInput(0, { path: [0, 1, 2] }),
      { problem: 'branch', input: 0, detail: 'm/0/1/2' },
    ],
    [
      'a script without an address',
      withOutput(0, { script: unhex('6a0401020304') }),
      { problem: 'no-address', output: 0, detail: '6a0401020304' },
    ],
    [
      'a Taproot key that is no point',
      withOutput(0, { script: unhex(`5120${'00'.repeat(31)}05`) }),
      { problem: 'unspendable', output: 0, detail: '' },
    ],
    [
      'a witness version to come',
      withOutput(0, { script: unhex(`5220${'07'.repeat(32)}`) }),
      { problem: 'future-witness', output: 0, detail: '2' },
    ],
    [
      'dust',
      { ...sample, outputs: [...sample.outputs, { amount: 293, script: recipient, path: null }] },
      { problem: 'dust', output: 2, detail: '294' },
    ],
    [
      'change of another index',
      withOutput(1, { path: [1, 4] }),
      { problem: 'change-script', output: 1, detail: 'm/1/4' },
    ],
    [
      'more out than in',
      withOutput(0, { amount: 120_000_000 + fee + 1 }),
      { problem: 'outputs-above-inputs', detail: '1' },
    ],
    [
      'less than 1 sat/vB',
      withOutput(0, { amount: 120_000_000 + fee - vsize + 1 }),
      { problem: 'fee-too-low', detail: '0.99' },
    ],
    [
      'more than the highest fee',
      sample,
      { problem: 'fee-too-high', detail: '5.84' },
      { feeRate: 5 },
    ],
    [
      'more than one request may pay',
      sample,
      { problem: 'item-too-large', detail: '120000000' },
      { item: 119_999_999 },
    ],
  ])('%s', (_, spend, problem, more) => {
    expect(problemsOf(spend, more)).toEqual([problem]);
  });
});

it('change below another branch, whatever its script', () => {
  const problems = problemsOf(withOutput(1, { path: paths.receive }));
  expect(problems.map(({ problem }) => problem)).toEqual(['change-branch', 'change-script']);
});

it('more than all bitcoin, however much more', () => {
  for (const count of [1, 4, 100]) {
    const input = { ...sample.inputs[0]!, amount: MAX_SAT };
    const inputs = Array.from({ length: count }, (_, vout) => ({ ...input, vout }));
    const problems = problemsOf({ ...sample, inputs: [...inputs, sample.inputs[1]!] });
    expect(problems.filter(({ problem }) => problem === 'too-much')).toHaveLength(1);
  }
  const all = { ...sample, inputs: [{ ...sample.inputs[0]!, amount: MAX_SAT }] };
  expect(problemsOf(all).map(({ problem }) => problem)).toEqual(['fee-too-high']);
});

it('all of it at once', () => {
  const [first] = sample.inputs;
  const spend = {
    ...sample,
    inputs: [first!, first!],
    outputs: [
      { amount: 1, script: recipient, path: null },
      { amount: MAX_SAT, script: unhex('51'), path: null },
      { amount: MAX_SAT, script: changeScript(group), path: paths.fees },
    ],
  };
  expect(problemsOf(spend).map(({ problem }) => problem)).toEqual([
    'duplicate-input',
    'dust',
    'no-address',
    'change-branch',
    'change-script',
    'too-much',
    'item-too-large',
    'outputs-above-inputs',
  ]);
});

it('exactly 1 sat/vB, exactly the highest fee and exactly the dust limit are fine', () => {
  expect(problemsOf(withOutput(0, { amount: 120_000_000 + fee - vsize }))).toEqual([]);
  expect(problemsOf(sample, { feeRate: fee / vsize, item: 120_000_000 })).toEqual([]);
  expect(
    problemsOf({
      ...sample,
      outputs: [...sample.outputs, { amount: 294, script: recipient, path: null }],
    }),
  ).toEqual([]);
});

// Bitcoin Core's figures, src/policy/policy.cpp.
it.each([
  ['P2PKH', 546, `76a914${'11'.repeat(20)}88ac`],
  ['P2SH', 540, `a914${'11'.repeat(20)}87`],
  ['P2WPKH', 294, `0014${'11'.repeat(20)}`],
  ['P2WSH', 330, `0020${'11'.repeat(32)}`],
  ['P2TR', 330, `5120${'11'.repeat(32)}`],
  ['P2A', 240, '51024e73'],
])('%s is dust below %i sat', (_, dust, script) => {
  expect(dustOf(unhex(script))).toBe(dust);
});

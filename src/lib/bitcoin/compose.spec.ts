import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsGroups } from '../../../tests/support/groups.ts';
import { unhex, value } from '../../../tests/support/hex.ts';
import { toHex } from '../crypto/bytes.ts';
import { fit } from '../crypto/schema.ts';
import { outputAt } from './branches.ts';
import { spendProblems } from './checks.ts';
import type { Coin } from './coins.ts';
import { composeSpend, type SpendPlan } from './compose.ts';
import { feeOf, MAX_SAT, spendReader, type Spend } from './spend.ts';
import { txidOf, vsizeOf } from './transaction.ts';

const { secp256k1: group } = jsGroups;
const threshPk = unhex('023db9dc1dfbdd2177dfdfaa9a09b7877736db4572444f594c202bd223189f7852');
const alice = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const bob = '2MtoTvMi65NXBt3sTCXNd1aqKGa7gXsX8CC';

const coin = (byte: number, amount: number, changes: Partial<Coin> = {}): Coin => ({
  txid: new Uint8Array(32).fill(byte),
  vout: 0,
  amount,
  path: [0, byte],
  confirmations: 6,
  ...changes,
});

const plan: SpendPlan = {
  group,
  network: 'regtest',
  threshPk,
  coins: [coin(1, 20_000), coin(3, 50_000), coin(2, 30_000)],
  payments: [{ to: alice, amount: 70_000 }],
  feeRate: 2,
  changeIndex: 4,
  locktime: 0,
};

function composed(changes: Partial<SpendPlan> = {}): Spend {
  const spend = value(composeSpend({ ...plan, ...changes }));
  if ('problem' in spend) throw new Error(`${spend.problem} ${spend.detail}`);
  return spend;
}

const change = value(outputAt(group, threshPk, [1, 4])).script;
const wide = { feeRate: 100_000, item: MAX_SAT };

it('takes the largest coins, pays, and gives back the rest', () => {
  const spend = composed();
  expect(spend.inputs.map(({ amount }) => amount)).toEqual([30_000, 50_000]);
  expect(spend.inputs.every(({ sequence }) => sequence === 0xfffffffd)).toBe(true);
  // 10.5 vB, two inputs of 57.5, P2WPKH of 31, P2TR of 43: 199.5, so 200.
  expect(vsizeOf(spend)).toBe(200);
  expect(spend.outputs).toEqual([
    { amount: 9_600, script: change, path: [1, 4] },
    { amount: 70_000, script: unhex('0014751e76e8199196d454941c45d1b3a323f1433bd6'), path: null },
  ]);
  // Recorded from this code.
  expect(toHex(txidOf(spend))).toBe(
    'dd0cdef9007f4be2717ba34a5d0333be3e00421df9936d20c92ac2c0ac6395ad',
  );
});

it('a rate of three decimals gives a fee that is not rounded twice', () => {
  // As floating-point numbers 200 × 1.1 is more than 220.
  expect(feeOf(composed({ feeRate: 1.1 }))).toBe(220);
  expect(feeOf(composed({ feeRate: 1.001 }))).toBe(201);
});

describe('change', () => {
  // 10.5 vB, an input of 57.5, P2WPKH of 31: 99; with P2TR of 43, 142.
  const one = (left: number) =>
    composed({ coins: [coin(9, 70_000 + left)], feeRate: 3 }).outputs.map(({ amount }) => amount);

  it('comes back from what Bitcoin Core passes on', () => {
    expect(one(3 * 142 + 330)).toEqual([330, 70_000]);
    expect(one(3 * 142 + 329)).toEqual([70_000]);
    expect(one(3 * 99)).toEqual([70_000]);
  });

  it('is never made by taking another coin', () => {
    const coins = [coin(9, 70_000 + 3 * 99), coin(8, 60_000)];
    expect(composed({ coins, feeRate: 3 }).inputs).toHaveLength(1);
  });
});

it('of equal coins takes the older, then in the order of BIP 69', () => {
  const coins = [
    coin(1, 40_000, { confirmations: 1 }),
    coin(5, 40_000, { confirmations: 9, vout: 1 }),
    coin(5, 40_000, { confirmations: 9, vout: 0 }),
    coin(6, 40_000, { confirmations: 9 }),
  ];
  const { inputs } = composed({ coins });
  expect(inputs.map(({ txid, vout }) => [txid[0], vout])).toEqual([
    [5, 0],
    [5, 1],
  ]);
});

it('orders by the transaction id as it is shown', () => {
  const txid = (first: number, last: number) =>
    Uint8Array.of(first, ...new Uint8Array(30).fill(7), last);
  const coins = [
    coin(1, 40_000, { txid: txid(1, 2) }),
    coin(2, 40_000, { txid: txid(2, 1), vout: 10 }),
    coin(3, 40_000, { txid: txid(2, 1), vout: 9 }),
  ];
  const { inputs } = composed({ coins, payments: [{ to: alice, amount: 100_000 }] });
  expect(inputs.map(({ path }) => path[1])).toEqual([3, 2, 1]);
});

it('orders outputs by amount, then by script; takes a script for an address', () => {
  const script = unhex(`5120${'11'.repeat(32)}`);
  const payments = [
    { to: bob, amount: 1_000 },
    { to: script, amount: 1_000 },
    { to: alice, amount: 1_000 },
    { to: alice, amount: 999 },
  ];
  expect(composed({ payments }).outputs.map(({ script }) => toHex(script).slice(0, 4))).toEqual([
    '0014',
    '0014',
    '5120',
    'a914',
    '5120',
  ]);
});

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** By the weight of each part (BIP 141): 42 for all, 230 an input. */
function feeFor(feeRate: number, inputs: number, outputs: Spend['outputs']): number {
  const weight = 42 + 230 * inputs + sum(outputs.map(({ script }) => 4 * (9 + script.length)));
  return Math.ceil((Math.ceil(weight / 4) * Math.round(feeRate * 1000)) / 1000);
}

it('what is spent in any case comes first, and others only where it does not suffice', () => {
  const [a, b] = [coin(8, 40_000), coin(9, 35_000)];
  const amounts = (changes: Partial<SpendPlan>) =>
    composed(changes).inputs.map((one) => one.amount);
  expect(amounts({ always: [a, b] })).toEqual([40_000, 35_000]);
  expect(amounts({ always: [a] })).toEqual([50_000, 40_000]);
  // Both, although one alone would do.
  const payments = [{ to: alice, amount: 10_000 }];
  expect(amounts({ always: [a, b], payments })).toEqual([40_000, 35_000]);
  expect(composeSpend({ ...plan, coins: [], always: [a] })).toEqual({
    problem: 'not-enough',
    detail: '30198',
  });
});

it('any plan that succeeds is a spend without problems, pays exactly, and needs all its inputs', () => {
  const coins = fc
    .uniqueArray(fc.nat(255), { minLength: 1, maxLength: 12 })
    .chain((bytes) =>
      fc.tuple(
        ...bytes.map((byte) => fc.integer({ min: 1, max: 1e8 }).map((sat) => coin(byte, sat))),
      ),
    );
  const payments = fc.array(
    fc.record({ to: fc.constantFrom(alice, bob), amount: fc.integer({ min: 600, max: 3e7 }) }),
    { minLength: 1, maxLength: 4 },
  );
  const rate = fc.integer({ min: 1_000, max: 90_000 }).map((milli) => milli / 1000);
  let made = 0;
  fc.assert(
    fc.property(coins, payments, rate, (coins, payments, feeRate) => {
      const changes = { coins, payments, feeRate, locktime: 800_000 };
      const spend = value(composeSpend({ ...plan, ...changes }));
      if ('problem' in spend) {
        expect(spend.problem).toBe('not-enough');
        return;
      }
      made++;
      expect(fit(spendReader, spend)).toEqual({ value: spend });
      expect(spendProblems(group, 'regtest', threshPk, spend, wide)).toEqual([]);
      expect(composed({ ...changes, coins: coins.toReversed() })).toEqual(spend);

      const kept = spend.outputs.length === payments.length;
      const due = feeFor(feeRate, spend.inputs.length, spend.outputs);
      expect(feeOf(spend)).toBeGreaterThanOrEqual(due);
      expect(feeOf(spend)).toBeLessThanOrEqual(due + (kept ? 330 + Math.ceil(43 * feeRate) : 0));
      if (!kept) expect(feeOf(spend)).toBe(due);

      // One input less does not pay for it all, and none that was left would have been taken before.
      const amounts = spend.inputs.map(({ amount }) => amount).toSorted((a, b) => b - a);
      const others = spend.outputs.filter(({ path }) => path === null);
      const least =
        sum(others.map(({ amount }) => amount)) + feeFor(feeRate, amounts.length - 1, others);
      expect(sum(amounts.slice(0, -1))).toBeLessThan(least);
      const taken = new Set(amounts);
      const left = coins.filter(({ amount }) => !taken.has(amount));
      for (const { amount } of left) expect(amount).toBeLessThanOrEqual(amounts.at(-1)!);
    }),
  );
  expect(made).toBeGreaterThan(20);
});

describe('problems', () => {
  const main = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
  it.each<[string, Partial<SpendPlan>, object]>([
    ['nobody to pay', { payments: [] }, { problem: 'payments', detail: '99' }],
    [
      'too many to pay',
      { payments: Array.from({ length: 100 }, () => ({ to: alice, amount: 1 })) },
      { problem: 'payments', detail: '99' },
    ],
    [
      'no address',
      { payments: [{ to: 'alice', amount: 1 }] },
      { problem: 'no-address', payment: 0 },
    ],
    [
      'a script without an address',
      { payments: [{ to: unhex('6a0100'), amount: 1 }] },
      { problem: 'no-address', payment: 0 },
    ],
    [
      'the second on another network',
      { payments: [...plan.payments, { to: main, amount: 1 }] },
      { problem: 'wrong-network', payment: 1 },
    ],
    ['no amount', { payments: [{ to: alice, amount: 0 }] }, { problem: 'amount', payment: 0 }],
    ['half a sat', { payments: [{ to: alice, amount: 0.5 }] }, { problem: 'amount', payment: 0 }],
    [
      'more than all bitcoin',
      { payments: [{ to: alice, amount: MAX_SAT + 1 }] },
      { problem: 'amount', payment: 0 },
    ],
    ['a fee rate below 1', { feeRate: 0.999 }, { problem: 'fee-rate' }],
    ['a fee rate that is none', { feeRate: NaN }, { problem: 'fee-rate' }],
    ['a fee rate nobody means', { feeRate: 100_001 }, { problem: 'fee-rate' }],
    ['a locktime below 0', { locktime: -1 }, { problem: 'locktime' }],
    ['a locktime above 32 bits', { locktime: 2 ** 32 }, { problem: 'locktime' }],
    ['no coins', { coins: [] }, { problem: 'not-enough', detail: '70000' }],
    // 99 vB at 2 sat/vB.
    ['a sat too little', { coins: [coin(1, 70_197)] }, { problem: 'not-enough', detail: '1' }],
    // The second coin costs 115 sat.
    [
      'coins that cost more than they bring',
      { coins: [coin(1, 70_197), coin(2, 100)] },
      { problem: 'not-enough', detail: '1' },
    ],
    [
      'the hundred largest do not suffice',
      { coins: Array.from({ length: 101 }, (_, i) => coin(i, 800)) },
      { problem: 'too-many-inputs', detail: String(70_000 + 2 * 5_792 - 80_000) },
    ],
    [
      'a change index beyond the branch',
      { changeIndex: 2 ** 31 },
      { fault: 'derivation-impossible' },
    ],
  ])('%s', (_, changes, problem) => {
    expect(composeSpend({ ...plan, ...changes })).toMatchObject(problem);
  });
});

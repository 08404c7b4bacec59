import { expect, test } from 'vitest';
import type { BurnCandidate, DepositCandidate } from '../../worker/bridge.ts';
import { burnsOffered, fitting, gathered, mintsOffered, tooSmall } from './offers.ts';

const holds = { finding: 'depth', state: 'holds', detail: [6, 6] } as const;
const missing = { finding: 'depth', state: 'missing', detail: [2, 6] } as const;

const deposit = (vout: number, more: Partial<DepositCandidate> = {}) =>
  ({
    txid: 'ab'.repeat(32),
    vout,
    amount: 10,
    height: vout,
    requested: [],
    again: false,
    findings: [holds],
    ...more,
  }) as unknown as DepositCandidate;

test('deposits are ready, attested before, waiting, or under way, the oldest first', () => {
  const all = [
    deposit(5),
    deposit(1),
    deposit(2, { again: true }),
    deposit(3, { findings: [holds, missing] }),
    deposit(4, { requested: [new Uint8Array(32)] }),
    deposit(6),
  ];
  const offers = mintsOffered(all, new Set([`${'ab'.repeat(32)}:6`]));
  expect(offers.ready.map(({ vout }) => vout)).toEqual([1, 5]);
  expect(offers.again.map(({ vout }) => vout)).toEqual([2]);
  expect(offers.waiting.map(({ vout }) => vout)).toEqual([3]);
  expect(offers.underWay).toBe(2);
});

test('no more is chosen from the start than a batch may hold or be worth', () => {
  const ready = [deposit(1), deposit(2, { amount: 100 }), deposit(3), deposit(4)];
  const chosen = (items: number, batch: number, count = 0, amount = 0) =>
    fitting(ready, { items, batch }, { count, amount }).map(({ vout }) => vout);
  expect(chosen(10, 1000)).toEqual([1, 2, 3, 4]);
  expect(chosen(2, 1000)).toEqual([1, 2]);
  expect(chosen(10, 25)).toEqual([1, 3]);
  expect(chosen(3, 1000, 2)).toEqual([1]);
  expect(chosen(10, 25, 1, 10)).toEqual([1]);
});

test('a burn below the least that is paid out is not ready', () => {
  const burn = (amount: number) =>
    ({
      burn: { nullifier: Uint8Array.of(amount % 256), amount, fee: 1000, height: 1 },
      findings: [holds],
      requested: [],
    }) as unknown as BurnCandidate;
  expect(tooSmall(burn(10_999))).toBe(true);
  expect(tooSmall(burn(11_000))).toBe(false);
  const offers = burnsOffered([burn(10_999), burn(11_000)], new Set());
  expect([offers.ready.length, offers.waiting.length]).toEqual([1, 1]);
});

test('what is gathered is due by its sum, or by its age where that is known', () => {
  expect(gathered([{ amount: 100_000, made: undefined }], 0)).toEqual({
    total: 100_000,
    due: 'amount',
  });
  const small = { amount: 99_999 };
  expect(gathered([{ ...small, made: 1000 }], 1000 + 86_400).due).toBe('age');
  expect(gathered([{ ...small, made: 1000 }], 1000 + 86_399).due).toBeUndefined();
  expect(gathered([{ ...small, made: undefined }], 1e9).due).toBeUndefined();
  expect(gathered([], 1e9)).toEqual({ total: 0, due: undefined });
});

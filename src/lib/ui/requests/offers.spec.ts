import { expect, test } from 'vitest';
import type { RequestOf } from '../../ceremony/request.ts';
import type { BurnCandidate, DepositCandidate } from '../../worker/bridge.ts';
import { burnName, burnsOffered, fitting, mintsOffered, tooSmall } from './offers.ts';

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

test('where a request is replaced, its burns are offered and no others', () => {
  const burn = (number: number, requested: boolean) =>
    ({
      burn: { nullifier: Uint8Array.of(number), amount: 50_000, fee: 1000, height: number },
      findings: [number === 3 ? missing : holds],
      requested: requested ? [new Uint8Array(32)] : [],
    }) as unknown as BurnCandidate;
  const all = [burn(3, true), burn(2, true), burn(1, true), burn(4, true), burn(5, false)];
  const replaced = {
    kind: 'burn',
    withdrawals: [1, 2, 3].map((number) => burn(number, true)),
  } as unknown as RequestOf<'burn'>;
  const offers = burnsOffered(all, new Set(['02']), replaced);
  expect(offers.ready.map(burnName)).toEqual(['01']);
  expect(offers.waiting.map(burnName)).toEqual(['03']);
  expect(offers.underWay).toBe(1);
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

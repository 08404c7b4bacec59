import { expect, it } from 'vitest';
import { consensusOf, subsidyAt } from './networks.ts';

it('the subsidy halves, and ends', () => {
  const { mainnet, regtest } = consensusOf;
  expect(subsidyAt(mainnet, 0)).toBe(5_000_000_000);
  expect(subsidyAt(mainnet, 209_999)).toBe(5_000_000_000);
  expect(subsidyAt(mainnet, 210_000)).toBe(2_500_000_000);
  expect(subsidyAt(mainnet, 840_000)).toBe(312_500_000);
  expect(subsidyAt(mainnet, 6_929_999)).toBe(1);
  expect(subsidyAt(mainnet, 6_930_000)).toBe(0);
  expect(subsidyAt(mainnet, 100_000_000)).toBe(0);
  expect(subsidyAt(regtest, 150)).toBe(2_500_000_000);
});

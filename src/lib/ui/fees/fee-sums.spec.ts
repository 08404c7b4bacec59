import { describe, expect, it } from 'vitest';
import { sumsOf } from './fee-sums.ts';

const NOW = 1_800_000_000;
const HOUR = 3600;
const fee = (amount: number, hours: number | undefined, requested = false) => ({
  amount,
  made: hours === undefined ? undefined : NOW - hours * HOUR,
  requested,
});

describe('fees in figures', () => {
  it('what is free decides; what is requested is only counted', () => {
    expect(sumsOf([fee(60_000, 3), fee(30_000, 5), fee(50_000, 40, true)], NOW)).toEqual({
      count: 3,
      total: 140_000,
      requested: 50_000,
      oldest: 5 * HOUR,
      due: undefined,
      missing: 10_000,
      wait: 19 * HOUR,
    });
  });

  it('enough, or a day old', () => {
    expect(sumsOf([fee(60_000, 1), fee(40_000, 1)], NOW)).toMatchObject({
      due: 'amount',
      missing: 0,
    });
    expect(sumsOf([fee(1, 24)], NOW)).toMatchObject({ due: 'age', wait: 0 });
    expect(sumsOf([fee(1, 23.9)], NOW).due).toBeUndefined();
  });

  it('an age that nothing says makes nothing due, and neither does a time that nobody agreed on', () => {
    expect(sumsOf([fee(500, undefined)], NOW)).toMatchObject({
      due: undefined,
      oldest: undefined,
      wait: undefined,
    });
    expect(sumsOf([fee(500, 90)], 0)).toMatchObject({
      due: undefined,
      oldest: undefined,
      wait: undefined,
    });
  });

  it('nothing there, and a fee from the future', () => {
    expect(sumsOf([], NOW)).toMatchObject({
      count: 0,
      total: 0,
      due: undefined,
      oldest: undefined,
    });
    expect(sumsOf([fee(500, -2)], NOW)).toMatchObject({ oldest: 0, due: undefined });
  });
});

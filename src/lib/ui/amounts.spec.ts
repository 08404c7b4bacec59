import { describe, expect, it } from 'vitest';
import { bitcoin } from '../ceremony/statement.ts';
import { satOfBtc, satText } from './amounts.ts';

describe('an amount', () => {
  it('is grouped by thousands, in sat', () => {
    expect([0, 999, 1000, 40_000_000, 2_100_000_000_000_000].map(satText)).toEqual([
      '0 sat',
      '999 sat',
      '1\u202f000 sat',
      '40\u202f000\u202f000 sat',
      '2\u202f100\u202f000\u202f000\u202f000\u202f000 sat',
    ]);
  });

  it('is read from BTC, to the last sat', () => {
    for (const [text, sat] of [
      ['10', 1_000_000_000],
      [' 0.4 ', 40_000_000],
      ['0.00000001', 1],
      ['0.29', 29_000_000],
      ['20999999.99999999', 2_099_999_999_999_999],
      ['21000000', 2_100_000_000_000_000],
      ['0', 0],
    ] as const)
      expect(satOfBtc(text), text).toBe(sat);
  });

  it('comes back as it is shown', () => {
    for (const sat of [0, 1, 29_000_000, 1_234_567_890, 2_099_999_999_999_999])
      expect(satOfBtc(bitcoin(sat).replace(' BTC', ''))).toBe(sat);
  });

  it('is refused where it is none', () => {
    const wrong = ['', '.', '1.', '.5', '-1', '+1', '1e3', '0,5', '1 000', '0x10', 'ten'];
    for (const text of [...wrong, '0.000000001', '21000000.00000001', '99999999'])
      expect(satOfBtc(text), text).toBeUndefined();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueText } from '../text/queue.ts';
import { leftOf, nextChange, passed } from './countdown.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const { left } = queueText.countdown;
const shown = (ms: number) => left(leftOf(ms));

describe('how long is left', () => {
  it('is said in two units', () => {
    expect(shown(3 * DAY + 4 * HOUR + 59 * MINUTE)).toBe('3 days 4 h');
    expect(shown(DAY)).toBe('1 day 0 h');
    expect(shown(DAY - SECOND)).toBe('23 h 59 min');
    expect(shown(HOUR)).toBe('1 h 0 min');
    expect(shown(HOUR - 1)).toBe('1 h 0 min');
    expect(shown(HOUR - SECOND)).toBe('59 min 59 s');
    expect(shown(1)).toBe('0 min 1 s');
    expect(shown(0)).toBe('0 min 0 s');
    expect(shown(-DAY)).toBe('0 min 0 s');
  });

  it('changes each minute, and each second in the last hour', () => {
    expect(nextChange(2 * HOUR)).toBe(MINUTE);
    expect(nextChange(HOUR + 1)).toBe(1);
    expect(nextChange(HOUR)).toBe(SECOND);
    expect(nextChange(90_500)).toBe(500);
  });

  it('ends after as many changes as there are minutes and, in the last hour, seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: DAY }), (ms) => {
        const most = Math.ceil(Math.max(0, ms - HOUR) / MINUTE) + HOUR / SECOND;
        let at = ms;
        for (let changes = 0; changes < most; changes++) at -= at > 0 ? nextChange(at) : 0;
        expect(at).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('is announced once an hour and once ten minutes before', () => {
    const said = [];
    for (let at = 3 * HOUR; at > 0; at -= nextChange(at))
      said.push(passed(at, at - nextChange(at)));
    expect(said.filter((mark) => mark !== undefined)).toEqual([HOUR, 10 * MINUTE]);
    // After a machine slept through both, the shorter one is what is left; after the end, none.
    expect(passed(2 * HOUR, 5 * MINUTE)).toBe(10 * MINUTE);
    expect(passed(2 * HOUR, 0)).toBeUndefined();
    expect(passed(MINUTE, SECOND)).toBeUndefined();
  });
});

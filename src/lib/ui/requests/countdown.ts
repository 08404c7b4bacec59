/** How long is left until something ends, by the clock of this machine: calm until the last hour. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Said once when so much is left, in ms. */
const MARKS = [HOUR, 10 * MINUTE] as const;

/** A span in whole parts. */
export interface Left {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** The whole parts of a span in ms, rounded up to a second; none below 0. */
export function leftOf(ms: number): Left {
  const whole = Math.ceil(Math.max(0, ms) / SECOND) * SECOND;
  return {
    days: Math.floor(whole / DAY),
    hours: Math.floor((whole % DAY) / HOUR),
    minutes: Math.floor((whole % HOUR) / MINUTE),
    seconds: (whole % MINUTE) / SECOND,
  };
}

/** In how many ms what is shown changes: at the next minute, in the last hour at the next second. */
export function nextChange(ms: number): number {
  const step = ms > HOUR ? MINUTE : SECOND;
  return ms % step || step;
}

/** The mark that was passed from one span to a shorter one; the shorter mark where both were. */
export const passed = (before: number, after: number): number | undefined =>
  MARKS.findLast((mark) => before > mark && after <= mark && after > 0);

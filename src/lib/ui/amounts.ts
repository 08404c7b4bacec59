/** Amounts as people read and type them; inside, they are whole numbers of sat. In BTC: `bitcoin`. */
import { MAX_SAT } from '../bitcoin/spend.ts';
import { typed } from './typed.ts';

/** `40 000 000 sat`, with narrow spaces that do not break. */
export const satText = (sat: number): string =>
  `${String(sat).replace(/\B(?=(?:\d{3})+$)/g, '\u202f')} sat`;

/**
 * The sat in an amount that was typed in BTC, exactly: digits with up to eight more after a point.
 * undefined for anything else, and for more than there is.
 */
export function satOfBtc(text: string): number | undefined {
  const [, whole, part = ''] = /^(\d{1,8})(?:\.(\d{1,8}))?$/.exec(typed(text)) ?? [];
  if (whole === undefined) return undefined;
  const sat = Number(whole) * 100_000_000 + Number(part.padEnd(8, '0'));
  return sat <= MAX_SAT ? sat : undefined;
}

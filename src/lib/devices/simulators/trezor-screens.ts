import { toHex } from '../../crypto/bytes.ts';
import type { Button } from './simulator.ts';

/*
 * What a Trezor Model T shows while it asks, and where a finger can go. Its sentences are its maker's.
 */

/** Characters on a line of data, and lines of data on a page. */
const WIDTH = 18;
const HEIGHT = 5;
/** Digits of a PIN, at most. */
const LONGEST_PIN = 50;

/** A question: text on pages, then ✕ or ✓. */
export interface Question {
  readonly asks: 'yes-or-no';
  /** The lines of each page; at least one page. */
  readonly pages: readonly (readonly string[])[];
}

/** What it asks a person for. */
export type Screen =
  | Question
  /** Its PIN. `left` says how many tries are left once one was wrong. */
  | { readonly asks: 'pin'; readonly left: number | undefined }
  /** The passphrase on its keyboard. */
  | { readonly asks: 'passphrase' };

/** Lines of at most `WIDTH` characters. Words break where the line is full, as they do on the device. */
function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const characters = Array.from(line);
    const cut: string[] = [];
    do cut.push(characters.splice(0, WIDTH).join(''));
    while (characters.length > 0);
    return cut;
  });
}

/** A question: its title stands on every page. */
export function question(title: string, text: string): Question {
  const lines = linesOf(text);
  const pages: string[][] = [];
  do pages.push([title, ...lines.splice(0, HEIGHT)]);
  while (lines.length > 0);
  return { asks: 'yes-or-no', pages };
}

/** A message as it is shown: in hexadecimal where it is not UTF-8. */
export function messageShown(message: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
  } catch {
    return `hex(${toHex(message)})`;
  }
}

const no: Button = { id: 'cross', means: 'no' };
const yes: Button = { id: 'tick', means: 'yes' };
const keys = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map((key): Button => {
  return { id: `key-${key}`, means: `digit-${key}` };
});

/** What can be touched on a page of a screen (from 0), with so many digits of the PIN typed. */
export function buttonsOf(screen: Screen, page: number, typed: number): Button[] {
  if (screen.asks === 'passphrase') return [no, yes];
  if (screen.asks === 'pin')
    return [
      ...(typed === 0 ? [no] : [{ id: 'erase', means: 'back' } as const]),
      ...(typed === LONGEST_PIN ? [] : keys),
      ...(typed === 0 ? [] : [{ id: 'tick', means: 'enter' } as const]),
    ];
  return [
    ...(page > 0 ? [{ id: 'swipe-down', means: 'back' } as const] : []),
    ...(page < screen.pages.length - 1 ? [{ id: 'swipe-up', means: 'next' } as const] : [no, yes]),
  ];
}

/** The lines on a page of a screen. */
export function linesShown(
  screen: Screen,
  page: number,
  typed: number,
  passphrase: string,
): readonly string[] {
  if (screen.asks === 'passphrase') return ['Enter passphrase', ...linesOf(passphrase)];
  if (screen.asks === 'yes-or-no') return screen.pages[page]!;
  const wrong = screen.left === undefined ? [] : ['Wrong PIN', `${screen.left} tries left`];
  return [...(wrong.length > 0 ? wrong : ['Enter PIN']), '•'.repeat(typed)];
}

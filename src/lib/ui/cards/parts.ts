/** What stands on a card, in the parts in which it is written and compared. */
import type { CardKind } from '../text/cards.ts';

/** The parts that are numbered; and what stands before them in a share's line. */
export function partsOf(
  kind: CardKind,
  words: readonly string[],
): { readonly beginning: string | undefined; readonly parts: readonly string[] } {
  if (kind !== 'vault-share') return { beginning: undefined, parts: words };
  const line = words[0]!.split(' ');
  const groups = line.slice(-2).flatMap((hex) => hex.match(/.{1,4}/g)!);
  return { beginning: line.slice(0, -2).join(' '), parts: groups };
}

/**
 * The first part, from 1, that was entered otherwise or not at all; 0 for the beginning of a share's
 * line; one more than there are parts if something follows them. Undefined: all of it is right.
 */
export const firstWrong = (
  kind: CardKind,
  words: readonly string[],
  entered: string,
): number | undefined =>
  kind === 'vault-share' ? wrongGroup(words, entered) : wrongWord(words, entered);

function wrongWord(words: readonly string[], entered: string): number | undefined {
  const given = entered.toLowerCase().match(/\S+/g) ?? [];
  const wrong = words.findIndex((word, i) => given[i] !== word && given[i] !== word.slice(0, 4));
  if (wrong >= 0) return wrong + 1;
  return given.length > words.length ? words.length + 1 : undefined;
}

/** Without regard to white space: groups are read and typed with gaps. */
function wrongGroup(words: readonly string[], entered: string): number | undefined {
  const { beginning, parts } = partsOf('vault-share', words);
  const bare = (text: string) => text.toLowerCase().replace(/\s+/g, '');
  const given = bare(entered);
  const start = bare(beginning!);
  if (!given.startsWith(start)) return 0;
  const wrong = parts.findIndex((part, i) => !given.startsWith(part, start.length + 4 * i));
  if (wrong >= 0) return wrong + 1;
  return given.length > start.length + 4 * parts.length ? parts.length + 1 : undefined;
}

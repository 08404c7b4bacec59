/** Questions about what was written: a place, and words of which one stood there. */

export interface Question {
  /** From 1. */
  readonly position: number;
  /** The right word among near misses, in any order. */
  readonly options: readonly string[];
}

const QUESTIONS = 8;
const DISTRACTORS = 2;
/** Distractors are drawn among so many: the nearest two alone would be the same every time. */
const NEAREST = 6;

/**
 * Questions about different places, in random order.
 * @param list the words that may stand there
 * @param below a random whole number from 0, below the one given
 */
export function quizOf(
  words: readonly string[],
  list: readonly string[],
  below: (limit: number) => number,
): Question[] {
  const positions = drawn(
    words.map((_, index) => index + 1),
    QUESTIONS,
    below,
  );
  return positions.map((position) => {
    const word = words[position - 1]!;
    const others = drawn(nearMisses(word, list), DISTRACTORS, below);
    return { position, options: drawn([word, ...others], 1 + DISTRACTORS, below) };
  });
}

/** So many of the items, in random order. */
function drawn<T>(items: readonly T[], count: number, below: (limit: number) => number): T[] {
  const left = [...items];
  return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]!);
}

/** The words of the list that are most easily taken for this one. */
export const nearMisses = (word: string, list: readonly string[]): string[] =>
  list
    .filter((other) => other !== word)
    .map((other) => ({ other, near: nearness(word, other) }))
    .sort((a, b) => b.near - a.near)
    .slice(0, NEAREST)
    .map(({ other }) => other);

/** How much two words begin alike, or else end alike; one letter apart counts most. */
function nearness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const apart = Math.max(a.length, b.length) - start - end;
  return 4 * start + end + (apart === 1 ? 16 : 0);
}

/* Where two texts differ, character by character. */

/** A stretch of a text: found in the other one too, or not. */
export interface Stretch {
  readonly text: string;
  readonly differs: boolean;
}

export interface Difference {
  readonly expected: readonly Stretch[];
  readonly actual: readonly Stretch[];
}

/** Longer texts are compared from both ends only: the table would have more cells than this. */
const MOST_CELLS = 4_000_000;

/**
 * The fewest characters that make two texts differ, marked in each (longest common subsequence). What
 * lies between the first and the last of them is marked whole where less than half of it is shared.
 */
export function difference(expected: string, actual: string): Difference {
  const [a, b] = [Array.from(expected), Array.from(actual)];
  let begin = 0;
  while (begin < a.length && begin < b.length && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const marks = common(a.slice(begin, a.length - end), b.slice(begin, b.length - end));
  const around = (chars: readonly string[], inner: readonly boolean[]): readonly Stretch[] =>
    stretches(
      chars,
      chars.map((_, i) => !(i >= begin && i < chars.length - end) || inner[i - begin]!),
    );
  return { expected: around(a, marks[0]), actual: around(b, marks[1]) };
}

/** Which characters of each belong to the longest common subsequence; none where it is short. */
function common(
  a: readonly string[],
  b: readonly string[],
): readonly [readonly boolean[], readonly boolean[]] {
  const shared: [boolean[], boolean[]] = [a.map(() => false), b.map(() => false)];
  const width = b.length + 1;
  if ((a.length + 1) * width > MOST_CELLS) return shared;
  // Its length from each pair of places on.
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
  if (2 * lengths[0]! < Math.max(a.length, b.length)) return shared;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) shared[0][i++] = shared[1][j++] = true;
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i += 1;
    else j += 1;
  }
  return shared;
}

function stretches(chars: readonly string[], shared: readonly boolean[]): readonly Stretch[] {
  const found: { text: string; readonly differs: boolean }[] = [];
  for (const [i, char] of chars.entries()) {
    const last = found.at(-1);
    if (last?.differs === !shared[i]) last.text += char;
    else found.push({ text: char, differs: !shared[i] });
  }
  return found;
}

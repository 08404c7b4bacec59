import { describe, expect, it } from 'vitest';
import { difference, type Stretch } from './difference.ts';

/** As `signs: [ye][s]`, the stretches that differ in brackets. */
const marked = (stretches: readonly Stretch[]): string =>
  stretches.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');

describe('the difference of two texts', () => {
  it.each([
    ['', '', '', ''],
    ['the same', 'the same', 'the same', 'the same'],
    ['', 'all', '', '[all]'],
    ['all', '', '[all]', ''],
    ['fault: none', 'fault: locked', 'fault: [none]', 'fault: [locked]'],
    ['f041943b', 'f041943c', 'f041943[b]', 'f041943[c]'],
    ['one two three', 'one three', 'one t[wo t]hree', 'one three'],
    ['aa', 'aaa', 'aa', 'aa[a]'],
    ['01234567', '0x23y567', '0[1]23[4]567', '0[x]23[y]567'],
    ['make: ledger', 'fault: none', '[make: ledger]', '[fault: none]'],
    ['a 😀 b', 'a 😁 b', 'a [😀] b', 'a [😁] b'],
  ])('of “%s” and “%s”', (expected, actual, left, right) => {
    const found = difference(expected, actual);
    expect([marked(found.expected), marked(found.actual)]).toEqual([left, right]);
  });

  it('loses no character, and what both share is the same', () => {
    const letters = (length: number) =>
      Array.from({ length }, () => 'abc'[Math.floor(Math.random() * 3)]).join('');
    for (let i = 0; i < 200; i++) {
      const [a, b] = [letters(i % 40), letters((i * 7) % 40)];
      const found = difference(a, b);
      const all = (side: readonly Stretch[]) => side.map(({ text }) => text).join('');
      const same = (side: readonly Stretch[]) => all(side.filter(({ differs }) => !differs));
      expect([all(found.expected), all(found.actual)]).toEqual([a, b]);
      expect(same(found.expected)).toBe(same(found.actual));
    }
  });

  it('compares very long texts from both ends only', () => {
    const long = 'x'.repeat(5000);
    const found = difference(`a${long}b`, `a${'y'.repeat(5000)}b`);
    expect(found.expected.map(({ text }) => text.length)).toEqual([1, 5000, 1]);
  });
});

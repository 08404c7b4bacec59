import { expect, test } from 'vitest';
import { wordsOf } from '../words.ts';
import { wordGroups } from './word-groups.ts';

const hash = Uint8Array.from({ length: 32 }, (_, i) => i * 7);

test.each([2, 3, 5, 7, 16])('%d readers share out all 24 words, in order', (readers) => {
  const groups = wordGroups(hash, readers);
  expect(groups.flatMap(({ words }) => words)).toEqual(wordsOf(hash));
  expect(groups.map(({ reader }) => reader)).toEqual(Array.from({ length: readers }, (_, i) => i));
  let next = 1;
  for (const { from, words } of groups) {
    expect(from).toBe(next);
    next += words.length;
  }
  const sizes = groups.map(({ words }) => words.length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

import { sha256 } from '@noble/hashes/sha2.js';
import { expect, it } from 'vitest';
import { toHex } from '../bytes.ts';
import { indexOfWord, words } from './words.ts';

it('is the list of SLIP-39: 1024 words, sorted, told apart by four letters', () => {
  expect(words).toHaveLength(1024);
  expect(words.toSorted()).toEqual(words);
  expect(new Set(words.map((word) => word.slice(0, 4))).size).toBe(1024);
  // Of the published file: one word a line.
  expect(toHex(sha256(new TextEncoder().encode(`${words.join('\n')}\n`)))).toBe(
    'bcc4555340332d169718aed8bf31dd9d5248cb7da6e5d355140ef4f1e601eec3',
  );
});

it('finds a word by all of it or by four letters, and by nothing else', () => {
  for (const [index, word] of words.entries()) {
    expect(indexOfWord(word)).toBe(index);
    expect(indexOfWord(word.slice(0, 4))).toBe(index);
  }
  for (const text of ['', 'aca', 'acade', 'academics', 'Academic', 'constructor', '__proto__'])
    expect(indexOfWord(text)).toBeUndefined();
});

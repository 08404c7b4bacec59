import { describe, expect, it } from 'vitest';
import { bytesOf, bytesOfWords, chunksOf, hexOf, wordsOf } from './words.ts';

describe('a fingerprint', () => {
  it('has the words of the BIP-39 vectors', () => {
    expect(wordsOf(new Uint8Array(32)).join(' ')).toBe(`${'abandon '.repeat(23)}art`);
    expect(wordsOf(new Uint8Array(32).fill(0xff)).join(' ')).toBe(`${'zoo '.repeat(23)}vote`);
  });

  it('is shown whole, in groups of four digits', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(chunksOf(bytes)).toHaveLength(16);
    expect(chunksOf(bytes).join('')).toBe(hexOf(bytes));
    expect(chunksOf(bytes)[1]).toBe('0203');
  });

  it('comes back from its words, and from nothing else', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
    const words = wordsOf(bytes);
    expect(bytesOfWords(`  ${words.join('\n ').toUpperCase()} `)).toEqual(bytes);
    expect(bytesOfWords(words.slice(1).join(' '))).toBeUndefined();
    expect(bytesOfWords([...words.slice(1), words[0]].join(' '))).toBeUndefined();
  });

  it('comes back from its hex', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
    expect(bytesOf(hexOf(bytes))).toEqual(bytes);
  });
});

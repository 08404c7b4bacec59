/** Lists of words, and numbers that are cut into them. */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { slip39Words } from './slip39-words.ts';

/** A list of 2^bits words, found by their first four letters or whole. */
export interface Words {
  readonly bits: number;
  readonly list: readonly string[];
}

export const bip39: Words = { bits: 11, list: wordlist };
export const slip39: Words = { bits: 10, list: slip39Words };

/** The numbers of words, of either case; where one is unknown, its place from 1. */
export function numbersOf(
  { list }: Words,
  words: readonly string[],
): { numbers: number[] } | { unknown: number } {
  const numbers = words.map((word) => {
    const lower = word.toLowerCase();
    return list.findIndex((one) => one === lower || (lower.length === 4 && one.startsWith(lower)));
  });
  const unknown = numbers.indexOf(-1) + 1;
  return unknown ? { unknown } : { numbers };
}

export const toBig = ({ bits }: Words, numbers: readonly number[]): bigint =>
  numbers.reduce((sum, number) => (sum << BigInt(bits)) | BigInt(number), 0n);

/** `count` words of a number, most significant first. */
export const toWords = ({ bits, list }: Words, number: bigint, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const shift = BigInt(bits * (count - 1 - i));
    return list[Number((number >> shift) & BigInt(2 ** bits - 1))]!;
  });

/** The words of a hash, shared out to be read aloud. */
import { wordsOf } from '../words.ts';

export interface WordGroup {
  /** Who reads: an operator's number, from 0. */
  readonly reader: number;
  /** The position of the first word, from 1. */
  readonly from: number;
  readonly words: readonly string[];
}

/** 24 words of 32 bytes in one group for each of `readers` (at most 24) operators, as even as can be. */
export function wordGroups(hash: Uint8Array, readers: number): WordGroup[] {
  const words = wordsOf(hash);
  const groups: WordGroup[] = [];
  let from = 0;
  for (let reader = 0; reader < readers; reader++) {
    const count = Math.ceil((words.length - from) / (readers - reader));
    groups.push({ reader, from: from + 1, words: words.slice(from, from + count) });
    from += count;
  }
  return groups;
}

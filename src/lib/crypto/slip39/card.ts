import type { Bytes } from '../bytes.ts';
import type { CipherSettings } from './cipher.ts';
import type { Slip39Fault, Slip39FaultName } from './faults.ts';
import { checksumHolds, checksumOf, CHECKSUM_WORDS } from './rs1024.ts';
import { indexOfWord, words } from './words.ts';

/*
 * One card and its words, 10 bits each:
 *
 *     identifier 15 | extendable 1 | iteration exponent 4
 *     group index 4 | group threshold − 1: 4 | group count − 1: 4 | member index 4 | member threshold − 1: 4
 *     zeros up to a whole word | value | checksum 30
 */

/** What one card says. Whoever asked for it wipes the value. */
export interface Card extends CipherSettings {
  /** 0…15 */
  readonly groupIndex: number;
  /** 1…groupCount */
  readonly groupThreshold: number;
  /** 1…16 */
  readonly groupCount: number;
  /** 0…15 */
  readonly memberIndex: number;
  /** 1…16 */
  readonly memberThreshold: number;
  /** The member's share, as long as the secret: an even number of bytes, 16…64. */
  readonly value: Bytes;
}

/** Secrets have an even number of bytes between these. The upper limit is ours. */
export const MIN_SECRET = 16;
export const MAX_SECRET = 64;

const HEAD_WORDS = 4;
const wordsFor = (length: number): number =>
  HEAD_WORDS + Math.ceil((8 * length) / 10) + CHECKSUM_WORDS;

/** The words of a card in lower case with single spaces: 33 for 32 bytes, 20 for 16. */
export function writeCard(card: Card): string {
  const { value } = card;
  const indices = new Uint16Array(wordsFor(value.length));
  const first = (card.identifier << 5) | (Number(card.extendable) << 4) | card.iterationExponent;
  const second =
    (card.groupIndex << 16) |
    ((card.groupThreshold - 1) << 12) |
    ((card.groupCount - 1) << 8) |
    (card.memberIndex << 4) |
    (card.memberThreshold - 1);
  indices.set([first >>> 10, first & 1023, second >>> 10, second & 1023]);
  const body = indices.subarray(HEAD_WORDS, -CHECKSUM_WORDS);
  regroup(value, 8, body, 10);
  const checked = indices.subarray(0, -CHECKSUM_WORDS);
  indices.set(checksumOf(card.extendable, checked), checked.length);
  const text = Array.from(indices, (index) => words[index]!).join(' ');
  indices.fill(0);
  return text;
}

/**
 * Reads a card from hostile text: whole words or their first four letters, in any case, with any white
 * space between them.
 *
 * Faults: `word-count`, `unknown-word`, `checksum`, `padding`, `group-threshold`.
 */
export function readCard(text: string): Card | Slip39Fault {
  const given = text.toLowerCase().match(/\S+/g) ?? [];
  const valueLength = 2 * Math.floor((10 * (given.length - HEAD_WORDS - CHECKSUM_WORDS)) / 16);
  if (
    valueLength < MIN_SECRET ||
    valueLength > MAX_SECRET ||
    given.length !== wordsFor(valueLength)
  )
    return fault('word-count', `${given.length} words`);
  const indices = new Uint16Array(given.length);
  for (const [i, word] of given.entries()) {
    const index = indexOfWord(word);
    if (index === undefined) return fault('unknown-word', `word ${i + 1}`);
    indices[i] = index;
  }
  const card = fromIndices(indices, valueLength);
  indices.fill(0);
  return card;
}

function fromIndices(indices: Uint16Array, valueLength: number): Card | Slip39Fault {
  const first = (indices[0]! << 10) | indices[1]!;
  const second = (indices[2]! << 10) | indices[3]!;
  const extendable = ((first >>> 4) & 1) === 1;
  if (!checksumHolds(extendable, indices)) return fault('checksum', 'a word or the order');
  const body = indices.subarray(HEAD_WORDS, -CHECKSUM_WORDS);
  const padding = 10 * body.length - 8 * valueLength;
  if (body[0]! >>> (10 - padding) !== 0) return fault('padding', 'the fifth word');
  const groupThreshold = ((second >>> 12) & 15) + 1;
  const groupCount = ((second >>> 8) & 15) + 1;
  if (groupThreshold > groupCount)
    return fault('group-threshold', `${groupThreshold} of ${groupCount} groups`);
  const value = new Uint8Array(valueLength);
  regroup(body, 10, value, 8);
  return {
    identifier: first >>> 5,
    extendable,
    iterationExponent: first & 15,
    groupIndex: second >>> 16,
    groupThreshold,
    groupCount,
    memberIndex: (second >>> 4) & 15,
    memberThreshold: (second & 15) + 1,
    value,
  };
}

/**
 * Writes numbers of `from` bits as numbers of `to` bits. What one side has more of stands in front:
 * zeros are put there, or are dropped.
 */
function regroup(
  input: Uint8Array | Uint16Array,
  from: number,
  output: Uint8Array | Uint16Array,
  to: number,
): void {
  let bits = to * output.length - from * input.length;
  let held = 0;
  let at = 0;
  for (const number of input) {
    held = (held << from) | number;
    bits += from;
    while (bits >= to) {
      bits -= to;
      output[at++] = held >>> bits;
      held &= (1 << bits) - 1;
    }
  }
}

const fault = (name: Slip39FaultName, detail: string): Slip39Fault => ({ fault: name, detail });

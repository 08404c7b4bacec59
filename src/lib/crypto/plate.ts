import { wordlist } from '@scure/bip39/wordlists/english.js';
import { wipe, type Bytes } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { MAX_OPERATORS } from './limits.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/*
 * A plate: one share of one key as 25 BIP-39 words, for metal that holds too little for more.
 *
 * 275 bits: share (256) ‖ polynomial check (8) ‖ word check (11). The word check fills the last word
 * and also covers suite and number, which stand on the plate beside the words.
 *
 * Words are strings, so what is written or read here stays in memory until it is collected.
 */

const WORDS = 25;
const BITS = 11;

type Suite = DkgSuite['name'];

/** The key that a share belongs to, in the suite's encodings. */
export interface PlateKeys {
  readonly threshPk: Uint8Array;
  readonly pubshares: readonly Uint8Array[];
}

export type PlateFaultName =
  /** Not 25 words. */
  | 'word-count'
  /** Neither a BIP-39 word nor the first four letters of one. */
  | 'unknown-word'
  /** The word check fails: a word, the number or the suite is another one. */
  | 'plate-words'
  /** The polynomial check fails: the plate is of another key or another epoch. */
  | 'plate-polynomial';

/** Why a plate was not read. Never holds a word. */
export interface PlateFault {
  readonly fault: PlateFaultName;
  /** The place of the `unknown-word`, from 1; 0 for the others. */
  readonly position: number;
}

const fault = (name: PlateFaultName, position = 0): PlateFault =>
  Object.freeze({ fault: name, position });

const isNumber = (number: number, n: number): boolean =>
  Number.isInteger(number) && number >= 1 && number <= n;

const utf8 = new TextEncoder();

/** 8 bits of a hash of the whole key: a plate of another key or epoch rarely has the same. */
const polynomialCheck = (suite: Suite, { threshPk, pubshares }: PlateKeys): number =>
  taggedHash(tags.platePolynomial, utf8.encode(suite), threshPk, ...pubshares)[0]!;

/** 11 bits of a hash of everything on the plate. */
function wordCheck(suite: Suite, number: number, share: Uint8Array, polynomial: number): number {
  const hash = taggedHash(
    tags.plateWords,
    utf8.encode(suite),
    Uint8Array.of(number),
    share,
    Uint8Array.of(polynomial),
  );
  const check = (hash[0]! << 3) | (hash[1]! >> 5);
  wipe(hash);
  return check;
}

/**
 * The 25 words of a share.
 * @param number the operator's position in the group, from 1
 * @param share 32 bytes, in the suite's own encoding; the caller wipes it
 * @throws RangeError where the share has another length or the number is none of the group's
 */
export function plateWords(
  suite: Suite,
  number: number,
  share: Uint8Array,
  keys: PlateKeys,
): readonly string[] {
  if (share.length !== 32) throw new RangeError('A share has 32 bytes.');
  if (!isNumber(number, Math.min(keys.pubshares.length, MAX_OPERATORS)))
    throw new RangeError('No operator of this group has this number.');
  const polynomial = polynomialCheck(suite, keys);
  const bits = new Uint8Array(36); // two bytes more than are read, for the last word
  bits.set(share);
  bits[32] = polynomial;
  const check = wordCheck(suite, number, share, polynomial);
  bits[33] = check >> 3;
  bits[34] = check << 5;
  const words = Array.from({ length: WORDS }, (_, i) => wordlist[wordAt(bits, i)]!);
  wipe(bits);
  return words;
}

/** Where word i begins: in which byte, and how far its 11 bits lie above the last of three bytes. */
function place(i: number): { byte: number; shift: number } {
  const bit = BITS * i;
  return { byte: bit >> 3, shift: 24 - BITS - (bit & 7) };
}

function wordAt(bits: Uint8Array, i: number): number {
  const { byte, shift } = place(i);
  const three = (bits[byte]! << 16) | (bits[byte + 1]! << 8) | bits[byte + 2]!;
  return (three >> shift) & (2 ** BITS - 1);
}

function addWord(bits: Uint8Array, i: number, word: number): void {
  const { byte, shift } = place(i);
  const three = word << shift;
  bits[byte]! |= three >> 16;
  bits[byte + 1]! |= three >> 8;
  bits[byte + 2]! |= three;
}

/** Every word, and its first four letters, which no other word has. */
const indexOf = new Map(
  wordlist.flatMap((word, index) => [[word, index] as const, [word.slice(0, 4), index] as const]),
);

/**
 * Reads a plate: the share, 32 bytes, which the caller wipes. Words may be whole or their first four
 * letters, of either case, between any white space. Any text and number are borne.
 *
 * Without the group's `keys` the polynomial check is left out. Either way a wrong plate passes one
 * time in 2048 or less often, so the caller multiplies the share with the base point and compares the
 * result with `keys.pubshares[number - 1]` before anything is done with it; that also shows whether
 * the share is a canonical scalar.
 */
export function readPlate(
  suite: Suite,
  number: number,
  words: string,
  keys?: PlateKeys,
): Bytes | PlateFault {
  const written = words
    .trim()
    .toLowerCase()
    .split(/\s+/, WORDS + 1);
  if (written.length !== WORDS) return fault('word-count');
  const unknown = written.findIndex((word) => !indexOf.has(word));
  if (unknown >= 0) return fault('unknown-word', unknown + 1);
  if (!isNumber(number, MAX_OPERATORS)) return fault('plate-words');

  const bits = new Uint8Array(36);
  for (const [i, word] of written.entries()) addWord(bits, i, indexOf.get(word)!);
  const share = bits.slice(0, 32);
  const polynomial = bits[32]!;
  const check = wordAt(bits, WORDS - 1);
  wipe(bits);
  const ours = wordCheck(suite, number, share, polynomial) === check;
  const fits =
    !keys ||
    (isNumber(number, keys.pubshares.length) && polynomialCheck(suite, keys) === polynomial);
  if (ours && fits) return share;
  wipe(share);
  return fault(ours ? 'plate-polynomial' : 'plate-words');
}

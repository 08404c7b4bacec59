/** One share as 25 words (docs/formats.md §9). */
import { fromHex, hex, tagged, utf8 } from './bytes.ts';
import { isShareOf, type Key, type Recovery, type Suite } from './recovery.ts';
import { Trouble } from './terminal.ts';
import { bip39, numbersOf, toBig, toWords } from './words.ts';

/** A plate as it is written: which key, whose, and its words. */
export interface Plate {
  readonly suite: Suite;
  readonly index: number;
  readonly share: Uint8Array;
  readonly polynomial: number;
}

const polynomialCheck = (suite: Suite, { threshPk, pubshares }: Key): number =>
  tagged('Conclave/plate polynomial v1', utf8(suite), threshPk, ...pubshares)[0]!;

function wordCheck({ suite, index, share, polynomial }: Plate): number {
  const [number, check] = [Uint8Array.of(index + 1), Uint8Array.of(polynomial)];
  const hash = tagged('Conclave/plate words v1', utf8(suite), number, share, check);
  return (hash[0]! << 3) | (hash[1]! >> 5);
}

/** By the number, too: all cards of a set may begin with `custody`, which is a word of theirs. */
export const isPlate = (text: string): boolean => /^\s*(custody|attestation)\s+\d/i.test(text);

/** The words of a share that was held against its public share. */
export function plateWords(key: Key, suite: Suite, index: number, share: Uint8Array): string[] {
  const plate = { suite, index, share, polynomial: polynomialCheck(suite, key) };
  const bits = BigInt(`0x${hex(share)}`) * 2n ** 19n;
  return toWords(bip39, bits + BigInt(plate.polynomial * 2 ** 11 + wordCheck(plate)), 25);
}

const wrong = (fault: string, what: string): Trouble =>
  new Trouble(fault, `The plate ${what}.`, 'Compare it with the metal, word by word.');

/** Reads a plate written as text: `custody 3`, then its words. */
export function readPlate(text: string): Plate {
  const [suite = '', number = '', ...rest] = text.trim().toLowerCase().split(/\s+/);
  const words = rest.filter((word) => !/^\d+[.):]?$/.test(word));
  if (!/^[1-9]\d{0,2}$/.test(number) || Number(number) > 128)
    throw wrong('plate-number', 'does not say the operator’s number after its key');
  if (words.length !== 25) throw wrong('plate-length', `has ${words.length} words, not 25`);
  const read = numbersOf(bip39, words);
  if ('unknown' in read) throw wrong('plate-word', `has an unknown word at place ${read.unknown}`);
  const bits = toBig(bip39, read.numbers);
  const plate: Plate = {
    suite: suite as Suite,
    index: Number(number) - 1,
    share: fromHex((bits >> 19n).toString(16).padStart(64, '0')),
    polynomial: Number((bits >> 11n) & 255n),
  };
  if (wordCheck(plate) !== Number(bits & 2047n))
    throw wrong(
      'plate-checksum',
      'is not as it was written: a word, the number or the key is wrong',
    );
  return plate;
}

/** Ends the program where a plate is not of this group and epoch. */
export function checkPlate(recovery: Recovery, { suite, index, share, polynomial }: Plate): void {
  if (polynomialCheck(suite, recovery.keys[suite]) !== polynomial)
    throw wrong('plate-other-key', 'is of another group or epoch than the recovery data');
  if (!isShareOf(recovery, suite, index, share))
    throw wrong('plate-share', 'holds a share that is not the operator’s');
}

import { toCbor } from '../crypto/cbor.ts';
import {
  chooseFragments,
  encoder,
  fragmentLength,
  MAX_FRAGMENTS,
  MAX_MESSAGE,
  type Shape,
} from './fountain.ts';
import { BUNDLE_TYPE, toPartUr, toUr } from './ur.ts';

/*
 * Shows a packed bundle as QR codes: one, or an endless row of parts of a fountain code. Everything
 * that a person wants to know before they begin is a function of length and density.
 */

/** How much a QR code holds: its version at the lowest level of correction. */
export type Density = 10 | 15 | 20;

/** Characters that a code of this version holds in alphanumeric mode at level L (ISO/IEC 18004). */
const capacity: Record<Density, number> = { 10: 395, 15: 758, 20: 1249 };

export const densities = Object.keys(capacity).map(Number) as readonly Density[];

/** The most that is sensibly shown as a row of codes, in packed bytes; larger ones go as a file. */
export const MAX_SHOWN = 30_000;

/** Characters that the largest QR code holds, version 40 at level L. */
const LARGEST_CODE = 4296;

/** Room is kept for part numbers up to this one. */
const MAX_NUMBER = 2 ** 16 - 1;

/** At least so many different mixed parts are shown before they begin anew. */
const MIXED = 1000;

/** Bytes of CBOR around the data of a part: array, number, count, length, checksum, data's head. */
const PART_HEAD = 1 + 3 + 3 + 5 + 5 + 3;
/** Characters before the body of a part. */
const PART_PREFIX = `UR:${BUNDLE_TYPE}/${MAX_NUMBER}-${MAX_FRAGMENTS}/`.length;
/** Bytes of the checksum of bytewords. */
const CRC = 4;

export interface Plan {
  /** Frames in one pass; without any loss they suffice. 1: the code stands still. */
  readonly frames: number;
  /** Bytes of the message in each frame. */
  readonly bytesPerFrame: number;
}

/** What showing a packed bundle of this many bytes takes; undefined if it is too large for codes. */
export function plan(packedLength: number, density: Density): Plan | undefined {
  const message = messageLength(packedLength);
  if (message > MAX_MESSAGE) return undefined;
  const max = maxFragment(density);
  const bytesPerFrame = fragmentLength(message, max);
  const frames = Math.ceil(message / bytesPerFrame);
  return frames > MAX_FRAGMENTS ? undefined : { frames, bytesPerFrame };
}

/** What is shown: our own bundles, or a PSBT for other programs (BCR-2020-006). */
export type Shown = typeof BUNDLE_TYPE | 'crypto-psbt';

/**
 * Gives the text of any frame, from 0. The first pass shows the fragments themselves, the second one
 * mixtures of them, and so on by turns. Only for lengths that have a plan.
 */
export function frames(
  packed: Uint8Array,
  density: Density,
  type: Shown = BUNDLE_TYPE,
): (index: number) => string {
  const message = toCbor(packed);
  const max = maxFragment(density);
  if (message.length <= max) {
    const only = toUr(type, message);
    return () => only;
  }
  const part = encoder(message, max);
  const numberOf = order(part(1));
  return (index) => toPartUr(type, part(numberOf(index)));
}

/**
 * The numbers of the parts in the order in which they are shown. Most parts of the fountain code mix
 * few fragments and often say what is known already. A third of the fragments or more, mixed, are new
 * nearly always to a decoder that solves the equations, so only such parts are shown; the passes of
 * unmixed ones between serve every other decoder.
 */
function order(shape: Shape): (index: number) => number {
  const { count } = shape;
  const mixed: number[] = [];
  const mixedNumber = (i: number) => {
    for (let number = (mixed.at(-1) ?? count) + 1; mixed.length <= i; number++)
      if (chooseFragments(number, shape).length > Math.max(1, count / 3)) mixed.push(number);
    return mixed[i]!;
  };
  const different = Math.max(MIXED, 2 * count);
  return (index) => {
    const pass = Math.floor(index / count);
    const at = index % count;
    return pass % 2 === 0 ? at + 1 : mixedNumber(((pass >> 1) * count + at) % different);
  };
}

/** The text of the one QR code that holds all of a packed bundle; undefined if none does. */
export function singleCode(packed: Uint8Array): string | undefined {
  const text = toUr(BUNDLE_TYPE, toCbor(packed));
  return text.length <= LARGEST_CODE ? text : undefined;
}

function maxFragment(density: Density): number {
  return Math.floor((capacity[density] - PART_PREFIX) / 2) - CRC - PART_HEAD;
}

/** Length of the packed bundle as a CBOR byte string. */
function messageLength(packedLength: number): number {
  const head = packedLength < 24 ? 1 : packedLength < 2 ** 8 ? 2 : packedLength < 2 ** 16 ? 3 : 5;
  return packedLength + head;
}

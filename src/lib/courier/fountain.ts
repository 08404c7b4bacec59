import { be32, concat, type Bytes } from '../crypto/bytes.ts';
import { crc32 } from './crc32.ts';
import type { CourierFault } from './faults.ts';
import { sampler, shuffledStart, Xoshiro } from './xoshiro.ts';

/*
 * The fountain code of multi-part URs (BCR-2024-001). A message is cut into `count` fragments of
 * equal length. Parts 1 to `count` are the fragments; every later part is the XOR of some of them,
 * chosen by the part's number and the message's checksum. Any parts do, as soon as they are enough.
 *
 * The decoder departs from the specification's: it solves the linear equations that the parts are,
 * completely, instead of only cancelling parts against each other. It so needs fewer of them.
 */

/** The largest message, in bytes, and the most fragments. */
export const MAX_MESSAGE = 2 ** 20;
export const MAX_FRAGMENTS = 2048;

/** What all parts of one message share. */
export interface Shape {
  /** Number of fragments. */
  readonly count: number;
  /** Length of the message in bytes; the last fragment is filled up with zeros. */
  readonly messageLength: number;
  /** CRC-32 of the message. */
  readonly checksum: number;
}

/** One part: the XOR of the fragments that its number chooses. */
export interface Part extends Shape {
  /** From 1 to 2³² − 1. */
  readonly number: number;
  readonly data: Bytes;
}

/** The length of a fragment in bytes if none may be longer than `max`, and all are alike. */
export function fragmentLength(messageLength: number, max: number): number {
  return Math.ceil(messageLength / Math.ceil(messageLength / max));
}

/** Whether the parts of a message can look like this. */
export function isPossible(part: Part): boolean {
  const { count, messageLength, number, data } = part;
  const [most, least] = [count * data.length, (count - 1) * data.length];
  return (
    number >= 1 &&
    count >= 1 &&
    count <= MAX_FRAGMENTS &&
    messageLength > least &&
    messageLength <= most &&
    messageLength <= MAX_MESSAGE
  );
}

/** Which fragments, from 0, a part mixes. */
export function chooseFragments(number: number, { count, checksum }: Shape): readonly number[] {
  if (number <= count) return [number - 1];
  const rng = new Xoshiro(concat(be32(number), be32(checksum)));
  return shuffledStart(chooseDegree(count, rng), count, rng);
}

/** How many fragments to mix: k with a weight of 1/k. */
export function chooseDegree(count: number, rng: Xoshiro): number {
  return sampler(Array.from({ length: count }, (_, i) => 1 / (i + 1)))(rng) + 1;
}

/** Makes the parts of one message, in any order, with fragments of at most `max` bytes. */
export function encoder(message: Uint8Array, max: number): (number: number) => Part {
  const length = fragmentLength(message.length, max);
  const shape: Shape = {
    count: Math.ceil(message.length / length),
    messageLength: message.length,
    checksum: crc32(message),
  };
  const padded = concat(message, new Uint8Array(shape.count * length - message.length));
  return (number) => {
    const data = new Uint8Array(length);
    for (const i of chooseFragments(number, shape))
      xorInto(data, padded.subarray(i * length, (i + 1) * length));
    return { ...shape, number, data };
  };
}

/** What a part says: the XOR of the fragments in `mask` (a bit for each) is `data`. */
interface Equation {
  readonly mask: Uint32Array;
  readonly data: Bytes;
}

/** Collects the parts of one message. */
export class Decoder {
  readonly count: number;
  readonly #shape: Shape;
  /**
   * Reduced row echelon form: the equation at i is the only one with fragment i, so an equation with
   * one fragment is that fragment.
   */
  readonly #equations: (Equation | undefined)[];
  #rank = 0;

  constructor(shape: Shape) {
    this.count = shape.count;
    this.#shape = shape;
    this.#equations = new Array<undefined>(shape.count).fill(undefined);
  }

  /** How many independent parts arrived; the message is there when it equals the number of fragments. */
  get rank(): number {
    return this.#rank;
  }

  /** Whether fragment i is known by itself. */
  knows(i: number): boolean {
    const equation = this.#equations[i];
    return equation !== undefined && bits(equation.mask) === 1;
  }

  /** Takes a part of this shape; whether it brought something new. */
  receive(part: Part): boolean {
    const mask = new Uint32Array(Math.ceil(this.#shape.count / 32));
    for (const i of chooseFragments(part.number, this.#shape)) mask[i >>> 5]! ^= 1 << (i & 31);
    const incoming: Equation = { mask, data: part.data.slice() };
    this.#equations.forEach((known, i) => {
      if (known && has(incoming.mask, i)) add(incoming, known);
    });
    const pivot = this.#equations.findIndex((_, i) => has(incoming.mask, i));
    if (pivot < 0) return false;
    for (const known of this.#equations) if (known && has(known.mask, pivot)) add(known, incoming);
    this.#equations[pivot] = incoming;
    this.#rank++;
    return true;
  }

  /** The message, once there are enough parts; `inconsistent` if its checksum is not as announced. */
  content(): Bytes | CourierFault {
    const fragments = this.#equations.map((equation) => equation?.data ?? new Uint8Array());
    const message = concat(...fragments).slice(0, this.#shape.messageLength);
    return crc32(message) === this.#shape.checksum ? message : { fault: 'inconsistent' };
  }
}

function has(mask: Uint32Array, i: number): boolean {
  return ((mask[i >>> 5]! >>> (i & 31)) & 1) === 1;
}

function add(to: Equation, equation: Equation): void {
  xorInto(to.mask, equation.mask);
  xorInto(to.data, equation.data);
}

function xorInto<T extends Uint8Array | Uint32Array>(to: T, from: T): void {
  for (let i = 0; i < to.length; i++) to[i]! ^= from[i]!;
}

function bits(mask: Uint32Array): number {
  let count = 0;
  for (let word of mask) for (; word !== 0; word &= word - 1) count++;
  return count;
}

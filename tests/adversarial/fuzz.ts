import { isFault } from '../../src/lib/crypto/faults.ts';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

/** When to stop: after so many inputs, or when `now` (ms) passes `until`. */
export type Until = { readonly inputs: number } | { readonly until: number; now(): number };

/** A small, fast, repeatable generator (xorshift32); numbers below 2³². */
function generator(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
}

const interesting = [0x00, 0x01, 0x02, 0x03, 0x04, 0x7f, 0x80, 0xfe, 0xff];

/** A copy of the seed with one to four small damages. */
export function mutate(seed: Uint8Array, next: () => number): Bytes {
  let input = concat(seed);
  for (let damages = 1 + (next() & 3); damages > 0; damages--) {
    const at = input.length > 0 ? next() % input.length : 0;
    const length = 1 + (next() % 40);
    switch (next() % 8) {
      case 0:
      case 1:
        if (input.length > 0) input[at]! ^= 1 << (next() & 7);
        break;
      case 2:
        if (input.length > 0) input[at] = interesting[next() % interesting.length]!;
        break;
      case 3:
        input.fill(next() & 1 ? 0xff : 0x00, at, at + length);
        break;
      case 4:
        input = input.slice(0, at);
        break;
      case 5:
        input = concat(
          input,
          Uint8Array.from({ length }, () => next() & 0xff),
        );
        break;
      case 6:
        input = concat(input.subarray(0, at), input.subarray(at + length));
        break;
      default:
        input.copyWithin(at, next() % (input.length + 1), input.length);
    }
  }
  return input;
}

/** Inputs that are long or deep rather than damaged; up to about a megabyte. */
export function monsters(seed: Uint8Array): Bytes[] {
  const nested = [3000, 10_000, 30_000].flatMap((depth) => [
    `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`,
  ]);
  return [
    concat(...Array.from({ length: Math.ceil(2 ** 16 / seed.length) }, () => seed)),
    concat(seed, new Uint8Array(2 ** 20)),
    // 162 bytes for each of very many operators.
    concat(seed, new Uint8Array(162 * 5000)),
    new Uint8Array(2 ** 20).fill(0xff),
    ...nested.map((text) => new TextEncoder().encode(text)),
  ];
}

/** How the inputs of one target ended. */
export interface FuzzReport {
  readonly inputs: number;
  readonly faults: number;
}

/**
 * Feeds a target with monsters and with damaged copies of its seed. Throws an error that names seed number and input if
 * the parser throws, returns a fault without a text, or accepts what it must not.
 */
export async function fuzz(target: FuzzTarget, seed: number, stop: Until): Promise<FuzzReport> {
  const next = generator(seed);
  const large = monsters(target.seed);
  let inputs = 0;
  let faults = 0;
  const goOn = () => ('inputs' in stop ? inputs < stop.inputs : stop.now() < stop.until);
  for (; goOn(); inputs++) {
    const input = large[inputs] ?? mutate(target.seed, next);
    const describe = () =>
      `${target.name}, seed ${seed}, input ${inputs}: ${Array.from(input.subarray(0, 4096), (b) => b.toString(16).padStart(2, '0')).join('')}`;
    let result: unknown;
    try {
      result = await target.parse(input);
    } catch (cause) {
      throw new Error(`threw on ${describe()}`, { cause });
    }
    const refused = isFault(result) || result === undefined || result === false;
    if (refused) faults++;
    if (isFault(result) && !(result.proves && result.next))
      throw new Error(`unexplained fault on ${describe()}`);
    if (!refused && !target.mayAccept(input)) throw new Error(`accepted ${describe()}`);
  }
  return { inputs, faults };
}

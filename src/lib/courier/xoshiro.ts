import { sha256 } from '@noble/hashes/sha2.js';

/*
 * The generator and the samplers of BCR-2024-001. They choose, alike on both sides, which fragments a
 * part of a fountain code mixes. Nothing here is meant to be unpredictable.
 */

/** Source of numbers in [0, 1). */
export interface Uniform {
  nextDouble(): number;
}

/** xoshiro256**, seeded with the SHA-256 of any bytes. */
export class Xoshiro implements Uniform {
  readonly #state: [bigint, bigint, bigint, bigint];

  constructor(seed: Uint8Array) {
    const view = new DataView(sha256(seed).buffer);
    this.#state = [
      view.getBigUint64(0),
      view.getBigUint64(8),
      view.getBigUint64(16),
      view.getBigUint64(24),
    ];
  }

  /** The next 64 bits. */
  next(): bigint {
    const s = this.#state;
    const result = BigInt.asUintN(64, rotateLeft(BigInt.asUintN(64, s[1] * 5n), 7n) * 9n);
    const t = BigInt.asUintN(64, s[1] << 17n);
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 45n);
    return result;
  }

  nextDouble(): number {
    return Number(this.next()) / 2 ** 64;
  }
}

function rotateLeft(x: bigint, by: bigint): bigint {
  return BigInt.asUintN(64, (x << by) | (x >> (64n - by)));
}

/** A number from 0 to `count` − 1. The last 2⁻⁵³ of a double round up to 1: they stay inside. */
export function nextBelow(count: number, rng: Uniform): number {
  return Math.min(count - 1, Math.floor(rng.nextDouble() * count));
}

/**
 * Draws indexes in proportion to their weights, by Walker's alias method in Vose's form. The order in
 * which its stacks are filled decides the outcome, so it is the specification's.
 */
export function sampler(weights: readonly number[]): (rng: Uniform) => number {
  const count = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scaled = weights.map((weight) => (weight * count) / sum);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = count - 1; i >= 0; i--) (scaled[i]! < 1 ? small : large).push(i);
  const kept = new Array<number>(count).fill(1);
  const aliases = new Array<number>(count).fill(0);
  while (small.length > 0 && large.length > 0) {
    const less = small.pop()!;
    const more = large.pop()!;
    kept[less] = scaled[less]!;
    aliases[less] = more;
    scaled[more] = scaled[more]! + scaled[less]! - 1;
    (scaled[more] < 1 ? small : large).push(more);
  }
  return (rng) => {
    const first = rng.nextDouble();
    const second = rng.nextDouble();
    const index = Math.min(count - 1, Math.floor(first * count));
    return second < kept[index]! ? index : aliases[index]!;
  };
}

/** The first `count` of the numbers 0 to `of` − 1, shuffled. */
export function shuffledStart(count: number, of: number, rng: Uniform): number[] {
  const remaining = Array.from({ length: of }, (_, i) => i);
  return Array.from(
    { length: count },
    () => remaining.splice(nextBelow(remaining.length, rng), 1)[0]!,
  );
}

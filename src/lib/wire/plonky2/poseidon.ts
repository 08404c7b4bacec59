import { P } from './goldilocks.ts';
import { MDS_CIRCULANT, MDS_FIRST_DIAGONAL, ROUND_CONSTANTS } from './poseidon-constants.ts';

/*
 * The Poseidon permutation over Goldilocks (plonky2/src/hash/poseidon.rs): 4 full rounds, 22 partial
 * ones, 4 full ones. A round adds constants, takes the seventh power, in a partial round of the first
 * element only, and multiplies with a matrix. Plonky2 computes the partial rounds in an equivalent way
 * with tables; this is the definition.
 *
 * A proof takes thousands of permutations, and bigints would take most of a second for them. Here an
 * element is low + high · 2³² in two doubles, reduced loosely: both are integers between −2²⁰ and
 * 2³² + 2²⁰, and one element has several such pairs. Every intermediate result stays below 2⁵³, so all
 * of this is exact.
 */

/** How many elements the state has. */
export const WIDTH = 12;
export const HALF_FULL_ROUNDS = 4;
export const PARTIAL_ROUNDS = 22;
export const ROUNDS = 2 * HALF_FULL_ROUNDS + PARTIAL_ROUNDS;

/** Whether a round takes the power of the first element only. */
export const isPartial = (round: number): boolean =>
  HALF_FULL_ROUNDS <= round && round < HALF_FULL_ROUNDS + PARTIAL_ROUNDS;

/** Pairs of low and high, one after the other. */
type Pairs = Float64Array;

const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;

const toPairs = (elements: readonly bigint[]): Pairs =>
  Float64Array.from(elements.flatMap((x) => [Number(x & 0xffff_ffffn), Number(x >> 32n)]));

function fromPair(low: number, high: number): bigint {
  const value = (BigInt(high) << 32n) + BigInt(low);
  return value < 0n ? value + P : value >= P ? value - P : value;
}

const roundConstants = toPairs(ROUND_CONSTANTS);
/** Twice, so that a turned row is a part of it. */
const circulant = Float64Array.from([...MDS_CIRCULANT, ...MDS_CIRCULANT]);

/** The permutation of 12 elements. */
export function permute(input: readonly bigint[]): bigint[] {
  let state = toPairs(input);
  let next: Pairs = new Float64Array(2 * WIDTH);
  for (let round = 0; round < ROUNDS; round++) {
    const constants = 2 * WIDTH * round;
    for (let i = 0; i < 2 * WIDTH; i++) state[i]! += roundConstants[constants + i]!;
    const powers = isPartial(round) ? 1 : WIDTH;
    for (let i = 0; i < powers; i++) seventhPower(state, 2 * i);
    multiplyByMds(next, state);
    [state, next] = [next, state];
  }
  return Array.from({ length: WIDTH }, (_, i) => fromPair(state[2 * i]!, state[2 * i + 1]!));
}

function multiplyByMds(out: Pairs, state: Pairs): void {
  for (let row = 0; row < WIDTH; row++) {
    let low = row === 0 ? MDS_FIRST_DIAGONAL * state[0]! : 0;
    let high = row === 0 ? MDS_FIRST_DIAGONAL * state[1]! : 0;
    for (let i = 0; i < WIDTH; i++) {
      const factor = circulant[WIDTH + i - row]!;
      low += factor * state[2 * i]!;
      high += factor * state[2 * i + 1]!;
    }
    store(out, 2 * row, low, high);
  }
}

const work: Pairs = new Float64Array(4);

/** In place, of the pair at `at`. */
function seventhPower(state: Pairs, at: number): void {
  multiply(work, 0, state, at, state, at);
  multiply(work, 2, work, 0, state, at);
  multiply(work, 0, work, 0, work, 0);
  multiply(state, at, work, 0, work, 2);
}

/**
 * out[to] = a[i] · b[j]; factors may be as large as 2³³ + 2²⁰. The product is gathered by powers of
 * 2¹⁶, and 2⁶⁴ = 2³² − 1, 2⁸⁰ = 2⁴⁸ − 2¹⁶ in the field.
 */
function multiply(out: Pairs, to: number, a: Pairs, i: number, b: Pairs, j: number): void {
  const [a0, a1] = [a[i]!, a[i + 1]!];
  const b1 = Math.floor(b[j]! / TWO_16);
  const b0 = b[j]! - b1 * TWO_16;
  const b3 = Math.floor(b[j + 1]! / TWO_16);
  const b2 = b[j + 1]! - b3 * TWO_16;
  const at64 = a1 * b2;
  const at80 = a1 * b3;
  const at0 = a0 * b0 - at64;
  const at16 = a0 * b1 - at80;
  const at32 = a0 * b2 + a1 * b0 + at64;
  const at48 = a0 * b3 + a1 * b1 + at80;
  const carry32 = Math.floor(at16 / TWO_16);
  const carry64 = Math.floor(at48 / TWO_16);
  store(
    out,
    to,
    at0 + (at16 - carry32 * TWO_16) * TWO_16 - carry64,
    at32 + (at48 - carry64 * TWO_16) * TWO_16 + carry32 + carry64,
  );
}

/** out[to] = low + high · 2³², for any below 2⁵², reduced loosely. */
function store(out: Pairs, to: number, low: number, high: number): void {
  const carry32 = Math.floor(low / TWO_32);
  const carry64 = Math.floor((high + carry32) / TWO_32);
  out[to] = low - carry32 * TWO_32 - carry64;
  out[to + 1] = high + carry32 - carry64 * TWO_32 + carry64;
}

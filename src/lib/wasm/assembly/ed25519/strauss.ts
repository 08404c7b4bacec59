/** Sums of multiples with shared doublings (Strauss), in variable time: for public values only. */
import { loadLE, SIZE, storeLE } from '../generated/limbs';
import { baseX, baseY, order } from '../generated/ed25519-constants';
import { nonAdjacentVar } from '../digits';
import { MULTIPLY_WORK, reserve } from '../memory';
import {
  ADDEND,
  AFFINE_ADDEND,
  add,
  addAffine,
  double,
  doubleTimes,
  fromAffine,
  isNeutralVar,
  neutral,
  subtract,
  subtractAffine,
  toAddend,
} from './edwards';
import { affineOdds, oddMultiples } from './tables';

/** Digits of a scalar below 2²⁵³: one more for the last carry. Their bytes, with padding. */
const LENGTH: i32 = 254;
export const DIGITS: usize = 512;

/** Odd multiples B … 1023·B: digits of width 11. */
export const BASE_WIDTH: i32 = 11;
const BASE_ODDS: i32 = 512;
const baseTable: usize = memory.data(65536, 16);

const digits: usize = memory.data(1024, 16); // two lists

const bytes: usize = MULTIPLY_WORK; // 40 bytes
const xy: usize = MULTIPLY_WORK + 48; // 80 bytes
const point: usize = MULTIPLY_WORK + 128;
const table: usize = MULTIPLY_WORK + 288; // 8 addends
const scalar: usize = MULTIPLY_WORK + 2080;
const addend: usize = MULTIPLY_WORK + 2120; // an addend

/** Fill the table of B; once, at the start. */
export function buildBaseOdds(): void {
  baseX(xy);
  baseY(xy + SIZE);
  fromAffine(point, xy);
  affineOdds(baseTable, point, BASE_ODDS);
}

/** The width-w digits of k (canonical limbs), DIGITS bytes. */
export function digitsOf(out: usize, k: usize, width: i32): void {
  storeLE(bytes, k);
  store<u64>(bytes + 32, 0);
  nonAdjacentVar(out, LENGTH, bytes, width, false);
}

/** sum = Σ digits of the `count` tables of P, plus those of `base` (0 for none) on B. */
function interleave(sum: usize, count: i32, tables: usize, lists: usize, base: usize): void {
  neutral(sum);
  let doublings = 0; // not done yet: several at once are cheaper, and the neutral point needs none
  let started = false;
  for (let i = LENGTH - 1; i >= 0; i--) {
    if (started) doublings++;
    for (let k = 0; k < count; k++) {
      const digit = <i32>load<i16>(lists + k * DIGITS + 2 * i);
      if (digit === 0) continue;
      if (doublings > 0) doubleTimes(sum, doublings);
      doublings = 0;
      started = true;
      const entry = tables + (<usize>k * 8 + (abs(digit) >> 1)) * ADDEND;
      if (digit > 0) add(sum, sum, entry);
      else subtract(sum, sum, entry);
    }
    const digit = base === 0 ? 0 : <i32>load<i16>(base + 2 * i);
    if (digit === 0) continue;
    if (doublings > 0) doubleTimes(sum, doublings);
    doublings = 0;
    started = true;
    const entry = baseTable + <usize>(abs(digit) >> 1) * AFFINE_ADDEND;
    if (digit > 0) addAffine(sum, sum, entry);
    else subtractAffine(sum, sum, entry);
  }
  if (doublings > 0) doubleTimes(sum, doublings);
}

/** sum = a·P + b·B. a, b: canonical limbs, reduced; p: P in full. */
export function multiplyAddVar(sum: usize, a: usize, p: usize, b: usize): void {
  oddMultiples(table, p, 8);
  digitsOf(digits, a, 5);
  digitsOf(digits + DIGITS, b, BASE_WIDTH);
  interleave(sum, 1, table, digits, digits + DIGITS);
}

/** Whether p (in full, on the curve) is in the subgroup of order n: n·P is neutral. */
export function isTorsionFreeVar(p: usize): bool {
  oddMultiples(table, p, 8);
  order(scalar);
  digitsOf(digits, scalar, 5);
  interleave(point, 1, table, digits, 0);
  return isNeutralVar(point);
}

/**
 * sum = Σ scalar·point.
 * @param scalars 32 bytes each, reduced; points: 64 bytes each
 * @param base digits for B, or 0
 * @param work free memory from here on
 * @returns 1, or 0 where there is not enough memory
 */
export function multiScalarVar(
  sum: usize,
  count: i32,
  scalars: usize,
  points: usize,
  base: usize,
  work: usize,
): u32 {
  const tables = (work + 15) & ~15;
  const lists = tables + <usize>count * 8 * ADDEND;
  if (!reserve(lists + <usize>count * DIGITS)) return 0;
  for (let i = 0; i < count; i++) {
    loadLE(xy, points + 64 * i);
    loadLE(xy + SIZE, points + 64 * i + 32);
    fromAffine(point, xy);
    oddMultiples(tables + <usize>i * 8 * ADDEND, point, 8);
    loadLE(scalar, scalars + 32 * i);
    digitsOf(lists + <usize>i * DIGITS, scalar, 5);
  }
  interleave(sum, count, tables, lists, base);
  return 1;
}

/** sum = Σ xⁱ·points[i] by Horner's rule: multiply by the small x, add the next. */
export function polynomialVar(sum: usize, count: i32, points: usize, x: u32): void {
  neutral(sum);
  for (let i = count - 1; i >= 0; i--) {
    multiplySmallVar(sum, x);
    loadLE(xy, points + 64 * i);
    loadLE(xy + SIZE, points + 64 * i + 32);
    fromAffine(point, xy);
    toAddend(addend, point);
    add(sum, sum, addend);
  }
}

/** p = x·p, bit by bit from the top. */
function multiplySmallVar(p: usize, x: u32): void {
  if (x === 0) {
    neutral(p);
    return;
  }
  toAddend(addend, p);
  for (let bit = 30 - <i32>clz<u32>(x); bit >= 0; bit--) {
    double(p, p);
    if ((x >> bit) & 1) add(p, p, addend);
  }
}

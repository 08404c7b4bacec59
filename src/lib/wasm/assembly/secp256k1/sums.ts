/** Sums over many public points: tables and digits for few (Strauss), buckets for many (Pippenger). */
import { loadBE, SIZE, storeBE } from '../generated/limbs';
import * as field from '../generated/secp256k1-field';
import * as order from '../generated/secp256k1-order';
import { beta } from '../generated/secp256k1-constants';
import { MULTIPLY_WORK, reserve } from '../memory';
import { multiplyBase } from './base';
import { JOB, isInfinity, planAdd, planDouble, runJobs } from './batch';
import { readPoint } from './encoding';
import { split } from './endomorphism';
import { AFFINE, addAffineVar, infinity, isInfinityVar, multiplySmallVar } from './jacobian';
import { pippengerVar, pippengerWork, TERM } from './pippenger';
import { DIGITS, lambdaTable, splitDigits, straussVar } from './strauss';

/** Up to so many points Strauss is faster. */
const FEW: i32 = 24;

const scalar: usize = MULTIPLY_WORK + 2600;
const point: usize = MULTIPLY_WORK + 2640; // affine
const signs: usize = MULTIPLY_WORK + 2720; // two u64
const betaX: usize = MULTIPLY_WORK + 2740;
const total: usize = MULTIPLY_WORK + 2780;
const weight: usize = MULTIPLY_WORK + 2820;
const montgomerySquare: usize = MULTIPLY_WORK + 2860;
const halves: usize = MULTIPLY_WORK + 2900; // two of 40 bytes

/**
 * sum (Jacobian) = Σ scalar·point. Variable time.
 * @param scalars 32 bytes each, reduced
 * @param points 64 bytes each; infinity (0, 0) is allowed
 * @param work free memory from here on
 * @returns 1, or 0 where there is not enough memory
 */
export function multiScalarVar(
  sum: usize,
  count: i32,
  scalars: usize,
  points: usize,
  work: usize,
): u32 {
  work = (work + 15) & ~15;
  return count <= FEW
    ? sumOfFew(sum, count, scalars, points, work)
    : sumOfMany(sum, count, scalars, points, work);
}

function sumOfFew(sum: usize, count: i32, scalars: usize, points: usize, work: usize): u32 {
  const tables = work;
  const doubles = tables + <usize>count * 16 * AFFINE;
  const digits = doubles + <usize>count * AFFINE;
  const jobs = (digits + <usize>count * 2 * DIGITS + 15) & ~15;
  if (!reserve(jobs + <usize>count * JOB)) return 0;
  let used = 0;
  for (let i = 0; i < count; i++) {
    const table = tables + <usize>used * 16 * AFFINE;
    readPoint(table, points + 64 * i);
    if (isInfinity(table)) continue;
    loadBE(scalar, scalars + 32 * i);
    splitDigits(digits + <usize>used * 2 * DIGITS, scalar);
    used++;
  }
  // 2P for every P, then 3P, 5P, … 15P, each step one batch. Small multiples: no infinity arises.
  let end = jobs;
  for (let i = 0; i < used; i++) {
    end = planDouble(end, doubles + i * AFFINE, tables + <usize>i * 16 * AFFINE);
  }
  runJobs(jobs, end);
  for (let k: usize = 1; k < 8; k++) {
    end = jobs;
    for (let i = 0; i < used; i++) {
      const entry = tables + (<usize>i * 16 + k) * AFFINE;
      end = planAdd(end, entry, entry - AFFINE, doubles + i * AFFINE);
    }
    runJobs(jobs, end);
  }
  for (let i = 0; i < used; i++) {
    const table = tables + <usize>i * 16 * AFFINE;
    lambdaTable(table + 8 * AFFINE, table);
  }
  straussVar(sum, 2 * used, tables, digits);
  return 1;
}

function sumOfMany(sum: usize, count: i32, scalars: usize, points: usize, work: usize): u32 {
  const terms = work;
  const rest = terms + <usize>count * 2 * TERM;
  if (!reserve(rest)) return 0;
  beta(betaX);
  let used = 0;
  for (let i = 0; i < count; i++) {
    readPoint(point, points + 64 * i);
    if (isInfinity(point)) continue;
    loadBE(scalar, scalars + 32 * i);
    split(halves, halves + 40, signs, scalar);
    for (let half: usize = 0; half < 2; half++) {
      const bytes = halves + 40 * half;
      if ((load<u64>(bytes) | load<u64>(bytes, 8)) === 0) continue;
      const term = terms + <usize>used * TERM;
      memory.copy(term, point, AFFINE);
      if (half === 1) field.mul(term, term, betaX);
      field.negateMasked(term + SIZE, load<u64>(signs + 8 * half));
      memory.copy(term + AFFINE, bytes, 16);
      memory.fill(term + AFFINE + 16, 0, 16);
      used++;
    }
  }
  // Not before: fewer terms may be reduced in fewer, larger groups, which take more memory.
  if (!reserve(rest + pippengerWork(used))) return 0;
  pippengerVar(sum, used, terms, rest);
  return 1;
}

/** Bytes of a Schnorr equation: R, P (64 each), s, e (32 each), weight (16). */
const EQUATION: usize = 208;

/**
 * Whether Σ w·(R + e·P − s·G) is infinity. Variable time.
 * @returns 1 or 0, or 2 where there is not enough memory
 */
export function schnorrBatchVar(sum: usize, count: i32, equations: usize): u32 {
  const scalars = equations + <usize>count * EQUATION;
  const points = scalars + <usize>count * 64;
  const work = points + <usize>count * 128;
  if (!reserve(work)) return 2;
  order.montgomerySquare(montgomerySquare);
  memory.fill(total, 0, SIZE);
  for (let i = 0; i < count; i++) {
    const equation = equations + <usize>i * EQUATION;
    const out = scalars + 64 * i;
    memory.copy(points + 128 * i, equation, 128);
    memory.fill(out, 0, 16);
    memory.copy(out + 16, equation + 192, 16);
    loadBE(weight, out);
    order.montgomery(weight, weight, montgomerySquare);
    loadBE(scalar, equation + 160);
    order.montgomery(scalar, scalar, weight);
    storeBE(out + 32, scalar);
    loadBE(scalar, equation + 128);
    order.montgomery(scalar, scalar, weight);
    order.add(total, total, scalar);
  }
  if (!multiScalarVar(sum, 2 * count, scalars, points, work)) return 2;
  multiplyBase(point, total);
  if (!isInfinity(point)) addAffineVar(sum, point, true);
  return <u32>isInfinityVar(sum);
}

/**
 * sum (Jacobian) = Σ xⁱ·points[i] by Horner's rule: multiply by the small x, add the next. Variable time.
 * @param points 64 bytes each; infinity is allowed
 */
export function polynomialVar(sum: usize, count: i32, points: usize, x: u32): void {
  const multiple = MULTIPLY_WORK + 2300; // Jacobian
  infinity(sum);
  for (let i = count - 1; i >= 0; i--) {
    multiplySmallVar(sum, multiple, x);
    readPoint(point, points + 64 * i);
    if (!isInfinity(point)) addAffineVar(sum, point, false);
  }
}

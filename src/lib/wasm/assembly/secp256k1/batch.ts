/**
 * Many affine additions at once with one inversion (Montgomery's trick): cheaper per addition than
 * any projective formula. Affine points of 80 bytes, infinity is (0, 0). Variable time: public points only.
 */
import * as field from '../generated/secp256k1-field';
import { bits, copy, SIZE } from '../generated/limbs';
import { FORMULA_WORK } from '../memory';
import { invert } from './power';

const t0: usize = FORMULA_WORK;
const t1: usize = FORMULA_WORK + SIZE;
const t2: usize = FORMULA_WORK + 2 * SIZE;

/** Work bytes per addition: the pointers (3 · 4 and padding), numerator, denominator, product. */
export const JOB: usize = 16 + 3 * SIZE;
const NUMERATOR: usize = 16;
const DENOMINATOR: usize = 16 + SIZE;
const PRODUCT: usize = 16 + 2 * SIZE;

/** Whether an affine point is (0, 0). Such a point is only ever written as canonical zeros. */
export function isInfinity(p: usize): bool {
  return load<u64>(p) === 0 && (bits(p) | bits(p + SIZE)) === 0;
}

function copyPoint(r: usize, p: usize): void {
  memory.copy(r, p, 2 * SIZE);
}

/** Append the job out = a + b at `job`, or do it at once where no division is needed. Returns the next job's place. */
export function planAdd(job: usize, out: usize, a: usize, b: usize): usize {
  if (isInfinity(a)) {
    copyPoint(out, b);
    return job;
  }
  if (isInfinity(b)) {
    copyPoint(out, a);
    return job;
  }
  const numerator = job + NUMERATOR;
  const denominator = job + DENOMINATOR;
  field.subCarry(denominator, b, a);
  field.sub(numerator, b + SIZE, a + SIZE); // [3]: it is only multiplied by [1]
  if (field.isZeroVar(denominator)) {
    if (!field.isZeroVar(numerator)) {
      memory.fill(out, 0, 2 * SIZE);
      return job;
    }
    return planDouble(job, out, a);
  }
  store<u32>(job, <u32>out);
  store<u32>(job, <u32>a, 4);
  store<u32>(job, <u32>b, 8);
  return job + JOB;
}

/** Append the job out = 2a for a finite a: slope 3x²/2y. */
export function planDouble(job: usize, out: usize, a: usize): usize {
  field.sqr(t0, a);
  field.twice(t1, t0);
  field.addCarry(job + NUMERATOR, t0, t1);
  field.addCarry(job + DENOMINATOR, a + SIZE, a + SIZE);
  store<u32>(job, <u32>out);
  store<u32>(job, <u32>a, 4);
  store<u32>(job, <u32>a, 8);
  return job + JOB;
}

/**
 * Do the jobs from `first` up to `end`, in order. A job may overwrite operands of itself and of
 * earlier jobs, not of later ones. x3 = s² − xa − xb, y3 = s·(xa − x3) − ya for the slope s.
 */
export function runJobs(first: usize, end: usize): void {
  if (first === end) return;
  copy(first + PRODUCT, first + DENOMINATOR);
  for (let job = first + JOB; job < end; job += JOB) {
    field.mul(job + PRODUCT, job - JOB + PRODUCT, job + DENOMINATOR);
  }
  invert(t2, end - JOB + PRODUCT);
  for (let job = end - JOB; job > first; job -= JOB) {
    field.mul(job + PRODUCT, t2, job - JOB + PRODUCT);
    field.mul(t2, t2, job + DENOMINATOR);
  }
  copy(first + PRODUCT, t2);
  for (let job = first; job < end; job += JOB) {
    const out = <usize>load<u32>(job);
    const a = <usize>load<u32>(job, 4);
    const b = <usize>load<u32>(job, 8);
    field.mul(t0, job + NUMERATOR, job + PRODUCT);
    field.sqr(t1, t0);
    field.add(t2, a, b);
    field.subCarry(t1, t1, t2); // x3
    field.sub(t2, a, t1);
    field.mul(t0, t0, t2);
    field.subCarry(t0, t0, a + SIZE);
    copy(out, t1);
    copy(out + SIZE, t0);
  }
}

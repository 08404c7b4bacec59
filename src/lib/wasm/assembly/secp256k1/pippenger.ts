/**
 * A sum of many multiples by buckets (Pippenger), in variable time: for public values only. In each
 * window of c bits a point goes to the bucket of its digit; buckets are summed pairwise in batches;
 * Σ d·bucket[d] is a running sum from the top bucket down.
 *
 * Digits are signed, −2^(c−1) ≤ d < 2^(c−1): with Σ 2^(c−1)·2^(c·w) added to the scalar beforehand,
 * digit w is window w less 2^(c−1).
 */
import { SIZE } from '../generated/limbs';
import * as field from '../generated/secp256k1-field';
import { bitsAt } from '../digits';
import { MULTIPLY_WORK } from '../memory';
import { JOB, isInfinity, planAdd, runJobs } from './batch';
import { AFFINE, addAffineVar, addVar, double, infinity } from './jacobian';

/** Bytes of a term: an affine point, then a scalar below 2¹²⁸ as 24 bytes, little endian, and 8 zero bytes. */
export const TERM: usize = AFFINE + 32;

const running: usize = MULTIPLY_WORK + 2300; // Jacobian
const total: usize = MULTIPLY_WORK + 2420; // Jacobian

/** The window that costs least: each of the windows adds all terms and walks 2^(c−1) buckets. */
function windowBits(terms: i32): i32 {
  if (terms < 500) return 6;
  if (terms < 1100) return 7;
  if (terms < 3000) return 8;
  if (terms < 8000) return 9;
  return 10;
}

/** Work bytes that `pippengerVar` needs. */
export function pippengerWork(terms: i32): usize {
  const buckets = 1 << (windowBits(terms) - 1);
  return <usize>buckets * 8 + <usize>terms * (4 + AFFINE + JOB / 2) + JOB + 64;
}

/** Add Σ 2^(c−1)·2^(c·w) to every scalar: below 2¹³⁸, so three words hold the sum. */
function offset(terms: i32, width: i32, windows: i32, term0: usize): void {
  for (let i = 0; i < terms; i++) {
    const words = term0 + <usize>i * TERM + AFFINE;
    for (let w = 0; w < windows; w++) {
      const bit = w * width + width - 1;
      let word = words + 8 * (bit >> 6);
      let add: u64 = (<u64>1) << (bit & 63);
      while (add !== 0) {
        const sum = load<u64>(word) + add;
        store<u64>(word, sum);
        add = <u64>(sum < add);
        word += 8;
      }
    }
  }
}

/** The bucket of a digit, |d| − 1, with bit 30 set for d < 0; −1 for the digit 0. */
function bucketOf(digit: i32): i32 {
  if (digit === 0) return -1;
  return digit > 0 ? digit - 1 : (-digit - 1) | 0x40000000;
}

/** sum (Jacobian) = Σ scalar·point over the terms at `term0`; points finite. Overwrites the scalars. */
export function pippengerVar(sum: usize, terms: i32, term0: usize, work: usize): void {
  const width = windowBits(terms);
  const windows = 128 / width + 1; // the top one takes the carry out of the scalar
  const buckets = 1 << (width - 1);
  const ends = work; // u32 per bucket: where its points end
  const sizes = ends + 4 * buckets; // u32 per bucket
  const places = sizes + 4 * buckets; // i32 per term
  const items = (places + 4 * terms + 15) & ~15; // affine points, sorted by bucket
  const jobs = items + <usize>terms * AFFINE;
  offset(terms, width, windows, term0);
  infinity(sum);
  for (let w = windows - 1; w >= 0; w--) {
    if (w < windows - 1) for (let k = 0; k < width; k++) double(sum, sum);
    memory.fill(sizes, 0, 4 * buckets);
    for (let i = 0; i < terms; i++) {
      const window = bitsAt(term0 + <usize>i * TERM + AFFINE, w * width, width);
      const place = bucketOf(<i32>window - buckets);
      store<i32>(places + 4 * i, place);
      if (place < 0) continue;
      const size = sizes + 4 * (place & 0xffff);
      store<u32>(size, load<u32>(size) + 1);
    }
    fill(terms, term0, places, ends, sizes, buckets, items);
    reduce(ends, sizes, buckets, items, jobs);
    infinity(running);
    infinity(total);
    for (let b = buckets - 1; b >= 0; b--) {
      const item = items + <usize>load<u32>(ends + 4 * b) * AFFINE;
      if (load<u32>(sizes + 4 * b) !== 0 && !isInfinity(item)) addAffineVar(running, item, false);
      addVar(total, running);
    }
    addVar(sum, total);
  }
}

/** Copy each point, with its sign, to its bucket's range of `items`. Leaves in `ends` where each range begins. */
function fill(
  terms: i32,
  term0: usize,
  places: usize,
  ends: usize,
  sizes: usize,
  buckets: i32,
  items: usize,
): void {
  let end: u32 = 0;
  for (let b = 0; b < buckets; b++) {
    end += load<u32>(sizes + 4 * b);
    store<u32>(ends + 4 * b, end);
  }
  for (let i = 0; i < terms; i++) {
    const place = load<i32>(places + 4 * i);
    if (place < 0) continue;
    const bucket = ends + 4 * (place & 0xffff);
    const at = load<u32>(bucket) - 1;
    store<u32>(bucket, at);
    const item = items + <usize>at * AFFINE;
    memory.copy(item, term0 + <usize>i * TERM, AFFINE);
    if (place & 0x40000000) {
      field.negate(item + SIZE, item + SIZE);
      field.carry(item + SIZE, item + SIZE);
    }
  }
}

/** Sum every bucket into its first item: the upper half of its points onto the lower, all buckets in one batch. */
function reduce(starts: usize, sizes: usize, buckets: i32, items: usize, jobs: usize): void {
  let most: u32 = 2;
  while (most > 1) {
    most = 0;
    let end = jobs;
    for (let b = 0; b < buckets; b++) {
      const size = load<u32>(sizes + 4 * b);
      const half = (size + 1) >> 1;
      const first = items + <usize>load<u32>(starts + 4 * b) * AFFINE;
      for (let i: u32 = 0; i < size - half; i++) {
        end = planAdd(end, first + i * AFFINE, first + i * AFFINE, first + (half + i) * AFFINE);
      }
      store<u32>(sizes + 4 * b, half);
      most = max(most, half);
    }
    runJobs(jobs, end);
  }
}

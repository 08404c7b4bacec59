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
  if (terms < 60) return 5;
  if (terms < 400) return 6;
  if (terms < 1100) return 7;
  if (terms < 3000) return 8;
  if (terms < 8000) return 9;
  return 10;
}

/** Points reduced in one batch, if a single window has not more: what fits the caches. */
const BATCH: i32 = 4096;

/** How many windows there are; the top one takes the carry out of the scalar. */
function windowCount(width: i32): i32 {
  return 128 / width + 1;
}

/** How many windows are reduced in one batch, so that they share the inversions. */
function groupSize(terms: i32, windows: i32): i32 {
  const groups = 1 + (windows * terms) / BATCH;
  return (windows + groups - 1) / groups;
}

/** Work bytes that `pippengerVar` needs. */
export function pippengerWork(terms: i32): usize {
  const width = windowBits(terms);
  const group = groupSize(terms, windowCount(width));
  const buckets = (<usize>group) << (width - 1);
  return buckets * 8 + <usize>terms * group * (AFFINE + JOB / 2) + JOB + 64;
}

/** Add Σ 2^(c−1)·2^(c·w) to every scalar: below 2¹³⁸, so three words hold the sum. */
function offset(terms: i32, term0: usize, width: i32, windows: i32): void {
  let h0: u64 = 0;
  let h1: u64 = 0;
  let h2: u64 = 0;
  for (let bit = width - 1; bit < windows * width; bit += width) {
    const one = (<u64>1) << (bit & 63);
    if (bit < 64) h0 |= one;
    else if (bit < 128) h1 |= one;
    else h2 |= one;
  }
  for (let i = 0; i < terms; i++) {
    const words = term0 + <usize>i * TERM + AFFINE;
    const w0 = load<u64>(words) + h0;
    const c0 = <u64>(w0 < h0);
    const w1 = load<u64>(words, 8) + c0;
    const c1 = <u64>(w1 < c0);
    const s1 = w1 + h1;
    store<u64>(words, w0);
    store<u64>(words, s1, 8);
    store<u64>(words, h2 + c1 + <u64>(s1 < h1), 16);
  }
}

/** sum (Jacobian) = Σ scalar·point over the terms at `term0`; points finite. Overwrites the scalars. */
export function pippengerVar(sum: usize, terms: i32, term0: usize, work: usize): void {
  const width = windowBits(terms);
  const windows = windowCount(width);
  const group = groupSize(terms, windows);
  const buckets = 1 << (width - 1); // of one window; a group's windows have theirs side by side
  const ends = work; // u32 per bucket: where its points end, then where they begin
  const sizes = ends + 4 * group * buckets; // u32 per bucket
  const items = (sizes + 4 * group * buckets + 15) & ~15; // affine points, sorted by bucket
  const jobs = items + <usize>terms * group * AFFINE;
  offset(terms, term0, width, windows);
  infinity(sum);
  for (let top = windows; top > 0; top -= group) {
    const bottom = max(0, top - group);
    const used = (top - bottom) * buckets;
    memory.fill(sizes, 0, 4 * used);
    for (let w = bottom; w < top; w++) {
      countPoints(terms, term0, w, width, sizes + 4 * (w - bottom) * buckets);
    }
    let end: u32 = 0;
    for (let b = 0; b < used; b++) {
      end += load<u32>(sizes + 4 * b);
      store<u32>(ends + 4 * b, end);
    }
    for (let w = bottom; w < top; w++) {
      placePoints(terms, term0, w, width, ends + 4 * (w - bottom) * buckets, items);
    }
    reduce(ends, sizes, used, items, jobs);
    for (let w = top - 1; w >= bottom; w--) {
      for (let k = 0; k < width; k++) double(sum, sum);
      const first = 4 * (w - bottom) * buckets;
      addBuckets(sum, ends + first, sizes + first, buckets, items);
    }
  }
}

/** The digit of a term in window w, as |d| − 1, with bit 30 set for d < 0; −1 for the digit 0. */
function bucketOf(term: usize, w: i32, width: i32): i32 {
  const digit = <i32>bitsAt(term + AFFINE, w * width, width) - (1 << (width - 1));
  if (digit === 0) return -1;
  return digit > 0 ? digit - 1 : (-digit - 1) | 0x40000000;
}

/** Count the points of each bucket of window w. */
function countPoints(terms: i32, term: usize, w: i32, width: i32, sizes: usize): void {
  for (; terms > 0; terms--) {
    const bucket = bucketOf(term, w, width);
    if (bucket >= 0) {
      const size = sizes + 4 * (bucket & 0xffff);
      store<u32>(size, load<u32>(size) + 1);
    }
    term += TERM;
  }
}

/** Copy each point, with its digit's sign, to its bucket's range of `items`, from the end of the range. */
function placePoints(terms: i32, term: usize, w: i32, width: i32, ends: usize, items: usize): void {
  for (; terms > 0; terms--) {
    const bucket = bucketOf(term, w, width);
    if (bucket >= 0) {
      const end = ends + 4 * (bucket & 0xffff);
      const at = load<u32>(end) - 1;
      store<u32>(end, at);
      const item = items + <usize>at * AFFINE;
      memory.copy(item, term, AFFINE);
      if (bucket & 0x40000000) {
        field.negate(item + SIZE, item + SIZE);
        field.carry(item + SIZE, item + SIZE);
      }
    }
    term += TERM;
  }
}

/** sum = sum + Σ (b + 1)·bucket[b], every bucket reduced to its first item. */
function addBuckets(sum: usize, starts: usize, sizes: usize, buckets: i32, items: usize): void {
  infinity(running);
  infinity(total);
  for (let b = buckets - 1; b >= 0; b--) {
    const item = items + <usize>load<u32>(starts + 4 * b) * AFFINE;
    if (load<u32>(sizes + 4 * b) !== 0 && !isInfinity(item)) addAffineVar(running, item, false);
    addVar(total, running);
  }
  addVar(sum, total);
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

/**
 * k·P in constant time. For odd k, with u = (k − 1)/2 cut into 4-bit windows u₀ … u₆₂, k is a sum of
 * odd digits: k = Σ dᵢ·16ⁱ with dᵢ = 2uᵢ − 15 for i < 62 and d₆₂ = 2u₆₂ + 1 ≤ 17. For even k, n − k is odd and
 * gives the opposite point, for P has order n (or is neutral). The formulas are complete.
 */
import * as field from '../generated/ed25519-field';
import { lookup160 } from '../generated/lookup';
import { bitsAt } from '../digits';
import { MULTIPLY_WORK } from '../memory';
import { add, doubleTimes, fromAffine, negateAddendMasked, neutral, toAffine } from './edwards';
import { makeOdd } from './odd';
import { oddMultiples } from './tables';

/** P, 3P, … 17P: the last one for the top digit only. */
const ENTRIES: i32 = 9;

const digits: usize = MULTIPLY_WORK; // 40 bytes
const entry: usize = MULTIPLY_WORK + 48; // an addend
const point: usize = MULTIPLY_WORK + 208;
const table: usize = MULTIPLY_WORK + 368; // ENTRIES addends

/** out = k·P, affine and canonical. k: canonical limbs, reduced; xy: P, affine (80 bytes). */
export function multiply(out: usize, k: usize, xy: usize): void {
  const even = makeOdd(digits, k);
  fromAffine(point, xy);
  oddMultiples(table, point, ENTRIES);
  neutral(point);
  lookup160(entry, table, ENTRIES, bitsAt(digits, 249, 4));
  add(point, point, entry);
  for (let i = 61; i >= 0; i--) {
    doubleTimes(point, 4);
    const u = bitsAt(digits, 4 * i + 1, 4);
    const negative: u32 = (u >> 3) ^ 1; // the digit 2u − 15 is negative for u < 8
    lookup160(entry, table, 8, (u ^ (0 - negative)) & 7);
    negateAddendMasked(entry, 0 - <u64>negative);
    add(point, point, entry);
  }
  field.negateMasked(point, even);
  toAffine(out, point);
}

/**
 * k·B in constant time: 51 additions from tables, no doubling.
 *
 * For odd k, with u = (k − 1)/2 cut into 5-bit windows u₀ … u₅₀, k is a sum of odd digits:
 * k = Σ dᵢ·32ⁱ with dᵢ = 2uᵢ − 31 for i < 50 and d₅₀ = 2u₅₀ + 1. Table i holds B·32ⁱ·{1, 3, …, 31}.
 * For even k, n − k is odd and gives the opposite point (0 becomes n). The formulas are complete.
 */
import * as field from '../generated/ed25519-field';
import { baseX, baseY } from '../generated/ed25519-constants';
import { SIZE } from '../generated/limbs';
import { lookup128 } from '../generated/lookup';
import { bitsAt } from '../digits';
import { MULTIPLY_WORK } from '../memory';
import {
  addAffine,
  doubleTimes,
  fromAffine,
  negateAddendMasked,
  neutral,
  toAffine,
} from './edwards';
import { affineOdds } from './tables';
import { makeOdd } from './odd';

const WINDOWS: i32 = 51;
const ENTRIES: i32 = 16;
const WINDOW: usize = 16 * 128;
const tables: usize = memory.data(104448, 16);

const digits: usize = MULTIPLY_WORK; // 40 bytes
const xy: usize = MULTIPLY_WORK + 48; // 80 bytes
const entry: usize = MULTIPLY_WORK + 128; // an affine addend
const point: usize = MULTIPLY_WORK + 256;

/** Fill the tables; once, at the start. Public. */
export function buildBaseTables(): void {
  baseX(xy);
  baseY(xy + SIZE);
  fromAffine(point, xy);
  for (let i = 0; i < WINDOWS; i++) {
    affineOdds(tables + i * WINDOW, point, ENTRIES);
    doubleTimes(point, 5);
  }
}

/** entry = the table's entry for an odd digit, with its sign: `u` bits less all ones, in units of 2. */
function select(i: i32): void {
  const u = bitsAt(digits, 5 * i + 1, 5);
  const negative = (u >> 4) ^ 1; // the digit 2u − 31 is negative for u < 16
  lookup128(entry, tables + i * WINDOW, ENTRIES, (u ^ (0 - negative)) & 15);
  negateAddendMasked(entry, 0 - <u64>negative);
}

/** out = k·B, affine and canonical. k: canonical limbs, reduced. */
export function multiplyBase(out: usize, k: usize): void {
  const even = makeOdd(digits, k);
  neutral(point);
  lookup128(entry, tables + 50 * WINDOW, 3, bitsAt(digits, 251, 3));
  addAffine(point, point, entry);
  for (let i = 49; i >= 0; i--) {
    select(i);
    addAffine(point, point, entry);
  }
  field.negateMasked(point, even);
  toAffine(out, point);
}

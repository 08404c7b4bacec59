/**
 * k·P in constant time. k = ±|k1| ± |k2|·λ; both halves, made odd, are sums of 32 odd digits:
 * h = Σ dᵢ·16ⁱ with dᵢ = 2uᵢ − 15 for i < 31 and d₃₁ = 2u₃₁ + 1, where u = (h − 1)/2 is cut into
 * 4-bit windows. Four doublings and two additions of ±P, ±3P, … ±15P and their λ-multiples per
 * window; then P and λP are taken off again where a half was even.
 *
 * No exception. `addAffine` is wrong only where the sum S is infinity or equals the point added.
 * Write S = (i + j·λ)·P. Throughout |i| and |j| stay below the halves plus 64, so two such points
 * are equal only if i and j are (no short lattice point: endomorphism.ts), and:
 * - at the start S = d₃₁·P, and then i and j are sums of odd digits from the top: never 0, and after
 *   four doublings at least 16 in size, while the digit added is at most 15;
 * - at the end S = (±h1, ±h2) with h = |k| + 1 ≥ 1 or |k|, and the correction subtracts (±1, 0), then
 *   (0, ±1): adding ∓P to ±h1·P with h1 ≥ 1 never adds equals; the same for h2. Opposites can meet
 *   (k = 0), and `addAffine` gives infinity there.
 * P has order n: it is no infinity and not of small order.
 */
import * as field from '../generated/secp256k1-field';
import { beta } from '../generated/secp256k1-constants';
import { copy, copyMasked, SIZE } from '../generated/limbs';
import { bitsAt } from '../digits';
import { lookup80 } from '../generated/lookup';
import { MULTIPLY_WORK } from '../memory';
import { split } from './endomorphism';
import { AFFINE, addAffine, double, fromAffine } from './jacobian';
import { oddMultiplesScaled, toAffine } from './tables';

const half1: usize = MULTIPLY_WORK; // 40 bytes
const half2: usize = MULTIPLY_WORK + 40;
const signs: usize = MULTIPLY_WORK + 80; // two u64
const even1: usize = MULTIPLY_WORK + 96; // u64
const even2: usize = MULTIPLY_WORK + 104;
const z: usize = MULTIPLY_WORK + 112;
const sum: usize = MULTIPLY_WORK + 160; // Jacobian
const corrected: usize = MULTIPLY_WORK + 280; // Jacobian
const entry: usize = MULTIPLY_WORK + 400; // affine
const table1: usize = MULTIPLY_WORK + 480; // 8 affine points: odd multiples of P
const table2: usize = MULTIPLY_WORK + 1120; // of λP
const betaX: usize = MULTIPLY_WORK + 1760;

/** Make a half odd and remember whether it was even. */
function makeOdd(half: usize, even: usize): void {
  const low = load<u64>(half);
  store<u64>(even, (low & 1) - 1);
  store<u64>(half, low | 1);
  store<u64>(half + 32, 0);
}

/** entry = digit i of a half times its point, with its sign. */
function select(table: usize, half: usize, sign: usize, i: i32): void {
  const u = bitsAt(half, 4 * i + 1, 4);
  const negative: u32 = (u >> 3) ^ 1; // the digit 2u − 15 is negative for u < 8
  lookup80(entry, table, 8, (u ^ (0 - negative)) & 7);
  field.negateMasked(entry + SIZE, load<u64>(sign) ^ (0 - <u64>negative));
}

/** entry = the positive top digit of a half times its point, with the half's sign. */
function selectTop(table: usize, half: usize, sign: usize): void {
  lookup80(entry, table, 8, bitsAt(half, 125, 3));
  field.negateMasked(entry + SIZE, load<u64>(sign));
}

/** Take ±1 times the point of a table off the sum where the mask says so. */
function correct(table: usize, sign: usize, mask: usize): void {
  copy(entry, table);
  copy(entry + SIZE, table + SIZE);
  field.negateMasked(entry + SIZE, ~load<u64>(sign));
  addAffine(corrected, sum, entry);
  const wanted = load<u64>(mask);
  copyMasked(sum, corrected, wanted);
  copyMasked(sum + SIZE, corrected + SIZE, wanted);
  copyMasked(sum + 2 * SIZE, corrected + 2 * SIZE, wanted);
}

/** out = k·P, affine and canonical, (0, 0) for k = 0. k: canonical limbs, reduced; P: affine, not infinity. */
export function multiply(out: usize, k: usize, p: usize): void {
  split(half1, half2, signs, k);
  makeOdd(half1, even1);
  makeOdd(half2, even2);
  oddMultiplesScaled(table1, z, p);
  beta(betaX);
  for (let i: usize = 0; i < 8; i++) {
    field.mul(table2 + i * AFFINE, table1 + i * AFFINE, betaX);
    copy(table2 + i * AFFINE + SIZE, table1 + i * AFFINE + SIZE);
  }

  selectTop(table1, half1, signs);
  fromAffine(sum, entry);
  selectTop(table2, half2, signs + 8);
  addAffine(sum, sum, entry);
  for (let i = 30; i >= 0; i--) {
    for (let k = 0; k < 4; k++) double(sum, sum);
    select(table1, half1, signs, i);
    addAffine(sum, sum, entry);
    select(table2, half2, signs + 8, i);
    addAffine(sum, sum, entry);
  }
  correct(table1, signs, even1);
  correct(table2, signs + 8, even2);

  field.mul(sum + 2 * SIZE, sum + 2 * SIZE, z);
  toAffine(out, sum);
  field.normalize(out, out);
  field.normalize(out + SIZE, out + SIZE);
}

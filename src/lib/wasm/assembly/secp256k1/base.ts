/**
 * k·G in constant time: 43 additions from tables, no doubling.
 *
 * For odd k, with u = (k − 1)/2 cut into 6-bit windows u₀ … u₄₂, k is a sum of odd digits:
 * k = Σ dᵢ·64ⁱ with dᵢ = 2uᵢ − 63 for i < 42 and d₄₂ = 2u₄₂ + 1. Table i holds G·64ⁱ·{1, 3, …, 63}.
 * For even k, n − k is odd and gives the opposite point (0 becomes n).
 *
 * No exception. The sum S starts with digit 42, then takes digits 41 … 2, then 0, then 1. `addPoint`
 * is wrong only where S ≡ dᵢ·64ⁱ (mod n).
 * - Digits 41 … 2: S is a positive odd multiple of 64ⁱ⁺¹, so it exceeds |dᵢ|·64ⁱ, and S − dᵢ·64ⁱ lies
 *   strictly between 0 and 2n: only n is left, but it is odd and the difference is even.
 * - Digit 0: S is a multiple of 4096, and n ≡ 321 (mod 4096) is none of the odd |d₀| ≤ 63 away.
 * - Digit 1, the last: S − 64·d₁ = n means k = n + 128·d₁, so d₁ = −D is negative, and the bits of k
 *   from bit 7 on are those of n less D. Window 1 would be u₁ = (N − D) mod 64 with N = 2, bits 7 to
 *   12 of n, while d₁ = −D means u₁ = (63 − D)/2; so (63 + D)/2 ≡ 2 (mod 64), but it is 32 … 63.
 * S ≡ −dᵢ·64ⁱ is computed right (infinity), and occurs only in the end for k = 0.
 */
import * as field from '../generated/secp256k1-field';
import { baseX, baseY, order } from '../generated/secp256k1-constants';
import { copy, copyMasked, SIZE, storeLE, subtract } from '../generated/limbs';
import { bitsAt } from '../digits';
import { lookup80 } from '../generated/lookup';
import { FORMULA_WORK, MULTIPLY_WORK } from '../memory';
import { double, fromAffine } from './jacobian';
import { oddMultiples, toAffine } from './tables';
import { invert } from './power';

const WINDOWS: i32 = 43;
const ENTRIES: i32 = 32;
const WINDOW: usize = 32 * 80;
const tables: usize = memory.data(110080, 16);

const digits: usize = MULTIPLY_WORK; // 40 bytes
const entry: usize = MULTIPLY_WORK + 48; // an affine point
const sum: usize = MULTIPLY_WORK + 128; // X, Y, ZZ, ZZZ
const a: usize = MULTIPLY_WORK + 288;
const b: usize = MULTIPLY_WORK + 328;

const t0: usize = FORMULA_WORK;
const t1: usize = FORMULA_WORK + SIZE;
const t2: usize = FORMULA_WORK + 2 * SIZE;
const t3: usize = FORMULA_WORK + 3 * SIZE;
const t4: usize = FORMULA_WORK + 4 * SIZE;

/** Fill the tables; once, at the start. Public. */
export function buildBaseTables(): void {
  baseX(entry);
  baseY(entry + SIZE);
  for (let i = 0; i < WINDOWS; i++) {
    oddMultiples(tables + i * WINDOW, entry, ENTRIES);
    fromAffine(sum, entry);
    for (let k = 0; k < 6; k++) double(sum, sum);
    toAffine(entry, sum);
  }
}

/**
 * sum = sum + entry, where x = X/ZZ, y = Y/ZZZ, ZZ³ = ZZZ²: P = x·ZZ − X, R = y·ZZZ − Y,
 * X3 = R² − P³ − 2·X·P², Y3 = R·(X·P² − X3) − Y·P³, ZZ3 = ZZ·P², ZZZ3 = ZZZ·P³.
 */
function addPoint(): void {
  const x = sum;
  const y = sum + SIZE;
  const zz = sum + 2 * SIZE;
  const zzz = sum + 3 * SIZE;
  field.mul(t0, entry, zz);
  field.mul(t1, entry + SIZE, zzz);
  field.subCarry(t0, t0, x); // P
  field.subCarry(t1, t1, y); // R
  field.sqr(t2, t0); // P²
  field.mul(t0, t0, t2); // P³
  field.mul(zz, zz, t2);
  field.mul(zzz, zzz, t0);
  field.mul(t2, t2, x); // X·P²
  field.sqr(t3, t1);
  field.subBothCarry(x, t3, t0, t2); // X3
  field.mul(t4, y, t0);
  field.sub(t2, t2, x);
  field.mul(t2, t2, t1);
  field.subCarry(y, t2, t4); // Y3
}

/** entry = digit i times 64ⁱ·G, for i < 42. */
function select(i: i32): void {
  const u = bitsAt(digits, 6 * i + 1, 6);
  const negative = (u >> 5) ^ 1; // the digit 2u − 63 is negative for u < 32
  lookup80(entry, tables + i * WINDOW, ENTRIES, (u ^ (0 - negative)) & 31);
  field.negateMasked(entry + SIZE, 0 - <u64>negative);
}

/** out = k·G, affine and canonical, (0, 0) for k = 0. k: canonical limbs, reduced. */
export function multiplyBase(out: usize, k: usize): void {
  const even: u64 = (load<u64>(k) & 1) - 1;
  order(a);
  subtract(a, a, k);
  copy(b, k);
  copyMasked(b, a, even);
  storeLE(digits, b);
  store<u64>(digits + 32, 0);

  lookup80(sum, tables + 42 * WINDOW, 8, bitsAt(digits, 253, 3));
  field.one(sum + 2 * SIZE);
  field.one(sum + 3 * SIZE);
  for (let i = 41; i >= 2; i--) {
    select(i);
    addPoint();
  }
  select(0);
  addPoint();
  select(1);
  addPoint();

  // 1/Z = ZZ/ZZZ, 1/ZZ = (1/Z)².
  invert(a, sum + 3 * SIZE);
  field.mul(b, a, sum + 2 * SIZE);
  field.sqr(b, b);
  field.mul(out, sum, b);
  field.mul(out + SIZE, sum + SIZE, a);
  field.negateMasked(out + SIZE, even);
  field.normalize(out, out);
  field.normalize(out + SIZE, out + SIZE);
}

/**
 * Sums of multiples with shared doublings (Strauss), in variable time: for public values only. Every
 * scalar is split by the endomorphism, so 129 doublings serve all.
 */
import * as field from '../generated/secp256k1-field';
import { baseX, baseY, beta } from '../generated/secp256k1-constants';
import { copy, SIZE, storeLE } from '../generated/limbs';
import { nonAdjacentVar } from '../digits';
import { MULTIPLY_WORK } from '../memory';
import { split } from './endomorphism';
import { AFFINE, addAffineVar, double, fromAffine, infinity } from './jacobian';
import { oddMultiples, oddMultiplesScaled, toAffine } from './tables';

/** Digits of a 128-bit half: one more for the last carry. Their bytes, with padding. */
const LENGTH: i32 = 129;
export const DIGITS: usize = 264;

/** Odd multiples G … 1023·G and 2¹²⁸·G·{1 … 1023}: digits of width 11, two bytes each. */
const BASE_WIDTH: i32 = 11;
const BASE_ODDS: i32 = 512;
const baseLow: usize = memory.data(40960, 16);
const baseHigh: usize = memory.data(40960, 16);

const digits: usize = memory.data(1056, 16); // four lists

const half1: usize = MULTIPLY_WORK; // 40 bytes, as half2
const half2: usize = MULTIPLY_WORK + 40;
const signs: usize = MULTIPLY_WORK + 80; // two u64
const z: usize = MULTIPLY_WORK + 96;
const betaX: usize = MULTIPLY_WORK + 136;
const table1: usize = MULTIPLY_WORK + 480; // 8 affine points
const table2: usize = MULTIPLY_WORK + 1120;
const point: usize = MULTIPLY_WORK + 2300; // Jacobian

/** Fill the tables of G; once, at the start. */
export function buildBaseOdds(): void {
  baseX(table1);
  baseY(table1 + SIZE);
  oddMultiples(baseLow, table1, BASE_ODDS);
  fromAffine(point, table1);
  for (let i = 0; i < 128; i++) double(point, point);
  toAffine(table1, point);
  oddMultiples(baseHigh, table1, BASE_ODDS);
}

/** Width-5 digits of both halves of k (canonical limbs) at `out` and `out` + DIGITS. */
export function splitDigits(out: usize, k: usize): void {
  split(half1, half2, signs, k);
  store<u64>(half1 + 32, 0);
  store<u64>(half2 + 32, 0);
  nonAdjacentVar(out, LENGTH, half1, 5, load<u64>(signs) !== 0);
  nonAdjacentVar(out + DIGITS, LENGTH, half2, 5, load<u64>(signs + 8) !== 0);
}

/** table2 = the λ-multiples of table1: 8 affine points each. */
export function lambdaTable(table2: usize, table1: usize): void {
  beta(betaX);
  for (let i: usize = 0; i < 8; i++) {
    field.mul(table2 + i * AFFINE, table1 + i * AFFINE, betaX);
    copy(table2 + i * AFFINE + SIZE, table1 + i * AFFINE + SIZE);
  }
}

/** sum = sum + digit · P from a table of odd multiples of P. */
function addDigit(sum: usize, table: usize, digit: i32, z: usize): void {
  if (digit !== 0) addAffineVar(sum, table + <usize>(abs(digit) >> 1) * AFFINE, digit < 0, z);
}

/** sum (Jacobian) = a·P + b·G. a, b: canonical limbs, reduced; P: affine, not infinity. */
export function multiplyAddVar(sum: usize, a: usize, p: usize, b: usize): void {
  oddMultiplesScaled(table1, z, p);
  lambdaTable(table2, table1);
  splitDigits(digits, a);
  // b = low + 2¹²⁸·high
  storeLE(half1, b);
  store<u64>(half2, load<u64>(half1, 16));
  store<u64>(half2, load<u64>(half1, 24), 8);
  memory.fill(half2 + 16, 0, 24);
  memory.fill(half1 + 16, 0, 24);
  nonAdjacentVar(digits + 2 * DIGITS, LENGTH, half1, BASE_WIDTH, false);
  nonAdjacentVar(digits + 3 * DIGITS, LENGTH, half2, BASE_WIDTH, false);
  infinity(sum);
  for (let i = LENGTH - 1; i >= 0; i--) {
    double(sum, sum);
    const digit = digits + 2 * i;
    addDigit(sum, table1, load<i16>(digit), 0);
    addDigit(sum, table2, load<i16>(digit, 264), 0);
    addDigit(sum, baseLow, load<i16>(digit, 528), z);
    addDigit(sum, baseHigh, load<i16>(digit, 792), z);
  }
  field.mul(sum + 2 * SIZE, sum + 2 * SIZE, z);
}

/**
 * sum (Jacobian) = Σ of `terms` terms.
 * @param tables 8 affine odd multiples per term
 * @param digits DIGITS bytes of width-5 digits per term
 */
export function straussVar(sum: usize, terms: i32, tables: usize, digits: usize): void {
  infinity(sum);
  for (let i = LENGTH - 1; i >= 0; i--) {
    double(sum, sum);
    let digit = digits + 2 * i;
    let table = tables;
    for (let term = 0; term < terms; term++) {
      addDigit(sum, table, load<i16>(digit), 0);
      digit += DIGITS;
      table += 8 * AFFINE;
    }
  }
}

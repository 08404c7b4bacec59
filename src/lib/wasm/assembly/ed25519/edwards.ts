/**
 * Point formulas on −x² + y² = 1 + d·x²·y². −1 is a square and d is not, so these are complete: right
 * for all points, the neutral one, equals and opposites included. Nothing below has an exception.
 *
 * A point takes 160 bytes: X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z; coordinates have magnitude
 * [1]. A point to be added is kept as Y+X, Y−X, 2d·T, 2Z (160 bytes, all [1]), or affine without the
 * last (128 bytes with padding).
 */
import * as field from '../generated/ed25519-field';
import { twoD } from '../generated/ed25519-constants';
import { copy, SIZE } from '../generated/limbs';
import { FORMULA_WORK } from '../memory';
import { invert } from './power';

export const POINT: usize = 4 * SIZE;
export const ADDEND: usize = 4 * SIZE;
export const AFFINE_ADDEND: usize = 128;

const t0: usize = FORMULA_WORK;
const t1: usize = FORMULA_WORK + SIZE;
const t2: usize = FORMULA_WORK + 2 * SIZE;
const t3: usize = FORMULA_WORK + 3 * SIZE;
const t4: usize = FORMULA_WORK + 4 * SIZE;
const t5: usize = FORMULA_WORK + 5 * SIZE;

/** r = the neutral point (0, 1). */
export function neutral(r: usize): void {
  memory.fill(r, 0, POINT);
  field.one(r + SIZE);
  field.one(r + 2 * SIZE);
}

/** r = 2p but for T: E = (X+Y)² − X² − Y², G = Y² − X², H = X² + Y², F = 2Z² − G; X3 = E·F, Y3 = G·H, Z3 = F·G. */
function doubleWithoutT(r: usize, p: usize): void {
  field.add(t0, p, p + SIZE);
  field.sqr(t0, t0);
  field.sqr(t1, p); // X²
  field.sqr(t2, p + SIZE); // Y²
  field.sqr(t3, p + 2 * SIZE);
  field.add(t4, t1, t2); // H [2]
  field.subCarry(t0, t0, t4); // E
  field.subCarry(t1, t2, t1); // G
  field.twice(t3, t3);
  field.sub(t3, t3, t1); // F [4]
  field.mul(r, t0, t3);
  field.mul(r + SIZE, t1, t4);
  field.mul(r + 2 * SIZE, t3, t1);
}

/** r = 2p: T3 = E·H. */
export function double(r: usize, p: usize): void {
  doubleWithoutT(r, p);
  field.mul(r + 3 * SIZE, t0, t4);
}

/** p = 2^count · p, count ≥ 1. Only an addition reads T, so only the last doubling makes it. */
export function doubleTimes(p: usize, count: i32): void {
  for (let i = 1; i < count; i++) doubleWithoutT(p, p);
  double(p, p);
}

/** A = (Y1−X1)·difference in t0, B = (Y1+X1)·sum in t1, C = T1·product in t2, for the parts of an addend. */
function products(p: usize, sum: usize, difference: usize, product: usize): void {
  field.sub(t0, p + SIZE, p);
  field.add(t1, p + SIZE, p);
  field.mul(t0, t0, difference);
  field.mul(t1, t1, sum);
  field.mul(t2, p + 3 * SIZE, product);
}

/** The sum from A, B, C and D = 2Z1·Z2 in t3 [2]: E = B − A, F = D − C, G = D + C, H = B + A, then as in a doubling. */
function finishAdd(r: usize): void {
  field.sub(t4, t1, t0); // E [3]
  field.subCarry(t5, t3, t2); // F
  field.add(t3, t3, t2); // G [3]
  field.add(t1, t1, t0); // H [2]
  field.mul(r, t4, t5);
  field.mul(r + SIZE, t3, t1);
  field.mul(r + 2 * SIZE, t5, t3);
  field.mul(r + 3 * SIZE, t4, t1);
}

/** r = p + q for an addend q. */
export function add(r: usize, p: usize, q: usize): void {
  products(p, q, q + SIZE, q + 2 * SIZE);
  field.mul(t3, p + 2 * SIZE, q + 3 * SIZE);
  finishAdd(r);
}

/** r = p + q for an affine addend q. */
export function addAffine(r: usize, p: usize, q: usize): void {
  products(p, q, q + SIZE, q + 2 * SIZE);
  field.twice(t3, p + 2 * SIZE);
  finishAdd(r);
}

/** r = p − q for an addend q: −q has Y+X and Y−X swapped and minus 2d·T. */
export function subtract(r: usize, p: usize, q: usize): void {
  products(p, q + SIZE, q, q + 2 * SIZE);
  field.negate(t2, t2);
  field.carry(t2, t2);
  field.mul(t3, p + 2 * SIZE, q + 3 * SIZE);
  finishAdd(r);
}

/** r = p − q for an affine addend q. */
export function subtractAffine(r: usize, p: usize, q: usize): void {
  products(p, q + SIZE, q, q + 2 * SIZE);
  field.negate(t2, t2);
  field.carry(t2, t2);
  field.twice(t3, p + 2 * SIZE);
  finishAdd(r);
}

/** r = p as an addend. */
export function toAddend(r: usize, p: usize): void {
  field.addCarry(t0, p + SIZE, p);
  field.subCarry(t1, p + SIZE, p);
  twoD(t2);
  field.mul(r + 2 * SIZE, p + 3 * SIZE, t2);
  field.addCarry(r + 3 * SIZE, p + 2 * SIZE, p + 2 * SIZE);
  copy(r, t0);
  copy(r + SIZE, t1);
}

/** The addend q becomes −q where mask is all ones. No branch. */
export function negateAddendMasked(q: usize, mask: u64): void {
  for (let i: usize = 0; i < SIZE; i += 8) {
    const swap = (load<u64>(q + i) ^ load<u64>(q + SIZE + i)) & mask;
    store<u64>(q + i, load<u64>(q + i) ^ swap);
    store<u64>(q + SIZE + i, load<u64>(q + SIZE + i) ^ swap);
  }
  field.negateMasked(q + 2 * SIZE, mask);
}

/** r = the affine point at x, y (80 bytes, [1]) in full. */
export function fromAffine(r: usize, xy: usize): void {
  memory.copy(r, xy, 2 * SIZE);
  field.one(r + 2 * SIZE);
  field.mul(r + 3 * SIZE, r, r + SIZE);
}

/** xy = the affine, canonical coordinates of p (80 bytes). Constant time. */
export function toAffine(xy: usize, p: usize): void {
  invert(t0, p + 2 * SIZE);
  field.mul(xy, p, t0);
  field.mul(xy + SIZE, p + SIZE, t0);
  field.normalize(xy, xy);
  field.normalize(xy + SIZE, xy + SIZE);
}

/** Whether p is the neutral point: X = 0 and Y = Z. Variable time. */
export function isNeutralVar(p: usize): bool {
  field.subCarry(t0, p + SIZE, p + 2 * SIZE);
  return field.isZeroVar(p) && field.isZeroVar(t0);
}

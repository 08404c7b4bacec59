/**
 * Point formulas on y² = x³ + 7. Affine points (x, y) take 80 bytes; Jacobian points (X, Y, Z) with
 * x = X/Z², y = Y/Z³ take 120, infinity has Z = 0; all coordinates have magnitude [1]. Where a
 * formula does not use the 7 it holds on every curve y² = x³ + c, and the callers rely on that.
 *
 * There is no point of order two (n is an odd prime), so Y = 0 never occurs at a finite point.
 */
import * as field from '../generated/secp256k1-field';
import { copy, SIZE } from '../generated/limbs';
import { FORMULA_WORK } from '../memory';

export const AFFINE: usize = 2 * SIZE;
export const JACOBIAN: usize = 3 * SIZE;

const t0: usize = FORMULA_WORK;
const t1: usize = FORMULA_WORK + SIZE;
const t2: usize = FORMULA_WORK + 2 * SIZE;
const t3: usize = FORMULA_WORK + 3 * SIZE;
const t4: usize = FORMULA_WORK + 4 * SIZE;
const t5: usize = FORMULA_WORK + 5 * SIZE;
const t6: usize = FORMULA_WORK + 6 * SIZE;
const t7: usize = FORMULA_WORK + 7 * SIZE;

/**
 * r = 2p. With λ = 3x²/2y and Z3 = Y·Z: λ = L/Z3 for L = 3X²/2, and so
 * X3 = L² − 2T, Y3 = L·(T − X3) − Y⁴ for T = X·Y². Infinity gives infinity; no exception.
 */
export function double(r: usize, p: usize): void {
  field.mul(r + 2 * SIZE, p + SIZE, p + 2 * SIZE); // Z3
  field.sqr(t0, p + SIZE); // Y²
  field.mul(t1, p, t0); // T
  field.sqr(t2, p);
  field.threeHalves(t2, t2); // L [2½]
  field.sqr(t3, t2);
  field.subTwiceCarry(r, t3, t1); // X3
  field.sub(t3, t1, r); // [3]
  field.mul(t3, t2, t3);
  field.sqr(t0, t0);
  field.subCarry(r + SIZE, t3, t0); // Y3
}

/**
 * r = p + q for an affine q: H = x2·Z1² − X1, R = y2·Z1³ − Y1, Z3 = Z1·H,
 * X3 = R² − H³ − 2·X1·H², Y3 = R·(X1·H² − X3) − Y1·H³.
 *
 * Wrong for p = q (H = R = 0, gives Z3 = 0) and for p = infinity (gives Z3 = 0); right for p = −q
 * (gives infinity). Every caller says why the wrong cases do not occur. Leaves H in `addedH`.
 */
export function addAffine(r: usize, p: usize, q: usize): void {
  field.sqr(t0, p + 2 * SIZE); // Z1²
  field.mul(t1, t0, p + 2 * SIZE); // Z1³
  field.mul(t0, q, t0);
  field.mul(t1, q + SIZE, t1);
  field.subCarry(t0, t0, p); // H
  field.subCarry(t1, t1, p + SIZE); // R
  finishAdd(r, p);
}

/** Where `addAffine` leaves H, the factor by which Z grew. */
export const addedH: usize = t0;

/** The rest of `addAffine` from H in t0 and R in t1. */
function finishAdd(r: usize, p: usize): void {
  field.sqr(t2, t0); // H²
  field.mul(t3, t2, t0); // H³
  field.mul(t2, t2, p); // X1·H²
  field.sqr(t4, t1);
  field.subBothCarry(r, t4, t3, t2); // X3
  field.mul(t3, t3, p + SIZE); // Y1·H³
  field.sub(t2, t2, r);
  field.mul(t2, t2, t1);
  field.mul(r + 2 * SIZE, p + 2 * SIZE, t0); // Z3
  field.subCarry(r + SIZE, t2, t3); // Y3
}

/** Whether p is infinity. Variable time. */
export function isInfinityVar(p: usize): bool {
  return field.isZeroVar(p + 2 * SIZE);
}

/** r = infinity. */
export function infinity(r: usize): void {
  memory.fill(r, 0, JACOBIAN);
}

/** r = the affine point q. */
export function fromAffine(r: usize, q: usize): void {
  copy(r, q);
  copy(r + SIZE, q + SIZE);
  field.one(r + 2 * SIZE);
}

/**
 * p = p + q for an affine q, or p − q; all cases. Variable time: public points only.
 * @param z 0, or where the sum lives on the scaled curve of `oddMultiplesScaled`: its z (q does not)
 */
export function addAffineVar(p: usize, q: usize, negative: bool, z: usize = 0): void {
  let y = q + SIZE;
  if (negative) {
    field.negate(t6, y);
    field.carry(t6, t6);
    y = t6;
  }
  if (isInfinityVar(p)) {
    copy(p, q);
    copy(p + SIZE, y);
    field.one(p + 2 * SIZE);
    if (z) {
      field.sqr(t0, z);
      field.mul(p, p, t0);
      field.mul(t0, t0, z);
      field.mul(p + SIZE, p + SIZE, t0);
    }
    return;
  }
  let pz = p + 2 * SIZE;
  if (z) {
    field.mul(t7, pz, z);
    pz = t7;
  }
  field.sqr(t0, pz);
  field.mul(t1, t0, pz);
  field.mul(t0, q, t0);
  field.mul(t1, y, t1);
  field.subCarry(t0, t0, p);
  field.subCarry(t1, t1, p + SIZE);
  if (field.isZeroVar(t0)) {
    if (field.isZeroVar(t1)) double(p, p);
    else infinity(p);
    return;
  }
  finishAdd(p, p);
}

/** p = p + q, both Jacobian; all cases. Variable time: public points only. */
export function addVar(p: usize, q: usize): void {
  if (isInfinityVar(q)) return;
  if (isInfinityVar(p)) {
    memory.copy(p, q, JACOBIAN);
    return;
  }
  // On the common Z = Z1·Z2 both points are affine multiples: U1 = X1·Z2², S1 = Y1·Z2³ and so on.
  field.sqr(t4, q + 2 * SIZE);
  field.mul(t5, t4, q + 2 * SIZE);
  field.mul(t4, p, t4); // U1
  field.mul(t5, p + SIZE, t5); // S1
  field.sqr(t0, p + 2 * SIZE);
  field.mul(t1, t0, p + 2 * SIZE);
  field.mul(t0, q, t0); // U2
  field.mul(t1, q + SIZE, t1); // S2
  field.subCarry(t0, t0, t4);
  field.subCarry(t1, t1, t5);
  if (field.isZeroVar(t0)) {
    if (field.isZeroVar(t1)) double(p, p);
    else infinity(p);
    return;
  }
  copy(p, t4);
  copy(p + SIZE, t5);
  field.mul(p + 2 * SIZE, p + 2 * SIZE, q + 2 * SIZE);
  finishAdd(p, p);
}

/** p = x·p for a small x, bit by bit from the top. Variable time. @param work room for one point */
export function multiplySmallVar(p: usize, work: usize, x: u32): void {
  if (x === 0) {
    infinity(p);
    return;
  }
  memory.copy(work, p, JACOBIAN);
  for (let bit = 30 - <i32>clz<u32>(x); bit >= 0; bit--) {
    double(p, p);
    if ((x >> bit) & 1) addVar(p, work);
  }
}

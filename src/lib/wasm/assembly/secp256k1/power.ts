/** Inverse and square root modulo p = 2²⁵⁶ − 2³² − 977, by fixed chains of squarings. Constant time. */
import * as field from '../generated/secp256k1-field';
import { copy, SIZE } from '../generated/limbs';
import { POWER_WORK } from '../memory';

const x2: usize = POWER_WORK;
const x3: usize = POWER_WORK + SIZE;
const x22: usize = POWER_WORK + 2 * SIZE;
const x44: usize = POWER_WORK + 3 * SIZE;
const x88: usize = POWER_WORK + 4 * SIZE;
const t: usize = POWER_WORK + 5 * SIZE;
const base: usize = POWER_WORK + 6 * SIZE;

/** t = t^(2^count) · a. */
function shiftIn(count: i32, a: usize): void {
  field.sqrTimes(t, t, count);
  field.mul(t, t, a);
}

/** t = a^(2²²³ − 1) and x2, x22 on the way; xᵢ stands for a^(2ⁱ − 1), i ones in binary. */
function ones(a: usize): void {
  field.carry(base, a);
  field.sqr(t, base);
  field.mul(x2, t, base);
  field.sqr(t, x2);
  field.mul(x3, t, base);
  field.sqr(t, x3);
  for (let i = 0; i < 2; i++) field.sqr(t, t);
  field.mul(t, t, x3); // x6
  shiftIn(3, x3); // x9
  shiftIn(2, x2); // x11
  copy(x22, t);
  shiftIn(11, x22); // x22
  copy(x22, t);
  shiftIn(22, x22);
  copy(x44, t);
  shiftIn(44, x44);
  copy(x88, t);
  shiftIn(88, x88); // x176
  shiftIn(44, x44); // x220
  shiftIn(3, x3); // x223
}

/** r = a⁻¹ (0 ↦ 0): a^(p−2), where p − 2 is 223 ones, 0, 22 ones, 0000101101 in binary. */
export function invert(r: usize, a: usize): void {
  ones(a);
  shiftIn(23, x22);
  shiftIn(5, base);
  shiftIn(3, x2);
  shiftIn(2, base);
  copy(r, t);
}

/** r = a^((p+1)/4): a square root of a where a is a square. (p+1)/4 is 223 ones, 0, 22 ones, 00001100. */
export function squareRoot(r: usize, a: usize): void {
  ones(a);
  shiftIn(23, x22);
  shiftIn(6, x2);
  field.sqr(t, t);
  field.sqr(r, t);
}

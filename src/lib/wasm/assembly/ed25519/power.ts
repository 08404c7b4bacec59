/** Inverse and the power for square roots modulo p = 2²⁵⁵ − 19, by fixed chains of squarings. Constant time. */
import * as field from '../generated/ed25519-field';
import { copy, SIZE } from '../generated/limbs';
import { POWER_WORK } from '../memory';

const base: usize = POWER_WORK;
const x5: usize = POWER_WORK + SIZE;
const x10: usize = POWER_WORK + 2 * SIZE;
const x50: usize = POWER_WORK + 3 * SIZE;
const x100: usize = POWER_WORK + 4 * SIZE;
const a11: usize = POWER_WORK + 5 * SIZE;
const t: usize = POWER_WORK + 6 * SIZE;

/** t = t^(2^count) · a. */
function shiftIn(count: i32, a: usize): void {
  field.sqrTimes(t, t, count);
  field.mul(t, t, a);
}

/** t = a^(2²⁵⁰ − 1), and a11 = a¹¹ on the way; xᵢ stands for a^(2ⁱ − 1), i ones in binary. */
function ones(a: usize): void {
  field.carry(base, a);
  field.sqr(a11, base);
  field.sqr(t, a11);
  field.sqr(t, t);
  field.mul(t, t, base); // a⁹
  field.mul(a11, a11, t);
  copy(x5, t);
  field.sqr(t, a11); // a²²
  field.mul(t, t, x5); // a³¹
  copy(x5, t);
  shiftIn(5, x5);
  copy(x10, t);
  shiftIn(10, x10);
  copy(x100, t); // x20 for a moment
  shiftIn(20, x100);
  shiftIn(10, x10);
  copy(x50, t);
  shiftIn(50, x50);
  copy(x100, t);
  shiftIn(100, x100);
  shiftIn(50, x50);
}

/** r = a⁻¹ (0 ↦ 0): a^(p−2), where p − 2 is 250 ones, then 01011 in binary. */
export function invert(r: usize, a: usize): void {
  ones(a);
  shiftIn(5, a11);
  copy(r, t);
}

/** r = a^((p−5)/8), where (p−5)/8 is 250 ones, then 01 in binary. */
export function rootPower(r: usize, a: usize): void {
  ones(a);
  shiftIn(2, base);
  copy(r, t);
}

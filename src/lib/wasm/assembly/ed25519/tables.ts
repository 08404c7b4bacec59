/** Tables of odd multiples P, 3P, 5P, … as addends. Public points. */
import * as field from '../generated/ed25519-field';
import { copy, SIZE } from '../generated/limbs';
import { MULTIPLY_WORK } from '../memory';
import { ADDEND, AFFINE_ADDEND, POINT, add, double, fromAffine, toAddend } from './edwards';
import { invert } from './power';

/** Work of `affineOdds`, which makes at most 512 entries at once. */
const points: usize = memory.data(81920, 16); // 512 points
const products: usize = memory.data(20480, 16); // 512 numbers

const doubled: usize = MULTIPLY_WORK + 3000; // a point
const step: usize = MULTIPLY_WORK + 3160; // an addend
const xy: usize = MULTIPLY_WORK + 3320; // 80 bytes
const factor: usize = MULTIPLY_WORK + 3400;
const inverse: usize = MULTIPLY_WORK + 3440;

/** out = P, 3P, … (2·count − 1)·P as addends of 160 bytes. */
export function oddMultiples(out: usize, p: usize, count: i32): void {
  double(doubled, p);
  toAddend(step, doubled);
  memory.copy(doubled, p, POINT);
  for (let i = 0; i < count; i++) {
    toAddend(out + i * ADDEND, doubled);
    if (i < count - 1) add(doubled, doubled, step);
  }
}

/** out = P, 3P, … (2·count − 1)·P for count ≤ 512 as affine addends of 128 bytes: one inversion for all. */
export function affineOdds(out: usize, p: usize, count: i32): void {
  double(doubled, p);
  toAddend(step, doubled);
  memory.copy(points, p, POINT);
  copy(products, p + 2 * SIZE);
  for (let i = 1; i < count; i++) {
    const point = points + i * POINT;
    add(point, point - POINT, step);
    field.mul(products + i * SIZE, products + (i - 1) * SIZE, point + 2 * SIZE);
  }
  invert(factor, products + (count - 1) * SIZE);
  for (let i = count - 1; i >= 0; i--) {
    const point = points + i * POINT;
    if (i > 0) field.mul(inverse, factor, products + (i - 1) * SIZE);
    else copy(inverse, factor);
    field.mul(factor, factor, point + 2 * SIZE);
    field.mul(xy, point, inverse);
    field.mul(xy + SIZE, point + SIZE, inverse);
    fromAffine(point, xy);
    toAddend(step, point);
    memory.copy(out + i * AFFINE_ADDEND, step, 3 * SIZE);
  }
}

/** Tables of odd multiples P, 3P, 5P, … as affine points. Small multiples of a point of order n: no exception. */
import * as field from '../generated/secp256k1-field';
import { copy, SIZE } from '../generated/limbs';
import { AFFINE, JACOBIAN, addAffine, addedH, double, fromAffine } from './jacobian';
import { MULTIPLY_WORK } from '../memory';
import { invert } from './power';

/** Work of `oddMultiples`, which makes at most 512 entries at once. */
const points: usize = memory.data(61440, 16); // 512 Jacobian points
const products: usize = memory.data(20480, 16); // 512 numbers

const doubled: usize = MULTIPLY_WORK + 3000; // a Jacobian point
const sum: usize = MULTIPLY_WORK + 3120; // a Jacobian point
const ratios: usize = MULTIPLY_WORK + 3240; // 8 numbers
const factor: usize = MULTIPLY_WORK + 3560;
const square: usize = MULTIPLY_WORK + 3600;

/** out = the affine form of p with Z⁻¹ given: (X·Z⁻², Y·Z⁻³). */
export function scale(out: usize, p: usize, inverse: usize): void {
  field.sqr(square, inverse);
  field.mul(out, p, square);
  field.mul(square, square, inverse);
  field.mul(out + SIZE, p + SIZE, square);
}

/** out = p in affine form; infinity becomes (0, 0), for 0⁻¹ = 0. Constant time. */
export function toAffine(out: usize, p: usize): void {
  invert(factor, p + 2 * SIZE);
  scale(out, p, factor);
}

/** out[i] = the affine form of points[i], none of them infinity: one inversion for all. Public points. */
function normalizeAll(out: usize, count: i32): void {
  copy(products, points + 2 * SIZE);
  for (let i = 1; i < count; i++) {
    field.mul(products + i * SIZE, products + (i - 1) * SIZE, points + i * JACOBIAN + 2 * SIZE);
  }
  invert(factor, products + (count - 1) * SIZE);
  for (let i = count - 1; i > 0; i--) {
    const inverse = products + i * SIZE;
    field.mul(inverse, factor, products + (i - 1) * SIZE);
    field.mul(factor, factor, points + i * JACOBIAN + 2 * SIZE);
    scale(out + i * AFFINE, points + i * JACOBIAN, inverse);
  }
  scale(out, points, factor);
}

/** out = `count` ≤ 512 odd multiples of the affine point p, 80 bytes each. Public points. */
export function oddMultiples(out: usize, p: usize, count: i32): void {
  fromAffine(points, p);
  double(doubled, points);
  toAffine(doubled, doubled);
  for (let i = 1; i < count; i++) {
    addAffine(points + i * JACOBIAN, points + (i - 1) * JACOBIAN, doubled);
  }
  normalizeAll(out, count);
}

/**
 * out = P, 3P, …, 15P without an inversion: as affine points of the isomorphic curve
 * (x, y) ↦ (x·z², y·z³), which the formulas serve as well, for they do not use the 7. A result
 * (X, Y, Z) computed there is (X, Y, Z·z) here. Constant time, although P is public.
 * @param z where to put z
 */
export function oddMultiplesScaled(out: usize, z: usize, p: usize): void {
  fromAffine(sum, p);
  double(doubled, sum);
  // On the curve scaled by Z of 2P, 2P is affine as it stands; P goes there too.
  copy(z, doubled + 2 * SIZE);
  scale(sum, p, z);
  copy(out, sum);
  copy(out + SIZE, sum + SIZE);
  for (let i = 1; i < 8; i++) {
    addAffine(sum, sum, doubled);
    copy(ratios + i * SIZE, addedH);
    copy(out + i * AFFINE, sum);
    copy(out + i * AFFINE + SIZE, sum + SIZE);
  }
  field.mul(z, z, sum + 2 * SIZE);
  // Entry i has Z = h₁⋯hᵢ. Scaled by h₍ᵢ₊₁₎⋯h₇ it gets the last one's Z; z takes that Z up.
  copy(factor, ratios + 7 * SIZE);
  for (let i = 6; i >= 0; i--) {
    scale(out + i * AFFINE, out + i * AFFINE, factor);
    if (i > 0) field.mul(factor, factor, ratios + i * SIZE);
  }
}

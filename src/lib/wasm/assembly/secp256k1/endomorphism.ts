/**
 * λ·(x, y) = (β·x, y): a scalar k becomes k1 + k2·λ (mod n) with halves below 2¹²⁸, so that two
 * 128-bit scalars share their doublings.
 *
 * (k, 0) less its nearest combination c1·(a1, b1) + c2·(a2, b2) of the short lattice basis leaves
 * (k1, k2): c1 = k·b2/n and c2 = −k·b1/n, rounded. The rounding errs by at most ½ + 2⁻¹²⁸, so
 * |k1| ≤ (a1 + a2)/2 + 1 and |k2| ≤ (|b1| + b2)/2 + 1. The generator checks (and argues) that both are
 * below 2¹²⁸ and, with room to spare, below |b1|: no lattice point but (0, 0) is that short in both.
 */
import * as order from '../generated/secp256k1-order';
import * as constants from '../generated/secp256k1-constants';
import { copyMasked, SIZE, storeLE, subtract } from '../generated/limbs';
import { SCALAR_WORK } from '../memory';

const c1: usize = SCALAR_WORK;
const c2: usize = SCALAR_WORK + SIZE;
const t: usize = SCALAR_WORK + 2 * SIZE;
const u: usize = SCALAR_WORK + 3 * SIZE;

/**
 * Split k into two halves with signs. Constant time.
 * @param half1 |k1| as 32 bytes, little endian
 * @param half2 |k2| likewise
 * @param signs two u64: all ones where k1, k2 is negative
 * @param k canonical limbs, reduced
 */
export function split(half1: usize, half2: usize, signs: usize, k: usize): void {
  constants.quotient1(t);
  order.multiplyHigh(c1, k, t);
  constants.quotient2(t);
  order.multiplyHigh(c2, k, t);
  // k2 = −c1·b1 − c2·b2, k1 = k − k2·λ
  constants.minusB1(t);
  order.montgomery(c1, c1, t);
  constants.minusB2(t);
  order.montgomery(c2, c2, t);
  order.add(c2, c1, c2);
  constants.minusLambda(t);
  order.montgomery(c1, c2, t);
  order.add(c1, c1, k);
  absolute(half1, signs, c1);
  absolute(half2, signs + 8, c2);
}

/** The shorter of v and n − v: a negative half stands just below n, where bit 255 is set. */
function absolute(bytes: usize, sign: usize, v: usize): void {
  const negative: u64 = 0 - ((load<u64>(v, 32) >> 23) & 1);
  constants.order(u);
  subtract(u, u, v);
  copyMasked(v, u, negative);
  storeLE(bytes, v);
  store<u64>(sign, negative);
}

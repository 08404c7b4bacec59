/**
 * λ·(x, y) = (β·x, y): a scalar k becomes k1 + k2·λ (mod n) with halves below 2¹²⁸, so that two
 * 128-bit scalars share their doublings.
 *
 * (k, 0) less its nearest combination c1·(a1, b1) + c2·(a2, b2) of the short lattice basis leaves
 * (k1, k2): c1 = k·b2/n and c2 = −k·b1/n, rounded. The rounding errs by at most ½ + 2⁻¹²⁸, so
 * |k1| ≤ (a1 + a2)/2 + 1 and |k2| ≤ (|b1| + b2)/2 + 1. The generator checks that both are below 2¹²⁸
 * and, with room to spare, below |b1|: no lattice point but (0, 0) has both coordinates that short.
 */
import * as order from '../generated/secp256k1-order';
import * as constants from '../generated/secp256k1-constants';
import { copyMasked, SIZE, storeLE, subtract } from '../generated/limbs';
import { SCALAR_WORK } from '../memory';

const c1: usize = SCALAR_WORK;
const c2: usize = SCALAR_WORK + SIZE;
const t: usize = SCALAR_WORK + 2 * SIZE;
const u: usize = SCALAR_WORK + 3 * SIZE;
const product: usize = SCALAR_WORK + 4 * SIZE; // 18 limbs

/** r = a·b / 2³⁸⁴, rounded. Column by column; the loops count limbs. */
function multiplyHigh(r: usize, a: usize, b: usize): void {
  let c: u64 = 0;
  for (let k: usize = 0; k < 17; k++) {
    const first: usize = k < 9 ? 0 : k - 8;
    const last: usize = k < 9 ? k : 8;
    if (k === 13) c += 64; // half of 2³⁸⁴: 384 = 13·29 + 7
    for (let i = first; i <= last; i++) {
      c += <u64>load<u32>(a + 4 * i) * <u64>load<u32>(b + 4 * (k - i));
    }
    store<u32>(product + 4 * k, (<u32>c) & 0x1fffffff);
    c >>= 29;
  }
  store<u32>(product + 68, <u32>c);
  memory.fill(r, 0, SIZE);
  for (let i: usize = 0; i < 5; i++) {
    const low = load<u32>(product + 52 + 4 * i) >> 7;
    const high: u32 = i < 4 ? load<u32>(product + 56 + 4 * i) << 22 : 0;
    store<u32>(r + 4 * i, (low | high) & 0x1fffffff);
  }
}

/**
 * Split k into two halves with signs. Constant time.
 * @param half1 |k1| as 32 bytes, little endian
 * @param half2 |k2| likewise
 * @param signs two u64: all ones where k1, k2 is negative
 * @param k canonical limbs, reduced
 */
export function split(half1: usize, half2: usize, signs: usize, k: usize): void {
  constants.quotient1(t);
  multiplyHigh(c1, k, t);
  constants.quotient2(t);
  multiplyHigh(c2, k, t);
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

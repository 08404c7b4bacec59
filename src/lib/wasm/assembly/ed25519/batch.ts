/** Many Schnorr equations at once, by a random linear combination. Variable time: public values only. */
import { loadLE, SIZE, storeLE } from '../generated/limbs';
import * as order from '../generated/ed25519-order';
import { MULTIPLY_WORK, reserve } from '../memory';
import { isNeutralVar } from './edwards';
import { BASE_WIDTH, DIGITS, digitsOf, multiScalarVar } from './strauss';

const weight: usize = MULTIPLY_WORK + 2300;
const scalar: usize = MULTIPLY_WORK + 2340;
const total: usize = MULTIPLY_WORK + 2380;
const square: usize = MULTIPLY_WORK + 2420;
const digits: usize = memory.data(512, 16); // one list

/** Bytes of an equation: R, P (64 each), s, e (32 each), weight (16). */
const EQUATION: usize = 208;

/**
 * Whether Σ w·(R + e·P − s·B) is neutral.
 * @returns 1 or 0, or 2 where there is not enough memory
 */
export function schnorrBatchVar(sum: usize, count: i32, equations: usize): u32 {
  const scalars = equations + <usize>count * EQUATION;
  const points = scalars + <usize>count * 64;
  const work = points + <usize>count * 128;
  if (!reserve(work)) return 2;
  order.montgomerySquare(square);
  memory.fill(total, 0, SIZE);
  for (let i = 0; i < count; i++) {
    const equation = equations + <usize>i * EQUATION;
    const out = scalars + 64 * i;
    memory.copy(points + 128 * i, equation, 128);
    memory.copy(out, equation + 192, 16);
    memory.fill(out + 16, 0, 16);
    loadLE(weight, out);
    order.montgomery(weight, weight, square);
    loadLE(scalar, equation + 160);
    order.montgomery(scalar, scalar, weight);
    storeLE(out + 32, scalar);
    loadLE(scalar, equation + 128);
    order.montgomery(scalar, scalar, weight);
    order.add(total, total, scalar);
  }
  order.negate(total, total);
  digitsOf(digits, total, BASE_WIDTH);
  if (!multiScalarVar(sum, 2 * count, scalars, points, digits, work)) return 2;
  return <u32>isNeutralVar(sum);
}

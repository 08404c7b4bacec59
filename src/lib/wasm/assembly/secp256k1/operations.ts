/** The operations of the secp256k1 group on IO slots, and on HEAP where there are many operands. */
import { HEAP, IO, MULTIPLY_WORK } from '../memory';
import * as field from '../generated/secp256k1-field';
import { loadBE, SIZE } from '../generated/limbs';
import { buildBaseTables, multiplyBase } from './base';
import { isInfinity } from './batch';
import { lift, readPoint, writePoint } from './encoding';
import { addAffineVar, fromAffine, infinity } from './jacobian';
import { multiply } from './multiply';
import { buildBaseOdds, multiplyAddVar } from './strauss';
import { multiScalarVar, polynomialVar, schnorrBatchVar } from './sums';
import { toAffine } from './tables';

const point: usize = MULTIPLY_WORK + 3700; // x, y and two more
const scalar: usize = MULTIPLY_WORK + 3860;
const scalar2: usize = MULTIPLY_WORK + 3900;
const sum: usize = MULTIPLY_WORK + 3940; // Jacobian

/** Fill the tables; once, at the start. */
export function start(): void {
  buildBaseTables();
  buildBaseOdds();
}

/** sum into slot 0. */
function writeSum(): void {
  toAffine(point, sum);
  field.normalize(point, point);
  field.normalize(point + SIZE, point + SIZE);
  writePoint(IO, point);
}

/** Slot 0 (33 bytes, compressed) to slot 0 (64 bytes). 1, or 0 where it encodes no point. Variable time. */
export function decode(): u32 {
  const tag = load<u8>(IO);
  if ((tag & 0xfe) !== 2 || lift(point, IO + 1, tag & 1) === 0) return 0;
  writePoint(IO, point);
  return 1;
}

/** Slot 0 + slot 1 (points) into slot 0. Variable time. */
export function add(): void {
  infinity(sum);
  for (let slot: usize = 0; slot < 2; slot++) {
    readPoint(point, IO + 64 * slot);
    if (!isInfinity(point)) addAffineVar(sum, point, false);
  }
  writeSum();
}

/** Minus slot 0 (a point) into slot 0. */
export function negate(): void {
  readPoint(point, IO);
  field.negate(point + SIZE, point + SIZE);
  field.normalize(point + SIZE, point + SIZE);
  writePoint(IO, point);
}

/** Slot 0 · G into slot 0 (64 bytes). Constant time. */
export function mulBase(): void {
  loadBE(scalar, IO);
  multiplyBase(point, scalar);
  writePoint(IO, point);
}

/** Slot 0 · slot 1 (a point, not infinity) into slot 0. Constant time. */
export function mul(): void {
  loadBE(scalar, IO);
  readPoint(point, IO + 64);
  multiply(point, scalar, point);
  writePoint(IO, point);
}

/** Slot 0 · slot 1 (a point, not infinity) + slot 2 · G into slot 0. Variable time. */
export function mulAdd(): void {
  loadBE(scalar, IO);
  readPoint(point, IO + 64);
  loadBE(scalar2, IO + 128);
  multiplyAddVar(sum, scalar, point, scalar2);
  writeSum();
}

/** Σ over `count` scalars (32 bytes each) and points (64 each) on HEAP into slot 0. 1, or 0: no memory. Variable time. */
export function multiScalar(count: i32): u32 {
  const points = HEAP + <usize>count * 32;
  if (!multiScalarVar(sum, count, HEAP, points, points + <usize>count * 64)) return 0;
  writeSum();
  return 1;
}

/** Σ xⁱ · point i of `count` points on HEAP into slot 0. Variable time. */
export function polynomial(count: i32, x: u32): void {
  polynomialVar(sum, count, HEAP, x);
  writeSum();
}

/** Whether all of `count` Schnorr equations on HEAP hold: 1, 0, or 2: no memory. Variable time. */
export function schnorrBatch(count: i32): u32 {
  return schnorrBatchVar(sum, count, HEAP);
}

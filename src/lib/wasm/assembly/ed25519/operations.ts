/** The operations of the ed25519 group on IO slots, and on HEAP where there are many operands. */
import { HEAP, IO, MULTIPLY_WORK } from '../memory';
import * as field from '../generated/ed25519-field';
import { loadLE, SIZE } from '../generated/limbs';
import { buildBaseTables, multiplyBase } from './base';
import { schnorrBatchVar } from './batch';
import { add as addPoints, fromAffine, toAddend, toAffine } from './edwards';
import { decompress, readPoint, writePoint } from './encoding';
import { multiply } from './multiply';
import {
  buildBaseOdds,
  isTorsionFreeVar,
  multiplyAddVar,
  multiScalarVar,
  polynomialVar,
} from './strauss';

const xy: usize = MULTIPLY_WORK + 3500; // 80 bytes, and four numbers more
const scalar: usize = MULTIPLY_WORK + 3740;
const scalar2: usize = MULTIPLY_WORK + 3780;
const point: usize = MULTIPLY_WORK + 3820; // in full
const addend: usize = MULTIPLY_WORK + 3580; // behind xy

/** Fill the tables; once, at the start. */
export function start(): void {
  buildBaseTables();
  buildBaseOdds();
}

/** `point` into slot 0. */
function writeResult(): void {
  toAffine(xy, point);
  writePoint(IO, xy);
}

/**
 * Slot 0 (32 bytes) to slot 0 (64 bytes). 1, or 0 where the bytes are not the one encoding of a
 * point of the subgroup of order n. Variable time.
 */
export function decode(): u32 {
  if (!decompress(xy, IO)) return 0;
  fromAffine(point, xy);
  if (!isTorsionFreeVar(point)) return 0;
  writePoint(IO, xy);
  return 1;
}

/** Slot 0 + slot 1 (points) into slot 0. */
export function add(): void {
  readPoint(xy, IO + 64);
  fromAffine(point, xy);
  toAddend(addend, point);
  readPoint(xy, IO);
  fromAffine(point, xy);
  addPoints(point, point, addend);
  writeResult();
}

/** Minus slot 0 (a point) into slot 0. */
export function negate(): void {
  readPoint(xy, IO);
  field.negate(xy, xy);
  field.normalize(xy, xy);
  writePoint(IO, xy);
}

/** Slot 0 · B into slot 0 (64 bytes). Constant time. */
export function mulBase(): void {
  loadLE(scalar, IO);
  multiplyBase(xy, scalar);
  writePoint(IO, xy);
}

/** Slot 0 · slot 1 (a point) into slot 0. Constant time. */
export function mul(): void {
  loadLE(scalar, IO);
  readPoint(xy, IO + 64);
  multiply(xy, scalar, xy);
  writePoint(IO, xy);
}

/** Slot 0 · slot 1 (a point) + slot 2 · B into slot 0. Variable time. */
export function mulAdd(): void {
  loadLE(scalar, IO);
  readPoint(xy, IO + 64);
  fromAffine(addend, xy);
  loadLE(scalar2, IO + 128);
  multiplyAddVar(point, scalar, addend, scalar2);
  writeResult();
}

/** Σ over `count` scalars (32 bytes each) and points (64 each) on HEAP into slot 0. 1, or 0: no memory. Variable time. */
export function multiScalar(count: i32): u32 {
  const points = HEAP + <usize>count * 32;
  if (!multiScalarVar(point, count, HEAP, points, 0, points + <usize>count * 64)) return 0;
  writeResult();
  return 1;
}

/** Σ xⁱ · point i of `count` points on HEAP into slot 0. Variable time. */
export function polynomial(count: i32, x: u32): void {
  polynomialVar(point, count, HEAP, x);
  writeResult();
}

/** Whether all of `count` Schnorr equations on HEAP hold: 1, 0, or 2: no memory. Variable time. */
export function schnorrBatch(count: i32): u32 {
  return schnorrBatchVar(point, count, HEAP);
}

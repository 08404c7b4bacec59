/** The operations of the secp256k1 group on IO slots. */
import { IO, MULTIPLY_WORK } from '../memory';
import { loadBE, SIZE } from '../generated/limbs';
import { buildBaseTables, multiplyBase } from './base';
import { lift, readPoint, writePoint } from './encoding';
import { multiply } from './multiply';

const point: usize = MULTIPLY_WORK + 3700; // x, y and two more
const scalar: usize = MULTIPLY_WORK + 3900;

/** Fill the tables; once, at the start. */
export function start(): void {
  buildBaseTables();
}

/** Slot 0 (33 bytes, compressed) to slot 0 (64 bytes). 1, or 0 where it encodes no point. */
export function decode(): u32 {
  const tag = load<u8>(IO);
  if ((tag & 0xfe) !== 2 || lift(point, IO + 1, tag & 1) === 0) return 0;
  writePoint(IO, point);
  return 1;
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

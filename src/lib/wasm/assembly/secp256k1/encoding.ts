/** Points in IO: decoded as x ‖ y, encoded by SEC 1 §2.3.3 (compressed), both big endian. */
import * as field from '../generated/secp256k1-field';
import { seven } from '../generated/secp256k1-constants';
import { loadBE, SIZE, storeBE } from '../generated/limbs';
import { squareRoot } from './power';

/** p = the affine point at `bytes` (64), trusted to be on the curve. */
export function readPoint(p: usize, bytes: usize): void {
  loadBE(p, bytes);
  loadBE(p + SIZE, bytes + 32);
}

/** The 64 bytes of the canonical affine point p. */
export function writePoint(bytes: usize, p: usize): void {
  storeBE(bytes, p);
  storeBE(bytes + 32, p + SIZE);
}

/**
 * p = the point with the x at `bytes` (32) and the given parity of y. Variable time: public.
 * @returns 1, or 0 where x ≥ p or no point has this x
 */
export function lift(p: usize, bytes: usize, odd: u32): u32 {
  const y = p + SIZE;
  const square = p + 2 * SIZE;
  const check = p + 3 * SIZE;
  loadBE(p, bytes);
  if (field.isReduced(p) === 0) return 0;
  field.sqr(square, p);
  field.mul(square, square, p);
  seven(check);
  field.addCarry(square, square, check); // x³ + 7
  squareRoot(y, square);
  field.sqr(check, y);
  field.subCarry(check, check, square);
  if (!field.isZeroVar(check)) return 0;
  field.normalize(y, y);
  if ((load<u32>(y) & 1) !== odd) {
    field.negate(y, y);
    field.normalize(y, y);
  }
  return 1;
}

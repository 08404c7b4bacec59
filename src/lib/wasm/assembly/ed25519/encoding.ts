/** Points in IO: x ‖ y, and decoded by RFC 8032 §5.1.3, strictly. Little endian. */
import * as field from '../generated/ed25519-field';
import { d, rootOfMinusOne } from '../generated/ed25519-constants';
import { bits, loadLE, SIZE, storeLE } from '../generated/limbs';
import { rootPower } from './power';

/** xy = the affine point at `bytes` (64), trusted to be on the curve. */
export function readPoint(xy: usize, bytes: usize): void {
  loadLE(xy, bytes);
  loadLE(xy + SIZE, bytes + 32);
}

/** The 64 bytes of the canonical affine point xy. */
export function writePoint(bytes: usize, xy: usize): void {
  storeLE(bytes, xy);
  storeLE(bytes + 32, xy + SIZE);
}

/**
 * xy = the point that the 32 bytes encode: y, and the low bit of x on top. Refused are y ≥ p, a y
 * that no point has, and the second encoding of x = 0. Whether the point has order n is not checked
 * here. Variable time: public.
 * @param xy the point, and room for four numbers more
 * @returns 1 or 0
 */
export function decompress(xy: usize, bytes: usize): u32 {
  const x = xy;
  const y = xy + SIZE;
  const u = xy + 2 * SIZE;
  const v = xy + 3 * SIZE;
  const t = xy + 4 * SIZE;
  const one = xy + 5 * SIZE;
  const odd = load<u8>(bytes, 31) >> 7;
  store<u8>(bytes, load<u8>(bytes, 31) & 0x7f, 31);
  loadLE(y, bytes);
  if (field.isReduced(y) === 0) return 0;
  // x² = u/v for u = y² − 1 and v = d·y² + 1
  field.one(one);
  field.sqr(t, y);
  field.subCarry(u, t, one);
  d(v);
  field.mul(v, v, t);
  field.addCarry(v, v, one);
  // x = u·v³·(u·v⁷)^((p−5)/8) gives v·x² = u, or −u, or no root
  field.sqr(t, v);
  field.mul(t, t, v); // v³
  field.mul(x, t, u);
  field.sqr(t, t);
  field.mul(t, t, v); // v⁷
  field.mul(t, t, u);
  rootPower(t, t);
  field.mul(x, x, t);
  field.sqr(t, x);
  field.mul(t, t, v); // v·x²
  field.subCarry(v, t, u);
  if (!field.isZeroVar(v)) {
    field.addCarry(v, t, u);
    if (!field.isZeroVar(v)) return 0;
    rootOfMinusOne(t);
    field.mul(x, x, t);
  }
  field.normalize(x, x);
  if (bits(x) === 0 && odd) return 0;
  if ((load<u8>(x) & 1) !== odd) {
    field.negate(x, x);
    field.normalize(x, x);
  }
  return 1;
}

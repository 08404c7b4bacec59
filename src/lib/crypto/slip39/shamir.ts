import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, isZero, wipe, type Bytes } from '../bytes.ts';
import { inverse, multiply } from './gf256.ts';

/*
 * Shamir's scheme as SLIP-39 uses it, once for the groups and once inside of each: every byte is
 * shared alone. The secret stands at 255, and at 254 a digest of it, so that values which do not
 * belong together are noticed.
 */

/** A value of the polynomials: at the public place x, one byte of each. */
export interface Point {
  readonly x: number;
  readonly value: Bytes;
}

const SECRET_AT = 255;
const DIGEST_AT = 254;
const DIGEST_LENGTH = 4;

/**
 * Shares a secret of at least 16 bytes among the places 0…count − 1; any `threshold` of them restore
 * it. The caller has checked 1 ≤ threshold ≤ count ≤ 16.
 *
 * Throws a RangeError where the randomness is of the wrong length or zero.
 */
export function share(
  secret: Bytes,
  threshold: number,
  count: number,
  random: (length: number) => Bytes,
): Bytes[] {
  if (threshold === 1) return Array.from({ length: count }, () => concat(secret));
  const draw = (length: number): Bytes => {
    const bytes = random(length);
    if (bytes.length !== length || isZero(bytes)) throw new RangeError('randomness');
    return bytes;
  };
  const key = draw(secret.length - DIGEST_LENGTH);
  const digest = digestOf(key, secret);
  const free = Array.from({ length: threshold - 2 }, (_, x) => ({ x, value: draw(secret.length) }));
  const base: Point[] = [
    ...free,
    { x: DIGEST_AT, value: concat(digest, key) },
    { x: SECRET_AT, value: secret },
  ];
  const shares = Array.from({ length: count }, (_, x) => interpolate(base, x));
  wipe(key, digest, ...base.slice(0, -1).map(({ value }) => value));
  return shares;
}

/**
 * The secret from at least `threshold` points with distinct places and values of one length; undefined
 * where they do not lie on polynomials of one secret.
 */
export function restore(threshold: number, points: readonly Point[]): Bytes | undefined {
  if (threshold === 1) {
    const { value } = points[0]!;
    return points.every((point) => equal(point.value, value)) ? concat(value) : undefined;
  }
  // Through all points: one too many that does not fit spoils the digest.
  const secret = interpolate(points, SECRET_AT);
  const checked = interpolate(points, DIGEST_AT);
  const digest = digestOf(checked.subarray(DIGEST_LENGTH), secret);
  const fits = equal(digest, checked.subarray(0, DIGEST_LENGTH));
  wipe(checked, digest);
  if (fits) return secret;
  wipe(secret);
  return undefined;
}

/** The first 4 bytes of HMAC-SHA256(key, secret). */
function digestOf(key: Uint8Array, secret: Uint8Array): Bytes {
  const whole = hmac(sha256, key, secret);
  const digest = whole.slice(0, DIGEST_LENGTH);
  wipe(whole);
  return digest;
}

/** The polynomials of lowest degree through these points, at x (Lagrange). */
function interpolate(points: readonly Point[], x: number): Bytes {
  const result = new Uint8Array(points[0]!.value.length);
  for (const point of points) {
    let weight = 1;
    for (const other of points) {
      if (other === point) continue;
      weight = multiply(weight, multiply(x ^ other.x, inverse(point.x ^ other.x)));
    }
    for (const [i, byte] of point.value.entries()) result[i]! ^= multiply(byte, weight);
  }
  return result;
}

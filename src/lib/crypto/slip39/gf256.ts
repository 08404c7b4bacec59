/*
 * GF(256) with the polynomial x⁸ + x⁴ + x³ + x + 1, as in AES. No table is read at a secret place and
 * no branch is decided by a secret.
 */

/** Product of two bytes. */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= a & -((b >>> bit) & 1);
    a = (a << 1) ^ (0x11b & -(a >>> 7));
  }
  return product;
}

/** The inverse of a byte, a²⁵⁴; of zero, zero. */
export function inverse(a: number): number {
  let power = a;
  for (let i = 0; i < 6; i++) power = multiply(multiply(power, power), a); // a³, a⁷, … a¹²⁷
  return multiply(power, power);
}

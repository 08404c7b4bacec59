import { expect, it } from 'vitest';
import { inverse, multiply } from './gf256.ts';

const all = Array.from({ length: 256 }, (_, byte) => byte);

/** By definition: multiply the polynomials, then divide. */
function slowly(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) if ((b >> bit) & 1) product ^= a << bit;
  for (let bit = 14; bit >= 8; bit--) if ((product >> bit) & 1) product ^= 0x11b << (bit - 8);
  return product;
}

it('multiplies as the definition says', () => {
  expect(multiply(0x57, 0x83)).toBe(0xc1); // FIPS 197, section 4.2
  expect(all.every((a) => all.every((b) => multiply(a, b) === slowly(a, b)))).toBe(true);
});

it('inverts every byte but zero', () => {
  expect(inverse(0)).toBe(0);
  for (const a of all.slice(1)) expect(multiply(a, inverse(a))).toBe(1);
});

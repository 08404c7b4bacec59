import type { Bytes } from '../../crypto/bytes.ts';

/*
 * The field of 2⁶⁴ − 2³² + 1 elements. An element is a bigint in 0 … P − 1; what every function takes
 * and returns. Nothing here is secret, so nothing is constant-time.
 */

/** The field's size, a prime. */
export const P = 0xffff_ffff_0000_0001n;

/** Generates all non-zero elements. */
export const GENERATOR = 0xc65c_18b6_7785_d900n;

/** Of order 2 ** TWO_ADICITY, the largest power of two that there is. */
const ROOT_OF_UNITY = 0x64fd_d1a4_6201_e246n;
const TWO_ADICITY = 32;

/** Whether a number stands for an element: each element has one representation. */
export const isElement = (value: bigint): boolean => 0n <= value && value < P;

export const add = (a: bigint, b: bigint): bigint => (a + b) % P;
export const subtract = (a: bigint, b: bigint): bigint => (a + P - b) % P;
export const multiply = (a: bigint, b: bigint): bigint => (a * b) % P;

/** base to the power of exponent ≥ 0. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

/** 1 / a; of 0 it is 0. */
export const inverse = (a: bigint): bigint => power(a, P - 2n);

/** base to the power of 2 ** doublings. */
export function powerOfTwo(base: bigint, doublings: number): bigint {
  let result = base;
  for (let i = 0; i < doublings; i++) result = multiply(result, result);
  return result;
}

/** Generates the subgroup of order 2 ** bits; bits ≤ 32. */
export const rootOfUnity = (bits: number): bigint => powerOfTwo(ROOT_OF_UNITY, TWO_ADICITY - bits);

/** An element as 8 bytes, big endian. */
export function toBytes(element: bigint): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, element);
  return out;
}

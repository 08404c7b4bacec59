import * as field from './goldilocks.ts';

/*
 * The quadratic extension of the field, in which Plonky2 draws its challenges: a + b·√7.
 */

/** a + b·√7, as [a, b]. */
export type Extension = readonly [a: bigint, b: bigint];

const { P } = field;
/** The square of √7. */
export const W = 7n;

export const ZERO: Extension = [0n, 0n];
export const ONE: Extension = [1n, 0n];

/** An element of the field as one of the extension. */
export const embed = (a: bigint): Extension => [a, 0n];

export const equal = (x: Extension, y: Extension): boolean => x[0] === y[0] && x[1] === y[1];

export const add = (x: Extension, y: Extension): Extension => [
  field.add(x[0], y[0]),
  field.add(x[1], y[1]),
];

export const subtract = (x: Extension, y: Extension): Extension => [
  field.subtract(x[0], y[0]),
  field.subtract(x[1], y[1]),
];

export const multiply = (x: Extension, y: Extension): Extension => [
  (x[0] * y[0] + W * x[1] * y[1]) % P,
  (x[0] * y[1] + x[1] * y[0]) % P,
];

/** By an element of the field. */
export const scale = (x: Extension, factor: bigint): Extension => [
  field.multiply(x[0], factor),
  field.multiply(x[1], factor),
];

/** 1 / x; of 0 it is 0. */
export function inverse(x: Extension): Extension {
  const norm = field.subtract(field.multiply(x[0], x[0]), (W * x[1] * x[1]) % P);
  return scale([x[0], field.subtract(0n, x[1])], field.inverse(norm));
}

/** x to the power of 2 ** doublings. */
export function powerOfTwo(x: Extension, doublings: number): Extension {
  let result = x;
  for (let i = 0; i < doublings; i++) result = multiply(result, result);
  return result;
}

export const product = (factors: readonly Extension[]): Extension => factors.reduce(multiply, ONE);

/** The polynomial with these coefficients, the constant one first, at x. */
export const evaluate = (coefficients: readonly Extension[], x: Extension): Extension =>
  coefficients.reduceRight((sum, coefficient) => add(multiply(sum, x), coefficient), ZERO);

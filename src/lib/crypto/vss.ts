import type { Group, Point, Scalar } from '../wasm/group.ts';
import { concat, type Bytes } from './bytes.ts';

/**
 * Feldman's verifiable secret sharing. A polynomial f is its list of coefficients; operator id (from
 * 0) has the share f(id + 1), so that nobody ever gets f(0).
 */
export const xOf = (id: number): number => id + 1;

/** The ids 0 … n−1. */
export const idsUpTo = (n: number): number[] => Array.from({ length: n }, (_, id) => id);

/** f(1), …, f(n). Constant time in the coefficients. */
export function secsharesOf(group: Group, coefficients: readonly Scalar[], n: number): Scalar[] {
  return idsUpTo(n).map((id) => group.scalarPolynomial(coefficients, xOf(id)));
}

/** The commitments to the coefficients. */
export function commit(group: Group, coefficients: readonly Scalar[]): Point[] {
  return coefficients.map((coefficient) => group.mulBase(coefficient));
}

/** The public shares f(id + 1) · B of these operators, from the commitments. */
export function pubsharesOf(group: Group, com: readonly Point[], ids: readonly number[]): Point[] {
  return group.commitmentPolynomialVar(com, ids.map(xOf));
}

/**
 * The points encoded here, or undefined if one is not valid. The identity is allowed, or else a
 * participant could make the sum of valid commitments invalid.
 */
export function pointsFromBytes(group: Group, encoded: readonly Uint8Array[]): Point[] | undefined {
  const points = encoded.map((bytes) => group.pointFromBytesOrIdentity(bytes));
  return points.every((point) => point !== undefined) ? points : undefined;
}

/** The scalars encoded here, or undefined if one is not below the group order. */
export function scalarsFromBytes(
  group: Group,
  encoded: readonly Uint8Array[],
): Scalar[] | undefined {
  const scalars = encoded.map((bytes) => group.scalarFromBytesChecked(bytes));
  return scalars.every((scalar) => scalar !== undefined) ? scalars : undefined;
}

/** The encodings, one after the other. */
export function pointsToBytes(group: Group, points: readonly Point[]): Bytes {
  return concat(...points.map((point) => group.pointToBytes(point)));
}

/**
 * Σ points: their polynomial at 1, which divides once and not once per addition. Variable time.
 */
export function sumPoints(group: Group, points: readonly Point[]): Point {
  return group.commitmentPolynomialVar(points, [1])[0]!;
}

/** Σ scalars. Constant time; intermediate sums are wiped. */
export function sumScalars(group: Group, scalars: readonly Scalar[]): Scalar {
  return scalars.reduce((sum, scalar) => {
    const next = group.scalarAdd(sum, scalar);
    sum.fill(0);
    return next;
  }, group.scalarFromNumber(0));
}

/** a − b. Constant time. */
export function subtract(group: Group, a: Scalar, b: Scalar): Scalar {
  const negative = group.scalarNegate(b);
  const difference = group.scalarAdd(a, negative);
  negative.fill(0);
  return difference;
}

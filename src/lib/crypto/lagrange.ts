import type { Group, Scalar } from '../wasm/group.ts';
import { xOf } from './vss.ts';

/**
 * The Lagrange coefficient of operator `id` among `ids`: what its share is multiplied with so that
 * the shares of all `ids` add up to f(at). Public values only; `ids` are distinct and contain `id`.
 */
export function interpolatingValue(
  group: Group,
  ids: readonly number[],
  id: number,
  at = 0,
): Scalar {
  let numerator = group.scalarFromNumber(1);
  let denominator = group.scalarFromNumber(1);
  for (const other of ids) {
    if (other === id) continue;
    numerator = group.scalarMul(numerator, signed(group, xOf(other) - at));
    denominator = group.scalarMul(denominator, signed(group, other - id));
  }
  return group.scalarMul(numerator, group.scalarInvert(denominator));
}

function signed(group: Group, value: number): Scalar {
  const magnitude = group.scalarFromNumber(Math.abs(value));
  return value < 0 ? group.scalarNegate(magnitude) : magnitude;
}

/** Whether a list of ids names one twice. */
export const hasDuplicates = (ids: readonly number[]): boolean => new Set(ids).size !== ids.length;

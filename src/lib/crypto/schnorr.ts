import type { Group, SchnorrEquation } from '../wasm/group.ts';
import { be32, concat, equal } from './bytes.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/** Whether s·B = R + e·P. Variable time: public values only. */
export function schnorrHolds(group: Group, { R, P, s, e }: SchnorrEquation): boolean {
  return equal(group.mulAddVar(group.scalarNegate(e), P, s), R);
}

/**
 * Whether all equations hold, by one random linear combination. The weights come from a hash of all
 * equations, as BIP 340 proposes: whoever made the equations could not know them before.
 */
export function schnorrBatch(group: Group, equations: readonly SchnorrEquation[]): boolean {
  const seed = taggedHash(
    tags.batchWeights,
    ...equations.flatMap(({ R, P, s, e }) => [R, P, s, e]),
  );
  const weights = equations.map((_, i) => {
    const weight = taggedHash(tags.batchWeights, concat(seed, be32(i))).subarray(0, 16);
    weight[0]! |= 1; // never zero
    return weight;
  });
  return group.schnorrBatchVar(equations, weights);
}

/**
 * The position of the first equation that is malformed (undefined) or does not hold; undefined if
 * all hold. Tries the batch first, so the ordinary case is fast.
 */
export function firstBroken(
  group: Group,
  equations: readonly (SchnorrEquation | undefined)[],
): number | undefined {
  const whole = equations.filter((one) => one !== undefined);
  if (whole.length === equations.length && schnorrBatch(group, whole)) return undefined;
  const broken = equations.findIndex((one) => !one || !schnorrHolds(group, one));
  return broken < 0 ? undefined : broken;
}

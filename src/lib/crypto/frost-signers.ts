import type { Group, Point } from '../wasm/group.ts';
import { equal } from './bytes.ts';
import { decodePoint } from './decode.ts';
import { fault, type Fault } from './faults.ts';
import { hasDuplicates, interpolatingValue } from './lagrange.ts';
import { MAX_OPERATORS } from './limits.ts';

/** The signers of a session and the key they sign for, on either curve (BIP 445 “SignersContext”). */
export interface SignersContext {
  /** Operators in the group, and how many must sign. */
  readonly n: number;
  readonly t: number;
  readonly ids: readonly number[];
  /** Encoded public shares of these ids, in the same order. */
  readonly pubshares: readonly Uint8Array[];
  /** The encoded threshold public key. */
  readonly threshPk: Uint8Array;
}

/**
 * The points of the public shares if the context is valid (“ValidateSignersCtx”), for a group of at
 * most `maxOperators`. Faults: `threshold-out-of-range`, `group-too-large`,
 * `signer-count-out-of-range`, `signer-lists-differ`, `signer-id-out-of-range`, `pubshare-invalid`,
 * `signer-id-duplicate`, `key-material-inconsistent`.
 */
export function validateSigners(
  group: Group,
  { n, t, ids, pubshares, threshPk }: SignersContext,
  maxOperators = MAX_OPERATORS,
): Point[] | Fault {
  if (!(Number.isInteger(t) && 1 <= t && t <= n)) return fault('threshold-out-of-range');
  if (!(Number.isInteger(n) && n <= maxOperators)) return fault('group-too-large');
  if (!(t <= ids.length && ids.length <= n)) return fault('signer-count-out-of-range');
  if (pubshares.length !== ids.length) return fault('signer-lists-differ', [], 'public shares');
  const points: Point[] = [];
  for (const [index, id] of ids.entries()) {
    if (!(Number.isInteger(id) && 0 <= id && id < n)) return fault('signer-id-out-of-range', [id]);
    const point = decodePoint(group, pubshares[index]!);
    if (!point) return fault('pubshare-invalid', [id]);
    points.push(point);
  }
  if (hasDuplicates(ids)) return fault('signer-id-duplicate');
  const weights = ids.map((id) => interpolatingValue(group, ids, id));
  const implied = group.multiScalarVar(weights, points);
  return equal(group.pointToBytes(implied), threshPk) ? points : fault('key-material-inconsistent');
}

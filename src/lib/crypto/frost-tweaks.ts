import type { Group, Point, Scalar } from '../wasm/group.ts';
import { hasEvenY } from './bip340.ts';
import { decodePoint, decodeScalar } from './decode.ts';
import { fault, type Fault } from './faults.ts';

/** A key after tweaks (BIP 445 “TweakContext”). */
export interface TweakContext {
  /** The tweaked key; gacc and tacc say how a share of the untweaked key becomes one of this. */
  readonly Q: Point;
  readonly gacc: Scalar;
  readonly tacc: Scalar;
}

/** Applies plain (BIP 32) and x-only (BIP 341) tweaks in order (“ThreshPubkeyAndTweak”). */
export function applyTweaks(
  group: Group,
  threshPk: Uint8Array,
  tweaks: readonly Uint8Array[],
  isXonly: readonly boolean[],
): TweakContext | Fault {
  if (tweaks.length !== isXonly.length) return fault('tweak-modes-differ');
  const one = group.scalarFromNumber(1);
  let Q = decodePoint(group, threshPk);
  if (!Q) return fault('thresh-pk-invalid');
  let gacc = one;
  let tacc = group.scalarFromNumber(0);
  for (const [i, bytes] of tweaks.entries()) {
    if (bytes.length !== 32) return fault('tweak-length');
    const g = isXonly[i] && !hasEvenY(Q) ? group.scalarNegate(one) : one;
    const tweak = decodeScalar(group, bytes);
    if (!tweak) return fault('tweak-out-of-range');
    Q = group.mulAddVar(g, Q, tweak);
    if (group.isIdentity(Q)) return fault('tweak-cancels-key');
    gacc = group.scalarMul(g, gacc);
    tacc = group.scalarAdd(tweak, group.scalarMul(g, tacc));
  }
  return { Q, gacc, tacc };
}

import type { Group } from '../wasm/group.ts';
import { hasEvenY, liftX, xOnly } from './bip340.ts';
import type { Bytes } from './bytes.ts';
import { fault, type Fault } from './faults.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/** The BIP-341 tweak of an internal key (32 bytes), without scripts or for this Merkle root. */
export function tapTweak(internalKey: Uint8Array, merkleRoot = new Uint8Array(0)): Bytes {
  return taggedHash(tags.tapTweak, internalKey, merkleRoot);
}

/**
 * The Taproot output key of an internal key (BIP 341 `taproot_tweak_pubkey`): x coordinate, 32
 * bytes, and whether y is odd. Faults: `thresh-pk-invalid`, `tweak-out-of-range`,
 * `tweak-cancels-key`.
 */
export function taprootOutput(
  group: Group,
  internalKey: Uint8Array,
  merkleRoot?: Uint8Array<ArrayBuffer>,
): { outputKey: Bytes; oddY: boolean; tweak: Bytes } | Fault {
  const P = liftX(group, internalKey);
  if (!P) return fault('thresh-pk-invalid');
  const tweak = tapTweak(internalKey, merkleRoot);
  const t = group.scalarFromBytesChecked(tweak);
  if (!t) return fault('tweak-out-of-range');
  const Q = group.mulAddVar(group.scalarFromNumber(1), P, t);
  if (group.isIdentity(Q)) return fault('tweak-cancels-key');
  return { outputKey: xOnly(Q), oddY: !hasEvenY(Q), tweak };
}

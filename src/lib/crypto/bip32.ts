import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Group } from '../wasm/group.ts';
import { xOnly } from './bip340.ts';
import { be32, concat, type Bytes } from './bytes.ts';
import { decodePoint } from './decode.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { tapTweak } from './taproot.ts';

/** A public key (33 bytes) with its chain code (32 bytes). */
export interface ExtendedPubkey {
  readonly publicKey: Uint8Array;
  readonly chainCode: Uint8Array;
}

/**
 * The unhardened child at `index` < 2³¹ (BIP 32 CKDpub), and the plain tweak that leads to it.
 * Faults: `thresh-pk-invalid`, `input-length`, `derivation-impossible`.
 */
export function childOf(
  group: Group,
  { publicKey, chainCode }: ExtendedPubkey,
  index: number,
): { publicKey: Bytes; chainCode: Bytes; tweak: Bytes } | Fault {
  const parent = decodePoint(group, publicKey);
  if (!parent) return fault('thresh-pk-invalid');
  if (chainCode.length !== 32) return fault('input-length', [], 'chain code');
  if (!(Number.isInteger(index) && 0 <= index && index < 2 ** 31))
    return fault('derivation-impossible', [], 'hardened or invalid index');
  const I = hmac(sha512, chainCode, concat(publicKey, be32(index)));
  const tweak = I.slice(0, 32);
  const t = group.scalarFromBytesChecked(tweak);
  if (!t) return fault('derivation-impossible');
  const child = group.mulAddVar(group.scalarFromNumber(1), parent, t);
  if (group.isIdentity(child)) return fault('derivation-impossible');
  return { publicKey: group.pointToBytes(child), chainCode: I.slice(32), tweak };
}

/** What a signer applies to the threshold key to sign for a Taproot output below it. */
export interface SigningTweaks {
  readonly tweaks: readonly Bytes[];
  readonly isXonly: readonly boolean[];
  /** x coordinate of the internal key at the end of the path, 32 bytes. */
  readonly internalKey: Bytes;
}

/**
 * The tweaks for key-path spending of `tr(root/path)` without scripts: one plain tweak for each step,
 * then the x-only tweak of BIP 341. Every signer computes them itself from the path.
 * Faults: those of `childOf`.
 */
export function taprootSigningTweaks(
  group: Group,
  root: ExtendedPubkey,
  path: readonly number[],
): SigningTweaks | Fault {
  let key = root;
  const plain: Bytes[] = [];
  for (const index of path) {
    const child = childOf(group, key, index);
    if (isFault(child)) return child;
    plain.push(child.tweak);
    key = child;
  }
  const point = decodePoint(group, key.publicKey);
  if (!point) return fault('thresh-pk-invalid');
  const internalKey = xOnly(point);
  return {
    tweaks: [...plain, tapTweak(internalKey)],
    isXonly: [...plain.map(() => false), true],
    internalKey,
  };
}

import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import type { GroupId } from '../ceremony/card.ts';

/**
 * The host secret of a group and epoch: HKDF-SHA256 of the device's reply to the host label (32 bytes,
 * wiped here) and the epoch's random salt (32 bytes), which is destroyed when the epoch is retired.
 * 32 bytes; below the group order but for a chance of 2⁻¹²⁸.
 */
export function hostSecretFrom(reply: Bytes, salt: Uint8Array, id: GroupId): Bytes {
  const secret = hkdf(sha256, reply, salt, toCbor(['Conclave/host secret v1', { ...id }]), 32);
  wipe(reply);
  return secret;
}

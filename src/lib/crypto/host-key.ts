import type { Group, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { wipe, type Bytes } from './bytes.ts';
import { fault, isFault, type Fault } from './faults.ts';

/** An operator's host key of one group and epoch: always on secp256k1. */
export interface HostKey {
  readonly hostSeckey: Scalar;
  /** 33 bytes, compressed. */
  readonly hostPubkey: Bytes;
}

/**
 * Reads a host secret (32 bytes, big endian) and computes its public key.
 *
 * The caller wipes `hostSeckey`, which is a copy. Faults: `input-length`, `host-key-invalid`.
 */
export function hostKey(host: Group, hostSeckey: Uint8Array): HostKey | Fault {
  expectSecrets('host key', host);
  if (hostSeckey.length !== 32) return fault('input-length', [], 'host secret');
  const secret = host.scalarFromBytesNonzeroChecked(hostSeckey);
  if (!secret) return fault('host-key-invalid');
  return { hostSeckey: secret, hostPubkey: host.pointToBytes(host.mulBase(secret)) };
}

/** The 33-byte public key of a host secret (ChillDKG `hostpubkey_gen`). Faults as `hostKey`. */
export function hostPubkeyOf(host: Group, hostSeckey: Uint8Array): Bytes | Fault {
  const key = hostKey(host, hostSeckey);
  if (isFault(key)) return key;
  wipe(key.hostSeckey);
  return key.hostPubkey;
}

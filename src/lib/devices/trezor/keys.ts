import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bech32 } from '@scure/base';
import { HDKey } from '@scure/bip32';
import { be32, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import { call, type Talk } from './calls.ts';
import { HARDENED } from './messages.ts';

/*
 * The public keys by which a seed is known again. All are read from extended keys in text, whose
 * checksum shows damage on the way.
 */

/** Where approvals are signed: a path that devices of both makes sign messages at. */
export const APPROVAL_PATH = "m/84'/0'/100'/0/0";
export const COIN = 'Bitcoin';

const account = [84 + HARDENED, 0 + HARDENED, 100 + HARDENED];
export const approvalSteps: readonly number[] = [...account, 0, 0];

/** Any hardened child of the master key: its parent's fingerprint is the one wanted. */
const child = [0 + HARDENED];

/** The address that the device names a signing key (compressed, 33 bytes) by: P2WPKH, BIP 173. */
export const signingAddress = (key: Uint8Array): string =>
  bech32.encode('bc', [0, ...bech32.toWords(ripemd160(sha256(key)))]);

/** What a seed with its passphrase is known by. */
export interface Keys {
  /** BIP 32 fingerprint of the master key, 4 bytes. */
  readonly fingerprint: Bytes;
  /** Compressed, 33 bytes. */
  readonly approvalKey: Bytes;
}

/** Reads them without a question, but for PIN and passphrase. Faults: those of `call`. */
export async function readKeys(talk: Talk): Promise<Keys | DeviceFault> {
  const root = await extendedKey(talk, child);
  if (isDeviceFault(root)) return root;
  const approvals = await extendedKey(talk, account);
  if (isDeviceFault(approvals)) return approvals;
  const { publicKey } = approvals.deriveChild(0).deriveChild(0);
  return { fingerprint: be32(root.parentFingerprint), approvalKey: publicKey as Bytes };
}

async function extendedKey(talk: Talk, path: readonly number[]): Promise<HDKey | DeviceFault> {
  const request = { is: 'GetPublicKey', path, coin: COIN } as const;
  const reply = await call(talk, request, 'PublicKey');
  if (isDeviceFault(reply)) return reply;
  try {
    const key = HDKey.fromExtendedKey(reply.xpub ?? '');
    if (key.privateKey === null && key.depth === path.length && key.index === path.at(-1))
      return key;
  } catch {
    // Not an extended key.
  }
  return deviceFault('unreadable-answer', 'PublicKey');
}

/** From a passphrase to a key: Argon2id (RFC 9106), version 1.3, one lane. */
import { argon2id as argon2idJs } from '@noble/hashes/argon2.js';
import { argon2id } from 'hash-wasm';
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { integer, type Read } from '../crypto/schema.ts';
import { VaultError } from './fault.ts';

/** Reads what a derivation costs. The bounds keep a hostile header from hanging the browser. */
export const costFields = {
  /** KiB, at most 1 GiB. */
  memory: integer(8, 1024 * 1024),
  passes: integer(1, 16),
};

export type Argon2Cost = { readonly [K in keyof typeof costFields]: Read<(typeof costFields)[K]> };

/** RFC 9106 §4, the second recommended option, with one lane since a browser computes one. */
export const STANDARD_COST: Argon2Cost = { memory: 64 * 1024, passes: 3 };

/** What a person typed, in the one form that is a passphrase: NFKC, UTF-8. Wipe it after use. */
export function passphraseBytes(typed: string): Bytes {
  return new TextEncoder().encode(typed.normalize('NFKC'));
}

/**
 * The AES-256-GCM key for a passphrase; salt of 16 bytes.
 *
 * Without WebAssembly it is computed in JavaScript, which takes several times as long (some seconds at
 * the standard cost, more where just-in-time compilation is off) and does not answer meanwhile. Neither
 * implementation wipes its working memory; it is left to the garbage collector, the passphrase is not.
 * @throws VaultError `empty-passphrase`, `out-of-memory`
 */
export async function passphraseKey(
  passphrase: Uint8Array,
  salt: Uint8Array,
  { memory, passes }: Argon2Cost,
): Promise<CryptoKey> {
  if (passphrase.length === 0) throw new VaultError('empty-passphrase');
  const raw = await derive(passphrase, salt, memory, passes).catch(() => {
    throw new VaultError('out-of-memory');
  });
  const uses: KeyUsage[] = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, uses);
  wipe(raw);
  return key;
}

async function derive(
  password: Uint8Array,
  salt: Uint8Array,
  memory: number,
  passes: number,
): Promise<Bytes> {
  if (!('WebAssembly' in globalThis))
    return argon2idJs(password, salt, { m: memory, t: passes, p: 1, dkLen: 32 });
  return (await argon2id({
    password,
    salt,
    memorySize: memory,
    iterations: passes,
    parallelism: 1,
    hashLength: 32,
    outputType: 'binary',
  })) as Bytes;
}

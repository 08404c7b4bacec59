/**
 * AES-256-GCM in one piece: IV of 12 random bytes ‖ ciphertext ‖ tag of 16 bytes. Random IVs are good
 * for 2³² pieces under one key (NIST SP 800-38D §8.3), more than a vault will ever write.
 */
import { concat, type Bytes } from '../crypto/bytes.ts';

const IV = 12;
/** How much longer a piece is than what is in it. */
export const OVERHEAD = IV + 16;

/** The length of a wrapped key of 32 bytes. */
export const WRAPPED = 32 + OVERHEAD;

export async function seal(key: CryptoKey, plaintext: Bytes, context: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const sealed = await crypto.subtle.encrypt(gcm(iv, context), key, plaintext);
  return concat(iv, new Uint8Array(sealed));
}

/** What was sealed, or undefined: another key, another context, or changed bytes. */
export async function open(
  key: CryptoKey,
  piece: Bytes,
  context: Bytes,
): Promise<Bytes | undefined> {
  const algorithm = gcm(piece.slice(0, IV), context);
  return crypto.subtle.decrypt(algorithm, key, piece.subarray(IV)).then(
    (plaintext) => new Uint8Array(plaintext),
    () => undefined,
  );
}

/** Seals a data key, which never is bytes of ours. */
export async function wrapKey(kek: CryptoKey, key: CryptoKey, context: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(IV));
  const wrapped = await crypto.subtle.wrapKey('raw', key, kek, gcm(iv, context));
  return concat(iv, new Uint8Array(wrapped));
}

/** The data key of a piece made by `wrapKey`; undefined as for `open`. */
export async function unwrapKey(
  kek: CryptoKey,
  piece: Bytes,
  context: Bytes,
  extractable: boolean,
): Promise<CryptoKey | undefined> {
  const algorithm = gcm(piece.slice(0, IV), context);
  const uses: KeyUsage[] = ['encrypt', 'decrypt'];
  return crypto.subtle
    .unwrapKey('raw', piece.subarray(IV), kek, algorithm, 'AES-GCM', extractable, uses)
    .catch(() => undefined);
}

const gcm = (iv: Bytes, additionalData: Bytes) => ({ name: 'AES-GCM', iv, additionalData });

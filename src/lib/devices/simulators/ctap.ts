import { cbc } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decode, encode } from 'cborg';
import { concat, type Bytes } from '../../crypto/bytes.ts';

/*
 * What a security key and the browser say to each other (CTAP 2.1): commands, status bytes, COSE keys
 * and PIN/UV auth protocol two. Both sides of the simulation use it.
 */

export const commands = { makeCredential: 0x01, getAssertion: 0x02, getInfo: 0x04, pin: 0x06 };

export const status = {
  ok: 0x00,
  invalidCommand: 0x01,
  invalidCbor: 0x12,
  unsupportedAlgorithm: 0x26,
  operationDenied: 0x27,
  noCredentials: 0x2e,
  pinInvalid: 0x31,
  pinBlocked: 0x32,
  pinAuthInvalid: 0x33,
  pinAuthBlocked: 0x34,
  puatRequired: 0x36,
};

/** A CTAP map: small whole numbers as keys. */
export type Fields = ReadonlyMap<unknown, unknown>;

export const toFields = (fields: Fields): Bytes => encode(fields);

/** The map in these bytes; undefined where there is none. */
export function fromFields(bytes: Uint8Array): Fields | undefined {
  try {
    const value = decode(bytes, { useMaps: true }) as unknown;
    return value instanceof Map ? value : undefined;
  } catch {
    return undefined; // no CBOR
  }
}

export const bytesAt = (fields: Fields | undefined, key: unknown): Bytes | undefined => {
  const value = fields?.get(key);
  return value instanceof Uint8Array ? (value as Bytes) : undefined;
};

export const mapAt = (fields: Fields | undefined, key: unknown): Fields | undefined => {
  const value = fields?.get(key);
  return value instanceof Map ? value : undefined;
};

/** A P-256 point (uncompressed, 65 bytes) as a COSE key. `algorithm`: −7 ES256, −25 ECDH. */
export const toCose = (point: Uint8Array, algorithm: -7 | -25): Fields =>
  new Map<unknown, unknown>([
    [1, 2],
    [3, algorithm],
    [-1, 1],
    [-2, point.slice(1, 33)],
    [-3, point.slice(33)],
  ]);

/** The point of a COSE key (65 bytes); undefined where it is none on P-256. */
export function fromCose(key: Fields | undefined): Bytes | undefined {
  const [x, y] = [bytesAt(key, -2), bytesAt(key, -3)];
  if (x?.length !== 32 || y?.length !== 32) return undefined;
  const point = concat(Uint8Array.of(4), x, y);
  return p256.utils.isValidPublicKey(point, false) ? point : undefined;
}

/** What both sides share after a key agreement, and how they use it (CTAP 2.1 §6.5.7). */
export interface Shared {
  /** Behind 16 fresh bytes; `plain` in whole blocks. */
  encrypt(plain: Uint8Array, iv: Uint8Array): Bytes;
  /** Undefined where it cannot be decrypted. */
  decrypt(sealed: Uint8Array): Bytes | undefined;
  authenticate(message: Uint8Array): Bytes;
}

const utf8 = new TextEncoder();

export function shared(secret: Uint8Array, point: Uint8Array): Shared {
  const z = p256.getSharedSecret(secret, point, true).subarray(1);
  const key = (info: string) => hkdf(sha256, z, new Uint8Array(32), utf8.encode(info), 32) as Bytes;
  const [hmacKey, aesKey] = [key('CTAP2 HMAC key'), key('CTAP2 AES key')];
  return {
    encrypt: (plain, iv) => concat(iv, cbc(aesKey, iv, { disablePadding: true }).encrypt(plain)),
    decrypt: (sealed) =>
      sealed.length < 32 || sealed.length % 16 !== 0
        ? undefined
        : cbc(aesKey, sealed.slice(0, 16), { disablePadding: true }).decrypt(sealed.slice(16)),
    authenticate: (message) => hmac(sha256, hmacKey, message),
  };
}

/** What of a PIN is sent: the first 16 bytes of its SHA-256. */
export const pinHash = (pin: string): Bytes => sha256(utf8.encode(pin)).slice(0, 16);

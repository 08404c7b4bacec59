import { cbc, cmac, ecb } from '@noble/ciphers/aes.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import { be16, MIN_FRAME, readBe16 } from './frames.ts';

/*
 * The secure channel of the YubiHSM 2, with AES-128: after GlobalPlatform “Secure Channel Protocol
 * '03'” (Card Specification v2.3, Amendment D) for passwords, after its Amendment F (SCP11) for P-256.
 * Both ends use these functions.
 */

/** Three AES-128 keys of one session. */
export interface SessionKeys {
  readonly enc: Bytes;
  readonly mac: Bytes;
  readonly rmac: Bytes;
}

/** What an authentication key with a password holds: two AES-128 keys. */
export interface LongKeys {
  readonly enc: Bytes;
  readonly mac: Bytes;
}

/** What `deriveKey` derives (SCP03 4.1.5, table 4-1). */
export const derivations = {
  cardCryptogram: 0x00,
  hostCryptogram: 0x01,
  enc: 0x04,
  mac: 0x06,
  rmac: 0x07,
} as const;

/** Length of cryptograms, challenges and MACs, in bytes. */
export const SHORT = 8;

const utf8 = new TextEncoder();

/** The keys of a password (UTF-8): PBKDF2-HMAC-SHA256, salt “Yubico”, 10 000 rounds. */
export function keysOfPassword(password: Uint8Array): LongKeys {
  const both = pbkdf2(sha256, password, utf8.encode('Yubico'), { c: 10_000, dkLen: 32 });
  const keys = { enc: both.slice(0, 16), mac: both.slice(16) };
  wipe(both);
  return keys;
}

/**
 * Key derivation in counter mode with CMAC (NIST SP 800-108, SCP03 4.1.5), one block: 16 bytes for a
 * key, 8 for a cryptogram. The context is both challenges, host's first.
 */
export function deriveKey(
  key: Uint8Array,
  derivation: number,
  length: 8 | 16,
  context: Uint8Array,
): Bytes {
  const label = new Uint8Array(12);
  label[11] = derivation;
  const input = concat(label, Uint8Array.of(0), be16(8 * length), Uint8Array.of(1), context);
  return cmac(input, key).slice(0, length);
}

/** The keys of a session, from those of a password and both challenges. */
export const sessionKeys = ({ enc, mac }: LongKeys, context: Uint8Array): SessionKeys => ({
  enc: deriveKey(enc, derivations.enc, 16, context),
  mac: deriveKey(mac, derivations.mac, 16, context),
  rmac: deriveKey(mac, derivations.rmac, 16, context),
});

/** The cryptogram, 8 bytes, by which one end shows that it has the keys of a session. */
export const cryptogram = (
  { mac }: SessionKeys,
  of: 'cardCryptogram' | 'hostCryptogram',
  context: Uint8Array,
): Bytes => deriveKey(mac, derivations[of], SHORT, context);

/**
 * CMAC of the chaining value (16 bytes) and a frame without its MAC, whose length field counts the
 * MAC. 16 bytes: the first 8 travel; of a command, all are the next chaining value.
 */
export const chainedMac = (key: Uint8Array, chaining: Uint8Array, frame: Uint8Array): Bytes =>
  cmac(concat(chaining, frame), key);

/** The initial vector of a message and of its reply: the counter, from 1, encrypted. */
const vector = (enc: Uint8Array, counter: number): Uint8Array =>
  ecb(enc, { disablePadding: true }).encrypt(concat(new Uint8Array(12), be32(counter)));

/** Encrypts a frame, padded with 80 00… to full blocks. */
export function encryptMessage(enc: Uint8Array, counter: number, frame: Uint8Array): Bytes {
  const padded = new Uint8Array(16 * Math.ceil((frame.length + 1) / 16));
  padded.set(frame);
  padded[frame.length] = 0x80;
  const cipher = cbc(enc, vector(enc, counter), { disablePadding: true }).encrypt(padded);
  wipe(padded);
  return cipher;
}

/**
 * Decrypts a frame. Its length field says where the padding begins, which is not looked at: callers
 * check the MAC first. Undefined where there are no full blocks or the frame is longer than they are.
 */
export function decryptMessage(
  enc: Uint8Array,
  counter: number,
  cipher: Uint8Array,
): Bytes | undefined {
  if (cipher.length === 0 || cipher.length % 16 !== 0) return undefined;
  const padded = cbc(enc, vector(enc, counter), { disablePadding: true }).decrypt(cipher);
  const length = MIN_FRAME + readBe16(padded, 1);
  const frame = length <= padded.length ? padded.slice(0, length) : undefined;
  wipe(padded);
  return frame;
}

/** What a session with P-256 keys begins with: its keys, and the key of the receipt. */
export interface AgreedKeys extends SessionKeys {
  readonly receipt: Bytes;
}

/**
 * Keys from the ephemeral and the static shared secrets (x coordinates, 32 bytes each): X9.63 with
 * SHA-256 and the info 3c 88 10 (confidentiality and MAC, AES, 16 bytes).
 */
export function agreedKeys(ephemeral: Uint8Array, fixed: Uint8Array): AgreedKeys {
  const input = concat(ephemeral, fixed);
  const block = (counter: number) =>
    sha256(concat(input, be32(counter), Uint8Array.of(0x3c, 0x88, 0x10)));
  const [first, second] = [block(1), block(2)];
  wipe(input);
  const keys = {
    receipt: first.slice(0, 16),
    enc: first.slice(16),
    mac: second.slice(0, 16),
    rmac: second.slice(16),
  };
  wipe(first, second);
  return keys;
}

/** The receipt, 16 bytes: CMAC of the YubiHSM's and the host's ephemeral keys (65 bytes each). */
export const receiptOf = (
  { receipt }: AgreedKeys,
  deviceEphemeral: Uint8Array,
  hostEphemeral: Uint8Array,
): Bytes => cmac(concat(deviceEphemeral, hostEphemeral), receipt);

/** Whether the first 8 bytes of a MAC are those that came, in constant time. */
export const macMatches = (mac: Uint8Array, came: Uint8Array): boolean =>
  equal(mac.subarray(0, SHORT), came);

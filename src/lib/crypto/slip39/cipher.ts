import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, wipe, xor, type Bytes } from '../bytes.ts';

/*
 * The passphrase's part of SLIP-39: a Feistel network of four rounds. Any passphrase decrypts to some
 * secret; nothing here can tell the right one.
 */

/** What decides the encryption besides secret and passphrase. */
export interface CipherSettings {
  /** 15 bits. */
  readonly identifier: number;
  /** Whether the encryption is independent of the identifier. */
  readonly extendable: boolean;
  /** 0…15: 10,000 · 2^exponent iterations in all. */
  readonly iterationExponent: number;
}

/** The encrypted secret, as long as the secret (an even number of bytes). */
export const encrypt = (secret: Bytes, passphrase: Uint8Array, settings: CipherSettings): Bytes =>
  feistel(secret, [0, 1, 2, 3], passphrase, settings);

/** The secret from the encrypted one. */
export const decrypt = (secret: Bytes, passphrase: Uint8Array, settings: CipherSettings): Bytes =>
  feistel(secret, [3, 2, 1, 0], passphrase, settings);

function feistel(
  input: Bytes,
  rounds: readonly number[],
  passphrase: Uint8Array,
  { identifier, extendable, iterationExponent }: CipherSettings,
): Bytes {
  const half = input.length / 2;
  const prefix = extendable
    ? new Uint8Array()
    : concat(
        new TextEncoder().encode('shamir'),
        Uint8Array.of(identifier >>> 8, identifier & 0xff),
      );
  let left = input.slice(0, half);
  let right = input.slice(half);
  for (const round of rounds) {
    const password = concat(Uint8Array.of(round), passphrase);
    const salt = concat(prefix, right);
    const pad = pbkdf2(sha256, password, salt, { c: 2500 << iterationExponent, dkLen: half });
    const next = xor(left, pad);
    wipe(password, salt, pad, left);
    left = right;
    right = next;
  }
  const output = concat(right, left);
  wipe(left, right);
  return output;
}

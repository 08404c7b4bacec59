/**
 * What the header and the export have around them, in this and every later version:
 *
 *     kind (16 ASCII characters) ‖ version (4 bytes, big endian) ‖ body ‖ SHA-256 of all before
 *
 * The hash guards nothing: it tells damage from a wrong passphrase before one is asked for.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, readBe32, type Bytes } from '../crypto/bytes.ts';

const KIND = 16;
const HASH = 32;

export function toEnvelope(kind: string, version: number, body: Uint8Array): Bytes {
  const whole = concat(ascii(kind), be32(version), body);
  return concat(whole, sha256(whole));
}

/** Version and body of hostile bytes; `foreign` where they are of another kind, `damaged` otherwise. */
export function fromEnvelope(
  kind: string,
  bytes: Uint8Array,
): { version: number; body: Bytes } | 'foreign' | 'damaged' {
  if (!equal(bytes.subarray(0, KIND), ascii(kind))) return 'foreign';
  if (bytes.length < KIND + 4 + HASH) return 'damaged';
  const whole = bytes.subarray(0, -HASH);
  if (!equal(sha256(whole), bytes.subarray(-HASH))) return 'damaged';
  return { version: readBe32(whole.subarray(KIND)), body: whole.slice(KIND + 4) };
}

const ascii = (kind: string) => new TextEncoder().encode(kind.padEnd(KIND, ' ').slice(0, KIND));

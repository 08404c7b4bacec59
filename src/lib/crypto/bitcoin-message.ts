import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, type Bytes } from './bytes.ts';

const utf8 = new TextEncoder();

/** Bitcoin's variable-length integer for 0 to 65535. */
const varint = (n: number): Uint8Array =>
  n < 0xfd ? Uint8Array.of(n) : Uint8Array.of(0xfd, n & 0xff, n >> 8);

/**
 * What hardware wallets sign of a text (“Bitcoin Signed Message”): double SHA-256 of the magic and
 * the text, each behind its length in bytes. 32 bytes; the text has at most 65535 bytes of UTF-8.
 */
export function bitcoinMessageDigest(message: string): Bytes {
  const [magic, text] = [utf8.encode('Bitcoin Signed Message:\n'), utf8.encode(message)];
  const framed = concat(varint(magic.length), magic, varint(text.length), text);
  return sha256(sha256(framed));
}

/**
 * Whether the ECDSA signature (r ‖ s, 64 bytes, low s) over the text is that of a key (compressed,
 * 33 bytes). Any bytes; never throws.
 */
export function bitcoinMessageHolds(
  key: Uint8Array,
  message: string,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  try {
    return secp256k1.verify(signature, bitcoinMessageDigest(message), key, {
      prehash: false,
      lowS: true,
    });
  } catch {
    return false; // noble throws on malformed keys and signatures
  }
}

/**
 * A signature as devices give it, 65 bytes: a header, then r ‖ s. The header says which of the points
 * of r, and for which kind of address (27–34 bare key, 35–38 P2WPKH in P2SH, 39–42 P2WPKH). Gives
 * r ‖ s; undefined where the length or the header is none of these.
 */
export const bareSignature = (signature: Uint8Array): Bytes | undefined =>
  signature.length === 65 && signature[0]! >= 27 && signature[0]! <= 42
    ? signature.slice(1)
    : undefined;

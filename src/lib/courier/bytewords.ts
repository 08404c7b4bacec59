import { be32, concat, readBe32, type Bytes } from '../crypto/bytes.ts';
import { crc32 } from './crc32.ts';

/*
 * Bytewords, minimal style (BCR-2020-012): each byte is the first and the last letter of its word,
 * and the CRC-32 of the bytes follows.
 */

/** First and last letters of the 256 words of the specification, in the order of the bytes. */
const letters =
  'aeadaoaxaaahamatayasbkbdbnbtbabsbebybgbwbbbzcmchcscfcycwcecackctcxclcpcndkdadsdidedtdrdndwdpdmdl' +
  'dyeheyeoeeecenemetesftfrfnfsfmfhfzfpfwfxfyfefgflfdgagegrgsgtglgwgdgygmgughgohfhghdhkhthphhhlhyhe' +
  'hnhsidiaieihiyioisinimjejzjnjtjljojsjpjkjykpkoktkskkknkgkekikblblalylflslrlplnltloldlelulklgmnmy' +
  'mhmemomumwmdmtmsmknlnyndnsntnnnenboyoeotoxonolospdptpkpypspmplpepfpaprqdqzrerprlrorhrdrkrfryrnrs' +
  'rtsesasrssskswstspsosgsbsfsntotktitttdtetytltbtstptatnuyuoutueurvtvyvovlvevwvavdvswlwdwmwpwewyws' +
  'wtwnwzwfwkykynylyaytzszoztzczezm';

const words = Array.from({ length: 256 }, (_, byte) => letters.slice(2 * byte, 2 * byte + 2));
const byteOf = new Map(words.map((word, byte) => [word, byte]));

/** Lower-case letters, two for each byte and for each of the 4 bytes of the checksum. */
export function toBytewords(bytes: Uint8Array): string {
  return Array.from(concat(bytes, be32(crc32(bytes))), (byte) => words[byte]!).join('');
}

/** Reads hostile text of either case: the bytes, or undefined where a word or the checksum is wrong. */
export function fromBytewords(text: string): Bytes | undefined {
  if (text.length % 2 !== 0 || text.length < 8) return undefined;
  const lower = text.toLowerCase();
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = byteOf.get(lower.slice(2 * i, 2 * i + 2));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  const body = bytes.slice(0, -4);
  return readBe32(bytes.subarray(-4)) === crc32(body) ? body : undefined;
}

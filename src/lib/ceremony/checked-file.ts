import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';
import { toCbor, type Cbor } from '../crypto/cbor.ts';

/*
 * Files that nothing else guards carry a check: the first 8 bytes of the SHA-256 of the whole file with
 * zeros in their place. Its key sorts right after `is`, so the check stands at a fixed place.
 */

const LENGTH = 8;

/** Behind the map's head, `is` with its value (at most 23 characters), the key `check` and a head. */
const placeOf = (is: string): number => is.length + 12;

/** The one encoding of such a file. */
export function checkedFile(is: string, version: number, content: Cbor): Bytes {
  const encoded = toCbor({ is, version, content, check: new Uint8Array(LENGTH) });
  encoded.set(checkOf(encoded, is), placeOf(is));
  return encoded;
}

/** Whether the check of a file that reads as one holds. */
export const checkHolds = (encoded: Uint8Array, is: string): boolean =>
  equal(encoded.subarray(placeOf(is), placeOf(is) + LENGTH), checkOf(encoded, is));

const checkOf = (encoded: Uint8Array, is: string): Bytes =>
  sha256(
    concat(
      encoded.subarray(0, placeOf(is)),
      new Uint8Array(LENGTH),
      encoded.subarray(placeOf(is) + LENGTH),
    ),
  ).slice(0, LENGTH);

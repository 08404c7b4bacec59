import { decode as decodeCbor, encode as encodeCbor, rfc8949EncodeOptions } from 'cborg';
import { equal, type Bytes } from './bytes.ts';

/*
 * Deterministically encoded CBOR (RFC 8949 §4.2.1), and only that: integers, byte and text strings,
 * arrays, maps with text keys, booleans and null. What encodes to other bytes than it came from is
 * refused, so a value has one encoding and a hash of it one meaning.
 */

/** What these encodings can hold. Integers are safe (below 2⁵³). */
export type Cbor =
  | number
  | boolean
  | null
  | string
  | Uint8Array
  | readonly Cbor[]
  | { readonly [key: string]: Cbor };

/** How deep arrays and maps may be nested. */
const MAX_DEPTH = 16;

/** The one encoding of a value. */
export function toCbor(value: Cbor): Bytes {
  return encodeCbor(value, rfc8949EncodeOptions);
}

/**
 * Reads hostile bytes: the value, or undefined where they are not the one encoding of anything these
 * encodings can hold, or are nested too deep. Byte strings in the value are copies.
 */
export function fromCbor(bytes: Uint8Array): Cbor | undefined {
  if (!isShallow(bytes)) return undefined;
  try {
    const value = decodeCbor(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
      allowBigInt: false,
      rejectDuplicateMapKeys: true,
    }) as Cbor;
    return equal(toCbor(value), bytes) ? copied(value) : undefined;
  } catch {
    return undefined; // cborg throws on everything malformed
  }
}

/** The decoder's byte strings are views of its input: none may change with it. */
function copied(value: Cbor): Cbor {
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return (value as readonly Cbor[]).map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copied(part)]));
}

/** Walks the heads of all items without recursion: nesting stays within bounds. */
function isShallow(bytes: Uint8Array): boolean {
  const open: number[] = []; // how many items each open array or map still lacks
  for (let at = 0; at < bytes.length;) {
    const head = bytes[at]!;
    const [major, short] = [head >> 5, head & 31];
    const size = short < 24 ? 0 : short < 28 ? 1 << (short - 24) : undefined;
    if (size === undefined) return false;
    let count = size === 0 ? short : 0;
    for (let i = 1; i <= size; i++) count = count * 256 + (bytes[at + i] ?? 0);
    at += 1 + size;
    if (major === 2 || major === 3) at += count;
    const items = major === 4 ? count : major === 5 ? 2 * count : 0;
    if (open.length > 0) open[open.length - 1]! -= 1;
    if (items > 0) open.push(items);
    if (open.length > MAX_DEPTH) return false;
    while (open.length > 0 && open[open.length - 1] === 0) open.pop();
  }
  return true;
}

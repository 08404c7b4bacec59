/** The one encoding of CBOR that files have (docs/formats.md §1). */
import { concat, equal, utf8 } from './bytes.ts';

export type Value = number | string | boolean | null | Uint8Array | Value[] | CborMap;
export type CborMap = Map<string, Value>;

class Malformed extends Error {}

const MAX_DEPTH = 16;

/** Reads hostile bytes; a sentence where they are anything else than one value so encoded. */
export function decode(bytes: Uint8Array): { value: Value } | string {
  try {
    const reader = new Reader(bytes);
    const value = reader.value(0);
    return reader.at === bytes.length ? { value } : 'something follows the value';
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw new Malformed('it ends too early');
    return this.#bytes.slice(this.at, (this.at += length));
  }

  /** The number in an item's head, which must not have fitted a shorter one. */
  #argument(short: number): number {
    if (short < 24) return short;
    if (short > 27) throw new Malformed('an indefinite length');
    const size = 2 ** (short - 24);
    const value = this.#take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    const least = size === 1 ? 24 : 2 ** (4 * size);
    if (value < least || value > Number.MAX_SAFE_INTEGER)
      throw new Malformed('a number in another form than the shortest');
    return value;
  }

  value(depth: number): Value {
    const head = this.#take(1)[0]!;
    const [major, short] = [head >> 5, head & 31];
    if (major === 7) {
      if (short === 20 || short === 21) return short === 21;
      if (short === 22) return null;
      throw new Malformed('a kind of value that no file has');
    }
    const argument = this.#argument(short);
    if (major === 0) return argument;
    if (major === 2) return this.#take(argument);
    if (major === 3) return this.#text(argument);
    if (depth >= MAX_DEPTH) throw new Malformed('nested too deep');
    if (major === 4) {
      const list: Value[] = [];
      for (let i = 0; i < argument; i++) list.push(this.value(depth + 1));
      return list;
    }
    if (major === 5) return this.#map(argument, depth);
    throw new Malformed('a kind of value that no file has');
  }

  #text(length: number): string {
    const encoded = this.#take(length);
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(encoded);
    if (!equal(utf8(text), encoded)) throw new Malformed('text that is not UTF-8');
    return text;
  }

  #map(count: number, depth: number): CborMap {
    const map: CborMap = new Map();
    let last: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < count; i++) {
      const start = this.at;
      const key = this.value(depth + 1);
      const encoded = this.#bytes.slice(start, this.at);
      if (typeof key !== 'string') throw new Malformed('a key that is no text');
      if (i > 0 && Buffer.compare(last, encoded) >= 0) throw new Malformed('keys out of order');
      last = encoded;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}

/** The encoding of a list of byte strings: all that has to be encoded here. */
export const encodeList = (items: readonly Uint8Array[]): Uint8Array =>
  concat(head(4, items.length), ...items.flatMap((item) => [head(2, item.length), item]));

/** `length` below 2³². */
function head(major: number, length: number): Uint8Array {
  if (length < 24) return Uint8Array.of((major << 5) | length);
  const size = length < 2 ** 8 ? 0 : length < 2 ** 16 ? 1 : 2;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(length);
  return concat(Uint8Array.of((major << 5) | (24 + size)), number.subarray(4 - 2 ** size));
}

import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, toHex, type Bytes } from '../../crypto/bytes.ts';
import { leafPreimage, merkleProof, merkleRoot } from './merkle.ts';

/*
 * What the Bitcoin app asks of its client while it works: the app keeps hashes only, and has what is
 * below them handed to it piece by piece. The answers come from the data of one request and nothing
 * else.
 */

const YIELD = 0x10;
const GET_PREIMAGE = 0x40;
const GET_MERKLE_LEAF_PROOF = 0x41;
const GET_MERKLE_LEAF_INDEX = 0x42;
const GET_MORE_ELEMENTS = 0xa0;

/** What fits into the data of one command. */
const MAX_DATA = 255;

/** Bitcoin's variable-length integer, for 0 to 65535. */
export const varint = (n: number): Bytes =>
  n < 0xfd ? Uint8Array.of(n) : Uint8Array.of(0xfd, n & 0xff, n >> 8);

/** The variable-length integers that fill these bytes; undefined for anything else or above 65535. */
function varintsFrom(bytes: Uint8Array): number[] | undefined {
  const found: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const first = bytes[i]!;
    if (first > 0xfd || (first === 0xfd && i + 3 > bytes.length)) return undefined;
    found.push(first < 0xfd ? first : bytes[i + 1]! + 256 * bytes[i + 2]!);
    i += first < 0xfd ? 1 : 3;
  }
  return found;
}

/** The data of one request, and the answers that the app gets from it. */
export class RequestData {
  /** By the hexadecimal of their SHA-256. */
  readonly #preimages = new Map<string, Bytes>();
  /** Hashes of leaves, by the hexadecimal of their root. */
  readonly #lists = new Map<string, readonly Bytes[]>();
  /** What did not fit into the last answer: elements of one size. */
  #more: readonly Bytes[] = [];

  /** Lets the app ask for these bytes, at most 65535, by their SHA-256, which is the result. */
  preimage(bytes: Bytes): Bytes {
    const hash = sha256(bytes) as Bytes;
    this.#preimages.set(toHex(hash), bytes);
    return hash;
  }

  /** Lets the app ask for the elements of a list, by the root of its tree, which is the result. */
  list(elements: readonly Bytes[]): Bytes {
    const leaves = elements.map((element) => this.preimage(leafPreimage(element)));
    const root = merkleRoot(leaves);
    this.#lists.set(toHex(root), leaves);
    return root;
  }

  /**
   * The answer to a client command (its code, then its arguments), at most 255 bytes; undefined for
   * one that is malformed or asks for anything else than this request's data.
   */
  answer(asked: Uint8Array): Bytes | undefined {
    const args = asked.subarray(1);
    switch (asked[0]) {
      case YIELD:
        return new Uint8Array(0); // results on the way: none of the commands used here has any
      case GET_PREIMAGE:
        return this.#getPreimage(args);
      case GET_MERKLE_LEAF_PROOF:
        return this.#getLeafProof(args);
      case GET_MERKLE_LEAF_INDEX:
        return this.#getLeafIndex(args);
      case GET_MORE_ELEMENTS:
        return args.length === 0 ? this.#getMoreElements() : undefined;
      case undefined:
      default:
        return undefined;
    }
  }

  /** `00 | hash 32` → `varint length | n u8 | first n bytes`; the rest follows byte by byte. */
  #getPreimage(args: Uint8Array): Bytes | undefined {
    if (args.length !== 33 || args[0] !== 0) return undefined;
    const found = this.#preimages.get(toHex(args.subarray(1)));
    if (!found) return undefined;
    const length = varint(found.length);
    const now = Math.min(found.length, MAX_DATA - length.length - 1);
    this.#more = Array.from(found.subarray(now), (byte) => Uint8Array.of(byte));
    return concat(length, Uint8Array.of(now), found.subarray(0, now));
  }

  /** `root 32 | varint size | varint index` → `leaf 32 | proof length u8 | n u8 | n × 32`. */
  #getLeafProof(args: Uint8Array): Bytes | undefined {
    const leaves = this.#lists.get(toHex(args.subarray(0, 32)));
    const [size, index, ...rest] = varintsFrom(args.subarray(32)) ?? [];
    if (!leaves || size !== leaves.length || index === undefined || rest.length) return undefined;
    const leaf = leaves[index];
    if (!leaf) return undefined;
    const proof = merkleProof(leaves, index);
    const now = Math.min(proof.length, Math.floor((MAX_DATA - 34) / 32));
    this.#more = proof.slice(now);
    return concat(leaf, Uint8Array.of(proof.length, now), ...proof.slice(0, now));
  }

  /** `root 32 | leaf 32` → `found u8 | varint index`. */
  #getLeafIndex(args: Uint8Array): Bytes | undefined {
    const leaves = this.#lists.get(toHex(args.subarray(0, 32)));
    if (args.length !== 64 || !leaves) return undefined;
    const index = leaves.findIndex((leaf) => equal(leaf, args.subarray(32)));
    return concat(Uint8Array.of(Number(index >= 0)), varint(Math.max(index, 0)));
  }

  /** → `n u8 | size u8 | n × size`. */
  #getMoreElements(): Bytes | undefined {
    const size = this.#more[0]?.length;
    if (size === undefined) return undefined;
    const now = Math.floor((MAX_DATA - 2) / size);
    const elements = this.#more.slice(0, now);
    this.#more = this.#more.slice(now);
    return concat(Uint8Array.of(elements.length, size), ...elements);
  }
}

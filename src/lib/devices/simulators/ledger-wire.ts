import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, type Bytes } from '../../crypto/bytes.ts';
import type { Review } from './ledger-screen.ts';

/*
 * How an app on a Ledger reads commands, asks the client for the pieces of what it was sent hashes of
 * (“client commands”), and asks the person.
 */

/** Status words: the last two bytes of every reply, big-endian. */
export const SW = {
  ok: 0x9000,
  /** The reply is a request to the client; the command goes on with its answer. */
  interrupted: 0xe000,
  refused: 0x6985,
  wrongData: 0x6a80,
  notSupported: 0x6a82,
  wrongParameters: 0x6a86,
  wrongLength: 0x6a87,
  unknownCommand: 0x6d00,
  unknownClass: 0x6e00,
  badState: 0xb007,
  wrongSignature: 0xb008,
  locked: 0x5515,
  /** Another command waits for the person. */
  waiting: 0x6901,
  /** The person did not want the app opened. */
  notOpened: 0x5501,
  noSuchApp: 0x6807,
} as const;

/** Ends a command with a status word. Caught where commands are run, nowhere else. */
export class Halt extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`status ${status.toString(16)}`);
    this.status = status;
  }
}

/** What a command does before it can go on: asks the client, or asks the person. */
export type Step = { readonly request: Bytes } | { readonly review: Review };

/** A command under way. It goes on with the client's answer, or with whether the person agreed. */
export type Asking<T> = Generator<Step, T, Bytes | boolean>;

/** Reads fields from the front. Ends the command with `short` where there are too few bytes. */
export class Fields {
  readonly #bytes: Bytes;
  readonly #short: number;
  #offset = 0;

  constructor(bytes: Bytes, short: number) {
    this.#bytes = bytes;
    this.#short = short;
  }

  take(length: number): Bytes {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw new Halt(this.#short);
    const taken = this.#bytes.slice(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  u8 = (): number => this.take(1)[0]!;

  /** Big-endian. */
  u32 = (): number => this.take(4).reduce((value, byte) => value * 256 + byte, 0);

  /** Bitcoin's variable-length integer. */
  varint(): number {
    const first = this.u8();
    if (first < 0xfd) return first;
    const size = 2 ** (first - 0xfc);
    return this.take(size).reduceRight((value, byte) => value * 256 + byte, 0);
  }
}

/** Bitcoin's variable-length integer for what is below 2³². */
export function varint(value: number): Bytes {
  const littleEndian = be32(value).reverse();
  if (value < 0xfd) return littleEndian.slice(0, 1);
  return value <= 0xffff
    ? concat(Uint8Array.of(0xfd), littleEndian.subarray(0, 2))
    : concat(Uint8Array.of(0xfe), littleEndian);
}

/** Asks the person; ends the command where they refuse. */
export function* agreed(review: Review): Asking<void> {
  if ((yield { review }) !== true) throw new Halt(SW.refused);
}

function* fromClient(request: Bytes, otherwise: number): Asking<Fields> {
  const answer = yield { request };
  return new Fields(typeof answer === 'boolean' ? new Uint8Array() : answer, otherwise);
}

const GET_PREIMAGE = 0x40;
const GET_MERKLE_LEAF_PROOF = 0x41;
const GET_MORE_ELEMENTS = 0xa0;

/** The longest piece that the app takes, in bytes. */
const MAX_PREIMAGE = 512;

/** What did not fit into the client's answer before, in elements of `size` bytes. */
function* moreFromClient(size: number, otherwise: number): Asking<Bytes> {
  const answer = yield* fromClient(Uint8Array.of(GET_MORE_ELEMENTS), otherwise);
  const count = answer.u8();
  if (count === 0 || answer.u8() !== size) throw new Halt(otherwise);
  return answer.take(count * size);
}

/** Asks the client for what has this SHA-256; ends the command with `otherwise` for anything else. */
export function* preimageOf(hash: Uint8Array, otherwise: number): Asking<Bytes> {
  const answer = yield* fromClient(concat(Uint8Array.of(GET_PREIMAGE, 0), hash), otherwise);
  const length = answer.varint();
  if (length > MAX_PREIMAGE) throw new Halt(otherwise);
  let preimage = answer.take(answer.u8());
  while (preimage.length < length) preimage = concat(preimage, yield* moreFromClient(1, otherwise));
  if (preimage.length !== length || !equal(sha256(preimage), hash)) throw new Halt(otherwise);
  return preimage;
}

/** Asks the client for element `index` of the `count` below a Merkle root. */
export function* elementOf(
  root: Uint8Array,
  count: number,
  index: number,
  otherwise: number,
): Asking<Bytes> {
  const request = concat(Uint8Array.of(GET_MERKLE_LEAF_PROOF), root, varint(count), varint(index));
  const answer = yield* fromClient(request, otherwise);
  const leaf = answer.take(32);
  const length = 32 * answer.u8();
  let proof = answer.take(32 * answer.u8());
  while (proof.length < length) proof = concat(proof, yield* moreFromClient(32, otherwise));
  const computed = proof.length === length ? rootAbove(leaf, proof, count, index) : undefined;
  if (!computed || !equal(computed, root)) throw new Halt(otherwise);
  const preimage = yield* preimageOf(leaf, otherwise);
  if (preimage[0] !== 0) throw new Halt(otherwise);
  return preimage.slice(1);
}

/**
 * The root of a tree of `count` leaves that holds this one at `index`, from its proof: 32 bytes for
 * each level, the lowest first. Undefined where the proof has another depth.
 */
function rootAbove(
  leaf: Bytes,
  proof: Uint8Array,
  count: number,
  index: number,
): Bytes | undefined {
  if (count <= 1) return proof.length === 0 ? leaf : undefined;
  if (proof.length === 0) return undefined;
  const [below, sibling] = [proof.subarray(0, -32), proof.subarray(-32)];
  let half = 1;
  while (2 * half < count) half *= 2;
  const isLeft = index < half;
  const child = isLeft
    ? rootAbove(leaf, below, half, index)
    : rootAbove(leaf, below, count - half, index - half);
  if (!child) return undefined;
  const [left, right] = isLeft ? [child, sibling] : [sibling, child];
  return sha256(concat(Uint8Array.of(1), left, right));
}

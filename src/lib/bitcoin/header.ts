import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';

/** A block header of 80 bytes. All hashes are 32 bytes as they stand there; they are shown reversed. */
export interface Header {
  readonly bytes: Bytes;
  readonly hash: Bytes;
  readonly previous: Bytes;
  readonly merkleRoot: Bytes;
  readonly version: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** The target in its compact form. */
  readonly bits: number;
  readonly nonce: number;
}

/** Bytes of a header, and of one in a pack: without the hash of the block before, which is known. */
const SIZE = 80;
const PACKED = 48;

/** SHA-256 twice: what blocks and transactions are named by. */
export const hash256 = (bytes: Uint8Array): Bytes => concat(sha256(sha256(bytes)));

/** Undefined for anything but 80 bytes. */
export function readHeader(bytes: Uint8Array): Header | undefined {
  return bytes.length === SIZE ? headerOf(concat(bytes)) : undefined;
}

function headerOf(bytes: Bytes): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SIZE);
  return {
    bytes,
    hash: hash256(bytes),
    previous: bytes.subarray(4, 36),
    merkleRoot: bytes.subarray(36, 68),
    version: view.getInt32(0, true),
    time: view.getUint32(68, true),
    bits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  };
}

/**
 * Headers, each following the one before it, as 48 bytes each: without the hash of the block before.
 * Undefined unless they are linked.
 * @param headers 80 bytes each
 */
export function packHeaders(headers: Uint8Array): Bytes | undefined {
  if (headers.length % SIZE !== 0) return undefined;
  const packed = new Uint8Array((headers.length / SIZE) * PACKED);
  let last: Header | undefined;
  for (let at = 0, to = 0; at < headers.length; at += SIZE, to += PACKED) {
    const header = readHeader(headers.subarray(at, at + SIZE))!;
    if (last && !equal(last.hash, header.previous)) return undefined;
    packed.set(header.bytes.subarray(0, 4), to);
    packed.set(header.bytes.subarray(36), to + 4);
    last = header;
  }
  return packed;
}

/**
 * The headers of a pack that follows the block `after` (its hash, 32 bytes). Undefined for other
 * lengths.
 */
export function unpackHeaders(after: Uint8Array, packed: Uint8Array): Header[] | undefined {
  const headers = headersAfter(after, packed);
  return headers && [...headers];
}

/** As `unpackHeaders`, hashing each header only when it is taken. */
export function headersAfter(after: Uint8Array, packed: Uint8Array): Iterable<Header> | undefined {
  return after.length === 32 && packed.length % PACKED === 0 ? unpack(after, packed) : undefined;
}

function* unpack(after: Uint8Array, packed: Uint8Array): Generator<Header> {
  // One buffer for all: a buffer of its own takes more memory than the header in it.
  const all = new Uint8Array((packed.length / PACKED) * SIZE);
  let previous = after;
  for (let at = 0, from = 0; from < packed.length; at += SIZE, from += PACKED) {
    const bytes = all.subarray(at, at + SIZE);
    bytes.set(packed.subarray(from, from + 4));
    bytes.set(previous, 4);
    bytes.set(packed.subarray(from + 4, from + PACKED), 36);
    const header = headerOf(bytes);
    yield header;
    previous = header.hash;
  }
}

/**
 * The target that the compact form stands for (Core, `arith_uint256::SetCompact`); undefined where it
 * is negative, zero or above 2²⁵⁶.
 */
export function targetOf(bits: number): bigint | undefined {
  const size = bits >>> 24;
  const mantissa = BigInt(bits & 0x7f_ffff);
  const shift = 8n * BigInt(size - 3);
  const target = shift < 0n ? mantissa >> -shift : mantissa << shift;
  if (bits & 0x80_0000 || target === 0n || target >> 256n > 0n) return undefined;
  return target;
}

/** The compact form of a target: its first bits, the rest cut off (`arith_uint256::GetCompact`). */
export function bitsOf(target: bigint): number {
  // A first bit of 1 would be a sign: a byte of zeros goes before it.
  const size = Math.floor(target.toString(2).length / 8) + 1;
  const shift = 8n * BigInt(size - 3);
  const mantissa = shift < 0n ? target << -shift : target >> shift;
  return size * 2 ** 24 + Number(mantissa);
}

/** How many hashes a block of this target takes on average. */
export const workOf = (target: bigint): bigint => (1n << 256n) / (target + 1n);

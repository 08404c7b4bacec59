import { sign, verify } from '../crypto/bip340.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { fromCbor, toCbor } from '../crypto/cbor.ts';
import { bytes, integer, list, moment, oneOf, read, record, type Read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { groupIdReader } from './card.ts';
import { partReader } from './parts.ts';

/*
 * A packet is what operators exchange: parts, with where they belong and what their sender has seen,
 * signed by the sender's packet key. Relays pass packets on as they are, so every part is its
 * sender's own, whoever brought it.
 */

/** The largest packet taken in, in bytes. */
export const MAX_PACKET = 65_536;

/** The largest bundle, in bytes, and the most packets in one. */
export const MAX_BUNDLE = 4 * 2 ** 20;
const MAX_IN_BUNDLE = 4000;

const counter = integer(0, 1_000_000);

const bodyReader = record({
  version: oneOf(1),
  id: groupIdReader,
  /** The hash of the sealed manifest, or 32 zero bytes during enrolment. */
  session: bytes(32),
  /** The sender's packet key. */
  from: bytes(32),
  /** Counts the sender's packets of this group, from 1. */
  number: integer(1, 1_000_000),
  /** Root of the bundle the sender runs. */
  root: bytes(32),
  /** New at every unlock of the sender's vault. */
  incarnation: bytes(8),
  /** The sender's clock, ms since 1970; it permits nothing. */
  at: moment,
  /** The sender's log before this packet: its length and the hash of its last entry. */
  log: record({ length: counter, head: bytes(32) }),
  /** The last packet the sender holds of each other sender, and the log head in it: a receipt. */
  seen: list(record({ from: bytes(32), number: counter, length: counter, head: bytes(32) }), 40),
  parts: list(partReader, 12, 1),
});

/** The body of a packet. */
export type Body = Read<typeof bodyReader>;

/** A packet that was read and whose signature holds. */
export interface Packet extends Body {
  /** As they travel. */
  readonly bytes: Bytes;
  /** 32 bytes that stand for the packet. */
  readonly hash: Bytes;
}

const hashOf = (body: Uint8Array): Bytes => taggedHash(tags.packet, body);

/**
 * Signs a packet with the sender's packet key, and reads it as others will: a sentence fragment where
 * they would refuse it. `aux`: 32 fresh bytes.
 */
export function signPacket(
  secp256k1: Group,
  packetSecret: Scalar,
  body: Body,
  aux: Uint8Array,
): Packet | string {
  const encoded = toCbor({ ...body });
  const signature = sign(secp256k1, packetSecret, hashOf(encoded), aux);
  return readPacket(secp256k1, toCbor([encoded, signature]));
}

/**
 * Reads a packet from hostile bytes: [body, signature (64)] with the signature of `from`. A sentence
 * fragment says what is wrong.
 */
export function readPacket(secp256k1: Group, packet: Uint8Array): Packet | string {
  if (packet.length > MAX_PACKET) return 'larger than a packet may be';
  const outer = fromCbor(packet);
  if (!Array.isArray(outer) || outer.length !== 2) return 'not a packet';
  const [encoded, signature] = outer as unknown[];
  if (!(encoded instanceof Uint8Array) || !(signature instanceof Uint8Array)) return 'not a packet';
  const body = read(bodyReader, encoded);
  if (typeof body === 'string') return body;
  const hash = hashOf(encoded);
  if (!verify(secp256k1, body.value.from, hash, signature)) return 'its signature does not hold';
  return { ...body.value, hash, bytes: packet.slice() };
}

const bundleReader = record({
  conclave: oneOf('packets'),
  packets: list(bytes(1, MAX_PACKET), MAX_IN_BUNDLE),
});

/** Several packets as one thing to carry. What would make it too large waits for the next one. */
export function bundleOf(packets: readonly Uint8Array[]): Bytes {
  let size = 64;
  const fitting = packets.filter(({ length }) => {
    const fits = size + length + 5 <= MAX_BUNDLE;
    if (fits) size += length + 5;
    return fits;
  });
  return toCbor({ conclave: 'packets', packets: fitting.slice(0, MAX_IN_BUNDLE) });
}

/** The packets of a bundle, unread; a sentence fragment where the bytes are no bundle. */
export function packetsOf(bundle: Uint8Array): readonly Bytes[] | string {
  if (bundle.length > MAX_BUNDLE) return 'larger than a bundle may be';
  const value = read(bundleReader, bundle);
  return typeof value === 'string' ? value : value.value.packets;
}

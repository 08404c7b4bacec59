import { concat, wipe, type Bytes } from '../../crypto/bytes.ts';

/*
 * Trezor's codec v1: a message cut into packets of 64 bytes. The first is `3f 23 23 | type u16 |
 * length u32 | 55 bytes`, the others `3f | 63 bytes`, integers big-endian. What follows the last byte
 * of a message is padding and says nothing: firmware leaves old bytes there.
 */

/** Bytes in every packet. */
export const PACKET = 64;

/** The longest message that is taken in, in bytes; those of this program stay below 1000. */
export const MAX_MESSAGE = 8192;

const MARKER = 0x3f;
const MAGIC = 0x23;
const HEADER = 9;

/** The packets of a message of this type (u16). Whoever sends them wipes them. */
export function toPackets(type: number, payload: Uint8Array): Bytes[] {
  const header = new Uint8Array(HEADER - 1);
  header.set([MAGIC, MAGIC]);
  const view = new DataView(header.buffer);
  view.setUint16(2, type);
  view.setUint32(4, payload.length);
  const stream = concat(header, payload);
  const packets: Bytes[] = [];
  for (let at = 0; at < stream.length; at += PACKET - 1) {
    const packet = new Uint8Array(PACKET);
    packet[0] = MARKER;
    packet.set(stream.subarray(at, at + PACKET - 1), 1);
    packets.push(packet);
  }
  wipe(stream);
  return packets;
}

/** Whether a packet is of codec v1 at all; other protocols begin with other bytes. */
export const isCodecV1 = (packet: Uint8Array): boolean => packet[0] === MARKER;

/** Puts messages together again, packet by packet. Never throws. */
export class Unpacker {
  #begun: { readonly type: number; readonly payload: Bytes; filled: number } | undefined;

  /** The message that this packet completes; after `malformed` it waits for a first packet again. */
  take(packet: Uint8Array): { type: number; payload: Bytes } | 'more' | 'malformed' {
    const begun = this.#begun;
    this.#begun = undefined;
    if (packet.length !== PACKET || !isCodecV1(packet)) return 'malformed';
    const part = begun
      ? { begun, body: packet.subarray(1) }
      : { begun: first(packet), body: packet.subarray(HEADER) };
    if (!part.begun) return 'malformed';
    const { type, payload, filled } = part.begun;
    const body = part.body.subarray(0, payload.length - filled);
    payload.set(body, filled);
    part.begun.filled += body.length;
    if (part.begun.filled === payload.length) return { type, payload };
    this.#begun = part.begun;
    return 'more';
  }
}

function first(packet: Uint8Array) {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const length = view.getUint32(5);
  return packet[1] === MAGIC && packet[2] === MAGIC && length <= MAX_MESSAGE
    ? { type: view.getUint16(3), payload: new Uint8Array(length), filled: 0 }
    : undefined;
}

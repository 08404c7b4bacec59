import { fromCbor, toCbor } from '../crypto/cbor.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { fromBytewords, toBytewords } from './bytewords.ts';
import type { CourierFault } from './faults.ts';
import { isPossible, MAX_MESSAGE, type Part } from './fountain.ts';

/*
 * Uniform Resources (BCR-2020-005): `ur:type/bytewords` holds a whole message, and
 * `ur:type/number-count/bytewords` a part of one (BCR-2024-001). Written in capitals, which is what
 * the dense mode of QR codes holds.
 */

/** The type of our own bundles: a CBOR byte string of the packed bundle. */
export const BUNDLE_TYPE = 'conclave-packets';

/** A UR that was read: a whole message, or a part of one. `type` is in lower case. */
export type Ur =
  | { readonly type: string; readonly message: Bytes }
  | { readonly type: string; readonly part: Part };

/** Characters of the longest UR: a whole message of MAX_MESSAGE bytes. */
const MAX_LENGTH = 2 * (MAX_MESSAGE + 4) + 80;

/** A whole message as one UR. */
export function toUr(type: string, message: Uint8Array): string {
  return `UR:${type}/${toBytewords(message)}`.toUpperCase();
}

/** One part as a UR. */
export function toPartUr(type: string, part: Part): string {
  const { number, count, messageLength, checksum, data } = part;
  const body = toBytewords(toCbor([number, count, messageLength, checksum, data]));
  return `UR:${type}/${number}-${count}/${body}`.toUpperCase();
}

/** Reads hostile text: a UR, or `foreign`, `damaged`, `too-large`. */
export function fromUr(text: string): Ur | CourierFault {
  if (text.length > MAX_LENGTH) return { fault: 'too-large' };
  const fields = /^ur:([a-z0-9-]{1,40})\/(?:([1-9]\d{0,9})-([1-9]\d{0,9})\/)?([a-z]*)$/i.exec(text);
  if (!fields) return { fault: 'foreign' };
  const type = fields[1]!.toLowerCase();
  const [number, count, body] = [fields[2], fields[3], fromBytewords(fields[4]!)];
  if (!body) return { fault: 'damaged' };
  if (number === undefined) return { type, message: body };
  const part = readPart(body);
  if (!part || part.number !== Number(number) || part.count !== Number(count))
    return { fault: 'damaged' };
  if (part.messageLength > MAX_MESSAGE) return { fault: 'too-large' };
  return isPossible(part) ? { type, part } : { fault: 'damaged' };
}

function readPart(cbor: Bytes): Part | undefined {
  const fields = fromCbor(cbor);
  if (!Array.isArray(fields) || fields.length !== 5) return undefined;
  const [number, count, messageLength, checksum, data] = fields as unknown[];
  return isUint32(number) &&
    isUint32(count) &&
    isUint32(messageLength) &&
    isUint32(checksum) &&
    data instanceof Uint8Array
    ? { number, count, messageLength, checksum, data: data as Bytes }
    : undefined;
}

function isUint32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

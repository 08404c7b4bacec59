/** Byte strings: joining, cutting, comparing, wiping. Nothing here knows a protocol. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** All parts, one after the other. */
export const concat = (...parts: readonly Uint8Array[]): Bytes => concatAll(parts);

/** As `concat`, for lists of any length: a call takes some ten thousand arguments and no more. */
export function concatAll(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Whether both have the same length and bytes. The time depends on the lengths only. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Whether every byte is zero. The time depends on the length only. */
export function isZero(bytes: Uint8Array): boolean {
  let any = 0;
  for (const byte of bytes) any |= byte;
  return any === 0;
}

/** Overwrites secrets with zeros, in place. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** a XOR b; both of the same length. */
export function xor(a: Uint8Array, b: Uint8Array): Bytes {
  const out = new Uint8Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = a[i]! ^ b[i]!;
  return out;
}

/** An unsigned integer below 2³² as 4 bytes, big endian. */
export function be32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/** An unsigned integer below 2⁵³ as 8 bytes, big endian. */
export function be64(value: number): Bytes {
  return concat(be32(Math.floor(value / 2 ** 32)), be32(value % 2 ** 32));
}

/** The unsigned integer in the first 4 bytes, big endian. */
export function readBe32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}

/** What a fixed-length message is made of: so many fields of so many bytes each, in this order. */
export type Layout = readonly (readonly [count: number, size: number])[];

/** The length in bytes of a message of this layout. */
export function layoutLength(layout: Layout): number {
  return layout.reduce((length, [count, size]) => length + count * size, 0);
}

/**
 * Cuts a message into copies of its fields, one list per entry of the layout; undefined unless the
 * message has exactly the layout's length.
 */
export function split(message: Uint8Array, layout: Layout): Bytes[][] | undefined {
  if (message.length !== layoutLength(layout)) return undefined;
  let offset = 0;
  return layout.map(([count, size]) =>
    Array.from({ length: count }, () => message.slice(offset, (offset += size))),
  );
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte]!;
  return hex;
}

/** Hex in groups of four characters, as people compare it. */
export const inFours = (bytes: Uint8Array): string =>
  toHex(bytes)
    .match(/.{1,4}/g)
    ?.join(' ') ?? '';

/** Bytes from hexadecimal of either case; undefined for anything else. */
export function fromHex(hex: string): Bytes | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) return undefined;
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** Byte strings, and the two tagged hashes. */
import { createHash } from 'node:crypto';

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
export const equal = (a: Uint8Array, b: Uint8Array): boolean => hex(a) === hex(b);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

export const be32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return new Uint8Array(bytes);
};

/** So many bytes, the lowest first. */
export const le = (value: bigint | number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 255n));

/** Text in groups of four characters, as people compare it. */
export const inFours = (text: string): string => text.replace(/(.{4})(?=.)/g, '$1 ');

const hashOf = (name: string, ...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => hashOf('sha256', ...parts);
export const hash160 = (bytes: Uint8Array): Uint8Array => hashOf('ripemd160', sha256(bytes));

const taggedWith = (name: string, tag: string, parts: readonly Uint8Array[]): Uint8Array => {
  const prefix = hashOf(name, utf8(tag));
  return hashOf(name, prefix, prefix, ...parts);
};

export const tagged = (tag: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  taggedWith('sha256', tag, parts);
export const tagged512 = (tag: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  taggedWith('sha512', tag, parts);

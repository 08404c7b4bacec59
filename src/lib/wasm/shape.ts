/** Lengths and ranges a caller must keep. A wrong one is the caller's mistake and throws; hostile bytes never do. */
import type { Suite } from './group.ts';

/** Bytes of an encoded point. */
export const encodedLength: Record<Suite, number> = { secp256k1: 33, ed25519: 32 };

/** The bytes themselves, if there are exactly `length`. */
export function expectLength<Bytes extends Uint8Array>(bytes: Bytes, length: number): Bytes {
  if (bytes.length !== length) {
    throw new RangeError(`expected ${length} bytes, got ${bytes.length}`);
  }
  return bytes;
}

/** The number itself, if it is an unsigned integer below 2³². */
export function expectUint32(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new RangeError('expected an unsigned integer below 2³²');
  }
  return value;
}

/** Two lists that belong together item by item. */
export function expectSameLength(a: readonly unknown[], b: readonly unknown[]): void {
  if (a.length !== b.length) {
    throw new RangeError(`expected lists of one length, got ${a.length} and ${b.length}`);
  }
}

import type { Group, Point, Scalar } from '../wasm/group.ts';

/*
 * The group's decoders take bytes of the right length; these take any bytes from outside.
 */

const pointLength = { secp256k1: 33, ed25519: 32 };

/** A point other than the identity, from bytes of any length. */
export function decodePoint(group: Group, bytes: Uint8Array): Point | undefined {
  return bytes.length === pointLength[group.suite] ? group.pointFromBytesChecked(bytes) : undefined;
}

/** A point or the identity, from bytes of any length. */
export function decodePointOrIdentity(group: Group, bytes: Uint8Array): Point | undefined {
  return bytes.length === pointLength[group.suite]
    ? group.pointFromBytesOrIdentity(bytes)
    : undefined;
}

/** A scalar below the order, from bytes of any length. */
export function decodeScalar(group: Group, bytes: Uint8Array): Scalar | undefined {
  return bytes.length === 32 ? group.scalarFromBytesChecked(bytes) : undefined;
}

/** A scalar below the order and not zero, from bytes of any length. */
export function decodeNonzeroScalar(group: Group, bytes: Uint8Array): Scalar | undefined {
  return bytes.length === 32 ? group.scalarFromBytesNonzeroChecked(bytes) : undefined;
}

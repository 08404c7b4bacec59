/**
 * The two groups, and BIP 340's check of a signature. Computing with secrets takes big integers here,
 * whose time tells something of them: use the reader on a machine where nobody measures.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concat, equal, hex, tagged } from './bytes.ts';

/** A group with its encodings; P is its point. */
export interface Curve<P> {
  readonly order: bigint;
  readonly base: P;
  readonly pointLength: number;
  /** Undefined where the bytes are no point. The identity is one. */
  readonly decode: (bytes: Uint8Array) => P | undefined;
  readonly encode: (point: P) => Uint8Array;
  readonly isIdentity: (point: P) => boolean;
  readonly add: (a: P, b: P) => P;
  readonly times: (k: bigint, point: P) => P;
  /** As bytes of any length say it, not reduced. */
  readonly number: (bytes: Uint8Array) => bigint;
  /** 32 bytes. */
  readonly scalar: (number: bigint) => Uint8Array;
}

export type Secp = InstanceType<typeof secp256k1.Point>;
export type Edwards = InstanceType<typeof ed25519.Point>;

export const mod = (a: bigint, order: bigint): bigint => ((a % order) + order) % order;

const bigEndian = (bytes: Uint8Array): bigint => BigInt(`0x0${hex(bytes)}`);
const in32 = (number: bigint): Uint8Array =>
  new Uint8Array(Buffer.from(number.toString(16).padStart(64, '0'), 'hex'));

function decoded<P>(read: () => P): P | undefined {
  try {
    return read();
  } catch {
    return undefined; // the library throws on what is no point
  }
}

export const custodyCurve: Curve<Secp> = {
  order: secp256k1.Point.Fn.ORDER,
  base: secp256k1.Point.BASE,
  pointLength: 33,
  decode: (bytes) =>
    bytes.every((byte) => byte === 0)
      ? secp256k1.Point.ZERO
      : decoded(() => secp256k1.Point.fromBytes(bytes)),
  encode: (point) => (point.is0() ? new Uint8Array(33) : point.toBytes(true)),
  isIdentity: (point) => point.is0(),
  add: (a, b) => a.add(b),
  times(k, point) {
    const reduced = mod(k, secp256k1.Point.Fn.ORDER);
    return reduced === 0n || point.is0() ? secp256k1.Point.ZERO : point.multiply(reduced);
  },
  number: bigEndian,
  scalar: in32,
};

export const attestationCurve: Curve<Edwards> = {
  order: ed25519.Point.Fn.ORDER,
  base: ed25519.Point.BASE,
  pointLength: 32,
  decode(bytes) {
    const point = decoded(() => ed25519.Point.fromBytes(bytes, false));
    return point?.isTorsionFree() && equal(point.toBytes(), bytes) ? point : undefined;
  },
  encode: (point) => point.toBytes(),
  isIdentity: (point) => point.is0(),
  add: (a, b) => a.add(b),
  times(k, point) {
    const reduced = mod(k, ed25519.Point.Fn.ORDER);
    return reduced === 0n || point.is0() ? ed25519.Point.ZERO : point.multiply(reduced);
  },
  number: (bytes) => bigEndian(bytes.slice().reverse()),
  scalar: (number) => in32(number).reverse(),
};

/** The x coordinate, 32 bytes. */
export const xOf = (point: Secp): Uint8Array => custodyCurve.encode(point).slice(1);
export const isOdd = (point: Secp): boolean => custodyCurve.encode(point)[0] === 3;
/** The point of even y with this x coordinate, if there is one. */
export const liftX = (x: Uint8Array): Secp | undefined =>
  custodyCurve.decode(concat(Uint8Array.of(2), x));

export const challenge = (R: Uint8Array, key: Uint8Array, message: Uint8Array): bigint =>
  mod(bigEndian(tagged('BIP0340/challenge', R, key, message)), custodyCurve.order);

/** Whether a 64-byte signature of a message holds under an x coordinate (BIP 340). */
export function holds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const P = liftX(key);
  const [r, s] = [signature.slice(0, 32), bigEndian(signature.slice(32))];
  if (!P || signature.length !== 64 || s >= custodyCurve.order) return false;
  const e = challenge(r, key, message);
  const R = custodyCurve.add(custodyCurve.times(s, custodyCurve.base), custodyCurve.times(-e, P));
  return !R.is0() && !isOdd(R) && equal(xOf(R), r);
}

/** What the share of operator `index` counts for at 0 among those of all `indices`. */
export function lagrange(order: bigint, indices: readonly number[], index: number): bigint {
  let [above, below] = [1n, 1n];
  for (const other of indices) {
    if (other === index) continue;
    above = mod(above * BigInt(other + 1), order);
    below = mod(below * BigInt(other - index), order);
  }
  return mod(above * inverse(below, order), order);
}

/** By Fermat: the order is a prime. */
function inverse(a: bigint, order: bigint): bigint {
  let [result, base] = [1n, a];
  for (let k = order - 2n; k > 0n; k >>= 1n) {
    if (k & 1n) result = (result * base) % order;
    base = (base * base) % order;
  }
  return result;
}

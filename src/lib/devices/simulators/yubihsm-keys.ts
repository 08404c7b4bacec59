import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '../../crypto/bytes.ts';
import { algorithms, objectTypes } from '../yubihsm/commands.ts';

/*
 * The algorithms of a simulated YubiHSM's objects: what their keys look like, and what is done with
 * them.
 */

type Curve = typeof p256;

const macHashes = new Map<number, (key: Uint8Array, data: Uint8Array) => Uint8Array>([
  [algorithms.hmacSha1, (key, data) => hmac(sha1, key, data)],
  [algorithms.hmacSha256, (key, data) => hmac(sha256, key, data)],
  [algorithms.hmacSha384, (key, data) => hmac(sha384, key, data)],
  [algorithms.hmacSha512, (key, data) => hmac(sha512, key, data)],
]);

const curves = new Map<number, Curve>([
  [algorithms.p256, p256],
  [algorithms.k256, secp256k1],
]);

/** An algorithm of objects of one type. Material is the key or the data as it is put. */
interface Algorithm {
  readonly type: number;
  /** Whether material has the right length. */
  readonly measures: (material: Uint8Array) => boolean;
  /** Whether it is material of this algorithm. */
  readonly takes: (material: Uint8Array) => boolean;
  /** The length that OBJECT INFO reports of it, in bytes. */
  readonly reported: (material: Uint8Array) => number;
  /** A fresh key; undefined where there is none to be generated. */
  readonly generate: ((random: (length: number) => Bytes) => Bytes) | undefined;
}

/** An algorithm whose material has from `min` to `max` bytes. */
const algorithm = (
  type: number,
  [min, max]: readonly [number, number],
  reported: Algorithm['reported'],
  generate?: Algorithm['generate'],
  fits: (material: Uint8Array) => boolean = () => true,
): Algorithm => {
  const measures = ({ length }: Uint8Array) => length >= min && length <= max;
  const takes = (material: Uint8Array) => measures(material) && fits(material);
  return { type, measures, takes, reported, generate };
};

const plain = (material: Uint8Array) => material.length;
/** Keys with delegated capabilities count these 8 bytes too. */
const delegating = (material: Uint8Array) => material.length + 8;

const { opaque, authenticationKey, asymmetricKey, wrapKey, hmacKey } = objectTypes;

const ecdsa = ({ utils }: Curve): Algorithm =>
  algorithm(
    asymmetricKey,
    [32, 32],
    () => 96,
    (random) => utils.randomSecretKey(random(48)),
    (material) => utils.isValidSecretKey(material),
  );

const hmacOf = (block: number): Algorithm =>
  algorithm(
    hmacKey,
    [1, block],
    () => 2 * block,
    (random) => random(block),
  );

const wrap = (length: number): Algorithm =>
  algorithm(wrapKey, [length, length], delegating, (random) => random(length));

/** Whether 64 bytes are X ‖ Y of a point of P-256. */
function isPoint(material: Uint8Array): boolean {
  try {
    p256.Point.fromBytes(Uint8Array.of(4, ...material)).assertValidity();
    return true;
  } catch {
    return false; // noble throws on what is no point of the curve
  }
}

const known = new Map<number, Algorithm>([
  [algorithms.p256, ecdsa(p256)],
  [algorithms.k256, ecdsa(secp256k1)],
  [
    algorithms.ed25519,
    algorithm(
      asymmetricKey,
      [32, 32],
      () => 128,
      (random) => random(32),
    ),
  ],
  [algorithms.hmacSha1, hmacOf(64)],
  [algorithms.hmacSha256, hmacOf(64)],
  [algorithms.hmacSha384, hmacOf(128)],
  [algorithms.hmacSha512, hmacOf(128)],
  [algorithms.aes128CcmWrap, wrap(16)],
  [algorithms.aes192CcmWrap, wrap(24)],
  [algorithms.aes256CcmWrap, wrap(32)],
  [algorithms.opaqueData, algorithm(opaque, [1, 3064], plain)],
  [algorithms.opaqueX509, algorithm(opaque, [1, 3064], plain)],
  [algorithms.aes128Authentication, algorithm(authenticationKey, [32, 32], delegating)],
  [
    algorithms.p256Authentication,
    algorithm(authenticationKey, [64, 64], delegating, undefined, isPoint),
  ],
]);

/** What DEVICE INFO lists: the algorithms of objects, and how they are used. */
export const supportedAlgorithms: readonly number[] = [
  ...known.keys(),
  algorithms.ecdsaSha256,
].sort((a, b) => a - b);

/** The algorithm of this number, where objects of this type have it. */
export function algorithmOf(type: number, algorithm: number): Algorithm | undefined {
  const found = known.get(algorithm);
  return found?.type === type ? found : undefined;
}

/** The public key of an asymmetric key: 32 bytes for Ed25519, X ‖ Y for the others. */
export const publicKeyOf = (algorithm: number, material: Uint8Array): Bytes =>
  curves.get(algorithm)?.getPublicKey(material, false).slice(1) ?? ed25519.getPublicKey(material);

/** ECDSA over a digest, as DER, another one every time; undefined where the key is of Ed25519. */
export const signEcdsa = (
  algorithm: number,
  material: Uint8Array,
  digest: Uint8Array,
  random: Bytes,
): Bytes | undefined =>
  curves.get(algorithm)?.sign(digest, material, {
    prehash: false,
    lowS: false,
    format: 'der',
    extraEntropy: random,
  });

/** Ed25519 over a message, 64 bytes; undefined where the key is of another curve. */
export const signEddsa = (
  algorithm: number,
  material: Uint8Array,
  message: Uint8Array,
): Bytes | undefined =>
  algorithm === algorithms.ed25519 ? ed25519.sign(message, material) : undefined;

/** HMAC of an HMAC key. */
export const macOf = (algorithm: number, material: Uint8Array, data: Uint8Array): Bytes =>
  macHashes.get(algorithm)!(material, data) as Bytes;

/** What is measured: whole operations, bytes in and bytes out. Goals are those for Node on x64. */
import { pippenger } from '@noble/curves/abstract/curve.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, bytesToNumberLE, concatBytes } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Engine } from '../../src/lib/wasm/engine.ts';
import type { Group, Point, Scalar } from '../../src/lib/wasm/group.ts';
import { headerOperations } from './headers.ts';
import { keygenOperations } from './keygen.ts';
import type { Contender, Operation } from './measure.ts';
import { requestOperations } from './requests.ts';

/** What tiny-secp256k1 offers; absent where it cannot be loaded. */
export type TinySecp = typeof import('tiny-secp256k1');
/** What libsodium-wrappers-sumo offers, after `ready`. */
export type Sodium = (typeof import('libsodium-wrappers-sumo'))['default'];

/** Bytes that look random and are the same in every run. */
const bytes = (seed: number, length = 32) =>
  sha512(Uint8Array.of(seed & 0xff, seed >> 8, 77)).slice(0, length);

const same = (a: Uint8Array, b: Uint8Array) => a.every((byte, i) => byte === b[i]);

/** All operations. */
export function operations(
  engine: Engine,
  tiny: TinySecp | undefined,
  sodium: Sodium,
): Operation[] {
  return [
    ...secp256k1Operations(engine.secp256k1, tiny),
    ...ed25519Operations(engine.ed25519, sodium),
    ...keygenOperations(engine),
    ...headerOperations(),
    ...requestOperations(engine),
  ];
}

function secp256k1Operations(group: Group, tiny: TinySecp | undefined): Operation[] {
  const other = (run: (tiny: TinySecp) => unknown): Contender[] =>
    tiny ? [{ name: 'tiny-secp256k1', run: () => run(tiny) }] : [];
  const k = bytes(1);
  const scalar = group.scalarFromBytesChecked(k)!;
  const publicKey = secp256k1.getPublicKey(bytes(2));
  const signed = Array.from({ length: 100 }, (_, i) => {
    const [key, message] = [bytes(100 + i), bytes(300 + i)];
    return {
      key: schnorr.getPublicKey(key),
      message,
      signature: schnorr.sign(message, key, bytes(5)),
    };
  });
  const { key, message, signature } = signed[0]!;
  const lift = (x: Uint8Array) => group.pointFromBytesChecked(concatBytes(Uint8Array.of(2), x))!;
  const keys = signed.map(({ key }) => lift(key));
  const challenge = (R: Uint8Array, key: Uint8Array, message: Uint8Array) =>
    group.scalarFromBytesWrapping(schnorr.utils.taggedHash('BIP0340/challenge', R, key, message));
  const verify = (P: Point): boolean => {
    const e = challenge(signature.subarray(0, 32), key, message);
    const s = group.scalarFromBytesChecked(signature.subarray(32));
    if (!s) return false;
    const R = group.mulAddVar(group.scalarNegate(e), P, s);
    return (
      (R[63]! & 1) === 0 &&
      !group.isIdentity(R) &&
      same(R.subarray(0, 32), signature.subarray(0, 32))
    );
  };
  const weights = signed.map((_, i) => bytes(500 + i, 16));
  const verifyBatch = (): boolean =>
    group.schnorrBatchVar(
      signed.map(({ key, message, signature }, i) => ({
        R: lift(signature.subarray(0, 32)),
        P: keys[i]!,
        s: group.scalarFromBytesChecked(signature.subarray(32))!,
        e: challenge(signature.subarray(0, 32), key, message),
      })),
      weights,
    );
  if (!verify(keys[0]!) || !verifyBatch()) throw new Error('a valid signature was refused');
  return [
    {
      name: 'secp256k1 fixed base, constant time',
      goals: { noble: 20, 'tiny-secp256k1': 5.5 },
      contenders: [
        {
          name: 'ours',
          run: () => group.pointToBytes(group.mulBase(group.scalarFromBytesChecked(k)!)),
        },
        { name: 'noble', run: () => secp256k1.getPublicKey(k) },
        ...other((tiny) => tiny.pointFromScalar(k, true)),
      ],
    },
    {
      name: 'secp256k1 variable base, constant time (ECDH)',
      goals: { noble: 40, 'tiny-secp256k1': 4 },
      contenders: [
        {
          name: 'ours',
          run: () => {
            const P = group.pointFromBytesChecked(publicKey)!;
            return group.pointToBytes(group.mul(group.scalarFromBytesChecked(k)!, P));
          },
        },
        { name: 'noble', run: () => secp256k1.getSharedSecret(k, publicKey) },
        ...other((tiny) => tiny.pointMultiply(publicKey, k, true)),
      ],
    },
    {
      name: 'BIP 340 verify, key decoded before',
      goals: { noble: 22, 'tiny-secp256k1': 4.2 },
      contenders: [
        { name: 'ours', run: () => verify(keys[0]!) },
        { name: 'noble', run: () => schnorr.verify(signature, message, key) },
        ...other((tiny) => tiny.verifySchnorr(message, key, signature)),
      ],
    },
    {
      name: 'BIP 340 verify, per signature in a batch of 100',
      goals: { noble: 40, 'tiny-secp256k1': 7.5 },
      contenders: [
        { name: 'ours', run: verifyBatch },
        {
          name: 'noble',
          run: () =>
            signed.every(({ key, message, signature }) => schnorr.verify(signature, message, key)),
        },
        ...other((tiny) =>
          signed.every(({ key, message, signature }) =>
            tiny.verifySchnorr(message, key, signature),
          ),
        ),
      ],
      per: 100,
    },
    ...[
      { count: 100, goal: 25 },
      { count: 1000, goal: 28 },
    ].map(({ count, goal }): Operation => {
      const scalars = Array.from({ length: count }, (_, i) =>
        group.scalarFromBytesWrapping(bytes(1000 + i)),
      );
      const points: Point[] = [];
      for (let i = 0, P = group.mulBase(scalar); i < count; i++, P = group.add(P, keys[i % 100]!)) {
        points.push(P);
      }
      const big = scalars.map(bytesToNumberBE);
      const affine = points.map((P) =>
        secp256k1.Point.fromAffine({
          x: bytesToNumberBE(P.subarray(0, 32)),
          y: bytesToNumberBE(P.subarray(32)),
        }),
      );
      return {
        name: `secp256k1 sum of ${count} multiples`,
        goals: { noble: goal },
        contenders: [
          { name: 'ours', run: () => group.multiScalarVar(scalars, points) },
          { name: 'noble', run: () => pippenger(secp256k1.Point, affine, big) },
        ],
      };
    }),
  ];
}

function ed25519Operations(group: Group, sodium: Sodium): Operation[] {
  const k: Scalar = group.scalarFromBytesWrapping(bytes(1));
  const P = group.mulBase(group.scalarFromBytesWrapping(bytes(2)));
  const encoded = group.pointToBytes(P);
  const noblePoint = ed25519.Point.fromBytes(encoded);
  const [seed, message] = [bytes(3), bytes(4)];
  const key = ed25519.getPublicKey(seed);
  const signature = ed25519.sign(message, seed);
  const A = group.pointFromBytesChecked(key)!;
  const verify = (): boolean => {
    const R = signature.subarray(0, 32);
    const s = group.scalarFromBytesChecked(signature.subarray(32));
    if (!s) return false;
    const e = group.scalarFromBytesWide(sha512(concatBytes(R, key, message)));
    return same(group.pointToBytes(group.mulAddVar(group.scalarNegate(e), A, s)), R);
  };
  if (!verify()) throw new Error('a valid signature was refused');
  return [
    {
      name: 'Ed25519 fixed base, constant time',
      goals: { noble: 14, libsodium: 2 },
      contenders: [
        { name: 'ours', run: () => group.pointToBytes(group.mulBase(k)) },
        { name: 'noble', run: () => ed25519.Point.BASE.multiply(bytesToNumberLE(k)).toBytes() },
        { name: 'libsodium', run: () => sodium.crypto_scalarmult_ed25519_base_noclamp(k) },
      ],
    },
    {
      name: 'Ed25519 variable base, constant time, point decoded before',
      goals: { noble: 14, libsodium: 2.5 },
      contenders: [
        { name: 'ours', run: () => group.pointToBytes(group.mul(k, P)) },
        { name: 'noble', run: () => noblePoint.multiply(bytesToNumberLE(k)).toBytes() },
        { name: 'libsodium', run: () => sodium.crypto_scalarmult_ed25519_noclamp(k, encoded) },
      ],
    },
    {
      name: 'Ed25519 verify, key decoded before',
      goals: { noble: 20, libsodium: 1.8 },
      contenders: [
        { name: 'ours', run: verify },
        { name: 'noble', run: () => ed25519.verify(signature, message, key) },
        {
          name: 'libsodium',
          run: () => sodium.crypto_sign_verify_detached(signature, message, key),
        },
      ],
    },
    {
      name: 'Ed25519 strict decoding, subgroup checked',
      goals: {},
      contenders: [
        { name: 'ours', run: () => group.pointFromBytesChecked(encoded) },
        { name: 'noble', run: () => ed25519.Point.fromBytes(encoded).isTorsionFree() },
        { name: 'libsodium', run: () => sodium.crypto_core_ed25519_is_valid_point(encoded) },
      ],
    },
  ];
}

import type { Group, Point, Scalar, SchnorrEquation } from '../wasm/group.ts';
import type { Bytes } from './bytes.ts';

/** What a proof of possession is bound to. */
export interface PopStatement {
  readonly paramsHash: Uint8Array;
  readonly id: number;
  /** Encoded commitments to all coefficients; only whoever has seen them all can check this part. */
  readonly com: Uint8Array;
}

/**
 * What differs between the two keys of a group. SimplPedPop, EncPedPop and CertEq are written once;
 * host keys, encryption and certificates are on secp256k1 for both.
 */
export interface DkgSuite {
  readonly name: 'custody' | 'attestation';
  /** secp256k1: host keys, ECDH and the certificate. */
  readonly host: Group;
  /** The group of the key that is made. */
  readonly group: Group;
  /** 33 or 32 bytes. */
  readonly pointLength: number;
  /** 64 or 96 bytes. */
  readonly popLength: number;
  /** Length of what the transcript is bound to at the end: 0 or 32 bytes. */
  readonly boundLength: number;
  /** The most operators a group may have. */
  readonly maxOperators: number;
  /** 33 bytes before everything signed in CertEq (domain separation as BIP 340 proposes). */
  readonly certeqPrefix: Uint8Array;

  /** 32 bytes under the suite's tag for this purpose. */
  hash(purpose: 'params' | 'seed' | 'popRandomness' | 'secnonce', ...parts: Uint8Array[]): Bytes;
  /** A scalar of the key's group, uniform, under the suite's tag for this purpose. */
  hashToScalar(purpose: 'coefficients' | 'ecdh' | 'selfPad', ...parts: Uint8Array[]): Scalar;

  /** What every encryption pad depends on: the parameters themselves, or their hash. */
  encContext(t: number, hostpubkeys: readonly Uint8Array[], paramsHash: Bytes): Bytes;

  /** Proves to know `secret`; `randomness` is 32 secret bytes. Returns `popLength` bytes. */
  popProve(secret: Scalar, statement: PopStatement, randomness: Uint8Array): Bytes;
  /** What must hold for a proof about `comToSecret` (not the identity); undefined if malformed. */
  popEquation(
    pop: Uint8Array,
    comToSecret: Point,
    statement: Pick<PopStatement, 'paramsHash' | 'id'>,
  ): SchnorrEquation | undefined;
  /** Whether the proof is about these encoded commitments, as far as it names them at all. */
  popNames(pop: Uint8Array, com: Uint8Array): boolean;

  /** What is added to the key and to every share at the end, if anything. */
  outputTweak(threshPoint: Point): Scalar | undefined;
}

/** A label padded with zeros to the 33 bytes that BIP 340 proposes for domain separation. */
export function prefix33(label: string): Uint8Array {
  const prefix = new Uint8Array(33);
  prefix.set(new TextEncoder().encode(label));
  return prefix;
}

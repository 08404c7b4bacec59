import { verify, xOnly } from '../crypto/bip340.ts';
import { inFours, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { ed25519Verify } from '../crypto/ed25519-verify.ts';
import { isFault } from '../crypto/faults.ts';
import * as frostEd25519 from '../crypto/frost-ed25519.ts';
import * as frostSecp256k1 from '../crypto/frost-secp256k1.ts';
import type { DkgOutput } from '../crypto/simplpedpop.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { decodePoint } from '../crypto/decode.ts';
import type { Scalar } from '../wasm/group.ts';
import { ceremonyFault, inSignedPackets, type CeremonyFault } from './faults.ts';
import type { GroupKeys } from './keygen.ts';
import type { Manifest } from './manifest.ts';
import { testMessage } from './messages.ts';
import type { Nonces, Shares } from './parts.ts';

/*
 * Test signatures with both keys: commit, freeze, share, aggregate. Each signer builds the bytes to be
 * signed, adds up the nonces from the others' own signed packets and so freezes the package alone.
 */

/** One test to be signed by these operators (numbers from 0, ascending), with both keys. */
export interface TestRequest {
  readonly ids: readonly number[];
  /** 32 bytes: binds network, group, epoch, kind, signers and the ceremony's transcripts. */
  readonly digest: Bytes;
}

/** As few sets of t as cover all n operators; the last overlaps the one before where n demands it. */
export function coverSets(n: number, t: number): number[][] {
  const sets: number[][] = [];
  for (let first = 0; first < n; first += t) {
    const start = Math.min(first, n - t);
    sets.push(Array.from({ length: t }, (_, i) => start + i));
  }
  return sets;
}

/** The test that this set signs. `transcripts` is `FirstRound.transcripts`. */
export const testRequest = (
  { id }: Manifest,
  transcripts: Uint8Array,
  ids: readonly number[],
): TestRequest => ({
  ids,
  digest: taggedHash(tags.request, toCbor({ version: 1, kind: 'test', id, transcripts, ids })),
});

/**
 * What a device shows and signs for these tests: at most 640 ASCII characters. The digest at its end
 * stands for the list of the requests' digests.
 */
export function testStatement({ id }: Manifest, requests: readonly TestRequest[]): string {
  const digest = taggedHash(tags.requests, ...requests.map((request) => request.digest));
  return [
    'CONCLAVE TEST SIGNATURES',
    'No money moves.',
    `network ${id.network}${id.rehearsal ? ' REHEARSAL' : ''}`,
    `group ${inFours(id.group)}`,
    `epoch ${id.epoch}`,
    `signers ${requests.map(({ ids }) => ids.map((one) => one + 1).join(' ')).join(', ')}`,
    'keys custody, attestation',
    `digest ${inFours(digest)}`,
  ].join('\n');
}

/** The fresh nonces of one signer for one set; `secret` is good for one `share` and then wiped. */
export interface FreshNonces {
  readonly public: Nonces;
  readonly secret: { readonly custody: Bytes; readonly attestation: Bytes };
}

/**
 * Makes the nonces of one signer. `random`: 96 fresh bytes. The shares enter the derivation, so that
 * weak randomness alone does not repeat a nonce.
 */
export function commit(
  { secp256k1, ed25519 }: Groups,
  keys: GroupKeys,
  shares: { readonly custody: Scalar; readonly attestation: Scalar },
  { ids, digest }: TestRequest,
  attempt: number,
  random: Uint8Array,
): FreshNonces | CeremonyFault {
  const custody = frostSecp256k1.nonceGen(secp256k1, {
    rand: random.subarray(0, 32),
    secshare: shares.custody,
    threshPk: keys.custody.threshPk.slice(1),
    msg: testMessage(digest),
  });
  if (isFault(custody)) return inSignedPackets(custody);
  const attestation = frostEd25519.nonceGen(ed25519, shares.attestation, random.subarray(32));
  if (isFault(attestation)) return inSignedPackets(attestation);
  return {
    public: { ids, attempt, custody: custody.pubnonce, attestation: attestation.pubnonce },
    secret: { custody: custody.secnonce, attestation: attestation.secnonce },
  };
}

/** The frozen package: who signs what under which nonces. */
export interface SigningPackage {
  readonly request: TestRequest;
  readonly attempt: number;
  /** 32 bytes: stands for all of it; a nonce signs under one only. */
  readonly hash: Bytes;
  readonly custody: frostSecp256k1.SigningSession;
  readonly attestation: frostEd25519.SigningSession;
}

/** Freezes the package from the nonces of all its signers, in the order of `ids`. */
export function freeze(
  { secp256k1, ed25519 }: Groups,
  { terms }: Manifest,
  keys: GroupKeys,
  request: TestRequest,
  nonces: readonly Nonces[],
): SigningPackage | CeremonyFault {
  const { ids, digest } = request;
  const msg = testMessage(digest);
  const signers = ({ threshPk, pubshares }: DkgOutput) => ({
    n: terms.n,
    t: terms.t,
    ids,
    threshPk,
    pubshares: ids.map((id) => pubshares[id]!),
  });
  const custody = frostSecp256k1.openSigning(secp256k1, {
    draft: terms.draft,
    signers: signers(keys.custody),
    pubnonces: nonces.map((one) => one.custody),
    tweaks: [],
    isXonly: [],
    msg,
  });
  if (isFault(custody)) return inSignedPackets(custody);
  const attestation = frostEd25519.openSigning(ed25519, {
    signers: signers(keys.attestation),
    pubnonces: nonces.map((one) => one.attestation),
    msg,
  });
  if (isFault(attestation)) return inSignedPackets(attestation);
  const attempt = nonces[0]!.attempt;
  const hash = taggedHash(
    tags.signingPackage,
    toCbor({
      draft: terms.draft,
      digest,
      attempt,
      nonces: nonces.flatMap((one) => [one.custody, one.attestation]),
    }),
  );
  return { request, attempt, hash, custody, attestation };
}

/** The own signature shares under a frozen package; wipes the nonces. */
export function share(
  { secp256k1, ed25519 }: Groups,
  frozen: SigningPackage,
  secret: FreshNonces['secret'],
  shares: { readonly custody: Scalar; readonly attestation: Scalar },
  id: number,
): Shares | CeremonyFault {
  const { custody, attestation, request, attempt, hash } = frozen;
  const forCustody = frostSecp256k1.sign(secp256k1, custody, secret.custody, shares.custody, id);
  if (isFault(forCustody)) return inSignedPackets(forCustody);
  const forAttestation = frostEd25519.sign(
    ed25519,
    attestation,
    secret.attestation,
    shares.attestation,
    id,
  );
  if (isFault(forAttestation)) return inSignedPackets(forAttestation);
  return {
    ids: request.ids,
    attempt,
    signingPackage: hash,
    custody: forCustody,
    attestation: forAttestation,
  };
}

/** A finished test: 64 bytes for each key. */
export interface TestSignatures {
  readonly custody: Bytes;
  readonly attestation: Bytes;
}

/**
 * Adds up everybody's shares, in the order of `ids`, and verifies both signatures with both
 * implementations. Faults name who is at fault.
 */
export function aggregate(
  groups: Groups,
  otherImplementation: Groups,
  frozen: SigningPackage,
  keys: GroupKeys,
  shares: readonly Shares[],
): TestSignatures | CeremonyFault {
  const { custody, attestation, request } = frozen;
  const forCustody = frostSecp256k1.aggregateVerified(
    groups.secp256k1,
    custody,
    shares.map((one) => one.custody),
  );
  if (isFault(forCustody)) return inSignedPackets(forCustody);
  const forAttestation = frostEd25519.aggregateVerified(
    groups.ed25519,
    attestation,
    shares.map((one) => one.attestation),
  );
  if (isFault(forAttestation)) return inSignedPackets(forAttestation);
  const signatures = { custody: forCustody, attestation: forAttestation };
  return testHolds(otherImplementation, keys, request, signatures)
    ? signatures
    : ceremonyFault('implementations-differ');
}

/** Whether both signatures of a test hold under the group's keys. */
export function testHolds(
  { secp256k1, ed25519 }: Groups,
  keys: GroupKeys,
  { digest }: TestRequest,
  { custody, attestation }: TestSignatures,
): boolean {
  const message = testMessage(digest);
  const key = decodePoint(secp256k1, keys.custody.threshPk);
  return (
    key !== undefined &&
    verify(secp256k1, xOnly(key), message, custody) &&
    ed25519Verify(ed25519, keys.attestation.threshPk, message, attestation)
  );
}

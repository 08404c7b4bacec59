import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from './bytes.ts';

/**
 * Every tag of a tagged hash (BIP 340) in one place, so that no two uses can share one. Two kinds of
 * prefix stand elsewhere, because their hashes are of another shape: the context strings of RFC 9591
 * (frost-ed25519.ts) and the 33-byte prefixes of the messages that certificates sign (the suites).
 *
 * The tags of BIP 340, BIP 341, BIP 445 and ChillDKG are those of their specifications; the ones that
 * begin with "Conclave/" are ours and carry a version.
 */
export const tags = {
  bip340Aux: 'BIP0340/aux',
  bip340Nonce: 'BIP0340/nonce',
  bip340Challenge: 'BIP0340/challenge',
  tapTweak: 'TapTweak',
  tapSighash: 'TapSighash',

  frostAux: 'BIP0445/aux',
  frostNonce: 'BIP0445/nonce',
  frostNonceCoefficient: 'BIP0445/noncecoef',

  dkgParams: 'BIP DKG/params_hash',
  dkgCoefficients: 'BIP DKG/vss coeffs',
  dkgPopAux: 'BIP DKG/pop message/aux',
  dkgPopNonce: 'BIP DKG/pop message/nonce',
  dkgPopChallenge: 'BIP DKG/pop message/challenge',
  dkgSeed: 'BIP DKG/encpedpop seed',
  dkgPopRandomness: 'BIP DKG/simplpedpop aux',
  dkgSecnonce: 'BIP DKG/encpedpop secnonce',
  dkgEcdh: 'BIP DKG/encpedpop ecdh',
  dkgSelfPad: 'BIP DKG/encaps_multi self_pad',

  attestationParams: 'Conclave/attestation DKG v1/params',
  attestationCoefficients: 'Conclave/attestation DKG v1/vss coefficients',
  attestationCommitments: 'Conclave/attestation DKG v1/vss commitments',
  attestationPopNonce: 'Conclave/attestation DKG v1/pop nonce',
  attestationPopChallenge: 'Conclave/attestation DKG v1/pop challenge',
  attestationSeed: 'Conclave/attestation DKG v1/seed',
  attestationPopRandomness: 'Conclave/attestation DKG v1/pop randomness',
  attestationSecnonce: 'Conclave/attestation DKG v1/secnonce',
  attestationEcdh: 'Conclave/attestation DKG v1/ecdh pad',
  attestationSelfPad: 'Conclave/attestation DKG v1/self pad',
  custodyTranscript: 'Conclave/attestation DKG v1/custody transcript',

  batchWeights: 'Conclave/batch verification weights v1',

  card: 'Conclave/operator card v1',
  manifest: 'Conclave/manifest v1',
  seal: 'Conclave/seal v1',
  packet: 'Conclave/packet v1',
  logEntry: 'Conclave/log entry v1',
  transcripts: 'Conclave/both transcripts v1',
  certified: 'Conclave/certified keys v1',
  request: 'Conclave/request v1',
  requests: 'Conclave/list of requests v1',
  signingPackage: 'Conclave/signing package v1',
  messages: 'Conclave/list of messages v1',
  frozenPackage: 'Conclave/frozen package v1',
  depositAddress: 'Conclave/deposit address v1',
  burnProof: 'Conclave/burn proof v1',
  burnCircuit: 'Conclave/burn circuit v1',
  mintNonce: 'Conclave/mint nonce v1',
  burnRecord: 'Conclave/burn record v1',
  consolidationSalt: 'Conclave/fee consolidation salt v1',
  rules: 'Conclave/rules v1',
  record: 'Conclave/ceremony record v1',
  recordFile: 'Conclave/end of a record v1',
  entropy: 'Conclave/randomness of machine and device v1',
  alive: 'Conclave/proof of shares v1',
  aliveBackup: 'Conclave/proof of a backup v1',
  piece: 'Conclave/piece of a backup v1',

  platePolynomial: 'Conclave/plate polynomial v1',
  plateWords: 'Conclave/plate words v1',
  vaultPayload: 'Conclave/vault payload v1',
  vaultShare: 'Conclave/vault share v1',
  possessionNonce: 'Conclave/possession nonce v1',
  possessionChallenge: 'Conclave/possession challenge v1',
} as const;

export type Tag = (typeof tags)[keyof typeof tags];

const utf8 = new TextEncoder();
const started256 = new Map<Tag, ReturnType<typeof sha256.create>>();
const started512 = new Map<Tag, ReturnType<typeof sha512.create>>();

/** SHA256(SHA256(tag) ‖ SHA256(tag) ‖ parts…), 32 bytes (BIP 340). */
export function taggedHash(tag: Tag, ...parts: readonly Uint8Array[]): Bytes {
  let start = started256.get(tag);
  if (!start) {
    const prefix = sha256(utf8.encode(tag));
    start = sha256.create().update(prefix).update(prefix);
    started256.set(tag, start);
  }
  return finish(start.clone(), parts);
}

/** The same shape with SHA-512, 64 bytes: for a wide reduction to a scalar. */
export function taggedHash512(tag: Tag, ...parts: readonly Uint8Array[]): Bytes {
  let start = started512.get(tag);
  if (!start) {
    const prefix = sha512(utf8.encode(tag));
    start = sha512.create().update(prefix).update(prefix);
    started512.set(tag, start);
  }
  return finish(start.clone(), parts);
}

interface Hash {
  update(part: Uint8Array): unknown;
  digest(): Bytes;
}

function finish(hash: Hash, parts: readonly Uint8Array[]): Bytes {
  for (const part of parts) hash.update(part);
  return hash.digest();
}

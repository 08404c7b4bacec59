import type { Group, Scalar } from '../wasm/group.ts';
import { be32, concat, equal, wipe } from './bytes.ts';
import { prefix33, type DkgSuite } from './dkg-suite.ts';
import { MAX_OPERATORS } from './limits.ts';
import { taggedHash, taggedHash512, tags, type Tag } from './tagged-hash.ts';

const hashTags = {
  params: tags.attestationParams,
  seed: tags.attestationSeed,
  popRandomness: tags.attestationPopRandomness,
  secnonce: tags.attestationSecnonce,
  coefficients: tags.attestationCoefficients,
  ecdh: tags.attestationEcdh,
  selfPad: tags.attestationSelfPad,
};

/**
 * The attestation key: the same protocol over Ed25519, with what that group needs differently.
 *
 * - Scalars come from 64-byte hashes, reduced: a 32-byte hash is rarely below the Ed25519 order.
 * - Points are decoded strictly (canonical, torsion-free), by the group's own decoder.
 * - A proof of possession hashes its tag *before* R, so it can never pass for an Ed25519 signature,
 *   and it covers group parameters, position and all commitments of its maker.
 * - No Taproot step: the key is the plain sum.
 *
 * `context` is 32 bytes, the hash of the manifest; every hash of the run depends on it.
 */
export function attestationSuite(
  secp256k1: Group,
  ed25519: Group,
  context: Uint8Array,
  maxOperators = MAX_OPERATORS,
): DkgSuite {
  const toScalar = (tag: Tag, ...parts: Uint8Array[]): Scalar => {
    const wide = taggedHash512(tag, ...parts);
    const scalar = ed25519.scalarFromBytesWide(wide);
    wipe(wide);
    return scalar;
  };
  const commitmentsHash = (com: Uint8Array) => taggedHash(tags.attestationCommitments, com);

  return {
    name: 'attestation',
    host: secp256k1,
    group: ed25519,
    pointLength: 32,
    popLength: 96,
    boundLength: 32,
    maxOperators,
    certeqPrefix: prefix33('Conclave attestation certeq v1'),

    hash: (purpose, ...parts) => taggedHash(hashTags[purpose], context, ...parts),
    hashToScalar: (purpose, ...parts) => toScalar(hashTags[purpose], context, ...parts),

    encContext: (_t, _hostpubkeys, paramsHash) => paramsHash,

    // pop = H(commitments) ‖ R ‖ s with s·B = R + e·A. The relay, who sees all commitments, checks
    // the hash; the others see only sums of the higher ones, and check everything else.
    popProve(secret, { paramsHash, id, com }, randomness) {
      const A = ed25519.pointToBytes(ed25519.mulBase(secret));
      const message = concat(paramsHash, be32(id), commitmentsHash(com));
      const k = toScalar(tags.attestationPopNonce, randomness, secret, A, message);
      const R = ed25519.pointToBytes(ed25519.mulBase(k));
      const e = toScalar(tags.attestationPopChallenge, R, A, message);
      const ea = ed25519.scalarMul(e, secret);
      const s = ed25519.scalarAdd(k, ea);
      wipe(k, ea);
      return concat(commitmentsHash(com), R, s);
    },

    popEquation(pop, comToSecret, { paramsHash, id }) {
      const [comHash, r] = [pop.subarray(0, 32), pop.subarray(32, 64)];
      const R = ed25519.pointFromBytesChecked(r);
      const s = ed25519.scalarFromBytesChecked(pop.subarray(64));
      if (!R || !s) return undefined;
      const A = ed25519.pointToBytes(comToSecret);
      const message = concat(paramsHash, be32(id), comHash);
      return { R, P: comToSecret, s, e: toScalar(tags.attestationPopChallenge, r, A, message) };
    },

    popNames: (pop, com) => equal(pop.subarray(0, 32), commitmentsHash(com)),

    outputTweak: () => undefined,
  };
}

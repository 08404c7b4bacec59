import type { Group } from '../wasm/group.ts';
import { equationFor, evenPoint, sign, xOnly, type SchnorrTags } from './bip340.ts';
import { be32, concat, wipe } from './bytes.ts';
import { prefix33, type DkgSuite } from './dkg-suite.ts';
import { MAX_OPERATORS } from './limits.ts';
import { taggedHash, tags } from './tagged-hash.ts';

const popTags: SchnorrTags = {
  aux: tags.dkgPopAux,
  nonce: tags.dkgPopNonce,
  challenge: tags.dkgPopChallenge,
};

const hashTags = {
  params: tags.dkgParams,
  seed: tags.dkgSeed,
  popRandomness: tags.dkgPopRandomness,
  secnonce: tags.dkgSecnonce,
  coefficients: tags.dkgCoefficients,
  ecdh: tags.dkgEcdh,
  selfPad: tags.dkgSelfPad,
};

/**
 * The custody key: ChillDKG 0.3.0-dev on secp256k1, to the byte.
 *
 * The reference refuses a 32-byte hash that is not below the group order where we reduce it; both
 * happen with probability 2⁻¹²⁸.
 */
export function custodySuite(secp256k1: Group, maxOperators = MAX_OPERATORS): DkgSuite {
  return {
    name: 'custody',
    host: secp256k1,
    group: secp256k1,
    pointLength: 33,
    popLength: 64,
    boundLength: 0,
    maxOperators,
    certeqPrefix: prefix33('BIP DKG/certeq message'),

    hash: (purpose, ...parts) => taggedHash(hashTags[purpose], ...parts),
    hashToScalar(purpose, ...parts) {
      const hash = taggedHash(hashTags[purpose], ...parts);
      const scalar = secp256k1.scalarFromBytesWrapping(hash);
      wipe(hash);
      return scalar;
    },

    encContext: (t, hostpubkeys) => concat(be32(t), ...hostpubkeys),

    popProve: (secret, { id }, randomness) =>
      sign(secp256k1, secret, be32(id), randomness, popTags),
    popEquation: (pop, comToSecret, { id }) =>
      equationFor(secp256k1, evenPoint(secp256k1, comToSecret), be32(id), pop, popTags),
    popNames: () => true,

    // BIP 341's commitment to no script: nobody can have hidden a script path in the sum of the
    // commitments, because the key that results is not the sum but commits to that sum alone.
    outputTweak: (threshPoint) =>
      secp256k1.scalarFromBytesWrapping(taggedHash(tags.tapTweak, xOnly(threshPoint))),
  };
}

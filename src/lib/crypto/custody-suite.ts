import type { Group } from '../wasm/group.ts';
import { equationFor, evenPoint, sign, xOnly, type SchnorrTags } from './bip340.ts';
import { be32, concat } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
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

/** A label padded with zeros to the 33 bytes that BIP 340 proposes for domain separation. */
export function prefix33(label: string): Uint8Array {
  const prefix = new Uint8Array(33);
  prefix.set(new TextEncoder().encode(label));
  return prefix;
}

/**
 * The custody key: ChillDKG 0.3.0-dev on secp256k1, to the byte.
 *
 * The reference refuses a 32-byte hash that is not below the group order where we reduce it; both
 * happen with probability 2⁻¹²⁸.
 */
export function custodySuite(secp256k1: Group): DkgSuite {
  return {
    name: 'custody',
    host: secp256k1,
    group: secp256k1,
    pointLength: 33,
    popLength: 64,
    context: new Uint8Array(0),
    boundLength: 0,
    certeqPrefix: prefix33('BIP DKG/certeq message'),

    hash: (purpose, ...parts) => taggedHash(hashTags[purpose], ...parts),
    hashToScalar: (purpose, ...parts) =>
      secp256k1.scalarFromBytesWrapping(taggedHash(hashTags[purpose], ...parts)),

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

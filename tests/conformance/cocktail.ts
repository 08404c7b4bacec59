import { expect } from 'vitest';
import { pointsFromBytes, pubsharesOf, sumPoints } from '../../src/lib/crypto/vss.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import type { Conformance } from '../support/conformance.ts';
import { unhex } from '../support/hex.ts';

interface CeremonyJson {
  n: number;
  t: number;
  round1: { vss_commitment: string[] }[];
  round2: { participant_id: number; secret_share: string; verification_share: string }[];
  group_public_key: string;
}

/** The sum of all commitments leads to the group key and to every public share. */
function ceremony(group: Group, { n, t, round1, round2, group_public_key }: CeremonyJson): void {
  const coms = round1.map(({ vss_commitment }) =>
    pointsFromBytes(group, vss_commitment.map(unhex))!,
  );
  expect(coms.map((com) => com.length)).toEqual(Array.from({ length: n }, () => t));
  const sum = Array.from({ length: t }, (_, j) =>
    sumPoints(
      group,
      coms.map((com) => com[j]!),
    ),
  );
  expect(group.pointToBytes(sum[0]!)).toEqual(unhex(group_public_key));
  expect(round2.length).toBe(n);
  for (const { participant_id, secret_share, verification_share } of round2) {
    const [pubshare] = pubsharesOf(group, sum, [participant_id - 1]);
    expect(group.pointToBytes(pubshare!)).toEqual(unhex(verification_share));
    const share = group.scalarFromBytesNonzeroChecked(unhex(secret_share))!;
    expect(group.mulBase(share)).toEqual(pubshare);
  }
}

const files = {
  ed25519: 'cocktail-dkg/cocktail-dkg-ed25519-sha512.json',
  secp256k1: 'cocktail-dkg/cocktail-dkg-secp256k1-sha256.json',
} as const;

/** COCKTAIL-DKG v0.2.1: the algebra it shares with ours. */
export const cocktailVectors: Conformance = {
  name: 'COCKTAIL-DKG',
  source: 'github.com/C2SP/CCTV, cocktail-dkg/',
  files: Object.values(files),
  cases: { [files.ed25519]: 4, [files.secp256k1]: 4 },
  run(groups, load, check) {
    for (const suite of ['ed25519', 'secp256k1'] as const) {
      const { vectors } = load(files[suite]) as { vectors: CeremonyJson[] };
      for (const json of vectors) {
        check(files[suite], `${json.t} of ${json.n}`, () => {
          ceremony(groups[suite], json);
        });
      }
    }
  },
};

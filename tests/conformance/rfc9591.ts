import { expect } from 'vitest';
import { be32, concat, equal } from '../../src/lib/crypto/bytes.ts';
import { ed25519Verify } from '../../src/lib/crypto/ed25519-verify.ts';
import {
  aggregateVerified,
  nonceGen,
  openSigning,
  partialSigVerify,
  sign,
} from '../../src/lib/crypto/frost-ed25519.ts';
import { interpolatingValue } from '../../src/lib/crypto/lagrange.ts';
import { commit, pubsharesOf, sumPoints, sumScalars } from '../../src/lib/crypto/vss.ts';
import { keyPackageFromBytes, keyPackageToBytes } from '../../src/lib/crypto/zf-format.ts';
import type { Group, Scalar } from '../../src/lib/wasm/group.ts';
import type { Check, Conformance } from '../support/conformance.ts';
import type { Groups } from '../support/groups.ts';
import { unhex, value } from '../support/hex.ts';

type Load = (file: string) => unknown;

interface SessionJson {
  config: { MAX_PARTICIPANTS: string; MIN_PARTICIPANTS: string };
  inputs: {
    participant_list: number[];
    group_secret_key: string;
    verifying_key_key: string;
    message: string;
    share_polynomial_coefficients: string[];
    participant_shares: { identifier: number; participant_share: string }[];
  };
  round_one_outputs: {
    outputs: {
      identifier: number;
      hiding_nonce_randomness: string;
      binding_nonce_randomness: string;
      hiding_nonce: string;
      binding_nonce: string;
      hiding_nonce_commitment: string;
      binding_nonce_commitment: string;
    }[];
  };
  round_two_outputs: { outputs: { identifier: number; sig_share: string }[] };
  final_output: { sig: string };
}

const scalar = (group: Group, text: string): Scalar => {
  const bytes = group.scalarFromBytesChecked(unhex(text));
  if (!bytes) throw new Error(`not a scalar: ${text}`);
  return bytes;
};

/** The dealer's polynomial leads to all shares and the group key: on any curve. */
function dealt(group: Group, { inputs }: SessionJson): void {
  const coefficients = [inputs.group_secret_key, ...inputs.share_polynomial_coefficients].map(
    (text) => scalar(group, text),
  );
  const com = commit(group, coefficients);
  expect(group.pointToBytes(com[0]!)).toEqual(unhex(inputs.verifying_key_key));
  const ids = inputs.participant_list.map((identifier) => identifier - 1);
  for (const [i, pubshare] of pubsharesOf(group, com, ids).entries()) {
    const share = scalar(group, inputs.participant_shares[ids[i]!]!.participant_share);
    expect(group.scalarPolynomial(coefficients, ids[i]! + 1)).toEqual(share);
    expect(group.mulBase(share)).toEqual(pubshare);
  }
}

/** A whole signing session of FROST(Ed25519, SHA-512), every intermediate value compared. */
function session(group: Group, json: SessionJson): void {
  const { config, inputs, round_one_outputs, round_two_outputs, final_output } = json;
  const shares = new Map(
    inputs.participant_shares.map(({ identifier, participant_share }) => [
      identifier,
      scalar(group, participant_share),
    ]),
  );
  const ids = inputs.participant_list.map((identifier) => identifier - 1);
  const nonces = round_one_outputs.outputs.map((one) => {
    const { secnonce, pubnonce } = value(
      nonceGen(
        group,
        shares.get(one.identifier)!,
        concat(unhex(one.hiding_nonce_randomness), unhex(one.binding_nonce_randomness)),
      ),
    );
    expect(secnonce).toEqual(concat(unhex(one.hiding_nonce), unhex(one.binding_nonce)));
    expect(pubnonce).toEqual(
      concat(unhex(one.hiding_nonce_commitment), unhex(one.binding_nonce_commitment)),
    );
    return { secnonce, pubnonce };
  });
  const threshPk = unhex(inputs.verifying_key_key);
  const msg = unhex(inputs.message);
  const signing = value(
    openSigning(
      group,
      {
        signers: {
          n: Number(config.MAX_PARTICIPANTS),
          t: Number(config.MIN_PARTICIPANTS),
          ids,
          pubshares: ids.map((id) => group.pointToBytes(group.mulBase(shares.get(id + 1)!))),
          threshPk,
        },
        pubnonces: nonces.map(({ pubnonce }) => pubnonce),
        msg,
      },
      Number(config.MAX_PARTICIPANTS),
    ),
  );
  const psigs = ids.map((id, i) => {
    const psig = value(sign(group, signing, nonces[i]!.secnonce, shares.get(id + 1)!, id));
    expect(psig).toEqual(unhex(round_two_outputs.outputs[i]!.sig_share));
    expect(partialSigVerify(group, signing, psig, id)).toBe(true);
    return psig;
  });
  const signature = value(aggregateVerified(group, signing, psigs));
  expect(signature).toEqual(unhex(final_output.sig));
  expect(ed25519Verify(group, threshPk, msg, signature)).toBe(true);
}

interface DkgJson {
  inputs: {
    verifying_key: string;
    [identifier: string]: unknown;
  };
}

interface DkgParticipantJson {
  signing_key: string;
  coefficient: string;
  vss_commitments: string[];
  signing_shares: Record<string, string>;
  verifying_share: string;
  signing_share: string;
}

/** A key generation of three: polynomials, commitments, shares, public shares, group key. */
function dkg(group: Group, { inputs }: DkgJson, taproot: boolean): void {
  const participants = ['1', '2', '3'].map((i) => inputs[i] as DkgParticipantJson);
  const polynomials = participants.map(({ signing_key, coefficient }) => [
    scalar(group, signing_key),
    scalar(group, coefficient),
  ]);
  const coms = polynomials.map((polynomial) => commit(group, polynomial));
  for (const [i, { vss_commitments }] of participants.entries()) {
    expect(coms[i]!.map((point) => group.pointToBytes(point))).toEqual(vss_commitments.map(unhex));
  }
  // The Taproot suite tweaks its outputs in its own way; the shares on the way there are comparable.
  for (const [receiver, participant] of participants.entries()) {
    const parts = polynomials.map((polynomial) => group.scalarPolynomial(polynomial, receiver + 1));
    for (const [sender, text] of Object.entries(participant.signing_shares))
      expect(parts[Number(sender) - 1]).toEqual(unhex(text));
    if (taproot) continue;
    const share = sumScalars(group, parts);
    expect(share).toEqual(unhex(participant.signing_share));
    expect(group.pointToBytes(group.mulBase(share))).toEqual(unhex(participant.verifying_share));
  }
  if (taproot) return;
  const key = sumPoints(
    group,
    coms.map((com) => com[0]!),
  );
  expect(group.pointToBytes(key)).toEqual(unhex(inputs.verifying_key));
}

interface RepairJson {
  scalar_generation: Record<string, string>;
  sigma_generation: Record<string, string>;
}

/** The sums of a share repair, and that interpolation at the lost position repairs a share. */
function repair(group: Group, json: RepairJson): void {
  const sums: [Record<string, string>, string][] = [
    [json.scalar_generation, 'random_scalar_sum'],
    [json.sigma_generation, 'sigma_sum'],
  ];
  for (const [values, sum] of sums) {
    const parts = Object.keys(values).filter((key) => key !== sum);
    expect(
      equal(
        sumScalars(
          group,
          parts.map((key) => scalar(group, values[key]!)),
        ),
        unhex(values[sum]!),
      ),
    ).toBe(true);
  }
  const polynomial = Object.values(json.sigma_generation)
    .slice(0, 3)
    .map((text) => scalar(group, text));
  const helpers = [0, 3, 4];
  const lost = 1;
  const repaired = sumScalars(
    group,
    helpers.map((id) =>
      group.scalarMul(
        interpolatingValue(group, helpers, id, lost + 1),
        group.scalarPolynomial(polynomial, id + 1),
      ),
    ),
  );
  expect(repaired).toEqual(group.scalarPolynomial(polynomial, lost + 1));
}

interface SamplesJson {
  identifier: string;
  element1: string;
  scalar1: string;
}

/** CRC-32 as in zlib, bit by bit. */
function crc32(text: string): Uint8Array {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return be32(~crc >>> 0);
}

/** The binary form of a key package with the sample values, as the libraries' snapshots have it. */
function samples(group: Group, { identifier, element1, scalar1 }: SamplesJson, name: string): void {
  const fields = [identifier, scalar1, element1, element1].map(unhex);
  const bytes = concat(Uint8Array.of(0), crc32(name), ...fields, Uint8Array.of(2));
  const read = value(keyPackageFromBytes(group, bytes));
  expect(read.identifier).toBe(42);
  expect(read.minSigners).toBe(2);
  expect(keyPackageToBytes(group, read)).toEqual(bytes);
}

const suites = ['ed25519', 'secp256k1', 'secp256k1-tr'] as const;
const file = (suite: string, name: string) => `rfc9591/${suite}/${name}.json`;
const names = ['vectors', 'vectors-big-identifier', 'vectors_dkg', 'repair-share'];
const formats = {
  ed25519: 'FROST-ED25519-SHA512-v1',
  'secp256k1-tr': 'FROST-secp256k1-SHA256-TR-v1',
} as const;
const files = [
  ...suites.flatMap((suite) => names.map((name) => file(suite, name))),
  ...Object.keys(formats).map((suite) => file(suite, 'samples')),
];

/** RFC 9591: whole sessions on Ed25519; on secp256k1, where we sign by BIP 445, the shared algebra. */
export const rfc9591Vectors: Conformance = {
  name: 'RFC 9591',
  source: 'github.com/ZcashFoundation/frost, frost-*/tests/helpers/',
  files,
  cases: Object.fromEntries(
    files.map((path) => [path, /ed25519.vectors(-.*)?.json/.test(path) ? 2 : 1]),
  ),
  run(groups: Groups, load: Load, check: Check) {
    for (const [suite, name] of Object.entries(formats)) {
      const path = file(suite, 'samples');
      check(path, 'key package', () => {
        const group = suite === 'ed25519' ? groups.ed25519 : groups.secp256k1;
        samples(group, load(path) as SamplesJson, name);
      });
    }
    for (const suite of suites) {
      const group = suite === 'ed25519' ? groups.ed25519 : groups.secp256k1;
      for (const name of ['vectors', 'vectors-big-identifier']) {
        const path = file(suite, name);
        const json = load(path) as SessionJson;
        check(path, 'dealing', () => {
          dealt(group, json);
        });
        if (suite === 'ed25519')
          check(path, 'session', () => {
            session(group, json);
          });
      }
      check(file(suite, 'vectors_dkg'), 'key generation', () => {
        dkg(group, load(file(suite, 'vectors_dkg')) as DkgJson, suite === 'secp256k1-tr');
      });
      check(file(suite, 'repair-share'), 'repair', () => {
        repair(group, load(file(suite, 'repair-share')) as RepairJson);
      });
    }
  },
};

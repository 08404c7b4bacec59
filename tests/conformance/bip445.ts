import { expect } from 'vitest';
import { verify, xOnly } from '../../src/lib/crypto/bip340.ts';
import { isFault, type Fault, type FaultName } from '../../src/lib/crypto/faults.ts';
import {
  nonceAgg,
  nonceGen,
  openAggregated,
  partialSigAgg,
  partialSigVerify,
  signAggregated,
  type AggregatedSession,
} from '../../src/lib/crypto/frost-secp256k1.ts';
import type { Group, Scalar } from '../../src/lib/wasm/group.ts';
import type { Check, Conformance } from '../support/conformance.ts';
import { hex, unhex, value } from '../support/hex.ts';

interface ErrorJson {
  type: string;
  message?: string;
  signer_index?: number | null;
  contrib?: string;
}

/** The reference's error messages for our faults. */
const messages: Partial<Record<FaultName, RegExp>> = {
  'signer-count-out-of-range': /^The number of signers must be between t and n\.$/,
  'signer-id-out-of-range': /^The participant identifier at index \d+ is out of range\.$/,
  'signer-id-duplicate': /^The participant identifier list contains duplicate elements\.$/,
  'pubshare-invalid': /^Invalid pubshare at index \d+\.$/,
  'key-material-inconsistent': /^The provided key material is incorrect\.$/,
  'own-id-missing': /^The signer's id must be present in the participant identifier list\.$/,
  'own-pubshare-missing': /^The signer's pubshare must be included in the list of pubshares\.$/,
  'secshare-out-of-range': /^The signer's secret share value is out of range\.$/,
  'secnonce-spent': /^(first|second) secnonce value is out of range\.$/,
  'tweak-cancels-key': /^The result of tweaking cannot be infinity\.$/,
  'tweak-length': /^The tweak must be a 32-byte array\.$/,
  'tweak-out-of-range': /^The tweak value is out of range\.$/,
  'tweak-modes-differ': /^The tweaks and is_xonly arrays must have the same length\.$/,
  'signer-lists-differ': /^The psigs and ids arrays must have the same length\.$/,
};

const contributions: Partial<Record<FaultName, string>> = {
  'signing-pubnonce-invalid': 'pubnonce',
  'aggnonce-invalid': 'aggnonce',
  'psig-malformed': 'psig',
};

function expectFault(result: unknown, error: ErrorJson, ids: readonly number[]): void {
  if (!isFault(result)) throw new Error(`expected ${error.type}`);
  if (error.type === 'ValueError') {
    expect(result.who).toBe('local');
    expect(error.message).toMatch(messages[result.fault] ?? /no fault of ours/);
    return;
  }
  expect(contributions[result.fault]).toBe(error.contrib);
  const index = error.signer_index ?? undefined;
  expect(result.who).toBe(index === undefined ? 'relay' : 'operator');
  expect(result.operators).toEqual(index === undefined ? [] : [ids[index]]);
}

interface Material {
  n: number;
  t: number;
  thresh_pk: string;
  pubshares: string[];
  pubnonces: string[];
  secshares: string[];
  secnonces: string[];
  tweaks?: string[];
}

interface Case {
  tc_id: number;
  comment: string;
  my_id: number;
  ids: number[];
  pubshare_indices: number[];
  pubnonce_indices: number[];
  secshare_index: number;
  secnonce_index: number;
  aggnonce: string;
  msg: string;
  tweak_indices?: number[];
  is_xonly?: boolean[];
  psig: string;
  psigs: string[];
  signer_index: number;
  expected: string;
  error: ErrorJson;
}

const pick = (list: readonly string[], indices: readonly number[]) =>
  indices.map((i) => unhex(list[i]!));

const titleOf = ({ tc_id, comment }: { tc_id: number; comment: string }) => `${tc_id} ${comment}`;

function open(
  group: Group,
  material: Material,
  test: Case,
  aggnonce = unhex(test.aggnonce),
): AggregatedSession | Fault {
  return openAggregated(group, {
    draft: '0.6.0',
    aggnonce,
    signers: {
      n: material.n,
      t: material.t,
      ids: test.ids,
      pubshares: pick(material.pubshares, test.pubshare_indices),
      threshPk: unhex(material.thresh_pk),
    },
    tweaks: pick(material.tweaks ?? [], test.tweak_indices ?? []),
    isXonly: test.is_xonly ?? [],
    msg: unhex(test.msg),
  });
}

function signCase(group: Group, material: Material, test: Case): Uint8Array | Fault {
  const session = open(group, material, test);
  if (isFault(session)) return session;
  return signAggregated(
    group,
    session,
    unhex(material.secnonces[test.secnonce_index]!),
    unhex(material.secshares[test.secshare_index]!),
    test.my_id,
  );
}

function verifyCase(group: Group, material: Material, test: Case): boolean | Fault {
  const pubnonces = pick(material.pubnonces, test.pubnonce_indices);
  const aggnonce = nonceAgg(group, test.ids, pubnonces);
  // The reference validates the signers before it looks at nonces.
  const session = open(
    group,
    material,
    test,
    isFault(aggnonce) ? unhex('00'.repeat(66)) : aggnonce,
  );
  if (isFault(session)) return session;
  if (isFault(aggnonce)) return aggnonce;
  const i = test.signer_index;
  return partialSigVerify(group, session, unhex(test.psig), pubnonces[i]!, test.ids[i]!);
}

function validSigning(group: Group, material: Material, test: Case): void {
  const pubnonces = pick(material.pubnonces, test.pubnonce_indices);
  expect(hex(value(nonceAgg(group, test.ids, pubnonces)))).toBe(test.aggnonce);
  expect(hex(value(signCase(group, material, test)))).toBe(test.expected);
  const signer_index = test.ids.indexOf(test.my_id);
  expect(verifyCase(group, material, { ...test, psig: test.expected, signer_index })).toBe(true);
}

type Load = (file: string) => unknown;

function nonces(group: Group, load: Load, check: Check): void {
  const gen = 'bip445/nonce_gen_vectors.json';
  type GenCase = { tc_id: number; comment: string; rand_: string; expected: [string, string] } & {
    [key in 'secshare' | 'pubshare' | 'thresh_pk' | 'msg' | 'extra_in']: string | null;
  };
  for (const test of (load(gen) as { valid_tests: GenCase[] }).valid_tests) {
    check(gen, titleOf(test), () => {
      const optional = (text: string | null) => (text === null ? undefined : unhex(text));
      const { secnonce, pubnonce } = value(
        nonceGen(group, {
          rand: unhex(test.rand_),
          secshare: optional(test.secshare) as Scalar | undefined,
          pubshare: optional(test.pubshare),
          threshPk: optional(test.thresh_pk),
          msg: optional(test.msg),
          extraIn: optional(test.extra_in),
        }),
      );
      expect([hex(secnonce), hex(pubnonce)]).toEqual(test.expected);
    });
  }

  const agg = 'bip445/nonce_agg_vectors.json';
  type AggCase = Pick<Case, 'tc_id' | 'comment' | 'pubnonce_indices' | 'error'> & {
    expected?: string;
  };
  const { pubnonces, valid_tests, error_tests } = load(agg) as {
    pubnonces: string[];
    valid_tests: AggCase[];
    error_tests: AggCase[];
  };
  for (const test of [...valid_tests, ...error_tests]) {
    check(agg, titleOf(test), () => {
      const ids = test.pubnonce_indices.map((_, i) => i);
      const result = nonceAgg(group, ids, pick(pubnonces, test.pubnonce_indices));
      if (test.expected) expect(hex(value(result))).toBe(test.expected);
      else expectFault(result, test.error, ids);
    });
  }
}

function signing(group: Group, load: Load, check: Check): void {
  const file = 'bip445/sign_verify_vectors.json';
  type Group_ = Material & {
    valid_tests: Case[];
    sign_error_tests: Case[];
    verify_fail_tests: Case[];
    verify_error_tests: Case[];
  };
  for (const material of (load(file) as { test_groups: Group_[] }).test_groups) {
    for (const test of material.valid_tests)
      check(file, titleOf(test), () => {
        validSigning(group, material, test);
      });
    for (const test of material.sign_error_tests)
      check(file, titleOf(test), () => {
        expectFault(signCase(group, material, test), test.error, test.ids);
      });
    for (const test of material.verify_fail_tests)
      check(file, titleOf(test), () => {
        expect(verifyCase(group, material, test)).toBe(false);
      });
    for (const test of material.verify_error_tests)
      check(file, titleOf(test), () => {
        expectFault(verifyCase(group, material, test), test.error, test.ids);
      });
  }
}

function tweaks(group: Group, load: Load, check: Check): void {
  const file = 'bip445/tweak_vectors.json';
  type Group_ = Material & { valid_tests: Case[]; error_tests: Case[] };
  for (const material of (load(file) as { test_groups: Group_[] }).test_groups) {
    for (const test of material.valid_tests)
      check(file, titleOf(test), () => {
        validSigning(group, material, test);
      });
    for (const test of material.error_tests)
      check(file, titleOf(test), () => {
        expectFault(signCase(group, material, test), test.error, test.ids);
      });
  }
}

function aggregation(group: Group, load: Load, check: Check): void {
  const file = 'bip445/sig_agg_vectors.json';
  type Group_ = Material & { valid_tests: Case[]; error_tests: Case[] };
  for (const material of (load(file) as { test_groups: Group_[] }).test_groups) {
    for (const test of [...material.valid_tests, ...material.error_tests]) {
      check(file, titleOf(test), () => {
        const session = value(open(group, material, test));
        const psigs = test.psigs.map(unhex);
        const signature = partialSigAgg(group, session, psigs);
        if (!test.expected) {
          expectFault(signature, test.error, test.ids);
          return;
        }
        expect(hex(value(signature))).toBe(test.expected);
        expect(verify(group, xOnly(session.Q), unhex(test.msg), value(signature))).toBe(true);
      });
    }
  }
}

const cases = {
  'bip445/nonce_gen_vectors.json': 5,
  'bip445/nonce_agg_vectors.json': 5,
  'bip445/sign_verify_vectors.json': 93,
  'bip445/tweak_vectors.json': 44,
  'bip445/sig_agg_vectors.json': 22,
};

/** BIP 445, draft 0.6.0, without deterministic signing: 169 cases. */
export const bip445Vectors: Conformance = {
  name: 'BIP 445',
  source: 'github.com/siv2r/bip-frost-signing, python/vectors/',
  files: Object.keys(cases),
  cases,
  run({ secp256k1 }, load, check) {
    nonces(secp256k1, load, check);
    signing(secp256k1, load, check);
    tweaks(secp256k1, load, check);
    aggregation(secp256k1, load, check);
  },
};

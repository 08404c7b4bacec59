import { expect } from 'vitest';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import * as chilldkg from '../../src/lib/crypto/chilldkg.ts';
import { custodySuite } from '../../src/lib/crypto/custody-suite.ts';
import type { DkgSuite } from '../../src/lib/crypto/dkg-suite.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { recover } from '../../src/lib/crypto/recovery.ts';
import { paramsHashOf, type SessionParams } from '../../src/lib/crypto/session-params.ts';
import type { DkgOutput } from '../../src/lib/crypto/simplpedpop.ts';
import type { Check, Conformance } from '../support/conformance.ts';
import { hex, unhex, value } from '../support/hex.ts';
import { expectFault, type ErrorJson } from './chilldkg-faults.ts';

interface ParamsJson {
  hostpubkeys: string[];
  t: number;
}

interface OutputJson {
  secshare: string | null;
  threshPk: string;
  pubshares: string[];
}

const params = ({ hostpubkeys, t }: ParamsJson): SessionParams => ({
  hostpubkeys: hostpubkeys.map(unhex),
  t,
});

const outputJson = ({ secshare, threshPk, pubshares }: DkgOutput): OutputJson => ({
  secshare: secshare ? hex(secshare) : null,
  threshPk: hex(threshPk),
  pubshares: pubshares.map(hex),
});

interface Case {
  tcId: number;
  comment: string;
  expectedError: ErrorJson;
}

interface File<Group> {
  totalTests: number;
  testGroups: Group[];
}

type Load = (file: string) => unknown;

/** A participant's run up to its first message, as most files set it up. */
interface Begun {
  params: ParamsJson;
  hostseckey: string;
  random: string;
  auxRand: string;
  pmsg1: string;
}

function begin(suite: DkgSuite, group: Begun): chilldkg.ParticipantState1 {
  const { state, pmsg1 } = value(
    chilldkg.participantStep1(
      suite,
      unhex(group.hostseckey),
      params(group.params),
      unhex(group.random),
    ),
  );
  expect(hex(pmsg1)).toBe(group.pmsg1);
  return state;
}

const path = (name: string) => `chilldkg/${name}_vectors.json`;
const titleOf = ({ tcId, comment }: Case) => `${tcId} ${comment}`;

/** hostpubkey_gen, params_hash, participant step 1. */
function firstSteps(suite: DkgSuite, load: Load, check: Check): void {
  const keys = path('hostpubkey_gen');
  type KeyCase = Case & { hostseckey: string; expectedHostpubkey?: string };
  const keyFile = load(keys) as { validTestCases: KeyCase[]; errorTestCases: KeyCase[] };
  for (const test of [...keyFile.validTestCases, ...keyFile.errorTestCases]) {
    check(keys, titleOf(test), () => {
      const key = hostPubkeyOf(suite.host, unhex(test.hostseckey));
      if (test.expectedHostpubkey) expect(hex(value(key))).toBe(test.expectedHostpubkey);
      else expectFault(key, test.expectedError);
    });
  }

  const hashes = path('params_hash');
  type HashCase = Case & { params: ParamsJson; expectedParamsHash?: string };
  const hashFile = load(hashes) as { validTestCases: HashCase[]; errorTestCases: HashCase[] };
  for (const test of [...hashFile.validTestCases, ...hashFile.errorTestCases]) {
    check(hashes, titleOf(test), () => {
      const hash = paramsHashOf(suite, params(test.params));
      if (test.expectedParamsHash) expect(hex(value(hash))).toBe(test.expectedParamsHash);
      else expectFault(hash, test.expectedError);
    });
  }

  const step1 = path('participant_step1');
  type Step1Case = Case & {
    hostseckey: string;
    params: ParamsJson;
    random: string;
    expectedPmsg1?: string;
  };
  const file = load(step1) as File<{ validTestCases: Step1Case[]; errorTestCases: Step1Case[] }>;
  for (const group of file.testGroups) {
    for (const test of [...group.validTestCases, ...group.errorTestCases]) {
      check(step1, titleOf(test), () => {
        const result = chilldkg.participantStep1(
          suite,
          unhex(test.hostseckey),
          params(test.params),
          unhex(test.random),
        );
        if (test.expectedPmsg1) expect(hex(value(result).pmsg1)).toBe(test.expectedPmsg1);
        else expectFault(result, test.expectedError);
      });
    }
  }
}

/** Participant step 2, finalize, investigate. */
function participantSteps(suite: DkgSuite, load: Load, check: Check): void {
  const step2 = path('participant_step2');
  type Step2Case = Case & {
    cmsg1: string;
    hostseckey?: string;
    auxRand?: string;
    expectedPmsg2?: string;
  };
  const step2File = load(step2) as File<
    Begun & { validTestCases: Step2Case[]; errorTestCases: Step2Case[] }
  >;
  for (const group of step2File.testGroups) {
    for (const test of [...group.validTestCases, ...group.errorTestCases]) {
      check(step2, titleOf(test), () => {
        const result = chilldkg.participantStep2(
          unhex(test.hostseckey ?? group.hostseckey),
          begin(suite, group),
          unhex(test.cmsg1),
          unhex(test.auxRand ?? group.auxRand),
        );
        if (test.expectedPmsg2) expect(hex(value(result).pmsg2)).toBe(test.expectedPmsg2);
        else expectFault(result, test.expectedError);
      });
    }
  }

  const finalize = path('participant_finalize');
  type FinalizeCase = Case & {
    cmsg2: string;
    expectedOutput?: { dkgOutput: OutputJson; recoveryData: string };
  };
  const finalizeFile = load(finalize) as File<
    Begun & {
      cmsg1: string;
      pmsg2: string;
      validTestCases: FinalizeCase[];
      errorTestCases: FinalizeCase[];
    }
  >;
  for (const group of finalizeFile.testGroups) {
    for (const test of [...group.validTestCases, ...group.errorTestCases]) {
      check(finalize, titleOf(test), () => {
        const { state, pmsg2 } = value(
          chilldkg.participantStep2(
            unhex(group.hostseckey),
            begin(suite, group),
            unhex(group.cmsg1),
            unhex(group.auxRand),
          ),
        );
        expect(hex(pmsg2)).toBe(group.pmsg2);
        const result = chilldkg.participantFinalize(state, unhex(test.cmsg2));
        if (!test.expectedOutput) {
          expectFault(result, test.expectedError);
          return;
        }
        const { output, recoveryData } = value(result);
        expect(outputJson(output)).toEqual(test.expectedOutput.dkgOutput);
        expect(hex(recoveryData)).toBe(test.expectedOutput.recoveryData);
      });
    }
  }

  const investigate = path('participant_investigate');
  type InvestigateCase = Case & { cmsg1Index: number; cinvMsg: string };
  const investigateFile = load(investigate) as File<
    Begun & { cmsg1Pool: string[]; errorTestCases: InvestigateCase[] }
  >;
  for (const group of investigateFile.testGroups) {
    for (const test of group.errorTestCases) {
      check(investigate, titleOf(test), () => {
        const state = begin(suite, group);
        const key = unhex(group.hostseckey);
        const cmsg1 = unhex(group.cmsg1Pool[test.cmsg1Index]!);
        const failed = chilldkg.participantStep2(key, state, cmsg1, unhex(group.auxRand));
        expect(isFault(failed) && failed.fault).toBe('secshare-wrong');
        expectFault(
          chilldkg.participantInvestigate(key, state, cmsg1, unhex(test.cinvMsg)),
          test.expectedError,
        );
      });
    }
  }
}

/** Coordinator step 1, finalize, investigate. */
function coordinatorSteps(suite: DkgSuite, load: Load, check: Check): void {
  const step1 = path('coordinator_step1');
  type Step1Case = Case & { params: ParamsJson; pmsg1Indices: number[]; expectedCmsg1?: string };
  const step1File = load(step1) as File<{
    pmsg1Pool: string[];
    validTestCases: Step1Case[];
    errorTestCases: Step1Case[];
  }>;
  for (const group of step1File.testGroups) {
    for (const test of [...group.validTestCases, ...group.errorTestCases]) {
      check(step1, titleOf(test), () => {
        const pmsgs1 = test.pmsg1Indices.map((i) => unhex(group.pmsg1Pool[i]!));
        const result = chilldkg.coordinatorStep1(suite, pmsgs1, params(test.params));
        if (test.expectedCmsg1) expect(hex(value(result).cmsg1)).toBe(test.expectedCmsg1);
        else expectFault(result, test.expectedError);
      });
    }
  }

  const finalize = path('coordinator_finalize');
  type FinalizeCase = Case & {
    pmsg2Indices: number[];
    expectedOutput?: { cmsg2: string; dkgOutput: OutputJson; recoveryData: string };
  };
  const finalizeFile = load(finalize) as File<{
    params: ParamsJson;
    pmsgs1: string[];
    cmsg1: string;
    pmsg2Pool: string[];
    validTestCases: FinalizeCase[];
    errorTestCases: FinalizeCase[];
  }>;
  for (const group of finalizeFile.testGroups) {
    for (const test of [...group.validTestCases, ...group.errorTestCases]) {
      check(finalize, titleOf(test), () => {
        const pmsgs1 = group.pmsgs1.map(unhex);
        const { state, cmsg1 } = value(
          chilldkg.coordinatorStep1(suite, pmsgs1, params(group.params)),
        );
        expect(hex(cmsg1)).toBe(group.cmsg1);
        const pmsgs2 = test.pmsg2Indices.map((i) => unhex(group.pmsg2Pool[i]!));
        const result = chilldkg.coordinatorFinalize(state, pmsgs2);
        if (!test.expectedOutput) {
          expectFault(result, test.expectedError);
          return;
        }
        const { cmsg2, output, recoveryData } = value(result);
        expect(hex(cmsg2)).toBe(test.expectedOutput.cmsg2);
        expect(outputJson(output)).toEqual(test.expectedOutput.dkgOutput);
        expect(hex(recoveryData)).toBe(test.expectedOutput.recoveryData);
      });
    }
  }

  const investigate = path('coordinator_investigate');
  const investigateFile = load(investigate) as File<{
    params: ParamsJson;
    pmsgs1: string[];
    validTestCases: (Case & { expectedCinvMsgs: string[] })[];
  }>;
  for (const group of investigateFile.testGroups) {
    for (const test of group.validTestCases) {
      check(investigate, titleOf(test), () => {
        const messages: Bytes[] = value(
          chilldkg.coordinatorInvestigate(suite, group.pmsgs1.map(unhex), params(group.params)),
        );
        expect(messages.map(hex)).toEqual(test.expectedCinvMsgs);
      });
    }
  }
}

/** participant_recover and coordinator_recover. */
function recovery(suite: DkgSuite, load: Load, check: Check): void {
  const file = path('recover');
  type RecoverCase = Case & {
    hostseckey: string | null;
    recoveryData: string;
    expectedOutput?: { dkgOutput: OutputJson; params: ParamsJson };
  };
  const { validTestCases, errorTestCases } = load(file) as {
    validTestCases: RecoverCase[];
    errorTestCases: RecoverCase[];
  };
  for (const test of [...validTestCases, ...errorTestCases]) {
    check(file, titleOf(test), () => {
      const hostSeckey = test.hostseckey === null ? undefined : unhex(test.hostseckey);
      const result = recover(suite, hostSeckey, unhex(test.recoveryData));
      if (!test.expectedOutput) {
        expectFault(result, test.expectedError);
        return;
      }
      const recovered = value(result);
      expect(outputJson(recovered.output)).toEqual(test.expectedOutput.dkgOutput);
      expect({
        hostpubkeys: recovered.params.hostpubkeys.map(hex),
        t: recovered.params.t,
      }).toEqual(test.expectedOutput.params);
    });
  }
}

const cases = {
  [path('hostpubkey_gen')]: 4,
  [path('params_hash')]: 6,
  [path('participant_step1')]: 52,
  [path('participant_step2')]: 74,
  [path('participant_finalize')]: 16,
  [path('participant_investigate')]: 16,
  [path('coordinator_step1')]: 44,
  [path('coordinator_finalize')]: 20,
  [path('coordinator_investigate')]: 4,
  [path('recover')]: 13,
};

/** ChillDKG 0.3.0-dev: 249 cases. */
export const chilldkgVectors: Conformance = {
  name: 'ChillDKG',
  source: 'github.com/BlockstreamResearch/bip-frost-dkg, vectors/',
  files: Object.keys(cases),
  cases,
  run({ secp256k1 }, load, check) {
    const suite = custodySuite(secp256k1);
    firstSteps(suite, load, check);
    participantSteps(suite, load, check);
    coordinatorSteps(suite, load, check);
    recovery(suite, load, check);
  },
};

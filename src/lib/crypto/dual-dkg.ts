import type { Group } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { attestationSuite } from './attestation-suite.ts';
import { be32, concat, equal, layoutLength, readBe32, wipe, type Bytes } from './bytes.ts';
import * as chilldkg from './chilldkg.ts';
import { custodySuite } from './custody-suite.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { recover } from './recovery.ts';
import { houseRule, type SessionParams } from './session-params.ts';
import type { DkgOutput } from './simplpedpop.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/*
 * Both keys of a group in one ceremony of two rounds: two runs in lock-step, each message the
 * custody run's followed by the attestation run's.
 *
 * The custody run is ChillDKG to the byte, so its half of the recovery data is good for any
 * implementation of it. The attestation transcript is bound to the custody transcript, and nobody
 * signs either before both runs were checked.
 */

/** What a ceremony is about. */
export interface Ceremony extends SessionParams {
  /** 32 bytes: the hash of the sealed manifest. */
  readonly manifestHash: Uint8Array;
}

/** The implementations to compute with. */
export interface Groups {
  readonly secp256k1: Group;
  readonly ed25519: Group;
  /** The most operators a group may have, where measurements need more than `MAX_OPERATORS`. */
  readonly maxOperators?: number;
}

type Both<T> = Readonly<Record<DkgSuite['name'], T>>;

const suitesFor = (
  { secp256k1, ed25519, maxOperators }: Groups,
  manifestHash: Uint8Array,
): Both<DkgSuite> => ({
  custody: custodySuite(secp256k1, maxOperators),
  attestation: attestationSuite(secp256k1, ed25519, manifestHash, maxOperators),
});

/** The hash that binds the attestation transcript to the custody transcript and the manifest. */
const boundTo = (manifestHash: Uint8Array, custodyTranscript: Uint8Array): Bytes =>
  taggedHash(tags.custodyTranscript, manifestHash, custodyTranscript);

/** Says which of the two runs a fault is about. */
const inRun = (run: DkgSuite['name'], { fault: name, operators, detail }: Fault): Fault =>
  fault(name, operators, detail ? `${run} key, ${detail}` : `${run} key`);

/** Cuts a message into the halves of the two runs; undefined unless the length is exactly right. */
function halves(message: Uint8Array, { custody, attestation }: Both<number>) {
  if (message.length !== custody + attestation) return undefined;
  return { custody: message.subarray(0, custody), attestation: message.subarray(custody) };
}

type Size = { readonly t: number; readonly n: number };

const lengths = (suites: Both<DkgSuite>, of: (suite: DkgSuite) => number): Both<number> => ({
  custody: of(suites.custody),
  attestation: of(suites.attestation),
});

const pmsg1Lengths = (suites: Both<DkgSuite>, size: Size) =>
  lengths(suites, (suite) => layoutLength(chilldkg.participantMsg1Layout(suite, size)));
const cmsg1Lengths = (suites: Both<DkgSuite>, size: Size) =>
  lengths(suites, (suite) => layoutLength(chilldkg.coordinatorMsg1Layout(suite, size)));
const cinvLengths = (suites: Both<DkgSuite>, n: number) =>
  lengths(suites, (suite) => layoutLength(chilldkg.investigationLayout(suite, n)));

// Participant

/** After the first step. Holds no secret; good for one `participantStep2`. */
export interface ParticipantState1 extends Both<chilldkg.ParticipantState1> {
  readonly manifestHash: Uint8Array;
}

/** After the second step. Both shares are secret; nobody may use the keys before `finalize`. */
export type ParticipantState2 = Both<chilldkg.ParticipantState2> & {
  readonly manifestHash: Uint8Array;
};

/** Both keys, certified. */
export interface DualOutput extends Both<DkgOutput> {
  /** The one file from which the host secret leads to both shares again. Not secret. */
  readonly recoveryData: Bytes;
}

function ceremonyFault(ceremony: Ceremony): Fault | undefined {
  if (ceremony.manifestHash.length !== 32) return fault('input-length', [], 'manifest hash');
  return houseRule(ceremony);
}

/**
 * The first step of both runs. `hostSeckey`: 32 bytes; `random`: 32 fresh bytes, which the runs hash
 * under different tags. Faults: `houseRule` and those of ChillDKG's first step.
 */
export function participantStep1(
  groups: Groups,
  hostSeckey: Uint8Array,
  ceremony: Ceremony,
  random: Uint8Array,
): { state: ParticipantState1; pmsg1: Bytes } | Fault {
  expectSecrets('first step of the ceremony', groups.secp256k1, groups.ed25519);
  const unfit = ceremonyFault(ceremony);
  if (unfit) return unfit;
  const manifestHash = ceremony.manifestHash.slice(); // the state outlives the caller's buffer
  const suites = suitesFor(groups, manifestHash);
  const custody = chilldkg.participantStep1(suites.custody, hostSeckey, ceremony, random);
  if (isFault(custody)) return custody;
  const attestation = chilldkg.participantStep1(suites.attestation, hostSeckey, ceremony, random);
  if (isFault(attestation)) return inRun('attestation', attestation);
  return {
    state: {
      custody: custody.state,
      attestation: attestation.state,
      manifestHash,
    },
    pmsg1: concat(custody.pmsg1, attestation.pmsg1),
  };
}

const suitesOf = (state: Both<{ readonly session: { readonly suite: DkgSuite } }>) => ({
  custody: state.custody.session.suite,
  attestation: state.attestation.session.suite,
});

/** Checks both runs and signs neither. */
function participantCheck(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
): ParticipantState2 | Fault {
  const { manifestHash } = state1;
  const parts = halves(cmsg1, cmsg1Lengths(suitesOf(state1), state1.custody.session));
  if (!parts) return fault('relay-message-malformed', [], 'length');
  const custody = chilldkg.participantCheck(hostSeckey, state1.custody, parts.custody);
  if (isFault(custody)) return inRun('custody', custody);
  const bound = boundTo(manifestHash, custody.eqInput);
  const attestation = chilldkg.participantCheck(
    hostSeckey,
    state1.attestation,
    parts.attestation,
    bound,
  );
  if (!isFault(attestation)) return { custody, attestation, manifestHash };
  wipeShare(custody.output);
  return inRun('attestation', attestation);
}

function wipeShare({ secshare }: DkgOutput): void {
  if (secshare) wipe(secshare);
}

/**
 * The second step: checks both runs, then signs both transcripts (128 bytes). `auxRand`: 32 fresh
 * bytes. Faults: those of ChillDKG's second step; `secshare-wrong` calls for
 * `participantInvestigate`.
 */
export function participantStep2(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
  auxRand: Uint8Array,
): { state: ParticipantState2; pmsg2: Bytes } | Fault {
  if (auxRand.length !== 32) return fault('input-length', [], 'auxiliary randomness');
  const state = participantCheck(hostSeckey, state1, cmsg1);
  if (isFault(state)) return state;
  const signatures: Bytes[] = [];
  for (const run of ['custody', 'attestation'] as const) {
    const signature = chilldkg.participantSign(hostSeckey, state1[run], state[run], auxRand);
    if (isFault(signature)) return signature;
    signatures.push(signature);
  }
  return { state, pmsg2: concat(...signatures) };
}

/**
 * The last step: both keys exist for this participant if both certificates (64n bytes each) are
 * valid. Faults: `relay-message-malformed`, `certificate-invalid`.
 */
export function participantFinalize(
  { custody, attestation, manifestHash }: ParticipantState2,
  cmsg2: Uint8Array,
): DualOutput | Fault {
  const { n } = custody.session;
  const parts = halves(cmsg2, { custody: 64 * n, attestation: 64 * n });
  if (!parts) return fault('relay-message-malformed', [], 'length');
  const custodyEnd = chilldkg.participantFinalize(custody, parts.custody);
  if (isFault(custodyEnd)) return inRun('custody', custodyEnd);
  const attestationEnd = chilldkg.participantFinalize(attestation, parts.attestation);
  if (isFault(attestationEnd)) return inRun('attestation', attestationEnd);
  return joined(manifestHash, custodyEnd, attestationEnd);
}

interface RunEnd {
  readonly output: DkgOutput;
  readonly recoveryData: Bytes;
}

const joined = (manifestHash: Uint8Array, custody: RunEnd, attestation: RunEnd): DualOutput => ({
  custody: custody.output,
  attestation: attestation.output,
  recoveryData: recoveryDataToBytes(manifestHash, custody.recoveryData, attestation.recoveryData),
});

/**
 * Finds out who is at fault after `secshare-wrong` in either run, given the same coordinator message
 * and the investigation message. Always returns a fault.
 */
export function participantInvestigate(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
  cinv: Uint8Array,
): Fault {
  const suites = suitesOf(state1);
  const parts = halves(cmsg1, cmsg1Lengths(suites, state1.custody.session));
  const evidence = halves(cinv, cinvLengths(suites, state1.custody.session.n));
  if (!parts || !evidence) return fault('relay-message-malformed', [], 'length');
  const investigate = (run: DkgSuite['name']) =>
    chilldkg.participantInvestigate(hostSeckey, state1[run], parts[run], evidence[run]);
  const custody = investigate('custody');
  return custody.fault === 'nothing-to-investigate'
    ? inRun('attestation', investigate('attestation'))
    : inRun('custody', custody);
}

// Coordinator

/** After the coordinator's first step; good for one `coordinatorFinalize`. */
export type CoordinatorState = Both<chilldkg.CoordinatorState> & {
  readonly manifestHash: Uint8Array;
};

/** Everybody's first messages, cut in halves. */
function splitFirstMessages(
  suites: Both<DkgSuite>,
  pmsgs1: readonly Uint8Array[],
  { hostpubkeys, t }: SessionParams,
): Both<Uint8Array[]> | Fault {
  const expected = pmsg1Lengths(suites, { t, n: hostpubkeys.length });
  const parts = pmsgs1.map((msg) => halves(msg, expected));
  const malformed = parts.findIndex((part) => part === undefined);
  if (malformed >= 0) return fault('round1-malformed', [malformed], 'length');
  return {
    custody: parts.map((part) => part!.custody),
    attestation: parts.map((part) => part!.attestation),
  };
}

/** The coordinator's first step. Faults: `houseRule` and those of ChillDKG's. */
export function coordinatorStep1(
  groups: Groups,
  pmsgs1: readonly Uint8Array[],
  ceremony: Ceremony,
): { state: CoordinatorState; cmsg1: Bytes } | Fault {
  const unfit = ceremonyFault(ceremony);
  if (unfit) return unfit;
  const manifestHash = ceremony.manifestHash.slice();
  const suites = suitesFor(groups, manifestHash);
  const parts = splitFirstMessages(suites, pmsgs1, ceremony);
  if (isFault(parts)) return parts;
  const custody = chilldkg.coordinatorStep1(suites.custody, parts.custody, ceremony);
  if (isFault(custody)) return inRun('custody', custody);
  const bound = boundTo(manifestHash, custody.state.eqInput);
  const attestation = chilldkg.coordinatorStep1(
    suites.attestation,
    parts.attestation,
    ceremony,
    bound,
  );
  if (isFault(attestation)) return inRun('attestation', attestation);
  return {
    state: { custody: custody.state, attestation: attestation.state, manifestHash },
    cmsg1: concat(custody.cmsg1, attestation.cmsg1),
  };
}

/** The coordinator's last step. Faults: those of ChillDKG's. */
export function coordinatorFinalize(
  { custody, attestation, manifestHash }: CoordinatorState,
  pmsgs2: readonly Uint8Array[],
): (DualOutput & { cmsg2: Bytes }) | Fault {
  const malformed = pmsgs2.findIndex((msg) => msg.length !== 128);
  if (malformed >= 0) return fault('round2-malformed', [malformed], 'length');
  const custodyEnd = chilldkg.coordinatorFinalize(
    custody,
    pmsgs2.map((msg) => msg.subarray(0, 64)),
  );
  if (isFault(custodyEnd)) return inRun('custody', custodyEnd);
  const attestationEnd = chilldkg.coordinatorFinalize(
    attestation,
    pmsgs2.map((msg) => msg.subarray(64)),
  );
  if (isFault(attestationEnd)) return inRun('attestation', attestationEnd);
  return {
    ...joined(manifestHash, custodyEnd, attestationEnd),
    cmsg2: concat(custodyEnd.cmsg2, attestationEnd.cmsg2),
  };
}

/** The investigation message for each participant. Faults as `coordinatorStep1`. */
export function coordinatorInvestigate(
  groups: Groups,
  pmsgs1: readonly Uint8Array[],
  ceremony: Ceremony,
): Bytes[] | Fault {
  const suites = suitesFor(groups, ceremony.manifestHash);
  const parts = splitFirstMessages(suites, pmsgs1, ceremony);
  if (isFault(parts)) return parts;
  const custody = chilldkg.coordinatorInvestigate(suites.custody, parts.custody, ceremony);
  if (isFault(custody)) return inRun('custody', custody);
  const attestation = chilldkg.coordinatorInvestigate(
    suites.attestation,
    parts.attestation,
    ceremony,
  );
  if (isFault(attestation)) return inRun('attestation', attestation);
  return custody.map((cinv, id) => concat(cinv, attestation[id]!));
}

// Recovery

const RECOVERY_VERSION = 1;

/** version (1) ‖ manifest hash (32) ‖ length (4) ‖ custody recovery data ‖ attestation's. */
function recoveryDataToBytes(
  manifestHash: Uint8Array,
  custody: Uint8Array,
  attestation: Uint8Array,
) {
  const version = Uint8Array.of(RECOVERY_VERSION);
  return concat(version, manifestHash, be32(custody.length), custody, attestation);
}

/** What the recovery file yields. */
export interface DualRecovered extends Both<DkgOutput> {
  readonly ceremony: Ceremony;
  /** The recovering operator's position; undefined without a host secret. */
  readonly id: number | undefined;
}

/**
 * Computes both keys again from the recovery file and, for the shares, the host secret.
 * Faults: those of `recover`.
 */
export function recoverBoth(
  groups: Groups,
  hostSeckey: Uint8Array | undefined,
  recoveryData: Uint8Array,
): DualRecovered | Fault {
  if (hostSeckey) expectSecrets('recovery', groups.secp256k1, groups.ed25519);
  if (recoveryData.length < 37) return fault('recovery-malformed', [], 'length');
  if (recoveryData[0] !== RECOVERY_VERSION) return fault('recovery-malformed', [], 'version');
  const manifestHash = recoveryData.slice(1, 33);
  const rest = recoveryData.subarray(37);
  const custodyLength = readBe32(recoveryData.subarray(33));
  if (custodyLength > rest.length) return fault('recovery-malformed', [], 'length');

  const suites = suitesFor(groups, manifestHash);
  const custody = recover(suites.custody, hostSeckey, rest.subarray(0, custodyLength));
  if (isFault(custody)) return inRun('custody', custody);
  const bound = boundTo(manifestHash, custody.transcript);
  const part = rest.subarray(custodyLength);
  const attestation = recover(suites.attestation, hostSeckey, part, bound);
  if (isFault(attestation)) {
    wipeShare(custody.output);
    return inRun('attestation', attestation);
  }
  const { params, id } = custody;
  if (!sameParams(params, attestation.params)) {
    wipeShare(custody.output);
    wipeShare(attestation.output);
    return fault('recovery-params-invalid', [], 'the two keys belong to different groups');
  }
  const ceremony = { ...params, manifestHash };
  return { custody: custody.output, attestation: attestation.output, ceremony, id };
}

const sameParams = (a: SessionParams, b: SessionParams): boolean =>
  a.t === b.t && equal(concat(...a.hostpubkeys), concat(...b.hostpubkeys));

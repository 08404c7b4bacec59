import type { Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { certeqFirstInvalid, certeqSign } from './certeq.ts';
import { concat, equal, split, wipe, type Bytes, type Layout } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import * as encpedpop from './encpedpop.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { hostKey, type HostKey } from './host-key.ts';
import { unfitRandomness } from './randomness.ts';
import { openSession, type Session, type SessionParams } from './session-params.ts';
import type { DkgOutput } from './simplpedpop.ts';
import { scalarsFromBytes } from './vss.ts';

/*
 * ChillDKG: EncPedPop, then CertEq over the whole transcript. Two messages from each participant, two
 * from the coordinator, who only relays and adds. With the host secret, the transcript and its
 * certificate (“recovery data”) every participant can compute the outputs again.
 *
 * A participant who signed the transcript must keep the host secret even if nothing else arrives:
 * others may have completed the run, and can prove it.
 */

const nothing = new Uint8Array(0);

// Messages

/** The first message: `t` points, proof, nonce, `n` ciphertexts; 33t + 32n + 97 bytes for custody. */
export const participantMsg1Layout = encpedpop.participantLayout;

/** The first message to all: EncPedPop's and all summed ciphertexts; 162n + 33(t − 1) for custody. */
export const coordinatorMsg1Layout = (suite: DkgSuite, size: { t: number; n: number }): Layout => [
  ...encpedpop.coordinatorLayout(suite, size),
  [size.n, 32],
];

/** The investigation message; 65n bytes for custody. */
export const investigationLayout = encpedpop.investigationLayout;

/** The certificate: a signature of everybody. */
const certificateLayout = (n: number): Layout => [[n, 64]];

interface CoordinatorMsg1 {
  readonly enc: encpedpop.CoordinatorMsg;
  readonly encSecshares: readonly Scalar[];
}

function parseCoordinatorMsg1(
  { suite, t, n }: Session,
  bytes: Uint8Array,
): CoordinatorMsg1 | Fault {
  const malformed = (detail: string) => fault('relay-message-malformed', [], detail);
  const fields = split(bytes, coordinatorMsg1Layout(suite, { t, n }));
  if (!fields) return malformed('length');
  const enc = encpedpop.parseCoordinatorMsg(suite, fields.slice(0, -1));
  if (typeof enc === 'string') return malformed(enc);
  const encSecshares = scalarsFromBytes(suite.group, fields.at(-1)!);
  return encSecshares ? { enc, encSecshares } : malformed('encrypted share');
}

function parseParticipantMsgs1(
  { suite, t, n }: Session,
  pmsgs: readonly Uint8Array[],
): encpedpop.ParticipantMsg[] | Fault {
  if (pmsgs.length !== n) return fault('input-length', [], 'first messages');
  const parsed: encpedpop.ParticipantMsg[] = [];
  for (const [id, bytes] of pmsgs.entries()) {
    const fields = split(bytes, participantMsg1Layout(suite, { t, n }));
    const msg = fields ? encpedpop.parseParticipantMsg(suite, fields) : 'length';
    if (typeof msg === 'string') return fault('round1-malformed', [id], msg);
    parsed.push(msg);
  }
  return parsed;
}

// Participant

/** After the first step. Holds no secret; good for one `participantStep2`. */
export interface ParticipantState1 {
  readonly session: Session;
  readonly id: number;
  readonly enc: encpedpop.ParticipantState;
}

/** After the second step. `output.secshare` is secret; nobody may use the key before `finalize`. */
export interface ParticipantState2 {
  readonly session: Session;
  readonly output: DkgOutput;
  /** The transcript: what everybody signs. */
  readonly eqInput: Bytes;
}

/**
 * The first step. `hostSeckey`: 32 bytes; `random`: 32 fresh bytes.
 *
 * Faults: those of `hostKey` and `openSession`; `host-key-not-in-group`, `input-length`,
 * `randomness-zero`.
 */
export function participantStep1(
  suite: DkgSuite,
  hostSeckey: Uint8Array,
  params: SessionParams,
  random: Uint8Array,
): { state: ParticipantState1; pmsg1: Bytes } | Fault {
  expectSecrets('first step of the ceremony', suite.host, suite.group);
  const key = hostKey(suite.host, hostSeckey);
  if (isFault(key)) return key;
  try {
    const session = openSession(suite, params);
    if (isFault(session)) return session;
    const id = session.hostpubkeys.findIndex((pubkey) => equal(pubkey, key.hostPubkey));
    if (id < 0) return fault('host-key-not-in-group');
    const unfit = unfitRandomness(random, 32);
    if (unfit) return unfit;
    const { state, msg } = encpedpop.participantStep1(session, key, id, random);
    return { state: { session, id, enc: state }, pmsg1: msg };
  } finally {
    wipe(key.hostSeckey);
  }
}

/** Runs a step with the host key that the state belongs to, and wipes it. */
function withHostKey<T>(
  { session, id }: ParticipantState1,
  hostSeckey: Uint8Array,
  step: (key: HostKey) => T,
): T | Fault {
  expectSecrets('step of the ceremony', session.suite.host, session.suite.group);
  const key = hostKey(session.suite.host, hostSeckey);
  if (isFault(key)) return key;
  try {
    return equal(key.hostPubkey, session.hostpubkeys[id]!) ? step(key) : fault('host-key-changed');
  } finally {
    wipe(key.hostSeckey);
  }
}

/**
 * The checks of the second step, without the signature. `bound` is what the transcript is bound to
 * (`suite.boundLength` bytes).
 *
 * Faults: `host-key-changed`, `relay-message-malformed` and those of EncPedPop; `secshare-wrong`
 * calls for `participantInvestigate`.
 */
export function participantCheck(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
  bound: Uint8Array = nothing,
): ParticipantState2 | Fault {
  return withHostKey(state1, hostSeckey, (key) => {
    const { session, id, enc } = state1;
    const msg = parseCoordinatorMsg1(session, cmsg1);
    if (isFault(msg)) return msg;
    const result = encpedpop.participantStep2(enc, key, msg.enc, msg.encSecshares[id]!);
    if (isFault(result)) return result;
    // All ciphertexts are agreed on, so that everybody has the same recovery data.
    const eqInput = concat(bound, result.eqInput, ...msg.encSecshares);
    return { session, output: result.output, eqInput };
  });
}

/** The signature of the second step. `auxRand`: 32 fresh bytes. Faults of `participantStep2`. */
export function participantSign(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  { eqInput }: ParticipantState2,
  auxRand: Uint8Array,
): Bytes | Fault {
  if (auxRand.length !== 32) return fault('input-length', [], 'auxiliary randomness');
  const { session, id } = state1;
  return withHostKey(state1, hostSeckey, (key) =>
    certeqSign(session.suite, key, id, eqInput, auxRand),
  );
}

/** The second step: check and sign. Faults: see `participantCheck`; `input-length`. */
export function participantStep2(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
  auxRand: Uint8Array,
): { state: ParticipantState2; pmsg2: Bytes } | Fault {
  if (auxRand.length !== 32) return fault('input-length', [], 'auxiliary randomness');
  const state = participantCheck(hostSeckey, state1, cmsg1);
  if (isFault(state)) return state;
  const pmsg2 = participantSign(hostSeckey, state1, state, auxRand);
  return isFault(pmsg2) ? pmsg2 : { state, pmsg2 };
}

/**
 * The last step: the run has succeeded for this participant if the certificate (64n bytes) is valid.
 * A fault does not mean that it failed for others.
 *
 * Faults: `relay-message-malformed`, `certificate-invalid`.
 */
export function participantFinalize(
  { session, output, eqInput }: ParticipantState2,
  cmsg2: Uint8Array,
): { output: DkgOutput; recoveryData: Bytes } | Fault {
  const signatures = split(cmsg2, certificateLayout(session.n))?.[0];
  if (!signatures) return fault('relay-message-malformed', [], 'length');
  const invalid = certeqFirstInvalid(session.suite, session.hostpubkeys, eqInput, signatures);
  if (invalid !== undefined) return fault('certificate-invalid', [], `signature ${invalid}`);
  return { output, recoveryData: concat(eqInput, cmsg2) };
}

/**
 * Finds out who is at fault after `secshare-wrong`, given the same coordinator message and the
 * investigation message (65n bytes for custody). Always returns a fault; see EncPedPop.
 */
export function participantInvestigate(
  hostSeckey: Uint8Array,
  state1: ParticipantState1,
  cmsg1: Uint8Array,
  cinv: Uint8Array,
): Fault {
  return withHostKey(state1, hostSeckey, (key) => {
    const { session, id, enc } = state1;
    const msg = parseCoordinatorMsg1(session, cmsg1);
    if (isFault(msg)) return msg;
    const fields = split(cinv, investigationLayout(session.suite, session.n));
    const parsed = fields ? encpedpop.parseInvestigationMsg(session.suite, fields) : 'length';
    if (typeof parsed === 'string') return fault('relay-message-malformed', [], parsed);
    return encpedpop.participantInvestigate(enc, key, msg.enc, msg.encSecshares[id]!, parsed);
  });
}

// Coordinator

/** After the coordinator's first step; good for one `coordinatorFinalize`. */
export interface CoordinatorState {
  readonly session: Session;
  readonly output: DkgOutput;
  readonly eqInput: Bytes;
}

/**
 * The coordinator's first step, given everybody's first message in order; `bound` as in
 * `participantCheck`.
 *
 * Faults: those of `openSession`; `input-length` (number of messages), `round1-malformed`, and those
 * of SimplPedPop.
 */
export function coordinatorStep1(
  suite: DkgSuite,
  pmsgs1: readonly Uint8Array[],
  params: SessionParams,
  bound: Uint8Array = nothing,
): { state: CoordinatorState; cmsg1: Bytes } | Fault {
  const session = openSession(suite, params);
  if (isFault(session)) return session;
  const pmsgs = parseParticipantMsgs1(session, pmsgs1);
  if (isFault(pmsgs)) return pmsgs;
  const result = encpedpop.coordinatorStep(session, pmsgs);
  if (isFault(result)) return result;
  const { cmsg, output, encSecshares } = result;
  return {
    state: { session, output, eqInput: concat(bound, result.eqInput, ...encSecshares) },
    cmsg1: concat(encpedpop.coordinatorMsgToBytes(suite, cmsg), ...encSecshares),
  };
}

/**
 * The coordinator's last step: collects everybody's signature (64 bytes each) into the certificate.
 *
 * Faults: `input-length` (number of messages), `round2-malformed`, `certificate-signature-invalid`.
 */
export function coordinatorFinalize(
  { session, output, eqInput }: CoordinatorState,
  pmsgs2: readonly Uint8Array[],
): { cmsg2: Bytes; output: DkgOutput; recoveryData: Bytes } | Fault {
  const { suite, hostpubkeys, n } = session;
  if (pmsgs2.length !== n) return fault('input-length', [], 'second messages');
  const malformed = pmsgs2.findIndex((msg) => msg.length !== 64);
  if (malformed >= 0) return fault('round2-malformed', [malformed], 'length');
  const invalid = certeqFirstInvalid(suite, hostpubkeys, eqInput, pmsgs2);
  if (invalid !== undefined) return fault('certificate-signature-invalid', [invalid]);
  const cmsg2 = concat(...pmsgs2);
  return { cmsg2, output, recoveryData: concat(eqInput, cmsg2) };
}

/** The investigation message for each participant. Faults as `coordinatorStep1`. */
export function coordinatorInvestigate(
  suite: DkgSuite,
  pmsgs1: readonly Uint8Array[],
  params: SessionParams,
): Bytes[] | Fault {
  const session = openSession(suite, params);
  if (isFault(session)) return session;
  const pmsgs = parseParticipantMsgs1(session, pmsgs1);
  return isFault(pmsgs) ? pmsgs : encpedpop.coordinatorInvestigate(session, pmsgs);
}

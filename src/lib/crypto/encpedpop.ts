import { sha256 } from '@noble/hashes/sha2.js';
import type { Point, Scalar } from '../wasm/group.ts';
import { be32, concat, equal, wipe, type Bytes, type Layout } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { fault, isFault, type Fault } from './faults.ts';
import type { HostKey } from './host-key.ts';
import type { Session } from './session-params.ts';
import * as simplpedpop from './simplpedpop.ts';
import type { DkgOutput } from './simplpedpop.ts';
import {
  idsUpTo,
  pointsFromBytes,
  pointsToBytes,
  scalarsFromBytes,
  subtract,
  sumScalars,
} from './vss.ts';

/*
 * EncPedPop: SimplPedPop with the shares encrypted under the host keys. The encryption adds a pad to
 * the share, so the relay can add up ciphertexts, and each participant decrypts the sum.
 */

// Encryption

/**
 * The pad between a sender's nonce and a receiver's host key, in either direction; undefined if
 * `theirs` is not a valid key. `receiver ‖ context` enters every pad.
 */
function ecdhPad(
  { suite }: Session,
  secret: Scalar,
  theirs: Uint8Array,
  { pubnonce, hostPubkey }: { pubnonce: Uint8Array; hostPubkey: Uint8Array },
  context: Uint8Array,
): Scalar | undefined {
  const point = suite.host.pointFromBytesChecked(theirs);
  if (!point) return undefined;
  const shared = suite.host.mul(secret, point);
  const encoded = suite.host.pointToBytes(shared);
  const key = sha256(encoded);
  const pad = suite.hashToScalar('ecdh', key, pubnonce, hostPubkey, context);
  wipe(shared, encoded, key);
  return pad;
}

/** The pad for a participant's share to itself: no ECDH needed. */
const selfPad = ({ suite }: Session, { hostSeckey }: HostKey, pubnonce: Bytes, context: Bytes) =>
  suite.hashToScalar('selfPad', hostSeckey, pubnonce, context);

/** The pads of one sender to all receivers (multi-recipient hashed ElGamal). */
function padsToAll(
  session: Session,
  key: HostKey,
  id: number,
  secnonce: Scalar,
  pubnonce: Bytes,
): Scalar[] {
  return session.hostpubkeys.map((hostPubkey, receiver) => {
    const context_ = concat(be32(receiver), session.encContext);
    if (receiver === id) return selfPad(session, key, pubnonce, context_);
    return ecdhPad(session, secnonce, hostPubkey, { pubnonce, hostPubkey }, context_)!;
  });
}

/** The pads from all senders to one receiver. Fault: `pubnonce-invalid`. */
function padsFromAll(
  session: Session,
  key: HostKey,
  id: number,
  pubnonces: readonly Bytes[],
): Scalar[] | Fault {
  const context = concat(be32(id), session.encContext);
  const pads: Scalar[] = [];
  for (const [sender, pubnonce] of pubnonces.entries()) {
    const pad =
      sender === id
        ? selfPad(session, key, pubnonce, context)
        : ecdhPad(session, key.hostSeckey, pubnonce, { ...key, pubnonce }, context);
    if (!pad) {
      wipe(...pads);
      return fault('pubnonce-invalid', [sender]);
    }
    pads.push(pad);
  }
  return pads;
}

/** Decrypts the sum of all shares meant for participant `id`. Fault: `pubnonce-invalid`. */
export function decryptSum(
  session: Session,
  key: HostKey,
  id: number,
  pubnonces: readonly Bytes[],
  encSecshare: Scalar,
): Scalar | Fault {
  const { group } = session.suite;
  const pads = padsFromAll(session, key, id, pubnonces);
  if (isFault(pads)) return pads;
  const sum = sumScalars(group, pads);
  const secshare = subtract(group, encSecshare, sum);
  wipe(sum, ...pads);
  return secshare;
}

// Messages

/** A participant's message: SimplPedPop's, the nonce (33 bytes) and a ciphertext for everybody. */
export interface ParticipantMsg {
  readonly simpl: simplpedpop.ParticipantMsg;
  readonly pubnonce: Bytes;
  readonly encShares: readonly Scalar[];
}

export const participantLayout = (suite: DkgSuite, { t, n }: { t: number; n: number }): Layout => [
  ...simplpedpop.participantLayout(suite, t),
  [1, 33],
  [n, 32],
];

/** Parses the fields of `participantLayout`; the name of the malformed part if it fails. */
export function parseParticipantMsg(suite: DkgSuite, fields: Bytes[][]): ParticipantMsg | string {
  const [pubnonce, ciphertexts] = fields.slice(-2);
  const simpl = simplpedpop.parseParticipantMsg(suite, fields.slice(0, -2));
  if (typeof simpl === 'string') return simpl;
  // The nonce stays bytes: whether it is a point is for its receivers to judge.
  const encShares = scalarsFromBytes(suite.group, ciphertexts!);
  return encShares ? { simpl, pubnonce: pubnonce![0]!, encShares } : 'encrypted share';
}

/** The coordinator's message: SimplPedPop's and all nonces. */
export interface CoordinatorMsg {
  readonly simpl: simplpedpop.CoordinatorMsg;
  readonly pubnonces: readonly Bytes[];
}

export const coordinatorLayout = (suite: DkgSuite, size: { t: number; n: number }): Layout => [
  ...simplpedpop.coordinatorLayout(suite, size),
  [size.n, 33],
];

/** Parses the fields of `coordinatorLayout`; the name of the malformed part if it fails. */
export function parseCoordinatorMsg(suite: DkgSuite, fields: Bytes[][]): CoordinatorMsg | string {
  const simpl = simplpedpop.parseCoordinatorMsg(suite, fields.slice(0, -1));
  return typeof simpl === 'string' ? simpl : { simpl, pubnonces: fields.at(-1)! };
}

/** The bytes of a coordinator message. */
export function coordinatorMsgToBytes(suite: DkgSuite, { simpl, pubnonces }: CoordinatorMsg) {
  return concat(simplpedpop.coordinatorMsgToBytes(suite, simpl), ...pubnonces);
}

/** What one participant's share is made of, by sender: ciphertexts and public shares. */
export interface InvestigationMsg {
  readonly encPartialSecshares: readonly Scalar[];
  readonly partialPubshares: readonly Point[];
}

export const investigationLayout = ({ pointLength }: DkgSuite, n: number): Layout => [
  [n, 32],
  [n, pointLength],
];

/** Parses the fields of `investigationLayout`; the name of the malformed part if it fails. */
export function parseInvestigationMsg(
  { group }: DkgSuite,
  [ciphertexts, pubshares]: Bytes[][],
): InvestigationMsg | string {
  const encPartialSecshares = scalarsFromBytes(group, ciphertexts!);
  if (!encPartialSecshares) return 'encrypted partial share';
  const partialPubshares = pointsFromBytes(group, pubshares!);
  return partialPubshares ? { encPartialSecshares, partialPubshares } : 'partial public share';
}

// Participant

/** What a participant keeps between the steps. Holds no secret. */
export interface ParticipantState {
  readonly simpl: simplpedpop.ParticipantState;
  readonly pubnonce: Bytes;
}

/**
 * The first step. `random` is 32 fresh bytes.
 *
 * The encryption nonce is derived from the same seed as the shares: one pad never meets two
 * different shares, whatever happens to the randomness.
 */
export function participantStep1(
  session: Session,
  key: HostKey,
  id: number,
  random: Uint8Array,
): { state: ParticipantState; msg: Bytes } {
  const { suite } = session;
  const seed = suite.hash('seed', key.hostSeckey, random, session.encContext);
  const popRandomness = suite.hash('popRandomness', seed);
  const nonceBytes = suite.hash('secnonce', seed);
  const secnonce = suite.host.scalarFromBytesWrapping(nonceBytes);
  const pubnonce = suite.host.pointToBytes(suite.host.mulBase(secnonce));

  const simpl = simplpedpop.participantStep1(session, id, seed, popRandomness);
  const pads = padsToAll(session, key, id, secnonce, pubnonce);
  const encShares = simpl.partialSecshares.map((share, i) =>
    suite.group.scalarAdd(share, pads[i]!),
  );
  wipe(seed, popRandomness, nonceBytes, secnonce, ...pads, ...simpl.partialSecshares);
  return {
    state: { simpl: simpl.state, pubnonce },
    msg: concat(simpl.msg, pubnonce, ...encShares),
  };
}

/** SimplPedPop's agreement and everything that recovery will need from EncPedPop. */
const eqInputOf = (
  simplEqInput: Uint8Array,
  { hostpubkeys }: Session,
  pubnonces: readonly Bytes[],
) => concat(simplEqInput, ...hostpubkeys, ...pubnonces);

/**
 * The second step. Faults: `own-pubnonce-replaced`, `pubnonce-invalid`, and SimplPedPop's.
 */
export function participantStep2(
  state: ParticipantState,
  key: HostKey,
  { simpl, pubnonces }: CoordinatorMsg,
  encSecshare: Scalar,
): { output: DkgOutput; eqInput: Bytes } | Fault {
  const { session, id } = state.simpl;
  if (!equal(pubnonces[id]!, state.pubnonce)) return fault('own-pubnonce-replaced');
  const secshare = decryptSum(session, key, id, pubnonces, encSecshare);
  if (isFault(secshare)) return secshare;
  const result = simplpedpop.participantStep2(state.simpl, simpl, secshare);
  wipe(secshare);
  if (isFault(result)) return result;
  return { output: result.output, eqInput: eqInputOf(result.eqInput, session, pubnonces) };
}

/**
 * Finds out who is at fault after `secshare-wrong`. Decrypts once more instead of keeping secrets
 * from the failed step. Always returns a fault, as SimplPedPop does; the ciphertexts are additively
 * homomorphic, so parts that do not add up are the relay's doing.
 */
export function participantInvestigate(
  state: ParticipantState,
  key: HostKey,
  { simpl, pubnonces }: CoordinatorMsg,
  encSecshare: Scalar,
  { encPartialSecshares, partialPubshares }: InvestigationMsg,
): Fault {
  const { session, id } = state.simpl;
  const { group } = session.suite;
  const pads = padsFromAll(session, key, id, pubnonces);
  if (isFault(pads)) return pads;
  const padSum = sumScalars(group, pads);
  const secshare = subtract(group, encSecshare, padSum);
  const parts = encPartialSecshares.map((part, from) => subtract(group, part, pads[from]!));
  const verdict = simplpedpop.participantInvestigate(
    state.simpl,
    simpl,
    secshare,
    parts,
    partialPubshares,
  );
  wipe(padSum, secshare, ...pads, ...parts);
  return verdict;
}

// Coordinator

/**
 * Sums up the messages of all participants, in order. `encSecshares[i]` is for participant i; all of
 * them go to everybody, so that all hold the same recovery data. Faults as SimplPedPop.
 */
export function coordinatorStep(
  session: Session,
  pmsgs: readonly ParticipantMsg[],
): { cmsg: CoordinatorMsg; output: DkgOutput; eqInput: Bytes; encSecshares: Scalar[] } | Fault {
  const result = simplpedpop.coordinatorStep(
    session,
    pmsgs.map(({ simpl }) => simpl),
  );
  if (isFault(result)) return result;
  const pubnonces = pmsgs.map(({ pubnonce }) => pubnonce);
  return {
    cmsg: { simpl: result.cmsg, pubnonces },
    output: result.output,
    eqInput: eqInputOf(result.eqInput, session, pubnonces),
    encSecshares: idsUpTo(session.n).map((receiver) =>
      sumScalars(
        session.suite.group,
        pmsgs.map(({ encShares }) => encShares[receiver]!),
      ),
    ),
  };
}

/** The investigation message for each receiver (n · (32 + point) bytes); nothing in it is secret. */
export function coordinatorInvestigate(
  session: Session,
  pmsgs: readonly ParticipantMsg[],
): Bytes[] {
  const pubshares = simplpedpop.coordinatorInvestigate(
    session,
    pmsgs.map(({ simpl }) => simpl),
  );
  return pubshares.map((bySender, receiver) =>
    concat(
      ...pmsgs.map(({ encShares }) => encShares[receiver]!),
      pointsToBytes(session.suite.group, bySender),
    ),
  );
}

import type { Point, Scalar, SchnorrEquation } from '../wasm/group.ts';
import { be32, concat, equal, type Bytes, type Layout } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { firstBroken, schnorrHolds } from './schnorr.ts';
import type { Session } from './session-params.ts';
import {
  commit,
  idsUpTo,
  pointsFromBytes,
  pointsToBytes,
  pubsharesOf,
  secsharesOf,
  sumPoints,
  sumScalars,
} from './vss.ts';

/*
 * SimplPedPop: every participant shares a random secret with Feldman's scheme and proves to know it;
 * the key is the sum. Shares reach their owners by somebody else's doing (EncPedPop), and agreement
 * is checked by somebody else too (CertEq).
 */

// Messages

/** A participant's message: commitments to the coefficients (t points) and the proof. */
export interface ParticipantMsg {
  readonly com: readonly Point[];
  readonly pop: Bytes;
}

export const participantLayout = ({ pointLength, popLength }: DkgSuite, t: number): Layout => [
  [t, pointLength],
  [1, popLength],
];

/** Parses the fields of `participantLayout`; the name of the malformed part if it fails. */
export function parseParticipantMsg(
  { group }: DkgSuite,
  [coms, pops]: Bytes[][],
): ParticipantMsg | string {
  const com = pointsFromBytes(group, coms!);
  return com ? { com, pop: pops![0]! } : 'VSS commitment';
}

/** The coordinator's message: what needs a proof one by one, everything else summed. */
export interface CoordinatorMsg {
  readonly comsToSecrets: readonly Point[];
  readonly sumComsToNonconstTerms: readonly Point[];
  readonly pops: readonly Bytes[];
}

export const coordinatorLayout = (
  { pointLength, popLength }: DkgSuite,
  { t, n }: { t: number; n: number },
): Layout => [
  [n, pointLength],
  [t - 1, pointLength],
  [n, popLength],
];

/** Parses the fields of `coordinatorLayout`; the name of the malformed part if it fails. */
export function parseCoordinatorMsg(
  { group }: DkgSuite,
  [constant, nonconstant, pops]: Bytes[][],
): CoordinatorMsg | string {
  const comsToSecrets = pointsFromBytes(group, constant!);
  if (!comsToSecrets) return 'commitment to a secret';
  const sumComsToNonconstTerms = pointsFromBytes(group, nonconstant!);
  if (!sumComsToNonconstTerms) return 'sum of commitments to non-constant terms';
  return { comsToSecrets, sumComsToNonconstTerms, pops: pops! };
}

/** The bytes of a coordinator message. */
export function coordinatorMsgToBytes({ group }: DkgSuite, msg: CoordinatorMsg): Bytes {
  return concat(
    pointsToBytes(group, msg.comsToSecrets),
    pointsToBytes(group, msg.sumComsToNonconstTerms),
    ...msg.pops,
  );
}

// Outputs

/** What a run yields. Points are encoded; all bytes are the suite's own. */
export interface DkgOutput {
  /** This participant's share, 32 bytes; undefined for the coordinator. The holder wipes it. */
  readonly secshare: Scalar | undefined;
  /** The threshold public key, compressed: the *internal* key of Taproot. */
  readonly threshPk: Bytes;
  readonly pubshares: readonly Bytes[];
}

/** The commitment of the whole group: the sum over all participants. */
export function sumOfComs(
  { group }: DkgSuite,
  { comsToSecrets, sumComsToNonconstTerms }: Omit<CoordinatorMsg, 'pops'>,
): Point[] {
  return [sumPoints(group, comsToSecrets), ...sumComsToNonconstTerms];
}

/** t ‖ ΣC: what SimplPedPop wants all participants to agree on. */
export function eqInputOf({ group }: DkgSuite, t: number, sumComs: readonly Point[]): Bytes {
  return concat(be32(t), pointsToBytes(group, sumComs));
}

/** A group commitment with the suite's last step applied, and the tweak for the shares. */
export function tweakedOf(
  suite: DkgSuite,
  sumComs: readonly Point[],
): { com: Point[]; tweak: Scalar | undefined } {
  const [secret, ...rest] = sumComs;
  const { group } = suite;
  const tweak = suite.outputTweak(secret!);
  if (!tweak) return { tweak, com: [...sumComs] };
  return { tweak, com: [group.mulAddVar(group.scalarFromNumber(1), secret!, tweak), ...rest] };
}

/** The public outputs for n participants, from the tweaked commitment. Fault: `key-degenerate`. */
export function publicOutput(
  { group }: DkgSuite,
  com: readonly Point[],
  n: number,
): Omit<DkgOutput, 'secshare'> | Fault {
  const pubshares = pubsharesOf(group, com, idsUpTo(n));
  if ([com[0]!, ...pubshares].some((point) => group.isIdentity(point)))
    return fault('key-degenerate');
  return {
    threshPk: group.pointToBytes(com[0]!),
    pubshares: pubshares.map((point) => group.pointToBytes(point)),
  };
}

// Participant

/** What a participant keeps between the steps. Holds no secret. */
export interface ParticipantState {
  readonly session: Session;
  readonly id: number;
  readonly comToSecret: Point;
}

/**
 * Makes the polynomial from 32 secret bytes. `partialSecshares[i]` is for participant i alone; the
 * caller wipes them.
 */
export function participantStep1(
  session: Session,
  id: number,
  seed: Uint8Array,
  randomness: Uint8Array,
): { state: ParticipantState; msg: Bytes; partialSecshares: Scalar[] } {
  const { suite, t, n, paramsHash } = session;
  const coefficients = Array.from({ length: t }, (_, i) =>
    suite.hashToScalar('coefficients', seed, be32(i)),
  );
  const com = commit(suite.group, coefficients);
  const comBytes = pointsToBytes(suite.group, com);
  const pop = suite.popProve(coefficients[0]!, { paramsHash, id, com: comBytes }, randomness);
  const partialSecshares = secsharesOf(suite.group, coefficients, n);
  for (const coefficient of coefficients) coefficient.fill(0);
  return {
    state: { session, id, comToSecret: com[0]! },
    msg: concat(comBytes, pop),
    partialSecshares,
  };
}

/**
 * Checks everything the participant can see and its own share (the sum of the parts it received).
 *
 * Returns the output and what has to be agreed on. Faults: `own-commitment-replaced`,
 * `commitment-is-identity`, `pop-invalid`, `secshare-wrong`, `key-degenerate`.
 */
export function participantStep2(
  { session, id, comToSecret }: ParticipantState,
  cmsg: CoordinatorMsg,
  secshare: Scalar,
): { output: DkgOutput; eqInput: Bytes } | Fault {
  const { suite, t, n } = session;
  const { group } = suite;
  if (!equal(cmsg.comsToSecrets[id]!, comToSecret)) return fault('own-commitment-replaced');
  const accused = firstInvalidPop(session, cmsg, id);
  if (accused !== undefined) {
    const identity = group.isIdentity(cmsg.comsToSecrets[accused]!);
    return fault(identity ? 'commitment-is-identity' : 'pop-invalid', [accused]);
  }

  // Comparing tweaked values saves computing the untweaked public share.
  const sumComs = sumOfComs(suite, cmsg);
  if (group.isIdentity(sumComs[0]!)) return fault('key-degenerate');
  const { com, tweak } = tweakedOf(suite, sumComs);
  const tweaked = tweak ? group.scalarAdd(secshare, tweak) : (secshare.slice() as Scalar);
  if (!equal(group.mulBase(tweaked), pubsharesOf(group, com, [id])[0]!)) {
    tweaked.fill(0);
    return fault('secshare-wrong');
  }
  const output = publicOutput(suite, com, n);
  if (isFault(output)) {
    tweaked.fill(0);
    return output;
  }
  return { output: { secshare: tweaked, ...output }, eqInput: eqInputOf(suite, t, sumComs) };
}

/** What the proof of participant `id` states; undefined if it is malformed or about nothing. */
function popEquationOf(
  { suite, paramsHash }: Session,
  { comsToSecrets, pops }: CoordinatorMsg,
  id: number,
): SchnorrEquation | undefined {
  const com = comsToSecrets[id]!;
  if (suite.group.isIdentity(com)) return undefined;
  return suite.popEquation(pops[id]!, com, { paramsHash, id });
}

/** The first participant other than `own` whose proof does not hold. */
function firstInvalidPop(session: Session, cmsg: CoordinatorMsg, own: number): number | undefined {
  const others = idsUpTo(session.n).filter((id) => id !== own);
  const broken = firstBroken(
    session.suite.group,
    others.map((id) => popEquationOf(session, cmsg, id)),
  );
  return broken === undefined ? undefined : others[broken];
}

/** All participants whose proofs do not hold. */
const allInvalidPops = (session: Session, cmsg: CoordinatorMsg): number[] =>
  idsUpTo(session.n).filter((id) => {
    const equation = popEquationOf(session, cmsg, id);
    return !equation || !schnorrHolds(session.suite.group, equation);
  });

/**
 * Finds out who is at fault after `secshare-wrong`, from the parts of the share and of the public
 * share that the coordinator attributes to each participant.
 *
 * Always returns a fault: `investigation-pubshares-differ`, `investigation-secshares-differ`,
 * `partial-secshare-wrong`, `own-part-altered`, or `nothing-to-investigate`.
 */
export function participantInvestigate(
  { session: { suite }, id }: ParticipantState,
  cmsg: CoordinatorMsg,
  secshare: Scalar,
  partialSecshares: readonly Scalar[],
  partialPubshares: readonly Point[],
): Fault {
  const { group } = suite;
  const pubshare = pubsharesOf(group, sumOfComs(suite, cmsg), [id])[0]!;
  if (!equal(sumPoints(group, partialPubshares), pubshare))
    return fault('investigation-pubshares-differ');
  const sum = sumScalars(group, partialSecshares);
  const adds = equal(sum, secshare);
  sum.fill(0);
  if (!adds) return fault('investigation-secshares-differ');

  const wrong = partialSecshares.findIndex(
    (part, from) => !equal(group.mulBase(part), partialPubshares[from]!),
  );
  if (wrong < 0) return fault('nothing-to-investigate');
  // What we sent to ourselves was right, so it was changed on its way.
  return wrong === id ? fault('own-part-altered') : fault('partial-secshare-wrong', [wrong]);
}

// Coordinator

/**
 * Sums up the messages of all participants, in order.
 *
 * Faults: `pop-commitments-differ`, `commitments-cancel-out` (naming all without a valid proof),
 * `key-degenerate`.
 */
export function coordinatorStep(
  session: Session,
  pmsgs: readonly ParticipantMsg[],
): { cmsg: CoordinatorMsg; output: DkgOutput; eqInput: Bytes } | Fault {
  const { suite, t, n } = session;
  const { group } = suite;
  const mismatch = pmsgs.findIndex(
    ({ pop, com }) => !suite.popNames(pop, pointsToBytes(group, com)),
  );
  if (mismatch >= 0) return fault('pop-commitments-differ', [mismatch]);

  // Pedersen's sums save transmitting all commitments. Those to the secrets stay apart, because the
  // proofs are about them.
  const cmsg: CoordinatorMsg = {
    comsToSecrets: pmsgs.map(({ com }) => com[0]!),
    sumComsToNonconstTerms: Array.from({ length: t - 1 }, (_, j) =>
      sumPoints(
        group,
        pmsgs.map(({ com }) => com[j + 1]!),
      ),
    ),
    pops: pmsgs.map(({ pop }) => pop),
  };
  const sumComs = sumOfComs(suite, cmsg);
  if (group.isIdentity(sumComs[0]!)) {
    const accused = allInvalidPops(session, cmsg);
    return accused.length === 0
      ? fault('key-degenerate')
      : fault('commitments-cancel-out', accused);
  }
  const output = publicOutput(suite, tweakedOf(suite, sumComs).com, n);
  if (isFault(output)) return output;
  return {
    cmsg,
    output: { secshare: undefined, ...output },
    eqInput: eqInputOf(suite, t, sumComs),
  };
}

/** For each receiver, the public shares that each sender's commitments imply: `[receiver][sender]`. */
export function coordinatorInvestigate(
  { suite, n }: Session,
  pmsgs: readonly ParticipantMsg[],
): Point[][] {
  const bySender = pmsgs.map(({ com }) => pubsharesOf(suite.group, com, idsUpTo(n)));
  return idsUpTo(n).map((receiver) => bySender.map((pubshares) => pubshares[receiver]!));
}

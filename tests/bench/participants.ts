/**
 * One participant of a key generation, from the first step to the last, as often as wanted.
 *
 * What the others send is prepared beforehand and cut down to what reaches participant 0: constant
 * polynomials, and of their shares only the one for it. Participant 0 sees sums, so nothing in its
 * own work is less for that, and n participants cost n steps to prepare, not n².
 */
import { schnorr_FROST, secp256k1 } from '@noble/curves/secp256k1.js';
import { concat, layoutLength, split, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { certeqSign } from '../../src/lib/crypto/certeq.ts';
import * as chilldkg from '../../src/lib/crypto/chilldkg.ts';
import { custodySuite } from '../../src/lib/crypto/custody-suite.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import * as encpedpop from '../../src/lib/crypto/encpedpop.ts';
import { hostKey } from '../../src/lib/crypto/host-key.ts';
import type { Session } from '../../src/lib/crypto/session-params.ts';
import { sumScalars } from '../../src/lib/crypto/vss.ts';
import type { Engine } from '../../src/lib/wasm/engine.ts';
import { value } from '../support/hex.ts';
import { players, type Players } from '../support/players.ts';

/** ChillDKG, the custody key alone: participant 0 of n. */
export function chilldkgParticipant(engine: Engine, t: number, n: number): () => unknown {
  const all = players({ name: 'WASM', ...engine }, t, n, 'bench');
  const own = all.hostSeckeys[0]!;
  const [random, auxRand] = [all.random(), all.random()];
  const suite = custodySuite(engine.secp256k1);
  const step1 = () => value(chilldkg.participantStep1(suite, own, all.ceremony, random));
  const { state, pmsg1 } = step1();
  const cmsg1 = firstMessage(all, state.session, pmsg1);
  const step2 = (from: typeof state) =>
    value(chilldkg.participantStep2(own, from, cmsg1, auxRand)).state;
  const cmsg2 = certificate(all, step2(state));
  return () => value(chilldkg.participantFinalize(step2(step1().state), cmsg2));
}

/** Both keys in one ceremony: participant 0 of n. */
export function dualParticipant(engine: Engine, t: number, n: number): () => unknown {
  const groups = { name: 'WASM', ...engine };
  const all = players(groups, t, n, 'bench');
  const own = all.hostSeckeys[0]!;
  const [random, auxRand] = [all.random(), all.random()];
  const step1 = () => value(dual.participantStep1(groups, own, all.ceremony, random));
  const { state, pmsg1 } = step1();
  const { suite } = state.custody.session;
  const cut = layoutLength(chilldkg.participantMsg1Layout(suite, { t, n }));
  const cmsg1 = concat(
    firstMessage(all, state.custody.session, pmsg1.subarray(0, cut)),
    firstMessage(all, state.attestation.session, pmsg1.subarray(cut)),
  );
  const step2 = (from: typeof state) =>
    value(dual.participantStep2(own, from, cmsg1, auxRand)).state;
  const checked = step2(state);
  const cmsg2 = concat(certificate(all, checked.custody), certificate(all, checked.attestation));
  return () => value(dual.participantFinalize(step2(step1().state), cmsg2));
}

/** What the coordinator sends to participant 0, whose own first message is `pmsg1`. */
function firstMessage({ hostSeckeys, random }: Players, session: Session, pmsg1: Bytes): Bytes {
  const { suite, hostpubkeys, t, n } = session;
  const parse = (bytes: Bytes, size: { t: number; n: number }) => {
    const parsed = encpedpop.parseParticipantMsg(
      suite,
      split(bytes, chilldkg.participantMsg1Layout(suite, size))!,
    );
    if (typeof parsed === 'string') throw new Error(parsed);
    return parsed;
  };
  const own = parse(pmsg1, { t, n });
  const small = { t: 1, n: 1 };
  const toUs = { ...session, ...small, hostpubkeys: hostpubkeys.slice(0, 1) };
  const others = hostSeckeys.slice(1).map((seckey, i) => {
    const key = value(hostKey(suite.host, seckey));
    return parse(encpedpop.participantStep1(toUs, key, i + 1, random()).msg, small);
  });
  const all = [own, ...others];
  const cmsg = {
    simpl: {
      comsToSecrets: all.map(({ simpl }) => simpl.com[0]!),
      sumComsToNonconstTerms: own.simpl.com.slice(1),
      pops: all.map(({ simpl }) => simpl.pop),
    },
    pubnonces: all.map(({ pubnonce }) => pubnonce),
  };
  const encSecshare = sumScalars(
    suite.group,
    all.map(({ encShares }) => encShares[0]!),
  );
  return concat(
    encpedpop.coordinatorMsgToBytes(suite, cmsg),
    encSecshare,
    ...own.encShares.slice(1),
  );
}

/** Everybody's signature over what participant 0 saw. */
function certificate(
  { hostSeckeys, random }: Players,
  { session, eqInput }: chilldkg.ParticipantState2,
): Bytes {
  const signatures = hostSeckeys.map((seckey, id) => {
    const key = value(hostKey(session.suite.host, seckey));
    return certeqSign(session.suite, key, id, eqInput, random());
  });
  return concat(...signatures);
}

/** The first of n participants in noble's schnorr_FROST.DKG, all three rounds. */
export function nobleParticipant(t: number, n: number): () => unknown {
  const { DKG, Identifier } = schnorr_FROST;
  const { Fn } = secp256k1.Point;
  const signers = { min: t, max: n };
  const others = Array.from({ length: n - 1 }, (_, i) =>
    DKG.round1(Identifier.fromNumber(i + 2), signers),
  );
  const round1 = others.map((other) => other.public);
  // A polynomial's value at 1, the first identifier, is the sum of its coefficients.
  const round2 = others.map(({ public: { identifier }, secret }) => ({
    identifier,
    signingShare: Fn.toBytes(secret.coefficients!.reduce((sum, term) => Fn.add(sum, term))),
  }));
  return () => {
    const { secret } = DKG.round1(Identifier.fromNumber(1), signers);
    DKG.round2(secret, round1);
    return DKG.round3(secret, round1, round2);
  };
}

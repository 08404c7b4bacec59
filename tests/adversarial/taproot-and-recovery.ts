import { describe, expect, it } from 'vitest';
import { evenSecret, hasEvenY, xOnly } from '../../src/lib/crypto/bip340.ts';
import { be32, concat, readBe32, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { attestationSuite } from '../../src/lib/crypto/attestation-suite.ts';
import * as chilldkg from '../../src/lib/crypto/chilldkg.ts';
import { custodySuite } from '../../src/lib/crypto/custody-suite.ts';
import { recoverBoth } from '../../src/lib/crypto/dual-dkg.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { recover as recoverOne } from '../../src/lib/crypto/recovery.ts';
import { taggedHash, tags } from '../../src/lib/crypto/tagged-hash.ts';
import { tapTweak, taprootOutput } from '../../src/lib/crypto/taproot.ts';
import { pointsFromBytes, sumPoints } from '../../src/lib/crypto/vss.ts';
import { expectFault, flip } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players } from '../support/players.ts';

/** The last operator to commit hides a Taproot script path in the sum. */
export function taprootAttack(groups: Groups): void {
  const all = players(groups, 2, 3, 'taproot attack');
  const group = groups.secp256k1;
  const suite = custodySuite(group);

  it('a hidden script path: the key commits to having none', () => {
    const [first, second] = [0, 1].map((id) =>
      value(chilldkg.participantStep1(suite, all.hostSeckeys[id]!, all.ceremony, all.random())),
    );
    const honest = pointsFromBytes(
      group,
      [first!, second!].map(({ pmsg1 }) => pmsg1.subarray(0, 33)),
    )!;
    // With a secret a of theirs, the attacker wants the sum to be P + H(P ‖ script)·B for P = S + a·B,
    // which is the output key of P with that script; a + H(…) is a secret they can prove to know.
    const a = group.scalarFromBytesWrapping(all.random());
    const P = group.add(sumPoints(group, honest), group.mulBase(a));
    const scriptRoot = all.random();
    const script = group.scalarFromBytesWrapping(tapTweak(xOnly(P), scriptRoot));
    const lifted = hasEvenY(P) ? script : group.scalarNegate(script);
    const doctored = {
      ...suite,
      hashToScalar: (...[purpose, ...parts]: Parameters<typeof suite.hashToScalar>) =>
        purpose === 'coefficients' && parts[1]?.join() === be32(0).join()
          ? group.scalarAdd(a, lifted)
          : suite.hashToScalar(purpose, ...parts),
    };
    const attacker = value(
      chilldkg.participantStep1(doctored, all.hostSeckeys[2]!, all.ceremony, all.random()),
    );
    const { cmsg1, state } = value(
      chilldkg.coordinatorStep1(suite, [first!.pmsg1, second!.pmsg1, attacker.pmsg1], all.ceremony),
    );
    // The protocol goes through: everything the attacker sent is well-formed and proved.
    const step2 = chilldkg.participantStep2(all.hostSeckeys[0]!, first!.state, cmsg1, all.random());
    const { threshPk } = value(step2).state.output;
    expect(threshPk).toEqual(state.output.threshPk);

    const com = pointsFromBytes(
      group,
      [first!, second!, attacker].map(({ pmsg1 }) => pmsg1.subarray(0, 33)),
    )!;
    const sum = sumPoints(group, com);
    const wanted = value(taprootOutput(group, xOnly(P), scriptRoot));
    expect(xOnly(sum)).toEqual(wanted.outputKey); // the attack itself worked
    expect(threshPk.slice(1)).not.toEqual(wanted.outputKey); // and was for nothing
    const none = group.scalarFromBytesWrapping(tapTweak(xOnly(sum)));
    const key = group.add(sum, group.mulBase(none));
    expect(threshPk).toEqual(group.pointToBytes(key));
  });

  it('a signature for the proof of possession is none for Bitcoin', () => {
    const secret = group.scalarFromBytesWrapping(all.random());
    const point = group.mulBase(secret);
    const pop = suite.popProve(
      secret,
      { paramsHash: all.random(), id: 1, com: new Uint8Array(0) },
      all.random(),
    );
    const s = group.scalarFromBytesChecked(pop.subarray(32))!;
    const d = evenSecret(group, secret, point);
    const e = group.scalarFromBytesWrapping(
      taggedHash(tags.bip340Challenge, pop.subarray(0, 32), xOnly(point), be32(1)),
    );
    const nonce = group.scalarAdd(s, group.scalarNegate(group.scalarMul(e, d)));
    expect(xOnly(group.mulBase(nonce))).not.toEqual(pop.slice(0, 32));
  });
}

/** Recovery files that were altered, mixed or belong to somebody else. */
export function recoveryAttacks(groups: Groups): void {
  const all = players(groups, 2, 3, 'recovery attacks');
  const { outputs, coordinator } = honestCeremony(all);
  const { recoveryData } = coordinator;
  const recover = (file: Uint8Array, key: Uint8Array | undefined = all.hostSeckeys[0]) =>
    recoverBoth(groups, key, file);

  it('the file itself leads back to both shares', () => {
    expect(value(recover(recoveryData)).custody).toEqual(outputs[0]!.custody);
  });

  it('one flipped bit, anywhere: never a key', () => {
    for (let at = 0; at < recoveryData.length; at += 29) {
      const result = recover(flip(recoveryData, at));
      if (!isFault(result)) throw new Error(`accepted with byte ${at} changed`);
      expect(result.who).toBe('local');
    }
  });

  it('a host secret of another group', () => {
    const stranger = all.random();
    expectFault(recover(recoveryData, stranger), 'host-key-not-in-group', 'local', [], [stranger]);
  });

  describe('parts of two files of the same group', () => {
    const again = honestCeremony({ ...all, random: players(groups, 2, 3, 'again').random });
    const cut = 37 + (4 + 2 * 33 + 3 * (33 + 33 + 32 + 64));
    const mix = (first: Bytes, second: Bytes) =>
      concat(first.subarray(0, cut), second.subarray(cut));

    it('neither mix is accepted', () => {
      const other = again.coordinator.recoveryData;
      expect(isFault(recover(other))).toBe(false);
      for (const mixed of [mix(recoveryData, other), mix(other, recoveryData)])
        expectFault(recover(mixed), 'recovery-certificate-invalid', 'local');
    });
  });

  it('an attestation key that strangers made and bound to our custody key', () => {
    const { manifestHash } = all.ceremony;
    const cut = 37 + readBe32(recoveryData.subarray(33));
    const custodyTranscript = recoveryData.subarray(37, cut - 3 * 64);
    const bound = taggedHash(tags.custodyTranscript, manifestHash, custodyTranscript);
    const strangers = players(groups, 2, 3, 'strangers');
    const suite = attestationSuite(groups.secp256k1, groups.ed25519, manifestHash);
    const first = strangers.hostSeckeys.map((key) =>
      value(chilldkg.participantStep1(suite, key, strangers.ceremony, strangers.random())),
    );
    const pmsgs1 = first.map(({ pmsg1 }) => pmsg1);
    const { state, cmsg1 } = value(
      chilldkg.coordinatorStep1(suite, pmsgs1, strangers.ceremony, bound),
    );
    const pmsgs2 = strangers.hostSeckeys.map((key, id) => {
      const state2 = value(chilldkg.participantCheck(key, first[id]!.state, cmsg1, bound));
      return value(chilldkg.participantSign(key, first[id]!.state, state2, strangers.random()));
    });
    const forged = value(chilldkg.coordinatorFinalize(state, pmsgs2)).recoveryData;
    const file = concat(recoveryData.subarray(0, cut), forged);
    expectFault(recoverBoth(groups, undefined, file), 'recovery-params-invalid', 'local');
    expectFault(recover(file), 'host-key-not-in-group', 'local');
  });

  it('a share that its owner certified without looking: the others recover, the owner is told', () => {
    const suite = custodySuite(groups.secp256k1);
    const first = all.hostSeckeys.map((key) =>
      value(chilldkg.participantStep1(suite, key, all.ceremony, all.random())),
    );
    const pmsgs1 = first.map(({ pmsg1 }) => pmsg1);
    const { cmsg1 } = value(chilldkg.coordinatorStep1(suite, pmsgs1, all.ceremony));
    const wrong = flip(cmsg1, cmsg1.length - 3 * 32 + 16); // operator 0's ciphertext
    const seen = value(chilldkg.participantCheck(all.hostSeckeys[1]!, first[1]!.state, wrong));
    const signatures = all.hostSeckeys.map((key, id) =>
      value(chilldkg.participantSign(key, first[id]!.state, seen, all.random())),
    );
    const file = value(chilldkg.participantFinalize(seen, concat(...signatures))).recoveryData;
    expect(isFault(recoverOne(suite, all.hostSeckeys[1], file))).toBe(false);
    expectFault(
      recoverOne(suite, all.hostSeckeys[0], file),
      'recovery-share-wrong',
      'local',
      [0],
      all.hostSeckeys,
    );
  });

  it('sizes that promise more than there is', () => {
    for (const [at, bytes] of [
      [33, be32(2 ** 32 - 1)],
      [33, be32(0)],
      [37, be32(2 ** 32 - 1)],
      [37, be32(0)],
      [37, be32(3)],
    ] as const) {
      const file = concat(recoveryData);
      file.set(bytes, at);
      expect(isFault(recover(file))).toBe(true);
    }
  });
}

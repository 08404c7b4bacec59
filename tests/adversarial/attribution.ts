import { expect, it } from 'vitest';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import * as frostEd from '../../src/lib/crypto/frost-ed25519.ts';
import { pointsFromBytes, sumPoints } from '../../src/lib/crypto/vss.ts';
import { edit, expectFault, flip } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { firstRound, honestCeremony, players } from '../support/players.ts';
import { openAttestation } from '../support/signing.ts';

/** Cases in which whoever seems to be at fault acted in good faith. */
export function attributionCases(groups: Groups): void {
  it('after a coordinator hand-over, who signed the other view is not the culprit for certain', () => {
    const all = players(groups, 2, 3, 'hand-over');
    const { ceremony, hostSeckeys, random } = all;
    const { states, pmsgs1 } = firstRound(all);
    const first = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
    // Operator 1 begins anew for the second coordinator; operator 2 answers the first one.
    const anew = value(dual.participantStep1(groups, hostSeckeys[1]!, ceremony, random()));
    const pmsgs1Anew = [pmsgs1[0]!, anew.pmsg1, pmsgs1[2]!];
    const second = value(dual.coordinatorStep1(groups, pmsgs1Anew, ceremony));
    const step2 = (id: number, state: dual.ParticipantState1, cmsg1: Uint8Array) =>
      value(dual.participantStep2(hostSeckeys[id]!, state, cmsg1, random())).pmsg2;
    const pmsgs2 = [
      step2(0, states[0]!, second.cmsg1),
      step2(1, anew.state, second.cmsg1),
      step2(2, states[2]!, first.cmsg1),
    ];
    const accused = expectFault(
      dual.coordinatorFinalize(second.state, pmsgs2),
      'certificate-signature-invalid',
      'operator-or-relay',
      [2],
    );
    expect(accused.next).toMatch(/hash of the coordinator's message they saw/);
  });

  it('who was given another list of nonces releases a share that fits nothing here', () => {
    const all = players(groups, 2, 3, 'another list');
    const attestation = honestCeremony(all).outputs.map((output) => output.attestation);
    const [ids, msg] = [[0, 2], all.random()];
    const open = openAttestation(all, attestation, ids, msg);
    const other = openAttestation(all, attestation, ids, msg);
    const replaced = [other.pubnonces[0]!, open.pubnonces[1]!];
    const shown = value(
      frostEd.openSigning(groups.ed25519, { ...open.session.context, pubnonces: replaced }),
    );
    const sign = (session: frostEd.SigningSession, i: number) => {
      const share = attestation[ids[i]!]!.secshare!;
      return value(frostEd.sign(groups.ed25519, session, open.secnonces[i]!, share, ids[i]!));
    };
    const psigs = [sign(open.session, 0), sign(shown, 1)];
    const accused = expectFault(
      frostEd.aggregateVerified(groups.ed25519, open.session, psigs),
      'psig-wrong',
      'operator-or-relay',
      [2],
    );
    expect(accused.next).toMatch(/hash of the signing package they saw/);
  });

  it('commitments that cancel out: everybody without a valid proof is named', () => {
    const all = players(groups, 2, 3, 'cancel out');
    const { pmsgs1 } = firstRound(all);
    const group = groups.secp256k1;
    const others: Bytes[] = [];
    for (const id of [0, 1])
      edit(all, 'pmsg1', pmsgs1[id]!, 'custody', 'com', 0, (com) => {
        others.push(com);
        return com;
      });
    const rogue = group.negate(sumPoints(group, pointsFromBytes(group, others)!));
    const attack = [
      pmsgs1[0]!,
      edit(all, 'pmsg1', pmsgs1[1]!, 'custody', 'pop', 0, (pop) => flip(pop)),
      edit(all, 'pmsg1', pmsgs1[2]!, 'custody', 'com', 0, () => group.pointToBytes(rogue)),
    ];
    expectFault(
      dual.coordinatorStep1(groups, attack, all.ceremony),
      'commitments-cancel-out',
      'operator-or-relay',
      [1, 2],
    );
  });

  it('who began a step twice sees a replaced message: the text says so', () => {
    const all = players(groups, 2, 3, 'twice');
    const { ceremony, hostSeckeys, random } = all;
    const { pmsgs1 } = firstRound(all);
    const again = value(dual.participantStep1(groups, hostSeckeys[0]!, ceremony, random()));
    const { cmsg1 } = value(dual.coordinatorStep1(groups, pmsgs1, ceremony));
    const check = (
      message: Uint8Array,
      name: 'own-pubnonce-replaced' | 'own-commitment-replaced',
    ) =>
      expect(
        expectFault(
          dual.participantStep2(hostSeckeys[0]!, again.state, message, random()),
          name,
          'relay',
        ).proves,
      ).toMatch(/Or you began this step twice/);
    check(cmsg1, 'own-pubnonce-replaced');
    let nonce: Bytes | undefined;
    edit(all, 'pmsg1', again.pmsg1, 'custody', 'pubnonce', 0, (own) => (nonce = own));
    check(
      edit(all, 'cmsg1', cmsg1, 'custody', 'pubnonces', 0, () => nonce!),
      'own-commitment-replaced',
    );
  });
}

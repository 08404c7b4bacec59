import { describe, expect, it } from 'vitest';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { isFault } from '../../src/lib/crypto/faults.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { paramsHashOf } from '../../src/lib/crypto/session-params.ts';
import { pointsFromBytes, sumPoints } from '../../src/lib/crypto/vss.ts';
import { edit, expectFault, flip, runs, suitesFor, type Part } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { firstRound, honestCeremony, players, type Players } from '../support/players.ts';

/** Operator 1 is the attacker where an operator attacks; operator 0 is who looks. */
const ATTACKER = 1;

/** A 2-of-3 ceremony up to the first messages. */
function begin(groups: Groups, seed = 'attack') {
  const all = players(groups, 2, 3, seed);
  return { all, ...firstRound(all) };
}

const collect = ({ groups, ceremony }: Players, pmsgs1: readonly Uint8Array[]) =>
  dual.coordinatorStep1(groups, pmsgs1, ceremony);

/** What operator `id` makes of a coordinator message. */
const check = (
  { all, states }: ReturnType<typeof begin>,
  cmsg1: Uint8Array,
  id = 0,
): ReturnType<typeof dual.participantStep2> =>
  dual.participantStep2(all.hostSeckeys[id]!, states[id]!, cmsg1, all.random());

/** The attacker's first message with one field changed. */
const attackersMessage = (
  { all, pmsgs1 }: ReturnType<typeof begin>,
  ...change: [Parameters<typeof edit>[3], Part, number, (field: Bytes) => Uint8Array]
) => pmsgs1.map((msg, id) => (id === ATTACKER ? edit(all, 'pmsg1', msg, ...change) : msg));

/** Adds one to an encrypted share: the plaintext becomes a wrong share. */
const wrongShare = (all: Players, run: (typeof runs)[number]) => (field: Bytes) => {
  const group = run === 'custody' ? all.groups.secp256k1 : all.groups.ed25519;
  return group.scalarAdd(group.scalarFromBytesChecked(field)!, group.scalarFromNumber(1));
};

/** Named attacks on key generation. */
export function keygenAttacks(groups: Groups): void {
  describe.each(runs)('on the %s run', (run) => {
    it('a wrong share: its receiver stops, investigates, and finds the sender', () => {
      const ceremony = begin(groups);
      const { all, states } = ceremony;
      const pmsgs1 = attackersMessage(ceremony, run, 'encShares', 0, wrongShare(all, run));
      const { state, cmsg1 } = value(collect(all, pmsgs1));
      const secrets = all.hostSeckeys;
      expectFault(check(ceremony, cmsg1), 'secshare-wrong', 'unknown', [], secrets);
      const cinv = value(dual.coordinatorInvestigate(groups, pmsgs1, all.ceremony))[0]!;
      expectFault(
        dual.participantInvestigate(all.hostSeckeys[0]!, states[0]!, cmsg1, cinv),
        'partial-secshare-wrong',
        'operator-or-relay',
        [ATTACKER],
        secrets,
      );
      // The others see nothing wrong and sign, but there is no certificate without operator 0.
      const others = [1, 2].map((id) => value(check(ceremony, cmsg1, id)).pmsg2);
      expectFault(
        dual.coordinatorFinalize(state, [new Uint8Array(128), ...others]),
        'certificate-signature-invalid',
        'operator-or-relay',
        [0],
      );
    });

    it('shares swapped between two receivers: both find the sender', () => {
      const ceremony = begin(groups);
      const { all, states } = ceremony;
      let first: Bytes | undefined;
      let pmsgs1 = attackersMessage(ceremony, run, 'encShares', 0, (field) => (first = field));
      let second: Bytes | undefined;
      pmsgs1 = attackersMessage({ ...ceremony, pmsgs1 }, run, 'encShares', 2, (field) => {
        second = field;
        return first!;
      });
      pmsgs1 = attackersMessage({ ...ceremony, pmsgs1 }, run, 'encShares', 0, () => second!);
      const { cmsg1 } = value(collect(all, pmsgs1));
      const cinvs = value(dual.coordinatorInvestigate(groups, pmsgs1, all.ceremony));
      for (const id of [0, 2]) {
        expectFault(check(ceremony, cmsg1, id), 'secshare-wrong', 'unknown');
        expectFault(
          dual.participantInvestigate(all.hostSeckeys[id]!, states[id]!, cmsg1, cinvs[id]!),
          'partial-secshare-wrong',
          'operator-or-relay',
          [ATTACKER],
        );
      }
    });

    it('summed shares swapped by the relay: the investigation finds the relay', () => {
      const ceremony = begin(groups);
      const { all, states, pmsgs1 } = ceremony;
      const { cmsg1 } = value(collect(all, pmsgs1));
      const altered = edit(all, 'cmsg1', cmsg1, run, 'encShares', 0, wrongShare(all, run));
      expectFault(check(ceremony, altered), 'secshare-wrong', 'unknown');
      const cinv = value(dual.coordinatorInvestigate(groups, pmsgs1, all.ceremony))[0]!;
      expectFault(
        dual.participantInvestigate(all.hostSeckeys[0]!, states[0]!, altered, cinv),
        'investigation-secshares-differ',
        'relay',
      );
    });

    it('a wrong proof of possession: everybody names its maker', () => {
      const ceremony = begin(groups);
      const pmsgs1 = attackersMessage(ceremony, run, 'pop', 0, (pop) => flip(pop, pop.length - 1));
      const { cmsg1 } = value(collect(ceremony.all, pmsgs1));
      for (const id of [0, 2])
        expectFault(check(ceremony, cmsg1, id), 'pop-invalid', 'operator-or-relay', [ATTACKER]);
    });

    it('somebody else’s commitments with their proof: the proof names another position', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      let copied = pmsgs1[ATTACKER]!;
      const parts: [Part, number][] = [
        ['com', 0],
        ['com', 1],
        ['pop', 0],
      ];
      for (const [part, index] of parts) {
        let field: Bytes | undefined;
        edit(all, 'pmsg1', pmsgs1[2]!, run, part, index, (own) => (field = own));
        copied = edit(all, 'pmsg1', copied, run, part, index, () => field!);
      }
      const { cmsg1 } = value(collect(all, [pmsgs1[0]!, copied, pmsgs1[2]!]));
      expectFault(check(ceremony, cmsg1), 'pop-invalid', 'operator-or-relay', [ATTACKER]);
    });

    it('a rogue key, the negative sum of all others: refused by the relay already', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const group = suitesFor(all)[run].group;
      const others: Bytes[] = [];
      for (const id of [0, 2])
        edit(all, 'pmsg1', pmsgs1[id]!, run, 'com', 0, (com) => {
          others.push(com);
          return com;
        });
      const rogue = group.negate(sumPoints(group, pointsFromBytes(group, others)!));
      const attack = attackersMessage(ceremony, run, 'com', 0, () => group.pointToBytes(rogue));
      // In the attestation run, the proof does not even name these commitments.
      const [name, who] =
        run === 'custody'
          ? (['commitments-cancel-out', 'operator-or-relay'] as const)
          : (['pop-commitments-differ', 'operator'] as const);
      expectFault(collect(all, attack), name, who, [ATTACKER]);

      // Nor does it help to leave a key over that the attacker knows.
      const known = group.add(rogue, group.mulBase(group.scalarFromNumber(7)));
      const { cmsg1 } = value(collect(all, pmsgs1));
      const altered = edit(all, 'cmsg1', cmsg1, run, 'comsToSecrets', ATTACKER, () =>
        group.pointToBytes(known),
      );
      expectFault(check(ceremony, altered), 'pop-invalid', 'operator-or-relay', [ATTACKER]);
    });

    it('a commitment to zero: refused, whoever sent it', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { group } = suitesFor(all)[run];
      const { cmsg1 } = value(collect(all, pmsgs1));
      const altered = edit(all, 'cmsg1', cmsg1, run, 'comsToSecrets', ATTACKER, () =>
        group.pointToBytes(group.identity),
      );
      expectFault(check(ceremony, altered), 'commitment-is-identity', 'operator-or-relay', [
        ATTACKER,
      ]);
    });

    it('a commitment to zero with a proof that holds for it: refused all the same', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { group } = suitesFor(all)[run];
      const { cmsg1 } = value(collect(all, pmsgs1));
      // With A = 0, s·B = R holds for any s that makes R even, so nothing has to be known.
      const one = group.scalarFromNumber(1);
      const R = group.pointToBytes(group.base).slice(run === 'custody' ? 1 : 0);
      const zero = edit(all, 'cmsg1', cmsg1, run, 'comsToSecrets', ATTACKER, () =>
        group.pointToBytes(group.identity),
      );
      const forged = edit(all, 'cmsg1', zero, run, 'pops', ATTACKER, (pop) =>
        concat(pop.subarray(0, -64), R, one),
      );
      expectFault(check(ceremony, forged), 'commitment-is-identity', 'operator-or-relay', [
        ATTACKER,
      ]);
    });

    it('our own proof damaged by the relay: we do not accuse ourselves, the others hear of us', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { cmsg1 } = value(collect(all, pmsgs1));
      const damaged = edit(all, 'cmsg1', cmsg1, run, 'pops', 0, (pop) => flip(pop, pop.length - 1));
      expect(isFault(check(ceremony, damaged, 0))).toBe(false);
      expectFault(check(ceremony, damaged, 1), 'pop-invalid', 'operator-or-relay', [0]);
    });

    it('a nonce that is no point: its receiver names the sender', () => {
      const ceremony = begin(groups);
      const { all } = ceremony;
      const pmsgs1 = attackersMessage(ceremony, run, 'pubnonce', 0, (nonce) => nonce.fill(0xff));
      const { cmsg1 } = value(collect(all, pmsgs1));
      expectFault(check(ceremony, cmsg1), 'pubnonce-invalid', 'operator-or-relay', [ATTACKER]);
    });

    it('the relay replaces what operator 0 sent: operator 0 knows', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { cmsg1 } = value(collect(all, pmsgs1));
      const { group } = suitesFor(all)[run];
      const point = group.pointToBytes(group.base);
      const replaced = edit(all, 'cmsg1', cmsg1, run, 'comsToSecrets', 0, () => point);
      expectFault(check(ceremony, replaced), 'own-commitment-replaced', 'relay');
      const nonce = groups.secp256k1.pointToBytes(groups.secp256k1.base);
      const renonced = edit(all, 'cmsg1', cmsg1, run, 'pubnonces', 0, () => nonce);
      expectFault(check(ceremony, renonced), 'own-pubnonce-replaced', 'relay');
    });

    it('an equivocating relay: two views never get one certificate', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { state, cmsg1 } = value(collect(all, pmsgs1));
      // Operator 2 gets another ciphertext for operator 0; all that operator 2 can check is right.
      const other = edit(all, 'cmsg1', cmsg1, run, 'encShares', 0, wrongShare(all, run));
      const honest = [0, 1].map((id) => value(check(ceremony, cmsg1, id)));
      const misled = value(check(ceremony, other, 2));
      const pmsgs2 = [...honest.map(({ pmsg2 }) => pmsg2), misled.pmsg2];
      expectFault(
        dual.coordinatorFinalize(state, pmsgs2),
        'certificate-signature-invalid',
        'operator-or-relay',
        [2],
      );
      const half = (run_: string, msg: Uint8Array) =>
        run_ === 'custody' ? msg.subarray(0, 64) : msg.subarray(64);
      const cmsg2 = concat(...runs.flatMap((one) => pmsgs2.map((msg) => half(one, msg))));
      expectFault(
        dual.participantFinalize(honest[0]!.state, cmsg2),
        'certificate-invalid',
        'relay',
      );
      // Seen from the misled operator, everybody else has signed something different.
      expectFault(dual.participantFinalize(misled.state, cmsg2), 'certificate-invalid', 'relay');
    });

    it('t − 1 and t + 1 commitments: no message of another length passes', () => {
      const ceremony = begin(groups);
      const { all, pmsgs1 } = ceremony;
      const { pointLength } = suitesFor(all)[run];
      const shorter = attackersMessage(ceremony, run, 'com', 1, () => new Uint8Array(0));
      const longer = attackersMessage(ceremony, run, 'com', 1, (com) => concat(com, com));
      for (const attack of [shorter, longer]) {
        expect(Math.abs(attack[ATTACKER]!.length - pmsgs1[ATTACKER]!.length)).toBe(pointLength);
        expectFault(collect(all, attack), 'round1-malformed', 'operator', [ATTACKER]);
      }
      const { cmsg1 } = value(collect(all, pmsgs1));
      for (const change of [() => new Uint8Array(0), (com: Bytes) => concat(com, com)]) {
        const attack = edit(all, 'cmsg1', cmsg1, run, 'nonconst', 0, change);
        expectFault(check(ceremony, attack), 'relay-message-malformed', 'relay');
      }
    });
  });

  it('a proof that names other commitments: the relay names its maker', () => {
    const ceremony = begin(groups);
    const pmsgs1 = attackersMessage(ceremony, 'attestation', 'pop', 0, (pop) => flip(pop, 0));
    expectFault(collect(ceremony.all, pmsgs1), 'pop-commitments-differ', 'operator', [ATTACKER]);
  });

  it('a message replayed from another ceremony: its owner knows, and so do the others', () => {
    const earlier = begin(groups, 'earlier');
    const later = begin(groups, 'later');
    // The same group begins again under another manifest; the relay replays operator 1.
    const all = { ...later.all, hostSeckeys: earlier.all.hostSeckeys };
    const ceremony = { ...earlier.all.ceremony, manifestHash: later.all.ceremony.manifestHash };
    const again = { all: { ...all, ceremony }, ...firstRound({ ...all, ceremony }) };
    const replayed = again.pmsgs1.map((msg, id) =>
      id === ATTACKER ? earlier.pmsgs1[ATTACKER]! : msg,
    );
    const { cmsg1 } = value(collect(again.all, replayed));
    expectFault(check(again, cmsg1, ATTACKER), 'own-pubnonce-replaced', 'relay');
    const refused = expectFault(check(again, cmsg1, 0), 'pop-invalid', 'operator-or-relay', [
      ATTACKER,
    ]);
    expect(refused.detail).toContain('attestation');
  });

  it('a swapped host key: the hashes to compare differ, and the run cannot succeed', () => {
    const ceremony = begin(groups);
    const { all, pmsgs1 } = ceremony;
    const mitm = value(hostPubkeyOf(groups.secp256k1, all.random()));
    const swapped = {
      ...all.ceremony,
      hostpubkeys: all.ceremony.hostpubkeys.map((key, id) => (id === 2 ? mitm : key)),
    };
    const suite = suitesFor(all).custody;
    expect(paramsHashOf(suite, swapped)).not.toEqual(paramsHashOf(suite, all.ceremony));
    const fooled = value(dual.participantStep1(groups, all.hostSeckeys[0]!, swapped, all.random()));
    const { cmsg1 } = value(collect(all, [fooled.pmsg1, pmsgs1[1]!, pmsgs1[2]!]));
    // The misled operator encrypted for another group: no share of theirs can be read.
    expectFault(check(ceremony, cmsg1, 1), 'secshare-wrong', 'unknown');
    const own = dual.participantStep2(all.hostSeckeys[0]!, fooled.state, cmsg1, all.random());
    expectFault(own, 'secshare-wrong', 'unknown');
  });

  it('a host secret of another group, or another operator’s, opens nothing', () => {
    const ceremony = begin(groups);
    const { all, states, pmsgs1 } = ceremony;
    const { cmsg1 } = value(collect(all, pmsgs1));
    expectFault(
      dual.participantStep1(groups, all.random(), all.ceremony, all.random()),
      'host-key-not-in-group',
      'local',
    );
    const other = all.hostSeckeys[1]!;
    expectFault(
      dual.participantStep2(other, states[0]!, cmsg1, all.random()),
      'host-key-changed',
      'local',
    );
  });

  it('a stranger or a duplicate in the roster', () => {
    const { all } = begin(groups);
    const [a, b] = all.ceremony.hostpubkeys as [Uint8Array, Uint8Array];
    const withKeys = (hostpubkeys: Uint8Array[]) =>
      dual.participantStep1(
        groups,
        all.hostSeckeys[0]!,
        { ...all.ceremony, hostpubkeys },
        all.random(),
      );
    expectFault(withKeys([a, b, b]), 'host-pubkey-duplicate', 'operator-or-relay', [1, 2]);
    for (const invalid of [new Uint8Array(33), b.slice(1), concat(b, b), flip(b, 0).fill(0xff, 1)])
      expectFault(withKeys([a, b, invalid]), 'host-pubkey-invalid', 'operator-or-relay', [2]);
  });

  it('a threshold below two, or that two disjoint quorums can reach', () => {
    const { all } = begin(groups);
    const withThreshold = (t: number) =>
      dual.participantStep1(groups, all.hostSeckeys[0]!, { ...all.ceremony, t }, all.random());
    for (const t of [0, 1, -1, Number.NaN])
      expectFault(withThreshold(t), 'threshold-not-a-majority', 'local');
    for (const t of [4, 2.5]) expectFault(withThreshold(t), 'threshold-out-of-range', 'local');
    const four = players(groups, 2, 4);
    expectFault(
      dual.participantStep1(groups, four.hostSeckeys[0]!, four.ceremony, four.random()),
      'threshold-not-a-majority',
      'local',
    );
  });

  it('cut and extended messages: a named fault for every one, the fitting party for each', () => {
    const all = players(groups, 2, 3, 'lengths');
    const ceremony = { all, ...firstRound(all) };
    const { pmsgs1, cmsg1, pmsgs2, cmsg2, coordinator } = honestCeremony(players(groups, 2, 3));
    const lengths = (message: Uint8Array) => [
      message.subarray(0, -1),
      message.subarray(1),
      concat(message, Uint8Array.of(0)),
      new Uint8Array(0),
    ];
    const fresh = value(collect(all, ceremony.pmsgs1));
    const second = value(check(ceremony, fresh.cmsg1));
    for (const attack of lengths(pmsgs1[0]!))
      expectFault(
        collect(all, [attack, pmsgs1[1]!, pmsgs1[2]!]),
        'round1-malformed',
        'operator',
        [0],
      );
    for (const attack of lengths(cmsg1))
      expectFault(check(ceremony, attack), 'relay-message-malformed', 'relay');
    for (const attack of lengths(pmsgs2[1]!))
      expectFault(
        dual.coordinatorFinalize(fresh.state, [pmsgs2[0]!, attack, pmsgs2[2]!]),
        'round2-malformed',
        'operator',
        [1],
      );
    for (const attack of lengths(cmsg2))
      expectFault(
        dual.participantFinalize(second.state, attack),
        'relay-message-malformed',
        'relay',
      );
    for (const attack of lengths(coordinator.recoveryData))
      expect(isFault(dual.recoverBoth(groups, undefined, attack))).toBe(true);
    expectFault(collect(all, pmsgs1.slice(1)), 'input-length', 'local');
  });
}

import { expect, it } from 'vitest';
import { equal } from '../../src/lib/crypto/bytes.ts';
import * as dual from '../../src/lib/crypto/dual-dkg.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { interpolatingValue } from '../../src/lib/crypto/lagrange.ts';
import { paramsHashOf } from '../../src/lib/crypto/session-params.ts';
import { sumScalars } from '../../src/lib/crypto/vss.ts';
import { expectFault, runs, suitesFor } from '../support/attacks.ts';
import type { Groups } from '../support/groups.ts';
import { value } from '../support/hex.ts';
import { honestCeremony, players, type Players } from '../support/players.ts';

const VICTIM = 2;

/**
 * A relay that owns every channel and swapped host keys in the roster. Operators 0 and 1 meet the
 * relay in the place of operator 2; operator 2 meets it in the place of both others.
 */
function inTheMiddle(groups: Groups) {
  const all = players(groups, 2, 3, 'in the middle');
  const relayKeys = all.hostSeckeys.map(all.random);
  const world = (isRelay: (id: number) => boolean): Players => {
    const hostSeckeys = all.hostSeckeys.map((key, id) => (isRelay(id) ? relayKeys[id]! : key));
    const hostpubkeys = hostSeckeys.map((key) => value(hostPubkeyOf(groups.secp256k1, key)));
    // The same manifest hash for everybody: nothing but the roster gives the relay away.
    return { ...all, hostSeckeys, ceremony: { ...all.ceremony, hostpubkeys } };
  };
  return {
    all,
    shownToOthers: world((id) => id === VICTIM),
    shownToVictim: world((id) => id !== VICTIM),
  };
}

/** A man in the middle with host keys of his own: no step of the protocol can notice him. */
export function impostorAttacks(groups: Groups): void {
  it.each(runs)('%s: everybody completes; only the words read before round 1 differ', (run) => {
    const { all, shownToOthers, shownToVictim } = inTheMiddle(groups);
    const { group } = suitesFor(all)[run];
    // No step of either ceremony is refused, neither an honest operator's nor the relay's.
    const [others, victim] = [shownToOthers, shownToVictim].map(
      (world) => honestCeremony(world).outputs,
    );

    // The relay holds a share that counts, and in the victim's group the whole key.
    const held = others![VICTIM]![run];
    const share = group.pointToBytes(group.mulBase(held.secshare!));
    expect(share).toEqual(others![0]![run].pubshares[VICTIM]);
    const ids = [0, 1];
    const parts = ids.map((id) =>
      group.scalarMul(interpolatingValue(group, ids, id), victim![id]![run].secshare!),
    );
    const stolen = group.pointToBytes(group.mulBase(sumScalars(group, parts)));
    expect(stolen).toEqual(victim![VICTIM]![run].threshPk);

    // What each operator reads out before the first message leaves.
    const wordsOf = (id: number) => {
      const world = id === VICTIM ? shownToVictim : shownToOthers;
      return value(paramsHashOf(suitesFor(world)[run], world.ceremony));
    };
    expect(wordsOf(1)).toEqual(wordsOf(0));
    expect(equal(wordsOf(VICTIM), wordsOf(0))).toBe(false);
    const genuine = value(paramsHashOf(suitesFor(all)[run], all.ceremony));
    for (const id of [0, 1, VICTIM]) expect(equal(wordsOf(id), genuine)).toBe(false);
  });

  it('showing everybody the same roster does not help: who was replaced is not in it', () => {
    const { all, shownToOthers } = inTheMiddle(groups);
    const key = all.hostSeckeys[VICTIM]!;
    expectFault(
      dual.participantStep1(groups, key, shownToOthers.ceremony, all.random()),
      'host-key-not-in-group',
      'local',
      [],
      [key],
    );
  });

  it('two groups that do not know of each other share no certificate and no recovery data', () => {
    const { all, shownToOthers, shownToVictim } = inTheMiddle(groups);
    const [file, victims] = [shownToOthers, shownToVictim].map(
      (world) => honestCeremony(world).coordinator.recoveryData,
    );
    for (const [id, data] of [
      [VICTIM, file!],
      [0, victims!],
      [1, victims!],
    ] as const) {
      const key = all.hostSeckeys[id]!;
      const recovered = dual.recoverBoth(groups, key, data);
      expectFault(recovered, 'host-key-not-in-group', 'local', [], [key]);
    }
  });
}

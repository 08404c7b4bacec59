import { describe, expect, it } from 'vitest';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import { MAX_PROPOSAL } from '../../src/lib/ceremony/parts.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import {
  A,
  B,
  approve,
  aside,
  interleaved,
  observer,
  of,
  part,
  says,
  setAt,
  twoProposals,
  type Steps,
} from '../support/backup-address.ts';
import {
  admission,
  admits,
  ageBackup,
  apart,
  caughtUp,
  equipped,
  freshDevice,
  fromAge,
  recovered,
} from '../support/restored.ts';
import { forked } from '../support/cheating.ts';
import { deviceOf, enrolled, finish, type Player } from '../support/seats.ts';
import { bring, lie, share } from '../support/signing-cheats.ts';
import { did } from '../support/signing-seats.ts';

/*
 * An operator's approval of a backup address under another device counts from when that device was
 * admitted, by what the operator had seen. Dora comes back; two of the three others must admit her device.
 */

type Four = [Player, Player, Player, Player];
const players = (await enrolled(4, 3, 'backup address devices')) as Four;
await finish(players);
const fresh = async () => (await apart(players)) as Four;

const file = await ageBackup(players[3]);

/** Who has Dora's host secret comes back with a device of their own, and tells it. */
async function comesBack(all: Four, device = freshDevice()): Promise<Player> {
  const back = await recovered(all[3], all[0], fromAge(file), { device: await device });
  await equipped(back);
  await caughtUp(back, all.slice(0, 3));
  await share([...all.slice(0, 3), back]);
  return back;
}

/** These admit the device that Dora told last, and everybody hears of it. */
async function admitted(all: readonly Player[], by: readonly Player[]): Promise<void> {
  for (const player of by) await admits(player, 3);
  await share(all);
}

const notAdmitted = { fault: 'device-not-admitted' };

describe('a device that is not admitted', () => {
  it('is not asked to approve a backup address in vain: the program refuses it', async () => {
    const all = await fresh();
    const [asha, ben, chen] = all;
    const back = await comesBack(all);
    expect(await approve(back, A)).toEqual(notAdmitted);
    await admitted([asha, ben, chen, back], [asha]);
    expect(await approve(back, A)).toEqual(notAdmitted);
    await admitted([asha, ben, chen, back], [ben]);
    await did(approve(back, A));
    expect(of(back).last).toEqual([0, 0, 0, 1]);
  });

  it('approves nothing, also once it is admitted: the same is approved again, and stands', async () => {
    const all = await fresh();
    const [asha, ben, chen] = all;
    const back = await comesBack(all);
    for (const player of [asha, ben, chen, back]) await says(player, 1, A);
    await share([asha, ben, chen, back]);
    const open = { number: 1, address: A, approved: [true, true, true, false] };
    expect(of(back)).toEqual({ set: undefined, contested: [], open, last: [1, 1, 1, 0] });
    await admitted([asha, ben, chen, back], [asha, ben]);
    expect(of(back)).toEqual({ set: undefined, contested: [], open, last: [1, 1, 1, 0] });
    await did(approve(back, A));
    await share([asha, ben, chen, back]);
    expect(setAt([asha, ben, chen, back])).toEqual([A, A, A, A]);
  });

  it('and is never admitted keeps no address from those who go on with another', async () => {
    const all = await fresh();
    const [asha, ben, chen] = all;
    const back = await comesBack(all);
    await says(back, 1, A);
    for (const player of [asha, ben, chen]) await says(player, 1, A);
    await share([asha, ben, chen, back]);
    const other = { ...back, device: await deviceOf(61) };
    expect(await other.seat.restoreHost(fromAge(file))).toBeUndefined();
    await equipped(other);
    await share([asha, ben, chen, other]);
    await admitted([asha, ben, chen, other], [asha, ben]);
    await did(approve(other, A));
    await share([asha, ben, chen, other]);
    expect(setAt([asha, ben, chen, other])).toEqual([A, A, A, A]);
  });
});

describe('who has the host secret alone', () => {
  it('uses up no numbers', async () => {
    const all = await fresh();
    const [asha, ben, chen] = all;
    const thief = await comesBack(all);
    await says(thief, MAX_PROPOSAL, B);
    await share([asha, ben, chen, thief]);
    expect(of(asha)).toEqual({
      set: undefined,
      contested: [],
      open: undefined,
      last: [0, 0, 0, 0],
    });
    await did(approve(asha, A));
    expect(of(asha).last).toEqual([1, 0, 0, 0]);
  });

  it.each([
    ['says what they saw', 0],
    ['says to have seen packets that there never were', 900_000],
  ])('completes no former proposal, and %s', async (_, more) => {
    const all = await fresh();
    const [asha, ben, chen] = all;
    await twoProposals(all);
    const thief = await comesBack(all);
    const { seen } = thief.seat.state.packetsFrom(thief.seat.state.me).at(-1)!;
    const ahead = seen.map((one) => ({ ...one, number: one.number + more }));
    const stolen = await aside(thief, 1, await part(thief, 1, B), 0, { seen: ahead });
    for (const player of [asha, ben, chen]) await bring(player, stolen);
    expect(setAt([asha, ben, chen])).toEqual([undefined, undefined, undefined]);
    const owner = await comesBack(all, deviceOf(60));
    await admitted([asha, ben, chen, owner], [asha, ben]);
    await did(approve(owner, A));
    await share([asha, ben, chen, owner]);
    expect(setAt([asha, ben, chen, owner])).toEqual([A, A, A, A]);
  });
});

/** Asha, Ben and Chen admit Dora's device; what each said for it, and what Ben said beside it. */
async function parts(propose = twoProposals) {
  const all = await fresh();
  const [asha, ben, chen] = all;
  await propose(all);
  const back = await comesBack(all);
  const after = observer(back);
  const admissions: Packet[] = [];
  for (const player of [asha, ben, chen]) {
    const before = player.seat.state.packetsFrom(player.seat.state.me).length;
    await admits(player, 3);
    admissions.push(...player.seat.state.packetsFrom(player.seat.state.me).slice(before));
  }
  const [ofAsha, ofBen, ofChen] = admissions as [Packet, Packet, Packet];
  /** What Dora says, after she saw these. */
  const says = async (nth: number, number: number, address: string, saw: readonly Packet[]) => {
    const { seen } = back.seat.state.packetsFrom(back.seat.state.me).at(-1)!;
    const named = seen.map((one) => {
      const later = saw.find(({ from }) => equal(from, one.from));
      return later ? { ...one, number: later.number, ...later.log } : one;
    });
    return aside(back, nth, await part(back, number, address), 0, { seen: named });
  };
  const fork = await forked(ben, ofBen, [{ kind: 'receipt' }]);
  return { ben, after, ofAsha, ofBen, ofChen, fork, says };
}

const sets = (steps: Steps) => [
  ...new Set(steps.flatMap(({ set }) => (set === undefined ? [] : [set]))),
];

describe('in whatever order packets come', () => {
  it('what was approved before the admission was seen never counts, and what was after does', async () => {
    const { after, ofAsha, ofBen, says } = await parts();
    const own = [await says(1, 1, B, [ofAsha]), await says(2, 2, A, [ofAsha, ofBen])];
    for (const order of interleaved([[ofAsha], [ofBen], own])) {
      const steps = after(order);
      expect(steps.at(-1)).toMatchObject({ set: A, contested: [] });
      expect(sets(steps)).toEqual([A]);
    }
  });

  it('an address never stands before one that may be admitted by what is not here', async () => {
    const { after, ofAsha, ofBen, ofChen, says } = await parts();
    const own = [await says(1, 1, B, [ofAsha, ofBen]), await says(2, 2, A, [ofAsha, ofChen])];
    for (const order of interleaved([[ofAsha], [ofBen], [ofChen], own])) {
      const steps = after(order);
      for (const [i, { set, contested }] of steps.entries()) {
        const here = order.slice(0, i + 1);
        const admitted = [ofAsha, ofBen, own[0]!].every((packet) => here.includes(packet));
        expect([set, contested]).toEqual([admitted ? B : undefined, []]);
      }
    }
  });
});

it('who admitted and forks is named where two addresses may stand by it', async () => {
  const { ben, after, ofAsha, ofBen, ofChen, fork, says } = await parts();
  const own = [await says(1, 1, B, [ofAsha, ofBen]), await says(2, 2, A, [ofAsha, ofChen])];
  for (const order of interleaved([[ofAsha, ofChen], [ofBen, fork], own]))
    expect(after(order).at(-1)).toMatchObject({ set: undefined, contested: [1] });
  // Also where the admission itself is kept from somebody.
  const beside = await forked(ben, fork, [{ kind: 'baton', to: ben.seat.state.me }]);
  const without = after([ofAsha, ofChen, fork, beside, ...own]).at(-1);
  expect(without).toMatchObject({ set: undefined, contested: [1] });
});

it('who admitted and forks takes no address away that the others approved alone', async () => {
  const one = async (all: readonly Player[]) => {
    for (const player of all.slice(0, 3)) await says(player, 1, A);
    await share(all);
  };
  const { after, ofAsha, ofBen, fork, says: said } = await parts(one);
  const own = [await said(1, 1, A, [ofAsha, ofBen])];
  for (const order of interleaved([[ofAsha], [ofBen], [fork], own]))
    for (const [i, { set, contested }] of after(order).entries()) {
      const here = order.slice(0, i + 1);
      const admitted = [ofAsha, ofBen, ...own].every((packet) => here.includes(packet));
      expect([set, contested]).toEqual([admitted ? A : undefined, []]);
    }
});

/** Chen comes back as well. */
async function chenBack([asha, ben, chen, dora]: Four): Promise<Player> {
  const source = fromAge(await ageBackup(chen));
  const back = await recovered(chen, asha, source, { device: await deviceOf(60) });
  await equipped(back);
  await caughtUp(back, [asha, ben, dora]);
  await share([asha, ben, back, dora]);
  return back;
}

it('what they admitted themself before they came back counts for them, too', async () => {
  const all = await fresh();
  const [asha, ben, , dora] = all;
  const chen = await chenBack(all);
  for (const player of [asha, dora]) await admits(player, 2);
  await share([asha, ben, chen, dora]);
  const back = await comesBack([asha, ben, chen, dora]);
  await admitted([asha, ben, chen, back], [ben, chen]);
  await did(approve(back, A));
  expect(of(back).last).toEqual([0, 0, 0, 1]);
});

it('who admits under a device that is not admitted yet admits nobody, also once it is', async () => {
  const all = await fresh();
  const [asha, ben, chen] = all;
  const back = await comesBack(all);
  const other = await chenBack([asha, ben, chen, back]);
  const four = [asha, ben, other, back];
  await admitted(four, [asha]);
  await lie(other, await admission(other, 3));
  await share(four);
  for (const player of [asha, ben, back, other]) await says(player, 1, A);
  await share(four);
  for (const player of [asha, ben]) await admits(player, 2);
  await share(four);
  expect(of(asha).open!.approved).toEqual([true, true, false, false]);
  for (const player of [other, back]) await did(approve(player, A));
  await share(four);
  expect(setAt(four)).toEqual([A, A, A, A]);
});

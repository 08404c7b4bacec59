import { describe, expect, it } from 'vitest';
import { proposalOf } from '../../src/lib/ceremony/backup-address.ts';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import { recoveryOf } from '../../src/lib/worker/backup.ts';
import {
  A,
  B,
  approval,
  approve,
  of,
  says,
  setAt,
  twoProposals as propose,
} from '../support/backup-address.ts';
import { apart } from '../support/restored.ts';
import { carry, enrolled, finish, round, type Player } from '../support/seats.ts';
import { bring, lie, share, twinOf } from '../support/signing-cheats.ts';
import { did } from '../support/signing-seats.ts';

type Three = [Player, Player, Player];
const players = (await enrolled(3, 2, 'backup address')) as Three;
await finish(players);
const fresh = async () => (await apart(players)) as Three;

/** Asha and Ben are for B first and for A then; Chen is not heard yet. */
async function twoProposals(): Promise<Three> {
  const three = await fresh();
  await propose(three);
  return three;
}

describe('a backup address that the manifest lacks', () => {
  it('is set once every device approved it, and then stands', async () => {
    const three = await fresh();
    for (const player of three) {
      expect(setAt(three)).toEqual([undefined, undefined, undefined]);
      expect(await approve(player, A)).toBeUndefined();
      await round(three);
    }
    expect(setAt(three)).toEqual([A, A, A]);
    expect(recoveryOf(three[0].seat)!.backupAddress).toBe(A);
    for (const player of three) expect(await approve(player, B, 2)).toEqual({ fault: 'not-now' });
  });

  it('is an address of the network, in the next proposal or the open one', async () => {
    const [asha, ben] = await fresh();
    const elsewhere = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
    expect(await approve(asha, elsewhere)).toEqual({ fault: 'not-now' });
    expect(await approve(asha, A, 2)).toEqual({ fault: 'not-now' });
    expect(await approve(asha, A, 1001)).toEqual({ fault: 'not-now' });
    await did(approve(asha, A));
    expect(await approve(asha, A)).toEqual({ fault: 'not-now' });
    await carry(asha, ben, true);
    expect(proposalOf(of(ben), A)).toBe(1);
    expect(proposalOf(of(ben), B)).toBe(2);
  });

  it('may follow another one that was wrong, and nobody approves twice', async () => {
    const three = await fresh();
    const [asha, ben, chen] = three;
    await did(approve(asha, B));
    await did(approve(asha, A));
    await share(three);
    expect(of(chen).open).toEqual({ number: 2, address: A, approved: [true, false, false] });
    await did(approve(ben, A));
    await did(approve(chen, A));
    await share(three);
    expect(setAt(three)).toEqual([A, A, A]);
  });

  it('is proposed again where two proposed at once', async () => {
    const three = await fresh();
    const [asha, ben, chen] = three;
    await did(approve(asha, A));
    await did(approve(ben, B));
    await share(three);
    expect(of(chen).open).toBeUndefined();
    for (const player of [chen, asha, ben]) {
      await did(approve(player, A));
      await share(three);
    }
    expect(setAt(three)).toEqual([A, A, A]);
  });

  it('an approval of another address, or of it in another proposal, counts for nothing', async () => {
    const [asha] = await fresh();
    for (const signature of [await approval(asha, 1, B), await approval(asha, 2, A)]) {
      await lie(asha, { kind: 'backup-address', proposal: 1, address: A, signature });
      expect(of(asha)).toEqual({ set: undefined, contested: [], open: undefined, last: [0, 0, 0] });
    }
  });
});

describe('one operator alone', () => {
  it('cannot complete a former address beside the one that is set', async () => {
    const three = await twoProposals();
    const [, , chen] = three;
    await did(approve(chen, A));
    await share(three);
    expect(setAt(three)).toEqual([A, A, A]);
    await says(chen, 1, B);
    await says(chen, 3, B);
    await says(chen, 4, A);
    await share(three);
    expect(setAt(three)).toEqual([A, A, A]);
    expect(three.flatMap((player) => of(player).contested)).toEqual([]);
  });

  it('nor all but one, by a later proposal', async () => {
    const three = await fresh();
    for (const player of three) await says(player, 1, A);
    for (const player of three.slice(1)) await says(player, 2, B);
    await share(three);
    expect(setAt(three)).toEqual([A, A, A]);
  });

  it('nor all together, once it stands', async () => {
    const three = await fresh();
    for (const address of [A, B])
      for (const player of three) await says(player, address === A ? 1 : 2, address);
    await share(three);
    expect(setAt(three)).toEqual([A, A, A]);
  });
});

it('in whatever order packets of different senders come, the same address is set', async () => {
  const three = await twoProposals();
  await says(three[2], 2, A);
  await says(three[2], 3, B);
  const said = three.map(({ seat }) => seat.state.packetsFrom(seat.state.me).slice(-2));
  const [asha, ben, chen] = await fresh();
  const [ofAsha, ofBen, ofChen] = said as [Packet[], Packet[], Packet[]];
  await bring(asha, ...ofChen, ...ofBen);
  await bring(asha, ...ofAsha);
  await bring(ben, ...ofAsha);
  await bring(ben, ...ofChen, ...ofBen);
  await bring(chen, ...ofBen, ...ofAsha);
  await bring(chen, ...ofChen);
  for (const player of [asha, ben, chen]) expect(of(player).last).toEqual([2, 2, 3]);
  expect(setAt([asha, ben, chen])).toEqual([A, A, A]);
});

describe('who signs two packets under one number', () => {
  it('before, and agrees in both: the address stays', async () => {
    const three = await fresh();
    const [asha, ben, chen] = three;
    const twin = await twinOf(chen);
    for (const player of three) await says(player, 1, A);
    await share(three);
    await bring(asha, await lie(twin, { kind: 'receipt' }));
    await share([asha, ben]);
    expect(asha.seat.state.conflicts).toHaveLength(1);
    expect(setAt([asha, ben])).toEqual([A, A]);
  });

  it('makes two addresses complete: neither counts, everywhere, and it is said', async () => {
    const [asha, ben, chen] = await twoProposals();
    const twin = await twinOf(chen);
    const [one, other] = [await says(chen, 2, A), await says(twin, 1, B)];
    await bring(asha, one);
    await bring(ben, other);
    expect(setAt([asha, ben])).toEqual([A, B]);
    await bring(asha, other);
    await bring(ben, one);
    expect(setAt([asha, ben])).toEqual([undefined, undefined]);
    for (const { seat } of [asha, ben]) {
      expect(of({ ...asha, seat }).contested).toEqual([2]);
      const faults = seat.progress().faults.map(({ fault, operators }) => [fault, operators]);
      expect(faults).toContainEqual(['backup-address-contested', [2]]);
      expect(recoveryOf(seat)!.backupAddress).toBeNull();
    }
    expect(await approve(asha, A, 3)).toEqual({ fault: 'not-now' });
  });

  it('after an approval that is certain: what was set stands', async () => {
    const [asha, ben, chen] = await twoProposals();
    await says(chen, 2, A);
    const twin = await twinOf(chen);
    await says(asha, 3, B);
    await says(ben, 3, B);
    await share([asha, ben, chen]);
    const [one, other] = [await says(chen, 3, B), await says(twin, 1, B)];
    for (const packet of [one, other]) await bring(asha, packet);
    for (const packet of [other, one]) await bring(ben, packet);
    expect(asha.seat.state.conflicts).toHaveLength(1);
    expect(setAt([asha, ben])).toEqual([A, A]);
  });
});

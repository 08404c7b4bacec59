import { describe, expect, it } from 'vitest';
import { bundleOf, packetsOf } from '../../src/lib/ceremony/packet.ts';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { recoverGroup } from '../../src/lib/worker/recovery.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import {
  ageBackup,
  apart,
  caughtUp,
  certifiedPubshares,
  equipped,
  fromAge,
  fromKit,
  kitOf,
  recover,
  recovered,
  sealedPubshares,
} from '../support/restored.ts';
import {
  carry,
  enrolled,
  finish,
  play,
  ports,
  reimport,
  round,
  type Player,
} from '../support/seats.ts';
import {
  accept,
  again,
  bring,
  five,
  halted,
  proposedTo,
  signed,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  signBatch,
  spendOf,
  spendRequest,
  testRequest,
} from '../support/signing-seats.ts';

/* An operator who lost the machine at a bad moment, or comes back with too little. */

const notNow = { fault: 'not-now' };

/** Rounds until this holds for everybody. */
async function until(players: readonly Player[], holds: (player: Player) => boolean) {
  for (let i = 0; i < 12 && !players.every(holds); i++) await round(players);
  expect(players.every(holds)).toBe(true);
}

describe('in mid-ceremony', () => {
  it('before the certificate: the run is lost, that is said at once, and anybody can stop it', async () => {
    const players = await enrolled(3, 2, 'run lost');
    const [asha, ben, chen] = players as [Player, Player, Player];
    const kit = await kitOf(ben);
    // Ben has not sealed: nobody keeps his keys, so that nothing brings him back.
    await until(players, ({ seat }) => seat.state.manifest !== undefined);
    await play(asha);
    const early = await recover(ben, asha, await fromKit(kit, ben.device));
    expect(early).toEqual({ fault: 'kept-keys', detail: 'Ben' });
    await play(ben);
    await carry(ben, asha);

    const back = await recovered(ben, asha, await fromKit(kit, ben.device));
    expect(back.seat.next()).toEqual({ act: 'catch-up', more: 2 });
    await caughtUp(back, [asha, chen]);
    expect(back.seat.next()).toEqual({ act: 'run-lost' });
    await play(chen);
    await carry(chen, asha);
    await carry(asha, back, true);
    expect(back.seat.next()).toEqual({ act: 'run-lost' });
    const approval = new Uint8Array(64);
    for (const act of [back.seat.seal(), back.seat.answer(approval), back.seat.commit(approval)])
      expect(await act).toEqual(notNow);
    // He can say so himself, or the others do.
    const [other] = await apart([asha]);
    await did(other!.seat.abort('Ben lost his machine'));
    await did(back.seat.abort('My machine is lost'));
    await carry(back, asha);
    for (const { seat } of [other!, asha, back]) expect(seat.next()).toEqual({ act: 'stopped' });
  });

  it('an older copy from before it sealed goes on as soon as it caught up', async () => {
    const players = await enrolled(3, 2, 'before the seal');
    const [asha, ben, chen] = players as [Player, Player, Player];
    await until(players, ({ seat }) => seat.state.manifest !== undefined);
    await reimport(ben);
    await caughtUp(ben, [asha, chen]);
    await finish(players);
    for (const { seat } of players) expect(seat.next()).toEqual({ act: 'done' });
  });

  it('after the certificate: the ceremony goes on to its end', async () => {
    const players = await enrolled(3, 2, 'certified');
    const [asha, ben, chen] = players as [Player, Player, Player];
    const kit = await kitOf(ben);
    await until(players, ({ seat }) => seat.progress().keys !== undefined);
    expect(ben.seat.state.noted('shares')).toEqual([]);

    const back = await recovered(ben, chen, await fromKit(kit, ben.device));
    await equipped(back);
    expect(await sealedPubshares(back)).toEqual(certifiedPubshares(asha, 1));
    expect(await play(back)).toEqual([]);
    await caughtUp(back, [asha, chen]);
    const everybody = [asha, back, chen];
    await finish(everybody);
    for (const { seat } of everybody) {
      expect(seat.next()).toEqual({ act: 'done' });
      expect(seat.progress()).toMatchObject({ complete: true, faults: [] });
      expect(seat.state.conflicts).toEqual([]);
    }
    const { items } = await signBatch(everybody, [testRequest()], [0, 1]);
    expect(items[0]!.signatures).toHaveLength(2);
  });
});

describe('with too little', () => {
  it('says nothing before n − t + 1 others were heard and its own last words came in', async () => {
    const all = await five('too little');
    const [asha, ben, chen, dora, emre] = all;
    const file = await ageBackup(ben);
    await everybodyHears(all);
    // Whoever brings the packets left out the end of every voice.
    const cut = emre.seat.log.everything();
    const first = spendRequest(spendOf(asha));
    await signed([asha, ben, chen], first, [dora, emre]);
    const said = ben.seat.state.packetsFrom(ben.seat.state.me);

    const back = await recovered(ben, emre, fromAge(file), { bundles: cut });
    await equipped(back);
    const silent = async (more: number) => {
      expect(back.seat.next()).toEqual({ act: 'catch-up', more });
      expect(await back.seat.receipt()).toEqual(notNow);
      expect(await back.seat.request([testRequest()])).toEqual(notNow);
      expect(await back.seat.abort('no')).toEqual(notNow);
    };
    await silent(3);
    // The same once more, and what was said before the restoration, count for nothing.
    for (const bundle of cut) await back.seat.take(bundle);
    const saidBy = ({ seat }: Player) => seat.state.packetsFrom(seat.state.me);
    for (const other of [asha, chen, dora]) await bring(back, ...saidBy(other));
    await silent(3);
    for (const other of [asha, chen, dora]) {
      await did(other.seat.receipt());
      await bring(back, ...saidBy(other));
    }
    // They all saw Ben say more than he knows of.
    await silent(1);
    await bring(back, ...said.slice(0, -1));
    await silent(1);
    await bring(back, ...said);
    expect(back.seat.next()).toEqual({ act: 'done' });

    // He knows again what he reserved himself, and what others did: the payment is not signed twice.
    const root = await proposedTo([asha, chen, dora, back], [again(asha, first)]);
    expect(halted(back, root)).toEqual({ halt: 'held', over: ['payment'] });
    expect(await accept(back, root)).toEqual(notNow);
    expect(back.seat.state.conflicts).toEqual([]);
    expect(asha.seat.state.conflicts).toEqual([]);
  });

  it('what others reserved meanwhile is merged before it approves anything', async () => {
    const all = await five('meanwhile');
    const [asha, ben, chen, dora, emre] = all;
    const file = await ageBackup(ben);
    await everybodyHears(all);
    const cut = emre.seat.log.everything();
    const transaction = spendOf(asha);
    const outpoints = transaction.inputs.map(({ txid, vout }) => ({ txid, vout }));
    await signed([asha, chen, dora], spendRequest(transaction), [emre]);

    const back = await recovered(ben, emre, fromAge(file), { bundles: cut });
    await equipped(back);
    // Another payment by the same coins, told by somebody who says nothing of the first.
    const double = spendRequest(spendOf(asha, { outpoints, fee: 700 }));
    await caughtUp(back, [asha, dora, emre]);
    await did(back.seat.request([double]));
    const { root } = back.seat.requests()!.sessions.at(-1)!;
    expect(halted(back, root)).toEqual({ halt: 'held', over: ['outpoint'] });
    expect(await accept(back, root)).toEqual(notNow);
  });
});

it('bundles in any order, the own packets last, all of them fresh: nothing is said in between', async () => {
  const players = await enrolled(3, 2, 'any order');
  await finish(players);
  const [asha, ben, chen] = players as [Player, Player, Player];
  const file = await ageBackup(ben);
  for (const { seat } of players) await did(seat.receipt());
  await everybodyHears(players);
  const bundles = asha.seat.log.everything();
  const packets = bundles.flatMap((bundle) => packetsOf(bundle) as Bytes[]);
  const own = (bytes: Bytes) =>
    ben.seat.state.packetsFrom(ben.seat.state.me).some((packet) => equal(packet.bytes, bytes));
  const others = packets.filter((bytes) => !own(bytes));
  const orders = [
    [bundleOf(others), bundleOf(packets.filter(own))],
    packets.map((bytes) => bundleOf([bytes])).reverse(),
  ];
  for (const [i, order] of orders.entries()) {
    const seat = await recoverGroup(ports(memoryStore(), `order ${i}`), order, fromAge(file));
    if (!(seat instanceof Seat)) throw new Error(seat.fault);
    expect(seat.state.conflicts).toEqual([]);
    expect(seat.state.packetsFrom(seat.state.me).map(({ bytes }) => bytes)).toEqual(
      packets.filter(own),
    );
    expect(seat.state.noted('received')).toHaveLength(packets.length);
    expect(seat.state.noted('sent')).toEqual([]);
    expect(seat.progress().keys!.hash).toEqual(chen.seat.progress().keys!.hash);
  }
});

import { expect, it } from 'vitest';
import { equal } from '../../src/lib/crypto/bytes.ts';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import { stillToHear } from '../../src/lib/ceremony/script.ts';
import { forked } from '../support/cheating.ts';
import { carry, reimport, type Player } from '../support/seats.ts';
import {
  accept,
  again,
  bring,
  five,
  halted,
  itemAt,
  lie,
  outpointsOf,
  packageWith,
  proposedTo,
  share,
  sharesOut,
  signed,
  twinOf,
} from '../support/signing-cheats.ts';
import {
  did,
  openFor,
  proposed,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * An operator reserved and signed a payment, lost the machine and restored an older copy of the vault
 * that knows nothing of it.
 */

const notNow = { fault: 'not-now' };
const last = ({ seat }: Player): Packet => seat.state.packetsFrom(seat.state.me).at(-1)!;
const saidBy = (by: Player, at: Player) => at.seat.state.packetsFrom(by.seat.state.me);
const kinds = ({ parts }: Packet) => parts.map(({ kind }) => kind);

/** The payment was signed by the first three and reserved by Dora. `old`: Ben's copy from before. */
async function lost(seed: string) {
  const all = await five(seed);
  const [asha, ben, chen, dora, emre] = all;
  const old = await twinOf(ben);
  // Of what a person only noted, nothing comes back.
  for (let i = 0; i < 20; i++) await did(ben.seat.note('seal', `thought ${i}`));
  const first = spendRequest(spendOf(asha));
  const a = await signed([asha, ben, chen], first, [dora, emre]);
  expect(a.signatures).toHaveLength(1);
  for (const player of [asha, chen, dora, emre]) await did(player.seat.receipt());
  await reimport(old);
  return { asha, chen, dora, emre, ben, old, first, a };
}

it('says nothing before it heard n − t + 1 others and took in what it had said itself', async () => {
  const { asha, chen, dora, emre, ben, old, first, a } = await lost('restored');
  const { state } = old.seat;
  const silent = async (heard: string) => {
    const { root } = old.seat.requests()!.sessions.at(-1) ?? { root: new Uint8Array(32) };
    expect(await old.seat.request([spendRequest(spendOf(old))]), heard).toEqual(notNow);
    expect(await old.seat.receipt(), heard).toEqual(notNow);
    expect(await accept(old, root), heard).toEqual(notNow);
    expect(await old.seat.sign(root), heard).toEqual(notNow);
    expect(await old.seat.sight(a.digest, 6), heard).toEqual(notNow);
    expect(stillToHear(state), heard).toBeGreaterThan(0);
  };
  await silent('nobody');
  await bring(old, ...saidBy(asha, asha), ...saidBy(dora, dora));
  await silent('two');
  // With the third it heard enough, and their receipts show that it is behind.
  await bring(old, ...saidBy(emre, emre), ...saidBy(chen, chen));
  await silent('all, without its own packets');

  await bring(old, ...saidBy(ben, asha));
  expect(stillToHear(state)).toBe(0);
  const root = await proposedTo([asha, dora, emre, old], [again(asha, first)]);
  expect(itemAt(old, root).reserved.size).toBe(0);
  expect(halted(old, root)).toEqual({ halt: 'held', over: ['payment'] });
  expect(await accept(old, root)).toEqual(notNow);
});

it('goes on with a shorter log and says so; others take that in', async () => {
  const { asha, chen, dora, emre, ben, old, first, a } = await lost('resumed');
  const before = last(ben).log.length;
  for (const player of [chen, dora, emre]) await carry(player, asha, true);
  await carry(asha, old, true);
  expect(stillToHear(old.seat.state)).toBe(0);
  expect(old.seat.state.head.length).toBeLessThan(before);

  // Without that word its log only went back, which is held against it.
  const mute = await twinOf(old);
  const packet = await lie(mute, { kind: 'receipt' });
  expect(await bring(emre, packet)).toMatchObject({ taken: 0, refused: [{}] });
  expect(emre.seat.log.proven).toMatchObject([{ fault: 'log-went-back', operators: [1] }]);

  await did(old.seat.receipt());
  expect(kinds(last(old))).toEqual(['receipt', 'resumed']);
  for (const player of [asha, chen, dora])
    expect(await bring(player, last(old))).toMatchObject({ taken: 1, refused: [] });
  // The next one follows as usual; and a replacement of the payment is signed with Ben.
  const all = [asha, old, dora, chen];
  await share(all);
  const b = await signed([asha, old, dora], again(asha, first, a.digest, outpointsOf(first)), [
    chen,
  ]);
  expect(b.signatures).toHaveLength(1);
  expect(kinds(last(old))).not.toContain('resumed');
  for (const player of all) expect(player.seat.log.proven).toEqual([]);
});

it('misled by a liar among its peers it counts as one of the dishonest that the rule tolerates', async () => {
  const all = await five('liar');
  const [asha, ben, chen, dora, emre] = all;
  const [old, liar] = [await twinOf(ben), await twinOf(chen)];
  const first = spendRequest(spendOf(asha));
  const a = await proposed(all, [first]);
  for (const player of [asha, ben, chen, dora]) await reply(player, a);
  // Dora reserves and is not shown that Ben did; the three sign.
  for (const player of [ben, chen, dora]) await carry(player, asha, true);
  await did(asha.seat.freeze(a, [0, 1, 2]));
  for (const player of [ben, chen]) await carry(asha, player, true);
  for (const player of [asha, ben, chen]) await did(player.seat.sign(a));
  for (const player of [ben, chen]) await carry(player, asha, true);
  expect(itemAt(asha, a).signatures).toHaveLength(1);

  await reimport(old);
  for (const peer of [liar, dora, emre]) {
    await did(peer.seat.receipt());
    await carry(peer, old, true);
  }
  expect(stillToHear(old.seat.state)).toBe(0);
  const others = [emre, old, liar];
  const b = await proposedTo(others, [again(emre, first)]);
  for (const player of others) await reply(player, b);
  await share(others);
  await carry(emre, dora, true);
  expect(await accept(dora, b)).toEqual(notNow);
  await lie(liar, packageWith(liar, b, [1, 2, 4]));
  await share(others);
  for (const player of [old, emre]) {
    expect(sessionAt(player, b).packages[0]!.problems).toEqual(['not-reserved']);
    await openFor(player, sessionAt(player, b));
    expect(await player.seat.sign(b)).toEqual(notNow);
  }
  expect(sharesOut(emre, b)).toEqual([]);
});

/** The liar says to the restored one that it holds five more packets of it than there are. */
async function claimsMore(liar: Player, restored: Player): Promise<void> {
  const honest = await lie(liar, { kind: 'receipt' });
  const seen = honest.seen.map((one) =>
    equal(one.from, restored.seat.state.me) ? { ...one, number: one.number + 5 } : one,
  );
  await bring(restored, await forked(liar, honest, [{ kind: 'receipt' }], { seen }));
}

/** Ben restored, and heard three others since: he may speak. */
async function restoredAmong(seed: string) {
  const all = await five(seed);
  const [asha, ben, , dora, emre] = all;
  await reimport(ben);
  for (const peer of [asha, dora, emre]) {
    await did(peer.seat.receipt());
    await carry(peer, ben, true);
  }
  expect(stillToHear(ben.seat.state)).toBe(0);
  return all;
}

it('a peer who claims a packet that there never was keeps it silent and is named', async () => {
  const [, ben, chen] = await restoredAmong('ahead');
  await claimsMore(chen, ben);
  expect(stillToHear(ben.seat.state)).toBe(1);
  expect(await ben.seat.receipt()).toEqual(notNow);
  expect(ben.seat.progress().faults).toMatchObject([{ fault: 'receipt-ahead', operators: [2] }]);
});

it('once it spoke again, only t who claim that silence it: fewer may all be liars', async () => {
  const [, ben, chen, dora, emre] = await restoredAmong('ahead, later');
  await did(ben.seat.receipt());
  for (const liar of [chen, dora]) {
    await claimsMore(liar, ben);
    expect(stillToHear(ben.seat.state)).toBe(0);
    await did(ben.seat.receipt());
  }
  await claimsMore(emre, ben);
  expect(stillToHear(ben.seat.state)).toBe(1);
  expect(await ben.seat.receipt()).toEqual(notNow);
});

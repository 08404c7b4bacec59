import { expect, it } from 'vitest';
import { clock, type Player } from '../support/seats.ts';
import { itemAt, lie, packageWith } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  openFor,
  proposed,
  pursue,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
  step,
  withKey,
} from '../support/signing-seats.ts';

/* Three of five sign, though others give nothing. The last two have a display of their own. */

const all = await withKey(5, 3, 'around', {
  terms: { minDisplayApprovals: 1 },
  displays: [false, false, false, true, true],
});
const [asha, ben, chen] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
const nextOf = (player: (typeof all)[0], root: Uint8Array<ArrayBuffer>) =>
  player.seat.nextFor(sessionAt(player, root));

it('who only reserved is asked to approve where those who approved cannot sign together', async () => {
  const root = await proposed(all, [spendRequest(spendOf(asha))]);
  for (const [i, player] of all.entries()) await reply(player, root, { sign: i < 3 });
  await everybodyHears(all);
  expect(all.map((player) => nextOf(player, root).act)).toEqual([
    ...['bring', 'bring', 'bring'],
    ...['sign', 'sign'],
  ]);
  await reply(all[3]!, root);
  await everybodyHears(all);
  expect(nextOf(all[4]!, root).act).toBe('bring');
  await pursue(all, root);
  expect(itemAt(asha, root).signatures).toHaveLength(1);
});

it('a package whose signer gives no share is gone around, by who gave theirs and who collects', async () => {
  const root = await proposed(all, [spendRequest(spendOf(asha))]);
  for (const player of all) await reply(player, root);
  await everybodyHears(all);
  await lie(chen, packageWith(chen, root, [1, 2, 3]));
  await everybodyHears(all);
  const [, , , dora] = all;
  for (const player of [ben, dora!]) expect(await step(player, root)).toBe('release');
  await everybodyHears(all);
  // Whoever collects has nonces that are not used: they and the fifth are too few yet.
  const bring = { act: 'bring', from: [2] };
  expect(nextOf(asha, root)).toEqual(bring);
  expect(nextOf(ben, root)).toEqual({ ...bring, meanwhile: { act: 'renew' } });
  expect(nextOf(all[4]!, root)).toEqual(bring);
  await openFor(ben, sessionAt(ben, root));
  expect(await ben.seat.renew(root)).toBeUndefined();
  await everybodyHears(all);
  const next = nextOf(asha, root);
  const meanwhile = next.act === 'bring' ? next.meanwhile : undefined;
  if (meanwhile?.act !== 'freeze') throw new Error(JSON.stringify(next));
  const signers = meanwhile.choice.signers.map(({ operator }) => operator);
  expect(signers).toEqual([0, 1, 4]);
  expect(await asha.seat.freeze(root, signers)).toBeUndefined();
  await everybodyHears(all);
  for (const player of [asha, ben, all[4]!]) expect(await step(player, root)).toBe('release');
  await everybodyHears(all);
  expect(itemAt(dora!, root).signatures).toHaveLength(1);
});

it('who only reserved is asked to approve while a package waits, where others cannot go around', async () => {
  const [, , , dora, emre] = all as [Player, Player, Player, Player, Player];
  const root = await proposed(all, [spendRequest(spendOf(asha))]);
  for (const player of all) await reply(player, root, { sign: ![chen, emre].includes(player) });
  await everybodyHears(all);
  await did(asha.seat.freeze(root));
  await everybodyHears(all);
  // Two are too few, whatever they approve.
  expect(nextOf(chen, root)).toEqual({ act: 'bring', from: [0, 1, 3] });
  for (const player of [asha, ben]) expect(await step(player, root)).toBe('release');
  await everybodyHears(all);
  const bring = { act: 'bring', from: [3] };
  const sign = { ...bring, meanwhile: { act: 'sign' } };
  for (const player of [chen, emre]) expect(nextOf(player, root)).toEqual(sign);
  for (const player of [asha, ben]) {
    expect(nextOf(player, root)).toEqual({ ...bring, meanwhile: { act: 'renew' } });
    await openFor(player, sessionAt(player, root));
    await did(player.seat.renew(root));
  }
  await reply(chen, root);
  await everybodyHears(all);
  // Three approved, none of them on a display of their own.
  for (const player of [asha, ben, chen]) expect(nextOf(player, root)).toEqual(bring);
  expect(nextOf(emre, root)).toEqual(sign);
  await reply(emre, root);
  await everybodyHears(all);
  expect(nextOf(asha, root)).toMatchObject({
    ...bring,
    meanwhile: {
      act: 'freeze',
      choice: { signers: [{ operator: 0 }, { operator: 1 }, { operator: 4 }] },
    },
  });
  await did(asha.seat.freeze(root, [0, 1, 4]));
  await everybodyHears(all);
  await pursue(
    all.filter((player) => player !== dora),
    root,
  );
  expect(itemAt(chen, root).signatures).toHaveLength(1);
});

it('no share stays open where no nonces came of it', async () => {
  const request = spendRequest(spendOf(asha));
  const root = await proposed(all, [request]);
  const open = () => openFor(asha, sessionAt(asha, root));
  for (const act of [
    () => asha.seat.reply(root, undefined, new Uint8Array(64)),
    () => asha.seat.renew(root),
    () => asha.seat.sign(root),
  ]) {
    await open();
    expect(asha.seat.openedForSigning()).toEqual(['custody']);
    expect(await act()).toEqual({ fault: 'not-now' });
    expect(asha.seat.openedForSigning()).toEqual([]);
  }
  // The time ran out while the device was asked.
  const findings = { source: 'own records', verdicts: [{ accept: true, because: '' }] };
  const statement = asha.seat.statement(root, [0])!;
  const approval = await asha.device.approve(statement);
  if (!('signature' in approval)) throw new Error('not approved');
  await open();
  clock.now = request.expires + 1;
  expect(await asha.seat.reply(root, findings, approval.signature)).toEqual({ fault: 'not-now' });
  expect(asha.seat.openedForSigning()).toEqual([]);
});

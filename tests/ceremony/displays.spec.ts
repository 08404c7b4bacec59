import { expect, it } from 'vitest';
import { equip } from '../../src/lib/worker/recovery.ts';
import { admits, ageBackup, freshDevice, fromAge, shareReplies } from '../support/restored.ts';
import { hostReply, meOf, rehearsalId, type Player } from '../support/seats.ts';
import {
  did,
  everybodyHears,
  proposed,
  pursue,
  reply,
  sessionAt,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

/*
 * Whoever approved on one device and then went on with another: the approval stays what it was, with a
 * display or without.
 */

/** Asha and Ben approve; then another device, with a display or without, is admitted for Ben. */
async function moved(seed: string, displays: readonly boolean[], display: boolean) {
  const terms = { minDisplayApprovals: 1 };
  const players = await withKey(3, 2, seed, { terms, displays });
  const [asha, ben, chen] = players as [Player, Player, Player];
  const file = await ageBackup(ben);
  await everybodyHears(players);
  const root = await proposed(players, [testRequest()]);
  for (const player of [asha, ben]) await reply(player, root);
  await everybodyHears(players);
  const device = await freshDevice();
  expect(await ben.seat.restoreHost(fromAge(file))).toBeUndefined();
  const me = meOf(device, ben.name);
  const { reply: host } = await hostReply(device, rehearsalId);
  const replies = { host, ...(await shareReplies({ device })) };
  const told = { ...me, device: { ...me.device, trustedDisplay: display } };
  await did(equip(ben.seat, replies, told));
  await everybodyHears(players);
  for (const by of [asha, chen]) await admits(by, 1);
  await everybodyHears(players);
  return { players: [asha, { ...ben, device }, chen], root, asha, chen };
}

it('a display that came after the approval does not count for it', async () => {
  const { players, root, asha, chen } = await moved('later', [false, false, true], true);
  expect(
    sessionAt(asha, root).replies.map(({ approved, displayed }) => [approved, displayed]),
  ).toEqual([
    [true, false],
    [true, false],
    [false, false],
  ]);
  expect(asha.seat.nextFor(sessionAt(asha, root)).act).toBe('bring');
  expect(await asha.seat.freeze(root)).toEqual({ fault: 'not-now' });
  // Who has one signs as well.
  await reply(chen, root);
  await everybodyHears(players);
  await pursue(players, root);
  const { packages, items } = sessionAt(asha, root);
  expect(packages.map(({ ids, problems }) => [ids, problems])).toEqual([[[0, 2], []]]);
  expect(items[0]!.signatures).toHaveLength(2);
});

it('a display that was there at the approval counts, whatever comes after', async () => {
  const { players, root, asha } = await moved('before', [false, true, false], false);
  expect(sessionAt(asha, root).replies[1]!.displayed).toBe(true);
  expect(asha.seat.nextFor(sessionAt(asha, root)).act).toBe('freeze');
  await pursue(players, root);
  const { packages, items } = sessionAt(asha, root);
  expect(packages.map(({ ids, problems }) => [ids, problems])).toEqual([[[0, 1], []]]);
  expect(items[0]!.signatures).toHaveLength(2);
});

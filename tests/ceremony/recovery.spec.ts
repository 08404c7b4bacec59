import { expect, it } from 'vitest';
import {
  admits,
  ageBackup,
  caughtUp,
  equipped,
  freshDevice,
  fromAge,
  recovered,
} from '../support/restored.ts';
import { clock, type Player } from '../support/seats.ts';
import { bring, lie, twinOf } from '../support/signing-cheats.ts';
import {
  everybodyHears,
  reply,
  proposed,
  signBatch,
  testRequest,
  withKey,
  did,
} from '../support/signing-seats.ts';

/* Whoever lost laptop and device comes back with a backup file and what another operator has. */

it('signs again with another device, once the others approved it', async () => {
  const players = await withKey(5, 3, 'recovery');
  const file = await ageBackup(players[1]!);
  await everybodyHears(players);

  const back = await recovered(players[1]!, players[2]!, fromAge(file), {
    device: await freshDevice(),
  });
  const certified = players[0]!.seat.progress().keys!;
  expect(back.seat.progress().keys!.hash).toEqual(certified.hash);
  expect(back.seat.next()).toEqual({ act: 'catch-up', more: 3 });
  await equipped(back);
  expect(back.seat.restored).toBeUndefined();
  expect(await back.seat.receipt()).toEqual({ fault: 'not-now' });

  const everybody = players.map((player, i) => (i === 1 ? back : player));
  await caughtUp(back, [players[0]!, players[2]!]);
  expect(back.seat.next()).toEqual({ act: 'catch-up', more: 1 });
  await caughtUp(back, [players[3]!]);
  await everybodyHears(everybody);

  // What the device approves counts for nobody yet.
  const root = await proposed(everybody, [testRequest()]);
  await expect(reply(back, root)).rejects.toThrow('device-not-admitted');
  for (const i of [0, 2]) await admits(players[i]!, 1);
  await everybodyHears(everybody);
  await expect(reply(back, root)).rejects.toThrow('device-not-admitted');
  await admits(players[4]!, 1);
  await everybodyHears(everybody);

  const signed = await signBatch(everybody, [testRequest()], [0, 1, 3]);
  expect(signed.items[0]!.signatures).toHaveLength(2);
  expect(back.seat.progress().faults).toEqual([]);
  await did(back.seat.receipt());
});

it('learns from what another operator has who signed two packets under one number', async () => {
  const players = await withKey(3, 2, 'proof of a fork');
  const [asha, ben, chen] = players as [Player, Player, Player];
  await everybodyHears(players);
  const file = await ageBackup(ben);
  const twin = await twinOf(chen);
  const first = await lie(chen, { kind: 'receipt' });
  clock.now += 5000;
  const second = await lie(twin, { kind: 'freeze', on: false, because: 'x' });
  await bring(asha, first, second);
  const proof = ({ seat }: Player) =>
    seat.state.conflicts.map((one) => [one.first.hash, one.second.hash]);
  expect(proof(asha)).toEqual([[first.hash, second.hash]]);

  const back = await recovered(ben, asha, fromAge(file));
  expect(proof(back)).toEqual(proof(asha));
  const faults = back.seat.progress().faults.map(({ fault, operators }) => [fault, operators]);
  expect(faults).toContainEqual(['equivocation', [2]]);
});

import { expect, it } from 'vitest';
import { openRecord } from '../../src/lib/ceremony/record-file.ts';
import { disown } from '../../src/lib/worker/recovery.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { ageBackup, equipped, fromAge, recover, recovered } from '../support/restored.ts';
import { groups } from '../support/seats.ts';
import { everybodyHears, withKey } from '../support/signing-seats.ts';

/* A piece that turns out to be somebody else's: nothing that it opened stays here. */

const players = await withKey(3, 2, 'disowned');
const [ben, chen] = [players[1]!, players[2]!];
const file = await ageBackup(ben);
await everybodyHears(players);

it('takes out a group that is here by it alone, with its keys; then another piece restores it', async () => {
  const store = memoryStore();
  const { seat } = await recovered(ben, chen, fromAge(file), { extra: { store } });
  const secret = seat.restored!;
  expect(secret.some((byte) => byte !== 0)).toBe(true);
  expect(await store.keys('')).not.toEqual([]);
  expect(await disown(seat)).toBe(true);
  expect(await store.keys('')).toEqual([]);
  expect(secret.every((byte) => byte === 0)).toBe(true);
  const mine = await ageBackup(chen);
  const back = await recover(chen, ben, fromAge(mine), { extra: { store } });
  expect('fault' in back ? back : back.seat.state.own).toBe(2);
});

it('goes on where the disk refuses, so that it can be tried again', async () => {
  const store = memoryStore();
  let full = false;
  const refusing = {
    ...store,
    write: (changes: Parameters<typeof store.write>[0]) =>
      full ? Promise.reject(new Error('full')) : store.write(changes),
  };
  const { seat } = await recovered(ben, chen, fromAge(file), { extra: { store: refusing } });
  const before = await store.keys('');
  full = true;
  await expect(disown(seat)).rejects.toThrow('full');
  expect(seat.restored).toBeUndefined();
  expect(await store.keys('')).toEqual(before);
  // It is signed with the packet key, which is still there.
  expect(openRecord(groups.secp256k1, seat.log.record())).toMatchObject({ broken: undefined });
  full = false;
  expect(await disown(seat)).toBe(true);
  expect(await store.keys('')).toEqual([]);
});

it('leaves a group that a device guards, and one that was here before; the secret goes', async () => {
  const back = await recovered(ben, chen, fromAge(file));
  await equipped(back);
  const before = await back.seat.log.ports.store.keys('');
  expect(await disown(back.seat)).toBe(false);
  expect(await back.seat.log.ports.store.keys('')).toEqual(before);

  expect(await ben.seat.restoreHost(fromAge(file))).toBeUndefined();
  const secret = ben.seat.restored!;
  expect(await disown(ben.seat)).toBe(false);
  expect(ben.seat.restored).toBeUndefined();
  expect(secret.every((byte) => byte === 0)).toBe(true);
  expect(ben.seat.state.own).toBe(1);
});

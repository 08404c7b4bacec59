import { expect, it } from 'vitest';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { ageBackup, caughtUp, equipped, fromAge, recover, recovered } from '../support/restored.ts';
import { clock, reimport, reload } from '../support/seats.ts';
import { everybodyHears, withKey } from '../support/signing-seats.ts';

/* What a restored vault makes of clocks, of a full disk and of an older restoration. */

const players = await withKey(3, 2, 'recovery clocks');
const file = await ageBackup(players[0]!);
await everybodyHears(players);

it('refuses to restore by a clock that is behind what t operators said', async () => {
  const behind = () => clock.now - 4_500_000;
  expect(
    await recover(players[0]!, players[1]!, fromAge(file), { extra: { now: behind } }),
  ).toEqual({ fault: 'clock-behind', detail: '' });
});

it('leaves nothing behind where the disk fills up, so that it can be tried again', async () => {
  const store = memoryStore();
  let room = 5;
  const full = {
    ...store,
    write: (changes: Parameters<typeof store.write>[0]) =>
      changes.some(({ value }) => value) && room-- <= 0
        ? Promise.reject(new Error('full'))
        : store.write(changes),
  };
  const again = () => recover(players[0]!, players[1]!, fromAge(file), { extra: { store: full } });
  await expect(again()).rejects.toThrow('full');
  expect(await store.keys('')).toEqual([]);
  room = Infinity;
  expect(await again()).not.toHaveProperty('fault');
});

it('hears anew after an import of its workspace, and once for each', async () => {
  const back = await recovered(players[0]!, players[1]!, fromAge(file));
  await equipped(back);
  await caughtUp(back, players.slice(1));
  await reload(back);
  expect(back.seat.next()).toEqual({ act: 'done' });
  clock.now += 3_600_000;
  await reimport(back);
  expect(back.seat.next()).toEqual({ act: 'catch-up', more: 2 });
  await caughtUp(back, players.slice(1));
  await reload(back);
  expect(back.seat.next()).toEqual({ act: 'done' });
});

import { afterEach, expect, it, vi } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { memoryStore, type Store } from '../../src/lib/vault/store.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { recoverGroup } from '../../src/lib/worker/recovery.ts';
import { ageBackup, caughtUp, equipped, fromAge, recover, recovered } from '../support/restored.ts';
import { clock, groups, ports, rehearsalId, reimport, reload } from '../support/seats.ts';
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

/** Until mocks are restored: the kept keys, wherever they were handled. */
async function keptKeysSeen(): Promise<() => Bytes[]> {
  const { store } = players[0]!;
  const { packetSecret, observerSecret } = recordKeys(toHex(rehearsalId.group));
  const kept = await Promise.all([store.read(packetSecret), store.read(observerSecret)]);
  const seen: Bytes[] = [];
  const { secp256k1 } = groups;
  const read = secp256k1.scalarFromBytesNonzeroChecked.bind(secp256k1);
  vi.spyOn(secp256k1, 'scalarFromBytesNonzeroChecked').mockImplementation((bytes) => {
    if (kept.some((one) => toHex(one!) === toHex(bytes))) seen.push(bytes as Bytes);
    return read(bytes);
  });
  return () => seen;
}

afterEach(() => vi.restoreAllMocks());

const refuses = () => Promise.reject(new Error('full'));
const failing: [string, Partial<Store>, boolean][] = [
  ['the log cannot be written', { write: refuses }, false],
  ['what is left cannot be listed', { keys: refuses }, true],
  ['what is here cannot be listed', { keys: refuses }, false],
  ['a log is here', { keys: () => Promise.resolve(['log']) }, false],
];

it.each(failing)('wipes both kept keys where %s', async (_, failure, broken) => {
  const bundles = players[1]!.seat.log.everything();
  const kept = await keptKeysSeen();
  const store = { ...memoryStore(), ...failure };
  await recoverGroup(ports(store, 'wiped'), bundles, fromAge(file), broken).then(
    (fault) => expect(fault).toEqual({ fault: 'here-already', detail: '' }),
    (error: unknown) => expect(error).toEqual(new Error('full')),
  );
  expect(kept().map(toHex)).toEqual(['00'.repeat(32), '00'.repeat(32)]);
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

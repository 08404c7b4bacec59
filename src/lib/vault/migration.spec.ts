import { openDB } from 'idb';
import { expect, test } from 'vitest';
import { device, emptyOrigin, faultOf, passphrase, text } from '../../../tests/support/vault.ts';
import { fromHex, toHex } from '../crypto/bytes.ts';
import frozen from './fixtures/version-1.json' with { type: 'json' };
import type { Vault } from './open-vault.ts';
import { importWorkspace, unlockVault } from './vault.ts';

/** An origin in which a former version of the app left its database. */
async function former() {
  const options = emptyOrigin();
  const db = await openDB('conclave-vault', 1, {
    upgrade(fresh) {
      fresh.createObjectStore('meta');
      fresh.createObjectStore('records');
    },
  });
  for (const store of ['meta', 'records'] as const)
    for (const [key, hex] of Object.entries(frozen[store])) await db.put(store, fromHex(hex), key);
  db.close();
  return options;
}

async function expectRecords(vault: Vault, more: readonly string[] = []): Promise<void> {
  expect(await vault.keys('')).toEqual([...Object.keys(frozen.values), ...more].sort());
  for (const [key, hex] of Object.entries(frozen.values))
    expect(toHex((await vault.read(key))!)).toBe(hex);
}

test('a vault of version 1 opens by passphrase and by device, and goes on', async () => {
  const options = await former();
  const vault = await unlockVault(passphrase(frozen.passphrase), options);
  await expectRecords(vault);
  await vault.lock();
  const again = await unlockVault(device(frozen.device.id), options);
  await again.write([{ key: 'log/fixture/00000003', value: text('third') }]);
  expect(await again.read('log/fixture/00000003')).toEqual(text('third'));
  expect(await faultOf(again.removeSlot(5))).toEqual({ name: 'no-such-slot' });
});

test('an export of version 1 is imported', async () => {
  const file = fromHex(frozen.export)!;
  const word = text(frozen.exportPassphrase);
  const vault = await importWorkspace(file, word, passphrase('n'), emptyOrigin());
  await expectRecords(vault, ['group/fixture/restored']);
});

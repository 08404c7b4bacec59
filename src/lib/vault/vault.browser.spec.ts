import { afterEach, beforeEach, expect, test } from 'vitest';
import { VaultError } from './fault.ts';
import { isMarked } from './marker.ts';
import { passphraseBytes } from './passphrase.ts';
import type { SlotSecret } from './slots.ts';
import { createVault, eraseVault, importWorkspace, unlockVault, vaultStatus } from './vault.ts';

const passphrase = (typed: string): SlotSecret => ({
  kind: 'passphrase',
  passphrase: passphraseBytes(typed),
});
const value = new TextEncoder().encode('value');

async function faultOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof VaultError) return error.fault.name;
  throw error instanceof Error ? error : new Error('nothing was refused');
}

beforeEach(() => eraseVault({ steal: true }));
afterEach(() => eraseVault({ steal: true }));

test('at full strength: made, written, locked, opened; the wrong passphrase is named', async () => {
  const vault = await createVault(passphrase('p'));
  await vault.write([{ key: 'log/g/1', value }]);
  await vault.addSlot(
    { kind: 'device', id: 'c1', label: 'Key', prf: new Uint8Array(32).fill(7) },
    passphrase('p'),
  );
  expect(await vaultStatus()).toMatchObject({ exists: true, evicted: false, held: true });
  await vault.lock();
  expect(await faultOf(vault.read('log/g/1'))).toBe('locked');
  expect(await faultOf(unlockVault(passphrase('q')))).toBe('wrong-passphrase');

  const again = await unlockVault({
    kind: 'device',
    id: 'c1',
    label: '',
    prf: new Uint8Array(32).fill(7),
  });
  expect(await again.keys('log/')).toEqual(['log/g/1']);
  expect(await again.read('log/g/1')).toEqual(value);
});

test('two holders: the second is told, or takes over and the first is told', async () => {
  const first = await createVault(passphrase('p'));
  const lost = new Promise((told) => first.onLost(told));
  expect(await faultOf(unlockVault(passphrase('p')))).toBe('open-elsewhere');
  const second = await unlockVault(passphrase('p'), { steal: true });
  expect(await lost).toEqual({ name: 'taken-over' });
  expect(await faultOf(first.write([{ key: 'k', value }]))).toBe('taken-over');
  await second.write([{ key: 'k', value }]);
  expect(await second.read('k')).toEqual(value);
});

test('a deleted database is missed: its mark lies in a bucket of its own', async () => {
  await (await createVault(passphrase('p'))).lock();
  await new Promise((done) => (indexedDB.deleteDatabase('conclave-vault').onsuccess = done));
  expect(await isMarked()).toBe(true);
  const buckets = navigator as unknown as { storageBuckets: { keys(): Promise<string[]> } };
  expect(await buckets.storageBuckets.keys()).toContain('conclave-vault-mark');
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain(
    'conclave-vault-mark',
  );
  expect(await faultOf(unlockVault(passphrase('p')))).toBe('evicted');
  await eraseVault();
  expect(await faultOf(unlockVault(passphrase('p')))).toBe('absent');
});

test('exported, and imported over itself', async () => {
  const vault = await createVault(passphrase('p'));
  await vault.write([{ key: 'k', value }]);
  const file = await vault.exportWorkspace(passphraseBytes('x'));
  await vault.lock();
  const options = { replace: true };
  const restored = await importWorkspace(file, passphraseBytes('x'), passphrase('n'), options);
  expect(await restored.read('k')).toEqual(value);
  expect(restored.restored).toBeDefined();
});

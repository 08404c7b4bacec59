import { openDB } from 'idb';
import { describe, expect, test, vi } from 'vitest';
import { emptyOrigin, faultOf, passphrase, tamper, text } from '../../../tests/support/vault.ts';
import { fakeLocks } from '../../../tests/support/locks.ts';
import { createVault, eraseVault, unlockVault } from './vault.ts';

describe('two tabs', () => {
  test('the second is told, the first goes on; when it locks, the second may open', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({
      name: 'open-elsewhere',
    });
    expect(await faultOf(eraseVault(options))).toEqual({ name: 'open-elsewhere' });
    await first.write([{ key: 'k', value: text('v') }]);
    await first.lock();
    expect(await (await unlockVault(passphrase('p'), options)).read('k')).toEqual(text('v'));
  });

  test('a tab that is just closing is waited for', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    // For half a second; here for as long as a busy machine takes.
    const patience = vi.spyOn(AbortSignal, 'timeout');
    patience.mockReturnValue(new AbortController().signal);
    const second = unlockVault(passphrase('p'), options);
    setTimeout(() => void first.lock(), 100);
    await second;
    expect(patience.mock.calls).toEqual([[500]]);
    patience.mockRestore();
  });

  test('taken over: the first is told and every call of it rejects', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    const lost = vi.fn();
    first.onLost(lost);
    const second = await unlockVault(passphrase('p'), { ...options, steal: true });
    const calls = [
      () => first.read('k'),
      () => first.keys(''),
      () => first.write([{ key: 'k', value: text('late') }]),
      () => first.addSlot(passphrase('q'), passphrase('p')),
      () => first.removeSlot(0),
      () => first.changePassphrase(0, text('p'), text('q')),
      () => first.exportWorkspace(text('x')),
    ];
    for (const call of calls) expect(await faultOf(call())).toEqual({ name: 'taken-over' });
    expect(lost.mock.calls).toEqual([[{ name: 'taken-over' }]]);
    const late = vi.fn();
    first.onLost(late);
    expect(late.mock.calls).toEqual([[{ name: 'taken-over' }]]);
    await first.lock();
    await second.write([{ key: 'k', value: text('v') }]);
    expect(await second.read('k')).toEqual(text('v'));
  });

  test('taken over: the first is told without asking for anything', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    const lost = new Promise((told) => first.onLost(told));
    await unlockVault(passphrase('p'), { ...options, steal: true });
    expect(await lost).toEqual({ name: 'taken-over' });
  });

  test('a wrong passphrase takes nothing over', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    const refused = unlockVault(passphrase('q'), { ...options, steal: true });
    expect(await faultOf(refused)).toEqual({ name: 'wrong-passphrase' });
    expect(await first.keys('')).toEqual([]);
  });

  test('a tab that does not know yet that it lost the lock writes nothing', async () => {
    const options = emptyOrigin();
    const first = await createVault(passphrase('p'), options);
    // A second lock manager: the first tab never hears of the second.
    const second = await unlockVault(passphrase('p'), { ...options, locks: fakeLocks() });
    const lost = vi.fn();
    first.onLost(lost);
    const write = first.write([{ key: 'k', value: text('late') }]);
    expect(await faultOf(write)).toEqual({ name: 'taken-over' });
    expect(lost).toHaveBeenCalledOnce();
    expect(await second.keys('')).toEqual([]);
  });

  test('what was begun before locking is finished', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    const lost = vi.fn();
    vault.onLost(lost);
    const write = vault.write([{ key: 'k', value: text('v') }]);
    await Promise.all([vault.lock(), vault.lock()]);
    await write;
    expect(lost).not.toHaveBeenCalled();
    expect(await (await unlockVault(passphrase('p'), options)).read('k')).toEqual(text('v'));
  });

  test('a failed attempt leaves neither lock nor connection behind', async () => {
    const options = emptyOrigin();
    await (await createVault(passphrase('p'), options)).lock();
    await faultOf(unlockVault(passphrase('q'), options));
    await faultOf(createVault(passphrase('q'), options));
    await (await unlockVault(passphrase('p'), options)).lock();
    const blocked = vi.fn();
    (await openDB('conclave-vault', 2, { blocked })).close();
    expect(blocked).not.toHaveBeenCalled();
  });

  test('a newer version that opens the database ends this one; this one then refuses it', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    (await openDB('conclave-vault', 2)).close();
    expect(await faultOf(vault.read('k'))).toEqual({ name: 'taken-over' });
    const refused = await faultOf(unlockVault(passphrase('p'), options));
    expect(refused).toEqual({ name: 'newer-schema' });
    expect(await tamper((db) => db.count('meta'))).toBe(2);
  });
});

import { forceCloseDatabase } from 'fake-indexeddb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  device,
  emptyOrigin,
  faultOf,
  flipped,
  fullDisk,
  passphrase,
  tamper,
  text,
} from '../../../tests/support/vault.ts';
import { isMarked, removeMark } from './marker.ts';
import type { Vault } from './open-vault.ts';
import { createVault, eraseVault, unlockVault, vaultStatus } from './vault.ts';

afterEach(() => vi.restoreAllMocks());

describe('records', () => {
  test('come back after locking and unlocking, in this or another writing of the passphrase', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('Amélie ①'), options);
    await vault.write([
      { key: 'log/g/0001', value: text('first') },
      { key: 'empty', value: new Uint8Array() },
    ]);
    await vault.lock();
    expect(await faultOf(vault.read('empty'))).toEqual({ name: 'locked' });

    const again = await unlockVault(passphrase('Ame\u0301lie 1'), options);
    expect(await again.read('log/g/0001')).toEqual(text('first'));
    expect(await again.read('empty')).toEqual(new Uint8Array());
    expect(await again.read('nothing')).toBeUndefined();
    expect(again.incarnation).toHaveLength(8);
    expect(again.incarnation).not.toEqual(vault.incarnation);
    expect(again.restored).toBeUndefined();
  });

  test('are listed by prefix in bytewise order, and removed', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    const keys = ['log/b/1', 'log/a/~', 'log/a/0', 'log/a', 'Log/a/0'];
    await vault.write(keys.map((key) => ({ key, value: text(key) })));
    await vault.write([{ key: 'log/b/1', value: undefined }]);
    expect(await vault.keys('')).toEqual(['Log/a/0', 'log/a', 'log/a/0', 'log/a/~']);
    expect(await vault.keys('log/a/')).toEqual(['log/a/0', 'log/a/~']);
    expect(await vault.keys('log/b')).toEqual([]);
  });

  test('are taken at the call and written in its order', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    // The first value takes long to seal.
    const encrypt = crypto.subtle.encrypt.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'encrypt').mockImplementationOnce(async (...args) => {
      const sealed = await encrypt(...args);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return sealed;
    });
    const values = [text('first'), text('last')];
    const writes = values.map((value) => vault.write([{ key: 'k', value }]));
    for (const value of values) value.fill(0);
    await Promise.all(writes);
    expect(await vault.read('k')).toEqual(text('last'));
  });

  test('are not readable where they are stored', async () => {
    const vault = await createVault(passphrase('canary passphrase'), emptyOrigin());
    await vault.write([{ key: 'k', value: text('canary secret') }]);
    const stored = await tamper(
      async (db) => [await db.getAll('records'), await db.getAll('meta')].flat() as Uint8Array[],
    );
    expect(stored).toHaveLength(3);
    for (const bytes of stored) expect(Buffer.from(bytes).toString('latin1')).not.toMatch(/canary/);
  });

  test('need a key that is one', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    for (const key of ['', 'with space', 'ü', 'k'.repeat(201)])
      await expect(vault.write([{ key, value: text('v') }])).rejects.toThrow(RangeError);
  });

  test('a flipped bit anywhere, a swap, a foreign type: corrupt, and the record is named', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    await vault.write([
      { key: 'a', value: text('of a') },
      { key: 'b', value: text('of b') },
    ]);
    const [a, b] = await tamper(
      async (db) => [await db.get('records', 'a'), await db.get('records', 'b')] as Uint8Array[],
    );
    const others: unknown[] = [b, 'text', 7, a!.slice(0, 20), new Uint8Array()];
    for (let at = 0; at < a!.length; at++) others.push(flipped(a!, at));
    for (const other of others) {
      await tamper((db) => db.put('records', other, 'a'));
      expect(await faultOf(vault.read('a'))).toEqual({ name: 'record-corrupt', key: 'a' });
    }
    expect(await vault.read('b')).toEqual(text('of b'));
  });
});

describe('a full disk', () => {
  test('writes nothing of several changes and loses nothing', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    await vault.write([{ key: 'a', value: text('old') }]);
    fullDisk(2);
    const changes = ['a', 'b'].map((key) => ({ key, value: text('new') }));
    expect(await faultOf(vault.write(changes))).toEqual({ name: 'storage-full' });
    vi.restoreAllMocks();
    expect(await vault.read('a')).toEqual(text('old'));
    expect(await vault.keys('')).toEqual(['a']);
    await vault.write(changes);
    expect(await vault.read('b')).toEqual(text('new'));
  });

  test('at the end of the transaction is no less a full disk', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    fullDisk(1, 'at the end');
    const write = vault.write([{ key: 'a', value: text('new') }]);
    expect(await faultOf(write)).toEqual({ name: 'storage-full' });
    vi.restoreAllMocks();
    expect(await vault.keys('')).toEqual([]);
  });

  test('keeps the slots as they were', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('old'), options);
    fullDisk(1);
    const change = vault.changePassphrase(0, text('old'), text('new'));
    expect(await faultOf(change)).toEqual({ name: 'storage-full' });
    vi.restoreAllMocks();
    await vault.lock();
    await unlockVault(passphrase('old'), options);
  });
});

describe('where a vault is or is not', () => {
  const emptied = async (vault: Vault, stores: string[]) => {
    await vault.lock();
    await tamper((db) => Promise.all(stores.map((store) => db.clear(store))));
  };

  test('none, and none was: absent', async () => {
    const options = emptyOrigin();
    expect(await vaultStatus(options)).toMatchObject({ exists: false, evicted: false, slots: [] });
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({ name: 'absent' });
  });

  test('one is: its slots are told, and there is no second', async () => {
    const options = emptyOrigin();
    const vault = await createVault(device('c1'), options);
    const slot = { slot: 0, kind: 'device', id: 'c1', label: 'Key c1' };
    expect(await vaultStatus(options)).toMatchObject({ exists: true, slots: [slot], held: true });
    await vault.lock();
    expect(await vaultStatus(options)).toMatchObject({ exists: true, held: false });
    expect(await faultOf(createVault(passphrase('p'), options))).toEqual({ name: 'exists' });
  });

  test.each([
    ['all of it is', ['meta', 'records'], true],
    ['its header is', ['meta'], true],
    ['its header and its mark are', ['meta'], false],
  ])('%s gone: evicted, until what is left is erased', async (_, stores, marked) => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    await vault.write([{ key: 'k', value: text('v') }]);
    await emptied(vault, stores);
    if (!marked) await removeMark();
    expect(await vaultStatus(options)).toMatchObject({ exists: false, evicted: true });
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({ name: 'evicted' });
    expect(await faultOf(createVault(passphrase('p'), options))).toEqual({ name: 'evicted' });
    await eraseVault(options);
    expect(await vaultStatus(options)).toMatchObject({ exists: false, evicted: false });
    expect(await (await createVault(passphrase('p'), options)).keys('')).toEqual([]);
  });

  test('gone while it is open: told, and every call rejects', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    const lost = vi.fn();
    vault.onLost(lost);
    await tamper((db) => db.clear('meta'));
    expect(await faultOf(vault.read('k'))).toEqual({ name: 'evicted' });
    expect(await faultOf(vault.write([]))).toEqual({ name: 'evicted' });
    expect(lost.mock.calls).toEqual([[{ name: 'evicted' }]]);
  });

  test('closed by the browser while it is open: told, and every call rejects', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    const lost = vi.fn();
    vault.onLost(lost);
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await vault.keys('');
    forceCloseDatabase(transaction.mock.contexts[0] as never);
    await expect.poll(() => lost.mock.calls).toHaveLength(1);
    expect(lost.mock.calls).toEqual([[{ name: 'storage-failed' }]]);
    expect(await faultOf(vault.read('k'))).toEqual({ name: 'storage-failed' });
  });

  test('a failure that has no name here tells what the browser says', async () => {
    const vault = await createVault(passphrase('p'), emptyOrigin());
    vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(() => {
      throw new DOMException('Input/output error', 'UnknownError');
    });
    const detail = 'UnknownError: Input/output error';
    expect(await faultOf(vault.read('k'))).toEqual({ name: 'storage-failed', detail });
    vi.restoreAllMocks();
    expect(await vault.read('k')).toBeUndefined();
  });

  test.each([
    ['cannot be had', () => Promise.reject(new TypeError('no bucket')), true],
    ['does not work', () => Promise.resolve({ indexedDB: {} }), false],
  ])('a bucket for the mark that %s stops nobody', async (_, open, marked) => {
    const options = emptyOrigin();
    vi.stubGlobal('navigator', { storageBuckets: { open } });
    await (await createVault(passphrase('p'), options)).lock();
    expect(await isMarked()).toBe(marked);
    await (await unlockVault(passphrase('p'), options)).lock();
    await eraseVault(options);
    expect(await vaultStatus(options)).toMatchObject({ exists: false, evicted: false });
    vi.unstubAllGlobals();
  });

  test('erased: nothing of it is left', async () => {
    const options = emptyOrigin();
    const vault = await createVault(passphrase('p'), options);
    await vault.write([{ key: 'k', value: text('v') }]);
    await vault.lock();
    await eraseVault(options);
    const left = await tamper(async (db) => [await db.count('records'), await db.count('meta')]);
    expect(left).toEqual([0, 0]);
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({ name: 'absent' });
  });

  test('no database, no locks: unsupported', async () => {
    const options = emptyOrigin();
    vi.stubGlobal('navigator', {});
    expect(await faultOf(vaultStatus())).toEqual({ name: 'unsupported' });
    vi.stubGlobal('indexedDB', undefined);
    Reflect.deleteProperty(globalThis, 'indexedDB');
    expect(await faultOf(unlockVault(passphrase('p'), options))).toEqual({ name: 'unsupported' });
    vi.unstubAllGlobals();
  });
});

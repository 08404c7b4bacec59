import { expect, test } from 'vitest';
import { memoryStore } from './store.ts';

test('the store in memory behaves as the vault does', async () => {
  const store = memoryStore();
  const value = new Uint8Array([1, 2]);
  await store.write([
    { key: 'b', value },
    { key: 'a/2', value },
    { key: 'a/1', value },
  ]);
  value.fill(0);
  expect(await store.read('b')).toEqual(new Uint8Array([1, 2]));
  expect(await store.keys('a/')).toEqual(['a/1', 'a/2']);
  await store.write([{ key: 'a/1', value: undefined }]);
  expect(await store.keys('')).toEqual(['a/2', 'b']);
  expect(await store.read('a/1')).toBeUndefined();
  (await store.read('b'))!.fill(9);
  expect(await store.read('b')).toEqual(new Uint8Array([1, 2]));
});

test('it refuses all of a write with a bad key', async () => {
  const store = memoryStore();
  const value = new Uint8Array(1);
  const changes = ['good', 'not good'].map((key) => ({ key, value }));
  await expect(store.write(changes)).rejects.toThrow(RangeError);
  expect(await store.keys('')).toEqual([]);
});

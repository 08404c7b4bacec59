/** The browser's own private directory has the interface of one that a person chooses. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  directoryOf,
  forgetDirectory,
  remember,
  rememberedDirectory,
  watchDirectory,
} from './directory.ts';
import { Folder } from './folder.ts';

const bundle = new Uint8Array(3000).map((_, i) => (i * i) % 251);
let root: FileSystemDirectoryHandle;
let handle: FileSystemDirectoryHandle;

beforeEach(async () => {
  root = await navigator.storage.getDirectory();
  handle = await root.getDirectoryHandle('shared', { create: true });
});
afterEach(async () => {
  await root.removeEntry('shared', { recursive: true });
  await forgetDirectory();
});

describe('a directory of the browser', () => {
  it('carries a bundle, leaves no temporary file, and no subdirectory disturbs it', async () => {
    await handle.getDirectoryHandle('inner.conclave', { create: true });
    const directory = directoryOf(handle);
    const name = await new Folder(directory, () => 0).publish(bundle);
    expect((await directory.list()).map((entry) => entry.name)).toEqual([name]);
    const { arrived } = await new Folder(directory, () => 0).poll();
    expect(arrived.map((one) => one.bundle)).toEqual([bundle]);
    expect(Math.abs(arrived[0]!.modified - Date.now())).toBeLessThan(60_000);
  });

  it('writes, replaces, renames and removes', async () => {
    const directory = directoryOf(handle);
    await directory.write('a', bundle);
    await directory.write('a', bundle.subarray(0, 10));
    expect(await directory.read('a')).toEqual(bundle.subarray(0, 10));
    expect(await directory.rename('a', 'b')).toBe(true);
    expect(await directory.read('a')).toBeUndefined();
    expect(await directory.read('b')).toEqual(bundle.subarray(0, 10));
    await directory.remove('b');
    expect(await directory.list()).toEqual([]);
  });

  it('is remembered, and forgotten', async () => {
    expect(await rememberedDirectory()).toBeUndefined();
    await remember(handle);
    const remembered = await rememberedDirectory();
    expect(remembered).toMatchObject({ name: 'shared', allowed: true });
    expect(await remembered!.handle.isSameEntry(handle)).toBe(true);
    await forgetDirectory();
    expect(await rememberedDirectory()).toBeUndefined();
  });

  it('is looked at again after a change, never twice at a time, and not after the end', async () => {
    let [looks, now, most] = [0, 0, 0];
    const stop = watchDirectory(handle, async () => {
      looks++;
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 50));
      now--;
    });
    await expect.poll(() => looks).toBe(1);
    const directory = directoryOf(handle);
    for (let i = 0; i < 20; i++) await directory.write(`${i}`, bundle);
    await expect.poll(() => looks, { timeout: 5_000 }).toBeGreaterThan(1);
    stop();
    expect(most).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = looks;
    await directory.write('later', bundle);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(looks).toBe(before);
  });
});

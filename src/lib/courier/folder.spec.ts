import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeDirectory } from '../../../tests/support/node-directory.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { toFile } from './file.ts';
import { Folder, PATIENCE_MS } from './folder.ts';
import { pack } from './transport.ts';

let path: string;
let time: number;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'conclave-folder-'));
  time = 1_000_000;
});
afterEach(() => rm(path, { recursive: true }));

const open = async (options = {}) => new Folder(await nodeDirectory(path, options), () => time);
/** Bytes that do not deflate; the same for the same arguments. */
const bundleOf = (length: number, seed = 1): Bytes => {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fffffff) & 255);
};
const fileOf = async (bundle: Bytes) => toFile(await pack(bundle));
const put = (name: string, bytes: Uint8Array) => writeFile(join(path, name), bytes);
const nothing = { arrived: [], unreadable: [] };

describe('the folder courier', () => {
  it.each([{ canRename: true }, { canRename: false }])(
    'carries a bundle to another seat, once (%o)',
    async (options) => {
      const [mine, theirs] = [await open(options), await open()];
      const bundle = bundleOf(20_000);
      const name = await mine.publish(bundle);
      expect(name).toMatch(/^[0-9a-f]{12}\.conclave$/);
      expect(await readdir(path)).toEqual([name]);
      const { arrived, unreadable } = await theirs.poll();
      expect(arrived.map((one) => [one.name, one.bundle])).toEqual([[name, bundle]]);
      expect(unreadable).toEqual([]);
      expect(await theirs.poll()).toEqual(nothing);
      expect(await mine.poll()).toEqual(nothing);
    },
  );

  it('publishes the same bundle into one file, another into another', async () => {
    const folder = await open();
    const first = await folder.publish(bundleOf(300));
    expect(await folder.publish(bundleOf(300))).toBe(first);
    expect(await folder.publish(bundleOf(300, 2))).not.toBe(first);
    expect(await readdir(path)).toHaveLength(2);
  });

  it('reads a file under any name, conflict copies too, and the same content once', async () => {
    const folder = await open();
    const [one, two, three] = [bundleOf(500, 1), bundleOf(500, 2), bundleOf(500, 3)];
    await put('round 1 of Asha.conclave', await fileOf(one));
    await put('round 1 of Asha.sync-conflict-20261122-101112-ABCDEFG.conclave', await fileOf(two));
    await put('a copy (conflicted copy).conclave', await fileOf(two));
    await put('FROM A STICK.CONCLAVE', await fileOf(three));
    const { arrived, unreadable } = await folder.poll();
    expect(arrived).toHaveLength(3);
    expect(arrived.map(({ bundle }) => bundle)).toEqual(expect.arrayContaining([one, two, three]));
    expect(unreadable).toEqual([]);
  });

  it('ignores what programs write for themselves, other files and folders', async () => {
    const folder = await open();
    const file = await fileOf(bundleOf(500));
    const names = [
      '.syncthing.0123456789ab.conclave.tmp',
      '0123456789ab.conclave.tmp',
      '0123456789ab.conclave.crswap',
      '.hidden.conclave',
      '~lock.conclave',
      'x.conclave~',
      'notes.txt',
    ];
    for (const name of names) await put(name, file);
    time += 10 * PATIENCE_MS;
    expect(await folder.poll()).toEqual(nothing);
    time += 10 * PATIENCE_MS;
    expect(await folder.poll()).toEqual(nothing);
  });

  it('waits for a half-written file, takes it when it is whole', async () => {
    const folder = await open();
    const bundle = bundleOf(5_000);
    const file = await fileOf(bundle);
    for (const length of [0, 5, 11, 12, file.length - 1]) {
      await put('x.conclave', file.subarray(0, length));
      expect(await folder.poll()).toEqual(nothing);
      time += 1_000;
    }
    await put('x.conclave', file);
    expect((await folder.poll()).arrived.map((one) => one.bundle)).toEqual([bundle]);
    time += 10 * PATIENCE_MS;
    expect(await folder.poll()).toEqual(nothing);
  });

  it('takes a file whose last bytes came without a change of its size and time', async () => {
    const bundle = bundleOf(5_000);
    const file = await fileOf(bundle);
    let content = new Uint8Array(file.length);
    const directory = await nodeDirectory(path);
    directory.list = () =>
      Promise.resolve([{ name: 'x.conclave', size: file.length, modified: 1 }]);
    directory.read = () => Promise.resolve(content);
    const folder = new Folder(directory, () => time);
    expect(await folder.poll()).toEqual(nothing);
    content = file;
    expect((await folder.poll()).arrived).toHaveLength(1);
  });

  it('names a file that stays unreadable, says why, and goes on with the others', async () => {
    const folder = await open();
    const [good, file] = [bundleOf(700, 2), await fileOf(bundleOf(5_000))];
    await put('half.conclave', file.subarray(0, 300));
    await put(
      'flipped.conclave',
      file.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
    );
    await put('text.conclave', new TextEncoder().encode('not ours'));
    await put('huge.conclave', new Uint8Array(8 * 2 ** 20 + 65));
    expect(await folder.poll()).toEqual(nothing);
    time += PATIENCE_MS;
    await put('good.conclave', await fileOf(good));
    const { arrived, unreadable } = await folder.poll();
    expect(arrived.map(({ bundle }) => bundle)).toEqual([good]);
    expect(Object.fromEntries(unreadable.map(({ name, fault }) => [name, fault.fault]))).toEqual({
      'half.conclave': 'cut-short',
      'flipped.conclave': 'damaged',
      'text.conclave': 'foreign',
      'huge.conclave': 'too-large',
    });
    await put('half.conclave', file);
    const after = await folder.poll();
    expect(after.arrived).toHaveLength(1);
    expect(after.unreadable.map(({ name }) => name)).not.toContain('half.conclave');
  });

  it('is patient anew with a whole file that is being replaced', async () => {
    const folder = await open();
    const file = await fileOf(bundleOf(5_000));
    await put('x.conclave', file);
    await folder.poll();
    time += 10 * PATIENCE_MS;
    await put('x.conclave', file.subarray(0, 2_000));
    expect(await folder.poll()).toEqual(nothing);
  });

  it('changes and deletes nothing that others wrote', async () => {
    const folder = await open();
    const before = new Map<string, Uint8Array>();
    for (const [i, name] of ['a.conclave', 'broken.conclave', 'x.tmp'].entries()) {
      before.set(name, i === 0 ? await fileOf(bundleOf(300)) : bundleOf(200, i));
      await put(name, before.get(name)!);
    }
    await folder.poll();
    time += 10 * PATIENCE_MS;
    await folder.poll();
    await folder.publish(bundleOf(900));
    for (const [name, bytes] of before)
      expect(new Uint8Array(await readFile(join(path, name)))).toEqual(bytes);
  });

  it('takes in a flood little by little, and all of it', async () => {
    const folder = await open();
    const size = 6 * 2 ** 20;
    for (let i = 0; i < 8; i++) {
      const bundle = new Uint8Array(size);
      bundle[0] = i;
      await put(`${i}.conclave`, await fileOf(bundle));
    }
    const first = (await folder.poll()).arrived.length;
    const second = (await folder.poll()).arrived.length;
    expect([first, second]).toEqual([6, 2]);
  });
});

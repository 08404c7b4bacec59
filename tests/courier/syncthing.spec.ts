/** The folder courier between two machines, carried by real Syncthing. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../bundle/testing.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { toFile } from '../../src/lib/courier/file.ts';
import { Folder, PATIENCE_MS } from '../../src/lib/courier/folder.ts';
import { pack } from '../../src/lib/courier/transport.ts';
import { nodeDirectory } from '../support/node-directory.ts';
import { makePeers, type Peer } from '../support/syncthing.ts';

const syncthing = tool('syncthing', 'the folder courier by Syncthing');

/** Bytes that do not deflate; the same for the same arguments. */
const bundleOf = (length: number, seed = 1): Bytes => {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fffffff) & 255);
};
const fileOf = async (bundle: Bytes) => toFile(await pack(bundle));

describe.skipIf(syncthing === undefined)('two seats whose folders Syncthing keeps alike', () => {
  let [a, b]: Peer[] = [];
  let cleanUp: (() => Promise<void>) | undefined;
  let [atA, atB]: Folder[] = [];
  /** What time it is for the folders: only patience depends on it. */
  let time = 0;

  beforeAll(async () => {
    const made = await makePeers();
    ({ cleanUp } = made);
    [a, b] = made.peers;
    [atA, atB] = await Promise.all(
      made.peers.map(async (peer) => new Folder(await nodeDirectory(peer.shared), () => time)),
    );
    a.start();
    b.start();
  });
  afterAll(async () => cleanUp?.());

  /** Look again and again until so many bundles came. */
  async function arrivals(folder: Folder, count: number): Promise<Bytes[]> {
    const bundles: Bytes[] = [];
    await expect
      .poll(
        async () => {
          const { arrived, unreadable } = await folder.poll();
          expect(unreadable).toEqual([]);
          bundles.push(...arrived.map(({ bundle }) => bundle));
          return bundles.length;
        },
        { timeout: 40_000, interval: 100 },
      )
      .toBe(count);
    return bundles;
  }

  const appears = (peer: Peer, pattern: RegExp) =>
    expect
      .poll(async () => (await readdir(peer.shared)).some((name) => pattern.test(name)), {
        timeout: 40_000,
        interval: 100,
      })
      .toBe(true);

  it('what one publishes, the other picks up, both ways, while files are arriving', async () => {
    const [there, back] = [bundleOf(20_000, 1), bundleOf(700_000, 2)];
    const began = performance.now();
    await atA!.publish(there);
    expect(await arrivals(atB!, 1)).toEqual([there]);
    console.log(
      `Syncthing carried a bundle in ${((performance.now() - began) / 1000).toFixed(1)} s`,
    );
    await atB!.publish(back);
    expect(await arrivals(atA!, 1)).toEqual([back]);
  });

  it('both publish the same bundle: one file, no conflict', async () => {
    const bundle = bundleOf(3_000, 3);
    await b!.stop();
    const name = await atA!.publish(bundle);
    expect(await atB!.publish(bundle)).toBe(name);
    b!.start();
    const marker = bundleOf(400, 4);
    await atA!.publish(marker);
    expect(await arrivals(atB!, 1)).toEqual([marker]);
    for (const { shared } of [a!, b!])
      expect((await readdir(shared)).filter((file) => file.includes('conflict'))).toEqual([]);
  });

  it('two different files of one name: the conflict copy is read as a packet too', async () => {
    const [one, two] = [bundleOf(2_000, 5), bundleOf(2_000, 6)];
    await b!.stop();
    await writeFile(join(a!.shared, 'round 1.conclave'), await fileOf(one));
    await writeFile(join(b!.shared, 'round 1.conclave'), await fileOf(two));
    b!.start();
    await Promise.all([appears(a!, /sync-conflict/), appears(b!, /sync-conflict/)]);
    for (const folder of [atA!, atB!]) {
      const bundles = await arrivals(folder, 2);
      expect(bundles).toEqual(expect.arrayContaining([one, two]));
    }
  });

  it('a file carried half-written is waited for, named after a while, and taken when whole', async () => {
    const bundle = bundleOf(9_000, 7);
    const file = await fileOf(bundle);
    await writeFile(join(a!.shared, 'slow.conclave'), file.subarray(0, 4_000));
    await appears(b!, /^slow\.conclave$/);
    expect(await atB!.poll()).toEqual({ arrived: [], unreadable: [] });
    time += PATIENCE_MS;
    expect(await atB!.poll()).toEqual({
      arrived: [],
      unreadable: [{ name: 'slow.conclave', fault: { fault: 'cut-short' } }],
    });
    await writeFile(join(a!.shared, 'slow.conclave'), file);
    await expect
      .poll(() => atB!.poll(), { timeout: 40_000, interval: 100 })
      .toMatchObject({ arrived: [{ name: 'slow.conclave', bundle }], unreadable: [] });
  });
});

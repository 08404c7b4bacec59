import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromFile, toFile } from '../../src/lib/courier/file.ts';
import { pack, unpack } from '../../src/lib/courier/transport.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { invitationIn, joinGroup } from '../../src/lib/worker/enrol.ts';
import { moveRequest } from '../../src/lib/worker/request-pilot.ts';
import { deviceOf, hostReply, meOf, play, ports, type Player } from './seats.ts';

/* An operator without a browser, for tests that look at one browser closely. Packets move as files. */

async function bundleIn(file: string): Promise<Uint8Array> {
  const packed = fromFile(new Uint8Array(readFileSync(file)));
  const bundle = packed instanceof Uint8Array ? await unpack(packed) : packed;
  if (!(bundle instanceof Uint8Array)) throw new Error(bundle.fault);
  return bundle;
}

export class Peer {
  private readonly player: Player;
  private readonly folder = mkdtempSync(join(tmpdir(), 'peer-'));
  private count = 0;

  private constructor(player: Player) {
    this.player = player;
  }

  /** Takes up the invitation in a file, with a device that says it is a real one. */
  static async join(name: string, file: string): Promise<Peer> {
    const bundle = await bundleIn(file);
    const store = memoryStore();
    const own = ports(store, name);
    const invitation = invitationIn(own, bundle);
    if (typeof invitation === 'string') throw new Error(invitation);
    const { id, terms } = invitation;
    const device = await deviceOf(30);
    const me = meOf(device, name);
    const seat = await joinGroup(
      { ...own, root: terms.roots[0]!, now: () => Date.now() },
      bundle,
      id.rehearsal ? me : { ...me, device: { ...me.device, simulated: false } },
      await hostReply(device, id),
    );
    if (typeof seat === 'string') throw new Error(seat);
    return new Peer({ seat, device, store, name, hears: () => true });
  }

  /** Takes in what another operator gave, does what can be done, and gives what is to be brought. */
  async answer(given?: string): Promise<string> {
    const { seat } = this.player;
    if (given) {
      const taken = await seat.take(await bundleIn(given));
      if (typeof taken === 'string') throw new Error(taken);
    }
    await play(this.player);
    while (await moveRequest({ ...this.player, objection: () => undefined, favoured: undefined }));
    const file = join(this.folder, `${this.count++}.conclave`);
    writeFileSync(file, toFile(await pack(seat.log.outgoing().bundle)));
    return file;
  }

  get complete(): boolean {
    return this.player.seat.progress().complete;
  }
}

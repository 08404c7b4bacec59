import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import type { Request } from '../../src/lib/ceremony/request.ts';
import { haltOf } from '../../src/lib/ceremony/request-steps.ts';
import { fromFile, toFile } from '../../src/lib/courier/file.ts';
import { pack, unpack } from '../../src/lib/courier/transport.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { memoryStore, type Store } from '../../src/lib/vault/store.ts';
import { adoptRules, governanceOf } from '../../src/lib/worker/governance.ts';
import { invitationIn, joinGroup } from '../../src/lib/worker/enrol.ts';
import { takeEvidence } from '../../src/lib/worker/evidence.ts';
import type { Ports } from '../../src/lib/worker/ports.ts';
import { moveRequest } from '../../src/lib/worker/request-pilot.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { temporaryFolder } from './folder.ts';
import { sayOtherwise } from './otherwise.ts';
import { copyOf, deviceOf, hostReply, meOf, play, ports, type Player } from './seats.ts';
import { did } from './signing-seats.ts';

/* An operator without a browser, for tests that look at some browsers closely. Packets move as files. */

async function bundleIn(file: string): Promise<Uint8Array> {
  const packed = fromFile(new Uint8Array(readFileSync(file)));
  const bundle = packed instanceof Uint8Array ? await unpack(packed) : packed;
  if (!(bundle instanceof Uint8Array)) throw new Error(bundle.fault);
  return bundle;
}

let devices = 0;

/** The clock is the browsers'. */
const portsOf = (store: Store, seed: string, root: Bytes): Ports => ({
  ...ports(store, seed),
  root,
  now: () => Date.now(),
});

export class Peer {
  readonly player: Player;
  private readonly folder = temporaryFolder('peer');
  private count = 0;

  private constructor(player: Player) {
    this.player = player;
  }

  /** Of an operator who sits in Node already. */
  static of = (player: Player): Peer => new Peer(player);

  /** Takes up the invitation in a file, with a device that says it is a real one. */
  static async join(name: string, file: string): Promise<Peer> {
    const bundle = await bundleIn(file);
    const store = memoryStore();
    const invitation = invitationIn(ports(store, name), bundle);
    if (typeof invitation === 'string') throw new Error(invitation);
    const { id, terms } = invitation;
    const device = await deviceOf(30 + devices++);
    const me = meOf(device, name);
    const seat = await joinGroup(
      portsOf(store, name, terms.roots[0]!),
      bundle,
      id.rehearsal ? me : { ...me, device: { ...me.device, simulated: false } },
      await hostReply(device, id),
    );
    if (typeof seat === 'string') throw new Error(seat);
    return new Peer({ seat, device, store, name, hears: () => true });
  }

  /** Takes in what another operator gave. */
  async take(given: string): Promise<void> {
    const taken = await this.player.seat.take(await bundleIn(given));
    if (typeof taken === 'string') throw new Error(taken);
  }

  /** Gives what is to be brought. */
  give = (): Promise<string> => this.file(this.player.seat.log.outgoing().bundle);

  private async file(bundle: Bytes): Promise<string> {
    const file = join(this.folder, `${this.count++}.conclave`);
    writeFileSync(file, toFile(await pack(bundle)));
    return file;
  }

  /** Takes in what another operator gave, does what can be done, and gives what is to be brought. */
  async answer(given?: string): Promise<string> {
    if (given) await this.take(given);
    await play(this.player);
    const pilot = { ...this.player, objection: this.objection, favoured: undefined };
    for (let moved = await moveRequest(pilot); moved; moved = await moveRequest(pilot))
      if (moved.fault) throw new Error(`${this.player.name} ${moved.act}: ${moved.fault.fault}`);
    return this.give();
  }

  /** Nobody who is careful accepts what does not go on. */
  private objection = (request: Request): string | undefined => {
    const { seat } = this.player;
    const requests = seat.requests()!;
    for (const session of requests.sessions)
      for (const [position, item] of session.items.entries())
        if (item.request === request) return haltOf(seat.here(requests), session, position);
    return undefined;
  };

  /** Brings a file of evidence. */
  async see(file: string): Promise<void> {
    const { seat, name } = this.player;
    const taken = await takeEvidence(seat, new Uint8Array(readFileSync(file)), `${name}’s node`);
    if (!('took' in taken)) throw new Error(`Not taken: ${JSON.stringify(taken)}`);
  }

  /** Approves every version of the rules that waits, by the device. */
  async adopt(): Promise<void> {
    const { seat, device } = this.player;
    for (const { statement, hash } of governanceOf(seat)!.rules.proposed) {
      const approval = await device.approve(statement);
      if (isDeviceFault(approval)) throw new Error(approval.fault);
      await did(adoptRules(seat, hash, approval.signature));
    }
  }

  /** A copy of the vault beside the one that goes on: the same keys, another story from now on. */
  async twin(): Promise<Peer> {
    const { seat, name } = this.player;
    const store = await copyOf(this.player);
    const own = portsOf(store, `${name} twin`, seat.log.ports.root);
    const twin = await Seat.open(own, toHex(seat.state.id!.group));
    return new Peer({ ...this.player, store, seat: twin });
  }

  /** Changes the parts of everything that it says from now on. */
  otherwise = (change: (part: Part) => Part): void => sayOtherwise(this.player, change);

  /** Says these parts, whatever the rules of the program are. */
  lie = (...parts: readonly Part[]): Promise<Packet> => this.player.seat.log.say(parts);

  get complete(): boolean {
    return this.player.seat.progress().complete;
  }
}

/** One group's log in the store: reading it, adding to it, sending and taking in packets. */
import { equal, toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Scalar } from '../wasm/group.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import { inSession, judge } from '../ceremony/judge.ts';
import { nextEntry, readEntry, type Entry, type Event } from '../ceremony/log.ts';
import {
  bundleOf,
  MAX_BUNDLE,
  packetsOf,
  readPacket,
  signPacket,
  type Packet,
} from '../ceremony/packet.ts';
import type { Part } from '../ceremony/parts.ts';
import { recordFile } from '../ceremony/record-file.ts';
import { State } from '../ceremony/state.ts';
import type { Change } from '../vault/store.ts';
import { recordKeys, type Ports } from './ports.ts';

/** What became of a bundle that was brought. */
export interface Taken {
  readonly taken: number;
  readonly known: number;
  /** What waits for something that is missing. */
  readonly early: readonly string[];
  readonly refused: readonly { readonly from: Bytes | null; readonly because: string }[];
}

/** How many refusals of one sender, or of all strangers, a log notes, so that nobody can fill it. */
const MAX_REFUSED = 20;

/** So much goes into one of many bundles: its bytes, and its packets. */
const HALF_A_BUNDLE = MAX_BUNDLE / 2;
const IN_A_BUNDLE = 2000;

const enrolling: readonly Part['kind'][] = ['invite', 'join', 'witness', 'manifest'];

/** The stored log does not read as one: where it breaks. */
export class LogBroken extends Error {
  readonly entry: number;
  constructor(entry: number, why: string) {
    super(`Entry ${entry} of the log: ${why}.`);
    this.entry = entry;
  }
}

export class GroupLog {
  readonly ports: Ports;
  readonly keys: ReturnType<typeof recordKeys>;
  readonly state = new State();
  /** Faults that refused packets proved. */
  readonly proven: CeremonyFault[] = [];
  private readonly packetSecret: Scalar;

  private constructor(ports: Ports, group: string, packetSecret: Bytes) {
    this.ports = ports;
    this.keys = recordKeys(group);
    this.packetSecret = packetSecret as Scalar;
  }

  /**
   * Begins a group's log with its first events and the records that belong to it. Where there is a log
   * already, the changes must remove all of it.
   */
  static async begin(
    ports: Ports,
    group: string,
    packetSecret: Bytes,
    events: readonly Event[],
    changes: readonly Change[],
  ): Promise<GroupLog> {
    const log = new GroupLog(ports, group, packetSecret);
    const removed = new Set(changes.filter(({ value }) => !value).map(({ key }) => key));
    if ((await ports.store.keys(log.keys.log)).some((key) => !removed.has(key)))
      throw new Error('This group is here already.');
    await log.append(events, [...changes, { key: log.keys.packetSecret, value: packetSecret }]);
    return log;
  }

  /** Opens a stored log. Throws `LogBroken` where an entry is missing or does not follow. */
  static async open(ports: Ports, group: string): Promise<GroupLog> {
    const keys = recordKeys(group);
    const secret = await ports.store.read(keys.packetSecret);
    if (!secret) throw new LogBroken(0, 'the packet key is missing');
    const log = new GroupLog(ports, group, secret);
    for (const [number, key] of (await ports.store.keys(keys.log)).entries()) {
      const encoded = key === keys.entry(number) ? await ports.store.read(key) : undefined;
      if (!encoded) throw new LogBroken(number, 'it is missing');
      const entry = readEntry(encoded, log.state.head);
      if (typeof entry === 'string') throw new LogBroken(number, entry);
      log.fold(entry);
    }
    return log;
  }

  private fold(entry: Entry, packet?: Packet): void {
    const { event } = entry;
    if (event.kind !== 'sent' && event.kind !== 'received') {
      this.state.apply(entry);
      return;
    }
    const read = packet ?? readPacket(this.ports.groups.secp256k1, event.packet);
    if (typeof read === 'string') throw new LogBroken(entry.number, `its packet: ${read}`);
    this.state.apply(entry, read);
  }

  /** Adds events, with other records, all or nothing. */
  async append(events: readonly Event[], changes: readonly Change[] = []): Promise<void> {
    await this.write(
      events.map((event) => ({ event })),
      changes,
    );
  }

  private async write(
    added: readonly { event: Event; packet?: Packet }[],
    changes: readonly Change[] = [],
  ): Promise<void> {
    if (added.length + changes.length === 0) return;
    let { head } = this.state;
    const entries = added.map(({ event, packet }) => {
      const entry = nextEntry(head, this.ports.now(), event);
      const again = readEntry(entry.bytes, head);
      if (typeof again === 'string')
        throw new Error(`This entry would not be read again: ${again}.`);
      head = { length: entry.number + 1, head: entry.hash };
      return { entry, packet };
    });
    await this.ports.store.write([
      ...changes,
      ...entries.map(({ entry }) => ({ key: this.keys.entry(entry.number), value: entry.bytes })),
    ]);
    for (const { entry, packet } of entries) this.fold(entry, packet);
  }

  /** Where a packet with these parts would belong. */
  private addressed(parts: readonly Part[]) {
    const { ports, state } = this;
    const enrols = parts.some(({ kind }) => enrolling.includes(kind));
    return {
      version: 1 as const,
      id: state.id!,
      session: (enrols ? undefined : state.manifestHash) ?? new Uint8Array(32),
      from: state.me,
      number: state.packetsFrom(state.me).length + 1,
      root: ports.root,
      incarnation: ports.incarnation,
      at: ports.now(),
      log: state.head,
      seen: this.seen(),
      parts,
    };
  }

  /**
   * Whether others who hold what is held here would take these parts in. After a packet that was
   * refused, nothing of its sender is taken in any more.
   */
  fits(parts: readonly Part[]): boolean {
    return inSession(this.state, this.addressed(parts)) === undefined;
  }

  /** Signs a packet with these parts and adds it to the log, after `events`. */
  async say(
    parts: readonly Part[],
    events: readonly Event[] = [],
    changes: readonly Change[] = [],
  ): Promise<Packet> {
    const { ports } = this;
    if (events.length > 0) await this.append(events);
    const aux = ports.random(32);
    const packet = signPacket(
      ports.groups.secp256k1,
      this.packetSecret,
      this.addressed(parts),
      aux,
    );
    if (typeof packet === 'string') throw new Error(`This packet would be refused: ${packet}.`);
    await this.write([{ event: { kind: 'sent', packet: packet.bytes }, packet }], changes);
    return packet;
  }

  private seen() {
    const last = new Map<string, Packet>();
    for (const packet of this.state.allPackets())
      if (!this.state.isMe(packet.from) && this.belongs(packet.from))
        last.set(toHex(packet.from), packet);
    return [...last.values()]
      .slice(0, 40)
      .map(({ from, number, log }) => ({ from, number, ...log }));
  }

  /** Whether a sender is in the group; before there is a manifest, anybody who wrote is. */
  private belongs(key: Uint8Array): boolean {
    const { manifest, initiator } = this.state;
    return !manifest || this.state.inRoster(key) || (!!initiator && equal(key, initiator));
  }

  /** Takes in a bundle of hostile bytes. A sentence fragment where it is none. */
  async take(bundle: Uint8Array): Promise<Taken | string> {
    const packets = packetsOf(bundle);
    if (typeof packets === 'string') return packets;
    let waiting: Packet[] = [];
    const refused: { from: Bytes | null; because: string }[] = [];
    const count = { taken: 0, known: 0 };
    for (const bytes of packets) {
      const packet = readPacket(this.ports.groups.secp256k1, bytes);
      if (typeof packet === 'string') refused.push(await this.refuse(bytes, null, packet));
      else waiting.push(packet);
    }
    let early: string[] = [];
    for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
      before = waiting.length;
      const later: Packet[] = [];
      early = [];
      for (const packet of waiting) {
        const verdict = judge(this.ports.groups.secp256k1, this.state, packet);
        if (verdict.verdict === 'early') {
          later.push(packet);
          early.push(verdict.because);
        } else if (verdict.verdict === 'known') count.known += 1;
        else if (verdict.verdict === 'refused') {
          if (verdict.fault) this.prove(verdict.fault);
          refused.push(await this.refuse(packet.bytes, packet.from, verdict.because));
        } else {
          await this.write([{ event: { kind: 'received', packet: packet.bytes }, packet }]);
          count.taken += 1;
        }
      }
      waiting = later;
    }
    return { ...count, early, refused };
  }

  /** Keeps what a refused packet proves, once. */
  prove(fault: CeremonyFault): void {
    const told = ({ fault: name, operators }: CeremonyFault) => `${name} ${operators.join(' ')}`;
    if (!this.proven.some((one) => told(one) === told(fault))) this.proven.push(fault);
  }

  /** Notes a refused packet, once; not what nobody signed. */
  private async refuse(bytes: Uint8Array, from: Bytes | null, because: string) {
    const hash = taggedHash(tags.packet, bytes);
    const noted = this.state.noted('refused');
    const before = noted.some(({ event }) => equal(event.hash, hash));
    const alike = noted.filter(({ event }) =>
      from && this.state.inRoster(from)
        ? equal(event.from!, from)
        : !this.state.inRoster(event.from!),
    );
    if (from && !before && alike.length < MAX_REFUSED)
      await this.append([{ kind: 'refused', hash, from, because: because.slice(0, 500) }]);
    return { from, because };
  }

  /**
   * What to bring to others: the packets that some of them are not known to hold, by their receipts.
   * Whoever collects brings to everybody; everybody else to the collector. `everything`: all there is.
   */
  outgoing(everything = false): { readonly bundle: Bytes; readonly packets: number } {
    const { state } = this;
    const collecting = state.collector !== undefined && state.isMe(state.collector);
    const others = [...(state.manifest?.operators ?? []), ...(state.manifest?.witnesses ?? [])]
      .map(({ packetKey }) => packetKey)
      .filter((key) => !state.isMe(key));
    const to = collecting ? others : state.collector ? [state.collector] : [];
    const held = to.map((key) => this.heldBy(key));
    const packets = state
      .allPackets()
      .filter(({ from }) => this.belongs(from))
      .filter(
        ({ from, number }) =>
          everything ||
          to.length === 0 ||
          held.some((numbers) => number > (numbers.get(toHex(from)) ?? 0)),
      );
    const seconds = everything ? state.conflicts : state.proofs();
    for (const { second } of seconds) packets.push(second);
    return { bundle: bundleOf(packets.map(({ bytes }) => bytes)), packets: packets.length };
  }

  /**
   * All packets, as bundles that are each small enough to be taken in. The second packets that prove a
   * fork come last, after those which they contradict.
   */
  everything(): Bytes[] {
    const { state } = this;
    const bundles: Bytes[] = [];
    let [packets, size]: [Bytes[], number] = [[], 0];
    const close = () => {
      if (packets.length > 0) bundles.push(bundleOf(packets));
      [packets, size] = [[], 0];
    };
    const seconds = state.conflicts.map(({ second }) => second);
    for (const { bytes, from } of [...state.allPackets(), ...seconds]) {
      if (!this.belongs(from)) continue;
      if (size + bytes.length > HALF_A_BUNDLE || packets.length >= IN_A_BUNDLE) close();
      packets.push(bytes);
      size += bytes.length;
    }
    close();
    return bundles;
  }

  /** The number of the last packet of each sender, by key in hex, that somebody is known to hold. */
  private heldBy(key: Uint8Array): ReadonlyMap<string, number> {
    const numbers = new Map([[toHex(key), Infinity]]);
    for (const { seen } of this.state.packetsFrom(key))
      for (const { from, number } of seen) {
        const name = toHex(from);
        numbers.set(name, Math.max(number, numbers.get(name) ?? 0));
      }
    return numbers;
  }

  /** The whole log as a file, signed under its end. */
  record(): Bytes {
    const { ports } = this;
    const { secp256k1 } = ports.groups;
    return recordFile(secp256k1, this.packetSecret, this.state.entries, ports.random(32));
  }

  /** Forgets the packet key. */
  close(): void {
    wipe(this.packetSecret);
  }
}

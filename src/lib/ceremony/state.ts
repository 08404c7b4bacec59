import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import type { Card, GroupId, Witness } from './card.ts';
import { ceremonyFault, type CeremonyFault } from './faults.ts';
import { emptyLog, headAfter, type Entry, type Event, type EventOf, type Head } from './log.ts';
import { manifestHash, type Manifest, type Terms } from './manifest.ts';
import type { Packet } from './packet.ts';
import type { Part, PartOf } from './parts.ts';

/*
 * What a log says: a fold over its entries, packets and decisions alike. It believes that each packet
 * in the log was judged (judge.ts) before it was written.
 */

/** A part with the packet it came in. */
export interface Told<K extends Part['kind']> {
  readonly part: PartOf<K>;
  readonly packet: Packet;
}

/** Two different packets of one sender under one number: proof against the sender. */
export interface Conflict {
  readonly first: Packet;
  readonly second: Packet;
}

/** An entry of this kind. */
export type Noted<K extends Event['kind']> = Entry & { readonly event: EventOf<K> };

const NO_SESSION = new Uint8Array(32);

/** What a part is looked up by, beside its sender: a statement, a package or a batch; most by nothing. */
function topicOf(part: Part): string | undefined {
  if (part.kind === 'approve') return part.statement;
  if (part.kind === 'signature-shares') return toHex(part.package);
  const { kind } = part;
  return kind === 'slip' || kind === 'object' || kind === 'nonces' || kind === 'package'
    ? toHex(part.session)
    : undefined;
}

function put<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name);
  if (list) list.push(one);
  else lists.set(name, [one]);
}

const nameOf = (from: Uint8Array, kind: Part['kind'], about?: string): string =>
  about === undefined ? `${toHex(from)} ${kind}` : `${toHex(from)} ${kind} ${about}`;

export class State {
  /** The log's head. */
  head: Head = emptyLog;
  id: GroupId | undefined;
  role: 'operator' | 'witness' = 'operator';
  /** The own packet key. */
  me: Bytes = new Uint8Array(32);
  /** Who invited: the packet key whose manifest counts. */
  initiator: Bytes | undefined;
  initiatorName = '';
  terms: Terms | undefined;
  ownCard: Card | undefined;
  manifest: Manifest | undefined;
  manifestHash: Bytes | undefined;
  /** Who collects and passes on: whom the last packet named that names somebody; else the initiator. */
  collector: Bytes | undefined;
  readonly conflicts: Conflict[] = [];
  readonly faults: CeremonyFault[] = [];
  /** All entries, in order. */
  readonly entries: Entry[] = [];
  /** The hashes of manifests that were proposed and replaced. */
  private readonly former: Bytes[] = [];
  /** Whether the vault was restored and nothing was sent from this log. */
  private silent = false;
  private readonly computed = new Map<string, unknown>();
  private readonly voices = new Map<string, Packet[]>();
  /** All parts by sender and kind, and by what they are about: a log is long, and is asked often. */
  private readonly parts = new Map<string, Told<Part['kind']>[]>();
  /** In which entry each packet came, by its hash. */
  private readonly entryOf = new Map<string, number>();

  /** Takes in the next entry; `packet` is the one that a `sent` or `received` entry holds. */
  apply(entry: Entry, packet?: Packet): void {
    this.entries.push(entry);
    this.head = headAfter(entry);
    const { event } = entry;
    if (event.kind === 'created') {
      this.id = event.id;
      this.me = event.packetKey;
      this.initiator = event.packetKey;
      this.collector = event.packetKey;
      this.initiatorName = event.name;
      this.terms = event.terms;
    } else if (event.kind === 'invited') {
      this.id = event.id;
      this.me = event.packetKey;
      this.role = event.role;
    } else if (event.kind === 'card') {
      this.ownCard = event.card;
    } else if (event.kind === 'restored') {
      this.silent ||= !this.entries.some((one) => one.event.kind === 'sent');
    } else if (packet) {
      this.entryOf.set(toHex(packet.hash), entry.number);
      // Signed with the own key and not in the own log: this vault is an older copy. A log that began
      // with a restored backup takes in what its operator said before.
      const own = event.kind === 'received' && this.isMe(packet.from);
      if (own && !this.silent) this.faults.push(ceremonyFault('own-log-behind'));
      if (event.kind === 'sent') this.silent = false;
      this.hear(packet);
    }
  }

  private hear(packet: Packet): void {
    const first = this.packetsFrom(packet.from)[packet.number - 1];
    if (first) {
      this.conflicts.push({ first, second: packet });
      return;
    }
    put(this.voices, toHex(packet.from), packet);
    for (const part of packet.parts) {
      put(this.parts, nameOf(packet.from, part.kind), { part, packet });
      const about = topicOf(part);
      if (about !== undefined)
        put(this.parts, nameOf(packet.from, part.kind, about), { part, packet });
      this.enrol(part, packet);
    }
  }

  private enrol(part: Part, { from }: Packet): void {
    if (part.kind === 'invite' && !this.initiator) {
      this.initiator = from;
      this.collector ??= from;
      this.initiatorName = part.from;
      this.terms = part.terms;
    }
    if (part.kind === 'baton' && (!this.manifest || this.numberOf(part.to) !== undefined))
      this.collector = part.to;
    if (part.kind === 'manifest') {
      if (this.manifestHash) this.former.push(this.manifestHash);
      this.manifest = part.manifest;
      this.manifestHash = manifestHash(part.manifest);
    }
  }

  /**
   * What operators hold of each other must be what is held here: log heads are gossiped in every
   * packet. Nobody else's receipts count: anybody can write one.
   */
  receiptFaults(): CeremonyFault[] {
    const faults = new Map<string, CeremonyFault>();
    for (const [claimant, { packetKey }] of (this.manifest?.operators ?? []).entries())
      for (const { seen } of this.packetsFrom(packetKey))
        for (const { from, number, length, head } of seen) {
          const about = this.numberOf(from);
          const held = this.packetsFrom(from)[number - 1];
          if (about === undefined || (!held && !this.isMe(from))) continue;
          if (held && held.log.length === length && equal(held.log.head, head)) continue;
          faults.set(
            `${about} ${claimant}`,
            held
              ? ceremonyFault('log-forked', [about, claimant])
              : ceremonyFault('receipt-ahead', [claimant]),
          );
        }
    return [...faults.values()];
  }

  /** What follows from these bytes alone, computed once. */
  once<T>(what: string, from: readonly Uint8Array[], compute: () => T): T {
    const name = `${what} ${from.map(toHex).join(' ')}`;
    if (!this.computed.has(name)) this.computed.set(name, compute());
    return this.computed.get(name) as T;
  }

  isMe(key: Uint8Array): boolean {
    return equal(key, this.me);
  }

  /** Everything a sender said, in order: number 1 stands first. */
  packetsFrom(key: Uint8Array): readonly Packet[] {
    return this.voices.get(toHex(key)) ?? [];
  }

  /** What proves a fork of a sender, the lowest number first. */
  conflictsOf(key: Uint8Array): Conflict[] {
    return this.conflicts
      .filter(({ first }) => equal(first.from, key))
      .sort((a, b) => a.first.number - b.first.number);
  }

  /** Of each sender who signed two packets under one number, the proof with the lowest number. */
  proofs(): Conflict[] {
    const lowest = new Map<string, Conflict>();
    for (const one of this.conflicts) {
      const name = toHex(one.first.from);
      const other = lowest.get(name);
      if (!other || one.first.number < other.first.number) lowest.set(name, one);
    }
    return [...lowest.values()];
  }

  /** All packets held, each sender's in order. */
  allPackets(): Packet[] {
    return [...this.voices.values()].flat();
  }

  /** Whether something was sent from here after this entry of the log. */
  spokeAfter(number: number): boolean {
    return this.entries.slice(number + 1).some(({ event }) => event.kind === 'sent');
  }

  /** Whether a packet came after this entry of the log. */
  heardAfter(hash: Uint8Array, number: number): boolean {
    return (this.entryOf.get(toHex(hash)) ?? -1) > number;
  }

  /** Whether a packet was brought here, though perhaps signed with the own key. */
  cameIn({ hash }: Packet): boolean {
    return this.entries[this.entryOf.get(toHex(hash)) ?? -1]?.event.kind === 'received';
  }

  /** When a packet was said: by its sender's clock, and no later than it came in by the clock here. */
  saidAt({ hash, at }: Packet): number {
    const entry = this.entries[this.entryOf.get(toHex(hash)) ?? -1];
    return Math.min(at, entry?.at ?? at);
  }

  /** Whether one packet came here before another. */
  cameBefore(a: Packet, b: Packet): boolean {
    return (this.entryOf.get(toHex(a.hash)) ?? -1) < (this.entryOf.get(toHex(b.hash)) ?? -1);
  }

  /**
   * The parts of a kind that a sender gave in this session, in order. `about`: only those about this
   * statement, package (its hash in hex) or batch (its root in hex).
   */
  told<K extends Part['kind']>(key: Uint8Array, kind: K, about?: string): Told<K>[] {
    const session = this.manifestHash ?? NO_SESSION;
    const all = this.parts.get(nameOf(key, kind, about)) ?? [];
    return all.filter(
      (one): one is Told<Part['kind']> & Told<K> =>
        equal(one.packet.session, session) || equal(one.packet.session, NO_SESSION),
    );
  }

  /**
   * As `told`, and what stands in a second packet under one number: for what counts by itself, whoever
   * said it and however often.
   */
  everTold<K extends Part['kind']>(key: Uint8Array, kind: K): Told<K>[] {
    const seconds = this.conflictsOf(key).map(({ second }) => second);
    return [...this.told(key, kind), ...this.toldIn(seconds, kind)];
  }

  /** The parts of a kind that these packets give in this session. */
  toldIn<K extends Part['kind']>(packets: readonly Packet[], kind: K): Told<K>[] {
    const session = this.manifestHash ?? NO_SESSION;
    return packets
      .filter((packet) => equal(packet.session, session) || equal(packet.session, NO_SESSION))
      .flatMap((packet) =>
        packet.parts
          .filter((part): part is PartOf<K> => part.kind === kind)
          .map((part) => ({ part, packet })),
      );
  }

  /** Each operator's first part of a kind, in the manifest's order. */
  firstOfAll<K extends Part['kind']>(kind: K): (Told<K> | undefined)[] {
    return (this.manifest?.operators ?? []).map(({ packetKey }) => this.told(packetKey, kind)[0]);
  }

  /** The cards of those who want to join, each sender's latest. */
  joined(): Card[] {
    return [...this.voices.values()].flatMap(
      (said) =>
        said
          .flatMap(({ parts }) => parts.filter((part) => part.kind === 'join'))
          .map(({ card }) => card)
          .at(-1) ?? [],
    );
  }

  /** The cards of those who want to watch, each sender's latest. */
  witnesses(): Witness[] {
    return [...this.voices.values()].flatMap(
      (said) =>
        said
          .flatMap(({ parts }) => parts.filter((part) => part.kind === 'witness'))
          .map(({ card }) => card)
          .at(-1) ?? [],
    );
  }

  /** How many senders are held. */
  get senders(): number {
    return this.voices.size;
  }

  /** Whether a manifest with this hash was proposed here and replaced. */
  isFormer(hash: Uint8Array): boolean {
    return this.former.some((one) => equal(one, hash));
  }

  /** Whether this key is an operator's or a witness's in the manifest. */
  inRoster(key: Uint8Array): boolean {
    const { operators = [], witnesses = [] } = this.manifest ?? {};
    return [...operators, ...witnesses].some(({ packetKey }) => equal(packetKey, key));
  }

  /** The sender's number in the manifest, from 0. */
  numberOf(key: Uint8Array): number | undefined {
    const index = this.manifest?.operators.findIndex(({ packetKey }) => equal(packetKey, key));
    return index === undefined || index < 0 ? undefined : index;
  }

  /** The own number in the manifest. */
  get own(): number | undefined {
    return this.numberOf(this.me);
  }

  /** The decisions of a kind, in order. */
  noted<K extends Event['kind']>(kind: K): Noted<K>[] {
    return this.entries.filter((entry): entry is Noted<K> => entry.event.kind === kind);
  }

  /** Whether anybody sealed the manifest: it cannot change any more. */
  get fixed(): boolean {
    return this.firstOfAll('seal').some((one) => one !== undefined);
  }

  /** Whether the own seal was sent. */
  get sealed(): boolean {
    return this.told(this.me, 'seal').length > 0;
  }
}

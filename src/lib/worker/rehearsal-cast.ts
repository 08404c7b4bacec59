/** Who plays in a rehearsal within one page: five people, their devices, stores and randomness. */
import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { deviceLabel, type GroupId } from '../ceremony/card.ts';
import { defaultLimits, defaultReservation, type Terms } from '../ceremony/manifest.ts';
import { isDeviceFault, type Device, type DeviceFault } from '../devices/device.ts';
import { enrolDevice } from '../devices/open.ts';
import type { Presence } from '../devices/prompt.ts';
import { bareHardware, simulate, type Plain } from '../devices/simulators/simulate.ts';
import { attended } from '../devices/simulators/simulator.ts';
import { memoryStore, type Store } from '../vault/store.ts';
import { beginGroup, invitationIn, joinGroup } from './enrol.ts';
import { meWith } from './me.ts';
import type { DrawnDevice } from './rehearsal-story.ts';
import type { Taken } from './group-log.ts';
import type { Ports } from './ports.ts';
import { misbehaving, type Lies, type Second } from './rehearsal-cheats.ts';
import { Seat } from './seat.ts';

/** What a rehearsal computes with: real groups, or those of JavaScript for rehearsals. */
export type RehearsalParts = Pick<Ports, 'groups' | 'other'>;

export const people = [
  { name: 'Asha', organisation: 'Kestrel Custody', place: 'Nairobi', brings: 'ledger' },
  { name: 'Ben', organisation: 'Lagoon Trust', place: 'Lagos', brings: 'trezor' },
  { name: 'Chen', organisation: 'Jade Vaults', place: 'Taipei', brings: 'ledger' },
  { name: 'Dora', organisation: 'Fjord Keys', place: 'Bergen', brings: 'trezor' },
  { name: 'Emre', organisation: 'Bosporus Safe', place: 'Istanbul', brings: 'trezor' },
] as const;

const [N, T] = [people.length, 3];

/** When every rehearsal begins, by its own clock: ms since 1970. */
const BEGINNING = Date.UTC(2026, 5, 1, 9);

/** How much later each step is, in ms. */
const TICK = 8_000;

const utf8 = new TextEncoder();

/** 32 bytes for a purpose, the same for the same seed. */
export const derived = (seed: number, purpose: string): Bytes =>
  sha256(concat(utf8.encode(`Conclave/rehearsal in a page v1/${purpose}/`), be32(seed)));

/** The root that the operators of such a rehearsal run: that of no bundle. */
const ROOT = new Uint8Array(32);

/** What all players share: the group, its terms, one clock. */
export class Stage {
  readonly seed: number;
  readonly parts: RehearsalParts;
  readonly id: GroupId;
  readonly terms: Terms;
  private passed = 0;

  constructor(parts: RehearsalParts, seed: number) {
    this.seed = seed;
    this.parts = parts;
    this.id = { network: 'regtest', rehearsal: true, group: derived(seed, 'group'), epoch: 0 };
    this.terms = {
      name: 'Rehearsal vault',
      purpose: 'To see how a key is made. It guards nothing.',
      n: N,
      t: T,
      reservationQuorum: defaultReservation(N, T),
      minDisplayApprovals: 0,
      limits: defaultLimits,
      backupAddress: null,
      roots: [ROOT],
      draft: '0.6.0',
      callAt: null,
    };
  }

  /** Lets time pass: one step. */
  tick(): void {
    this.passed += TICK;
  }

  now = (): number => BEGINNING + this.passed;

  /** Everything a seat needs, with randomness that the seed and `whose` decide. */
  ports(store: Store, whose: string): Ports {
    const source = derived(this.seed, whose);
    let counter = 0;
    const random = (length: number): Bytes => {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
        sha256(concat(source, be32(counter++))),
      );
      return concat(...blocks).slice(0, length);
    };
    return {
      ...this.parts,
      store,
      random,
      now: this.now,
      monotonic: () => this.passed,
      root: ROOT,
      incarnation: random(8),
    };
  }
}

/** 32 bytes, the same for the same rehearsal and operator. */
const deviceSeed = (stage: Stage, number: number): Bytes => derived(stage.seed, `device ${number}`);

export class Player {
  readonly number: number;
  readonly person: (typeof people)[number];
  /** Its person approves whatever it asks. */
  readonly simulator: Plain;
  readonly lies: Lies = new Map();
  seat: Seat | undefined;
  second: Second | undefined;
  /** The length of the log at which an act failed: it is not tried again before something changed. */
  failedAt: number | undefined;
  /** The invitation, once it was brought. */
  private invitation: Bytes | undefined;
  private readonly stage: Stage;
  private readonly store = memoryStore();
  private openings = 0;
  /** The device behind its driver, once it was enrolled: a seat needs one. */
  device: Device | undefined;
  /** How often the device asked its person to release or approve something. */
  prompts = 0;

  private constructor(stage: Stage, number: number, simulator: Plain) {
    this.stage = stage;
    this.number = number;
    this.person = people[number]!;
    this.simulator = simulator;
    attended(simulator);
  }

  static async of(stage: Stage, number: number): Promise<Player> {
    const simulator = await simulate(people[number]!.brings, deviceSeed(stage, number));
    return new Player(stage, number, simulator);
  }

  /** What a page needs to draw the same device. The seed (32 bytes) guards nothing. */
  get drawn(): DrawnDevice {
    return { kind: this.person.brings, seed: deviceSeed(this.stage, this.number) };
  }

  private async enrolDevice(): Promise<Device | DeviceFault> {
    if (this.device) return this.device;
    const hardware = await bareHardware(this.simulator);
    const presence: Presence = ({ asks }) => {
      if (asks.to === 'derive' || asks.to === 'approve') this.prompts += 1;
      return new Promise<never>(() => undefined);
    };
    const device = await enrolDevice(this.person.brings, hardware, presence, this.person.name);
    if (!isDeviceFault(device)) this.device = device;
    return device;
  }

  private ports(): Ports {
    return this.stage.ports(this.store, `player ${this.number} opening ${this.openings++}`);
  }

  private sit(seat: Seat): void {
    this.seat = misbehaving(seat, this.store, this.lies, (second) => (this.second = second));
  }

  /** Takes in a bundle; without a seat, the invitation in it. A sentence fragment where it is none. */
  async take(bundle: Bytes): Promise<Taken | string> {
    if (this.seat) return this.seat.take(bundle);
    const invitation = invitationIn(this.stage.ports(this.store, 'reading'), bundle);
    if (typeof invitation === 'string') return invitation;
    this.invitation = bundle;
    return { taken: 1, known: 0, early: [], refused: [] };
  }

  /** Whether the operator can sit down now: the first begins, the others need the invitation. */
  get mayEnrol(): boolean {
    return !this.seat && (this.number === 0 || this.invitation !== undefined);
  }

  /** Begins the group, or joins it by the invitation. Why it could not, where it could not. */
  async enrol(): Promise<{ readonly fault: string } | undefined> {
    const { id, terms } = this.stage;
    const device = await this.enrolDevice();
    if (isDeviceFault(device)) return device;
    const replies = await device.derive([deviceLabel('host secret', id)]);
    if (isDeviceFault(replies)) return replies;
    const [me, reply] = [meWith(device, this.person), { reply: replies[0]! }];
    const seat = this.invitation
      ? await joinGroup(this.ports(), this.invitation, me, reply)
      : await beginGroup(this.ports(), id, terms, me, reply);
    if (typeof seat !== 'string') this.sit(seat);
    return typeof seat === 'string' ? { fault: seat } : undefined;
  }

  /** As if the page was loaded again: what lived in memory is gone, the store stays. */
  async reload(): Promise<void> {
    if (!this.seat) return;
    this.seat.close();
    this.sit(await Seat.open(this.ports(), toHex(this.stage.id.group)));
  }
}

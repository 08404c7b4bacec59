/** What a seat is at any time: its log, its secrets while they live, how far it is, and how it speaks. */
import { verifyApproval } from '../ceremony/approval.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import type { Event } from '../ceremony/log.ts';
import { cardNow } from '../ceremony/operator-device.ts';
import type { Packet } from '../ceremony/packet.ts';
import type { Part } from '../ceremony/parts.ts';
import { progressOf, type Progress, type TestProgress } from '../ceremony/progress.ts';
import {
  clockBehind,
  nextStep,
  stillToHear,
  type Next,
  type StepName,
} from '../ceremony/script.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { printable } from '../crypto/schema.ts';
import type { Change } from '../vault/store.ts';
import type { GroupLog, Taken } from './group-log.ts';
import { Memory } from './memory.ts';

/** Why an act was not done; nothing changed. */
export type SeatFault =
  /** The device's reply opens another host secret or share: another device, seed or passphrase. */
  | { readonly fault: 'other-device' }
  /** A secret that this act needs is not open. */
  | { readonly fault: 'secret-closed' }
  /** The act does not belong here now. */
  | { readonly fault: 'not-now' }
  /** These requests, or one of them, cannot be signed by this group. */
  | { readonly fault: 'request-unfit' }
  /** Too few others approved the operator's new device yet: what it approves does not count. */
  | { readonly fault: 'device-not-admitted' }
  /** The clock jumped: the machine may have been set back, so the nonces were dropped. */
  | { readonly fault: 'clock-jumped' }
  | CeremonyFault;

export type Outcome = Promise<SeatFault | undefined>;

export const done = undefined;
export const notNow: SeatFault = { fault: 'not-now' };
export const closed: SeatFault = { fault: 'secret-closed' };

/** Every seat, whatever it does in a ceremony. */
export class SeatBase {
  readonly log: GroupLog;
  protected readonly memory: Memory;
  private cached: { readonly at: number; readonly progress: Progress } | undefined;

  /** `entropy`: 32 bytes of the device's randomness, where it gave some. */
  constructor(log: GroupLog, host?: Bytes, entropy?: Bytes) {
    this.log = log;
    this.memory = new Memory(log.ports, host, entropy);
  }

  get state() {
    return this.log.state;
  }

  progress(): Progress {
    const at = this.state.head.length;
    if (this.cached?.at !== at) {
      const { groups, other } = this.log.ports;
      this.cached = { at, progress: progressOf(groups, other, this.state) };
    }
    return this.cached.progress;
  }

  next(): Next {
    return nextStep(this.state, this.progress(), (test) => this.memory.holds(test));
  }

  /** Which secrets are open: those in memory need no device. */
  opened() {
    const { host, shares } = this.memory;
    return { host: host !== undefined, shares: shares !== undefined };
  }

  /** The host secret, for the backup alone. */
  get hostSecret(): Bytes | undefined {
    return this.memory.host;
  }

  /** Takes in a bundle; a sentence fragment where it is none. */
  async take(bundle: Uint8Array): Promise<Taken | string> {
    const { state, log } = this;
    // The clock was set: what others said before that may be older than the restoration.
    if (clockBehind(state) && !clockBehind(state, log.ports.now()))
      await log.append([{ kind: 'restored', at: log.ports.now() }]);
    const catchingUp = state.noted('restored').length > 0 && stillToHear(state) > 0;
    const before = state.faults.length;
    const taken = await log.take(bundle);
    // What this vault said and does not know came in: it is an older copy, however it became one.
    if (state.faults.length > before && !catchingUp)
      await log.append([{ kind: 'restored', at: log.ports.now() }]);
    await this.introduce();
    await this.settle();
    return taken;
  }

  /** Says these parts, after `events`, unless others would refuse them or this vault is behind. */
  protected async say(
    parts: readonly Part[],
    events: readonly Event[] = [],
    changes: readonly Change[] = [],
  ): Outcome {
    return (await this.tell(parts, events, changes)) ? done : notNow;
  }

  /** Says these parts, one packet for each list, up to the first that is not said. */
  async tellAll(packets: readonly (readonly Part[])[]): Outcome {
    for (const parts of packets) {
      const fault = await this.say(parts);
      if (fault) return fault;
    }
    return done;
  }

  /** As `say`; the packet that went out, or undefined where none did. */
  protected async tell(
    parts: readonly Part[],
    events: readonly Event[] = [],
    changes: readonly Change[] = [],
  ): Promise<Packet | undefined> {
    const { state } = this;
    if (stillToHear(state) > 0 || !this.log.fits(parts)) return undefined;
    const said = state.packetsFrom(state.me).at(-1);
    const restored = state.noted('restored').at(-1);
    const shorter = said && state.head.length + events.length <= said.log.length;
    const resumed: Part[] = shorter && restored ? [{ kind: 'resumed', at: restored.event.at }] : [];
    return this.log.say([...parts, ...resumed], events, changes);
  }

  /**
   * Once the key is complete nothing needs the secrets any longer than one act. Where it ended without a key, those
   * of the run are destroyed.
   */
  async settle(): Promise<void> {
    const { stopped, complete } = this.progress();
    if (!stopped && !complete) return;
    this.memory.clear();
    const { keys, ports } = this.log;
    if (stopped && (await ports.store.read(keys.run)) !== undefined)
      await this.log.append(
        [{ kind: 'dropped', what: 'run' }],
        [{ key: keys.run, value: undefined }],
      );
  }

  /** Says who sits here, unless that was done: the first packet. A full disk may have prevented it. */
  async introduce(): Outcome {
    const { state } = this;
    const { ownCard: card, terms } = state;
    if (!state.initiator || !terms || state.packetsFrom(state.me).length > 0) return done;
    const witness = state.noted('witness').at(-1)?.event.card;
    if (witness) return this.say([{ kind: 'witness', card: witness }]);
    if (!card) return done;
    const invites = state.isMe(state.initiator);
    const invite: Part[] = invites ? [{ kind: 'invite', terms, from: card.name }] : [];
    return this.say([...invite, { kind: 'join', card }]);
  }

  /** Whether nonces were sent for this test and no share yet. */
  protected owes({ request, nonces, shares }: TestProgress): boolean {
    const at = request.ids.indexOf(this.state.own ?? -1);
    return at >= 0 && nonces[at] !== undefined && shares[at] === undefined;
  }

  /** Why others will not find this to be the own device's approval of the statement. */
  notApproved(statement: string, approval: Uint8Array): SeatFault | undefined {
    const { ed25519 } = this.log.ports.groups;
    const { own } = this.state;
    const card = own === undefined ? this.state.ownCard : cardNow(ed25519, this.state, own);
    if (!card) return { fault: 'device-not-admitted' };
    const holds = verifyApproval(ed25519, card.approvalKey, statement, approval);
    return holds ? undefined : { fault: 'other-device' };
  }

  // At any time

  async note(step: string, note: string): Outcome {
    await this.log.append([{ kind: 'note', step, note: printable(note, 500) }]);
    return done;
  }

  /** Keeps what the operator's YubiHSM noted of its own use: whole entries of 32 bytes. */
  async keepDeviceLog(serial: string, entries: Bytes): Outcome {
    if (this.state.ownCard?.device.kind !== 'yubihsm' || entries.length % 32 !== 0) return notNow;
    await this.log.append([{ kind: 'device-log', serial, entries }]);
    return done;
  }

  /** Stops the ceremony for everybody. */
  async abort(because: string): Outcome {
    const why = printable(because, 500);
    if (why === '' || this.progress().complete) return notNow;
    const said = await this.say([{ kind: 'abort', because: why }]);
    await this.settle();
    return said;
  }

  /** Names who collects from now on. */
  async handOver(to: Bytes): Outcome {
    const { own, initiator } = this.state;
    if (own === undefined && !(initiator && this.state.isMe(initiator))) return notNow;
    return this.say([{ kind: 'baton', to }]);
  }

  /** Tells the others what was seen here. */
  async receipt(): Outcome {
    return this.say([{ kind: 'receipt' }]);
  }

  /** The note that a step is done here. */
  signOff(step: StepName): Event {
    return { kind: 'signedOff', step };
  }

  /** Wipes every secret. */
  close(): void {
    this.memory.close();
    this.log.close();
  }
}

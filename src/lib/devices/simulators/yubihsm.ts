import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault } from '../device.ts';
import type { Connector } from '../hardware.ts';
import { algorithms, commands, errors, isCapable } from '../yubihsm/commands.ts';
import {
  errorFrame,
  fromFrame,
  readBe16,
  replyTo,
  toFrame,
  type Frame,
} from '../yubihsm/frames.ts';
import type { Face, Simulator } from './simulator.ts';
import type { Act, Answer } from './yubihsm-access.ts';
import { sessionCommands } from './yubihsm-commands.ts';
import { publicKeyOf, supportedAlgorithms } from './yubihsm-keys.ts';
import { LOG_SLOTS } from './yubihsm-log.ts';
import { HsmMemory } from './yubihsm-memory.ts';
import { MAX_INNER_FRAME, SessionTable } from './yubihsm-sessions.ts';

/** The firmware that it behaves like. */
const FIRMWARE = [2, 5, 0] as const;
const PART_NUMBER = 'SIMULATED';

/** Commands that run although a log that may not lose anything is full, so that it can be read. */
const runWithFullLog: readonly number[] = [
  commands.createSession,
  commands.authenticateSession,
  commands.closeSession,
  commands.setLogIndex,
];

const utf8 = new TextEncoder();

/** What a simulated YubiHSM begins with. */
export interface YubiHsmParts {
  /** 32 bytes: what only this device has from its factory. */
  readonly seed: Uint8Array;
  /** Below 2³². */
  readonly serial: number;
  /** What `kept` was last called with; undefined for a device as it comes from the factory. */
  readonly state?: Uint8Array | undefined;
  /** Called with everything that it keeps without power, after every change of it. */
  readonly kept?: (state: Bytes) => void;
  /** Fresh random bytes, so many. */
  readonly random: (length: number) => Bytes;
  /** The time, in ms. */
  readonly now: () => number;
}

/**
 * A YubiHSM 2 that is only drawn: no display, no button, a light. It answers frames as the hardware
 * does (Yubico, “YubiHSM 2 User Guide”), and protects nothing: its state holds every key in clear.
 */
export class YubiHsmSimulator implements Simulator {
  readonly kind = 'yubihsm';
  readonly model = 'YubiHSM 2';
  readonly serial: string;
  readonly #number: number;
  readonly #random: (length: number) => Bytes;
  readonly #now: () => number;
  readonly #kept: (state: Bytes) => void;
  readonly #deviceKey: Bytes;
  readonly #sessions: SessionTable;
  readonly #watchers = new Set<() => void>();
  #memory: HsmMemory;
  #lastKept: Bytes = new Uint8Array();
  #plugged = true;
  #bootedAt: number;
  #blinking: ReturnType<typeof setTimeout> | undefined;

  /** Throws a RangeError where seed, serial number or state are none. It is plugged in. */
  constructor({ seed, serial, state, kept, random, now }: YubiHsmParts) {
    if (seed.length !== 32) throw new RangeError('The seed of a simulated YubiHSM has 32 bytes.');
    if (!Number.isInteger(serial) || serial < 0 || serial >= 2 ** 32)
      throw new RangeError('The serial number of a simulated YubiHSM is an integer below 2³².');
    const memory = state ? HsmMemory.fromBytes(state) : HsmMemory.factory(random(16));
    if (!memory) throw new RangeError('The state of a simulated YubiHSM cannot be read.');
    this.#memory = memory;
    this.serial = `SIM-${serial}`;
    this.#number = serial;
    this.#random = random;
    this.#now = now;
    this.#kept = kept ?? (() => undefined);
    const purpose = utf8.encode('Conclave/simulated YubiHSM v1/device key');
    const stretched = hkdf(sha256, seed, undefined, purpose, 48);
    this.#deviceKey = p256.utils.randomSecretKey(stretched);
    this.#sessions = new SessionTable(this.#deviceKey, random, now);
    this.#bootedAt = now();
    this.#boot();
  }

  face(): Face {
    const light = !this.#plugged ? 'off' : this.#blinking === undefined ? 'on' : 'blinking';
    const dark = { locked: false, lines: [], page: undefined, buttons: [], asks: false };
    return { plugged: this.#plugged, light, ...dark };
  }

  /** It has nothing to press. */
  press(): void {
    return;
  }

  /** It has no lock. */
  lock(): void {
    return;
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#sessions.closeAll();
    this.#stopBlinking();
    this.#changed();
  }

  plug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#boot();
    this.#changed();
  }

  watch(changed: () => void): () => void {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /**
   * One frame to the device, any bytes, and its reply, at most 3139 bytes; undefined where it is not
   * plugged in, or no longer when it would have answered.
   */
  async exchange(frame: Uint8Array): Promise<Bytes | undefined> {
    if (!this.#plugged) return undefined;
    const read = fromFrame(frame);
    const reply = read ? this.#reply(read) : errorFrame(errors.wrongLength);
    await Promise.resolve();
    return this.face().plugged ? reply : undefined;
  }

  /** Commands in clear, and those that open a session or travel in one. */
  #reply({ command, data }: Frame): Bytes {
    if (command === commands.sessionMessage) return this.#throughSession(data);
    const answer = this.#inClear(command, data);
    return typeof answer === 'number' ? errorFrame(answer) : toFrame(replyTo(command), answer);
  }

  #inClear(command: number, data: Bytes): Answer {
    switch (command) {
      case commands.echo:
        return data;
      case commands.deviceInfo:
        return this.#info(data);
      case commands.getDevicePublicKey:
        if (data.length !== 0) return errors.wrongLength;
        return concat(
          Uint8Array.of(algorithms.p256Authentication),
          publicKeyOf(algorithms.p256, this.#deviceKey),
        );
      case commands.createSession: {
        const answer = this.#sessions.create(data, this.#memory);
        this.#log(command, data, answer, {
          target: data.length < 2 ? undefined : readBe16(data, 0),
        });
        return answer;
      }
      case commands.authenticateSession: {
        const target = this.#sessions.awaiting(data[0]);
        const answer = this.#sessions.authenticate(data);
        this.#log(command, data, answer, { target });
        return answer;
      }
      default:
        return errors.invalidCommand;
    }
  }

  /** DEVICE INFO: `version 3 | serial u32 | log slots u8 | slots used u8 | algorithms`; its page 1: the part. */
  #info(data: Uint8Array): Answer {
    if (data.length > 1) return errors.wrongLength;
    if (data.length === 1) return data[0] === 1 ? utf8.encode(PART_NUMBER) : errors.invalidData;
    const used = this.#memory.log.used;
    return concat(
      Uint8Array.of(...FIRMWARE),
      be32(this.#number),
      Uint8Array.of(LOG_SLOTS, used, ...supportedAlgorithms),
    );
  }

  #throughSession(data: Bytes): Bytes {
    const received = this.#sessions.receive(data);
    if (typeof received === 'number') return errorFrame(received);
    const { authority, plain } = received;
    const inner = plain && fromFrame(plain);
    if (!inner) return received.reply(errorFrame(errors.wrongLength));
    const act: Act = {
      memory: this.#memory,
      authority,
      random: this.#random,
      data: inner.data,
    };
    const answer = this.#run(inner.command, act);
    const reply = received.reply(
      typeof answer === 'number' ? errorFrame(answer) : toFrame(replyTo(inner.command), answer),
    );
    if (act.then === 'close') this.#sessions.close(received.id);
    else if (act.then === 'reset') this.#reset();
    else if (act.then) this.#blink(act.then.seconds);
    return reply;
  }

  #run(command: number, act: Act): Answer {
    if (command === commands.echo) return this.#short(act.data);
    if (command === commands.deviceInfo) return this.#info(act.data);
    const known = sessionCommands.get(command);
    if (!known) return errors.invalidCommand;
    if (this.#memory.log.full && this.#memory.forced && this.#memory.audits(command))
      if (!runWithFullLog.includes(command)) return errors.logFull;
    const may = !known.needs || isCapable(act.authority.capabilities, known.needs);
    const answer = may ? this.#short(known.run(act)) : errors.insufficientPermissions;
    // A reset begins a log of its own.
    if (act.then !== 'reset') {
      const { target, second } = act;
      this.#log(command, act.data, answer, { session: act.authority.id, target, second });
    }
    return answer;
  }

  /** An answer that does not fit into a reply is none. */
  #short(answer: Answer): Answer {
    return typeof answer !== 'number' && answer.length > MAX_INNER_FRAME - 3
      ? errors.wrongLength
      : answer;
  }

  /** Notes a command where it is to be noted, and keeps what it changed. */
  #log(
    command: number,
    { length }: Uint8Array,
    answer: Answer,
    keys: { session?: number; target?: number | undefined; second?: number | undefined },
  ): void {
    const { log, forced } = this.#memory;
    if (this.#memory.audits(command)) {
      const result = typeof answer === 'number' ? answer : replyTo(command);
      const tick = this.#now() - this.#bootedAt;
      if (!forced || !log.full) log.append({ command, length, ...keys, result, tick });
      else if (command !== commands.closeSession) log.countAuthentication();
    }
    this.#keep();
  }

  #reset(): void {
    this.#memory = HsmMemory.factory(this.#random(16));
    this.#boot();
  }

  /** Power comes on: no session, no light, a note in the log. */
  #boot(): void {
    this.#sessions.closeAll();
    this.#stopBlinking();
    this.#bootedAt = this.#now();
    this.#memory.log.boot(this.#memory.forced);
    this.#keep();
  }

  #keep(): void {
    const state = this.#memory.toBytes();
    if (equal(state, this.#lastKept)) return;
    this.#lastKept = state;
    this.#kept(state.slice());
  }

  #blink(seconds: number): void {
    this.#stopBlinking();
    this.#blinking = setTimeout(() => {
      this.#stopBlinking();
      this.#changed();
    }, 1000 * seconds);
    this.#changed();
  }

  #stopBlinking(): void {
    clearTimeout(this.#blinking);
    this.#blinking = undefined;
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

/** A simulated YubiHSM behind a connector that needs no network. */
export const bareYubiHsm = (simulator: YubiHsmSimulator): Connector => ({
  status: () => Promise.resolve(connectorStatus(simulator, { process: 0, port: 12345 })),
  exchange: async (frame) => (await simulator.exchange(frame)) ?? deviceFault('no-hsm'),
});

/** What the connector says of itself and its device. */
export function connectorStatus(
  simulator: YubiHsmSimulator,
  { process, port }: { readonly process: number; readonly port: number },
): string {
  const lines = {
    status: simulator.face().plugged ? 'OK' : 'NO_DEVICE',
    serial: '*',
    version: '3.0.7',
    pid: process,
    address: 'localhost',
    port,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

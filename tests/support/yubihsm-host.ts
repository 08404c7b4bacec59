import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import {
  capabilityBytes,
  commands,
  type Capability,
} from '../../src/lib/devices/yubihsm/commands.ts';
import { be16, readBe16, readReply, toFrame } from '../../src/lib/devices/yubihsm/frames.ts';
import {
  chainedMac,
  cryptogram,
  decryptMessage,
  encryptMessage,
  keysOfPassword,
  sessionKeys,
  type LongKeys,
  type SessionKeys,
} from '../../src/lib/devices/yubihsm/scp03.ts';
import { YubiHsmSimulator } from '../../src/lib/devices/simulators/yubihsm.ts';

/** A plain host of a simulated YubiHSM, which can also misbehave on every step. */

const utf8 = new TextEncoder();

/** Repeatable bytes that never repeat: counts up. */
export function counting(): (length: number) => Bytes {
  let next = 1;
  return (length) => Uint8Array.from({ length }, () => (next = (next * 73 + 29) % 65521) & 0xff);
}

export interface Bench {
  readonly simulator: YubiHsmSimulator;
  /** What the simulator last kept. */
  readonly state: () => Bytes;
  /** Lets time pass, in ms. */
  readonly wait: (time: number) => void;
}

/** A simulator with a clock that the test moves. */
export function bench(state?: Uint8Array): Bench {
  let [time, kept] = [1000, new Uint8Array()];
  const simulator = new YubiHsmSimulator({
    seed: new Uint8Array(32).fill(7),
    serial: 12345678,
    state,
    kept: (now) => (kept = now),
    random: counting(),
    now: () => time,
  });
  return { simulator, state: () => kept, wait: (passed) => (time += passed) };
}

const derived = new Map<string, LongKeys>();

/** The keys of a password; derived once. */
export function keysOf(password: string): LongKeys {
  const found = derived.get(password) ?? keysOfPassword(utf8.encode(password));
  derived.set(password, found);
  return found;
}

/** What a device answered: data, or the code of an error. */
export type Answered = Bytes | number;

/** A frame's answer, in clear. */
export async function ask(
  simulator: YubiHsmSimulator,
  command: number,
  ...data: readonly Uint8Array[]
): Promise<Answered> {
  const reply = await simulator.exchange(toFrame(command, ...data));
  return answered(reply!, command);
}

function answered(reply: Bytes, command: number): Answered {
  const read = readReply(reply, command);
  if (!read) throw new Error('Not a reply.');
  return 'code' in read ? read.code : read;
}

/** A session of the host. */
export class HostSession {
  readonly id: number;
  readonly #simulator: YubiHsmSimulator;
  readonly #keys: SessionKeys;
  #chaining: Bytes;
  #counter = 1;

  constructor(simulator: YubiHsmSimulator, id: number, keys: SessionKeys, chaining: Bytes) {
    this.#simulator = simulator;
    this.id = id;
    this.#keys = keys;
    this.#chaining = chaining;
  }

  /** The frame that carries a command, ready to be sent; the chain moves on. */
  carry(command: number, ...data: readonly Uint8Array[]): Bytes {
    return this.carryPlain(toFrame(command, ...data));
  }

  /** As `carry`, for any bytes in place of a frame. */
  carryPlain(plain: Uint8Array): Bytes {
    const cipher = encryptMessage(this.#keys.enc, this.#counter, plain);
    const body = concat(Uint8Array.of(this.id), cipher);
    const head = concat(Uint8Array.of(commands.sessionMessage), be16(body.length + 8));
    const mac = chainedMac(this.#keys.mac, this.#chaining, concat(head, body));
    this.#chaining = mac;
    return concat(head, body, mac.subarray(0, 8));
  }

  /** Opens the reply to what was carried last: the answer, or the code of an error in clear. */
  open(reply: Bytes, command: number): Answered | { readonly clear: number } {
    const outer = answered(reply, commands.sessionMessage);
    if (typeof outer === 'number') return { clear: outer };
    const mac = chainedMac(this.#keys.rmac, this.#chaining, reply.subarray(0, -8));
    const plain = decryptMessage(this.#keys.enc, this.#counter, outer.subarray(1, -8));
    this.#counter += 1;
    if (!mac.subarray(0, 8).every((byte, i) => byte === reply.at(i - 8)) || !plain)
      throw new Error('The reply does not open.');
    return answered(plain, command);
  }

  async send(command: number, ...data: readonly Uint8Array[]): Promise<Answered> {
    const opened = this.open(
      (await this.#simulator.exchange(this.carry(command, ...data)))!,
      command,
    );
    if (typeof opened === 'object' && 'clear' in opened)
      throw new Error(`Refused in clear: ${opened.clear}`);
    return opened;
  }
}

const challenge = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

/** Begins a session and gives what opens it; the code of the error where it is refused. */
export async function begin(
  simulator: YubiHsmSimulator,
  id = 1,
  password = 'password',
): Promise<
  | {
      readonly session: HostSession;
      readonly authenticate: Bytes;
      /** As `authenticate`, with another cryptogram, 8 bytes, under the right MAC. */
      readonly authenticateWith: (cryptogram: Uint8Array) => Bytes;
      readonly shown: boolean;
    }
  | number
> {
  const created = await ask(simulator, commands.createSession, be16(id), challenge);
  if (typeof created === 'number') return created;
  const context = concat(challenge, created.slice(1, 9));
  const keys = sessionKeys(keysOf(password), context);
  const shown = cryptogram(keys, 'cardCryptogram', context).every((b, i) => b === created[9 + i]);
  const head = concat(Uint8Array.of(commands.authenticateSession), be16(17), created.slice(0, 1));
  const macOf = (own: Uint8Array) => chainedMac(keys.mac, new Uint8Array(16), concat(head, own));
  const authenticateWith = (own: Uint8Array) => concat(head, own, macOf(own).subarray(0, 8));
  const right = cryptogram(keys, 'hostCryptogram', context);
  return {
    session: new HostSession(simulator, created[0]!, keys, macOf(right)),
    authenticate: authenticateWith(right),
    authenticateWith,
    shown,
  };
}

/** An open session. */
export async function open(
  simulator: YubiHsmSimulator,
  id = 1,
  password = 'password',
): Promise<HostSession> {
  const begun = await begin(simulator, id, password);
  if (typeof begun === 'number') throw new Error(`No session: ${begun}`);
  const reply = await simulator.exchange(begun.authenticate);
  if (answered(reply!, commands.authenticateSession) instanceof Uint8Array) return begun.session;
  throw new Error('The device did not accept the password.');
}

/** What a new object is put with, up to its algorithm. */
export interface Header {
  readonly id?: number;
  readonly label?: string;
  readonly domains?: number;
  readonly may?: readonly Capability[];
  readonly algorithm: number;
}

/** `id u16 | label 40 | domains u16 | capabilities 8 | algorithm u8`. */
export function header({
  id = 0,
  label = 'test',
  domains = 1,
  may = [],
  algorithm,
}: Header): Bytes {
  const name = new Uint8Array(40);
  utf8.encodeInto(label, name);
  return concat(be16(id), name, be16(domains), capabilityBytes(may), Uint8Array.of(algorithm));
}

/** The id that a command gave; throws where it gave an error. */
export function idOf(answer: Answered): number {
  if (typeof answer === 'number') throw new Error(`Refused: ${answer}`);
  return readBe16(answer, 0);
}

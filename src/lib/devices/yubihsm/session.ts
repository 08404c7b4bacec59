import { p256 } from '@noble/curves/nist.js';
import { concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault, type DeviceFaultName } from '../device.ts';
import type { Connector } from '../hardware.ts';
import { algorithms, commands, errors } from './commands.ts';
import { be16, MAX_FRAME, readReply, toFrame } from './frames.ts';
import {
  agreedKeys,
  chainedMac,
  cryptogram,
  decryptMessage,
  encryptMessage,
  keysOfPassword,
  macMatches,
  receiptOf,
  sessionKeys,
  SHORT,
  type SessionKeys,
} from './scp03.ts';

/*
 * The host's side of a session. The connector and whatever lies between are not trusted: they can
 * break a session off, and neither read nor change what is said in it.
 */

/** An authentication key's id, and what it is opened with. The caller wipes the secrets. */
export type Credential =
  | { readonly authentication: number; readonly password: Bytes }
  | {
      readonly authentication: number;
      /** P-256, 32 bytes. */
      readonly secret: Bytes;
      /** The YubiHSM's own key, uncompressed, 65 bytes, as it was pinned (`readDevicePublicKey`). */
      readonly devicePublicKey: Bytes;
    };

const faultNames = new Map<number, DeviceFaultName>([
  [errors.invalidCommand, 'too-old'],
  [errors.invalidSession, 'timed-out'],
  // Never the password, which the YubiHSM's cryptogram has answered by then: a message was damaged or repeated.
  [errors.authenticationFailed, 'unreadable-answer'],
  [errors.sessionsFull, 'no-session'],
  [errors.sessionFailed, 'unreadable-answer'],
  [errors.wrongLength, 'unreadable-answer'],
  [errors.insufficientPermissions, 'not-provisioned'],
  [errors.logFull, 'log-full'],
  [errors.objectNotFound, 'not-provisioned'],
  [errors.invalidId, 'not-provisioned'],
  [errors.objectExists, 'not-provisioned'],
]);

/** The fault that an error of the YubiHSM means here. Its detail is the code. */
export const faultOfCode = (code: number): DeviceFault =>
  deviceFault(
    faultNames.get(code) ?? 'unsupported',
    `YubiHSM error ${code.toString(16).padStart(2, '0')}`,
  );

const unreadable = (what: string): DeviceFault => deviceFault('unreadable-answer', what);

/** Sends a command outside of any session and gives its data. */
export async function sendPlain(
  connector: Connector,
  command: number,
  ...data: readonly Uint8Array[]
): Promise<Bytes | DeviceFault> {
  const frame = await connector.exchange(toFrame(command, ...data));
  if (isDeviceFault(frame)) return frame;
  const reply = readReply(frame, command);
  if (!reply) return unreadable('no reply to the command');
  return 'code' in reply ? faultOfCode(reply.code) : reply;
}

/**
 * The YubiHSM's own P-256 key for sessions, uncompressed, 65 bytes. Whoever sits between can put
 * another one here: it counts once it was compared and pinned. Fault: `too-old` before firmware 2.3.1.
 */
export async function readDevicePublicKey(connector: Connector): Promise<Bytes | DeviceFault> {
  const reply = await sendPlain(connector, commands.getDevicePublicKey);
  if (isDeviceFault(reply)) return reply;
  return reply.length === 65 && reply[0] === algorithms.p256Authentication
    ? concat(Uint8Array.of(0x04), reply.subarray(1))
    : unreadable('no P-256 key');
}

/** A session; `openSession` makes it. One command at a time. */
export class Session {
  readonly #connector: Connector;
  readonly #id: number;
  readonly #keys: SessionKeys;
  #chaining: Bytes;
  #counter = 1;
  /** What ended it; a closed session answers `timed-out`. */
  #over: DeviceFault | undefined;
  #closed = false;

  constructor(connector: Connector, id: number, keys: SessionKeys, chaining: Bytes) {
    this.#connector = connector;
    this.#id = id;
    this.#keys = keys;
    this.#chaining = chaining;
  }

  /**
   * Sends a command and gives the data of its reply. Errors that the YubiHSM reports inside leave the
   * session open; after any other fault each command answers with that fault.
   */
  async send(command: number, ...data: readonly Uint8Array[]): Promise<Bytes | DeviceFault> {
    return this.#over ?? (await this.#exchange(command, data));
  }

  /** Closes it, whatever happened in it, and wipes its keys. A session that stays open ends after 30 s. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#exchange(commands.closeSession, []);
    this.#over = deviceFault('timed-out', 'the session is closed');
    wipe(this.#keys.enc, this.#keys.mac, this.#keys.rmac, this.#chaining);
  }

  /** Shows that the host has the keys (SCP03 7.1.2). Undefined once the YubiHSM took it. */
  async authenticate(hostCryptogram: Bytes): Promise<DeviceFault | undefined> {
    const came = await this.#sendWithMac(commands.authenticateSession, hostCryptogram);
    if (isDeviceFault(came)) return came;
    const reply = readReply(came, commands.authenticateSession);
    if (reply && 'code' in reply) return faultOfCode(reply.code);
    return reply?.length === 0 ? undefined : unreadable('no answer to the authentication');
  }

  /** Sends `command | length | session | body | MAC` and moves the chaining value on. */
  #sendWithMac(command: number, body: Uint8Array): Promise<Bytes | DeviceFault> {
    const head = concat(Uint8Array.of(command), be16(1 + body.length + SHORT));
    const frame = concat(head, Uint8Array.of(this.#id), body);
    this.#chaining = chainedMac(this.#keys.mac, this.#chaining, frame);
    return this.#connector.exchange(concat(frame, this.#chaining.subarray(0, SHORT)));
  }

  async #exchange(command: number, data: readonly Uint8Array[]): Promise<Bytes | DeviceFault> {
    const length = data.reduce((sum, part) => sum + part.length, 0);
    if (length > MAX_MESSAGE) return deviceFault('unsupported', 'longer than a frame');
    const message = toFrame(command, ...data);
    const counter = this.#counter;
    this.#counter += 1;
    const cipher = encryptMessage(this.#keys.enc, counter, message);
    wipe(message);
    const came = await this.#sendWithMac(commands.sessionMessage, cipher);
    const inner = isDeviceFault(came) ? came : this.#open(came, counter);
    if (isDeviceFault(inner)) return (this.#over = inner);
    const reply = readReply(inner, command);
    wipe(inner);
    if (!reply) return (this.#over = unreadable('no reply to the command'));
    return 'code' in reply ? faultOfCode(reply.code) : reply;
  }

  /** Checks the MAC of a session message's reply, then decrypts it. */
  #open(frame: Bytes, counter: number): Bytes | DeviceFault {
    const reply = readReply(frame, commands.sessionMessage);
    if (!reply) return unreadable('no session message');
    if ('code' in reply) return faultOfCode(reply.code);
    if (reply.length < 1 + SHORT || reply[0] !== this.#id) return unreadable('another session');
    const mac = chainedMac(this.#keys.rmac, this.#chaining, frame.subarray(0, -SHORT));
    if (!macMatches(mac, reply.subarray(-SHORT))) return unreadable('the MAC does not hold');
    return (
      decryptMessage(this.#keys.enc, counter, reply.subarray(1, -SHORT)) ??
      unreadable('no whole message')
    );
  }
}

/** The longest data of a command in a session, in bytes: header, session id, padding and MAC go off. */
const MAX_MESSAGE = Math.floor((MAX_FRAME - 3 - 1 - SHORT) / 16) * 16 - 1 - 3;

/**
 * Opens a session. Its caller closes it.
 *
 * Faults: `wrong-password` (a damaged first reply looks the same), `other-device` (P-256: not the
 * pinned key), `not-provisioned` (no such authentication key), `no-session`, `log-full`, and those of
 * the connector.
 */
export const openSession = (
  connector: Connector,
  credential: Credential,
): Promise<Session | DeviceFault> =>
  'password' in credential
    ? openWithPassword(connector, credential)
    : openWithKey(connector, credential);

/** Opens a session, does the work in it and closes it, whatever happens. */
export async function inSession<T>(
  connector: Connector,
  credential: Credential,
  work: (session: Session) => Promise<T | DeviceFault>,
): Promise<T | DeviceFault> {
  const session = await openSession(connector, credential);
  if (isDeviceFault(session)) return session;
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

async function openWithPassword(
  connector: Connector,
  { authentication, password }: Extract<Credential, { password: Bytes }>,
): Promise<Session | DeviceFault> {
  const host = crypto.getRandomValues(new Uint8Array(SHORT));
  const reply = await sendPlain(connector, commands.createSession, be16(authentication), host);
  if (isDeviceFault(reply)) return reply;
  if (reply.length !== 1 + 2 * SHORT) return unreadable('no challenge');
  const context = concat(host, reply.subarray(1, 1 + SHORT));
  const long = keysOfPassword(password);
  const keys = sessionKeys(long, context);
  wipe(long.enc, long.mac);
  if (!equal(cryptogram(keys, 'cardCryptogram', context), reply.subarray(1 + SHORT))) {
    wipe(keys.enc, keys.mac, keys.rmac);
    return deviceFault('wrong-password');
  }
  const session = new Session(connector, reply[0]!, keys, new Uint8Array(16));
  const refused = await session.authenticate(cryptogram(keys, 'hostCryptogram', context));
  if (!refused) return session;
  await session.close(); // it may have been the answer alone that was lost
  return refused;
}

async function openWithKey(
  connector: Connector,
  { authentication, secret, devicePublicKey }: Extract<Credential, { secret: Bytes }>,
): Promise<Session | DeviceFault> {
  const ephemeral = p256.utils.randomSecretKey();
  const host = p256.getPublicKey(ephemeral, false);
  const reply = await sendPlain(connector, commands.createSession, be16(authentication), host);
  if (isDeviceFault(reply)) return reply;
  if (reply.length !== 1 + 65 + 16) return unreadable('no ephemeral key');
  const device = reply.subarray(1, 66);
  const shared = sharedX(ephemeral, device);
  const fixed = sharedX(secret, devicePublicKey);
  wipe(ephemeral);
  if (!shared || !fixed) return unreadable('no point of P-256');
  const keys = agreedKeys(shared, fixed);
  wipe(shared, fixed);
  const receipt = receiptOf(keys, device, host);
  wipe(keys.receipt);
  if (equal(receipt, reply.subarray(66))) return new Session(connector, reply[0]!, keys, receipt);
  wipe(keys.enc, keys.mac, keys.rmac);
  return deviceFault('other-device', 'the receipt does not hold');
}

/** The x coordinate that both ends share, 32 bytes; undefined where the point is none of the curve. */
function sharedX(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  try {
    return p256.getSharedSecret(secret, point, true).slice(1);
  } catch {
    return undefined; // noble throws on malformed points
  }
}

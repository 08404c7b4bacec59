import { p256 } from '@noble/curves/nist.js';
import { concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import { algorithms, commands, errors, objectTypes } from '../yubihsm/commands.ts';
import { be16, MAX_FRAME, readBe16, replyTo, toFrame } from '../yubihsm/frames.ts';
import {
  agreedKeys,
  chainedMac,
  cryptogram,
  decryptMessage,
  encryptMessage,
  macMatches,
  receiptOf,
  sessionKeys,
  SHORT,
  type SessionKeys,
} from '../yubihsm/scp03.ts';
import type { HsmMemory, HsmObject } from './yubihsm-memory.ts';

/*
 * The device's side of sessions. An answer that is a number is the code of an error, which travels in
 * clear.
 */

/** How many sessions there can be at once. */
const MAX_SESSIONS = 16;

/** A session that is not used for so long ends, in ms. */
const IDLE_LIMIT = 30_000;

/** The longest frame that fits into a reply, encrypted: full blocks, with session id and MAC. */
export const MAX_INNER_FRAME = 16 * Math.floor((MAX_FRAME - 3 - 1 - SHORT) / 16) - 1;

const POINT_LENGTH = 65;

/** A session: what its authentication key allowed when it began, and where its channel stands. */
interface Session {
  readonly authority: HsmObject;
  readonly keys: SessionKeys;
  /** What the host must show yet; undefined once the session is open. */
  awaited: Bytes | undefined;
  chaining: Bytes;
  counter: number;
  usedAt: number;
}

/** A command that came through a session. */
export interface Received {
  readonly id: number;
  readonly authority: HsmObject;
  /** The frame of the command; undefined where what was encrypted is none. */
  readonly plain: Bytes | undefined;
  /** Encrypts the reply, at most `MAX_INNER_FRAME` bytes; to be called before the session is closed. */
  reply(plain: Uint8Array): Bytes;
}

export class SessionTable {
  readonly #slots: (Session | undefined)[] = Array.from({ length: MAX_SESSIONS }, () => undefined);
  readonly #random: (length: number) => Bytes;
  readonly #now: () => number;
  /** P-256, 32 bytes: what the device proves itself with where authentication keys are P-256. */
  readonly #deviceKey: Bytes;

  constructor(deviceKey: Bytes, random: (length: number) => Bytes, now: () => number) {
    this.#deviceKey = deviceKey;
    this.#random = random;
    this.#now = now;
  }

  /** CREATE SESSION: `key id u16`, then a challenge (8 bytes) or an ephemeral P-256 key (65). */
  create(data: Uint8Array, memory: HsmMemory): Bytes | number {
    this.#expire();
    const challenge = data.subarray(2);
    if (challenge.length !== SHORT && challenge.length !== POINT_LENGTH) return errors.wrongLength;
    const authority = memory.find(objectTypes.authenticationKey, readBe16(data, 0));
    if (!authority) return errors.objectNotFound;
    const symmetric = authority.algorithm === algorithms.aes128Authentication;
    if (symmetric !== (challenge.length === SHORT)) return errors.invalidData;
    const id = this.#slots.findIndex((slot) => slot === undefined);
    if (id < 0) return errors.sessionsFull;
    return symmetric
      ? this.#createSymmetric(id, authority, challenge)
      : this.#createAsymmetric(id, authority, challenge);
  }

  #createSymmetric(id: number, authority: HsmObject, hostChallenge: Uint8Array): Bytes {
    const challenge = this.#random(SHORT);
    const context = concat(hostChallenge, challenge);
    const enc = authority.material.slice(0, 16);
    const mac = authority.material.slice(16);
    const keys = sessionKeys({ enc, mac }, context);
    wipe(enc, mac);
    const awaited = cryptogram(keys, 'hostCryptogram', context);
    const chaining = new Uint8Array(16);
    // The step that opens the session is its first message, and the counter begins after it.
    this.#slots[id] = { authority, keys, awaited, chaining, counter: 1, usedAt: this.#now() };
    return concat(Uint8Array.of(id), challenge, cryptogram(keys, 'cardCryptogram', context));
  }

  #createAsymmetric(id: number, authority: HsmObject, hostEphemeral: Uint8Array): Bytes | number {
    const ephemeral = p256.utils.randomSecretKey(this.#random(48));
    const shared = (secret: Uint8Array, point: Uint8Array) =>
      p256.getSharedSecret(secret, point).slice(1);
    let secrets: readonly [Uint8Array, Uint8Array];
    try {
      const hostKey = concat(Uint8Array.of(4), authority.material);
      secrets = [shared(ephemeral, hostEphemeral), shared(this.#deviceKey, hostKey)];
    } catch {
      return errors.invalidData; // noble throws on what is no point of the curve
    }
    const keys = agreedKeys(...secrets);
    const deviceEphemeral = p256.getPublicKey(ephemeral, false);
    const receipt = receiptOf(keys, deviceEphemeral, hostEphemeral);
    wipe(ephemeral, ...secrets, keys.receipt);
    const chaining = receipt.slice();
    const usedAt = this.#now();
    this.#slots[id] = { authority, keys, awaited: undefined, chaining, counter: 1, usedAt };
    return concat(Uint8Array.of(id), deviceEphemeral, receipt);
  }

  /** The authentication key of a session that waits for AUTHENTICATE SESSION; for the log. */
  awaiting(id: number | undefined): number | undefined {
    const session = id === undefined ? undefined : this.#slots[id];
    return session?.awaited && session.authority.id;
  }

  /** AUTHENTICATE SESSION: `session u8 | cryptogram 8 | MAC 8`. A wrong one ends the session. */
  authenticate(data: Uint8Array): Bytes | number {
    if (data.length !== 1 + 2 * SHORT) return errors.wrongLength;
    const id = data[0]!;
    const session = this.#live(id);
    if (!session?.awaited) return errors.invalidSession;
    const content = this.#verified(session, commands.authenticateSession, data);
    if (!content || !equal(content, session.awaited)) {
      this.close(id);
      return errors.authenticationFailed;
    }
    session.awaited = undefined;
    return new Uint8Array();
  }

  /** SESSION MESSAGE: `session u8 | encrypted frame | MAC 8`. A damaged one ends the session. */
  receive(data: Uint8Array): Received | number {
    if (data.length < 1 + 16 + SHORT) return errors.wrongLength;
    const id = data[0]!;
    const session = this.#live(id);
    if (!session || session.awaited) return errors.invalidSession;
    const content = this.#verified(session, commands.sessionMessage, data);
    if (!content) {
      this.close(id);
      return errors.authenticationFailed;
    }
    const { keys, chaining } = session;
    const counter = session.counter++;
    return {
      id,
      authority: session.authority,
      plain: decryptMessage(keys.enc, counter, content),
      reply(plain) {
        const cipher = encryptMessage(keys.enc, counter, plain);
        const command = replyTo(commands.sessionMessage);
        const body = concat(Uint8Array.of(id), cipher);
        const head = concat(Uint8Array.of(command), be16(body.length + SHORT));
        const mac = chainedMac(keys.rmac, chaining, concat(head, body));
        return toFrame(command, body, mac.subarray(0, SHORT));
      },
    };
  }

  /** Ends a session. */
  close(id: number): void {
    const session = this.#slots[id];
    this.#slots[id] = undefined;
    if (session) wipe(session.keys.enc, session.keys.mac, session.keys.rmac, session.chaining);
  }

  /** Ends all sessions, as a loss of power does. */
  closeAll(): void {
    for (let id = 0; id < MAX_SESSIONS; id++) this.close(id);
  }

  #expire(): void {
    const now = this.#now();
    this.#slots.forEach((session, id) => {
      if (session && now - session.usedAt >= IDLE_LIMIT) this.close(id);
    });
  }

  /** The session of this id, which is thereby used. */
  #live(id: number): Session | undefined {
    this.#expire();
    const session = this.#slots[id];
    if (session) session.usedAt = this.#now();
    return session;
  }

  /** What stands between session id and MAC, where the MAC holds; the chain then moves on. */
  #verified(session: Session, command: number, data: Uint8Array): Uint8Array | undefined {
    const head = concat(Uint8Array.of(command), be16(data.length));
    const frame = concat(head, data.subarray(0, -SHORT));
    const mac = chainedMac(session.keys.mac, session.chaining, frame);
    if (!macMatches(mac, data.subarray(-SHORT))) return undefined;
    session.chaining = mac;
    return data.subarray(1, -SHORT);
  }
}

import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { ApduChannel } from '../hardware.ts';
import { READING_LIMIT } from '../prompt.ts';
import { command, INTERRUPTED, OK, replyFrom, statusFault } from './apdu.ts';
import { RequestData, varint } from './client-commands.ts';

/*
 * A client of Ledger's system and of its Bitcoin app (protocol version 1), as far as it is used here.
 * Every method gives what its reply holds, or a fault; none throws.
 */

/** How long a device may take over what it does without asking anybody, in ms. */
const SILENT_LIMIT = 15_000;
/** More client commands than any request here needs. */
const MAX_ROUNDS = 1000;

const SYSTEM = 0xb0;
const DASHBOARD = 0xe0;
const BITCOIN = 0xe1;
const FRAMEWORK = 0xf8;
const PROTOCOL_VERSION = 1;

const utf8 = new TextEncoder();
const unreadable = (what: string): DeviceFault => deviceFault('unreadable-answer', what);

/** The app that is open on a device. */
export interface OpenApp {
  readonly name: string;
  /** As `2.4.6`. */
  readonly version: string;
}

/** A wallet policy (version 2). Name: up to 64 printable ASCII characters. */
export interface Policy {
  readonly name: string;
  /** As `tr(@0/**)`. */
  readonly template: string;
  /** As `[f5acc2fd/86'/1'/0']tpub…`. */
  readonly keys: readonly string[];
}

/** Steps from the root of the seed's tree; hardened ones are 2³¹ and above. At most 10. */
export type Path = readonly number[];

const pathBytes = (path: Path): Bytes => concat(Uint8Array.of(path.length), ...path.map(be32));

/** Printable ASCII of at most `most` characters; undefined for anything else. */
const asciiFrom = (bytes: Uint8Array, most: number): string | undefined =>
  bytes.length >= 1 && bytes.length <= most && bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)
    ? String.fromCharCode(...bytes)
    : undefined;

export class LedgerClient {
  readonly #channel: ApduChannel;

  constructor(channel: ApduChannel) {
    this.#channel = channel;
  }

  /** Which app is open; the dashboard calls itself `BOLOS`. */
  async getAppAndVersion(): Promise<OpenApp | DeviceFault> {
    const data = await this.#silent(command(SYSTEM, 0x01, 0, 0));
    if (isDeviceFault(data)) return data;
    // 01, then name, version and flags, each behind its length in one byte
    const fields: Bytes[] = [];
    for (let at = 1; at < data.length; at += 1 + data[at]!)
      fields.push(data.subarray(at + 1, at + 1 + data[at]!));
    const length = fields.reduce((sum, field) => sum + 1 + field.length, 1);
    const [name, version] = fields.slice(0, 2).map((field) => asciiFrom(field, 30));
    if (data[0] !== 1 || fields.length !== 3 || length !== data.length || !name || !version)
      return unreadable('app and version');
    return { name, version };
  }

  /** Asks the person to open an app; the device then leaves and comes back. Dashboard only. */
  openApp(name: string): Promise<DeviceFault | undefined> {
    return this.#empty(command(DASHBOARD, 0xd8, 0, 0, utf8.encode(name)), READING_LIMIT);
  }

  /** Closes the app that is open; the device then leaves and comes back. */
  closeApp(): Promise<DeviceFault | undefined> {
    return this.#empty(command(SYSTEM, 0xa7, 0, 0), SILENT_LIMIT);
  }

  /**
   * BIP 32 fingerprint of the seed's master key, 4 bytes. The first thing to ask of an app: one that
   * still waits for an answer to what was broken off before says so to the next command, once.
   */
  async getMasterFingerprint(): Promise<Bytes | DeviceFault> {
    const asked = command(BITCOIN, 0x05, 0, PROTOCOL_VERSION);
    let data = await this.#silent(asked);
    if (isDeviceFault(data) && data.fault === 'unreadable-answer') data = await this.#silent(asked);
    if (isDeviceFault(data)) return data;
    return data.length === 4 ? data : unreadable('master fingerprint');
  }

  /** The extended public key at a path that needs no consent, in base58; not checked. */
  async getExtendedPubkey(path: Path): Promise<string | DeviceFault> {
    const data = await this.#silent(
      command(BITCOIN, 0x00, 0, PROTOCOL_VERSION, concat(Uint8Array.of(0), pathBytes(path))),
    );
    if (isDeviceFault(data)) return data;
    return asciiFrom(data, 120) ?? unreadable('extended public key');
  }

  /**
   * Asks the person to register a policy. The result is the device's HMAC of it, 32 bytes: a secret
   * here. That its id is that of this policy is checked, the HMAC cannot be (see `getWalletAddress`).
   */
  async registerWallet(policy: Policy): Promise<Bytes | DeviceFault> {
    const request = new RequestData();
    const serialized = policyBytes(policy, request);
    const data = await this.#run(
      command(BITCOIN, 0x02, 0, PROTOCOL_VERSION, concat(varint(serialized.length), serialized)),
      request,
      READING_LIMIT,
    );
    if (isDeviceFault(data)) return data;
    if (data.length === 64 && equal(data.subarray(0, 32), sha256(serialized)))
      return data.subarray(32);
    wipe(data);
    return unreadable('registered policy');
  }

  /**
   * The first receive address of a registered policy, in silence. The app checks the HMAC and says
   * B008 where it is not the policy's. 32 zero bytes stand for the usual policy of an account, without
   * a name, whose key must be the device's own.
   */
  async getWalletAddress(policy: Policy, hmac: Uint8Array): Promise<string | DeviceFault> {
    const request = new RequestData();
    const id = request.preimage(policyBytes(policy, request));
    // display no, the policy, receive, index 0
    const data = concat(Uint8Array.of(0), id, hmac, Uint8Array.of(0), be32(0));
    const asked = command(BITCOIN, 0x03, 0, PROTOCOL_VERSION, data);
    const address = await this.#run(asked, request, SILENT_LIMIT);
    wipe(data, asked);
    if (isDeviceFault(address)) return address;
    return asciiFrom(address, 120) ?? unreadable('address');
  }

  /**
   * Asks the person to sign a text as a Bitcoin message: header (27 + 4 + parity), r, s; 65 bytes,
   * not checked. The app shows up to 640 printable ASCII characters or line feeds.
   */
  async signMessage(path: Path, text: string): Promise<Bytes | DeviceFault> {
    const request = new RequestData();
    const message = utf8.encode(text);
    const chunks: Bytes[] = [];
    for (let at = 0; at < message.length; at += 64) chunks.push(message.slice(at, at + 64));
    const data = await this.#run(
      command(
        BITCOIN,
        0x10,
        0,
        PROTOCOL_VERSION,
        concat(pathBytes(path), varint(message.length), request.list(chunks)),
      ),
      request,
      READING_LIMIT,
    );
    // The app refuses a path for signing only after the person said yes.
    if (isDeviceFault(data))
      return data.detail === 'b007' ? deviceFault('path-refused', data.detail) : data;
    return data.length === 65 ? data : unreadable('signature');
  }

  /** What one command gives without asking anybody. */
  #silent(asked: Bytes): Promise<Bytes | DeviceFault> {
    return this.#run(asked, new RequestData(), SILENT_LIMIT);
  }

  async #empty(asked: Bytes, limit: number): Promise<DeviceFault | undefined> {
    const data = await this.#run(asked, new RequestData(), limit);
    if (isDeviceFault(data)) return data;
    return data.length ? unreadable('data where none was due') : undefined;
  }

  /** Sends a command and answers what the app asks of this request's data, for at most `limit` ms. */
  async #run(asked: Bytes, request: RequestData, limit: number): Promise<Bytes | DeviceFault> {
    const until = Date.now() + limit;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const left = until - Date.now();
      if (left <= 0) return deviceFault('timed-out');
      const received = await this.#channel.exchange(asked, left);
      if (isDeviceFault(received)) return received;
      const reply = replyFrom(received);
      if (!reply) return unreadable('less than a status word');
      if (reply.status === OK) return reply.data;
      if (reply.status !== INTERRUPTED) return statusFault(reply.status);
      const answer = request.answer(reply.data);
      if (!answer) return unreadable('client command');
      asked = command(FRAMEWORK, 0x01, 0, 0, answer);
    }
    return unreadable('client commands without end');
  }
}

/**
 * A policy as it is hashed and registered: `02 | name length u8 | name | varint template length |
 * SHA-256 of the template | varint number of keys | root of their tree`. What stands behind the
 * hashes becomes part of the request.
 */
function policyBytes({ name, template, keys }: Policy, request: RequestData): Bytes {
  const [shown, written] = [utf8.encode(name), utf8.encode(template)];
  return concat(
    Uint8Array.of(2, shown.length),
    shown,
    varint(written.length),
    request.preimage(written),
    varint(keys.length),
    request.list(keys.map((key) => utf8.encode(key))),
  );
}

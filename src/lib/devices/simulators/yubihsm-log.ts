import { sha256 } from '@noble/hashes/sha2.js';
import { be32, concat, type Bytes } from '../../crypto/bytes.ts';
import { bytes, integer, list, record, type Read } from '../../crypto/schema.ts';
import { be16, readBe16 } from '../yubihsm/frames.ts';

/** How many entries the log of a YubiHSM 2 holds. */
export const LOG_SLOTS = 62;

const DIGEST_LENGTH = 16;

/** No key. */
const NONE = 0xffff;

/** What is kept of the log. */
export const logReader = record({
  /** 32 bytes each: 16 of the entry, 16 of its digest. */
  entries: list(bytes(32), LOG_SLOTS),
  /** Number of the last entry, read or not. */
  number: integer(0, 0xffff),
  /** Digest of the last entry, read or not. */
  digest: bytes(DIGEST_LENGTH),
  unloggedBoots: integer(0, 0xffff),
  unloggedAuthentications: integer(0, 0xffff),
});

/** A command as the log notes it. Keys are object ids; a command that names none leaves them out. */
export interface Logged {
  readonly command: number;
  /** Length of the command's data. */
  readonly length: number;
  /** The authentication key of the session. */
  readonly session?: number | undefined;
  readonly target?: number | undefined;
  readonly second?: number | undefined;
  /** The command byte of the reply, or the code of the error. */
  readonly result: number;
  /** Time since power-up, in ms. */
  readonly tick: number;
}

/**
 * The audit log: numbered entries, each with the first half of SHA-256 over itself and the digest
 * before it. What was read and released makes room.
 */
export class AuditLog {
  readonly #entries: Bytes[];
  #number: number;
  #digest: Bytes;
  #unloggedBoots: number;
  #unloggedAuthentications: number;

  constructor(kept: Read<typeof logReader>) {
    this.#entries = [...kept.entries];
    this.#number = kept.number;
    this.#digest = kept.digest;
    this.#unloggedBoots = kept.unloggedBoots;
    this.#unloggedAuthentications = kept.unloggedAuthentications;
  }

  /** The log after a factory reset: one entry, all ff, whose digest is these 16 random bytes. */
  static reset(digest: Bytes): AuditLog {
    const entry = concat(be16(1), new Uint8Array(14).fill(0xff), digest);
    return new AuditLog({
      entries: [entry],
      number: 1,
      digest,
      unloggedBoots: 0,
      unloggedAuthentications: 0,
    });
  }

  get kept(): Read<typeof logReader> {
    return {
      entries: this.#entries,
      number: this.#number,
      digest: this.#digest,
      unloggedBoots: this.#unloggedBoots,
      unloggedAuthentications: this.#unloggedAuthentications,
    };
  }

  get used(): number {
    return this.#entries.length;
  }

  get full(): boolean {
    return this.#entries.length === LOG_SLOTS;
  }

  /** Adds an entry; a full log loses its oldest. */
  append({ command, length, session, target, second, result, tick }: Logged): void {
    this.#add(
      Uint8Array.of(command),
      be16(length),
      be16(session ?? NONE),
      be16(target ?? NONE),
      be16(second ?? NONE),
      Uint8Array.of(result),
      be32(tick % 2 ** 32),
    );
  }

  /** Notes that the device was powered up; where nothing may be overwritten, a full log only counts it. */
  boot(forced: boolean): void {
    if (forced && this.full) this.#unloggedBoots = Math.min(this.#unloggedBoots + 1, 0xffff);
    else this.#add(Uint8Array.of(0), be16(0), be16(NONE), new Uint8Array(9));
  }

  /** Counts a step of opening a session that found the log full. */
  countAuthentication(): void {
    this.#unloggedAuthentications = Math.min(this.#unloggedAuthentications + 1, 0xffff);
  }

  /** The answer to GET LOG: unlogged boots and authentications, count, entries. */
  read(): Bytes {
    return concat(
      be16(this.#unloggedBoots),
      be16(this.#unloggedAuthentications),
      Uint8Array.of(this.#entries.length),
      ...this.#entries,
    );
  }

  /** Releases entries up to the one of this number; whether there is one. */
  release(number: number): boolean {
    const at = this.#entries.findIndex((entry) => readBe16(entry, 0) === number);
    if (at < 0) return false;
    this.#entries.splice(0, at + 1);
    this.#unloggedBoots = this.#unloggedAuthentications = 0;
    return true;
  }

  #add(...parts: readonly Uint8Array[]): void {
    this.#number = (this.#number + 1) % 0x10000;
    const entry = concat(be16(this.#number), ...parts);
    this.#digest = sha256(concat(entry, this.#digest)).slice(0, DIGEST_LENGTH);
    this.#entries.push(concat(entry, this.#digest));
    if (this.#entries.length > LOG_SLOTS) this.#entries.shift();
  }
}

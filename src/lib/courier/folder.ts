/**
 * The folder courier: bundles as files in a directory that any synchronising program carries to the
 * others. A file is named by its own hash, so two operators never write the same name with different
 * content, and nothing that others wrote is ever changed or deleted.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import type { Directory, Entry } from './directory.ts';
import { isCourierFault, type CourierFault } from './faults.ts';
import { FILE_EXTENSION, fromFile, toFile } from './file.ts';
import { MAX_BUNDLE, pack, unpack } from './transport.ts';

/** A file of more bytes than this is none of ours; a stored bundle needs a few more than itself. */
const MAX_FILE = MAX_BUNDLE + 64;

/** A file that cannot be read is perhaps still being written: for so long nothing is said of it, in ms. */
export const PATIENCE_MS = 30_000;

/** One look takes in no more than this, in bytes of bundles; the next look goes on. */
const LOOK_BYTES = 32 * 2 ** 20;

/** What synchronising programs and editors name while they write, and hidden files. */
const UNFINISHED = /^[.~]|~$|\.tmp$|\.part$|\.crswap$/i;

/** A bundle that came. */
export interface Arrival {
  /** The file's name; anybody can choose it. */
  readonly name: string;
  readonly bundle: Bytes;
  /** When the file was last changed here, in ms since 1970. */
  readonly modified: number;
}

/** A file that is none of ours in spite of its name, or not whole. */
export interface Unreadable {
  readonly name: string;
  readonly fault: CourierFault;
}

/** What one look at the folder found. */
export interface Look {
  /** Bundles not seen before. */
  readonly arrived: readonly Arrival[];
  /** All that have been unreadable for longer than patience. */
  readonly unreadable: readonly Unreadable[];
}

/** What is known of a file. */
interface Seen {
  readonly size: number;
  readonly modified: number;
  readonly fault: CourierFault | undefined;
  /** When it was first found unreadable. */
  readonly since: number;
}

/** One directory under watch. */
export class Folder {
  readonly #directory: Directory;
  readonly #now: () => number;
  readonly #files = new Map<string, Seen>();
  readonly #bundles = new Set<string>();

  /** @param now the time, in ms since 1970 */
  constructor(directory: Directory, now: () => number) {
    this.#directory = directory;
    this.#now = now;
  }

  /**
   * Put a bundle into the folder. It is not reported by `poll`.
   * @returns the file's name
   */
  async publish(bundle: Bytes): Promise<string> {
    const file = toFile(await pack(bundle));
    const name = toHex(sha256(file)).slice(0, 12) + FILE_EXTENSION;
    this.#bundles.add(toHex(sha256(bundle)));
    const present = await this.#directory.list();
    if (present.some((entry) => entry.name === name && entry.size === file.length)) return name;
    const temporary = `${name}.tmp`;
    await this.#directory.write(temporary, file);
    if (await this.#directory.rename(temporary, name)) return name;
    // This system cannot rename. Readers wait for a file that is not whole yet.
    await this.#directory.write(name, file);
    await this.#directory.remove(temporary);
    return name;
  }

  /** Look at every file that is new or changed since the last time, or may still be being written. */
  async poll(): Promise<Look> {
    const arrived: Arrival[] = [];
    const unreadable: Unreadable[] = [];
    let taken = 0;
    for (const entry of await this.#directory.list()) {
      if (!isOurs(entry.name) || taken > LOOK_BYTES) continue;
      const { name, modified } = entry;
      const bundle = this.#isSettled(entry) ? undefined : await this.#read(entry);
      if (bundle && this.#isNew(bundle)) {
        arrived.push({ name, bundle, modified });
        taken += bundle.length;
      }
      const seen = this.#files.get(name);
      if (seen?.fault && this.#isOverdue(seen)) unreadable.push({ name, fault: seen.fault });
    }
    return { arrived, unreadable };
  }

  /** Whether reading the file again would tell nothing new. */
  #isSettled({ name, size, modified }: Entry): boolean {
    const seen = this.#files.get(name);
    if (seen?.size !== size || seen.modified !== modified) return false;
    return !seen.fault || this.#isOverdue(seen);
  }

  #isOverdue({ since }: Seen): boolean {
    return this.#now() - since >= PATIENCE_MS;
  }

  #isNew(bundle: Bytes): boolean {
    const hash = toHex(sha256(bundle));
    const known = this.#bundles.has(hash);
    this.#bundles.add(hash);
    return !known;
  }

  /** A file's bundle, undefined where there is none (yet); notes which. */
  async #read({ name, size, modified }: Entry): Promise<Bytes | undefined> {
    const bundle = size > MAX_FILE ? TOO_LARGE : await this.#bundleIn(name);
    const fault = isCourierFault(bundle) ? bundle : undefined;
    const before = this.#files.get(name);
    const since = before?.fault ? before.since : this.#now();
    this.#files.set(name, { size, modified, fault, since });
    return isCourierFault(bundle) ? undefined : bundle;
  }

  async #bundleIn(name: string): Promise<Bytes | CourierFault> {
    const file = await this.#directory.read(name);
    const packed = file ? fromFile(file) : GONE;
    return isCourierFault(packed) ? packed : unpack(packed);
  }
}

const TOO_LARGE: CourierFault = { fault: 'too-large' };

/** Deleted, or just being replaced. */
const GONE: CourierFault = { fault: 'cut-short' };

/** Conflict copies (`….sync-conflict-….conclave`) are ours too: the content decides. */
const isOurs = (name: string): boolean =>
  name.toLowerCase().endsWith(FILE_EXTENSION) && !UNFINISHED.test(name);

/** What the rest of the app sees of the vault: named byte strings, written all or nothing. */
import type { Bytes } from '../crypto/bytes.ts';

export interface Change {
  /** 1 to 200 printable ASCII characters, no space. */
  readonly key: string;
  /** Undefined removes the record. */
  readonly value: Bytes | undefined;
}

export interface Store {
  /** A copy of the record; undefined where there is none. */
  read(key: string): Promise<Bytes | undefined>;
  /** The keys that begin with this prefix, sorted bytewise. */
  keys(prefix: string): Promise<string[]>;
  /**
   * All changes or none; durable once it resolves. Writes take effect in the order in which they were
   * called, and values are taken at the call: they may be wiped right after.
   */
  write(changes: readonly Change[]): Promise<void>;
}

/** Whether a text can name a record. ASCII, so that bytewise order is the order of strings. */
export function isKey(key: string): boolean {
  return /^[\x21-\x7e]{1,200}$/.test(key);
}

/** @throws RangeError where a key cannot name a record: the program's mistake, nobody else's */
export function checkKeys(changes: readonly { readonly key: string }[]): void {
  for (const { key } of changes)
    if (!isKey(key)) throw new RangeError(`not a record's key: ${key.slice(0, 40)}`);
}

/** A store in memory, for rehearsals in one page and for tests. It is gone with the page. */
export function memoryStore(): Store {
  const records = new Map<string, Bytes>();
  /* eslint-disable @typescript-eslint/require-await -- what is a promise in the vault is one here */
  return {
    read: async (key) => records.get(key)?.slice(),
    keys: async (prefix) => [...records.keys()].filter((key) => key.startsWith(prefix)).sort(),
    write: async (changes) => {
      checkKeys(changes);
      for (const { key, value } of changes)
        if (value) records.set(key, value.slice());
        else records.delete(key);
    },
  };
}

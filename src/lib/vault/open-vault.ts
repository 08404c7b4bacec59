/** An open vault: reads and writes records, changes slots, until it is locked or lost. */
import { equal, wipe, type Bytes } from '../crypto/bytes.ts';
import { transact, type Database, type Transaction } from './database.ts';
import { toExport } from './export-file.ts';
import { VaultError, type VaultFault } from './fault.ts';
import { toHeader, type HeaderContent } from './header.ts';
import type { Argon2Cost } from './passphrase.ts';
import { openRecord, sealRecord } from './records.ts';
import {
  consuming,
  fillSlot,
  MAX_SLOTS,
  openSlots,
  slotInfo,
  type Slot,
  type SlotInfo,
  type SlotSecret,
} from './slots.ts';
import { checkKeys, type Change, type Store } from './store.ts';
import type { TabLock } from './tab-lock.ts';

export interface Vault extends Store {
  /** 8 fresh random bytes at every unlock. */
  readonly incarnation: Bytes;
  /** Set for ever where the workspace came from an export; both in ms since 1970. */
  readonly restored: { readonly at: number; readonly exported: number } | undefined;
  slots(): readonly SlotInfo[];
  /**
   * Adds a slot. The data key cannot be taken from an open vault, so a secret of an existing slot is
   * asked for again: an unlocked machine left alone does not give away a second door.
   * @throws VaultError `slots-full`, and what unlocking throws
   */
  addSlot(added: SlotSecret, existing: SlotSecret): Promise<void>;
  /** @throws VaultError `last-slot`, `no-such-slot` */
  removeSlot(slot: number): Promise<void>;
  /** @throws VaultError `no-such-slot`, `wrong-passphrase`, `empty-passphrase` */
  changePassphrase(slot: number, old: Bytes, fresh: Bytes): Promise<void>;
  /** Everything but the slots, as a file for `importWorkspace`. The passphrase is wiped. */
  exportWorkspace(passphrase: Bytes): Promise<Bytes>;
  /** Finishes what was begun, forgets the key and lets go; every later call rejects with `locked`. */
  lock(): Promise<void>;
  /**
   * Called once, should the vault be lost (`taken-over`, `evicted`, `storage-failed`); at once if it
   * is already. Every other call rejects with the same fault from then on.
   */
  onLost(listener: (fault: VaultFault) => void): void;
}

/** What an open vault consists of. */
export interface Parts {
  readonly db: Database;
  readonly lock: TabLock;
  readonly dataKey: CryptoKey;
  readonly header: HeaderContent;
  readonly incarnation: Bytes;
  readonly cost: Argon2Cost;
}

export function openVault({ db, lock, dataKey, header, incarnation, cost }: Parts): Vault {
  let key: CryptoKey | undefined = dataKey;
  let content = header;
  let ended: VaultFault = { name: 'locked' };
  let last: Promise<unknown> = Promise.resolve();
  const listeners: ((fault: VaultFault) => void)[] = [];

  function end(fault: VaultFault): void {
    if (!key) return;
    key = undefined;
    ended = fault;
    db.close();
    lock.release();
    if (fault.name !== 'locked') for (const listener of listeners) listener(fault);
  }

  /** @throws VaultError `locked`, `taken-over`, `storage-failed` once the vault is open no more */
  function openKey(): CryptoKey {
    if (!key) throw new VaultError(ended);
    return key;
  }

  /**
   * A transaction of the vault that is open here and nowhere else: whoever opened it last is noted in
   * the store itself, so that a tab that lost its lock and does not know it yet cannot write.
   */
  async function holding<T, M extends 'readonly' | 'readwrite'>(
    mode: M,
    work: (transaction: Transaction<M>) => Promise<T>,
  ): Promise<T> {
    openKey();
    try {
      return await transact(db, mode, async (transaction) => {
        const holder = await transaction.objectStore('meta').get('holder');
        if (!(holder instanceof Uint8Array)) throw new VaultError('evicted');
        if (!equal(holder, incarnation)) throw new VaultError('taken-over');
        return work(transaction);
      });
    } catch (error) {
      const fault = error instanceof VaultError ? error.fault : undefined;
      if (fault?.name === 'taken-over' || fault?.name === 'evicted') end(fault);
      openKey();
      throw error;
    }
  }

  /** Runs one thing after the other, in the order of the calls. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  async function setSlots(slots: readonly Slot[]): Promise<void> {
    const next = { ...content, slots };
    const encoded = await toHeader(next, openKey());
    await holding('readwrite', (transaction) =>
      transaction.objectStore('meta').put(encoded, 'header'),
    );
    content = next;
  }

  async function write(changes: readonly Change[]): Promise<void> {
    checkKeys(changes);
    const dataKey = openKey();
    const sealing = Promise.all(
      changes.map(async ({ key, value }) => ({
        key,
        stored: value && (await sealRecord(dataKey, key, value)),
      })),
    );
    await inOrder(async () => {
      const sealed = await sealing;
      await holding('readwrite', async (transaction) => {
        const records = transaction.objectStore('records');
        for (const { key, stored } of sealed)
          await (stored ? records.put(stored, key) : records.delete(key));
      });
    });
  }

  async function all(): Promise<{ key: string; value: Bytes }[]> {
    const [keys, stored] = await holding('readonly', async (transaction) => {
      const records = transaction.objectStore('records');
      return [await records.getAllKeys(), await records.getAll()] as const;
    });
    return Promise.all(
      keys.map(async (key, i) => ({ key, value: await openRecord(openKey(), key, stored[i]) })),
    );
  }

  db.addEventListener('close', () => end({ name: 'storage-failed' }));
  db.addEventListener('versionchange', () => end({ name: 'taken-over' }));
  void lock.stolen.then(() => end({ name: 'taken-over' }));

  return {
    incarnation,
    restored: header.restored ?? undefined,
    slots: () => content.slots.map(slotInfo),

    async read(key) {
      const stored = await holding('readonly', (transaction) =>
        transaction.objectStore('records').get(key),
      );
      return stored === undefined ? undefined : openRecord(openKey(), key, stored);
    },

    async keys(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\x7f`);
      return holding('readonly', (transaction) =>
        transaction.objectStore('records').getAllKeys(range),
      );
    },

    write,

    addSlot: (added, existing) =>
      consuming([added, existing], () =>
        inOrder(async () => {
          openKey();
          const taken = content.slots.map(({ slot }) => slot);
          const free = Array.from({ length: MAX_SLOTS }, (_, i) => i).find(
            (number) => !taken.includes(number),
          );
          if (free === undefined) throw new VaultError('slots-full');
          const extractable = await openSlots(content.slots, existing, true);
          const { slot } = await fillSlot(free, added, extractable, cost);
          await setSlots([...content.slots, slot]);
        }),
      ),

    removeSlot: (number) =>
      inOrder(async () => {
        openKey();
        const rest = content.slots.filter(({ slot }) => slot !== number);
        if (rest.length === content.slots.length) throw new VaultError('no-such-slot');
        if (rest.length === 0) throw new VaultError('last-slot');
        await setSlots(rest);
      }),

    changePassphrase(number, old, fresh) {
      const secrets = [old, fresh].map((passphrase) => ({
        kind: 'passphrase' as const,
        passphrase,
      }));
      return consuming(secrets, () =>
        inOrder(async () => {
          openKey();
          const [before, after] = secrets as [SlotSecret, SlotSecret];
          const changed = content.slots.filter(({ slot }) => slot === number);
          const extractable = await openSlots(changed, before, true);
          const { slot } = await fillSlot(number, after, extractable, cost);
          await setSlots(content.slots.map((other) => (other.slot === number ? slot : other)));
        }),
      );
    },

    exportWorkspace: (passphrase) =>
      consuming([{ kind: 'passphrase', passphrase }], () =>
        inOrder(async () => {
          const records = await all();
          const file = await toExport({ exported: Date.now(), records }, passphrase, cost);
          for (const { value } of records) wipe(value);
          return file;
        }),
      ),

    async lock() {
      await last;
      end({ name: 'locked' });
    },

    onLost(listener) {
      if (key || ended.name === 'locked') listeners.push(listener);
      else listener(ended);
    },
  };
}

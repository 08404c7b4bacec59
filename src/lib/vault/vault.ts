/**
 * The vault: everything this browser stores for its groups, encrypted in IndexedDB under one random
 * data key that passphrases and devices open (`slots.ts`). Made for the worker; the page needs only
 * `persistence.ts`.
 *
 * Deleted and overwritten records may linger on the disk until the browser tidies its files; what they
 * are worth depends on the slots, which linger alike. Full-disk encryption is the answer to that.
 */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { openDatabase, transact, type Database, type Transaction } from './database.ts';
import { fromExport, type Workspace } from './export-file.ts';
import { VaultError } from './fault.ts';
import { checkHeader, fromHeader, toHeader, type Header, type HeaderContent } from './header.ts';
import { isMarked, removeMark, setMark } from './marker.ts';
import { openVault, type Vault } from './open-vault.ts';
import { STANDARD_COST, type Argon2Cost } from './passphrase.ts';
import { storageSpace, type Space } from './persistence.ts';
import { sealRecord } from './records.ts';
import { groupsIn, restoredMark } from './restored.ts';
import {
  consuming,
  fillSlot,
  openSlots,
  slotInfo,
  type SlotInfo,
  type SlotSecret,
} from './slots.ts';
import { browserLocks, isHeld, takeLock, type Locks, type TabLock } from './tab-lock.ts';

export interface VaultOptions {
  /** Take the vault over from another tab that has it open. */
  readonly steal?: boolean;
  /** For tests: less work than `STANDARD_COST`. */
  readonly cost?: Argon2Cost;
  /** For tests outside a browser. */
  readonly locks?: Locks;
}

export interface VaultStatus extends Space {
  readonly exists: boolean;
  readonly slots: readonly SlotInfo[];
  /** There was a vault here and it is gone. */
  readonly evicted: boolean;
  /** Some tab, perhaps this one, has the vault open. */
  readonly held: boolean;
}

/**
 * What can be said without unlocking.
 * @throws VaultError `unsupported`, `header-corrupt`, `newer-schema`, `storage-failed`
 */
export async function vaultStatus(options: VaultOptions = {}): Promise<VaultStatus> {
  const locks = options.locks ?? browserLocks();
  const db = await openDatabase();
  try {
    const place = await placeOf(db);
    return {
      exists: place === 'exists',
      slots: place === 'exists' ? (await readHeader(db)).slots.map(slotInfo) : [],
      evicted: place === 'evicted',
      held: await isHeld(locks),
      ...(await storageSpace()),
    };
  } finally {
    db.close();
  }
}

/**
 * Makes the vault, with its first slot, and opens it.
 * @throws VaultError `exists`; `evicted` where a lost one was not erased first; `open-elsewhere`,
 *   `empty-passphrase`, `out-of-memory`, `unsupported`, `storage-full`, `storage-failed`
 */
export async function createVault(first: SlotSecret, options: VaultOptions = {}): Promise<Vault> {
  return consuming([first], () => install(first, undefined, ['absent'], options));
}

/**
 * Makes the vault out of an export and marks it as restored, for ever, and so the log of each group,
 * until that is opened (`restored.ts`). The file is read and checked
 * to its end before anything is written, and everything is written or nothing.
 * @throws VaultError as `createVault` and `fromExport`; `exists` unless `replace`
 */
export async function importWorkspace(
  file: Uint8Array,
  passphrase: Bytes,
  first: SlotSecret,
  options: VaultOptions & { readonly replace?: boolean } = {},
): Promise<Vault> {
  return consuming([{ kind: 'passphrase', passphrase }, first], async () => {
    const workspace = await fromExport(file, passphrase);
    try {
      const places: Place[] = [
        'absent',
        'evicted',
        ...(options.replace ? ['exists' as const] : []),
      ];
      return await install(first, workspace, places, options);
    } finally {
      for (const { value } of workspace.records) wipe(value);
    }
  });
}

/**
 * Opens the vault.
 * @throws VaultError `absent`, `evicted`, `wrong-passphrase`, `wrong-device`, `no-such-slot`,
 *   `open-elsewhere`, `header-corrupt`, `newer-schema`, `empty-passphrase`, `out-of-memory`,
 *   `unsupported`, `storage-full`, `storage-failed`
 */
export async function unlockVault(secret: SlotSecret, options: VaultOptions = {}): Promise<Vault> {
  return consuming([secret], async () => {
    const db = await openDatabase();
    return orElse(
      () => db.close(),
      async () => {
        const dataKey = await openSlots((await readHeader(db)).slots, secret, false);
        return withLock(options, async (lock) => {
          // Read again: until now another tab could change it.
          const header = await readHeader(db);
          await checkHeader(header, dataKey);
          const incarnation = crypto.getRandomValues(new Uint8Array(8));
          await transact(db, 'readwrite', (transaction) =>
            transaction.objectStore('meta').put(incarnation, 'holder'),
          );
          await setMark();
          const { cost = STANDARD_COST } = options;
          return openVault({ db, lock, dataKey, header, incarnation, cost });
        });
      },
    );
  });
}

/**
 * Removes the vault and all it holds, or what is left of one.
 * @throws VaultError `open-elsewhere` unless `steal`, `unsupported`, `storage-failed`
 */
export async function eraseVault(options: VaultOptions = {}): Promise<void> {
  const db = await openDatabase();
  try {
    await withLock(options, async (lock) => {
      await removeMark();
      await transact(db, 'readwrite', clear);
      lock.release();
    });
  } finally {
    db.close();
  }
}

type Place = 'absent' | 'evicted' | 'exists';

async function placeOf(db: Database): Promise<Place> {
  const [header, records] = await transact(db, 'readonly', (transaction) =>
    Promise.all([
      transaction.objectStore('meta').count('header'),
      transaction.objectStore('records').count(),
    ]),
  );
  if (header > 0) return 'exists';
  return records > 0 || (await isMarked()) ? 'evicted' : 'absent';
}

/** @throws VaultError `absent`, `evicted`, `header-corrupt`, `newer-schema` */
async function readHeader(db: Database): Promise<Header> {
  const place = await placeOf(db);
  if (place !== 'exists') throw new VaultError(place);
  return fromHeader(
    await transact(db, 'readonly', (transaction) => transaction.objectStore('meta').get('header')),
  );
}

/** Writes a whole vault, in one transaction, if the place is one of these. */
async function install(
  first: SlotSecret,
  workspace: Workspace | undefined,
  places: readonly Place[],
  options: VaultOptions,
): Promise<Vault> {
  const { cost = STANDARD_COST } = options;
  const db = await openDatabase();
  return orElse(
    () => db.close(),
    async () =>
      withLock(options, async (lock) => {
        const place = await placeOf(db);
        if (!places.includes(place)) throw new VaultError(place);

        const algorithm = { name: 'AES-GCM', length: 256 };
        const fresh = await crypto.subtle.generateKey(algorithm, true, ['encrypt', 'decrypt']);
        const { slot, key: dataKey } = await fillSlot(0, first, fresh, cost);
        const created = Date.now();
        const restored = workspace ? { at: created, exported: workspace.exported } : null;
        const header: HeaderContent = { created, restored, slots: [slot] };
        const encoded = await toHeader(header, dataKey);
        const incarnation = crypto.getRandomValues(new Uint8Array(8));
        const imported = workspace?.records ?? [];
        const marks = groupsIn(imported.map(({ key }) => key)).map((group) => ({
          key: restoredMark(group),
          value: new Uint8Array(0),
        }));
        const records = await Promise.all(
          [...imported, ...marks].map(
            async ({ key, value }) => [key, await sealRecord(dataKey, key, value)] as const,
          ),
        );

        await transact(db, 'readwrite', async (transaction) => {
          await clear(transaction);
          await transaction.objectStore('meta').put(encoded, 'header');
          await transaction.objectStore('meta').put(incarnation, 'holder');
          for (const [key, stored] of records)
            await transaction.objectStore('records').put(stored, key);
        });
        await setMark();
        return openVault({ db, lock, dataKey, header, incarnation, cost });
      }),
  );
}

async function clear(transaction: Transaction<'readwrite'>): Promise<void> {
  await transaction.objectStore('meta').clear();
  await transaction.objectStore('records').clear();
}

/** Takes the origin's lock for what comes, and gives it back only if that fails. */
async function withLock<T>(
  { locks = browserLocks(), steal = false }: VaultOptions,
  work: (lock: TabLock) => Promise<T>,
): Promise<T> {
  const lock = await takeLock(locks, steal);
  return orElse(
    () => lock.release(),
    () => work(lock),
  );
}

async function orElse<T>(undo: () => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    undo();
    throw error;
  }
}

/** The vault's place in IndexedDB: `meta` (header, holder) and `records`. */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { storageError, VaultError } from './fault.ts';
import { SCHEMA } from './header.ts';

export const DATABASE = 'conclave-vault';

interface Schema extends DBSchema {
  /** `header`: the encoded header. `holder`: the incarnation that may write. */
  meta: { key: 'header' | 'holder'; value: unknown };
  records: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;
export type Transaction<M extends 'readonly' | 'readwrite'> = IDBPTransaction<
  Schema,
  ('meta' | 'records')[],
  M
>;

/** Opens the database, empty where there is none. @throws VaultError */
export async function openDatabase(): Promise<Database> {
  if (!('indexedDB' in globalThis && 'subtle' in crypto)) throw new VaultError('unsupported');
  try {
    return await openDB<Schema>(DATABASE, SCHEMA, {
      upgrade(db) {
        db.createObjectStore('meta');
        db.createObjectStore('records');
      },
    });
  } catch (error) {
    throw storageError(error);
  }
}

/**
 * One transaction, on disk when it resolves ("strict"); whatever fails, nothing of it remains. `work`
 * may await the transaction's own requests only.
 * @throws VaultError `storage-full`, `storage-failed`, and what `work` throws
 */
export async function transact<T, M extends 'readonly' | 'readwrite'>(
  db: Database,
  mode: M,
  work: (transaction: Transaction<M>) => Promise<T>,
): Promise<T> {
  let transaction: Transaction<M> | undefined;
  try {
    transaction = db.transaction(['meta', 'records'], mode, { durability: 'strict' });
    const failure = transaction.done.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const result = await work(transaction);
    const failed = await failure;
    if (failed) throw failed.error as Error;
    return result;
  } catch (error) {
    throw storageError(abandon(transaction) ?? error);
  }
}

/** Ends a transaction whose work failed. @returns why it had ended already, if it had */
function abandon(
  transaction: { abort(): void; readonly error: DOMException | null } | undefined,
): DOMException | undefined {
  try {
    transaction?.abort();
  } catch {
    return transaction?.error ?? undefined;
  }
  return undefined;
}

/**
 * The mark that there is a vault, kept apart from it: a vault that is gone while its mark is there was
 * not innocently absent.
 *
 * Where the browser has storage buckets (Chromium), the mark lies in one of its own, which is evicted
 * apart from the rest. Elsewhere it lies in another database, which tells a damaged or deleted database
 * but not an eviction, since that takes all. Clearing the site's data takes the mark everywhere. It is
 * evidence and never a gate: where it cannot be read or written, the vault works as without it.
 */
import { wrap, type IDBPObjectStore } from 'idb';

const NAME = 'conclave-vault-mark';

/** Not in the compiler's library yet: https://wicg.github.io/storage-buckets/ */
interface BucketNavigator {
  readonly storageBuckets?: {
    open(name: string, options: { persisted: boolean }): Promise<{ indexedDB: IDBFactory }>;
  };
}

async function factory(): Promise<IDBFactory> {
  const buckets = (globalThis as { navigator?: BucketNavigator }).navigator?.storageBuckets;
  const bucket = await buckets?.open(NAME, { persisted: true }).catch(() => undefined);
  return bucket?.indexedDB ?? indexedDB;
}

/** @returns undefined where the marks are out of reach */
async function inMarks<T>(
  use: (marks: IDBPObjectStore<unknown, ['marks'], 'marks', 'readwrite'>) => Promise<T>,
): Promise<T | undefined> {
  try {
    const request = (await factory()).open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('marks');
    await wrap(request);
    const db = wrap(request.result);
    try {
      const transaction = db.transaction(['marks'], 'readwrite', { durability: 'strict' });
      const [result] = await Promise.all([use(transaction.objectStore('marks')), transaction.done]);
      return result;
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

export async function isMarked(): Promise<boolean> {
  return ((await inMarks((marks) => marks.count('vault'))) ?? 0) > 0;
}

export async function setMark(): Promise<void> {
  await inMarks((marks) => marks.put(1, 'vault'));
}

export async function removeMark(): Promise<void> {
  await inMarks((marks) => marks.delete('vault'));
}

/** What the browser says about how long and how much it keeps. */

/**
 * Asks the browser never to evict this origin's storage. Only a page may ask, not a worker.
 * @returns whether it promised
 */
export async function requestPersistence(): Promise<boolean> {
  return (await storage()?.persist?.()) ?? false;
}

export interface Space {
  /** Whether the browser promised not to evict what is stored. */
  readonly persisted: boolean;
  /** Bytes, as far as the browser tells. */
  readonly usage?: number;
  readonly quota?: number;
}

export async function storageSpace(): Promise<Space> {
  const [persisted = false, estimate = {}] = await Promise.all([
    storage()?.persisted?.(),
    storage()?.estimate?.(),
  ]);
  return { persisted, ...estimate };
}

const storage = () =>
  (globalThis as { navigator?: { storage?: Partial<StorageManager> } }).navigator?.storage;

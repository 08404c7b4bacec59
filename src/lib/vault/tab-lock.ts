/** One open vault per origin: an exclusive Web Lock, held while the vault is open. */
import { VaultError } from './fault.ts';

const NAME = 'conclave-vault';
/** How long a tab that is just being closed or loaded again may take to let go, in milliseconds. */
const PATIENCE = 500;

/** The browser's lock manager, or a test's. */
export type Locks = Pick<LockManager, 'request' | 'query'>;

export interface TabLock {
  release(): void;
  /** Resolves when another tab took the lock away; it may stay open for ever. */
  readonly stolen: Promise<void>;
}

/** @throws VaultError `open-elsewhere` (never with `steal`), `unsupported` */
export async function takeLock(locks: Locks, steal: boolean): Promise<TabLock> {
  return new Promise((resolve, reject) => {
    const options: LockOptions = steal ? { steal } : { signal: AbortSignal.timeout(PATIENCE) };
    let rob: (() => void) | undefined;
    const hold = () =>
      new Promise<void>((release) => {
        const stolen = new Promise<void>((robbed) => (rob = robbed));
        resolve({ release, stolen });
      });
    locks.request(NAME, options, hold).catch((error: unknown) => {
      rob?.();
      const late = error instanceof Error && error.name === 'TimeoutError';
      reject(new VaultError(late ? 'open-elsewhere' : 'unsupported'));
    });
  });
}

/** Whether a tab, perhaps this one, has the vault open. */
export async function isHeld(locks: Locks): Promise<boolean> {
  const { held = [] } = await locks.query();
  return held.some(({ name }) => name === NAME);
}

/** @throws VaultError `unsupported` where there is no lock manager */
export function browserLocks(): Locks {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (!locks) throw new VaultError('unsupported');
  return locks;
}

/** Web Locks for tests in Node: one lock manager, which the tabs of one origin share. */
import type { Locks } from '../../src/lib/vault/tab-lock.ts';

interface Holder {
  readonly name: string;
  readonly rob: (why: Error) => void;
}

/** Exclusive locks, as far as the vault uses them: waiting with a signal, stealing, querying. */
export function fakeLocks(): Locks {
  let holder: Holder | undefined;
  const waiting: (() => void)[] = [];

  async function hold(name: string, callback: LockGrantedCallback<unknown>): Promise<unknown> {
    const lock = { name, mode: 'exclusive' } as const;
    return new Promise((resolve, reject) => {
      const mine = { name, rob: reject };
      holder = mine;
      void Promise.resolve(callback(lock)).then((result) => {
        if (holder === mine) {
          holder = undefined;
          waiting.shift()?.();
        }
        resolve(result);
      });
    });
  }

  async function request(
    name: string,
    options: LockOptions,
    callback: LockGrantedCallback<unknown>,
  ): Promise<unknown> {
    if (options.steal) holder?.rob(new DOMException('stolen', 'AbortError'));
    else if (holder)
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        options.signal?.addEventListener('abort', () => {
          waiting.splice(waiting.indexOf(resolve), 1);
          reject(options.signal?.reason as Error);
        });
      });
    return hold(name, callback);
  }

  const query = () => Promise.resolve({ held: holder ? [{ name: holder.name }] : [], pending: [] });
  return { request, query } as unknown as Locks;
}

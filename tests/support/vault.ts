/** An empty origin for every test of the vault in Node, secrets for it, and hands on its raw bytes. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB, type IDBPDatabase } from 'idb';
import { vi } from 'vitest';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { VaultError, type VaultFault } from '../../src/lib/vault/fault.ts';
import { passphraseBytes } from '../../src/lib/vault/passphrase.ts';
import type { SlotSecret } from '../../src/lib/vault/slots.ts';
import type { VaultOptions } from '../../src/lib/vault/vault.ts';
import { fakeLocks } from './locks.ts';

/** Argon2 at next to no cost. */
export const CHEAP = { memory: 64, passes: 1 };

/** An origin with nothing stored; the options are those of its tabs. */
export function emptyOrigin(): VaultOptions {
  vi.stubGlobal('indexedDB', new IDBFactory());
  return { locks: fakeLocks(), cost: CHEAP };
}

export const passphrase = (typed: string): SlotSecret => ({
  kind: 'passphrase',
  passphrase: passphraseBytes(typed),
});

export const device = (id: string, answer = 7): SlotSecret => ({
  kind: 'device',
  id,
  label: `Key ${id}`,
  prf: new Uint8Array(32).fill(answer),
});

export const text = (content: string): Bytes => new TextEncoder().encode(content);

/** The fault that something rejects with; anything else fails the test. */
export async function faultOf(promise: Promise<unknown>): Promise<VaultFault> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VaultError) return error.fault;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Reaches around the vault, into what it stored. */
export async function tamper<T>(hands: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  const db = await openDB('conclave-vault');
  try {
    return await hands(db);
  } finally {
    db.close();
  }
}

/** The same bytes with one bit of byte `at` turned. */
export function flipped(bytes: Uint8Array, at: number): Bytes {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Until mocks are restored, the `n`-th put runs into a full disk: at once, or as its transaction ends. */
export function fullDisk(n: number, when: 'at once' | 'at the end' = 'at once'): void {
  let puts = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    const full = ++puts === n;
    if (full && when === 'at once')
      throw new DOMException('The disk is full.', 'QuotaExceededError');
    const request = put.apply(this, args);
    // The stand-in for IndexedDB ends a transaction with a reason by this private name.
    const transaction = this.transaction as unknown as { _abort(reason: string): void };
    if (full) request.addEventListener('success', () => transaction._abort('QuotaExceededError'));
    return request;
  });
}

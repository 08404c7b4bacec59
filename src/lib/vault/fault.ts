/** What can go wrong in the vault, by name. The sentences for people are in `src/lib/ui/text/vault.ts`. */

export type VaultFaultName =
  /** The browser lacks IndexedDB, WebCrypto or Web Locks here (no secure context, a private window). */
  | 'unsupported'
  /** There is no vault, and no sign that there ever was one. */
  | 'absent'
  /** There is a vault already. */
  | 'exists'
  /** There was a vault; the browser or somebody removed what it consists of. */
  | 'evicted'
  /** No passphrase slot opens with this passphrase. */
  | 'wrong-passphrase'
  /** The device's slot does not open with what the device answered. */
  | 'wrong-device'
  /** There is no slot of this kind, device or number. */
  | 'no-such-slot'
  /** Without this slot nothing would open the vault any more. */
  | 'last-slot'
  | 'slots-full'
  | 'empty-passphrase'
  /** The memory that the passphrase's derivation needs was not to be had. */
  | 'out-of-memory'
  /** The disk, or the browser's share of it, is full. Nothing of the attempt was written. */
  | 'storage-full'
  /** The browser's storage failed or was closed for another reason; `detail` is what it says. */
  | 'storage-failed'
  /** The slots are not as the vault wrote them. */
  | 'header-corrupt'
  /** The record `key` is not as the vault wrote it, or is another record. */
  | 'record-corrupt'
  /** The record `key` is gone. Noticed by whoever reads a log in order: the vault cannot tell. */
  | 'record-missing'
  /** A newer version of the app wrote this. */
  | 'newer-schema'
  /** Another tab has the vault open. */
  | 'open-elsewhere'
  /** Another tab took the vault over; this one has lost it. */
  | 'taken-over'
  /** The vault was locked. */
  | 'locked'
  /** The file is no export of a workspace. */
  | 'export-malformed'
  /** The file was an export; bytes of it are changed or missing. */
  | 'export-damaged'
  | 'export-wrong-passphrase';

/** A fault as plain data, for the way from the worker to the page. */
export interface VaultFault {
  readonly name: VaultFaultName;
  /** The record that it is about. */
  readonly key?: string;
  /** What the browser says. */
  readonly detail?: string;
}

/** What every call of the vault rejects with; a RangeError, too, where the program asks nonsense. */
export class VaultError extends Error {
  readonly fault: VaultFault;

  constructor(fault: VaultFaultName | VaultFault) {
    const whole = typeof fault === 'string' ? { name: fault } : fault;
    super(Object.values(whole).join(': '));
    this.name = 'VaultError';
    this.fault = whole;
  }
}

/** Any error of the browser's storage as one of the vault's. */
export function storageError(error: unknown): VaultError | RangeError {
  if (error instanceof VaultError || error instanceof RangeError) return error;
  if (!(error instanceof Error)) return new VaultError('storage-failed');
  if (error.name === 'QuotaExceededError') return new VaultError('storage-full');
  if (error.name === 'VersionError') return new VaultError('newer-schema');
  return new VaultError({ name: 'storage-failed', detail: `${error.name}: ${error.message}` });
}

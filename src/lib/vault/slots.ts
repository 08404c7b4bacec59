/**
 * Slots, as a disk's: each holds the data key, wrapped under a key of its own, with all its other
 * fields as associated data. A slot whose fields were altered does not open.
 */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { bytes, integer, text, variant, type Read } from '../crypto/schema.ts';
import { VaultError } from './fault.ts';
import { unwrapKey, WRAPPED, wrapKey } from './gcm.ts';
import { costFields, passphraseKey, type Argon2Cost } from './passphrase.ts';

/** What opens a slot. Its bytes are wiped by the call that takes it. */
export type SlotSecret =
  | {
      readonly kind: 'passphrase';
      /** UTF-8, NFKC: see `passphraseBytes`. */
      readonly passphrase: Bytes;
    }
  | {
      readonly kind: 'device';
      /** Which device, such as a credential's id: at most 2048 characters. */
      readonly id: string;
      /** At most 80 characters. */
      readonly label: string;
      /** What the device answers to the label of this purpose: 32 bytes. */
      readonly prf: Bytes;
    };

/** What everybody may know of a slot. */
export interface SlotInfo {
  readonly slot: number;
  readonly kind: 'passphrase' | 'device';
  /** Empty for a passphrase. */
  readonly id: string;
  /** Empty for a passphrase. */
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export const MAX_SLOTS = 8;

const common = {
  slot: integer(0, MAX_SLOTS - 1),
  created: integer(0, Number.MAX_SAFE_INTEGER),
  salt: bytes(16),
  wrapped: bytes(WRAPPED),
};

/** Reads a slot. */
export const slotReader = variant({
  passphrase: { ...common, ...costFields },
  device: { ...common, id: text(2048, 1), label: text(80) },
});

export type Slot = Read<typeof slotReader>;

/** A slot without the key in it: what is bound to the key. */
type Frame = Slot extends infer S ? (S extends Slot ? Omit<S, 'wrapped'> : never) : never;

export function slotInfo(slot: Slot): SlotInfo {
  const { kind, created } = slot;
  const { id, label } = kind === 'device' ? slot : { id: '', label: '' };
  return { slot: slot.slot, kind, id, label, created };
}

/** A new slot with this number for an extractable data key, and the same key, no longer extractable. */
export async function fillSlot(
  number: number,
  secret: SlotSecret,
  dataKey: CryptoKey,
  cost: Argon2Cost,
): Promise<{ readonly slot: Slot; readonly key: CryptoKey }> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const shared = { slot: number, created: Date.now(), salt };
  const frame: Frame =
    secret.kind === 'passphrase'
      ? { kind: 'passphrase', ...shared, ...cost }
      : { kind: 'device', ...shared, id: secret.id, label: secret.label };
  const kek = await slotKey(frame, secret);
  const wrapped = await wrapKey(kek, dataKey, context(frame));
  const key = await unwrapKey(kek, wrapped, context(frame), false);
  if (!key) throw new Error('A slot just filled does not open.');
  return { slot: { ...frame, wrapped } as Slot, key };
}

/**
 * The data key, from the first of these slots that the secret opens.
 * @throws VaultError `no-such-slot`, `wrong-passphrase`, `wrong-device`, `empty-passphrase`, `out-of-memory`
 */
export async function openSlots(
  slots: readonly Slot[],
  secret: SlotSecret,
  extractable: boolean,
): Promise<CryptoKey> {
  const fitting = slots.filter(
    (slot) =>
      slot.kind === secret.kind &&
      (slot.kind === 'passphrase' || secret.kind === 'passphrase' || slot.id === secret.id),
  );
  if (fitting.length === 0) throw new VaultError('no-such-slot');
  for (const { wrapped, ...frame } of fitting) {
    const kek = await slotKey(frame, secret);
    const key = await unwrapKey(kek, wrapped, context(frame), extractable);
    if (key) return key;
  }
  throw new VaultError(secret.kind === 'passphrase' ? 'wrong-passphrase' : 'wrong-device');
}

/** Runs something that needs these secrets, then wipes them. */
export async function consuming<T>(
  secrets: readonly SlotSecret[],
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } finally {
    for (const secret of secrets)
      wipe(secret.kind === 'passphrase' ? secret.passphrase : secret.prf);
  }
}

const context = (frame: Frame) => toCbor({ purpose: 'conclave vault slot 1', ...frame });

async function slotKey(frame: Frame, secret: SlotSecret): Promise<CryptoKey> {
  if (secret.kind === 'device') return deviceKey(secret.prf, frame.salt);
  if (frame.kind === 'device') throw new VaultError('no-such-slot');
  return passphraseKey(secret.passphrase, frame.salt, frame);
}

/** HKDF-SHA256 (RFC 5869) of the device's answer. */
async function deviceKey(prf: Bytes, salt: Bytes): Promise<CryptoKey> {
  if (prf.length !== 32) throw new RangeError(`a device answers 32 bytes, not ${prf.length}`);
  const info = new TextEncoder().encode('conclave vault device slot 1');
  const source = await crypto.subtle.importKey('raw', prf, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    source,
    { name: 'AES-GCM', length: 256 },
    false,
    ['wrapKey', 'unwrapKey'],
  );
}

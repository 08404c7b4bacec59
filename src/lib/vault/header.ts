/**
 * The header: the vault's slots, readable before anything is unlocked. It is sealed as a whole under
 * the data key, so that a slot added, removed or relabelled by another hand shows at the next unlock.
 */
import { toCbor } from '../crypto/cbor.ts';
import { bytes, integer, list, nullable, read, record, type Read } from '../crypto/schema.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { fromEnvelope, toEnvelope } from './envelope.ts';
import { VaultError } from './fault.ts';
import { open, OVERHEAD, seal } from './gcm.ts';
import { MAX_SLOTS, slotReader } from './slots.ts';

/** The version of everything the vault stores: database, header, records. */
export const SCHEMA = 1;

const KIND = 'conclave vault';

const time = integer(0, Number.MAX_SAFE_INTEGER);

const contentFields = {
  created: time,
  /** When this workspace was imported, and when that export was made; ms since 1970. */
  restored: nullable(record({ at: time, exported: time })),
  slots: list(slotReader, MAX_SLOTS, 1),
};
const headerReader = record({ ...contentFields, seal: bytes(OVERHEAD) });

export type Header = Read<typeof headerReader>;
export type HeaderContent = Omit<Header, 'seal'>;

/**
 * Seals a header and encodes it.
 * @throws RangeError where it could not be read back: a device's id or label that is no such text
 */
export async function toHeader(content: HeaderContent, dataKey: CryptoKey): Promise<Bytes> {
  const sealed = await seal(dataKey, new Uint8Array(), context(content));
  const encoded = toEnvelope(KIND, SCHEMA, toCbor({ ...content, seal: sealed }));
  try {
    fromHeader(encoded);
  } catch {
    throw new RangeError('not a slot that could be read back');
  }
  return encoded;
}

/**
 * Reads hostile bytes.
 * @throws VaultError `header-corrupt`, `newer-schema`
 */
export function fromHeader(stored: unknown): Header {
  const envelope = stored instanceof Uint8Array ? fromEnvelope(KIND, stored) : 'foreign';
  if (typeof envelope === 'string') throw new VaultError('header-corrupt');
  if (envelope.version > SCHEMA) throw new VaultError('newer-schema');
  const result = read(headerReader, envelope.body);
  if (typeof result === 'string' || envelope.version !== SCHEMA)
    throw new VaultError('header-corrupt');
  const numbers = new Set(result.value.slots.map(({ slot }) => slot));
  if (numbers.size !== result.value.slots.length) throw new VaultError('header-corrupt');
  return result.value;
}

/** @throws VaultError `header-corrupt` where the header is not one that was sealed with this key */
export async function checkHeader(header: Header, dataKey: CryptoKey): Promise<void> {
  if (!(await open(dataKey, header.seal, context(header)))) throw new VaultError('header-corrupt');
}

const context = ({ created, restored, slots }: HeaderContent) =>
  toCbor({ purpose: 'conclave vault header 1', created, restored, slots });

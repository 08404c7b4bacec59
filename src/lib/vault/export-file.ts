/**
 * A whole workspace as one file: an envelope around
 *
 *     { salt, memory, passes, sealed }      deterministic CBOR
 *
 * where `sealed` is AES-256-GCM, under the passphrase's key and with the other fields as associated
 * data, of { exported, records: [{ key, value }, …] } with the keys ascending. Slots are not in it.
 */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { bytes, integer, list, read, record, text, type Read } from '../crypto/schema.ts';
import { fromEnvelope, toEnvelope } from './envelope.ts';
import { VaultError } from './fault.ts';
import { open, OVERHEAD, seal } from './gcm.ts';
import { costFields, passphraseKey, type Argon2Cost } from './passphrase.ts';
import { isKey } from './store.ts';

const KIND = 'conclave export';
const VERSION = 1;
/** Bytes: 1 GiB. */
const MAX_SIZE = 2 ** 30;
const MAX_RECORDS = 1_000_000;

const fileReader = record({ ...costFields, salt: bytes(16), sealed: bytes(OVERHEAD, MAX_SIZE) });

const workspaceReader = record({
  /** When the export was made; ms since 1970. */
  exported: integer(0, Number.MAX_SAFE_INTEGER),
  records: list(record({ key: text(200, 1), value: bytes(0, MAX_SIZE) }), MAX_RECORDS),
});

/** What an export holds. */
export type Workspace = Read<typeof workspaceReader>;

/**
 * Encrypts a workspace whose keys ascend.
 * @throws VaultError `empty-passphrase`, `out-of-memory`
 */
export async function toExport(
  workspace: Workspace,
  passphrase: Uint8Array,
  cost: Argon2Cost,
): Promise<Bytes> {
  const frame = { ...cost, salt: crypto.getRandomValues(new Uint8Array(16)) };
  const key = await passphraseKey(passphrase, frame.salt, cost);
  const plaintext = toCbor(workspace);
  const sealed = await seal(key, plaintext, context(frame));
  wipe(plaintext);
  return toEnvelope(KIND, VERSION, toCbor({ ...frame, sealed }));
}

/**
 * Reads a hostile file, all of it, before anything is done with it.
 * @throws VaultError `export-malformed`, `export-damaged`, `export-wrong-passphrase`, `newer-schema`,
 *   `empty-passphrase`, `out-of-memory`
 */
export async function fromExport(file: Uint8Array, passphrase: Uint8Array): Promise<Workspace> {
  const envelope = fromEnvelope(KIND, file);
  if (envelope === 'foreign') throw new VaultError('export-malformed');
  if (envelope === 'damaged') throw new VaultError('export-damaged');
  if (envelope.version > VERSION) throw new VaultError('newer-schema');
  const outer = read(fileReader, envelope.body);
  if (typeof outer === 'string' || envelope.version !== VERSION)
    throw new VaultError('export-malformed');
  const { sealed, ...frame } = outer.value;
  const key = await passphraseKey(passphrase, frame.salt, frame);
  const plaintext = await open(key, sealed, context(frame));
  if (!plaintext) throw new VaultError('export-wrong-passphrase');
  const inner = read(workspaceReader, plaintext);
  wipe(plaintext);
  if (typeof inner === 'string' || !ascending(inner.value.records))
    throw new VaultError('export-malformed');
  return inner.value;
}

const context = (frame: Argon2Cost & { readonly salt: Bytes }) =>
  toCbor({ purpose: 'conclave export 1', ...frame });

const ascending = (records: Workspace['records']) =>
  records.every(({ key }, i) => isKey(key) && (i === 0 || records[i - 1]!.key < key));

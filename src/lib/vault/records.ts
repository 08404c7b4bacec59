/**
 * Records: each sealed under the data key with schema version ‖ key as associated data, so that none
 * can stand in for another. Not hidden are keys, lengths and the number of records; not prevented is
 * that an older state of a record is put back by somebody who copied it: the log's hash chain shows
 * that, not the vault.
 */
import { be32, concat, type Bytes } from '../crypto/bytes.ts';
import { VaultError } from './fault.ts';
import { open, seal } from './gcm.ts';
import { SCHEMA } from './header.ts';

export async function sealRecord(dataKey: CryptoKey, key: string, value: Bytes): Promise<Bytes> {
  return seal(dataKey, value, context(key));
}

/** @throws VaultError `record-corrupt` */
export async function openRecord(dataKey: CryptoKey, key: string, stored: unknown): Promise<Bytes> {
  const value =
    stored instanceof Uint8Array ? await open(dataKey, stored as Bytes, context(key)) : undefined;
  if (!value) throw new VaultError({ name: 'record-corrupt', key });
  return value;
}

const context = (key: string) => concat(be32(SCHEMA), new TextEncoder().encode(key));

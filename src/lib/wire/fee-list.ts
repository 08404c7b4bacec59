import { toHex } from '../crypto/bytes.ts';
import { byteList, readJson } from '../crypto/json.ts';
import {
  integer,
  list,
  nullable,
  oneOf,
  record,
  text,
  type Read,
  type Reader,
} from '../crypto/schema.ts';
import { feeUtxoId, type FeeUtxo } from './fees.ts';
import { MAX_SAT, sat, u53 } from './values.ts';

/*
 * The list of fee outputs that the deployed bridge keeps: its database file, or the list in it alone.
 */

const utxo = record({
  id: text(100),
  owner_pubkey_hash: byteList(32),
  asset_id: byteList(32),
  amount: sat,
  salt: byteList(32),
  txid: text(100),
  timestamp: u53,
  status: oneOf('Available', 'Consolidating', 'Spent'),
});

/** What the bridge has joined itself: read, so that the file is known whole, and not used. */
const consolidation = record({
  id: text(100),
  input_utxos: list(text(100), 1000),
  total_amount: integer(0, MAX_SAT),
  destination_address: byteList(32),
  txid: nullable(text(100)),
  timestamp: u53,
  status: oneOf('Pending', 'InProgress', 'Completed', 'Failed'),
});

/** The most outputs in one list, and its longest text in UTF-16 units. */
export const MAX_FEE_UTXOS = 1000;
const MAX_JSON = 4_000_000;

const utxos = list(utxo, MAX_FEE_UTXOS);
const database = record({ utxos, consolidations: list(consolidation, 1000) });
const either: Reader<Read<typeof utxos>> = (value, at) =>
  Array.isArray(value) ? utxos(value, at) : database(value, at).utxos;

/** An output as the bridge lists it. */
export interface ListedFeeUtxo {
  readonly utxo: FeeUtxo;
  /** What the bridge calls it. */
  readonly claimedId: string;
  /** Whether that is the hash of its fields in hexadecimal, as the bridge describes its ids. */
  readonly idHolds: boolean;
  readonly status: 'Available' | 'Consolidating' | 'Spent';
}

/** Reads such a list, strictly; a sentence where it is another thing. */
export function readFeeList(json: string): readonly ListedFeeUtxo[] | string {
  const read = readJson(either, json, MAX_JSON);
  if (typeof read === 'string') return read;
  return read.value.map(({ id, owner_pubkey_hash, asset_id, status, ...rest }) => {
    const utxo = { ...rest, owner: owner_pubkey_hash, asset: asset_id };
    return { utxo, claimedId: id, idHolds: id === toHex(feeUtxoId(utxo)), status };
  });
}

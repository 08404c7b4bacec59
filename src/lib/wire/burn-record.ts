import { sign, verify } from '../crypto/bip340.ts';
import { fromHex, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { hexBytes, readJson } from '../crypto/json.ts';
import {
  bytes,
  integer,
  list,
  oneOf,
  record,
  text,
  type Read,
  type Reader,
} from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { MAX_SAT, sat, u32 } from './values.ts';

/*
 * What an operator's own observer of 0BTC Wire says of a burn. The proof of a burn binds neither the
 * network nor the asset nor more than 20 bytes of the destination; records of observers do.
 */

/** Fields of a burn, with the reader for byte strings of the format that they stand in. */
const burnFields = (bytes: (length: number, max?: number) => Reader<Bytes>) => ({
  /** Of the finalised block of 0BTC Wire that has the burn. */
  height: u32,
  /** That block's hash. */
  block: bytes(32),
  asset: bytes(32),
  /** The field element of the proof, big endian. */
  nullifier: bytes(8),
  /** What was burnt, in sat. */
  amount: sat,
  /** What of it the bridge keeps, in sat; never more than the amount. */
  fee: integer(0, MAX_SAT),
  /** The whole scriptPubKey that is to be paid. */
  script: bytes(1, 42),
});

/** Nobody pays a fee above the amount. */
const feeWithin =
  <T extends { readonly amount: number; readonly fee: number }>(reader: Reader<T>): Reader<T> =>
  (value, at) => {
    const burn = reader(value, at);
    integer(0, burn.amount)(burn.fee, at ? `${at}.fee` : 'fee');
    return burn;
  };

export const burnReader = feeWithin(record(burnFields(bytes)));
/** A burn, as an observer saw it. */
export type Burn = Read<typeof burnReader>;

/** For which group an observer speaks. */
export interface BurnPlace {
  readonly network: string;
  /** The group's identity, 32 bytes. */
  readonly group: Uint8Array;
}

/** What an observer signs, 32 bytes: the hash tagged `Conclave/burn record v1` of deterministic CBOR. */
export const burnMessage = ({ network, group }: BurnPlace, burn: Burn): Bytes =>
  taggedHash(tags.burnRecord, toCbor({ network, group, burn }));

/**
 * An observer's signature, 64 bytes (BIP 340).
 * @param secret the observer's, not zero
 * @param aux 32 bytes, fresh
 */
export const signBurn = (
  secp256k1: Group,
  secret: Scalar,
  where: BurnPlace,
  burn: Burn,
  aux: Uint8Array,
): Bytes => sign(secp256k1, secret, burnMessage(where, burn), aux);

/** Whether the observer with this key (x coordinate, 32 bytes) signed it; any lengths, never throws. */
export const burnHolds = (
  secp256k1: Group,
  observerKey: Uint8Array,
  where: BurnPlace,
  burn: Burn,
  signature: Uint8Array,
): boolean => verify(secp256k1, observerKey, burnMessage(where, burn), signature);

/** A burn and who saw it. */
export interface BurnRecord {
  readonly burn: Burn;
  /** The observer's key, 32 bytes. */
  readonly observer: Bytes;
  /** 64 bytes. */
  readonly signature: Bytes;
}

const FORMAT = 'conclave burn records 1';
/** The most records in one file, and its longest text in UTF-16 units: a record takes less than 800. */
export const MAX_BURN_RECORDS = 5000;
const MAX_JSON = 4_000_000;

/** The file that observers write, JSON for people and programs; byte strings are hexadecimal. */
export const burnFile = (where: BurnPlace, records: readonly BurnRecord[]): string =>
  JSON.stringify(
    {
      format: FORMAT,
      network: where.network,
      group: toHex(where.group),
      records: records.map(({ burn, observer, signature }) => ({
        height: burn.height,
        block: toHex(burn.block),
        asset: toHex(burn.asset),
        nullifier: toHex(burn.nullifier),
        amount: burn.amount,
        fee: burn.fee,
        script: toHex(burn.script),
        observer: toHex(observer),
        signature: toHex(signature),
      })),
    },
    undefined,
    2,
  );

const fileReader = record({
  format: oneOf(FORMAT),
  network: text(20, 1),
  group: hexBytes(32),
  records: list(
    feeWithin(record({ ...burnFields(hexBytes), observer: hexBytes(32), signature: hexBytes(64) })),
    MAX_BURN_RECORDS,
  ),
});

/** Reads such a file; a sentence where it is another thing. No signature is verified. */
export function readBurnFile(
  json: string,
): { where: BurnPlace; records: readonly BurnRecord[] } | string {
  const read = readJson(fileReader, json, MAX_JSON);
  if (typeof read === 'string') return read;
  const { network, group, records } = read.value;
  return {
    where: { network, group },
    records: records.map(({ observer, signature, ...burn }) => ({ burn, observer, signature })),
  };
}

/**
 * The 20 bytes that the burn circuit has for a destination, if the script is of a kind that they can
 * mean: P2PKH, P2SH or P2WPKH. They do not say which.
 */
export function destinationHash(script: Uint8Array): Bytes | undefined {
  const hex = toHex(script);
  const hash =
    /^76a914(.{40})88ac$/.exec(hex) ?? /^a914(.{40})87$/.exec(hex) ?? /^0014(.{40})$/.exec(hex);
  return hash ? fromHex(hash[1]!) : undefined;
}

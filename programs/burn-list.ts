/**
 * The burns that an operator's own 0BTC Wire node has seen. The deployed node has no call for them, so
 * they come as its scripts print them, each with the hash of its block besides, and with the height
 * of the node's last block:
 *
 *     { "height": 1310,
 *       "burns": [ { "proof_id": "…", "nullifier": "0x0102030405060708", "asset_id": "0x0",
 *                    "amount": 50000, "destination_btc_address": "bc1q…", "fee_btc": 1000,
 *                    "block_number": 1207, "block_hash": "…", "timestamp": 1790000000 } ] }
 *
 * What users of the bridge can write is theirs: an entry that does not fit is left out by itself.
 * Amounts are in sat. A nullifier is one field element, as the proof of the burn has it. The state
 * that the scripts keep in `status` may stand there too; it is not looked at.
 */
import { scriptOfAddress, type AddressNetwork } from '../src/lib/bitcoin/address.ts';
import { fromHex, toHex, type Bytes } from '../src/lib/crypto/bytes.ts';
import type { Cbor } from '../src/lib/crypto/cbor.ts';
import { hexBytes } from '../src/lib/crypto/json.ts';
import {
  bytes,
  fit,
  list,
  printable,
  record,
  text,
  type Read,
  type Reader,
} from '../src/lib/crypto/schema.ts';
import { MAX_BURN_RECORDS, burnReader, type Burn } from '../src/lib/wire/burn-record.ts';
import { sat, u32, u53 } from '../src/lib/wire/values.ts';

/** The longest list in UTF-16 units. */
const MAX_LIST = 4_000_000;
/** The longest reason that is shown, in UTF-16 units. */
const MAX_WHY = 200;
/** Numbers from here on are no elements of the field that the proof is over (Goldilocks). */
const FIELD = 2n ** 64n - 2n ** 32n + 1n;

/** A number as `0x…` in hexadecimal, big endian in so many bytes. */
const hexNumber = (length: number): Reader<Bytes> => {
  const inner = bytes(length);
  return (value, at) => {
    const digits = typeof value === 'string' ? /^(?:0x)?([0-9a-f]+)$/.exec(value)?.[1] : undefined;
    return inner(digits && fromHex(digits.padStart(2 * length, '0')), at);
  };
};

const burn = record({
  proof_id: text(200),
  nullifier: hexNumber(8),
  asset_id: hexNumber(32),
  amount: sat,
  destination_btc_address: text(100),
  fee_btc: u53,
  block_number: u32,
  block_hash: hexBytes(32),
  timestamp: u53,
});
const withoutStatus: typeof burn = (value, at) => {
  const { status, ...rest } = Object(value) as { readonly status?: unknown };
  return burn(status === undefined ? value : rest, at);
};

const anything: Reader<unknown> = (value) => value;
const listReader = record({ height: u32, burns: list(anything, MAX_BURN_RECORDS) });

/** A burn that is not signed now, and why. */
export interface LeftOut {
  /** Its nullifier, or its place in the list where that cannot be read. */
  readonly name: string;
  readonly why: string;
}

/**
 * Reads the list; a sentence where it is another thing.
 * @param depth a burn is final when so many blocks of 0BTC Wire follow its own
 */
export function readBurns(
  network: AddressNetwork,
  depth: number,
  json: string,
): { readonly burns: readonly Burn[]; readonly leftOut: readonly LeftOut[] } | string {
  if (json.length > MAX_LIST) return `longer than ${MAX_LIST} characters`;
  let parsed: Cbor;
  try {
    parsed = JSON.parse(json) as Cbor;
  } catch {
    return 'not JSON';
  }
  const read = fit(listReader, parsed);
  if (typeof read === 'string') return read;
  const { height, burns: entries } = read.value;
  const { frame, texts } = taken(json);
  // So no name of the list itself stands twice, and every entry has the text that it was read from.
  const plain = [
    { height, burns: [] },
    { burns: [], height },
  ].map((one) => JSON.stringify(one));
  if (!plain.includes(frame) || texts.length !== entries.length)
    return 'not plain JSON: a name stands twice, or a value is written oddly';
  const burns: Burn[] = [];
  const leftOut: LeftOut[] = [];
  for (const [i, entry] of entries.entries()) {
    const judged = burnOf(network, height - depth, entry, texts[i]!);
    if (typeof judged !== 'string') burns.push(judged);
    else leftOut.push({ name: nameOf(entry, i), why: printable(judged, MAX_WHY) });
  }
  return { burns, leftOut };
}

/** The nullifier of an entry, or where it stands. */
function nameOf(entry: unknown, place: number): string {
  const { nullifier } = Object(entry) as { readonly nullifier?: unknown };
  const read = fit(hexNumber(8), nullifier as Cbor);
  return typeof read === 'string' ? `burns[${place}]` : toHex(read.value);
}

/** What an entry says, or why it is not signed. `last`: the last block that is final. */
function burnOf(
  network: AddressNetwork,
  last: number,
  entry: unknown,
  written: string,
): Burn | string {
  const read = fit(withoutStatus, entry as Cbor);
  if (typeof read === 'string') return read;
  if (!isPlain(entry, written)) return 'a name stands twice in it, or a value is written oddly';
  const seen: Read<typeof burn> = read.value;
  if (seen.block_number > last)
    return `${seen.block_number - last} blocks are missing until it is final`;
  const script = scriptOfAddress(network, seen.destination_btc_address);
  if (!script) return `“${seen.destination_btc_address}” is no address of ${network}`;
  if (BigInt(`0x${toHex(seen.nullifier)}`) >= FIELD) return 'its nullifier is no field element';
  const fitted = fit(burnReader, {
    height: seen.block_number,
    block: seen.block_hash,
    asset: seen.asset_id,
    nullifier: seen.nullifier,
    amount: seen.amount,
    fee: seen.fee_btc,
    script,
  });
  return typeof fitted === 'string' ? fitted : fitted.value;
}

const STRING = /"(?:[^"\\]|\\.)*"/g;

/** Whether a value was read from this text alone, white space and the way letters are escaped aside. */
function isPlain(value: unknown, written: string): boolean {
  try {
    const usual = written.replace(STRING, (one) => JSON.stringify(JSON.parse(one)));
    return usual === JSON.stringify(value);
  } catch {
    return false; // nested so deeply, or so long, that the stack overflows
  }
}

/**
 * The list's own text, and apart from it that of each of its entries: what is written in one cannot
 * change how another is read. White space outside strings is gone.
 * @param json that parses
 */
function taken(json: string): { readonly frame: string; readonly texts: readonly string[] } {
  const out = { frame: '', texts: [] as string[] };
  let depth = 0;
  let entry = '';
  const end = () => {
    if (entry) out.texts.push(entry);
    entry = '';
  };
  for (let at = 0; at < json.length;) {
    const next = json[at] === '"' ? endOfString(json, at) : at + 1;
    const token = json.slice(at, next);
    at = next;
    if (/^\s$/.test(token)) continue;
    if (token === ']' || token === '}') depth--;
    if (depth < 2) end();
    if (depth === 2 && token === ',') end();
    else if (depth < 2) out.frame += token;
    else entry += token;
    if (token === '[' || token === '{') depth++;
  }
  return out;
}

/** Where a string ends that begins here. */
function endOfString(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

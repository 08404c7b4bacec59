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
 * Amounts are in sat. A nullifier is one field element, as the proof of the burn has it. The state
 * that the scripts keep in `status` may stand there too; it is not looked at.
 */
import { scriptOfAddress, type AddressNetwork } from '../src/lib/bitcoin/address.ts';
import { fromHex, toHex, type Bytes } from '../src/lib/crypto/bytes.ts';
import { hexBytes, readJson } from '../src/lib/crypto/json.ts';
import { bytes, fit, list, record, text, type Reader } from '../src/lib/crypto/schema.ts';
import { MAX_BURN_RECORDS, burnReader, type Burn } from '../src/lib/wire/burn-record.ts';
import { sat, u32, u53 } from '../src/lib/wire/values.ts';

/** The longest list in UTF-16 units. */
const MAX_LIST = 4_000_000;
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

const listReader = record({ height: u32, burns: list(withoutStatus, MAX_BURN_RECORDS) });

/** A burn that is not signed now, and why. */
export interface LeftOut {
  readonly nullifier: string;
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
  const read = readJson(listReader, json, MAX_LIST);
  if (typeof read === 'string') return read;
  const burns: Burn[] = [];
  const leftOut: LeftOut[] = [];
  for (const seen of read.value.burns) {
    const after = read.value.height - seen.block_number;
    const script = scriptOfAddress(network, seen.destination_btc_address);
    const fitted = fit(burnReader, {
      height: seen.block_number,
      block: seen.block_hash,
      asset: seen.asset_id,
      nullifier: seen.nullifier,
      amount: seen.amount,
      fee: seen.fee_btc,
      script: script ?? new Uint8Array(0),
    });
    const nullifier = toHex(seen.nullifier);
    const why =
      after < depth
        ? `${Math.max(0, depth - after)} blocks are missing until it is final`
        : !script
          ? `“${seen.destination_btc_address}” is no address of ${network}`
          : BigInt(`0x${nullifier}`) >= FIELD
            ? 'its nullifier is no field element'
            : typeof fitted === 'string'
              ? fitted
              : undefined;
    if (why !== undefined) leftOut.push({ nullifier, why });
    else if (typeof fitted !== 'string') burns.push(fitted.value);
  }
  return { burns, leftOut };
}

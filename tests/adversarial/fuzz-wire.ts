import { xOnly } from '../../src/lib/crypto/bip340.ts';
import { concat, equal, toHex } from '../../src/lib/crypto/bytes.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { read } from '../../src/lib/crypto/schema.ts';
import {
  burnFile,
  burnHolds,
  burnReader,
  destinationHash,
  readBurnFile,
  signBurn,
} from '../../src/lib/wire/burn-record.ts';
import { readFeeList } from '../../src/lib/wire/fee-list.ts';
import { feeUtxoId } from '../../src/lib/wire/fees.ts';
import {
  attestationBytes,
  attestationJson,
  readAttestation,
  readAttestationJson,
} from '../../src/lib/wire/mint.ts';
import type { Groups } from '../support/groups.ts';
import { attestation, burn, feeUtxo, place } from '../support/wire.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const encode = (json: string) => new TextEncoder().encode(json);

/** The parsers of what comes from the bridge; sentences are refusals. */
export function wireTargets({ secp256k1 }: Groups): FuzzTarget[] {
  const secret = secp256k1.scalarFromNumber(11);
  const observer = xOnly(secp256k1.mulBase(secret));
  const signature = signBurn(secp256k1, secret, place, burn, new Uint8Array(32));
  const signedBurn = concat(observer, signature);
  return [
    target('mint attestation', attestationBytes(attestation), readAttestation, (value, input) =>
      equal(attestationBytes(value), input),
    ),
    target(
      'mint attestation, JSON',
      encode(attestationJson({ attestation, id: 'att-1', signature, createdAt: 1_799_990_000 })),
      (input) => readAttestationJson(text.decode(input)),
      (value, input) => attestationJson(value) === dense(input),
    ),
    target(
      'burn',
      toCbor({ ...burn }),
      (input) => read(burnReader, input),
      ({ value }, input) => equal(toCbor({ ...value }), input),
    ),
    {
      name: "observer's key and signature",
      seed: signedBurn,
      parse: (input) =>
        burnHolds(secp256k1, input.subarray(0, 32), place, burn, input.subarray(32)),
      mayAccept: (input) => equal(input, signedBurn),
    },
    target(
      'file of burn records',
      encode(burnFile(place, [{ burn, observer, signature }])),
      (input) => readBurnFile(text.decode(input)),
      ({ where, records }, input) =>
        JSON.stringify(JSON.parse(burnFile(where, records))) === dense(input),
    ),
    target(
      'list of fee outputs',
      encode(JSON.stringify([listed(0), listed(1)])),
      (input) => readFeeList(text.decode(input)),
      // What is accepted stands in the list, in this order.
      (value, input) =>
        dense(input) ===
        JSON.stringify(
          value.map(({ utxo, claimedId, status }) => asListed(claimedId, utxo, status)),
        ),
    ),
    target(
      'destination of a burn',
      burn.script,
      (input) => destinationHash(input),
      (hash, input) => hash.length === 20 && toHex(input).includes(toHex(hash)),
    ),
  ];
}

/** A parser whose refusals are sentences or undefined, and what must be true of what it accepts. */
function target<T extends object>(
  name: string,
  seed: Uint8Array,
  parse: (input: Uint8Array) => T | string | undefined,
  holds: (value: T, input: Uint8Array) => boolean,
): FuzzTarget {
  const accepted = (input: Uint8Array): T | undefined => {
    const result = parse(input);
    return typeof result === 'string' ? undefined : result;
  };
  return { name, seed, parse: accepted, mayAccept: (input) => holds(accepted(input)!, input) };
}

const dense = (input: Uint8Array) => JSON.stringify(JSON.parse(text.decode(input)));

type Utxo = ReturnType<typeof feeUtxo>;
const asListed = (id: string, utxo: Utxo, status: string) => ({
  id,
  owner_pubkey_hash: Array.from(utxo.owner),
  asset_id: Array.from(utxo.asset),
  amount: utxo.amount,
  salt: Array.from(utxo.salt),
  txid: utxo.txid,
  timestamp: utxo.timestamp,
  status,
});

const listed = (number: number) =>
  asListed(toHex(feeUtxoId(feeUtxo(number))), feeUtxo(number), 'Available');

import { be32, concat, equal, readBe32, toHex, type Bytes } from '../crypto/bytes.ts';
import { byteList, hexBytes, readJson } from '../crypto/json.ts';
import { bytes, fit, record, text, type Reader } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { placed } from './fields.ts';
import { le32, le64, readLe32, readLe64, sat, u32, u53 } from './values.ts';

/*
 * The mint attestation of 0BTC Wire as it is deployed: what the attestation key signs, and the JSON in
 * which the bridge takes it.
 */

/** What is attested: a deposit is worth so much to this recipient. */
export interface Attestation {
  /** Of the deposit, 32 bytes as they stand in transactions; written and shown reversed. */
  readonly txid: Bytes;
  readonly vout: number;
  /** The hash of the recipient's public key, 32 bytes. */
  readonly recipient: Bytes;
  /** In sat, from 1 on. */
  readonly amount: number;
  /** Below 2⁵³. The bridge has 64 bits, but JSON in a browser does not hold them. */
  readonly nonce: number;
  /** In s since 1970, below 2⁵³. The bridge takes it up to and with this second. */
  readonly expiry: number;
}

const shape = {
  txid: bytes(32),
  vout: u32,
  recipient: bytes(32),
  amount: sat,
  nonce: u53,
  expiry: u53,
};

/** An attestation from a decoded value. */
export const attestationReader: Reader<Attestation> = record(shape);

export const MINT_DOMAIN = '0BTC_WIRE_MINT_ATTESTATION';

/** Every field of the bytes that are signed, in their order. */
export const attestationFields = placed([
  ['domain', MINT_DOMAIN.length],
  ['txid', 64],
  ['vout', 4],
  ['recipient', 32],
  ['amount', 8],
  ['nonce', 8],
  ['expiry', 8],
]);
export type AttestationField = (typeof attestationFields)[number]['field'];

const ATTESTATION_LENGTH = attestationFields.at(-1)!.end;

/** As ids of transactions are shown: reversed, in lower-case hexadecimal. */
const shownTxid = (txid: Uint8Array): string => toHex(txid.toReversed());
const shownTxidReader: Reader<Bytes> = (value, at) => hexBytes(32)(value, at).reverse();

const ascii = new TextEncoder();

/**
 * What the attestation key signs, 150 bytes: the domain, the deposit's transaction id as 64 letters,
 * vout (4 bytes), recipient (32 bytes), amount, nonce and expiry (8 bytes each, all little endian). An
 * Ed25519 signature is over these bytes themselves.
 */
export const attestationBytes = (attestation: Attestation): Bytes =>
  concat(
    ascii.encode(MINT_DOMAIN),
    ascii.encode(shownTxid(attestation.txid)),
    le32(attestation.vout),
    attestation.recipient,
    le64(attestation.amount),
    le64(attestation.nonce),
    le64(attestation.expiry),
  );

const signedReader: Reader<Attestation> = record({ ...shape, txid: shownTxidReader });

/** The attestation in bytes that are signed; a sentence that names the field where they are none. */
export function readAttestation(signed: Uint8Array): Attestation | string {
  if (signed.length !== ATTESTATION_LENGTH) return `not ${ATTESTATION_LENGTH} bytes`;
  const part = Object.fromEntries(
    attestationFields.map(({ field, start, end }) => [field, signed.slice(start, end)]),
  ) as Record<AttestationField, Bytes>;
  if (!equal(part.domain, ascii.encode(MINT_DOMAIN))) return `domain: not ${MINT_DOMAIN}`;
  const read = fit(signedReader, {
    txid: new TextDecoder().decode(part.txid),
    vout: readLe32(part.vout),
    recipient: part.recipient,
    amount: readLe64(part.amount),
    nonce: readLe64(part.nonce),
    expiry: readLe64(part.expiry),
  });
  return typeof read === 'string' ? read : read.value;
}

/** A signed attestation as the bridge takes it. `id` and `createdAt` are not signed. */
export interface SignedAttestation {
  readonly attestation: Attestation;
  /** 1 to 100 printable characters. */
  readonly id: string;
  /** 64 bytes. */
  readonly signature: Bytes;
  /** In s since 1970. */
  readonly createdAt: number;
}

/** The bridge's JSON: names, order and types of its fields are the deployed ones. */
export const attestationJson = (signed: SignedAttestation): string =>
  JSON.stringify({
    id: signed.id,
    deposit_txid: shownTxid(signed.attestation.txid),
    deposit_vout: signed.attestation.vout,
    recipient_pubkey_hash: Array.from(signed.attestation.recipient),
    amount: signed.attestation.amount,
    nonce: signed.attestation.nonce,
    signature: Array.from(signed.signature),
    expiry: signed.attestation.expiry,
    created_at: signed.createdAt,
  });

const jsonReader = record({
  id: text(100, 1),
  deposit_txid: shownTxidReader,
  deposit_vout: u32,
  recipient_pubkey_hash: byteList(32),
  amount: sat,
  nonce: u53,
  signature: byteList(64),
  expiry: u53,
  created_at: u53,
});

/** An attestation in the bridge's JSON takes about 700 characters, indented below 3000. */
const MAX_JSON = 10_000;

/** Reads the bridge's JSON, strictly; a sentence where it is another thing. The signature is not verified. */
export function readAttestationJson(json: string): SignedAttestation | string {
  const read = readJson(jsonReader, json, MAX_JSON);
  if (typeof read === 'string') return read;
  const { value } = read;
  return {
    attestation: {
      txid: value.deposit_txid,
      vout: value.deposit_vout,
      recipient: value.recipient_pubkey_hash,
      amount: value.amount,
      nonce: value.nonce,
      expiry: value.expiry,
    },
    id: value.id,
    signature: value.signature,
    createdAt: value.created_at,
  };
}

/**
 * The nonce of every attestation of a deposit, below 2⁵³: the first 53 bits of the hash tagged
 * `Conclave/mint nonce v1` over
 *
 *     txid            32 bytes, as they stand in transactions
 *     vout            4 bytes, big endian
 *     network's name  ASCII
 *
 * An attestation that is issued again has the same one, so the bridge itself can see the repetition.
 */
export function mintNonce(network: string, txid: Uint8Array, vout: number): number {
  const hash = taggedHash(tags.mintNonce, txid, be32(vout), ascii.encode(network));
  return readBe32(hash) * 2 ** 21 + (readBe32(hash.subarray(4)) >>> 11);
}

/** What a group has agreed on about attestations. */
export interface Schedule {
  /** How long an attestation is valid, in s. */
  readonly validity: number;
}

const HOUR = 3600;

/**
 * When an attestation expires, in s since 1970: a function of what all operators agree on, so that
 * they sign the same bytes.
 * @param minedAt the time in the header of the deposit's block, in s since 1970; taken up to the hour
 * @param issue 0 for the first; each further one begins when the one before it has expired
 */
export const expiryOf = ({ validity }: Schedule, minedAt: number, issue: number): number =>
  Math.ceil(minedAt / HOUR) * HOUR + (issue + 1) * validity;

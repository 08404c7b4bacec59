import { checkpointReader } from '../bitcoin/chain.ts';
import { inclusionReader } from '../bitcoin/inclusion.ts';
import { MAX_INPUTS, MAX_ITEMS } from '../bitcoin/spend.ts';
import { MAX_STATEMENT } from '../crypto/approval-key.ts';
import {
  ascii,
  boolean,
  bytes,
  integer,
  list,
  moment,
  nullable,
  oneOf,
  record,
  text,
  variant,
  type Read,
} from '../crypto/schema.ts';
import { burnReader } from '../wire/burn-record.ts';
import { cardReader, witnessReader } from './card.ts';
import { MAX_IN_MANIFEST, manifestReader, termsReader } from './manifest.ts';
import { tierReader } from './pieces.ts';
import { batchReader } from './request.ts';
import { rulesReader } from './rules.ts';

/*
 * What a packet carries: one part for each step of a ceremony. Operators are named by their number
 * in the manifest, from 0.
 */

/** The DKG messages of 16 operators at a threshold of 16 stay below this. */
const MAX_DKG_MESSAGE = 4096;

/** The highest number of a proposed backup address. */
export const MAX_PROPOSAL = 1000;

const operator = integer(0, MAX_IN_MANIFEST - 1);

/** The last attempt at a test, from 0. */
export const MAX_ATTEMPT = 1000;
const attempt = integer(0, MAX_ATTEMPT);

/** Which operators make a test signature together, in ascending order. */
const signerSet = list(operator, MAX_IN_MANIFEST, 2);

/** One signer's public nonces for one set: 66 bytes for custody, 64 for attestation. */
const nonces = record({
  ids: signerSet,
  attempt,
  custody: bytes(66),
  attestation: bytes(64),
});

/** One signer's signature shares for one set, under one package (its hash). */
const shares = record({
  ids: signerSet,
  attempt,
  signingPackage: bytes(32),
  custody: bytes(32),
  attestation: bytes(32),
});

/** So that reasons against a whole batch fit one packet, with nonces for the most signatures. */
export const MAX_REASON = 100;

/** Items of a batch, by their position. */
const items = list(integer(0, MAX_ITEMS - 1), MAX_ITEMS, 1);

const nonceList = list(bytes(64, 66), MAX_INPUTS, 1);
const shareList = list(bytes(32), MAX_INPUTS, 1);

/** The most block headers in one part. */
export const MAX_HEADERS = 1000;

/** A transaction in a block, by the block's hash. */
const included = record({ block: bytes(32), inclusion: inclusionReader });

/** A burn, and the signature of its observer. */
const burnRecord = record({ burn: burnReader, signature: bytes(64) });

/** The batch that a part is about: its root. */
const session = bytes(32);

const scriptEntry = record({
  step: text(40, 1),
  done: moment,
  note: text(500),
});

export const partReader = variant({
  // Enrolment
  invite: { terms: termsReader, from: text(40, 1) },
  join: { card: cardReader },
  witness: { card: witnessReader },
  manifest: { manifest: manifestReader },
  // Key generation
  seal: {
    manifestHash: bytes(32),
    signature: bytes(64),
    checklist: list(record({ item: text(40, 1), evidence: text(200) }), 20),
  },
  /**
   * The sender's packet and observer secrets, encrypted with their host secret (92 bytes): whoever
   * restores that one speaks again as the same operator.
   */
  keep: { box: bytes(92) },
  round1: { message: bytes(1, MAX_DKG_MESSAGE) },
  round2: { view: bytes(32), message: bytes(128) },
  // Test signatures
  approve: { statement: ascii(MAX_STATEMENT), signature: bytes(64, 1024) },
  commit: { nonces: list(nonces, MAX_IN_MANIFEST, 1) },
  shares: { shares: list(shares, MAX_IN_MANIFEST, 1) },
  retest: { ids: signerSet },
  // The end
  close: {
    certified: bytes(32),
    backup: record({ tier: oneOf('age-file'), method: oneOf('read-back'), at: moment }),
    script: list(scriptEntry, 40),
  },
  record: { hash: bytes(32) },
  // Requests
  request: { batch: batchReader },
  /** What the sender found, for each item, before they saw what others found. */
  slip: {
    session,
    /** Where they looked: an own source. */
    source: text(200, 1),
    verdicts: list(record({ accept: boolean, because: text(MAX_REASON) }), MAX_ITEMS, 1),
  },
  /**
   * What is spent and answered for belongs to these items and to nothing else. `time`: the median time
   * past that the sender and t operators agreed on, in s; 0 where there was none.
   */
  reserve: { session, items, time: integer(0, 0xffff_ffff) },
  /** Fresh public nonces, one for each signature of each item: 66 bytes custody, 64 attestation. */
  nonces: {
    session,
    items: list(record({ item: integer(0, MAX_ITEMS - 1), nonces: nonceList }), MAX_ITEMS, 1),
  },
  /** Who signs which items, under the nonces of which packets. */
  package: {
    session,
    items,
    signers: list(record({ operator, packet: bytes(32) }), MAX_IN_MANIFEST, 2),
  },
  'signature-shares': {
    session,
    package: bytes(32),
    items: list(record({ item: integer(0, MAX_ITEMS - 1), shares: shareList }), MAX_ITEMS, 1),
  },
  /** Items accepted before are not signed any more. */
  object: { session, items, because: text(300, 1) },
  /** How deep the sender saw the transaction of a request: 0 when it was handed over to the network. */
  sighting: { digest: bytes(32), depth: integer(0, 1_000_000) },
  /** A deposit address that was given out. `recipient`: the hash of the recipient's public key. */
  'deposit-address': { recipient: bytes(32), index: integer(0, 2 ** 31 - 1) },
  // Evidence: whoever has it tells it; everybody checks it alone
  /** A block to count from, as the sender's own node has it; it counts once t operators name it. */
  checkpoint: { checkpoint: checkpointReader },
  /** Block headers that follow one another, each without the hash of the one before: 48 bytes. */
  headers: { after: bytes(32), packed: bytes(48, 48 * MAX_HEADERS) },
  /** The last block of the best chain, as the sender's own node has it. `source`: which one that is. */
  tip: { hash: bytes(32), source: text(100, 1) },
  /** Transactions in blocks. */
  inclusions: { inclusions: list(included, 60, 1) },
  /** Burns as the sender's own observer saw them. */
  'burn-records': { records: list(burnRecord, 100, 1) },
  // Rules
  rules: { rules: rulesReader },
  /** The sender's device approves a version of the rules (its hash). */
  adopt: { rules: bytes(32), signature: bytes(64, 1024) },
  /** The sender stops all requests that move money, or lets them go on. */
  freeze: { on: boolean, because: text(200) },
  attest: { certified: bytes(32), agree: boolean, because: text(1000) },
  // Backups and recovery
  /** The sender goes on with another device: their card, with nothing else changed. */
  'new-device': { card: cardReader },
  /** The sender's device approves another operator's new device (the hash of the card). */
  admit: { operator, card: bytes(32), signature: bytes(64, 1024) },
  /** Everybody is asked to prove that they hold their shares. Random. */
  challenge: { challenge: bytes(32) },
  /** The proof, for a challenge: that the sender holds both shares, and the host secret of a backup. */
  alive: {
    challenge: bytes(32),
    custody: bytes(65),
    attestation: bytes(64),
    backup: nullable(record({ tier: tierReader, proof: bytes(65) })),
  },
  /** How the sender's backups are: how many pieces of each tier, and when the last one was verified. */
  backups: {
    tiers: list(
      record({
        tier: tierReader,
        pieces: integer(0, 100),
        good: integer(0, 100),
        verified: moment,
      }),
      8,
    ),
  },
  // At any time
  'backup-address': {
    proposal: integer(1, MAX_PROPOSAL),
    address: text(100, 14),
    signature: bytes(64, 1024),
  },
  abort: { because: text(500, 1) },
  baton: { to: bytes(32) },
  /** The vault was restored from an older copy and took in what it had said since: its log is shorter. */
  resumed: { at: moment },
  /** Nothing but what every packet tells: what its sender has seen. */
  receipt: {},
});

/** One part of a packet. */
export type Part = Read<typeof partReader>;
export type PartOf<K extends Part['kind']> = Extract<Part, { kind: K }>;
export type Nonces = Read<typeof nonces>;
export type Shares = Read<typeof shares>;
export type ScriptEntry = Read<typeof scriptEntry>;

import { MAX_STATEMENT } from '../crypto/approval-key.ts';
import {
  ascii,
  boolean,
  bytes,
  integer,
  list,
  oneOf,
  record,
  text,
  variant,
  type Read,
} from '../crypto/schema.ts';
import { cardReader, witnessReader } from './card.ts';
import { MAX_IN_MANIFEST, manifestReader, termsReader } from './manifest.ts';

/*
 * What a packet carries: one part for each step of a ceremony. Operators are named by their number
 * in the manifest, from 0.
 */

/** The DKG messages of 16 operators at a threshold of 16 stay below this. */
const MAX_DKG_MESSAGE = 4096;

const operator = integer(0, MAX_IN_MANIFEST - 1);
const moment = integer(0, 8_640_000_000_000_000);

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
  attest: { certified: bytes(32), agree: boolean, because: text(1000) },
  // At any time
  'backup-address': { address: text(100, 14), signature: bytes(64, 1024) },
  abort: { because: text(500, 1) },
  baton: { to: bytes(32) },
  /** Nothing but what every packet tells: what its sender has seen. */
  receipt: {},
});

/** One part of a packet. */
export type Part = Read<typeof partReader>;
export type PartOf<K extends Part['kind']> = Extract<Part, { kind: K }>;
export type Nonces = Read<typeof nonces>;
export type Shares = Read<typeof shares>;
export type ScriptEntry = Read<typeof scriptEntry>;

import { equal, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { MAX_ITEMS, MAX_SAT } from '../bitcoin/spend.ts';
import { MAX_FEE_UTXOS } from '../wire/fee-list.ts';
import { feeUtxoReader } from '../wire/fees.ts';
import {
  bytes,
  integer,
  list,
  moment,
  nullable,
  oneOf,
  read,
  record,
  text,
  variant,
  type Read,
} from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { cardReader, groupIdReader, witnessReader } from './card.ts';
import { MAX_PACKET } from './packet.ts';
import { termsReader } from './manifest.ts';
import { pieceEvents, tierReader, verifications } from './pieces.ts';
import { requestReader } from './request.ts';

/*
 * The log of one group on one machine: packets and decisions, each entry chained to the one before by
 * its hash. It is the state: everything shown is computed from it. It holds no secret.
 */

/** What happened. */
export const eventReader = variant({
  /** A group was begun here. */
  created: { id: groupIdReader, terms: termsReader, packetKey: bytes(32), name: text(40, 1) },
  /** An invitation was taken up here; the packet with the invitation follows. */
  invited: { id: groupIdReader, packetKey: bytes(32), role: oneOf('operator', 'witness') },
  /** The own card, or a witness's. */
  card: { card: cardReader },
  witness: { card: witnessReader },
  sent: { packet: bytes(1, MAX_PACKET) },
  received: { packet: bytes(1, MAX_PACKET) },
  /** A packet that was not taken in, its hash or that of its bytes. */
  refused: { hash: bytes(32), from: nullable(bytes(32)), because: text(500) },
  checked: { item: text(40, 1), evidence: text(200) },
  /** The 24 words were compared; `differs` is the number of the word group that did not match. */
  words: {
    of: oneOf('manifest', 'keys'),
    /** What the words stand for. */
    hash: bytes(32),
    differs: nullable(integer(0, 40)),
  },
  /**
   * What became of a piece of the backup. Where it is kept stands in the vault alone: records are shown
   * to others. `hash` stands for what the piece holds, so that a copy can be held against it.
   */
  backup: {
    piece: bytes(8),
    tier: tierReader,
    state: oneOf(...pieceEvents),
    method: nullable(oneOf(...verifications)),
    hash: nullable(bytes(32)),
  },
  /** A recovery file was given out here: what was told later is not in it. */
  'recovery-file': { hash: bytes(32) },
  /** The shares are sealed, and opened again what they were sealed from. */
  shares: { certified: bytes(32) },
  /**
   * What a YubiHSM noted of its own use, as it was read: entries of 32 bytes, each with a digest over the
   * one before it, and the first follows the last that was read before.
   */
  'device-log': { serial: text(20, 1), entries: bytes(32, 62 * 32) },
  note: { step: text(40, 1), note: text(500) },
  signedOff: { step: text(40, 1) },
  /** Secrets that lived in memory are gone: after a reload, a lock or a jump of the clock. */
  dropped: { what: oneOf('nonces', 'run') },
  /**
   * This vault was restored from an export, or turned out to be an older copy: it may not know all
   * that the others have seen.
   */
  restored: { at: moment },
  /** Requests that were prepared here and not proposed yet; none: the draft was dropped. */
  draft: { name: bytes(8), batch: list(requestReader, MAX_ITEMS) },
  /** The proof of a burn was verified here: what stands for it, and what it says. */
  proof: {
    hash: bytes(32),
    nullifier: bytes(8),
    amount: integer(1, MAX_SAT),
    destination: bytes(20),
  },
  /** The fee UTXOs of the bridge as the operator's own node lists them. */
  'fee-list': {
    utxos: list(feeUtxoReader, MAX_FEE_UTXOS),
    /** What the bridge calls each of them. */
    names: list(text(100), MAX_FEE_UTXOS),
  },
  /** A nonce was used: the hash of its package. It is written before the share leaves. */
  spent: { signingPackage: bytes(32) },
});
export type Event = Read<typeof eventReader>;
export type EventOf<K extends Event['kind']> = Extract<Event, { kind: K }>;

const entryReader = record({
  /** From 0. */
  number: integer(0, 1_000_000),
  previous: bytes(32),
  /** The machine's clock, ms since 1970. */
  at: moment,
  event: eventReader,
});

/** One entry, read. */
export interface Entry extends Read<typeof entryReader> {
  readonly bytes: Bytes;
  /** 32 bytes: the log's head after this entry. */
  readonly hash: Bytes;
}

/** A log's length and the hash of its last entry (32 zero bytes at the beginning). */
export interface Head {
  readonly length: number;
  readonly head: Bytes;
}

export const emptyLog: Head = { length: 0, head: new Uint8Array(32) };

/** The next entry of a log. */
export function nextEntry({ length, head }: Head, at: number, event: Event): Entry {
  const entry = { number: length, previous: head, at, event };
  const encoded = toCbor({ ...entry });
  return { ...entry, bytes: encoded, hash: taggedHash(tags.logEntry, encoded) };
}

/** The head after an entry. */
export const headAfter = ({ number, hash }: Entry): Head => ({ length: number + 1, head: hash });

/** Reads one entry and checks that it follows `head`; a sentence fragment where it does not. */
export function readEntry(encoded: Uint8Array, { length, head }: Head): Entry | string {
  const entry = read(entryReader, encoded);
  if (typeof entry === 'string') return entry;
  const { value } = entry;
  if (value.number !== length) return `its number is ${value.number}`;
  if (!equal(value.previous, head)) return 'it does not follow the entry before it';
  return { ...value, bytes: encoded.slice(), hash: taggedHash(tags.logEntry, encoded) };
}

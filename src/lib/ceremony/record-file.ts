import { sign, verify } from '../crypto/bip340.ts';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';
import { fromCbor, toCbor } from '../crypto/cbor.ts';
import { bytes, integer, oneOf, read, record } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import { judge } from './judge.ts';
import { readEntry, type Entry, type Head } from './log.ts';
import { readPacket, type Packet } from './packet.ts';
import { State } from './state.ts';

/*
 * The record: one operator's whole log as a file. It holds no secret.
 *
 *   file = byte string of the end · byte string of entry 0 · byte string of entry 1 · …
 *
 * as a sequence of deterministic CBOR items (RFC 8742), so that a changed byte spoils one entry and
 * not the file. The end says how long the log is and what its head is, signed by its owner's packet
 * key: entries that were cut off are missed.
 */

/** The largest record, in bytes. */
export const MAX_FILE = 64 * 2 ** 20;
const MAX_ENTRIES = 50_000;
const MAX_ENTRY = 70_000;

const endReader = record({
  conclave: oneOf('record'),
  version: oneOf(1),
  /** How many entries there are, and the hash of the last. */
  length: integer(1, MAX_ENTRIES),
  head: bytes(32),
  signature: bytes(64),
});

const endMessage = (length: number, head: Uint8Array): Bytes =>
  taggedHash(tags.recordFile, toCbor([length, head]));

/** The record of a log; `aux`: 32 fresh bytes for the owner's signature under its end. */
export function recordFile(
  secp256k1: Group,
  packetSecret: Scalar,
  entries: readonly Entry[],
  aux: Uint8Array,
): Bytes {
  const head = entries.at(-1)!.hash;
  const { length } = entries;
  const signature = sign(secp256k1, packetSecret, endMessage(length, head), aux);
  const end = toCbor({ conclave: 'record', version: 1, length, head, signature });
  return concat(toCbor(end), ...entries.map((entry) => toCbor(entry.bytes)));
}

/** Where a record breaks. */
export interface Broken {
  /** The entry, from 0; undefined where it is the signed end of the record. */
  readonly entry: number | undefined;
  /** A sentence. */
  readonly why: string;
}

/** A record that was read: the log folded anew, up to where it breaks. */
export interface OpenRecord {
  readonly state: State;
  /** How many packets were judged again. */
  readonly packets: number;
  readonly broken: Broken | undefined;
}

/** Reads hostile bytes: the record, broken or not; a sentence where they are none at all. */
export function openRecord(secp256k1: Group, file: Uint8Array): OpenRecord | string {
  if (file.length > MAX_FILE) return 'It is larger than a record may be.';
  const { strings, rest } = byteStrings(file);
  const first = strings.shift();
  const end = first && read(endReader, first);
  if (end === undefined) return 'It does not begin as a record does.';
  if (typeof end === 'string') return `It does not begin as a record of version 1 does: ${end}.`;
  const { value } = end;
  const state = new State();
  let packets = 0;
  const broken = (entry: number | undefined, why: string): OpenRecord => ({
    state,
    packets,
    broken: { entry, why },
  });

  for (const [number, encoded] of strings.entries()) {
    const entry = readEntry(encoded, state.head);
    if (typeof entry === 'string') {
      const whose = changed(number, strings, value.head);
      return whose === number
        ? broken(number, `It does not read as entry ${number} of this log: ${entry}.`)
        : broken(whose, `It was changed: the entry after it names another hash for it.`);
    }
    const { event } = entry;
    if (event.kind === 'sent' || event.kind === 'received') {
      const packet = readPacket(secp256k1, event.packet);
      if (typeof packet === 'string') return broken(number, `Its packet is bad: ${packet}.`);
      const problem = event.kind === 'sent' ? ownProblem(state, packet) : undefined;
      const refused = problem ?? refusal(secp256k1, state, packet);
      if (refused !== undefined) return broken(number, refused);
      packets += 1;
      state.apply(entry, packet);
    } else if (event.kind === 'created' || event.kind === 'invited') {
      if (number > 0) return broken(number, 'A log begins once only.');
      state.apply(entry);
    } else if (number === 0) {
      return broken(number, 'No log begins like this.');
    } else {
      state.apply(entry);
    }
  }

  const { length } = strings;
  if (rest) return broken(length, 'The file ends in the middle of it, or its length was changed.');
  if (!verify(secp256k1, state.me, endMessage(value.length, value.head), value.signature))
    return broken(
      undefined,
      'What the file says about its end is not signed by the owner of the log: it was changed, or entries were cut off.',
    );
  if (length < value.length)
    return broken(
      length,
      `The tail was cut off: the owner signed ${value.length} entries, ${length} are here.`,
    );
  if (length > value.length)
    return broken(value.length, 'It stands after the end that the owner signed.');
  if (!equal(state.head.head, value.head))
    return broken(length - 1, 'It was changed: the owner signed another hash for it.');
  return { state, packets, broken: undefined };
}

/** The byte strings of a CBOR sequence, and whether bytes remain that are none. */
function byteStrings(file: Uint8Array): { strings: Bytes[]; rest: boolean } {
  const strings: Bytes[] = [];
  let at = 0;
  while (at < file.length && strings.length <= MAX_ENTRIES) {
    const size = [1, 2, 4][file[at]! - 0x58] ?? 0; // the heads 0x58, 0x59, 0x5a: 1, 2, 4 bytes of length
    const content = at + 1 + size;
    let length = size === 0 ? file[at]! - 0x40 : 0;
    for (let i = at + 1; i < content; i++) length = length * 256 + (file[i] ?? 0);
    const string = file.slice(content, content + length);
    const whole = length >= 0 && length <= MAX_ENTRY && string.length === length;
    if (!whole || !equal(toCbor(string), file.subarray(at, content + length))) break;
    strings.push(string);
    at = content + length;
  }
  return { strings, rest: at < file.length };
}

/**
 * Which entry was changed, where entry `number` does not read: it, or the one before it, which then
 * is as readable as it ever was. The entry after tells, or the signed end.
 */
function changed(number: number, entries: readonly Uint8Array[], end: Uint8Array): number {
  const link = previousOf(entries[number]!);
  const readsAlone = link && typeof readEntry(entries[number]!, { length: number, head: link });
  if (number === 0 || readsAlone !== 'object') return number;
  const after = entries[number + 1];
  const named = after ? previousOf(after) : end;
  return named && equal(named, taggedHash(tags.logEntry, entries[number]!)) ? number - 1 : number;
}

function previousOf(encoded: Uint8Array): Bytes | undefined {
  const entry = fromCbor(encoded) as { readonly previous?: unknown } | null | undefined;
  return entry?.previous instanceof Uint8Array ? (entry.previous as Bytes) : undefined;
}

/** What is wrong with an own packet: it must be the owner's, and made upon the log as it was. */
function ownProblem({ me, head }: State, { from, log }: Packet): string | undefined {
  if (!equal(from, me)) return 'It says “sent”, but another signed its packet.';
  return sameHead(log, head)
    ? undefined
    : `Its packet was made upon another log: ${log.length} entries with another head.`;
}

const sameHead = (a: Head, b: Head): boolean => a.length === b.length && equal(a.head, b.head);

/** Why a packet could not have been taken in here; undefined if it could. */
function refusal(secp256k1: Group, state: State, packet: Packet): string | undefined {
  const { initiator } = state;
  const begins = packet.number === 1 && initiator !== undefined && equal(packet.from, initiator);
  // Whoever began the group knew so before their own invitation, which others take in as the first.
  const parts = begins ? packet.parts.filter(({ kind }) => kind !== 'invite') : packet.parts;
  const verdict = judge(secp256k1, state, { ...packet, parts });
  switch (verdict.verdict) {
    case 'new':
    case 'conflict':
      return undefined;
    case 'known':
      return 'Its packet stands in an earlier entry already.';
    case 'early':
    case 'refused':
      return `Its packet does not belong here. ${verdict.because}`;
  }
}

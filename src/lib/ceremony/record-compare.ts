import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { sameGroup } from './manifest.ts';
import type { Packet } from './packet.ts';
import { nameOf, ownerOf } from './record-content.ts';
import { soundRecord, type SoundRecord } from './record.ts';
import type { State } from './state.ts';

/*
 * Two records held against each other: two operators of one ceremony, or one operator twice. What a
 * single record cannot show is found here: a tail that its owner cut off, a log with two heads.
 */

/** Something that both records say, and whether they say the same. */
export interface Point {
  readonly name: 'group' | 'manifest' | 'keys' | 'record';
  /** `missing`: one of them does not say it. */
  readonly state: 'same' | 'differs' | 'missing';
}

/** What one record proves about the other, or both about a third. */
export type Finding =
  /** Two signed packets of one sender under one number. */
  | { readonly finding: 'two-packets'; readonly who: string; readonly number: number }
  /** A log with two different entries under one number, counted from 0. */
  | { readonly finding: 'fork'; readonly who: string; readonly entry: number }
  /**
   * The record of `who` ends after `length` entries; the other one holds their packet `number`, made
   * when the log had `seen` entries.
   */
  | {
      readonly finding: 'cut-tail';
      readonly who: string;
      readonly length: number;
      readonly seen: number;
      readonly number: number;
    }
  /** Two records of one owner, one longer than the other and the same as far as both go. */
  | {
      readonly finding: 'older';
      readonly who: string;
      readonly length: number;
      readonly of: number;
    }
  /** The log of `who` went on from a backup or an older copy, noted at `at` in it. */
  | { readonly finding: 'restored'; readonly who: string; readonly at: number };

/** What is told and proves nothing against anybody. */
const harmless = ({ finding }: Finding): boolean => finding === 'older' || finding === 'restored';

export interface Comparison {
  /** `not-comparable`: at least one of them is broken or no record. */
  readonly verdict: 'agree' | 'differ' | 'not-comparable';
  readonly points: readonly Point[];
  readonly findings: readonly Finding[];
}

/** Holds two records against each other. Hostile bytes; never throws. */
export function compareRecords(
  groups: Groups,
  other: Groups,
  a: Uint8Array,
  b: Uint8Array,
): Comparison {
  const [one, two] = [soundRecord(groups, other, a), soundRecord(groups, other, b)];
  if (!one || !two) return { verdict: 'not-comparable', points: [], findings: [] };
  const points: Point[] = [
    { name: 'group', state: sameGroup(one.state.id!, two.state.id!) ? 'same' : 'differs' },
    point('manifest', one.state.manifestHash, two.state.manifestHash),
    point('keys', one.progress.keys?.hash, two.progress.keys?.hash),
    point('record', one.progress.recordHash, two.progress.recordHash),
  ];
  const findings =
    points[0]!.state === 'differs'
      ? []
      : [...twoPackets(one, two), ...ownLogs(one.state, two.state)];
  const differ =
    points.some(({ state }) => state === 'differs') ||
    findings.some((finding) => !harmless(finding));
  return { verdict: differ ? 'differ' : 'agree', points, findings };
}

const point = (name: Point['name'], a: Bytes | undefined, b: Bytes | undefined): Point => ({
  name,
  state: a && b ? (equal(a, b) ? 'same' : 'differs') : 'missing',
});

/** Senders whose packet under one number is another in the other record. */
function twoPackets(one: SoundRecord, two: SoundRecord): Finding[] {
  const found = new Map<string, Finding>();
  for (const { from, number, hash } of one.state.allPackets()) {
    const held = two.state.packetsFrom(from).find((packet) => packet.number === number);
    if (held && !equal(held.hash, hash) && !found.has(toHex(from)))
      found.set(toHex(from), { finding: 'two-packets', who: nameOf(one.state, from), number });
  }
  return [...found.values()];
}

function ownLogs(one: State, two: State): Finding[] {
  return equal(one.me, two.me)
    ? sameOwner(one, two)
    : [...asSeenBy(two, one), ...asSeenBy(one, two)];
}

/**
 * Two records of one log: one must go on where the other ends, or have begun anew and taken in
 * whatever the other one said.
 */
function sameOwner(one: State, two: State): Finding[] {
  const [shorter, longer] = [one.entries, two.entries].sort((a, b) => a.length - b.length);
  const split = shorter!.findIndex(({ hash }, i) => !equal(hash, longer![i]!.hash));
  const who = ownerOf(one);
  if (split >= 0) {
    const anew =
      (wasRestored(one) && unheard(one, two).length === 0) ||
      (wasRestored(two) && unheard(two, one).length === 0);
    if (anew) return [...restoration(one), ...restoration(two)];
    return [{ finding: 'fork', who, entry: split }];
  }
  const [length, of] = [shorter!.length, longer!.length];
  return length < of ? [{ finding: 'older', who, length, of }] : [];
}

/** The log of a record's owner, against the packets of theirs that somebody else holds. */
function asSeenBy(witness: State, owner: State): Finding[] {
  const { me, entries } = owner;
  const who = ownerOf(owner);
  const { length } = entries;
  const told = restoration(owner);
  const known = wasRestored(owner) ? unheard(owner, witness) : witness.packetsFrom(me);
  const forked = known.find(
    ({ log }) =>
      log.length > 0 && log.length <= length && !equal(entries[log.length - 1]!.hash, log.head),
  );
  if (forked) return [...told, { finding: 'fork', who, entry: forked.log.length - 1 }];
  const last = known.at(-1);
  return last && last.log.length >= length
    ? [...told, { finding: 'cut-tail', who, length, seen: last.log.length, number: last.number }]
    : told;
}

const wasRestored = (owner: State): boolean => owner.noted('restored').length > 0;

function restoration(owner: State): Finding[] {
  const last = owner.noted('restored').at(-1);
  return last ? [{ finding: 'restored', who: ownerOf(owner), at: last.event.at }] : [];
}

/**
 * The packets of a restored owner that their record did not take in. What was said from the lost log
 * names heads of that one. While nothing was said from the new one, some may still be on the way.
 */
function unheard(owner: State, witness: State): Packet[] {
  const { number } = owner.noted('restored').at(-1)!;
  if (!owner.spokeAfter(number)) return [];
  const heard = new Set(owner.packetsFrom(owner.me).map(({ hash }) => toHex(hash)));
  return witness.packetsFrom(owner.me).filter(({ hash }) => !heard.has(toHex(hash)));
}

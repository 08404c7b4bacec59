import { equal, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import type { GroupId } from './card.ts';
import type { CeremonyFault } from './faults.ts';
import { emptyLog, type Head } from './log.ts';
import { progressOf, type Progress } from './progress.ts';
import { contentOf, ownerOf, type RecordContent } from './record-content.ts';
import { openRecord, type Broken } from './record-file.ts';
import { requestFaults, requestsIn } from './record-requests.ts';
import { spoken } from './script.ts';
import type { Requests } from './session.ts';
import type { State } from './state.ts';

/*
 * What a record proves, computed anew from its first entry, by anybody: no workspace is needed.
 */

/** What is checked, in the order of the ceremony. */
export const checkNames = [
  'chain',
  'packets',
  'heads',
  'manifest',
  'manifest-words',
  'seals',
  'certificates',
  'key-words',
  'approvals',
  'tests',
  'closings',
  'records',
  'witnesses',
  'requests',
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  readonly name: CheckName;
  /** `missing`: it did not happen, or not in this record; that is no failure. */
  readonly state: 'holds' | 'missing' | 'fails';
  /** How many there are: entries, packets, operators, witnesses, signed requests; of how many. */
  readonly count: number;
  readonly of: number;
  /** Who is missing or fails: operators by number from 0, for `witnesses` the witnesses. */
  readonly who: readonly number[];
}

/** What became of a record that was checked. Plain data. */
export interface RecordReport {
  /**
   * `broken`: bytes were changed or cut off. `faults`: the record is as it was written, and what it
   * tells went wrong. `incomplete`: nothing is wrong, something is missing.
   */
  readonly verdict: 'intact' | 'incomplete' | 'faults' | 'broken' | 'not-a-record';
  /** Why the bytes are no record, as a sentence. */
  readonly why: string;
  readonly broken: Broken | undefined;
  readonly id: GroupId | undefined;
  /** Whose log it is. */
  readonly owner: string;
  readonly log: Head;
  readonly checks: readonly Check[];
  readonly faults: readonly CeremonyFault[];
  /** Whether two implementations verified the signatures, or the JavaScript one alone. */
  readonly implementations: 1 | 2;
}

/** A record that was checked, and what it says. */
export interface Audit {
  readonly report: RecordReport;
  /** Absent where the record is broken: nothing of it is to be believed. */
  readonly content: RecordContent | undefined;
}

/** A record whose chain holds, for those who go on with it. */
export interface SoundRecord {
  readonly state: State;
  readonly progress: Progress;
}

/** Checks a record. `other`: the other implementation of both groups. Hostile bytes; never throws. */
export function verifyRecord(groups: Groups, other: Groups, file: Uint8Array): Audit {
  const opened = openRecord(groups.secp256k1, file);
  const nothing = { ...unread, implementations: groups === other ? 1 : 2 } as const;
  if (typeof opened === 'string')
    return { report: { ...nothing, verdict: 'not-a-record', why: opened }, content: undefined };
  const { state, packets, broken } = opened;
  const about = { ...nothing, broken, id: state.id, owner: ownerOf(state), log: state.head };
  const chain = check('chain', [], state.head.length, broken ? 'fails' : 'holds');
  if (broken)
    return { report: { ...about, verdict: 'broken', checks: [chain] }, content: undefined };
  const progress = progressOf(groups, other, state);
  const requests = requestsIn(groups, other, state, progress);
  const wrongRequests = requests ? requestFaults(requests) : [];
  const checks = [
    chain,
    check('packets', [], packets),
    ...checksOf(state, progress),
    ...(requests && requests.items.size > 0 ? [signing(requests, wrongRequests)] : []),
  ];
  const is = (wanted: Check['state']) => checks.some((one) => one.state === wanted);
  const wrong = progress.stopped || is('fails');
  return {
    report: {
      ...about,
      verdict: wrong ? 'faults' : is('missing') ? 'incomplete' : 'intact',
      checks,
      faults: [...progress.faults, ...wrongRequests],
    },
    content: contentOf(groups, state, progress, requests),
  };
}

const unread = {
  why: '',
  broken: undefined,
  id: undefined,
  owner: '',
  log: emptyLog,
  checks: [],
  faults: [],
} as const;

/** Opens a record to be held against another; undefined unless its chain holds. */
export function soundRecord(
  groups: Groups,
  other: Groups,
  file: Uint8Array,
): SoundRecord | undefined {
  const opened = openRecord(groups.secp256k1, file);
  if (typeof opened === 'string' || opened.broken) return undefined;
  return { state: opened.state, progress: progressOf(groups, other, opened.state) };
}

const check = (
  name: CheckName,
  who: readonly number[],
  of: number,
  state: Check['state'] = who.length > 0 || of === 0 ? 'missing' : 'holds',
): Check => ({ name, state, count: of - who.length, of, who });

const lacking = (list: readonly boolean[]): number[] =>
  list.flatMap((has, number) => (has ? [] : [number]));

/** The faults that say somebody was shown another log than others were. */
const aboutLogs = new Set([
  'equivocation',
  'log-forked',
  'log-went-back',
  'own-log-behind',
  'receipt-ahead',
]);

function checksOf(state: State, progress: Progress): Check[] {
  const { manifest, keys, tests, tested, closed, recorded, sealed } = progress;
  const n = manifest?.operators.length ?? state.terms?.n ?? 0;
  const everybody = Array.from({ length: n }, (_, number) => number);
  const by = (name: CheckName, list: readonly boolean[]) =>
    check(name, manifest ? lacking(list) : everybody, n);
  const forks = progress.faults.filter(({ fault }) => aboutLogs.has(fault));
  const round2 = state.firstOfAll('round2').map((one) => one !== undefined);
  const approved = everybody.map((number) =>
    tests.some(({ request, approved: has }) => has[request.ids.indexOf(number)]),
  );
  const operators = state.role === 'operator';
  return [
    check(
      'heads',
      [...new Set(forks.flatMap((one) => one.operators))],
      n,
      forks.length > 0 ? 'fails' : 'holds',
    ),
    check('manifest', manifest ? [] : everybody, n),
    // Who confirmed words notes it in the own log; others say so by their closing.
    ...(operators ? [words('manifest', state, state.manifestHash)] : []),
    by('seals', sealed),
    keys ? check('certificates', [], n) : by('certificates', round2),
    ...(operators ? [words('keys', state, keys?.hash)] : []),
    by('approvals', approved),
    by('tests', tested),
    by('closings', closed),
    by('records', recorded),
    ...(manifest && manifest.witnesses.length > 0 ? [witnesses(state, keys?.hash)] : []),
  ];
}

function words(of: 'manifest' | 'keys', state: State, hash: Bytes | undefined): Check {
  const name = of === 'manifest' ? 'manifest-words' : 'key-words';
  const differ = state
    .noted('words')
    .some(({ event }) => event.of === of && event.differs !== null);
  const same = spoken(state, hash);
  const how = differ ? 'fails' : same ? 'holds' : 'missing';
  return { name, state: how, count: same ? 1 : 0, of: 1, who: [] };
}

function witnesses(state: State, certified: Bytes | undefined): Check {
  const said = state.manifest!.witnesses.map(
    ({ packetKey }) => state.told(packetKey, 'attest').at(-1)?.part,
  );
  const disagree = said.flatMap((part, number) =>
    part && !(part.agree && certified && equal(part.certified, certified)) ? [number] : [],
  );
  return disagree.length > 0
    ? check('witnesses', disagree, said.length, 'fails')
    : check('witnesses', lacking(said.map((part) => part !== undefined)), said.length);
}

/** A request that was not signed is nothing missing: it may have been objected to. */
function signing({ items }: Requests, faults: readonly CeremonyFault[]): Check {
  const signed = [...items.values()].filter(({ signatures }) => signatures);
  return {
    name: 'requests',
    state: faults.length > 0 ? 'fails' : 'holds',
    count: signed.length,
    of: items.size,
    who: [...new Set(faults.flatMap(({ operators }) => operators))],
  };
}

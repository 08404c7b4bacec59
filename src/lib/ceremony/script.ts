import { equal, toHex } from '../crypto/bytes.ts';
import { forgotten } from './forgotten.ts';
import type { Packet } from './packet.ts';
import type { Progress, TestProgress } from './progress.ts';
import type { State } from './state.ts';

/*
 * The script of a ceremony: its steps in order, what must hold before each and after it, whose turn
 * it is, and what the operator here does next.
 */

export const stepNames = [
  'enrol',
  'prepare',
  'manifest-words',
  'seal',
  'agree',
  'store',
  'key-words',
  'backup',
  'test',
  'record',
] as const;
export type StepName = (typeof stepNames)[number];

/** What the operator must have checked before sealing, and what is only advised. */
export const checklist = {
  blocking: ['fresh-system', 'device-reset', 'device-serial', 'network-off', 'clock', 'media'],
  advised: ['call-date', 'quiet-room'],
} as const;

/** What must hold before a step begins and after it ended; operators by number who still owe it. */
interface Step {
  readonly name: StepName;
  /** Estimated minutes, twenty seconds of slack for each person included. */
  readonly minutes: number;
  readonly owner: 'initiator' | 'everybody';
  before(state: State, progress: Progress): boolean;
  after(state: State, progress: Progress): boolean;
  owing(state: State, progress: Progress): readonly number[];
}

/** Whether the words of exactly this hash were confirmed. */
export const spoken = (state: State, hash: Uint8Array | undefined): boolean =>
  hash !== undefined &&
  state.noted('words').some(({ event }) => event.differs === null && equal(event.hash, hash));

const backedUp = (state: State): boolean =>
  state
    .noted('backup')
    .some(({ event }) => event.tier === 'age-file' && event.state === 'verified');

const lacking = (list: readonly boolean[]): number[] =>
  list.flatMap((has, number) => (has ? [] : [number]));

const lackingPart = (state: State, kind: 'round1' | 'round2'): number[] =>
  lacking(state.firstOfAll(kind).map((one) => one !== undefined));

const ownIf = (state: State, owes: boolean): number[] =>
  owes && state.own !== undefined ? [state.own] : [];

/** Whether there is evidence for every blocking item; what was noted last counts. */
export function prepared(state: State): boolean {
  const evidence = new Map(
    state.noted('checked').map(({ event }) => [event.item, event.evidence] as const),
  );
  return checklist.blocking.every((item) => evidence.get(item));
}

const step = (
  name: StepName,
  minutes: number,
  before: Step['before'],
  after: Step['after'],
  owing: Step['owing'],
  owner: Step['owner'] = 'everybody',
): Step => ({ name, minutes, before, after, owing, owner });

const always = () => true;
const hasManifest = ({ manifest }: State) => manifest !== undefined;
const spokenManifest = (state: State) => spoken(state, state.manifestHash);
const sealedByAll = (state: State, { sealed }: Progress) =>
  hasManifest(state) && lacking(sealed).length === 0;
const hasKeys = (_: State, { keys }: Progress) => keys !== undefined;
const stored = (state: State) => state.noted('shares').length > 0;
const spokenKeys = (state: State, { keys }: Progress) => spoken(state, keys?.hash);
const isComplete = (_: State, { complete }: Progress) => complete;

/** The steps; each one's precondition is the postcondition of the one before it. */
export const script: readonly Step[] = [
  step('enrol', 15, always, hasManifest, () => [], 'initiator'),
  step('prepare', 20, hasManifest, prepared, (state) => ownIf(state, !prepared(state))),
  step('manifest-words', 4, prepared, spokenManifest, (state) =>
    ownIf(state, !spokenManifest(state)),
  ),
  step('seal', 3, spokenManifest, sealedByAll, (state, { sealed }) =>
    [...new Set([...lacking(sealed), ...lackingPart(state, 'round1')])].sort((a, b) => a - b),
  ),
  step('agree', 4, sealedByAll, hasKeys, (state) => lackingPart(state, 'round2')),
  step('store', 2, hasKeys, stored, (state) => ownIf(state, !stored(state))),
  step('key-words', 4, stored, spokenKeys, (state, progress) =>
    ownIf(state, !spokenKeys(state, progress)),
  ),
  step('backup', 8, spokenKeys, backedUp, (state) => ownIf(state, !backedUp(state))),
  step('test', 3, backedUp, isComplete, (_, { tested, closed }) => [
    ...new Set([...lacking(closed), ...lacking(tested)]),
  ]),
  step(
    'record',
    3,
    isComplete,
    (_, { recorded }) => recorded.length > 0 && lacking(recorded).length === 0,
    (_, { recorded }) => lacking(recorded),
  ),
];

/** What the operator here does next. */
export type Next =
  | { readonly act: 'invite' } // show the invitation, wait for cards
  | { readonly act: 'propose' }
  | { readonly act: 'bring'; readonly from: readonly number[] } // somebody's packets are missing
  | { readonly act: 'prepare' }
  | { readonly act: 'read-words'; readonly of: 'manifest' | 'keys' }
  | { readonly act: 'seal' }
  | { readonly act: 'answer'; readonly statement: string }
  | { readonly act: 'store' }
  | { readonly act: 'backup' }
  | { readonly act: 'release' }
  /** Fresh nonces for these tests, after the last ones were lost; `statement` where it is not approved. */
  | {
      readonly act: 'commit';
      readonly tests: readonly TestProgress[];
      readonly approve: string | undefined;
    }
  /** Tests failed because of these operators: go on without them. */
  | { readonly act: 'retest'; readonly without: readonly number[] }
  /** Only these operators, who spoiled a test, are not tested yet: give them another chance. */
  | { readonly act: 'again'; readonly with: readonly number[] }
  /** The vault was restored: so many more operators must send a new packet first. */
  | {
      readonly act: 'catch-up';
      readonly more: number;
      /** What was reserved here is not known here. */
      readonly forgot?: true;
    }
  /** The group was restored: its shares must be sealed with a device. */
  | { readonly act: 'equip' }
  /** The randomness of this run was lost with the machine: this ceremony cannot end. */
  | { readonly act: 'run-lost' }
  | { readonly act: 'sign-record' }
  | { readonly act: 'attest' }
  | { readonly act: 'stopped' }
  | { readonly act: 'done' };

/**
 * The next step here. `holds` says whether the nonces for a test are in memory: they are never
 * stored, so after a reload they are not.
 */
export function nextStep(
  state: State,
  progress: Progress,
  holds: (test: TestProgress) => boolean,
): Next {
  if (progress.stopped) return { act: 'stopped' };
  const more = stillToHear(state);
  if (more > 0) return { act: 'catch-up', more, ...(forgotten(state) && { forgot: true }) };
  if (!state.manifest) return beforeManifest(state);
  if (state.role === 'witness') return witnessNext(state, progress);
  if (!state.sealed) {
    if (!prepared(state)) return { act: 'prepare' };
    return spokenManifest(state) ? { act: 'seal' } : { act: 'read-words', of: 'manifest' };
  }
  const own = state.own!;
  if (runLost(state, own)) return { act: 'run-lost' };
  if (!progress.first) return { act: 'bring', from: script[3]!.owing(state, progress) };
  if (progress.complete) return stored(state) ? recording(state, progress) : { act: 'equip' };
  if (!state.firstOfAll('round2')[own])
    return { act: 'answer', statement: progress.tests[0]!.statement };
  if (!progress.keys) return { act: 'bring', from: lackingPart(state, 'round2') };
  if (!stored(state)) return { act: 'store' };
  if (!spokenKeys(state, progress)) return { act: 'read-words', of: 'keys' };
  if (!backedUp(state)) return { act: 'backup' };
  return testing(state, progress, own, holds);
}

/**
 * How many operators a restored vault must hear from before it speaks: n − t + 1, so that at least one
 * of any quorum that went on without it is among them. What they have seen of it shows whether it is
 * an older copy: then it takes in its own later packets first.
 *
 * What they said before the restoration does not count: whoever carries it could leave out the rest.
 * By the clock here, and no earlier than what t operators had said in packets held then: of t clocks one
 * is honest. The allowance for clocks that are apart lies before that time: what an honest operator says
 * right after the restoration counts though their clock is behind the others'. What was said within
 * the allowance before the restoration counts, too. Nor does count what names a time that is still to
 * come when it arrives.
 *
 * A copy may be older without being known to be restored. One operator alone, who says so, may say
 * what is not true, and would silence everybody; of t who say so, one is honest.
 *
 * While it does not know what it reserved itself, somebody is missing who holds that batch.
 */
export function stillToHear(state: State): number {
  const restored = state.noted('restored').at(-1);
  if (!state.terms) return 0;
  const { n, t } = state.manifest ? state.terms : { n: 2, t: 2 };
  const ahead = state.receiptFaults().filter(({ fault }) => fault === 'receipt-ahead').length;
  if (!restored) return ahead >= t ? 1 : 0;
  const held = saidUpTo(state, ({ hash }) => !state.heardAfter(hash, restored.number));
  const since = Math.max(restored.event.at, held) - CLOCKS_APART;
  const heard = state
    .allPackets()
    .filter(({ from, hash }) => !state.isMe(from) && state.heardAfter(hash, restored.number))
    .filter((packet) => packet.at >= since && packet.at <= state.saidAt(packet) + CLOCKS_APART)
    .filter(({ from }) => !state.manifest || state.numberOf(from) !== undefined)
    .map(({ from }) => toHex(from));
  // Before it spoke again one word suffices: its own packets may be missing. After that t must say so.
  const enough = state.spokeAfter(restored.number) ? t : 1;
  const silenced = ahead >= enough || clockBehind(state) || forgotten(state);
  return Math.max(silenced ? 1 : 0, n - t + 1 - new Set(heard).size);
}

/**
 * The time up to which t operators said something, by their clocks, in these packets; else 0. What an
 * operator's clock says is what their last packet says: a clock that was ahead once was set since. Who
 * takes back how late it was counts as one who said nothing, and t others are enough without them.
 */
export function saidUpTo(state: State, among: (packet: Packet) => boolean): number {
  const { operators = [], terms } = state.manifest ?? {};
  const latest = operators
    .map(({ packetKey }) => state.packetsFrom(packetKey).filter(among).at(-1)?.at ?? 0)
    .sort((a, b) => b - a);
  return (terms && latest[terms.t - 1]) ?? 0;
}

/**
 * Whether a restored vault that did not speak since shows that the clock here was behind: so many others
 * said last something later than it came in, or later than the restoration where it was held before. So
 * many as let it speak, and t at the most: otherwise what they said long ago could do so. `now`: whether
 * the clock is behind by all that is held.
 */
export function clockBehind(state: State, now?: number): boolean {
  const restored = state.noted('restored').at(-1);
  if (!restored || !state.manifest || state.spokeAfter(restored.number)) return false;
  const { operators, terms } = state.manifest;
  const here = (packet: Packet) =>
    state.heardAfter(packet.hash, restored.number) ? state.saidAt(packet) : restored.event.at;
  const later = operators.filter(
    ({ packetKey }) =>
      !state.isMe(packetKey) &&
      state
        .packetsFrom(packetKey)
        .slice(-1)
        .some((packet) => packet.at > (now ?? here(packet)) + CLOCKS_APART),
  );
  return later.length >= Math.min(terms.t, terms.n - terms.t + 1);
}

/** How far apart honest clocks may be, in ms. */
export const CLOCKS_APART = 600_000;

/** Whether the own first message is here without the randomness that it was made from. */
function runLost(state: State, own: number): boolean {
  const first = state.firstOfAll('round1')[own];
  return !!first && state.cameIn(first.packet) && !state.firstOfAll('round2')[own];
}

function beforeManifest(state: State): Next {
  const initiating = state.initiator !== undefined && state.isMe(state.initiator);
  if (!initiating) return { act: 'bring', from: [] };
  return state.joined().length >= (state.terms?.n ?? Infinity)
    ? { act: 'propose' }
    : { act: 'invite' };
}

function witnessNext(state: State, { complete }: Progress): Next {
  if (!complete) return { act: 'bring', from: [] };
  return state.told(state.me, 'attest').length > 0 ? { act: 'done' } : { act: 'attest' };
}

function testing(
  state: State,
  progress: Progress,
  own: number,
  holds: (test: TestProgress) => boolean,
): Next {
  const mine = progress.tests.filter(
    ({ request, signatures, faults }) =>
      request.ids.includes(own) &&
      !signatures &&
      !faults.some(({ fault }) => fault.startsWith('psig')),
  );
  const at = ({ request }: TestProgress) => request.ids.indexOf(own);
  const open = mine.filter((test) => !test.shares[at(test)]);
  const lost = open.filter((test) => !(test.nonces[at(test)] && holds(test)));
  if (lost.length > 0) {
    const unapproved = lost.find((test) => !test.approved[at(test)]);
    const tests = unapproved ? [unapproved] : lost;
    return { act: 'commit', tests, approve: unapproved?.statement };
  }
  const ready = open.filter(({ frozen, approved }) => frozen && approved.every(Boolean));
  if (ready.length > 0 || !progress.closed[own]) return { act: 'release' };
  const without = culprits(progress);
  const retesting = progress.tests.some(
    ({ signatures, request, faults }) =>
      !signatures && faults.length === 0 && !request.ids.some((id) => without.includes(id)),
  );
  if (without.length > 0 && !retesting)
    return uncovered(progress, without).length > 0
      ? { act: 'retest', without }
      : { act: 'again', with: without };
  return { act: 'bring', from: script[8]!.owing(state, progress) };
}

function recording(state: State, { recorded }: Progress): Next {
  if (!recorded[state.own!]) return { act: 'sign-record' };
  const from = lacking(recorded);
  return from.length > 0 ? { act: 'bring', from } : { act: 'done' };
}

/** Who spoiled a test. */
const culprits = ({ tests }: Progress): number[] => [
  ...new Set(tests.flatMap(({ faults }) => faults.flatMap(({ operators }) => operators))),
];

const uncovered = ({ tested }: Progress, without: readonly number[]): number[] =>
  lacking(tested).filter((number) => !without.includes(number));

/** The sets that test those who are not tested yet, without the named; fewer than t left: none. */
export function retestSets(progress: Progress, without: readonly number[]): number[][] {
  const { n, t } = progress.manifest!.terms;
  const able = Array.from({ length: n }, (_, number) => number).filter((i) => !without.includes(i));
  if (able.length < t) return [];
  const open = uncovered(progress, without);
  const sets: number[][] = [];
  for (let i = 0; i < open.length; i += t) {
    const set = open.slice(i, i + t);
    for (const other of able) if (set.length < t && !set.includes(other)) set.push(other);
    sets.push(set.sort((a, b) => a - b));
  }
  return sets;
}

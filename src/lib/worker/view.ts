/** What the page shows of a group: plain data, computed from the log. It holds no secret. */
import { deviceLogsOf, type DeviceLog } from '../ceremony/device-log.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { clockBehind, script, type Next, type StepName } from '../ceremony/script.ts';
import { deviceLabel, type Card, type GroupId, type Witness } from '../ceremony/card.ts';
import { backupAddressOf, type BackupAddress } from '../ceremony/backup-address.ts';
import type { CeremonyFault } from '../ceremony/faults.ts';
import type { Terms } from '../ceremony/manifest.ts';
import type { Progress, TestProgress } from '../ceremony/progress.ts';
import type { State } from '../ceremony/state.ts';
import type { Seat } from './seat.ts';

/** One operator as others see them. */
export interface PersonView {
  /** From 0; the position among the cards before there is a manifest. */
  readonly number: number;
  readonly card: Card;
  readonly mine: boolean;
  readonly collects: boolean;
  /** When their last packet came or went, ms since 1970. */
  readonly heardAt: number | undefined;
  readonly packets: number;
  /** When they last went on with a restored vault, ms since 1970. */
  readonly resumedAt: number | undefined;
  /** What they gave, by step; undefined where the step has no packet. */
  readonly gave: Readonly<Partial<Record<StepName, boolean>>>;
}

/** One step of the script as it stands here. */
export interface StepView {
  readonly name: StepName;
  readonly state: 'done' | 'now' | 'todo' | 'stopped';
  readonly owner: 'initiator' | 'everybody';
  readonly minutes: number;
  /** ms since 1970, where a call date is agreed. */
  readonly planned: number | undefined;
  /** When the operator here was done with it. */
  readonly signedOff: number | undefined;
  readonly notes: readonly string[];
  /** Who still owes it, by number. */
  readonly owing: readonly number[];
}

/** One test of the keys. */
export interface TestView {
  readonly ids: readonly number[];
  readonly attempt: number;
  readonly statement: string;
  readonly approved: readonly boolean[];
  readonly committed: readonly boolean[];
  readonly shared: readonly boolean[];
  readonly signatures: { readonly custody: Bytes; readonly attestation: Bytes } | undefined;
  readonly faults: readonly CeremonyFault[];
}

/** `Next` without what only the worker needs. */
export type NextView =
  | Exclude<Next, { act: 'commit' }>
  | { readonly act: 'commit'; readonly approve: string | undefined };

export interface GroupView {
  /** The group's id in hex. */
  readonly group: string;
  readonly id: GroupId;
  readonly terms: Terms | undefined;
  readonly role: 'operator' | 'witness';
  readonly initiating: boolean;
  readonly initiatorName: string;
  /** The own number in the manifest, from 0. */
  readonly own: number | undefined;
  readonly ownCard: Card | undefined;
  readonly people: readonly PersonView[];
  readonly witnesses: readonly Witness[];
  readonly collectsHere: boolean;
  readonly manifestHash: Bytes | undefined;
  readonly sealed: boolean;
  readonly checked: Readonly<Record<string, string>>;
  readonly script: readonly StepView[];
  readonly next: NextView;
  /** Which secrets are open in memory; an act that needs another one asks the device first. */
  readonly opened: { readonly host: boolean; readonly shares: boolean };
  /** What the device is asked for. */
  readonly labels: {
    readonly host: string;
    readonly custody: string;
    readonly attestation: string;
  };
  readonly keys:
    | {
        /** 33 bytes, the internal key. */
        readonly custody: Bytes;
        /** 32 bytes. */
        readonly attestation: Bytes;
        /** 32 bytes, read aloud as 24 words. */
        readonly hash: Bytes;
      }
    | undefined;
  readonly recordHash: Bytes | undefined;
  readonly recorded: readonly boolean[];
  /** `pending` until certified, spoken, backed up and tested by everybody. */
  readonly keyState: 'none' | 'pending' | 'active' | 'rehearsed' | 'stopped';
  readonly tests: readonly TestView[];
  readonly backup: 'none' | 'recorded' | 'verified';
  readonly backupAddress: BackupAddress;
  readonly attestations: readonly {
    readonly name: string;
    readonly agree: boolean;
    readonly because: string;
  }[];
  readonly faults: readonly CeremonyFault[];
  readonly refused: readonly {
    readonly at: number;
    readonly from: string;
    readonly because: string;
  }[];
  /** Secrets that were dropped, with when. */
  readonly dropped: readonly { readonly at: number; readonly what: 'nonces' | 'run' }[];
  readonly deviceLogs: readonly DeviceLog[];
  readonly log: { readonly length: number; readonly head: Bytes };
  /** How many packets others are not known to hold. */
  readonly outgoing: number;
  readonly restored: boolean;
  /** Whether it was restored and the clock here shows to be behind: it stays silent. */
  readonly clockBehind: boolean;
  /** How many batches wait for an act of the operator here. */
  readonly requestsWaiting: number;
}

/** The view of a seat. */
export function viewOf(seat: Seat): GroupView {
  const { state } = seat;
  const progress = seat.progress();
  const id = state.id!;
  const next = seat.next();
  const stopped = next.act === 'stopped';
  return {
    group: toHex(id.group),
    id,
    terms: state.terms,
    role: state.role,
    initiating: state.initiator !== undefined && state.isMe(state.initiator),
    initiatorName: state.initiatorName,
    own: state.own,
    ownCard: state.ownCard,
    people: people(seat),
    witnesses: state.manifest?.witnesses ?? state.witnesses(),
    collectsHere: state.collector !== undefined && state.isMe(state.collector),
    manifestHash: state.manifestHash,
    sealed: state.sealed,
    checked: Object.fromEntries(
      state.noted('checked').map(({ event }) => [event.item, event.evidence]),
    ),
    script: steps(seat, stopped),
    next: next.act === 'commit' ? { act: 'commit', approve: next.approve } : next,
    opened: seat.opened(),
    labels: {
      host: deviceLabel('host secret', id),
      custody: deviceLabel('custody share', id),
      attestation: deviceLabel('attestation share', id),
    },
    keys: progress.keys && {
      custody: progress.keys.custody.threshPk,
      attestation: progress.keys.attestation.threshPk,
      hash: progress.keys.hash,
    },
    recordHash: progress.recordHash,
    recorded: progress.recorded,
    keyState: keyState(seat, stopped),
    tests: progress.tests.map(testView),
    backup: backupState(seat),
    backupAddress: backupAddressOf(seat.log.ports.groups.ed25519, state),
    attestations: attestations(seat),
    faults: [...progress.faults, ...seat.log.proven],
    refused: state.noted('refused').map(({ at, event }) => ({
      at,
      from: event.from ? nameOf(seat, event.from) : '',
      because: event.because,
    })),
    dropped: state.noted('dropped').map(({ at, event }) => ({ at, what: event.what })),
    deviceLogs: deviceLogsOf(state),
    log: state.head,
    outgoing: seat.log.outgoing().packets,
    restored: state.noted('restored').length > 0,
    clockBehind: clockBehind(state),
    requestsWaiting: seat.waiting(),
  };
}

function backupState({ state }: Seat): GroupView['backup'] {
  const files = state.noted('backup').filter(({ event }) => event.tier === 'age-file');
  if (files.some(({ event }) => event.state === 'verified')) return 'verified';
  return files.length > 0 ? 'recorded' : 'none';
}

function keyState(seat: Seat, stopped: boolean): GroupView['keyState'] {
  const { complete, keys } = seat.progress();
  if (complete) return seat.state.id!.rehearsal ? 'rehearsed' : 'active';
  if (stopped) return 'stopped';
  return keys ? 'pending' : 'none';
}

function people(seat: Seat): PersonView[] {
  const { state } = seat;
  const progress = seat.progress();
  const has = (kind: 'seal' | 'round2') => state.firstOfAll(kind).map((one) => one !== undefined);
  const [sealed, agreed] = [has('seal'), has('round2')];
  return (state.manifest?.operators ?? state.joined()).map((card, number) => {
    const packets = state.packetsFrom(card.packetKey);
    return {
      number,
      card,
      mine: state.isMe(card.packetKey),
      collects: state.collector !== undefined && toHex(state.collector) === toHex(card.packetKey),
      heardAt: packets.at(-1)?.at,
      packets: packets.length,
      resumedAt: state.told(card.packetKey, 'resumed').at(-1)?.packet.at,
      gave: state.manifest
        ? {
            seal: sealed[number]!,
            agree: agreed[number]!,
            backup: progress.closed[number]!,
            test: progress.tested[number]!,
            record: progress.recorded[number]!,
          }
        : {},
    };
  });
}

function steps(seat: Seat, stopped: boolean): StepView[] {
  const { state } = seat;
  const progress = seat.progress();
  let planned = state.terms?.callAt ?? undefined;
  let reached = false;
  return script.map((step) => {
    const start = planned;
    if (planned !== undefined) planned += step.minutes * 60_000;
    const over = step.after(state, progress) || wasOver(step.name, state, progress);
    const done = !reached && over;
    const now = !done && !reached;
    if (!done) reached = true;
    const open = now ? (stopped ? 'stopped' : 'now') : 'todo';
    return {
      name: step.name,
      state: done ? 'done' : open,
      owner: step.owner,
      minutes: step.minutes,
      planned: start,
      signedOff: state.noted('signedOff').find(({ event }) => event.step === step.name)?.at,
      notes: state
        .noted('note')
        .filter(({ event }) => event.step === step.name)
        .map(({ event }) => event.note),
      owing: now ? step.owing(state, progress) : [],
    };
  });
}

/** Whether a step must have been over: whoever was restored has no notes of it any more. */
function wasOver(name: StepName, { sealed }: State, { complete }: Progress): boolean {
  if (complete) return name !== 'record';
  return sealed && (name === 'prepare' || name === 'manifest-words');
}

const testView = (test: TestProgress): TestView => ({
  ids: test.request.ids,
  attempt: test.attempt,
  statement: test.statement,
  approved: test.approved,
  committed: test.nonces.map((one) => one !== undefined),
  shared: test.shares.map((one) => one !== undefined),
  signatures: test.signatures,
  faults: test.faults,
});

const attestations = (seat: Seat): GroupView['attestations'] =>
  (seat.state.manifest?.witnesses ?? []).flatMap(({ name, packetKey }) =>
    seat.state.told(packetKey, 'attest').map(({ part: { certified, agree, because } }) => {
      const { keys } = seat.progress();
      return { name, agree: agree && !!keys && equal(certified, keys.hash), because };
    }),
  );

function nameOf({ state }: Seat, key: Uint8Array): string {
  const cards = [...(state.manifest?.operators ?? state.joined()), ...state.witnesses()];
  return cards.find(({ packetKey }) => toHex(packetKey) === toHex(key))?.name ?? '';
}

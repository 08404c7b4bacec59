import { deviceLogsOf, type DeviceLog } from './device-log.ts';
import { equal, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { backupAddressOf } from './backup-address.ts';
import type { Card, GroupId, Witness } from './card.ts';
import type { CeremonyFault } from './faults.ts';
import { livenessOf, type Liveness } from './liveness.ts';
import type { Head } from './log.ts';
import type { Terms } from './manifest.ts';
import { newDevices } from './operator-device.ts';
import type { PartOf } from './parts.ts';
import type { Progress } from './progress.ts';
import { requestFaults, requestRecords, type BatchRecord } from './record-requests.ts';
import { script, type StepName } from './script.ts';
import type { Requests } from './session.ts';
import type { State } from './state.ts';

/*
 * What a record says, for people: the ceremony on paper. Plain data; times are ms since 1970, by the
 * clock of whoever noted them.
 */

/** One operator's part in the ceremony, in the order of the manifest. */
export interface OperatorRecord {
  readonly card: Card;
  readonly sealed: number | undefined;
  /** What was checked before sealing, with evidence. */
  readonly checklist: PartOf<'seal'>['checklist'];
  /** When they closed: words confirmed, backup read back. */
  readonly closed: number | undefined;
  readonly backup: PartOf<'close'>['backup'] | undefined;
  /** When they signed the hash of this record. */
  readonly recorded: number | undefined;
  readonly aborted: { readonly at: number; readonly because: string } | undefined;
}

export interface WitnessRecord {
  readonly card: Witness;
  readonly attestation:
    | {
        readonly at: number;
        readonly agree: boolean;
        readonly because: string;
        /** Whether it is about the keys of this ceremony. */
        readonly same: boolean;
      }
    | undefined;
}

/** One step: when it was to begin, and when each operator was done with it. */
export interface StepRecord {
  readonly name: StepName;
  readonly minutes: number;
  readonly planned: number | undefined;
  /** By operator. */
  readonly done: readonly (number | undefined)[];
  readonly notes: readonly { readonly who: string; readonly note: string }[];
}

export interface TestRecord {
  readonly ids: readonly number[];
  readonly digest: Bytes;
  /** 64 bytes each. */
  readonly signatures: { readonly custody: Bytes; readonly attestation: Bytes } | undefined;
  readonly faults: readonly CeremonyFault[];
}

export interface RecordContent {
  readonly id: GroupId;
  readonly terms: Terms | undefined;
  /** That of the terms, or the one that all devices approved since. */
  readonly backupAddress: string | undefined;
  readonly initiator: string;
  /** Whose log this is, and in which role. */
  readonly owner: string;
  readonly role: State['role'];
  /** When this log went on from a backup or an older copy. */
  readonly restored: readonly number[];
  readonly manifestHash: Bytes | undefined;
  readonly operators: readonly OperatorRecord[];
  readonly witnesses: readonly WitnessRecord[];
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
  readonly tests: readonly TestRecord[];
  /** What was requested with the complete key. */
  readonly batches: readonly BatchRecord[];
  /** Other devices that operators went on with, by number from 0, and whose devices approved them. */
  readonly newDevices: readonly {
    readonly operator: number;
    readonly at: number;
    readonly device: Card['device'];
    readonly hash: Bytes;
    readonly admittedBy: readonly number[];
    readonly admitted: boolean;
  }[];
  /** By operator: whether they still held shares and backups, and when; empty before there is a key. */
  readonly liveness: readonly Liveness[];
  readonly steps: readonly StepRecord[];
  readonly refused: readonly {
    readonly at: number;
    readonly from: string;
    readonly because: string;
  }[];
  readonly dropped: readonly { readonly at: number; readonly what: 'nonces' | 'run' }[];
  readonly deviceLogs: readonly DeviceLog[];
  readonly faults: readonly CeremonyFault[];
  /** Whether everybody certified, spoke, backed up and tested. */
  readonly complete: boolean;
  readonly stopped: boolean;
  /** 32 bytes that everybody signed at the end. */
  readonly recordHash: Bytes | undefined;
  /** When the log begins and ends. */
  readonly began: number;
  readonly ended: number;
  readonly log: Head;
}

/** What a log says about its ceremony, and about the requests after it. */
export function contentOf(
  groups: Groups,
  state: State,
  progress: Progress,
  requests: Requests | undefined,
): RecordContent {
  const { keys } = progress;
  const { ed25519 } = groups;
  return {
    id: state.id!,
    terms: state.terms,
    backupAddress: backupAddressOf(ed25519, state).set,
    initiator: state.initiatorName,
    owner: ownerOf(state),
    role: state.role,
    restored: state.noted('restored').map(({ event }) => event.at),
    manifestHash: state.manifestHash,
    operators: (state.manifest?.operators ?? state.joined()).map((card) =>
      operatorRecord(state, progress, card),
    ),
    witnesses: (state.manifest?.witnesses ?? state.witnesses()).map((card) => {
      const told = state.told(card.packetKey, 'attest').at(-1);
      return {
        card,
        attestation: told && {
          at: told.packet.at,
          agree: told.part.agree,
          because: told.part.because,
          same: keys !== undefined && equal(told.part.certified, keys.hash),
        },
      };
    }),
    keys: keys && {
      custody: keys.custody.threshPk,
      attestation: keys.attestation.threshPk,
      hash: keys.hash,
    },
    tests: progress.tests.map(({ request: { ids, digest }, signatures, faults }) => ({
      ids,
      digest,
      signatures,
      faults,
    })),
    batches: requests ? requestRecords(requests) : [],
    newDevices: newDevices(ed25519, state).map(
      ({ operator, packet, card, hash, admittedBy, admitted }) => ({
        operator,
        at: packet.at,
        device: card.device,
        hash,
        admittedBy,
        admitted,
      }),
    ),
    liveness: keys ? livenessOf({ groups, state, keys, requests }) : [],
    steps: stepRecords(state),
    refused: state.noted('refused').map(({ at, event: { from, because } }) => ({
      at,
      from: from ? nameOf(state, from) : '',
      because,
    })),
    dropped: state.noted('dropped').map(({ at, event }) => ({ at, what: event.what })),
    deviceLogs: deviceLogsOf(state),
    faults: [...progress.faults, ...(requests ? requestFaults(requests) : [])],
    complete: progress.complete,
    stopped: progress.stopped,
    recordHash: progress.recordHash,
    began: state.entries[0]!.at,
    ended: state.entries.at(-1)!.at,
    log: state.head,
  };
}

function operatorRecord(state: State, { recordHash }: Progress, card: Card): OperatorRecord {
  const { packetKey } = card;
  const [seal] = state.told(packetKey, 'seal');
  const [close] = state.told(packetKey, 'close');
  const [abort] = state.told(packetKey, 'abort');
  const signed = state
    .told(packetKey, 'record')
    .find(({ part }) => recordHash && equal(part.hash, recordHash));
  return {
    card,
    sealed: seal?.packet.at,
    checklist: seal?.part.checklist ?? [],
    closed: close?.packet.at,
    backup: close?.part.backup,
    recorded: signed?.packet.at,
    aborted: abort && { at: abort.packet.at, because: abort.part.because },
  };
}

/** Everybody's sign-offs and notes from the closings, the owner's from the own log. */
function stepRecords(state: State): StepRecord[] {
  const operators = state.manifest?.operators ?? [];
  const closings = operators.map(({ packetKey }) => state.told(packetKey, 'close')[0]?.part.script);
  const { own } = state;
  let planned = state.terms?.callAt ?? undefined;
  return script.map(({ name, minutes }) => {
    const start = planned;
    if (planned !== undefined) planned += minutes * 60_000;
    const ownDone = state.noted('signedOff').find(({ event }) => event.step === name)?.at;
    const ownNotes = state
      .noted('note')
      .flatMap(({ event }) => (event.step === name ? [event.note] : []));
    const told = closings.map((closing, number) =>
      number === own ? undefined : closing?.find(({ step }) => step === name),
    );
    return {
      name,
      minutes,
      planned: start,
      done: told.map((entry, number) => (number === own ? ownDone : entry?.done)),
      notes: [
        ...ownNotes.map((note) => ({ who: ownerOf(state), note })),
        ...told.flatMap((entry, number) =>
          entry?.note ? [{ who: operators[number]!.name, note: entry.note }] : [],
        ),
      ],
    };
  });
}

/** The name of the log's owner. */
export const ownerOf = (state: State): string =>
  state.ownCard?.name ?? state.noted('witness').at(0)?.event.card.name ?? nameOf(state, state.me);

/** Under which name somebody joined; empty where nobody did with this key. */
export function nameOf(state: State, key: Uint8Array): string {
  const cards = [...(state.manifest?.operators ?? state.joined()), ...state.witnesses()];
  return cards.find(({ packetKey }) => equal(packetKey, key))?.name ?? '';
}

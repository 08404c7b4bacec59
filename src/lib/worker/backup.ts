/** An operator's backup file: made from the open host secret, and read back before it counts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import {
  backupFromBytes,
  backupToBytes,
  checkBackup,
  recoveryToBytes,
  type BackupFault,
  type RecoveryContent,
} from '../ceremony/backup.ts';
import { backupAddressOf } from '../ceremony/backup-address.ts';
import { countAfter, countOf, givenOut, listed } from '../ceremony/issued.ts';
import type { EventOf } from '../ceremony/log.ts';
import { piecesOf, type Piece } from '../ceremony/pieces.ts';
import { openAge, openAgeWith, sealAge, sealAgeTo } from './age-file.ts';
import { VaultError } from '../vault/fault.ts';
import type { AgeFault } from './age-report.ts';
import type { Seat, SeatFault } from './seat.ts';

/** What all operators know of the keys; undefined while they are not certified. */
export function recoveryOf(seat: Seat): RecoveryContent | undefined {
  const { state } = seat;
  const { keys, manifest, complete } = seat.progress();
  if (!keys || !manifest) return undefined;
  const { network, group, epoch, rehearsal } = state.id!;
  const done = rehearsal ? 'rehearsed' : 'active';
  return {
    network,
    groupId: group,
    groupName: manifest.terms.name,
    epoch,
    rehearsal,
    operators: manifest.operators.map(({ name }) => name),
    t: manifest.terms.t,
    manifestHash: state.manifestHash!,
    recoveryData: keys.recoveryData,
    certified: keys.hash,
    state: complete ? done : 'pending',
    backupAddress: backupAddressOf(seat.log.ports.groups.ed25519, state).set ?? null,
    issued: listed(givenOut(state)).map(({ recipient, index }) => ({ recipient, index })),
    created: seat.log.ports.now(),
  };
}

/** A recovery file, and whether the log says that it was made. */
export interface RecoveryFile {
  readonly file: Bytes;
  /** Not where the disk is full: the file comes out, and what it names counts as in none. */
  readonly noted: boolean;
}

/** The recovery file, which is noted; undefined while the keys are not certified. */
export async function makeRecoveryFile(seat: Seat): Promise<RecoveryFile | undefined> {
  const content = recoveryOf(seat);
  if (!content) return undefined;
  const file = recoveryToBytes(content);
  const noted = await seat.log.append([{ kind: 'recovery-file', hash: sha256(file) }]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof VaultError && error.fault.name === 'storage-full') return false;
      throw error;
    },
  );
  return { file, noted };
}

/** Whether a piece is there no more, by what was noted of it last. Exposed is what it stays, there or not. */
function isGone({ history }: Piece): boolean {
  const last = history.findLast(({ state }) => state !== 'exposed');
  return last?.state === 'lost' || last?.state === 'destroyed';
}

/** How the deposit addresses stand that were given out, beside the files that name them. */
export interface IssuedView {
  /** Those that no recovery or backup file from here names which is still there. */
  readonly unsaved: number;
  /** Those that a file made now has no room for. */
  readonly leftOut: number;
}

export function issuedViewOf({ state, log }: Seat): IssuedView {
  const gone = piecesOf(state, log.ports.now())
    .filter(isGone)
    .map(({ id }) => id);
  const files = state
    .noted('backup')
    .filter(({ event }) => event.tier === 'age-file' && event.state === 'recorded')
    .filter(({ event }) => !gone.includes(toHex(event.piece)));
  const newest = [...files, ...state.noted('recovery-file')].map(({ number }) => number);
  const all = givenOut(state);
  return {
    unsaved: countAfter(state, Math.max(-1, ...newest)),
    leftOut: countOf(all) - listed(all).length,
  };
}

/** Whom a backup file is encrypted to. */
export type BackupTo = { readonly passphrase: string } | { readonly recipients: readonly string[] };

/**
 * Encrypts the backup and notes it as recorded. The file is ASCII text of the age format.
 * `workFactor`: log₂ of scrypt's cost, for rehearsals and tests.
 */
export async function makeBackup(
  seat: Seat,
  to: BackupTo,
  workFactor?: number,
): Promise<{ file: string } | SeatFault | AgeFault> {
  const { hostSecret, state } = seat;
  const recovery = recoveryOf(seat);
  if (!recovery || state.own === undefined) return { fault: 'not-now' };
  if (!hostSecret) return { fault: 'secret-closed' };
  const operatorName = seat.progress().manifest!.operators[state.own]!.name;
  const plain = backupToBytes({ ...recovery, operatorName, index: state.own, hostSecret });
  const sealing =
    'passphrase' in to
      ? sealAge(plain, to.passphrase, workFactor)
      : sealAgeTo(plain, to.recipients);
  const file = await sealing.finally(() => wipe(plain));
  if (typeof file !== 'string') return file;
  await seat.log.append([ofFile(file, 'recorded')]);
  return { file };
}

function ofFile(file: string, state: 'recorded' | 'verified'): EventOf<'backup'> {
  const hash = sha256(new TextEncoder().encode(file));
  const method = state === 'verified' ? 'read-back' : null;
  return { kind: 'backup', piece: hash.slice(0, 8), tier: 'age-file', state, method, hash };
}

/** What opens a backup file. Both are strings and cannot be wiped. */
export type BackupKey = { readonly passphrase: string } | { readonly identity: string };

/** Opens a backup file as it was stored and holds it against the group; then it is verified. */
export async function verifyBackup(
  seat: Seat,
  file: string,
  key: BackupKey,
): Promise<SeatFault | BackupFault | AgeFault | undefined> {
  const { keys, manifest } = seat.progress();
  const { state } = seat;
  if (!keys || !manifest || state.own === undefined) return { fault: 'not-now' };
  const plain = await ('passphrase' in key
    ? openAge(file, key.passphrase)
    : openAgeWith(file, key.identity));
  if (!(plain instanceof Uint8Array)) return plain;
  const content = backupFromBytes(plain);
  wipe(plain);
  if ('fault' in content) return content;
  const { network, group, epoch, rehearsal } = state.id!;
  const wrong = checkBackup(seat.log.ports.groups.secp256k1, content, {
    network,
    groupId: group,
    epoch,
    rehearsal,
    index: state.own,
    manifestHash: state.manifestHash!,
    recoveryData: keys.recoveryData,
    hostPubkey: manifest.operators[state.own]!.hostKey,
  });
  wipe(content.hostSecret);
  if (wrong) return wrong;
  await seat.log.append([ofFile(file, 'verified'), seat.signOff('backup')]);
  return undefined;
}

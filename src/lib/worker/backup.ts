/** An operator's backup file: made from the open host secret, and read back before it counts. */
import { sha256 } from '@noble/hashes/sha2.js';
import { wipe, type Bytes } from '../crypto/bytes.ts';
import {
  backupFromBytes,
  backupToBytes,
  checkBackup,
  type BackupFault,
} from '../ceremony/backup.ts';
import { openAge, sealAge } from './age-file.ts';
import type { AgeFault } from './age-report.ts';
import type { Seat, SeatFault } from './seat.ts';

const hashOf = (file: string): Bytes => sha256(new TextEncoder().encode(file));

/**
 * Encrypts the backup to a passphrase and notes it as recorded. The file is ASCII text of the age
 * format. `workFactor`: log₂ of scrypt's cost, for rehearsals and tests.
 */
export async function makeBackup(
  seat: Seat,
  passphrase: string,
  workFactor?: number,
): Promise<{ file: string } | SeatFault> {
  const { hostSecret, state } = seat;
  const { keys, manifest } = seat.progress();
  if (!keys || !manifest || state.own === undefined) return { fault: 'not-now' };
  if (!hostSecret) return { fault: 'secret-closed' };
  const { network, group, epoch, rehearsal } = state.id!;
  const plain = backupToBytes({
    network,
    groupId: group,
    groupName: manifest.terms.name,
    epoch,
    rehearsal,
    operatorName: manifest.operators[state.own]!.name,
    index: state.own,
    manifestHash: state.manifestHash!,
    recoveryData: keys.recoveryData,
    created: seat.log.ports.now(),
    hostSecret,
  });
  const file = await sealAge(plain, passphrase, workFactor).finally(() => wipe(plain));
  await seat.log.append([
    { kind: 'backup', state: 'recorded', tier: 'age-file', fileHash: hashOf(file) },
  ]);
  return { file };
}

/** Opens a backup file as it was stored and holds it against the group; then it is verified. */
export async function verifyBackup(
  seat: Seat,
  file: string,
  passphrase: string,
): Promise<SeatFault | BackupFault | AgeFault | undefined> {
  const { keys, manifest } = seat.progress();
  const { state } = seat;
  if (!keys || !manifest || state.own === undefined) return { fault: 'not-now' };
  const plain = await openAge(file, passphrase);
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
  await seat.log.append([
    { kind: 'backup', state: 'verified', tier: 'age-file', fileHash: hashOf(file) },
    seat.signOff('backup'),
  ]);
  return undefined;
}

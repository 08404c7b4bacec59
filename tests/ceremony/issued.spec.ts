import { expect, it, vi } from 'vitest';
import { recoveryFromBytes } from '../../src/lib/ceremony/backup.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import {
  makeBackup,
  makeRecoveryFile,
  recoveryOf,
  verifyBackup,
} from '../../src/lib/worker/backup.ts';
import { VaultError } from '../../src/lib/vault/fault.ts';
import { backupsViewOf } from '../../src/lib/worker/backups-view.ts';
import { notePiece } from '../../src/lib/worker/pieces.ts';
import { apart, openHost } from '../support/restored.ts';
import { clock, type Player } from '../support/seats.ts';
import { did, everybodyHears, withKey } from '../support/signing-seats.ts';

/* Deposit addresses in recovery files: which are named, and what is said of those that are not. */

const original = await withKey(3, 2, 'issued');

/** Gives out an address, a second after what was done before. */
async function issue({ seat }: Player, recipient: number) {
  clock.now += 1000;
  await did(seat.issueAddress(new Uint8Array(32).fill(recipient)));
}

it('every log names the same, in the order of time', async () => {
  const players = (await apart(original)) as [Player, Player, Player];
  const [asha, ben, chen] = players;
  await issue(chen, 1);
  await issue(asha, 2);
  await issue(ben, 3);
  await issue(asha, 1); // Asha has not heard of Chen's yet
  await everybodyHears(players);
  for (const { seat } of players)
    expect(recoveryOf(seat)!.issued.map(({ recipient, index }) => [recipient[0], index])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
});

it('those that are in no file which was saved here are counted', async () => {
  const [asha, ben] = (await apart(original)) as [Player, Player, Player];
  const unsaved = async () => (await backupsViewOf(asha.seat))!.issued;
  // The backup files of the ceremony are older.
  expect(await unsaved()).toEqual({ unsaved: 0, leftOut: 0 });
  await issue(asha, 1);
  await issue(ben, 2);
  expect(await unsaved()).toEqual({ unsaved: 1, leftOut: 0 });
  await everybodyHears([asha, ben]);
  expect(await unsaved()).toEqual({ unsaved: 2, leftOut: 0 });
  const { file: bytes, noted } = (await makeRecoveryFile(asha.seat))!;
  expect(noted).toBe(true);
  const file = recoveryFromBytes(bytes);
  if (typeof file === 'string') throw new Error(file);
  expect(file.issued).toHaveLength(2);
  expect(await unsaved()).toEqual({ unsaved: 0, leftOut: 0 });
  await issue(ben, 3);
  await everybodyHears([asha, ben]);
  expect(await unsaved()).toEqual({ unsaved: 1, leftOut: 0 });
  // A backup file names them as well, as long as it is there.
  await openHost(asha);
  const made = await makeBackup(asha.seat, { passphrase: 'horse staple' }, 4);
  if ('fault' in made) throw new Error(made.fault);
  expect(await unsaved()).toEqual({ unsaved: 0, leftOut: 0 });
  const piece = asha.seat.state.noted('backup').at(-1)!.event.piece;
  const note = (state: 'lost' | 'exposed') => did(notePiece(asha.seat, toHex(piece), state));
  await note('exposed'); // somebody else may have it; it is there all the same
  expect(await unsaved()).toEqual({ unsaved: 0, leftOut: 0 });
  await note('lost');
  expect(await unsaved()).toEqual({ unsaved: 1, leftOut: 0 });
  await note('exposed');
  expect(await unsaved()).toEqual({ unsaved: 1, leftOut: 0 });
  // It was found: it is read back.
  const key = { passphrase: 'horse staple' };
  expect(await verifyBackup(asha.seat, made.file, key)).toBeUndefined();
  expect(await unsaved()).toEqual({ unsaved: 0, leftOut: 0 });
});

it('with a full disk the recovery file comes out, and its addresses count as in none', async () => {
  const [asha] = (await apart(original)) as [Player, Player, Player];
  await issue(asha, 1);
  const { store } = asha.seat.log.ports;
  const [before, { head }] = [await store.keys(''), asha.seat.state];
  const write = vi.spyOn(store, 'write');
  write.mockRejectedValueOnce(new VaultError('storage-full'));
  const { file, noted } = (await makeRecoveryFile(asha.seat))!;
  expect(noted).toBe(false);
  expect(recoveryFromBytes(file)).toMatchObject({ issued: [{ index: 0 }] });
  expect((await backupsViewOf(asha.seat))!.issued).toEqual({ unsaved: 1, leftOut: 0 });
  expect([await store.keys(''), asha.seat.state.head]).toEqual([before, head]);
  // What else goes wrong is no word about the disk.
  write.mockRejectedValueOnce(new VaultError('taken-over'));
  await expect(makeRecoveryFile(asha.seat)).rejects.toThrow('taken-over');
  expect(await makeRecoveryFile(asha.seat)).toMatchObject({ noted: true });
  expect((await backupsViewOf(asha.seat))!.issued).toEqual({ unsaved: 0, leftOut: 0 });
});

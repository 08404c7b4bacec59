/** A group with every piece of a backup that its operators can have, made by the app's own code. */
import { randomBytes } from 'node:crypto';
import { backupFromBytes, type RecoveryContent } from '../../src/lib/ceremony/backup.ts';
import { kitToBytes } from '../../src/lib/ceremony/kit.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { recoverBoth, type DualRecovered } from '../../src/lib/crypto/dual-dkg.ts';
import { plateWords } from '../../src/lib/crypto/plate.ts';
import { splitSecret, type Slip39Plan } from '../../src/lib/crypto/slip39/slip39.ts';
import { openAge } from '../../src/lib/worker/age-file.ts';
import { makeBackup, recoveryOf } from '../../src/lib/worker/backup.ts';
import { splitForVault } from '../../src/lib/worker/vault-share.ts';
import { value } from './hex.ts';
import { enrolled, finish, groups, hostReply, rehearsalId, type Player } from './seats.ts';

/** What an operator of a test has. */
export interface Owner {
  readonly hostSecret: Bytes;
  /** Both keys with the own shares. */
  readonly recovered: DualRecovered;
  /** Encrypted to `passphrase`. */
  readonly ageFile: string;
  readonly player: Player;
}

export const passphrase = 'horse staple';
export const backupAddress = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/** An address that was given out. */
export const issued = { recipient: new Uint8Array(32).fill(0x44), index: 0 };

/** A complete group, whose recovery content names one issued deposit address. */
export async function ownersOf(
  n: number,
  t: number,
  seed: string,
): Promise<{ owners: Owner[]; content: RecoveryContent }> {
  const players = await enrolled(n, t, seed, { terms: { backupAddress } });
  await finish(players);
  const { seat } = players[0]!;
  const fault = await seat.issueAddress(issued.recipient);
  if (fault) throw new Error(fault.fault);
  const content = recoveryOf(seat)!;
  return { content, owners: await Promise.all(players.map(ownerOf)) };
}

async function ownerOf(player: Player): Promise<Owner> {
  const closed = await player.seat.openHost(await hostReply(player.device, rehearsalId));
  if (closed) throw new Error(closed.fault);
  const made = await makeBackup(player.seat, { passphrase }, 4);
  if ('fault' in made) throw new Error(made.fault);
  const plain = await openAge(made.file, passphrase);
  if (!(plain instanceof Uint8Array)) throw new Error(plain.fault);
  const content = backupFromBytes(plain);
  if ('fault' in content) throw new Error(content.fault);
  const { hostSecret, recoveryData } = content;
  const recovered = value(recoverBoth(groups, hostSecret, recoveryData));
  return { hostSecret, recovered, ageFile: made.file, player };
}

const random = (length: number): Bytes => new Uint8Array(randomBytes(length));

/** Cards, by group. */
export const cardsOf = (
  { hostSecret }: Owner,
  plan: Slip39Plan,
  source: (length: number) => Bytes = random,
): string[][] => splitSecret(hostSecret, plan, source);

export const vaultSharesOf = (
  { hostSecret }: Owner,
  content: RecoveryContent,
  threshold: number,
  count: number,
): Promise<string[]> => splitForVault(hostSecret, content, threshold, count);

/** A plate as a text file holds it, with its words cut to four letters. */
export function plateOf({ recovered }: Owner, suite: 'custody' | 'attestation'): string {
  const output = recovered[suite];
  const number = recovered.id! + 1;
  const words = plateWords(suite, number, output.secshare!, output);
  return [suite, number, ...words.map((word, i) => `${i + 1}. ${word.slice(0, 4)}`)].join('\n');
}

export const kitOf = (content: RecoveryContent, { recovered }: Owner): Uint8Array => {
  const { network, groupId, groupName, epoch, rehearsal, operators } = content;
  return kitToBytes({
    ...{ network, groupId, groupName, epoch, rehearsal },
    operatorName: operators[recovered.id!]!,
    hostKey: recovered.ceremony.hostpubkeys[recovered.id!]! as Bytes,
    salt: random(32),
    device: random(40),
  });
};

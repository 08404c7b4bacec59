/** Where a host secret is taken from when it is restored, and why it cannot be. */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { combineCards, type Slip39Fault } from '../crypto/slip39/slip39.ts';
import { backupFromBytes, recoveryFromBytes, type BackupFault } from '../ceremony/backup.ts';
import type { GroupId } from '../ceremony/card.ts';
import { kitFromBytes } from '../ceremony/kit.ts';
import type { Tier } from '../ceremony/pieces.ts';
import { openAge, openAgeWith } from './age-file.ts';
import type { AgeFault } from './age-report.ts';
import { hostSecretFrom } from './host-secret.ts';
import { combineVault, type VaultShareFault } from './vault-share.ts';

/** What is left of a backup. Passphrases, identities and cards are strings: they cannot be wiped. */
export type Source =
  | { readonly from: 'age-file'; readonly file: Bytes; readonly passphrase: string }
  | { readonly from: 'age-identity'; readonly file: Bytes; readonly identity: string }
  | { readonly from: 'slip39'; readonly cards: readonly string[]; readonly passphrase: string }
  | { readonly from: 'vault-share'; readonly shares: readonly string[] }
  /** The device's reply to the host label, 32 bytes, wiped here, and the kit. */
  | { readonly from: 'device'; readonly kit: Bytes; readonly reply: Bytes };

/** Why a source gives no host secret of this group. */
export type SourceFault =
  | AgeFault
  | BackupFault
  | Slip39Fault
  | VaultShareFault
  | { readonly fault: 'not-a-kit'; readonly detail: string };

/** Why what was restored is not of the operator here. */
export type RestoreFault =
  SourceFault | { readonly fault: 'other-host-secret'; readonly detail: string };

/** Wipes the device's reply, where it is not used. */
export function wipeReply(source: Source | undefined): void {
  if (source?.from === 'device') wipe(source.reply);
}

/** The tier that a source belongs to. */
export const tierOf = ({ from }: Source): Tier =>
  from === 'age-identity' ? 'age-file' : from === 'device' ? 'device' : from;

/**
 * The host secret that a source gives, 32 bytes; the caller wipes it and holds it against the group. A
 * backup file of another group or epoch is named here, by what it says of itself.
 */
export async function hostSecretOf(source: Source, id: GroupId): Promise<Bytes | SourceFault> {
  switch (source.from) {
    case 'age-file':
      return fromBackup(source.file, await openAge(source.file, source.passphrase), id);
    case 'age-identity':
      return fromBackup(source.file, await openAgeWith(source.file, source.identity), id);
    case 'slip39':
      return combineCards(source.cards, new TextEncoder().encode(source.passphrase));
    case 'vault-share':
      return combineVault(source.shares, { groupId: id.group, epoch: id.epoch });
    case 'device':
      return fromDevice(source.kit, source.reply, id);
  }
}

/** How a file's own words differ from the group that is restored. */
function otherThan(
  id: GroupId,
  { network, groupId, groupName, epoch, rehearsal }: Labels,
): { readonly fault: BackupFault['fault']; readonly detail: string } | undefined {
  if (network !== id.network) return { fault: 'other-network', detail: network };
  if (rehearsal !== id.rehearsal) return { fault: 'rehearsal-differs', detail: '' };
  if (groupId.join() !== id.group.join()) return { fault: 'other-group', detail: groupName };
  if (epoch !== id.epoch) return { fault: 'other-epoch', detail: String(epoch) };
  return undefined;
}

interface Labels {
  readonly network: GroupId['network'];
  readonly groupId: Bytes;
  readonly groupName: string;
  readonly epoch: number;
  readonly rehearsal: boolean;
}

function fromBackup(file: Bytes, plain: Bytes | AgeFault, id: GroupId): Bytes | SourceFault {
  if (!(plain instanceof Uint8Array)) {
    const recovery = typeof recoveryFromBytes(file) !== 'string';
    return recovery ? { fault: 'no-secret', detail: '' } : plain;
  }
  const content = backupFromBytes(plain);
  wipe(plain);
  if ('fault' in content) return content;
  const other = otherThan(id, content);
  if (!other) return content.hostSecret;
  wipe(content.hostSecret);
  return other;
}

function fromDevice(file: Bytes, reply: Bytes, id: GroupId): Bytes | SourceFault {
  const kit = kitFromBytes(file);
  const fault =
    typeof kit === 'string' ? ({ fault: 'not-a-kit', detail: kit } as const) : otherThan(id, kit);
  if (fault) wipe(reply);
  return fault ?? hostSecretFrom(reply, (kit as Exclude<typeof kit, string>).salt, id);
}

import { inFours } from '../crypto/bytes.ts';
import type { Group } from '../wasm/group.ts';
import { verifyApproval } from './approval.ts';
import type { Manifest } from './manifest.ts';
import { approvalKeyAt } from './operator-device.ts';
import type { State } from './state.ts';

/*
 * A group that was sealed without a backup address sets it later, with the approval of every
 * operator's device. Once it is set it stands.
 */

/** The backup address, and who approved which one while none is set. */
export interface BackupAddress {
  readonly set: string | undefined;
  readonly proposals: readonly {
    readonly address: string;
    readonly approved: readonly boolean[];
  }[];
}

/** What a device shows and signs for a backup address: at most 640 ASCII characters. */
export const backupAddressStatement = ({ id }: Manifest, address: string): string =>
  [
    'CONCLAVE BACKUP ADDRESS',
    `network ${id.network}${id.rehearsal ? ' REHEARSAL' : ''}`,
    `group ${inFours(id.group)}`,
    `epoch ${id.epoch}`,
    'If the key may be stolen, all bitcoin is swept to',
    address,
  ].join('\n');

/** What the packets say about the backup address. */
export function backupAddressOf(ed25519: Group, state: State): BackupAddress {
  const { manifest } = state;
  if (!manifest) return { set: state.terms?.backupAddress ?? undefined, proposals: [] };
  if (manifest.terms.backupAddress !== null)
    return { set: manifest.terms.backupAddress, proposals: [] };
  const told = manifest.operators.map(({ packetKey }, operator) =>
    state
      .told(packetKey, 'backup-address')
      .filter(({ part: { address, signature }, packet }) => {
        const key = approvalKeyAt(ed25519, state, operator, packet);
        return (
          key !== undefined &&
          state.once('backup address', [key.key, utf8.encode(address), signature], () =>
            verifyApproval(ed25519, key, backupAddressStatement(manifest, address), signature),
          )
        );
      })
      .map(({ part }) => part.address),
  );
  const proposals = [...new Set(told.flat())].map((address) => ({
    address,
    approved: told.map((addresses) => addresses.includes(address)),
  }));
  return { set: proposals.find(({ approved }) => approved.every(Boolean))?.address, proposals };
}

const utf8 = new TextEncoder();

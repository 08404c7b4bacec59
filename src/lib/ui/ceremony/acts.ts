/** The acts that need the operator's yes alone, and perhaps their device: in order, as the seat demands. */
import { backupAddressStatement, proposalOf } from '../../ceremony/backup-address.ts';
import type { Device, DeviceFault } from '../../devices/device.ts';
import { isDeviceFault } from '../../devices/device.ts';
import type { ActionFault } from '../../worker/desk.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import type { GroupView } from '../../worker/view.ts';

/** How the operator's device is found; it is asked for only where an act needs it. */
export type FindDevice = () => Promise<Device | DeviceFault>;

/** Why an act was not done, and on which side. */
export type Trouble =
  ({ readonly at: 'device' } & DeviceFault) | { readonly at: 'desk'; readonly fault: ActionFault };

export type Outcome = Promise<Trouble | undefined>;

export const atDevice = (fault: DeviceFault): Trouble => ({ at: 'device', ...fault });

export async function did(act: Promise<ActionFault | undefined>): Outcome {
  const fault = await act;
  return fault && { at: 'desk', fault };
}

/** Does the next act of the view. Acts that need more than a yes are not done here. */
export async function perform(desk: RemoteDesk, view: GroupView, find: FindDevice): Outcome {
  const { next } = view;
  switch (next.act) {
    case 'seal':
      return (await openHost(desk, view, find)) ?? did(desk.act({ act: 'seal' }));
    case 'answer':
      return (
        (await openHost(desk, view, find)) ??
        approved(find, next.statement, (approval) => desk.act({ act: 'answer', approval }))
      );
    case 'store':
      return (
        (await openHost(desk, view, find)) ??
        withShares(view, find, (replies) => desk.act({ act: 'store', ...replies }))
      );
    case 'commit': {
      const closed = await openShares(desk, view, find);
      if (closed) return closed;
      return next.approve === undefined
        ? did(desk.act({ act: 'commit', approval: undefined }))
        : approved(find, next.approve, (approval) => desk.act({ act: 'commit', approval }));
    }
    case 'release':
    case 'again':
      return (await openShares(desk, view, find)) ?? did(desk.act({ act: next.act }));
    case 'retest':
    case 'sign-record':
      return did(desk.act({ act: next.act }));
    case 'invite':
    case 'propose':
    case 'bring':
    case 'prepare':
    case 'read-words':
    case 'backup':
    case 'catch-up':
    case 'equip':
    case 'run-lost':
    case 'attest':
    case 'stopped':
    case 'done':
      return undefined;
  }
}

/** Approves an address as the backup address; the group must have been sealed without one. */
export function approveBackupAddress(
  desk: RemoteDesk,
  { id, terms, people, witnesses, backupAddress }: GroupView,
  find: FindDevice,
  address: string,
): Outcome {
  const proposal = proposalOf(backupAddress, address);
  const manifest = { id, terms: terms!, operators: people.map(({ card }) => card), witnesses };
  return approved(find, backupAddressStatement(manifest, proposal, address), (approval) =>
    desk.act({ act: 'backup-address', address, proposal, approval }),
  );
}

/** Opens the host secret, where it is not open. */
export async function openHost(desk: RemoteDesk, view: GroupView, find: FindDevice): Outcome {
  if (view.opened.host) return undefined;
  const device = await find();
  if (isDeviceFault(device)) return atDevice(device);
  const replies = await device.derive([view.labels.host]);
  if (isDeviceFault(replies)) return atDevice(replies);
  return did(desk.act({ act: 'open-host', reply: replies[0]!, entropy: device.takeEntropy() }));
}

async function openShares(desk: RemoteDesk, view: GroupView, find: FindDevice): Outcome {
  if (view.opened.shares) return undefined;
  return withShares(view, find, (replies) => desk.act({ act: 'open-shares', ...replies }));
}

/** Asks the device for what both shares are sealed with. */
export async function withShares(
  { labels }: GroupView,
  find: FindDevice,
  then: (replies: {
    custody: Uint8Array<ArrayBuffer>;
    attestation: Uint8Array<ArrayBuffer>;
  }) => Promise<ActionFault | undefined>,
): Outcome {
  const device = await find();
  if (isDeviceFault(device)) return atDevice(device);
  const replies = await device.derive([labels.custody, labels.attestation]);
  if (isDeviceFault(replies)) return atDevice(replies);
  return did(then({ custody: replies[0]!, attestation: replies[1]! }));
}

/** Lets the device approve a statement, then does what needs the approval. */
export async function approved(
  find: FindDevice,
  statement: string,
  then: (approval: Uint8Array<ArrayBuffer>) => Promise<ActionFault | undefined>,
): Outcome {
  const device = await find();
  if (isDeviceFault(device)) return atDevice(device);
  const approval = await device.approve(statement);
  return isDeviceFault(approval) ? atDevice(approval) : did(then(approval.signature));
}

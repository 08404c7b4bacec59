/** What an operator does for a request with their device, in the order that the seat demands. */
import { isDeviceFault } from '../../devices/device.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import type { RequestsView, SessionView } from '../../worker/requests-view.ts';
import type { Findings } from '../../worker/signer.ts';
import type { GroupView } from '../../worker/view.ts';
import { atDevice, did, type FindDevice, type Outcome } from '../ceremony/acts.ts';

/** Where an act is done. */
export interface At {
  readonly desk: RemoteDesk;
  readonly find: FindDevice;
  readonly view: GroupView;
  readonly requests: RequestsView;
}

/** Whether the device is asked for a share before this session's signatures can be worked on. */
export const asksForShares = ({ opened }: RequestsView, { suites }: SessionView): boolean =>
  suites.some((suite) => !opened.includes(suite));

/** Opens the shares that a session needs, where they are not open. */
async function openShares({ desk, find, view, requests }: At, session: SessionView): Outcome {
  const missing = session.suites.filter((suite) => !requests.opened.includes(suite));
  if (missing.length === 0) return undefined;
  const device = await find();
  if (isDeviceFault(device)) return atDevice(device);
  const replies = await device.derive(missing.map((suite) => view.labels[suite]));
  if (isDeviceFault(replies)) return atDevice(replies);
  const of = (suite: 'custody' | 'attestation') => replies[missing.indexOf(suite)];
  return did(
    desk.act({
      act: 'open-for-signing',
      custody: of('custody'),
      attestation: of('attestation'),
    }),
  );
}

/**
 * Says what was found and reserves what is accepted; where there is a statement, the device approves
 * it and nonces go with it. `findings` is undefined where they were said before.
 */
export async function reply(
  at: At,
  session: SessionView,
  findings: Findings | undefined,
  statement: string | undefined,
): Outcome {
  const { desk, find } = at;
  const { root } = session;
  if (statement === undefined)
    return did(desk.act({ act: 'reply', root, findings, approval: undefined }));
  const device = await find();
  if (isDeviceFault(device)) return atDevice(device);
  const approval = await device.approve(statement);
  if (isDeviceFault(approval)) return atDevice(approval);
  return (
    (await openShares(at, session)) ??
    did(desk.act({ act: 'reply', root, findings, approval: approval.signature }))
  );
}

/** Makes fresh nonces for what was approved. */
export async function renew(at: At, session: SessionView): Outcome {
  return (await openShares(at, session)) ?? did(at.desk.act({ act: 'renew', root: session.root }));
}

/** Gives the own shares. */
export async function sign(at: At, session: SessionView): Outcome {
  return (await openShares(at, session)) ?? did(at.desk.act({ act: 'sign', root: session.root }));
}

/** Plays an operator of a rehearsal whose key is complete: does what a request needs next. */
import { isDeviceFault, type DeviceFault } from '../devices/device.ts';
import { deviceLabel } from '../ceremony/card.ts';
import { culprits, unspent, type SessionNext } from '../ceremony/request-steps.ts';
import type { Request } from '../ceremony/request.ts';
import type { Session } from '../ceremony/session.ts';
import type { Pilot } from './autopilot.ts';
import type { Findings } from './signer.ts';
import type { SeatFault } from './seat-base.ts';

/** What an operator does for a request, by the name of the desk's action; `approve` is a late reply. */
export type RequestAct = 'request' | 'reply' | 'approve' | 'renew' | 'freeze' | 'sign' | 'sighting';

/** An operator played by the program who knows what was ordered. */
export interface RequestPilot extends Pick<Pilot, 'seat' | 'device'> {
  /** Why a request is not what was ordered; undefined where it is. */
  objection(request: Request): string | undefined;
  /** Who is to be among the signers, where they can sign: the person at the page. */
  readonly favoured: number | undefined;
}

/** What one move did, and why it failed; undefined where there is nothing to do but wait. */
export type RequestMove =
  { readonly act: RequestAct; readonly fault?: SeatFault | DeviceFault } | undefined;

/** Which action is next, for each step that needs nobody else. */
export const actFor: Readonly<
  Record<SessionNext['act'], Exclude<RequestAct, 'request'> | undefined>
> = {
  answer: 'reply',
  sign: 'approve',
  renew: 'renew',
  freeze: 'freeze',
  release: 'sign',
  'hand-over': 'sighting',
  bring: undefined,
  done: undefined,
};

/** Does the next act of this operator for the first request that waits for one. */
export async function moveRequest(pilot: RequestPilot): Promise<RequestMove> {
  for (const session of pilot.seat.requests()?.sessions ?? []) {
    const next = pilot.seat.nextFor(session);
    const act = actFor[next.act];
    if (!act || (next.act === 'freeze' && !allAnswered(session))) continue;
    const fault = await perform(pilot, session, next);
    return { act, ...(fault && { fault }) };
  }
  return undefined;
}

/** A careful collector hears everybody before signers are chosen. */
const allAnswered = ({ replies }: Session): boolean => replies.every(({ slip }) => slip);

async function perform(
  pilot: RequestPilot,
  session: Session,
  next: SessionNext,
): Promise<SeatFault | DeviceFault | undefined> {
  const { seat } = pilot;
  const { root } = session;
  switch (next.act) {
    case 'answer':
      return answer(pilot, session);
    case 'sign':
      return approve(pilot, session, session.replies[seat.state.own!]!.statement!, undefined);
    case 'renew':
      return (await openShares(pilot, session)) ?? seat.renew(root);
    case 'freeze':
      return freeze(pilot, session, next.choice);
    case 'release':
      return seat.sign(root);
    case 'hand-over':
      return seat.sight(session.items[next.items[0]!]!.digest, 0);
    case 'bring':
    case 'done':
      return undefined;
  }
}

async function answer(pilot: RequestPilot, session: Session) {
  const { seat } = pilot;
  const verdicts = session.items.map(({ request }) => {
    const because = pilot.objection(request);
    return { accept: because === undefined, because: because ?? '' };
  });
  const findings = { source: 'The order, as it came by telephone', verdicts };
  const accepted = verdicts.flatMap(({ accept }, i) => (accept ? [i] : []));
  const statement = seat.statement(session.root, accepted);
  return statement === undefined
    ? seat.reply(session.root, findings, undefined)
    : approve(pilot, session, statement, findings);
}

async function approve(
  pilot: RequestPilot,
  session: Session,
  statement: string,
  findings: Findings | undefined,
) {
  const approval = await pilot.device.approve(statement);
  if (isDeviceFault(approval)) return approval;
  return (
    (await openShares(pilot, session)) ??
    pilot.seat.reply(session.root, findings, approval.signature)
  );
}

async function openShares({ seat, device }: RequestPilot, { items }: Session) {
  const suites = [...new Set(items.flatMap(({ units }) => units.map(({ suite }) => suite)))];
  if (suites.every((suite) => seat.openedForSigning().includes(suite))) return undefined;
  const id = seat.state.id!;
  const replies = await device.derive(suites.map((suite) => deviceLabel(`${suite} share`, id)));
  if (isDeviceFault(replies)) return replies;
  const [custody, attestation] = (['custody', 'attestation'] as const).map(
    (suite) => replies[suites.indexOf(suite)],
  );
  return seat.openForSigning({ custody, attestation });
}

function freeze(
  { seat, favoured }: RequestPilot,
  session: Session,
  { signers }: Extract<SessionNext, { act: 'freeze' }>['choice'],
) {
  const ids = signers.map(({ operator }) => operator);
  const reply = favoured === undefined ? undefined : session.replies[favoured];
  const able =
    reply?.approved &&
    reply.accepts.size > 0 &&
    unspent(session, favoured!) &&
    !culprits(session).includes(favoured!);
  const among = able && !ids.includes(favoured!) ? [...ids.slice(0, -1), favoured!] : ids;
  return seat.freeze(session.root, among);
}

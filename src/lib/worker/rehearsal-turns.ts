/** What waits for an operator whom a person plays, and how what they do is told. */
import type { Action } from './desk.ts';
import type { RehearsalAct, Turn } from './rehearsal-story.ts';
import { actFor } from './request-pilot.ts';
import type { Seat } from './seat.ts';

/** How an action at the desk of a person is told; what opens secrets or only notes is not. */
export const notedAs: Readonly<Partial<Record<Action['act'], RehearsalAct>>> = {
  propose: 'propose',
  check: 'prepare',
  words: 'read-words',
  seal: 'seal',
  answer: 'answer',
  store: 'store',
  'verify-backup': 'backup',
  commit: 'commit',
  release: 'release',
  retest: 'retest',
  again: 'again',
  'sign-record': 'sign-record',
  attest: 'attest',
  abort: 'stopped',
  request: 'request',
  reply: 'reply',
  object: 'reply',
  renew: 'renew',
  freeze: 'freeze',
  sign: 'sign',
  sighting: 'sighting',
};

/** The next act at this seat, where it is one that needs nobody else. */
export function turnAt(seat: Seat): Turn | undefined {
  const { act } = seat.next();
  if (!['invite', 'bring', 'again', 'catch-up', 'stopped', 'done'].includes(act)) return act;
  const session = seat.requests()?.sessions[0];
  return session && actFor[seat.nextFor(session).act];
}

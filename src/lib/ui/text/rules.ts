/** Every sentence about a group's rules: which decided, what holds, versions, and the stop. */
import type { Decision, RuleName } from '../../ceremony/policy.ts';
import { satText } from '../amounts.ts';
import { timeText } from '../ceremony/times.ts';

/** `36 hours`, `7 days`: whole days from two on, whole hours, else minutes. Given in s. */
export function spanText(seconds: number): string {
  const of = (count: number, unit: string) => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (seconds >= 2 * 86_400 && seconds % 86_400 === 0) return of(seconds / 86_400, 'day');
  if (seconds >= 3600 && seconds % 3600 === 0) return of(seconds / 3600, 'hour');
  return of(Math.ceil(seconds / 60), 'minute');
}

const decisions: Readonly<Record<RuleName, (figures: readonly number[]) => string>> = {
  stopped: () => 'An operator stopped everything that moves money.',
  frozen: () => 'The rules let nothing of this kind be signed.',
  lifetime: ([most = 0, life = 0]) =>
    `It may wait for ${spanText(life)}; at most ${spanText(most)} are allowed.`,
  limit: ([most = 0, amount = 0]) =>
    `It moves ${satText(amount)}; one request may move ${satText(most)}.`,
  window: ([most = 0, used = 0, amount = 0, window = 0]) =>
    `It moves ${satText(amount)}. Within ${spanText(window)}, ${satText(most)} may be moved, and ${satText(used)} are used.`,
  destination: ([output = 0]) =>
    `Output ${output + 1} pays to somebody who is not on the list of destinations.`,
  'cool-off': ([output = 0, from = 0]) =>
    `Output ${output + 1} pays to a new destination, which waits until ${timeText(new Date(from * 1000))} by the chain’s time.`,
};

/** Which rule of which version keeps a request back, with its figures; or that none does. */
export const decisionText = ({ rule, version, figures }: Decision): string =>
  rule === undefined
    ? `No rule of version ${version} keeps it back.`
    : `${decisions[rule](figures)} (Rules, version ${version}.)`;

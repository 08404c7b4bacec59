/** Which requests of a batch a person opens before they accept any, and why. */
import { proven } from '../../ceremony/findings.ts';
import { amountOf } from '../../ceremony/policy.ts';
import type { ItemView } from '../../worker/requests-view.ts';

export const outlierReasons = [
  'few',
  'check',
  'again',
  'new-recipient',
  'largest',
  'near-limit',
  'random',
] as const;
/** Why one is to be opened. */
export type OutlierReason = (typeof outlierReasons)[number];

/** Of a batch of so many, all are opened. */
export const FEW = 4;

/** How many are opened beside those that stand out. */
export const AT_RANDOM = 3;

/** What decides. */
export type Looked = Pick<
  ItemView,
  'request' | 'findings' | 'decision' | 'problems' | 'nearLimit' | 'newRecipient' | 'again'
>;

/**
 * The reasons for each request, by position; none where it may stay closed. `order`: all positions in
 * an order that nobody else knows; the first ones of it that do not stand out are drawn.
 */
export function outliersOf(
  items: readonly Looked[],
  order: readonly number[],
): readonly (readonly OutlierReason[])[] {
  const amounts = items.map(({ request }) => amountOf(request));
  const largest = Math.max(...amounts);
  const standing = items.map((item, position): OutlierReason[] => {
    const { findings, decision, problems, nearLimit, newRecipient, again } = item;
    const holds = problems.length === 0 && proven(findings) && decision.rule === undefined;
    return [
      ...(items.length <= FEW ? ['few' as const] : []),
      ...(holds ? [] : ['check' as const]),
      ...(again ? ['again' as const] : []),
      ...(newRecipient ? ['new-recipient' as const] : []),
      // Of equal ones none is larger than the others, and one stands for them.
      ...(largest > 0 && position === amounts.indexOf(largest) ? ['largest' as const] : []),
      ...(nearLimit ? ['near-limit' as const] : []),
    ];
  });
  const drawn = order.filter((position) => standing[position]?.length === 0).slice(0, AT_RANDOM);
  return standing.map((reasons, position) => (drawn.includes(position) ? ['random'] : reasons));
}

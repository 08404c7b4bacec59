/** What the pieces of a backup restore together, and what is to be done with them next. */
import { counts, DUE_BEFORE } from '../../ceremony/pieces.ts';
import type { BackupsView, NewDeviceView } from '../../worker/backups-view.ts';
import type { PieceView } from '../../worker/pieces.ts';

/** How a host secret comes back; from it, both shares do. A plate restores one share alone. */
export type Way = 'device' | 'age-file' | 'slip39' | 'vault-share';

/** The ways that stand open with the pieces that count. */
export function waysOf(pieces: readonly PieceView[]): Way[] {
  const good = pieces.filter(counts);
  const some = (tier: PieceView['tier']) => good.some((one) => one.tier === tier);
  const ways: Way[] = [];
  if (some('device') && some('kit')) ways.push('device');
  if (some('age-file')) ways.push('age-file');
  for (const tier of ['slip39', 'vault-share'] as const)
    if (wholeSet(good.filter((one) => one.tier === tier))) ways.push(tier);
  return ways;
}

/** Whether some set has enough groups with enough of their members. */
function wholeSet(cards: readonly PieceView[]): boolean {
  const members = new Map<string, Map<number, Set<number>>>();
  for (const { share } of cards) {
    if (!share) continue;
    const groups = members.get(share.set) ?? new Map<number, Set<number>>();
    members.set(share.set, groups);
    groups.set(share.group, (groups.get(share.group) ?? new Set()).add(share.member));
  }
  return [...members].some(([set, groups]) => {
    const of = cards.flatMap(({ share }) => (share?.set === set ? [share] : []));
    const whole = [...groups].filter(
      ([group, have]) => have.size >= of.find((one) => one.group === group)!.threshold,
    );
    return whole.length >= of[0]!.groupThreshold;
  });
}

/** Whether the host secret comes back without this piece: only then may it be destroyed. */
export const isSpare = (piece: PieceView, pieces: readonly PieceView[]): boolean =>
  waysOf(pieces.filter(({ id }) => id !== piece.id)).length > 0;

/** The one thing to do. */
export type NextStep =
  | { readonly step: 'restore' | 'make' | 'answer' }
  | { readonly step: 'admit'; readonly device: NewDeviceView }
  | { readonly step: 'verify' | 'again'; readonly piece: PieceView }
  /** Nothing, until then: ms since 1970. */
  | { readonly step: 'done'; readonly until: number };

/** New devices of others that the operator here has not approved and that do not count yet. */
export const toAdmit = ({ newDevices, own }: BackupsView): NewDeviceView[] =>
  newDevices.filter(
    ({ operator, admitted, admittedBy }) =>
      operator !== own && !admitted && !admittedBy.includes(own),
  );

export function nextStep(backups: BackupsView): NextStep {
  const { pieces, restored, liveness, own } = backups;
  if (restored) return { step: 'restore' };
  const [device] = toAdmit(backups);
  if (device) return { step: 'admit', device };
  const recorded = pieces.find(({ status }) => status === 'recorded');
  if (recorded) return { step: 'verify', piece: recorded };
  if (waysOf(pieces).length === 0) return { step: 'make' };
  const good = pieces.filter(counts).toSorted((a, b) => a.due! - b.due!);
  const due = good.find(({ status }) => status !== 'ok');
  if (due) return { step: 'again', piece: due };
  if (liveness?.[own]?.asked) return { step: 'answer' };
  const planned = pieces.find(({ status }) => status === 'planned');
  if (planned) return { step: 'verify', piece: planned };
  return { step: 'done', until: good[0]!.due! - DUE_BEFORE };
}

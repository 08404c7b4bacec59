/** Whose turn it is for a batch, as seen from one desk, and what is to be handed over. */
import type { ItemView, RequestsView, SessionView } from '../../worker/requests-view.ts';
import type { GroupView } from '../../worker/view.ts';

/** Acts that wait for others; an own act comes before a hand-over, which then carries it. */
const waits: readonly SessionView['next']['act'][] = ['bring', 'sign', 'hand-over', 'done'];

/** Whether a batch waits for an act of the operator here. */
export const isMine = ({ next }: SessionView): boolean =>
  next.act !== 'bring' && next.act !== 'done';

/** Whether nothing of a batch can still happen but that it is seen deeper. */
export const isOver = ({ next }: SessionView): boolean => next.act === 'done';

/** Who is waited for; empty where it is whoever collects, or nobody. */
export const waitedFor = ({ next }: SessionView): readonly number[] =>
  next.act === 'bring' ? next.from : [];

/** A request whose share is out and which is not finished: it may be signed elsewhere. */
export const possiblySigned = ({ shared, signatures, halt }: ItemView): boolean =>
  shared.length > 0 && signatures === undefined && halt !== 'replaced';

/** The item that is furthest behind of those that go on; of all, where none does. */
export function slowest({ items }: SessionView, order: readonly string[]): ItemView {
  const going = items.filter(({ halt }) => halt === undefined || halt === 'failed');
  return (going.length > 0 ? going : items).reduce((a, b) =>
    order.indexOf(b.stage) < order.indexOf(a.stage) ? b : a,
  );
}

/**
 * Which hand-over of requests' packets is due, by a name that changes when another one becomes due.
 * Whoever collects hands on what is new for all: proposals, packages, what is signed. Everybody else
 * hands over what they said.
 */
export function handOverDue(
  { outgoing, people, collectsHere }: GroupView,
  { sessions }: RequestsView,
  session: SessionView | undefined,
): string | undefined {
  const busy = session ? !waits.includes(session.next.act) : sessions.some(isMine);
  if (outgoing === 0 || busy) return undefined;
  if (!collectsHere) return `own ${people.find(({ mine }) => mine)?.packets ?? 0}`;
  const packages = sessions.flatMap((one) => one.packages);
  const signed = sessions.flatMap(({ items }) => items.filter(({ signatures }) => signatures));
  return `all ${sessions.length} ${packages.length} ${signed.length}`;
}

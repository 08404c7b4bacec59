/**
 * Whose turn it is as seen from one desk: whether a packet is to be handed over now, who is waited
 * for, and how many transfers are left. Packets travel by way of whoever collects.
 */
import type { StepName } from '../../ceremony/script.ts';
import type { GroupView, PersonView, StepView } from '../../worker/view.ts';

/** The step that is open here; undefined once all are done. */
export const openStep = ({ script }: GroupView): StepView | undefined =>
  script.find(({ state }) => state === 'now' || state === 'stopped');

const waits: readonly GroupView['next']['act'][] = ['bring', 'again', 'stopped', 'done'];

/** Before anything is said again. */
const restoring: readonly GroupView['next']['act'][] = ['catch-up', 'equip', 'run-lost'];

/** What whoever collects hands to all others while a step is open: everything that it needs. */
const handOvers: Readonly<Partial<Record<StepName, string>>> = {
  prepare: 'manifest',
  'manifest-words': 'manifest',
  seal: 'manifest',
  agree: 'first messages',
  store: 'second messages',
  'key-words': 'second messages',
  backup: 'second messages',
  test: 'second messages',
  record: 'everything',
};

const packetsOf = (people: readonly PersonView[]): number =>
  people.reduce((sum, { packets }) => sum + packets, 0);

/**
 * Which hand-over is due, by a name that changes when another one becomes due; undefined where none
 * is. What was handed over is known for sure only once a receipt came, so the page remembers the name
 * of a hand-over that its operator said was made.
 */
export function handOverDue(view: GroupView): string | undefined {
  const { next, outgoing, collectsHere, people } = view;
  if (outgoing === 0) return undefined;
  if (restoring.includes(next.act)) return undefined;
  if (next.act === 'stopped') return `stopped by ${view.faults.length}`;
  if (!collectsHere) {
    if (!waits.includes(next.act)) return undefined;
    if (view.role === 'witness') return `witness ${next.act}`;
    return `own ${packetsOf(people.filter(({ mine }) => mine))}`;
  }
  const step = openStep(view)?.name;
  if (!step) return undefined;
  const waiting = waits.includes(next.act);
  if ((step === 'seal' && waiting) || (step === 'record' && !waiting)) return undefined;
  const disturbed = view.tests.some(({ attempt, faults }) => attempt > 0 || faults.length > 0);
  if (step === 'test' && disturbed) return waiting ? `test ${packetsOf(people)}` : undefined;
  return handOvers[step];
}

/** Who is waited for, by number; empty where it is the initiator with the manifest, or nobody. */
export function waitedFor(view: GroupView): readonly number[] {
  if (view.next.act === 'bring' && view.next.from.length > 0) return view.next.from;
  return view.next.act === 'bring' && view.manifestHash ? (openStep(view)?.owing ?? []) : [];
}

/**
 * How many times the operator here still hands over or takes in, if nothing goes wrong; for whoever
 * collects, one time is one round of all others. Undefined for a witness.
 */
export function transfersLeft(view: GroupView, due: boolean): number | undefined {
  if (view.role === 'witness' || view.next.act === 'stopped') return undefined;
  const open = due ? 1 : 0;
  if (view.next.act === 'done') return open;
  if (view.next.act === 'invite') return 10;
  const step = openStep(view)?.name ?? 'record';
  const own = view.people.find(({ mine }) => mine)?.gave;
  if (view.collectsHere) {
    const after: Record<StepName, number> = {
      enrol: 8,
      prepare: 7,
      'manifest-words': 7,
      seal: 7,
      agree: 5,
      store: 3,
      'key-words': 3,
      backup: 3,
      test: 3,
      record: view.next.act === 'sign-record' ? 2 : 1,
    };
    return after[step] + open;
  }
  switch (step) {
    case 'enrol':
      return 8 + open;
    case 'prepare':
    case 'manifest-words':
      return 7;
    case 'seal':
      return own?.seal ? 6 + open : 7;
    case 'agree':
      return own?.agree ? 4 + open : 5;
    case 'test':
      return own?.backup ? 2 + open : 3;
    case 'record':
      return own?.record ? open : 1;
    case 'store':
    case 'key-words':
    case 'backup':
      return 3;
  }
}

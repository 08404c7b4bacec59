/** What happened in a rehearsal, in sentences; faults in those of the real ceremony. */
import { deviceFaultNames, type DeviceFault, type DeviceFaultName } from '../../devices/device.ts';
import type { ActionFault } from '../../worker/desk.ts';
import type { RehearsalEvent, Turn } from '../../worker/rehearsal-story.ts';
import type { FaultText } from '../text.ts';
import { actionFaultText, unexpected } from '../text/ceremony-faults.ts';
import { ceremonyText } from '../text/ceremony.ts';
import { deviceFaultText } from '../text/device-faults.ts';
import { requestsText } from '../text/requests.ts';
import { tryText } from '../text/try.ts';

type Names = readonly string[];

const nameIn = (names: Names) => (number: number) => names[number] ?? `#${number + 1}`;

const isDeviceFault = (name: string): name is DeviceFaultName =>
  deviceFaultNames.some((one) => one === name);

/** The fault that an event shows; undefined where all went well. */
export function faultOf(event: RehearsalEvent, names: Names = []): FaultText | undefined {
  if (event.kind === 'flight')
    return typeof event.taken === 'string'
      ? ceremonyText.transfer.unreadable(event.taken)
      : undefined;
  if (event.kind !== 'act' || !event.fault) return undefined;
  const { fault } = event.fault;
  if (isDeviceFault(fault) && !('who' in event.fault))
    return deviceFaultText(event.fault as DeviceFault);
  try {
    return actionFaultText(event.fault as ActionFault, nameIn(names));
  } catch {
    return unexpected(fault);
  }
}

/** What a page about requests calls the act that waits. */
const requestTurns = {
  reply: 'answer',
  approve: 'sign',
  renew: 'renew',
  freeze: 'freeze',
  sign: 'release',
  sighting: 'hand-over',
} as const;

/** What waits for the operator who is played, in a few words. */
export const turnText = (turn: Turn): string =>
  turn in requestTurns
    ? requestsText.acts[requestTurns[turn as keyof typeof requestTurns]].title
    : ceremonyText.acts[turn as keyof typeof ceremonyText.acts].title;

/** What an event is to one desk, in a few words. */
export function deskText(event: RehearsalEvent, number: number, names: Names): string {
  const text = tryText.desks;
  if (event.kind === 'act') return faultOf(event, names)?.happened ?? text.act(event.act);
  if (event.kind === 'key') return text.key;
  if (event.kind !== 'flight') return eventText(event, names);
  const { from, to, taken } = event;
  if (from === number) return text.sent(names[to] ?? '', taken === undefined);
  const came =
    taken === undefined
      ? text.lost
      : typeof taken === 'string'
        ? text.unreadable
        : tryText.events.taken(taken);
  return text.came(names[from] ?? '', came);
}

/** An event in a sentence or two. */
export function eventText(event: RehearsalEvent, names: Names): string {
  const name = nameIn(names);
  const text = tryText.events;
  switch (event.kind) {
    case 'act': {
      const fault = faultOf(event, names);
      return fault
        ? `${text.tried(name(event.operator))} ${fault.happened}`
        : text.act(name(event.operator), event.act);
    }
    case 'flight': {
      const { taken, damage } = event;
      return [
        text.flight(name(event.from), name(event.to), event.parts),
        damage === undefined ? '' : text.damages[damage],
        taken === undefined
          ? ''
          : typeof taken === 'string'
            ? ceremonyText.transfer.unreadable(taken).happened
            : `${text.taken(taken)}.`,
        typeof taken === 'object'
          ? taken.refused.map(({ because }) => text.refused(because)).join(' ')
          : '',
      ]
        .filter(Boolean)
        .join(' ');
    }
    case 'key':
      return text.key(event.steps);
    case 'lever':
      return text.lever(event.pull, name(event.pull.operator), event.late);
    case 'your-turn':
    case 'end':
      return '';
  }
}

import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { whileAsked } from '../ask.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { READING_LIMIT, type Presence, type Prompt } from '../prompt.ts';
import {
  button,
  failure,
  fromWire,
  toWire,
  type Message,
  type MessageName,
  type MessageOf,
} from './messages.ts';
import { toPackets, Unpacker } from './packets.ts';

/*
 * One call: a message goes out, and until its answer comes the device may ask for leave to show
 * something, for its PIN and for the passphrase. All of it is answered on the device itself.
 */

/** How long the device has for what needs no person, and for the rest of a message it began, in ms. */
const ANSWER_LIMIT = 10_000;
/** How long it has to give up what it was told to cancel, in ms. */
const CANCEL_LIMIT = 2000;
/** How often it may ask in one call: a statement may stand on one page each. */
const MAX_REQUESTS = 64;

/** A device that is open, and the person before it. */
export interface Talk {
  readonly link: PacketLink;
  readonly presence: Presence;
  readonly who: Pick<Prompt, 'model' | 'serial' | 'simulated'>;
}

/** What a person is asked during a call, with the screens that show it. */
export type Asked = Pick<Prompt, 'asks' | 'screen'>;

/** Sends a message; its bytes are wiped. */
export async function send(link: PacketLink, message: Message): Promise<DeviceFault | undefined> {
  const { type, payload } = toWire(message);
  const packets = toPackets(type, payload);
  try {
    for (const packet of packets) {
      const fault = await link.send(packet);
      if (fault) return fault;
    }
    return undefined;
  } finally {
    wipe(payload, ...packets);
  }
}

/** The next message; its bytes are wiped. `first`: a packet of it that is here already. */
export async function receive(
  link: PacketLink,
  limit: number,
  first?: Bytes,
): Promise<Message | DeviceFault> {
  const unpacker = new Unpacker();
  let packet = first ?? (await link.receive(limit));
  const until = Date.now() + ANSWER_LIMIT;
  for (;;) {
    if (isDeviceFault(packet)) return packet;
    const taken = unpacker.take(packet);
    wipe(packet);
    if (taken === 'malformed') return deviceFault('unreadable-answer', 'no packet of codec v1');
    if (taken !== 'more') {
      const message = fromWire(taken.type, taken.payload);
      wipe(taken.payload);
      return message ?? deviceFault('unreadable-answer', `message of type ${taken.type}`);
    }
    const left = until - Date.now();
    packet = left > 0 ? await link.receive(left) : deviceFault('timed-out');
  }
}

/**
 * Makes a call and gives the answer of this name. `own` is what the person is asked for it; without,
 * the device may ask for its PIN and passphrase only. Where the person takes it back in the page, or
 * the time is up, the device is told. Faults: those of the link, `refused`, `locked`, `wrong-pin`,
 * `unsupported`, `path-refused`, `not-set-up`, `other-program`, `unreadable-answer`.
 */
export async function call<N extends MessageName>(
  talk: Talk,
  message: Message,
  wanted: N,
  own?: Asked,
): Promise<MessageOf<N> | DeviceFault> {
  let reply = (await send(talk.link, message)) ?? (await receive(talk.link, ANSWER_LIMIT));
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    if (isDeviceFault(reply)) return reply;
    if (reply.is === wanted) return reply as MessageOf<N>;
    if (reply.is === 'Failure') return failed(reply);
    if (reply.is === 'PinMatrixRequest') {
      await cancel(talk.link);
      return deviceFault('unsupported', 'PIN entered on the computer');
    }
    const asked = askedBy(reply, own);
    if (!asked) break;
    reply = await served(talk, reply, asked, own);
  }
  if (!isDeviceFault(reply)) await cancel(talk.link);
  return deviceFault('unreadable-answer', `${(reply as Message).is} instead of ${wanted}`);
}

/**
 * What the device asks the person for; undefined where it asks nothing, or nothing it should. With a
 * question of our own the keys were read already: a passphrase entered then could be another.
 */
function askedBy(request: Message, own: Asked | undefined): Asked | undefined {
  const { code } = request as MessageOf<'ButtonRequest'>;
  if (request.is === 'PassphraseRequest' || code === button.passphraseEntry)
    return own ? undefined : passphrase;
  if (request.is !== 'ButtonRequest') return undefined;
  return code === button.pinEntry ? pin : own;
}

const pin: Asked = { asks: { to: 'unlock', by: 'pin' }, screen: [['Enter PIN']] };
const passphrase: Asked = {
  asks: { to: 'unlock', by: 'passphrase' },
  screen: [['Enter passphrase']],
};

/** Keeps one prompt up while the device asks the same thing, page by page; gives what comes after it. */
async function served(
  { link, presence, who }: Talk,
  request: Message,
  asked: Asked,
  own: Asked | undefined,
): Promise<Message | DeviceFault> {
  const until = Date.now() + READING_LIMIT;
  let told: Promise<unknown> | undefined;
  const answered = async (): Promise<Message | DeviceFault> => {
    let now: Message | DeviceFault = request;
    for (let requests = 0; requests < MAX_REQUESTS; requests++) {
      if (isDeviceFault(now) || askedBy(now, own) !== asked) break;
      const leave: Message =
        now.is === 'ButtonRequest' ? { is: 'ButtonAck' } : { is: 'PassphraseAck', onDevice: true };
      const unsent: DeviceFault | undefined = told ? undefined : await send(link, leave);
      now = unsent ?? (await receive(link, until - Date.now()));
    }
    return now;
  };
  const work = answered();
  const prompt: Prompt = { kind: 'trezor', ...who, ...asked, press: 'device' };
  const result = await whileAsked(presence, prompt, work, () => {
    told = send(link, { is: 'Cancel' });
  });
  // The device is free again once it has answered; it is not waited for any longer than that takes.
  if (told)
    await within(
      CANCEL_LIMIT,
      told.then(() => work),
    );
  else if (isDeviceFault(result) && result.fault === 'timed-out') await cancel(link);
  return result;
}

/** Tells the device to give up, and reads what it says to that. */
async function cancel(link: PacketLink): Promise<void> {
  if (!(await send(link, { is: 'Cancel' }))) await receive(link, CANCEL_LIMIT);
}

/** Waits for the work, so many ms at most. */
async function within(limit: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, limit)));
  await Promise.race([work, over]);
  clearTimeout(timer);
}

/** The device's own words, as much of them as stands in a detail. */
const words = (text = ''): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);

/** The fault that a Failure stands for. */
export function failed({ code = 0, message }: MessageOf<'Failure'>): DeviceFault {
  const detail = words(message) || `Failure ${code}`;
  switch (code) {
    case failure.actionCancelled:
      return deviceFault('refused');
    case failure.pinCancelled:
    case failure.pinExpected:
      return deviceFault('locked');
    case failure.pinInvalid:
      return deviceFault('wrong-pin');
    case failure.notInitialized:
      return deviceFault('not-set-up', detail);
    case failure.busy:
    case failure.inProgress:
    case failure.invalidSession:
      return deviceFault('other-program', detail);
    case failure.invalidProtocol:
      return deviceFault('newer-protocol', detail);
    case failure.unexpectedMessage:
      return deviceFault('unsupported', detail);
    case failure.dataError:
      return deviceFault(/path/i.test(detail) ? 'path-refused' : 'unsupported', detail);
    default:
      return deviceFault('unreadable-answer', detail);
  }
}

import type { Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { failed, receive, send } from './calls.ts';
import type { MessageOf } from './messages.ts';
import { isCodecV1 } from './packets.ts';

/*
 * What is plugged in. A Safe 7 has the same product id as the others and speaks the Trezor Host
 * Protocol, so that only its answer tells it.
 */

/** How long each packet may take, in ms: a device that speaks codec v1 answers at once. */
const PROBE_LIMIT = 1500;
/** How many messages may be left from before, and how long all of them may take, in ms. */
const MAX_STALE = 64;
const STALE_LIMIT = 15_000;

/** The models this program can use, by their internal name. */
const models: ReadonlyMap<string, string> = new Map([
  ['T2T1', 'Trezor Model T'],
  ['T2B1', 'Trezor Safe 3'],
  ['T3B1', 'Trezor Safe 3'],
  ['T3T1', 'Trezor Safe 5'],
]);
/** The Safe 7. */
const NEWER = 'T3W1';

/** A Trezor that can be used. */
export interface Found {
  /** As its maker calls it. */
  readonly model: string;
  /** Its device id: printable ASCII, at most 60 characters. */
  readonly serial: string;
  readonly firmware: string;
  /** What resumes this session, with the passphrase entered in it. */
  readonly sessionId: Bytes | undefined;
}

/**
 * Ends whatever the device was asked before and resumes the session, or begins another one. What it
 * still had to say of before is passed over.
 * Faults: those of the link, `newer-protocol`, `not-set-up`, `too-old`, `unsupported`,
 * `other-program`, `unreadable-answer`.
 */
export async function initialize(
  link: PacketLink,
  sessionId: Bytes | undefined,
): Promise<Found | DeviceFault> {
  const message = { is: 'Initialize', ...(sessionId && { sessionId }) } as const;
  const unsent = await send(link, message);
  if (unsent) return unsent;
  let instead = deviceFault('newer-protocol', 'no answer');
  let again = false;
  const until = Date.now() + STALE_LIMIT;
  for (let stale = 0; stale < MAX_STALE && Date.now() < until; stale++) {
    let packet = await link.receive(PROBE_LIMIT);
    if (!again && isTimedOut(packet)) {
      again = true;
      // It may have taken the first for the rest of a message that broke off.
      const fault = await send(link, message);
      packet = fault ?? (await link.receive(PROBE_LIMIT));
    }
    if (isDeviceFault(packet)) return isTimedOut(packet) ? instead : packet;
    const reply = isCodecV1(packet) ? await receive(link, PROBE_LIMIT, packet) : notCodecV1;
    if (isDeviceFault(reply)) instead = reply;
    else if (reply.is === 'Features') return usable(reply);
    else if (reply.is === 'Failure') instead = failed(reply);
    else instead = deviceFault('unreadable-answer', `${reply.is} instead of Features`);
    if (['newer-protocol', 'unplugged'].includes(instead.fault)) break;
  }
  return instead;
}

const isTimedOut = (result: object): boolean =>
  isDeviceFault(result) && result.fault === 'timed-out';

const notCodecV1 = deviceFault('newer-protocol', 'no packet of codec v1');

function usable(features: MessageOf<'Features'>): Found | DeviceFault {
  const { internalModel, major, minor, patch, deviceId = '', sessionId } = features;
  const firmware = `${major}.${minor}.${patch}`;
  if (internalModel === NEWER) return deviceFault('newer-protocol', NEWER);
  if (features.bootloaderMode) return deviceFault('not-set-up', 'update mode');
  // Firmware before 2.6 does not tell its internal name.
  if (internalModel === undefined && features.model === 'T')
    return deviceFault('too-old', firmware);
  const model = models.get(internalModel ?? '');
  if (model === undefined) return deviceFault('unsupported', 'model');
  if (!features.initialized) return deviceFault('not-set-up', 'no seed');
  if (!/^\d+\.\d+\.\d+$/.test(firmware) || !/^[\x20-\x7e]{1,60}$/.test(deviceId))
    return deviceFault('unreadable-answer', 'Features');
  return { model, serial: deviceId, firmware, sessionId: sessionId as Bytes | undefined };
}

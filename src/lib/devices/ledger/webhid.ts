/// <reference types="w3c-web-hid" />
import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { ApduChannel } from '../hardware.ts';
import { READING_LIMIT } from '../prompt.ts';

/*
 * Ledger devices through the browser's WebHID, on the maker's own transport. That transport waits for
 * ever where the device goes or says nothing: every wait here has an end of its own, after which the
 * transport is dropped.
 */

const LEDGER = 0x2c97;

/** By the high byte of product ids; by the low one where that is zero (old systems). */
const models: Readonly<Record<number, string>> = {
  0x10: 'Nano S',
  0x01: 'Nano S',
  0x40: 'Nano X',
  0x04: 'Nano X',
  0x50: 'Nano S Plus',
  0x05: 'Nano S Plus',
  0x60: 'Stax',
  0x06: 'Stax',
  0x70: 'Flex',
  0x07: 'Flex',
  0x80: 'Nano Gen5',
  0x08: 'Nano Gen5',
};

/** How long a device may take to open or close, in ms. */
const OPEN_LIMIT = 10_000;
/** How long a device that was in use stays away while it changes its app, in ms. */
const RETURN_LIMIT = 3_000;
const LOOK_EVERY = 200;

/** When a device in use was last seen to go, in ms since 1970. */
let lastGone = 0;

type Transport = InstanceType<(typeof import('@ledgerhq/hw-transport-webhid'))['default']>;

/** Asks the person to choose a Ledger in the browser's own window. */
export const askForLedger = (): Promise<HIDDevice[]> =>
  navigator.hid.requestDevice({ filters: [{ vendorId: LEDGER }] });

/**
 * The way to the first wanted Ledger that the page may use. Where there is none, `ask` lets the person
 * choose one. Faults: `unsupported`, `not-found`, `other-program`, `unplugged`, `timed-out`.
 */
export const webHidLedger =
  ({ wanted, ask }: { wanted: (device: HIDDevice) => boolean; ask: () => Promise<HIDDevice[]> }) =>
  async (): Promise<ApduChannel | DeviceFault> => {
    if (!('hid' in navigator)) return deviceFault('unsupported', 'no WebHID');
    const ours = (devices: readonly HIDDevice[]) =>
      devices.find((device) => device.vendorId === LEDGER && wanted(device));
    const granted = async () => ours(await navigator.hid.getDevices());
    const device = await found(granted, async () => ours(await ask()));
    if ('fault' in device) return device;
    return open(device);
  };

/** A device that may be used already, or one that the person chooses. */
async function found(
  granted: () => Promise<HIDDevice | undefined>,
  chosen: () => Promise<HIDDevice | undefined>,
): Promise<HIDDevice | DeviceFault> {
  const look = async (): Promise<HIDDevice | undefined> => {
    let device = await granted();
    // What has only just gone comes back by itself: nobody is asked to choose meanwhile.
    while (!device && Date.now() < lastGone + RETURN_LIMIT) {
      await new Promise((over) => setTimeout(over, LOOK_EVERY));
      device = await granted();
    }
    return device;
  };
  const known = await inTime(OPEN_LIMIT, look(), (name) => deviceFault('unsupported', name));
  if (known) return known;
  // Without a click before it, the browser asks nobody.
  const choice = inTime(READING_LIMIT, chosen(), (name) => deviceFault('not-found', name));
  return (await choice) ?? deviceFault('not-found');
}

async function open(device: HIDDevice): Promise<ApduChannel | DeviceFault> {
  // The maker's transport needs Node's global of this name as soon as it is loaded.
  const { Buffer } = await import('buffer');
  if (!('Buffer' in globalThis)) Object.assign(globalThis, { Buffer });
  const { default: TransportWebHID } = await import('@ledgerhq/hw-transport-webhid');
  const opening = TransportWebHID.open(device);
  const transport = await inTime(OPEN_LIMIT, opening, openFault);
  if (!isDeviceFault(transport)) return new HidChannel(device, transport);
  if (transport.fault === 'timed-out')
    void opening.then(() => device.close()).catch(() => undefined); // nobody waits for it any more
  return transport;
}

class HidChannel implements ApduChannel {
  readonly model: string;
  readonly #device: HIDDevice;
  readonly #transport: Transport;
  /** Resolves when the device goes or the channel is closed. */
  readonly #end: Promise<DeviceFault>;
  readonly #resolveEnd: (fault: DeviceFault) => void;
  #over: DeviceFault | undefined;

  constructor(device: HIDDevice, transport: Transport) {
    const { productId } = device;
    this.model = models[productId >> 8 || productId & 0xff] ?? 'of an unknown model';
    this.#device = device;
    this.#transport = transport;
    let resolveEnd: (fault: DeviceFault) => void;
    this.#end = new Promise((resolve) => (resolveEnd = resolve));
    this.#resolveEnd = resolveEnd!;
    navigator.hid.addEventListener('disconnect', this.#left);
  }

  async exchange(apdu: Bytes, limit: number): Promise<Bytes | DeviceFault> {
    if (this.#over) return this.#over;
    const sent = Buffer.from(apdu);
    const exchanged = this.#transport.exchange(sent);
    const reply = await inTime(limit, Promise.race([this.#end, exchanged]), wireFault);
    wipe(sent);
    if (isDeviceFault(reply)) {
      await this.#drop(reply);
      return reply;
    }
    const copy = Uint8Array.from(reply);
    wipe(reply);
    return copy;
  }

  close(): Promise<void> {
    return this.#drop(deviceFault('unplugged'));
  }

  readonly #left = ({ device }: HIDConnectionEvent): void => {
    if (device !== this.#device) return;
    lastGone = Date.now();
    void this.#drop(deviceFault('unplugged'));
  };

  /** Lets go of the device without its transport, which would wait for the reply that it still owes. */
  async #drop(fault: DeviceFault): Promise<void> {
    if (this.#over) return;
    this.#over = fault;
    this.#resolveEnd(fault);
    navigator.hid.removeEventListener('disconnect', this.#left);
    this.#device.removeEventListener('inputreport', this.#transport.onInputReport);
    // Where closing fails the device is gone, and closed by that.
    await inTime(OPEN_LIMIT, this.#device.close(), wireFault);
  }
}

/* Errors are told by their names: several copies of the maker's classes are about. */

function openFault(name: string): DeviceFault {
  switch (name) {
    case 'InvalidStateError': // it is open already
    case 'NotAllowedError': // the system does not let it be opened
      return deviceFault('other-program', name);
    case 'SecurityError':
      return deviceFault('unsupported', name);
    default:
      return deviceFault('unplugged', name);
  }
}

function wireFault(name: string): DeviceFault {
  switch (name) {
    case 'DisconnectedDevice':
    case 'DisconnectedDeviceDuringOperation':
    case 'InvalidStateError': // closed by its going
    case 'NotAllowedError': // a report could not be sent
      return deviceFault('unplugged', name);
    case 'TransportRaceCondition':
      return deviceFault('busy', name);
    default:
      return deviceFault('unreadable-answer', name);
  }
}

/** What the work gives within `limit` ms; errors as faults. */
async function inTime<T>(
  limit: number,
  work: Promise<T>,
  faultOf: (name: string) => DeviceFault,
): Promise<T | DeviceFault> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<DeviceFault>((resolve) => {
    timer = setTimeout(() => resolve(deviceFault('timed-out')), limit);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    return faultOf(error instanceof Error ? error.name : 'no error');
  } finally {
    clearTimeout(timer);
  }
}

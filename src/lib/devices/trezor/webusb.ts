/// <reference types="w3c-web-usb" />
import type { Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { READING_LIMIT } from '../prompt.ts';
import { PACKET } from './packets.ts';

/*
 * The packets of a Trezor over WebUSB. A transfer of the browser's own may stay pending for ever once
 * the device is gone, so each is raced against the device's leaving and a limit.
 */

const VENDOR = 0x1209;
/** In use, and in update mode. */
const PRODUCTS = [0x53c1, 0x53c0];
const CONFIGURATION = 1;
const INTERFACE = 0;
const ENDPOINT = 1;

/** How long opening, claiming, sending and closing may take, each, in ms. */
const STEP_LIMIT = 5000;
/** Asks the person for a Trezor in the browser's own window; undefined where none was chosen. */
export async function askForTrezor(): Promise<USBDevice | undefined> {
  const filters = PRODUCTS.map((productId) => ({ vendorId: VENDOR, productId }));
  try {
    return await navigator.usb.requestDevice({ filters });
  } catch (error) {
    if (nameOf(error) === 'NotFoundError') return undefined;
    throw error;
  }
}

/**
 * The way to a Trezor: one that this page may use already, else the one that `ask` gives. Its faults:
 * `unsupported` without WebUSB or where the browser or system forbids it, `not-found`, `other-program`,
 * `unplugged`, `timed-out`.
 */
export function webUsbTrezor({
  wanted,
  ask,
}: {
  readonly wanted: (device: USBDevice) => boolean;
  readonly ask: () => Promise<USBDevice | undefined>;
}): () => Promise<PacketLink | DeviceFault> {
  const chosen = async (): Promise<USBDevice | DeviceFault> => {
    const granted = await navigator.usb.getDevices();
    const [found, other] = granted.filter((device) => isTrezor(device) && wanted(device));
    if (other) return deviceFault('several');
    return found ?? (await ask()) ?? deviceFault('not-found');
  };
  return async () => {
    if (!('usb' in navigator)) return deviceFault('unsupported', 'no WebUSB');
    const device = await limited(chosen(), READING_LIMIT, (name) =>
      deviceFault('unsupported', name),
    );
    if (isDeviceFault(device)) return device;
    const link = new UsbLink(device);
    const fault = await link.open();
    if (!fault) return link;
    await link.close();
    return fault;
  };
}

const isTrezor = ({ vendorId, productId }: USBDevice): boolean =>
  vendorId === VENDOR && PRODUCTS.includes(productId);

class UsbLink implements PacketLink {
  readonly #device: USBDevice;
  readonly #gone: Promise<DeviceFault>;
  readonly #forget: () => void;
  /** Whether it was opened here; another's is not closed. */
  #opened = false;
  /** A read cannot be taken back: where its time was up, its packet is the next one. */
  #reading: Promise<USBInTransferResult> | undefined;

  constructor(device: USBDevice) {
    this.#device = device;
    const { promise, resolve } = settleable<DeviceFault>();
    const left = (event: USBConnectionEvent) => {
      if (event.device === device) resolve(deviceFault('unplugged'));
    };
    navigator.usb.addEventListener('disconnect', left);
    this.#gone = promise;
    this.#forget = () => navigator.usb.removeEventListener('disconnect', left);
  }

  /** Opens and claims it. */
  async open(): Promise<DeviceFault | undefined> {
    const device = this.#device;
    if (device.opened) return deviceFault('other-program', 'open');
    const unopened = await this.#step(device.open(), refusedBySystem);
    if (unopened) return unopened;
    this.#opened = true;
    if (device.configuration?.configurationValue !== CONFIGURATION) {
      const fault = await this.#step(device.selectConfiguration(CONFIGURATION), refusedBySystem);
      if (fault) return fault;
    }
    return this.#step(device.claimInterface(INTERFACE), refusedByHolder);
  }

  async send(packet: Bytes): Promise<DeviceFault | undefined> {
    const sent = await this.#raced(
      this.#device.transferOut(ENDPOINT, packet),
      STEP_LIMIT,
      brokenOff,
    );
    if (isDeviceFault(sent)) return sent;
    const { status, bytesWritten } = sent;
    return status === 'ok' && bytesWritten === packet.length
      ? undefined
      : deviceFault('unreadable-answer', status);
  }

  async receive(limit: number): Promise<Bytes | DeviceFault> {
    const reading = (this.#reading ??= this.#device.transferIn(ENDPOINT, PACKET));
    const read = await this.#raced(reading, limit, brokenOff);
    if (isDeviceFault(read) && read.fault === 'timed-out') return read;
    this.#reading = undefined;
    if (isDeviceFault(read)) return read;
    const { status, data } = read;
    if (status !== 'ok' || !data) return deviceFault('unreadable-answer', status);
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  async close(): Promise<void> {
    // Reads that still wait end with it. Where closing fails the device is gone, and closed by that.
    if (this.#opened) await this.#step(this.#device.close(), brokenOff);
    this.#opened = false;
    this.#forget();
  }

  /** Undefined once it is done. */
  async #step(
    work: Promise<void>,
    faultOf: (name: string) => DeviceFault,
  ): Promise<DeviceFault | undefined> {
    const done = {};
    const result = await this.#raced<object>(
      work.then(() => done),
      STEP_LIMIT,
      faultOf,
    );
    return isDeviceFault(result) ? result : undefined;
  }

  #raced<T>(
    work: Promise<T>,
    limit: number,
    faultOf: (name: string) => DeviceFault,
  ): Promise<T | DeviceFault> {
    return limited(Promise.race([work, this.#gone]), limit, faultOf);
  }
}

/** The system refuses with SecurityError: on Linux, where no udev rule lets the user have the device. */
const refusedBySystem = (name: string): DeviceFault =>
  name === 'NotFoundError'
    ? deviceFault('unplugged')
    : deviceFault(name === 'SecurityError' ? 'unsupported' : 'other-program', name);

/** Another page or program has claimed it. */
const refusedByHolder = (name: string): DeviceFault =>
  deviceFault(name === 'NotFoundError' ? 'unplugged' : 'other-program', name);

/** A transfer fails when its device goes, or when it is closed meanwhile. */
const brokenOff = (name: string): DeviceFault => deviceFault('unplugged', name);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');

/** The work, or `timed-out` after so many ms; what it throws becomes the fault of its name. */
async function limited<T>(
  work: Promise<T>,
  limit: number,
  faultOf: (name: string) => DeviceFault,
): Promise<T | DeviceFault> {
  const { promise: over, resolve } = settleable<DeviceFault>();
  const timer = setTimeout(() => resolve(deviceFault('timed-out')), Math.max(0, limit));
  try {
    return await Promise.race([work, over]);
  } catch (error) {
    return faultOf(nameOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

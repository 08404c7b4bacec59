/// <reference types="w3c-web-usb" />
import { PACKET } from '../trezor/packets.ts';
import { eventLike, like, likeTarget } from './browser-classes.ts';
import { mark } from './marks.ts';
import type { TrezorSimulator } from './trezor.ts';

/*
 * A USB port for simulated Trezors: `navigator.usb` of this page then gives them beside the real
 * devices that the page may use. Nothing above can tell them apart but `simulatorBehind`. Where the
 * browser has no WebUSB, they are the only ones.
 */

const VENDOR = 0x1209;
const FIRMWARE = 0x53c1;
const BOOTLOADER = 0x53c0;
const CONFIGURATION = 1;
const INTERFACE = 0;
const ENDPOINT = 1;

const gone = () => new DOMException('The device was disconnected.', 'NotFoundError');
const notOpen = () => new DOMException('The device must be opened first.', 'InvalidStateError');
const noSuch = (what: string) =>
  new DOMException(`The device has no such ${what}.`, 'NotFoundError');
const notClaimed = () =>
  new DOMException('The endpoint is not part of a claimed interface.', 'NotFoundError');
const stopped = () => new DOMException('The transfer was cancelled.', 'AbortError');

const bytesOf = (data: BufferSource): Uint8Array<ArrayBuffer> =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data.slice())
    : new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));

/** The device that a page sees from one plugging to the next unplugging; the system has configured it. */
function usbDeviceOf(simulator: TrezorSimulator): USBDevice {
  const { cable } = simulator;
  /** Aborts what waits once the device is closed or reset; undefined while it is closed. */
  let opened: AbortController | undefined;
  let claimed = false;

  const mustBeOpen = (): AbortController => {
    if (cable.aborted) throw gone();
    if (!opened) throw notOpen();
    return opened;
  };
  const mustBeClaimed = (endpoint: number): AbortController => {
    const open = mustBeOpen();
    if (endpoint !== ENDPOINT || !claimed) throw notClaimed();
    return open;
  };
  const release = (): void => {
    opened?.abort();
    claimed = false;
  };

  const endpoints = (['in', 'out'] as const).map((direction) =>
    like<USBEndpoint>('USBEndpoint', {
      ...{ endpointNumber: ENDPOINT, direction, type: 'interrupt', packetSize: PACKET },
    }),
  );
  const alternate = like<USBAlternateInterface>('USBAlternateInterface', {
    ...{ alternateSetting: 0, interfaceClass: 0xff, interfaceSubclass: 0, interfaceProtocol: 0 },
    ...{ interfaceName: 'TREZOR Interface', endpoints },
  });
  const configuration = like<USBConfiguration>('USBConfiguration', {
    configurationValue: CONFIGURATION,
    configurationName: null,
    interfaces: [
      like<USBInterface>('USBInterface', {
        interfaceNumber: INTERFACE,
        alternate,
        alternates: [alternate],
        get claimed() {
          return claimed;
        },
      }),
    ],
  });

  const device = like<USBDevice>('USBDevice', {
    vendorId: VENDOR,
    productId: simulator.bootloader ? BOOTLOADER : FIRMWARE,
    manufacturerName: 'SIMULATED',
    productName: 'TREZOR',
    serialNumber: simulator.serial,
    configuration,
    configurations: [configuration],
    get opened() {
      return opened !== undefined && !cable.aborted;
    },
    open: later(() => {
      if (cable.aborted) throw gone();
      opened ??= new AbortController();
    }),
    close: later(() => {
      release();
      opened = undefined;
    }),
    reset: later(() => {
      mustBeOpen();
      opened?.abort();
      opened = new AbortController();
    }),
    selectConfiguration: later((value: number) => {
      mustBeOpen();
      if (value !== CONFIGURATION) throw noSuch('configuration');
    }),
    claimInterface: later((number: number) => {
      mustBeOpen();
      if (number !== INTERFACE) throw noSuch('interface');
      claimed = true;
    }),
    releaseInterface: later((number: number) => {
      mustBeOpen();
      if (number !== INTERFACE) throw noSuch('interface');
      claimed = false;
    }),
    async transferIn(endpoint, length) {
      const { signal } = mustBeClaimed(endpoint);
      const packet = await simulator.next(signal);
      if (!packet) throw cable.aborted ? gone() : stopped();
      return like<USBInTransferResult>('USBInTransferResult', {
        ...(length < PACKET
          ? { status: 'babble' }
          : { status: 'ok', data: new DataView(packet.buffer) }),
      });
    },
    transferOut: later((endpoint: number, data: BufferSource) => {
      mustBeClaimed(endpoint);
      const packet = bytesOf(data);
      simulator.take(packet);
      return like<USBOutTransferResult>('USBOutTransferResult', {
        ...{ status: 'ok', bytesWritten: packet.length },
      });
    }),
  });
  mark(device, simulator);
  return device;
}

/** As an asynchronous function: what is thrown rejects. */
const later =
  <A extends unknown[], T>(act: (...given: A) => T): ((...given: A) => Promise<T>) =>
  // eslint-disable-next-line @typescript-eslint/require-await -- it makes a throw a rejection
  async (...given) =>
    act(...given);

/** The simulated devices that are plugged in now. */
const present = new Set<USBDevice>();
let port: USB | undefined;

/** Replaces `navigator.usb`; the real one stays in use below. */
function installPort(): USB {
  const real = (navigator as Partial<Navigator>).usb;
  const made = likeTarget<USB>(
    'USB',
    {
      getDevices: async () => [...present, ...((await real?.getDevices()) ?? [])],
      requestDevice: (options) =>
        real?.requestDevice(options) ??
        Promise.reject(new DOMException('No device was chosen.', 'NotFoundError')),
    },
    ['onconnect', 'ondisconnect'],
  );
  for (const type of ['connect', 'disconnect'] as const)
    real?.addEventListener(type, ({ device }) => announce(made, type, device));
  Object.defineProperty(Navigator.prototype, 'usb', { configurable: true, get: () => made });
  return made;
}

const announce = (usb: USB, type: 'connect' | 'disconnect', device: USBDevice): boolean =>
  usb.dispatchEvent(eventLike('USBConnectionEvent', type, { device }));

/** Plugs a simulated Trezor into `navigator.usb` of this page, whenever its cable is plugged in. */
export function plugIntoUsb(simulator: TrezorSimulator): void {
  const usb = (port ??= installPort());
  let seen: { cable: AbortSignal; device: USBDevice } | undefined;
  const look = () => {
    const { cable } = simulator;
    if (seen && (cable !== seen.cable || cable.aborted)) {
      const { device } = seen;
      seen = undefined;
      present.delete(device);
      announce(usb, 'disconnect', device);
    }
    if (seen || cable.aborted) return;
    const device = usbDeviceOf(simulator);
    seen = { cable, device };
    present.add(device);
    announce(usb, 'connect', device);
  };
  simulator.watch(look);
  look();
}

/// <reference types="w3c-web-hid" />
import { concat, type Bytes } from '../../crypto/bytes.ts';
import { eventLike, likeTarget } from './browser-classes.ts';
import type { LedgerSimulator } from './ledger.ts';
import { mark } from './marks.ts';
import type { LedgerModel } from './ledger-screen.ts';

/*
 * A USB port for simulated Ledgers below WebHID: `navigator.hid` of this page then gives them beside
 * the real devices that the page may use. Nothing above can tell them apart but `simulatorBehind`.
 * Where the browser has no WebHID, they are the only ones.
 */

const LEDGER = 0x2c97;
/** By its maker: the model in the upper byte, HID and WebUSB in the lower. */
const products: Record<LedgerModel, number> = {
  'Nano X': 0x4011,
  'Nano S Plus': 0x5011,
  Stax: 0x6011,
  Flex: 0x7011,
};

const REPORT = 64;
const TAG = 0x05;

/** The packets of a message: channel, tag, sequence, 59 bytes; its length before its first byte. */
function packetsOf(channel: number, message: Bytes): Bytes[] {
  const whole = concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);
  const room = REPORT - 5;
  return Array.from({ length: Math.ceil(whole.length / room) }, (_, i) => {
    const packet = new Uint8Array(REPORT);
    packet.set([channel >> 8, channel & 0xff, TAG, i >> 8, i & 0xff]);
    packet.set(whole.subarray(i * room, (i + 1) * room), 5);
    return packet;
  });
}

/** Puts packets together on the device's side; what does not continue a message begins none. */
class Assembly {
  #channel = 0;
  #expected = 0;
  #parts: Bytes = new Uint8Array();
  #length = 0;

  /** The message that is complete with this packet, and its channel. */
  take(packet: Bytes): { channel: number; message: Bytes } | undefined {
    if (packet.length < 7 || packet[2] !== TAG) return undefined;
    const view = new DataView(packet.buffer, packet.byteOffset);
    const [channel, sequence] = [view.getUint16(0), view.getUint16(3)];
    if (sequence === 0) {
      this.#channel = channel;
      this.#length = view.getUint16(5);
      this.#parts = packet.slice(7);
      this.#expected = 1;
    } else if (channel === this.#channel && sequence === this.#expected) {
      this.#parts = concat(this.#parts, packet.subarray(5));
      this.#expected += 1;
    } else return undefined;
    if (this.#parts.length < this.#length) return undefined;
    this.#expected = 0;
    return { channel, message: this.#parts.slice(0, this.#length) };
  }
}

/** The device that a page sees for one time that a simulated Ledger came up on the USB. */
function hidDeviceOf(simulator: LedgerSimulator): HIDDevice {
  const { connection } = simulator;
  const isThere = () => simulator.connection === connection;
  const assembly = new Assembly();
  let opened = false;
  const refuse = (name: string, message: string) => Promise.reject(new DOMException(message, name));
  const device = likeTarget<HIDDevice>(
    'HIDDevice',
    {
      vendorId: LEDGER,
      productId: products[simulator.model],
      productName: simulator.model,
      collections: [],
      get opened() {
        return opened && isThere();
      },
      open() {
        if (!isThere()) return refuse('NotAllowedError', 'Failed to open the device.');
        if (opened) return refuse('InvalidStateError', 'The device is already open.');
        opened = true;
        return Promise.resolve();
      },
      close() {
        opened = false;
        return Promise.resolve();
      },
      sendReport(_, data) {
        if (!isThere()) return refuse('NotAllowedError', 'Failed to write the report.');
        if (!opened) return refuse('InvalidStateError', 'The device must be opened first.');
        const whole = assembly.take(bytesOf(data));
        if (whole) void answer(whole.channel, whole.message);
        return Promise.resolve();
      },
    },
    ['oninputreport'],
  );
  const answer = async (channel: number, message: Bytes) => {
    // It rejects where the device left the USB: the page hears that from its event “disconnect”.
    const reply = await simulator.exchange(message).catch(() => undefined);
    for (const packet of reply ? packetsOf(channel, reply) : []) {
      if (!device.opened) return;
      const report = { device, reportId: 0, data: new DataView(packet.buffer) };
      device.dispatchEvent(eventLike('HIDInputReportEvent', 'inputreport', report));
    }
  };
  mark(device, simulator);
  return device;
}

const bytesOf = (data: BufferSource): Bytes =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data.slice())
    : new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));

/** The simulated devices that are on the USB now. */
const present = new Set<HIDDevice>();
let bus: HID | undefined;

/** Replaces `navigator.hid`; the real one stays in use below. */
function installBus(): HID {
  const real = (navigator as Partial<Navigator>).hid;
  const made = likeTarget<HID>(
    'HID',
    {
      getDevices: async () => [...present, ...((await real?.getDevices()) ?? [])],
      requestDevice: (options) => real?.requestDevice(options) ?? Promise.resolve([]),
    },
    ['onconnect', 'ondisconnect'],
  );
  for (const type of ['connect', 'disconnect'] as const)
    real?.addEventListener(type, ({ device }) => announce(made, type, device));
  Object.defineProperty(Navigator.prototype, 'hid', { configurable: true, get: () => made });
  return made;
}

const announce = (hid: HID, type: 'connect' | 'disconnect', device: HIDDevice): boolean =>
  hid.dispatchEvent(eventLike('HIDConnectionEvent', type, { device }));

/** Plugs a simulated Ledger into `navigator.hid` of this page, for as long as its cable is plugged. */
export function plugIntoHid(simulator: LedgerSimulator): void {
  const hid = (bus ??= installBus());
  let seen: { connection: number; device: HIDDevice } | undefined;
  const look = () => {
    const { connection } = simulator;
    if (connection === seen?.connection) return;
    if (seen) {
      const { device } = seen;
      seen = undefined;
      present.delete(device);
      announce(hid, 'disconnect', device);
    }
    if (connection === undefined) return;
    const device = hidDeviceOf(simulator);
    seen = { connection, device };
    present.add(device);
    announce(hid, 'connect', device);
  };
  simulator.watch(look);
  look();
}

/// <reference types="w3c-web-usb" />
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault } from '../device.ts';
import { fromWire, toWire, type Message } from '../trezor/messages.ts';
import { PACKET, toPackets, Unpacker } from '../trezor/packets.ts';
import { webUsbTrezor } from '../trezor/webusb.ts';
import { attended } from './simulator.ts';
import { TrezorSimulator } from './trezor.ts';
import { plugIntoUsb } from './usb.ts';
import { simulatorBehind } from './marks.ts';

const real = navigator.usb;
let serials = 0;
const made: TrezorSimulator[] = [];
afterEach(() => {
  for (const simulator of made.splice(0)) simulator.unplug();
});

/** A Trezor in the port, with the device that the page sees of it. */
async function plugged(settings: Partial<Pick<TrezorSimulator, 'bootloader'>> = {}) {
  const seed = new Uint8Array(32).fill(7);
  const simulator = new TrezorSimulator({ seed, serial: `SIM-${++serials}` });
  Object.assign(simulator, settings);
  made.push(simulator);
  plugIntoUsb(simulator);
  return { simulator, device: (await deviceOf(simulator))! };
}

const deviceOf = async ({ serial }: TrezorSimulator): Promise<USBDevice | undefined> =>
  (await navigator.usb.getDevices()).find(({ serialNumber }) => serialNumber === serial);

async function ready(device: USBDevice): Promise<void> {
  await device.open();
  await device.selectConfiguration(1);
  await device.claimInterface(0);
}

const packetOf = (message: Message): Bytes => {
  const { type, payload } = toWire(message);
  return toPackets(type, payload)[0]!;
};

async function receive(device: USBDevice): Promise<Message | undefined> {
  const unpacker = new Unpacker();
  for (;;) {
    const { status, data } = await device.transferIn(1, PACKET);
    expect(status).toBe('ok');
    const taken = unpacker.take(new Uint8Array(data!.buffer as ArrayBuffer));
    if (taken === 'malformed') throw new Error(taken);
    if (taken !== 'more') return fromWire(taken.type, taken.payload);
  }
}

const rejects = (work: Promise<unknown>, name: string) =>
  expect(work).rejects.toMatchObject({ name, constructor: DOMException });

describe('the port', () => {
  it('keeps the browser’s classes, and the real one below it', async () => {
    const { device } = await plugged();
    expect(navigator.usb).not.toBe(real);
    expect(navigator.usb).toBeInstanceOf(USB);
    expect(navigator.usb).toBe(navigator.usb);
    expect(device).toBeInstanceOf(USBDevice);
    expect(device.configuration).toBeInstanceOf(USBConfiguration);
    expect(device).toMatchObject({ vendorId: 0x1209, productId: 0x53c1, opened: false });
    expect(simulatorBehind(device)).toBeDefined();
    expect(simulatorBehind(Object.create(USBDevice.prototype) as USBDevice)).toBeUndefined();
    // Without a click the browser itself refuses to ask.
    await rejects(navigator.usb.requestDevice({ filters: [] }), 'SecurityError');
  });

  it('gives each plugging another device, and says when it comes and goes', async () => {
    const { simulator, device } = await plugged();
    const heard: [string, USBDevice][] = [];
    const hear = (event: USBConnectionEvent) => {
      expect(event).toBeInstanceOf(USBConnectionEvent);
      heard.push([event.type, event.device]);
    };
    navigator.usb.addEventListener('connect', hear);
    navigator.usb.ondisconnect = hear;
    simulator.unplug();
    expect(await deviceOf(simulator)).toBeUndefined();
    simulator.bootloader = true;
    simulator.plug();
    const again = (await deviceOf(simulator))!;
    expect(again).not.toBe(device);
    expect(again.productId).toBe(0x53c0);
    expect(heard).toEqual([
      ['disconnect', device],
      ['connect', again],
    ]);
    navigator.usb.removeEventListener('connect', hear);
    navigator.usb.ondisconnect = null;
    simulator.unplug();
    expect(heard).toHaveLength(2);
  });

  it('passes on what the real one hears', async () => {
    await plugged();
    const device = Object.create(USBDevice.prototype) as USBDevice;
    const heard: USBDevice[] = [];
    const hear = (event: USBConnectionEvent) => heard.push(event.device);
    navigator.usb.addEventListener('connect', hear);
    const event = Object.defineProperty(new Event('connect'), 'device', { value: device });
    real.dispatchEvent(event);
    navigator.usb.removeEventListener('connect', hear);
    expect(heard).toEqual([device]);
  });
});

it('without WebUSB in the browser, simulated devices are the only ones', async () => {
  const classes = ['USB', 'USBDevice', 'USBConnectionEvent', 'USBInTransferResult'];
  const place = Object.getOwnPropertyDescriptor(Navigator.prototype, 'usb')!;
  delete (Navigator.prototype as { usb?: USB }).usb;
  for (const name of classes) vi.stubGlobal(name, undefined);
  try {
    expect('usb' in navigator).toBe(false);
    const path = './usb.ts?without';
    const another = (await import(/* @vite-ignore */ path)) as typeof import('./usb.ts');
    const seed = new Uint8Array(32).fill(7);
    const simulator = new TrezorSimulator({ seed, serial: 'SIM-without' });
    another.plugIntoUsb(simulator);
    expect(await navigator.usb.getDevices()).toHaveLength(1);
    await rejects(navigator.usb.requestDevice({ filters: [] }), 'NotFoundError');
    const device = (await deviceOf(simulator))!;
    await ready(device);
    await device.transferOut(1, packetOf({ is: 'Ping', message: 'alone' }));
    expect(await receive(device)).toEqual({ is: 'Success', message: 'alone' });
    const left = new Promise<USBDevice>((heard) => {
      navigator.usb.addEventListener('disconnect', (event) => heard(event.device));
    });
    simulator.unplug();
    expect(await left).toBe(device);
  } finally {
    vi.unstubAllGlobals();
    Object.defineProperty(Navigator.prototype, 'usb', place);
  }
});

describe('a device', () => {
  it('answers messages, in packets', async () => {
    const { device } = await plugged();
    await ready(device);
    expect(device.configuration!.interfaces[0]!.claimed).toBe(true);
    const result = await device.transferOut(1, packetOf({ is: 'Initialize' }));
    expect(result).toBeInstanceOf(USBOutTransferResult);
    expect(result).toMatchObject({ status: 'ok', bytesWritten: PACKET });
    const first = await device.transferIn(1, PACKET);
    expect(first).toBeInstanceOf(USBInTransferResult);
    expect(new Uint8Array(first.data!.buffer as ArrayBuffer).slice(0, 5)).toEqual(
      Uint8Array.of(0x3f, 0x23, 0x23, 0, 17),
    );
    await device.transferOut(1, packetOf({ is: 'Ping', message: 'x' }).buffer);
    expect((await device.transferIn(1, 8)).status).toBe('babble');
  });

  it('refuses what is not opened, not claimed or not there', async () => {
    const { device } = await plugged();
    const packet = packetOf({ is: 'Initialize' });
    await rejects(device.transferOut(1, packet), 'InvalidStateError');
    await rejects(device.transferIn(1, PACKET), 'InvalidStateError');
    await rejects(device.selectConfiguration(1), 'InvalidStateError');
    await rejects(device.claimInterface(0), 'InvalidStateError');
    await rejects(device.releaseInterface(0), 'InvalidStateError');
    await rejects(device.reset(), 'InvalidStateError');
    await device.open();
    await device.open();
    await rejects(device.transferOut(1, packet), 'NotFoundError');
    await rejects(device.transferIn(1, PACKET), 'NotFoundError');
    await rejects(device.selectConfiguration(2), 'NotFoundError');
    await rejects(device.claimInterface(1), 'NotFoundError');
    await rejects(device.releaseInterface(1), 'NotFoundError');
    await device.claimInterface(0);
    await rejects(device.transferIn(2, PACKET), 'NotFoundError');
    await device.releaseInterface(0);
    await rejects(device.transferOut(1, packet), 'NotFoundError');
  });

  it('ends a pending read when it is closed or reset, and reads on', async () => {
    const { device } = await plugged();
    await ready(device);
    const reset = device.transferIn(1, PACKET);
    await device.reset();
    await rejects(reset, 'AbortError');
    const closed = device.transferIn(1, PACKET);
    await device.close();
    expect(device.opened).toBe(false);
    await rejects(closed, 'AbortError');
    await device.close();
    await ready(device);
    await device.transferOut(1, packetOf({ is: 'Ping', message: 'still here' }));
    expect(await receive(device)).toEqual({ is: 'Success', message: 'still here' });
  });

  it('ends everything when the cable is pulled', async () => {
    const { simulator, device } = await plugged();
    await ready(device);
    const reading = device.transferIn(1, PACKET);
    simulator.unplug();
    await rejects(reading, 'NotFoundError');
    expect(device.opened).toBe(false);
    await rejects(device.open(), 'NotFoundError');
    await rejects(device.transferOut(1, new Uint8Array(PACKET)), 'NotFoundError');
    await device.close();
    simulator.plug();
    await rejects(device.open(), 'NotFoundError');
  });

  it('is driven by the real driver’s way to a Trezor', async () => {
    const { simulator, device } = await plugged();
    const end = attended(simulator);
    const ask = () => Promise.resolve(undefined);
    const link = await webUsbTrezor({ wanted: (one) => one === device, ask })();
    if (isDeviceFault(link)) throw new Error(link.fault);
    expect(await link.send(packetOf({ is: 'Ping', message: 'there' }))).toBeUndefined();
    const packet = await link.receive(1000);
    if (isDeviceFault(packet)) throw new Error(packet.fault);
    const taken = new Unpacker().take(packet);
    expect(typeof taken === 'object' && fromWire(taken.type, taken.payload)).toEqual({
      ...{ is: 'Success', message: 'there' },
    });
    const waiting = link.receive(60_000);
    simulator.unplug();
    expect(await waiting).toMatchObject({ fault: 'unplugged' });
    await link.close();
    end();
  });
});

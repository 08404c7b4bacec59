/// <reference types="w3c-web-usb" />
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isDeviceFault, type DeviceFault } from '../device.ts';
import type { PacketLink } from '../hardware.ts';
import { askForTrezor, webUsbTrezor } from './webusb.ts';

/*
 * How the browser's objects can fail, one way after the other. The simulated port is tried in Chromium.
 */

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const fails = (name: string) => (): Promise<never> => Promise.reject(new DOMException('', name));
const packet = new Uint8Array(64).fill(3);
const read = () => ({ status: 'ok', data: new DataView(packet.slice().buffer) }) as const;

/** A device that does everything, but for what is put in its place. */
function usbDevice(instead: object = {}) {
  const calls: string[] = [];
  const done = (name: string) => (): Promise<void> => {
    calls.push(name);
    return Promise.resolve();
  };
  const device = {
    vendorId: 0x1209,
    productId: 0x53c1,
    opened: false,
    configuration: null,
    open: done('open'),
    close: done('close'),
    selectConfiguration: done('selectConfiguration'),
    claimInterface: done('claimInterface'),
    transferIn: () => Promise.resolve(read()),
    transferOut: (_: number, data: Uint8Array) =>
      Promise.resolve({ status: 'ok', bytesWritten: data.length }),
    ...instead,
  } as unknown as USBDevice;
  return { device, calls };
}

/** `navigator.usb` with these devices. */
function browser(devices: readonly USBDevice[], instead: Partial<USB> = {}) {
  const listeners = new Set<(event: { device: USBDevice }) => void>();
  const usb = {
    getDevices: () => Promise.resolve(devices),
    addEventListener: (_: string, heard: never) => listeners.add(heard),
    removeEventListener: (_: string, heard: never) => listeners.delete(heard),
    ...instead,
  };
  vi.stubGlobal('navigator', { usb });
  const unplug = (device: USBDevice) => listeners.forEach((heard) => heard({ device }));
  return { listeners, unplug };
}

const all = { wanted: () => true, ask: () => Promise.resolve(undefined) };
const open = (choice = all) => webUsbTrezor(choice)();
function good(link: PacketLink | DeviceFault): PacketLink {
  if (isDeviceFault(link)) throw new Error(link.fault);
  return link;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('which device', () => {
  it('a Trezor that is wanted and may be used, else the one that is asked for', async () => {
    const [other, unwanted, wanted, asked] = [{ vendorId: 1 }, {}, { productId: 0x53c0 }, {}].map(
      (instead) => usbDevice(instead),
    );
    browser([other!.device, unwanted!.device, wanted!.device]);
    const choose = (device: USBDevice) => device !== unwanted!.device;
    const ask = vi.fn(() => Promise.resolve(asked!.device));
    good(await webUsbTrezor({ wanted: choose, ask })());
    expect(wanted!.calls).toEqual(['open', 'selectConfiguration', 'claimInterface']);
    expect(ask).not.toHaveBeenCalled();
    good(await webUsbTrezor({ wanted: () => false, ask })());
    expect(asked!.calls).toEqual(['open', 'selectConfiguration', 'claimInterface']);
    expect([...other!.calls, ...unwanted!.calls]).toEqual([]);
  });

  it('none: not found; none can be: unsupported', async () => {
    browser([]);
    expect(await open()).toEqual({ fault: 'not-found' });
    const forbidden = { ...all, ask: fails('SecurityError') };
    expect(await open(forbidden)).toEqual({ fault: 'unsupported', detail: 'SecurityError' });
    browser([], { getDevices: fails('SecurityError') });
    expect(await open()).toEqual({ fault: 'unsupported', detail: 'SecurityError' });
    vi.stubGlobal('navigator', {});
    expect(await open()).toEqual({ fault: 'unsupported', detail: 'no WebUSB' });
  });

  it('asked for in the browser’s window: none chosen is undefined', async () => {
    const { device } = usbDevice();
    const requestDevice = vi.fn(() => Promise.resolve(device));
    browser([], { requestDevice });
    expect(await askForTrezor()).toBe(device);
    expect(requestDevice).toHaveBeenCalledWith({
      filters: [
        { vendorId: 0x1209, productId: 0x53c1 },
        { vendorId: 0x1209, productId: 0x53c0 },
      ],
    });
    browser([], { requestDevice: fails('NotFoundError') });
    expect(await askForTrezor()).toBeUndefined();
    browser([], { requestDevice: fails('SecurityError') });
    await expect(askForTrezor()).rejects.toThrow(DOMException);
  });

  it('a window that nobody answers: timed out', async () => {
    browser([]);
    const waiting = open({ ...all, ask: never });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await waiting).toEqual({ fault: 'timed-out' });
  });
});

describe('opening', () => {
  it.each([
    ['open', 'SecurityError', 'unsupported'],
    ['open', 'NetworkError', 'other-program'],
    ['open', 'InvalidStateError', 'other-program'],
    ['open', 'NotFoundError', 'unplugged'],
    ['selectConfiguration', 'NetworkError', 'other-program'],
    ['claimInterface', 'NetworkError', 'other-program'],
    ['claimInterface', 'NotFoundError', 'unplugged'],
  ] as const)('%s fails with %s: %s', async (step, name, fault) => {
    const { device, calls } = usbDevice({ [step]: fails(name) });
    const { listeners } = browser([device]);
    expect(await open()).toMatchObject({ fault });
    expect(calls.includes('close')).toBe(step !== 'open');
    expect(listeners.size).toBe(0);
  });

  it.each(['open', 'selectConfiguration', 'claimInterface'])(
    '%s without end: timed out, or unplugged where it goes',
    async (step) => {
      const { device } = usbDevice({ [step]: never });
      const { unplug, listeners } = browser([device]);
      const waiting = open();
      await vi.advanceTimersByTimeAsync(5000);
      expect(await waiting).toEqual({ fault: 'timed-out' });
      const pulled = open();
      await vi.advanceTimersByTimeAsync(1);
      unplug(usbDevice().device);
      unplug(device);
      expect(await pulled).toEqual({ fault: 'unplugged' });
      expect(listeners.size).toBe(0);
    },
  );

  it('one that this page has open already: other-program, and it stays open', async () => {
    const { device, calls } = usbDevice({ opened: true });
    browser([device]);
    expect(await open()).toEqual({ fault: 'other-program', detail: 'open' });
    expect(calls).toEqual([]);
  });
});

describe('an open link', () => {
  async function linked(instead: object = {}) {
    const { device, calls } = usbDevice(instead);
    const page = browser([device]);
    return { device, calls, ...page, link: good(await open()) };
  }

  it('carries packets and is closed', async () => {
    const transferOut = vi.fn(() => Promise.resolve({ status: 'ok', bytesWritten: 64 } as const));
    const transferIn = vi.fn(() => Promise.resolve(read()));
    const { link, calls, listeners } = await linked({ transferOut, transferIn });
    expect(await link.send(packet)).toBeUndefined();
    expect(transferOut).toHaveBeenCalledWith(1, packet);
    expect(await link.receive(10)).toEqual(packet);
    expect(transferIn).toHaveBeenCalledWith(1, 64);
    await link.close();
    expect(calls.at(-1)).toBe('close');
    expect(listeners.size).toBe(0);
  });

  it('a read whose time was up gives its packet to the next', async () => {
    const reads: ((result: object) => void)[] = [];
    const transferIn = () =>
      new Promise<object>((resolve) => {
        reads.push(resolve);
      });
    const { link } = await linked({ transferIn });
    const first = link.receive(10);
    await vi.advanceTimersByTimeAsync(10);
    expect(await first).toEqual({ fault: 'timed-out' });
    reads[0]!(read());
    expect(await link.receive(10)).toEqual(packet);
    expect(reads).toHaveLength(1);
    const second = link.receive(10);
    reads[1]!(read());
    expect(await second).toEqual(packet);
  });

  it('a transfer without end ends when the device goes', async () => {
    const { link, unplug, device } = await linked({ transferIn: never, transferOut: never });
    const [sent, received] = [link.send(packet), link.receive(1_000_000)];
    unplug(device);
    expect(await sent).toEqual({ fault: 'unplugged' });
    expect(await received).toEqual({ fault: 'unplugged' });
    expect(await link.receive(10)).toEqual({ fault: 'unplugged' });
  });

  it('and without that when its time is up', async () => {
    const { link } = await linked({ transferIn: never, transferOut: never, close: never });
    const sent = link.send(packet);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await sent).toEqual({ fault: 'timed-out' });
    const closed = link.close();
    await vi.advanceTimersByTimeAsync(5000);
    await closed;
  });

  it('a transfer that fails is a fault by name', async () => {
    const broken = await linked({
      transferIn: fails('NetworkError'),
      transferOut: fails('NotFoundError'),
      close: fails('NotFoundError'),
    });
    expect(await broken.link.receive(10)).toEqual({ fault: 'unplugged', detail: 'NetworkError' });
    expect(await broken.link.send(packet)).toEqual({ fault: 'unplugged', detail: 'NotFoundError' });
    await broken.link.close();
    const odd = await linked({
      transferIn: () => Promise.resolve({ status: 'stall' }),
      transferOut: () => Promise.resolve({ status: 'ok', bytesWritten: 63 }),
    });
    expect(await odd.link.receive(10)).toEqual({ fault: 'unreadable-answer', detail: 'stall' });
    expect(await odd.link.send(packet)).toEqual({ fault: 'unreadable-answer', detail: 'ok' });
  });
});

it('two that the page may use: which one is meant is not guessed', async () => {
  const [first, second] = [usbDevice(), usbDevice()];
  browser([first.device, second.device]);
  expect(await open()).toEqual({ fault: 'several' });
  expect([...first.calls, ...second.calls]).toEqual([]);
  const wanted = (device: USBDevice) => device === second.device;
  good(await webUsbTrezor({ ...all, wanted })());
});

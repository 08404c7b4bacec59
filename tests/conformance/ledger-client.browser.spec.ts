/// <reference types="w3c-web-hid" />
import '../support/buffer.ts';
import TransportWebHID from '@ledgerhq/hw-transport-webhid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plugIntoHid } from '../../src/lib/devices/simulators/hid.ts';
import { simulatorBehind } from '../../src/lib/devices/simulators/marks.ts';
import { LedgerSimulator } from '../../src/lib/devices/simulators/ledger.ts';
import { attended } from '../../src/lib/devices/simulators/simulator.ts';
import { clientOn, drivesTheSimulator, openApp, recordedSeed } from './ledger-client.ts';

const only = async (): Promise<HIDDevice> => {
  const devices = await navigator.hid.getDevices();
  expect(devices).toHaveLength(1);
  return devices[0]!;
};

const plugged = async (): Promise<{ simulator: LedgerSimulator; leave: () => void }> => {
  const simulator = new LedgerSimulator({ seed: recordedSeed(), serial: 'SIM-HID' });
  onTestFinished(() => simulator.unplug());
  plugIntoHid(simulator);
  const leave = attended(simulator);
  await openApp(simulator, 'Bitcoin Test');
  return { simulator, leave };
};

describe("the maker's client and transport drive the simulated Ledger through navigator.hid", () => {
  drivesTheSimulator(async (simulator) => {
    plugIntoHid(simulator);
    return TransportWebHID.open(await only());
  });
});

describe('navigator.hid with a simulated Ledger', () => {
  it("gives objects of the browser's classes", async () => {
    await plugged();
    const device = await only();
    expect(navigator.hid).toBeInstanceOf(HID);
    expect(device).toBeInstanceOf(HIDDevice);
    expect(simulatorBehind(device)).toBeDefined();
    expect(simulatorBehind(Object.create(HIDDevice.prototype) as HIDDevice)).toBeUndefined();
    expect(device).toMatchObject({ vendorId: 0x2c97, productId: 0x4011, opened: false });
    await device.open();
    const report = new Promise<HIDInputReportEvent>((resolve) => (device.oninputreport = resolve));
    const hello = new Uint8Array(64);
    hello.set([1, 2, 5, 0, 0, 0, 5, 0xb0, 1]);
    await device.sendReport(0, hello);
    const event = await report;
    expect(event).toBeInstanceOf(HIDInputReportEvent);
    expect(event.device).toBe(device);
    expect([...new Uint8Array(event.data.buffer)].slice(0, 11)).toEqual(
      [1, 2, 5, 0, 0, 0, 24, 1, 12, 66, 105], // “Bi…”
    );
  });

  it('opens once, and sends only while open', async () => {
    const { simulator } = await plugged();
    const device = await only();
    const named = (name: string) => expect.objectContaining({ name }) as unknown;
    const report = new Uint8Array(64);
    await expect(device.sendReport(0, report)).rejects.toEqual(named('InvalidStateError'));
    await device.open();
    await expect(device.open()).rejects.toEqual(named('InvalidStateError'));
    await device.close();
    await device.open();
    expect(device.opened).toBe(true);
    simulator.unplug();
    expect(device.opened).toBe(false);
    await expect(device.sendReport(0, report)).rejects.toEqual(named('NotAllowedError'));
    await expect(device.open()).rejects.toEqual(named('NotAllowedError'));
  });

  it('tells of the cable, and has another device after an app was opened', async () => {
    const told: [string, boolean][] = [];
    const tell = ({ type, device }: HIDConnectionEvent) => told.push([type, device === before]);
    const { simulator } = await plugged();
    const before = await only();
    navigator.hid.addEventListener('connect', tell);
    navigator.hid.addEventListener('disconnect', tell);
    navigator.hid.ondisconnect = (event) => expect(event).toBeInstanceOf(HIDConnectionEvent);
    simulator.unplug();
    expect(await navigator.hid.getDevices()).toEqual([]);
    simulator.plug();
    expect(await only()).not.toBe(before);
    await openApp(simulator, 'Bitcoin');
    expect(told).toEqual([
      ['disconnect', true],
      ['connect', false],
      ['disconnect', false],
      ['connect', false],
    ]);
    navigator.hid.removeEventListener('connect', tell);
    navigator.hid.removeEventListener('disconnect', tell);
    navigator.hid.ondisconnect = null;
  });

  it('leaves an exchange pending when the cable is pulled, as the real one does', async () => {
    const { simulator, leave } = await plugged();
    leave();
    const transport = await TransportWebHID.open(await only());
    const gone = new Promise((resolve) => transport.on('disconnect', resolve));
    let settled = false;
    const asked = new Promise<void>((resolve) => {
      const end = simulator.watch(() => {
        if (!simulator.face().asks) return;
        end();
        resolve();
      });
    });
    void clientOn(transport)
      .signMessage(Buffer.from('hello'), "m/84'/1'/0'/0/0")
      .finally(() => (settled = true));
    await asked;
    simulator.unplug();
    await expect(gone).resolves.toMatchObject({ name: 'DisconnectedDevice' });
    await new Promise((over) => setTimeout(over, 50));
    expect(settled).toBe(false);
  });
});

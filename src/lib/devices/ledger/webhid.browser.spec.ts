/// <reference types="w3c-web-hid" />
import { afterEach, expect, it, vi } from 'vitest';
import type { Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault, type DeviceFault } from '../device.ts';
import type { ApduChannel, Hardware } from '../hardware.ts';
import { plugIntoHid } from '../simulators/hid.ts';
import { simulatorBehind } from '../simulators/marks.ts';
import { LedgerSimulator } from '../simulators/ledger.ts';
import { noHardware } from '../simulators/simulate.ts';
import { attended } from '../simulators/simulator.ts';
import { enrolLedger } from './ledger.ts';
import { webHidLedger } from './webhid.ts';

/*
 * The maker's transport in a browser, on a simulated Ledger that is plugged in below it. Each test has
 * a device of its own; the others stay unplugged.
 */

const getVersion = Uint8Array.of(0xb0, 0x01, 0, 0, 0);
const onlooker = () => new Promise<never>(() => undefined);
const nobody = () => Promise.resolve<HIDDevice[]>([]);

let plugged: LedgerSimulator | undefined;
function plugIn(): LedgerSimulator {
  plugged = new LedgerSimulator({ seed: new Uint8Array(32).fill(7), serial: 'SIM-1' });
  plugIntoHid(plugged);
  return plugged;
}
afterEach(() => {
  plugged?.unplug();
  plugged = undefined;
  vi.restoreAllMocks();
});

const open = webHidLedger({
  wanted: (device) => simulatorBehind(device) !== undefined,
  ask: nobody,
});

function must<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail ?? ''}`);
  return result;
}
const version = async (channel: ApduChannel) => must(await channel.exchange(getVersion, 5000));

it('the whole driver, through app changes that take the device from the bus', async () => {
  const ledger = plugIn();
  attended(ledger);
  const hardware: Hardware = { ...noHardware, ledger: open };
  const device = must(await enrolLedger(hardware, onlooker));
  expect(device.identity.model).toBe('SIMULATED Ledger Nano X');
  const [first] = must(await device.derive(['Conclave/host-secret/one']));
  const [again] = must(await device.derive(['Conclave/host-secret/one']));
  expect(again).toEqual(first);
  must(await device.approve('request 01ab'));
});

it('unplugged while it waits for a person: said at once, and found again', async () => {
  const ledger = plugIn();
  const channel = must(await open());
  const openApp = Uint8Array.of(0xe0, 0xd8, 0, 0, 7, ...new TextEncoder().encode('Bitcoin'));
  const waiting = channel.exchange(openApp, 60_000);
  await expect.poll(() => ledger.face().asks).toBe(true);
  ledger.unplug();
  expect(await waiting).toEqual({ fault: 'unplugged' });
  expect(await channel.exchange(getVersion, 5000)).toEqual({ fault: 'unplugged' });
  await channel.close();
  ledger.plug();
  const found = must(await open());
  expect(await version(found)).toEqual(Uint8Array.of(0x55, 0x15));
  await found.close();
});

it('a reply that never comes: said after the limit, and the device is free again', async () => {
  const ledger = plugIn();
  const exchange = vi
    .spyOn(ledger, 'exchange')
    .mockReturnValue(new Promise<Bytes>(() => undefined));
  const channel = must(await open());
  expect(await channel.exchange(getVersion, 50)).toEqual({ fault: 'timed-out' });
  expect(await channel.exchange(getVersion, 50)).toEqual({ fault: 'timed-out' });
  exchange.mockRestore();
  const fresh = must(await open());
  expect((await version(fresh)).at(-2)).toBe(0x90);
  await fresh.close();
});

it('closed while it waits: the exchange ends, and the device is free again', async () => {
  const ledger = plugIn();
  vi.spyOn(ledger, 'exchange').mockReturnValueOnce(new Promise<Bytes>(() => undefined));
  const channel = must(await open());
  const waiting = channel.exchange(getVersion, 60_000);
  await channel.close();
  expect(await waiting).toEqual({ fault: 'unplugged' });
  const fresh = must(await open());
  expect((await version(fresh)).at(-2)).toBe(0x90);
  await fresh.close();
});

it('held by another window or program', async () => {
  plugIn();
  const channel = must(await open());
  expect(await open()).toEqual({ fault: 'other-program', detail: 'InvalidStateError' });
  // Whoever has it keeps it.
  expect((await version(channel)).at(-2)).toBe(0x90);
  await channel.close();
});

it('asks for a device only where none may be used yet, and takes wanted ones of the maker alone', async () => {
  expect(await open()).toEqual({ fault: 'not-found' });
  plugIn();
  const ask = vi.fn(nobody);
  const unwanted = webHidLedger({ wanted: () => false, ask });
  expect(await unwanted()).toEqual({ fault: 'not-found' });
  expect(ask).toHaveBeenCalledOnce();
  await must(
    await webHidLedger({ wanted: (device) => simulatorBehind(device) !== undefined, ask })(),
  ).close();
  expect(ask).toHaveBeenCalledOnce();
});

it.each([
  ['ask', 'not-found'],
  ['look', 'unsupported'],
] as const)('a browser that does not let the page %s: %s', async (where, fault) => {
  const refuse = () => Promise.reject(new DOMException('Not here.', 'SecurityError'));
  if (where === 'look') vi.spyOn(navigator.hid, 'getDevices').mockImplementation(refuse);
  const result = await webHidLedger({
    wanted: (device) => simulatorBehind(device) !== undefined,
    ask: refuse,
  })();
  expect(result).toEqual({ fault, detail: 'SecurityError' });
});

it('packets that are no reply: said so, and the device is free again', async () => {
  plugIn();
  const [device] = (await navigator.hid.getDevices()).filter(simulatorBehind);
  const channel = must(await open());
  vi.spyOn(device!, 'sendReport').mockImplementationOnce((_, sent) => {
    const packet = new Uint8Array(64);
    packet.set((sent as Bytes).subarray(0, 2)); // the right channel, and no tag
    const report = new Event('inputreport');
    Object.assign(report, { device, reportId: 0, data: new DataView(packet.buffer) });
    device!.dispatchEvent(report);
    return Promise.resolve();
  });
  expect(await channel.exchange(getVersion, 5000)).toEqual({
    fault: 'unreadable-answer',
    detail: 'TransportError',
  });
  const fresh = must(await open());
  expect((await version(fresh)).at(-2)).toBe(0x90);
  await fresh.close();
});

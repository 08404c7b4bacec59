/// <reference types="w3c-web-hid" />
import { expect, it } from 'vitest';
import { toHex } from '../../crypto/bytes.ts';

/*
 * Where the browser has no WebHID, simulated Ledgers are the only devices there. With it,
 * tests/conformance/ledger-client.browser.spec.ts drives them.
 */

/** Takes WebHID from this page. */
function withoutWebHid(): void {
  Object.defineProperty(Navigator.prototype, 'hid', { configurable: true, value: undefined });
  for (const name of ['HID', 'HIDDevice', 'HIDConnectionEvent', 'HIDInputReportEvent'])
    expect(Reflect.deleteProperty(globalThis, name), name).toBe(true);
}

it('works in a browser without WebHID', async () => {
  withoutWebHid();
  expect(navigator.hid).toBeUndefined();
  const { plugIntoHid } = await import('./hid.ts');
  const { LedgerSimulator } = await import('./ledger.ts');
  const simulator = new LedgerSimulator({ seed: new Uint8Array(16), serial: 'SIM-ALONE' });
  plugIntoHid(simulator);
  const [device] = await navigator.hid.getDevices();
  expect(await navigator.hid.requestDevice({ filters: [] })).toEqual([]);
  await device!.open();
  const reply = new Promise<DataView>((resolve) => {
    device!.addEventListener('inputreport', ({ data }) => resolve(data));
  });
  // A command of 5 bytes in two packets that each carry a part, as no client would cut it.
  const packet = new Uint8Array(64);
  packet.set([0x7f, 0xff, 5, 0, 0, 0, 5, 0xb0, 1]);
  await device!.sendReport(0, packet.subarray(0, 8));
  await device!.sendReport(0, Uint8Array.of(0x7f, 0xff, 5, 0, 1, 1, 0, 0, 0));
  // Channel, tag, sequence, length; “BOLOS”.
  expect(toHex(new Uint8Array((await reply).buffer)).slice(0, 28)).toBe(
    '7fff0500000011' + '0105424f4c4f53',
  );
  const gone = new Promise<string>((resolve) => {
    navigator.hid.addEventListener('disconnect', (event) =>
      resolve(event.device === device ? event.type : 'another'),
    );
  });
  simulator.unplug();
  expect(await gone).toBe('disconnect');
});

import { expect, test } from 'vitest';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { toHex } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type Device, type DeviceFault } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import type { Answer, Presence } from '../prompt.ts';
import { enrolSecurityKey, openSecurityKey } from '../security-key/security-key.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import { simulatedCredentials } from './credentials.ts';
import { SecurityKeySimulator } from './security-key.ts';
import { attended, SIMULATED_PIN } from './simulator.ts';

/*
 * The real driver with a simulated key: the browser's part and the key speak CTAP to each other.
 */

const none = () => Promise.resolve(deviceFault('not-found'));
const withKey = (key: SecurityKeySimulator): Hardware => ({
  simulated: true,
  ledger: none,
  trezor: none,
  yubihsm: { status: none, exchange: none },
  credentials: simulatedCredentials(key),
});
const keyOf = (byte: number) =>
  new SecurityKeySimulator({ seed: new Uint8Array(32).fill(byte), serial: `SIM-${byte}` });
const quiet: Presence = () => new Promise(() => undefined);

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(result.fault);
  return result;
}

const enrolled = async (key: SecurityKeySimulator): Promise<Device> =>
  good(await enrolSecurityKey(withKey(key), quiet, 'tester'));
const heldBy = (device: Device) => fromHandle(device.identity.handle) as EnrolledAs<'security-key'>;

const press = (key: SecurityKeySimulator, ...ids: string[]) => ids.forEach((id) => key.press(id));
const pin = SIMULATED_PIN.split('').map((digit) => `digit-${digit}`);

const until = (ready: () => boolean): Promise<void> =>
  expect.poll(ready, { interval: 5 }).toBe(true);

test('secrets are the same after a reload, separated by label and key; approvals hold', async () => {
  const key = keyOf(1);
  attended(key);
  const device = await enrolled(key);
  expect(device.identity.simulated).toBe(true);
  expect(device.identity.model).toMatch(/^SIMULATED /);
  const both = good(await device.derive(['a', 'b'])).map(toHex);
  expect(new Set(both).size).toBe(2);

  const same = keyOf(1);
  attended(same);
  const again = good(openSecurityKey(heldBy(device), withKey(same), quiet));
  expect(good(await again.derive(['b'])).map(toHex)).toEqual([both[1]]);
  const { signature, shown } = good(await again.approve('yes'));
  expect(shown).toBe(false);
  expect(approvalHolds(device.identity.approvalKey, 'yes', signature)).toBe(true);
  expect(approvalHolds(device.identity.approvalKey, 'no', signature)).toBe(false);
});

test('another key does not know the credential', async () => {
  const [key, other] = [keyOf(1), keyOf(2)];
  attended(key);
  attended(other);
  const device = await enrolled(key);
  const there = good(openSecurityKey(heldBy(device), withKey(other), quiet));
  expect(await there.derive(['a'])).toEqual({ fault: 'refused' });
});

test('refused at the PIN and at the touch; afterwards it works', async () => {
  const key = keyOf(3);
  const end = attended(key);
  const device = await enrolled(key);
  end();
  const first = device.derive(['a']);
  await until(() => key.face().locked);
  press(key, 'cancel');
  expect(await first).toEqual({ fault: 'refused' });
  const second = device.approve('yes');
  await until(() => key.face().locked);
  press(key, ...pin, 'enter');
  await until(() => key.face().light === 'blinking');
  press(key, 'cancel');
  expect(await second).toEqual({ fault: 'refused' });
  attended(key);
  good(await device.derive(['a']));
});

test('a wrong PIN is asked again; after three the key wants to be plugged in anew', async () => {
  const key = keyOf(4);
  const end = attended(key);
  const device = await enrolled(key);
  end();
  const asked = device.derive(['a']);
  for (let i = 0; i < 3; i++) {
    await until(() => key.face().locked && key.face().lines.includes('Wrong PIN') === i > 0);
    press(key, 'digit-9', 'enter');
  }
  expect(await asked).toEqual({ fault: 'refused' });
  attended(key);
  expect(await device.derive(['a'])).toEqual({ fault: 'refused' });
  key.unplug();
  key.plug();
  good(await device.derive(['a']));
});

test('pulled at the PIN or at the touch: the browser waits for it and begins again', async () => {
  const key = keyOf(5);
  const end = attended(key);
  const device = await enrolled(key);
  end();
  const asked = device.derive(['a']);
  await until(() => key.face().locked);
  key.unplug();
  await until(() => key.face().lines.includes('Insert your security key'));
  key.plug();
  await until(() => key.face().locked);
  press(key, ...pin, 'enter');
  await until(() => key.face().light === 'blinking');
  key.unplug();
  await until(() => key.face().lines.includes('Insert your security key'));
  attended(key);
  key.plug();
  good(await asked);
});

test('cancelled in the page while the key blinks', async () => {
  const key = keyOf(6);
  const end = attended(key);
  const device = await enrolled(key);
  end();
  let answer: ((given: Answer) => void) | undefined;
  const cancelling = good(
    openSecurityKey(
      heldBy(device),
      withKey(key),
      () => new Promise((resolve) => (answer = resolve)),
    ),
  );
  const asked = cancelling.derive(['a']);
  await until(() => key.face().locked);
  answer?.('refused');
  expect(await asked).toEqual({ fault: 'refused' });
  expect(key.face().asks).toBe(false);
});

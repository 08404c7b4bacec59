import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { isDeviceFault, type Device, type DeviceFault } from '../../devices/device.ts';
import { enrolLedger } from '../../devices/ledger/ledger.ts';
import { simulatedCredentials } from '../../devices/simulators/credentials.ts';
import { bareLedger, LedgerSimulator } from '../../devices/simulators/ledger.ts';
import { SecurityKeySimulator } from '../../devices/simulators/security-key.ts';
import { noHardware } from '../../devices/simulators/simulate.ts';
import { bareTrezor, TrezorSimulator } from '../../devices/simulators/trezor.ts';
import { YubiHsmSimulator } from '../../devices/simulators/yubihsm.ts';
import { enrolTrezor } from '../../devices/trezor/trezor.ts';
import { devices } from '../text/devices.ts';
import '../styles/app.css';
import Drawn from './Drawn.svelte';

/* Drawn devices answer real drivers, by pointer and by keyboard alone. */

const statement = Array.from({ length: 9 }, (_, i) => `line ${i + 1} of the statement`).join('\n');
const seed = new Uint8Array(32).fill(7);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const display = () => page.getByTestId('display');
const { means } = devices.simulated;
const options: PublicKeyCredentialCreationOptions = {
  rp: { id: 'localhost', name: 'test' },
  user: { id: seed, name: 'test', displayName: 'test' },
  challenge: seed,
  pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
};
/** No page asks: the device does. */
const unasked = () => new Promise<never>(() => undefined);

beforeEach(() => page.viewport(360, 640));

function good(result: Device | DeviceFault): Device {
  if (isDeviceFault(result)) throw new Error(result.fault);
  return result;
}

async function trezor(): Promise<{ simulator: TrezorSimulator; device: Device }> {
  const simulator = new TrezorSimulator({ seed, serial: 'SIM-T' });
  const device = good(await enrolTrezor({ ...noHardware, trezor: bareTrezor(simulator) }, unasked));
  await render(Drawn, { simulator });
  return { simulator, device };
}

async function ledger(): Promise<{ simulator: LedgerSimulator; device: Device }> {
  const simulator = new LedgerSimulator({ seed, serial: 'SIM-L' });
  await render(Drawn, { simulator });
  const enrolled = enrolLedger({ ...noHardware, ledger: bareLedger(simulator) }, unasked);
  await expect.poll(() => simulator.face().asks).toBe(true);
  await agree(); // to open the app
  return { simulator, device: good(await enrolled) };
}

/** Turns to where it can be agreed to, by the keyboard, and agrees. */
async function agree() {
  screenElement().focus();
  while (button(means.yes).element().matches(':disabled')) await userEvent.keyboard('{ArrowRight}');
  await userEvent.keyboard('{Enter}');
}

const screenElement = () => display().element().parentElement!;

test('a touch screen is read to its last page before it agrees; it always says SIMULATED', async () => {
  const { device } = await trezor();
  await expect.element(button(means.yes)).toBeDisabled();
  const answer = device.approve(statement);
  await expect.element(display()).toHaveTextContent('Signing address');
  await expect.element(page.getByText('SIMULATED', { exact: true })).toBeVisible();
  await agree();
  await expect.element(display()).toHaveTextContent('line 1 of the state');
  await expect.element(button(means.yes)).toBeDisabled();
  await button(means.next).click();
  await button(means.back).click();
  await expect.element(display()).toHaveTextContent('line 1 of the state');
  await agree();
  expect(await answer).toMatchObject({ shown: true });
  await expect.element(button(means.yes)).toBeDisabled();
});

test('it is refused at its last page, and can be asked again', async () => {
  const { device } = await trezor();
  const first = device.approve(statement);
  await expect.element(display()).toHaveTextContent('Signing address');
  await button(means.no).click();
  expect(await first).toEqual({ fault: 'refused' });
  const second = device.derive(['conclave v1/host secret']);
  await expect.element(display()).toHaveTextContent('Encrypt value');
  await agree();
  expect(await second).toHaveLength(1);
});

test('a locked touch screen takes its PIN, from its keypad and from the keyboard', async () => {
  const { simulator, device } = await trezor();
  await button(devices.simulated.lock).click();
  await expect.element(page.getByText(devices.simulated.pin)).toBeVisible();
  const answer = device.derive(['conclave v1/host secret']);
  await expect.element(display()).toHaveTextContent('Enter PIN');
  await button(means.digit('9')).click();
  await button(means.erase).click();
  await button(means.digit('1')).click();
  await button(means.digit('2')).click();
  await userEvent.keyboard('34');
  await expect.element(button(means.enter)).toBeEnabled();
  await button(means.enter).click();
  await expect.element(display()).toHaveTextContent('Encrypt value');
  expect(simulator.face().locked).toBe(false);
  await agree();
  expect(await answer).toHaveLength(1);
});

test('a stick is worked by its two buttons, alone and both at once', async () => {
  const { device } = await ledger();
  const answer = device.approve(statement);
  await expect.element(display()).toHaveTextContent('Review message');
  await expect.element(page.getByText('Page 1 of')).toBeVisible();
  await expect.element(button(means.back)).toBeDisabled();
  await expect.element(button(means.yes)).toBeDisabled();
  await agree();
  expect(await answer).toMatchObject({ shown: true });

  const refused = device.approve(statement);
  await expect.element(display()).toHaveTextContent('Review message');
  await expect.element(button(means.next)).toBeEnabled();
  while (button(means.next).element().matches(':enabled')) await button(means.next).click();
  await expect.element(display()).toHaveTextContent('Reject message');
  await expect.element(screenElement()).toHaveFocus(); // the button is dead now
  await button(means.no).click();
  expect(await refused).toMatchObject({ fault: 'refused' });
});

test('a locked stick takes its PIN from a wheel of digits', async () => {
  const { simulator, device } = await ledger();
  await button(devices.simulated.lock).click();
  const answer = device.derive(['conclave v1/host secret']);
  await expect.element(display()).toHaveTextContent('Enter PIN');
  screenElement().focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowLeft}{Enter}'); // 1
  await expect.element(display()).toHaveTextContent('* 1 - -');
  await userEvent.keyboard('{ArrowRight}{Enter}{ArrowRight}{Enter}{ArrowRight}{Enter}{Enter}');
  await expect.poll(() => simulator.face().locked).toBe(false);
  await expect.element(display()).toHaveTextContent('Review account');
  await agree();
  expect(await answer).toHaveLength(1);
});

test('its cable is pulled and put back', async () => {
  const { device } = await trezor();
  const answer = device.approve(statement);
  await expect.element(display()).toHaveTextContent('Signing address');
  await button(devices.simulated.unplug).click();
  expect(await answer).toEqual({ fault: 'unplugged' });
  await expect.element(display()).toHaveTextContent(devices.simulated.dark);
  await expect.element(button(means.no)).toBeDisabled();
  await button(devices.simulated.plug).click();
  await expect.element(display()).not.toHaveTextContent(devices.simulated.dark);
});

test('a security key: its PIN in the browser’s window, its contact, no display', async () => {
  const simulator = new SecurityKeySimulator({ seed, serial: 'SIM-K' });
  await render(Drawn, { simulator });
  await expect.element(button(means.yes)).toBeDisabled();
  await expect.element(display()).not.toBeInTheDocument();
  const { create } = simulatedCredentials(simulator);
  const made = create({ publicKey: options });
  await expect.element(display()).toHaveTextContent('PIN of your security key');
  for (const digit of '1234') await button(means.digit(digit)).click();
  await button(means.enter).click();
  await expect.element(page.getByTestId('light')).toHaveTextContent(devices.simulated.waits);
  await button(means.yes).click();
  expect(await made).toBeInstanceOf(PublicKeyCredential);
});

test('a YubiHSM: a light, a cable, and nothing to press', async () => {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const simulator = new YubiHsmSimulator({ seed, serial: 7, random, now: () => 0 });
  await render(Drawn, { simulator });
  const light = page.getByTestId('light');
  await expect.element(light).toHaveTextContent(devices.simulated.light.on);
  await expect.element(display()).not.toBeInTheDocument();
  expect(page.getByRole('button').elements()).toHaveLength(1);
  await button(devices.simulated.unplug).click();
  await expect.element(light).toHaveTextContent(devices.simulated.light.off);
  await button(devices.simulated.plug).click();
  await expect.element(light).toHaveTextContent(devices.simulated.light.on);
});

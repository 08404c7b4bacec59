import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { isDeviceFault, type Device } from '../devices/device.ts';
import type { Prompt } from '../devices/prompt.ts';
import { noHardware } from '../devices/simulators/simulate.ts';
import { bareTrezor, TrezorSimulator } from '../devices/simulators/trezor.ts';
import { bareYubiHsm, YubiHsmSimulator } from '../devices/simulators/yubihsm.ts';
import { enrolTrezor } from '../devices/trezor/trezor.ts';
import { provision } from '../devices/yubihsm/provision.ts';
import { enrolYubiHsm } from '../devices/yubihsm/yubihsm.ts';
import { promptDesk } from './device-prompts.svelte.ts';
import DevicePrompt from './DevicePrompt.svelte';
import { devices } from './text/devices.ts';
import './styles/app.css';

/*
 * What the dialog says of each make of devices, and a drawn device in it that answers a real driver.
 */

const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const statement = `CONCLAVE SPEND\nregtest REHEARSAL\n0.50000000 BTC\n${address}\nfees 0.1 BTC`;
const words = devices.prompt;
const { means } = devices.simulated;
const button = (name: string) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const display = () => page.getByTestId('display');
const alone = () => new AbortController().signal;

beforeEach(() => page.viewport(360, 640));

/** The dialog of a desk, with one drawn Trezor. */
async function drawn(): Promise<{ device: Device; simulator: TrezorSimulator }> {
  const simulator = new TrezorSimulator({ seed: new Uint8Array(32).fill(7), serial: 'SIM-T' });
  const desk = promptDesk(({ kind }) => (kind === 'trezor' ? simulator : undefined));
  await render(DevicePrompt, { desk });
  const device = await enrolTrezor({ ...noHardware, trezor: bareTrezor(simulator) }, desk.ask);
  if (isDeviceFault(device)) throw new Error(device.fault);
  return { device, simulator };
}

const real: Prompt = {
  kind: 'ledger',
  model: 'Nano X',
  serial: '',
  simulated: false,
  asks: { to: 'approve', statement },
  screen: [],
  press: 'device',
};

/** A real device's prompt at a desk; `answer` is what the person answers. */
async function asked(prompt: Partial<Prompt>, desk = promptDesk()) {
  await render(DevicePrompt, { desk });
  return { answer: desk.ask({ ...real, ...prompt }, alone()) };
}

test('a drawn device answers its driver in the dialog: refused, agreed to, and asked once more', async () => {
  const { device } = await drawn();
  const refused = device.approve(statement);
  await expect.element(page.getByText('SIMULATED', { exact: true })).toBeVisible();
  await expect.element(button(means.no)).toBeEnabled();
  await button(means.no).click();
  expect(await refused).toMatchObject({ fault: 'refused' });
  await expect.element(dialog()).not.toBeInTheDocument();

  const approved = device.approve(statement);
  for (const read of ['Signing address', 'Confirm message']) {
    await expect.element(display()).toHaveTextContent(read);
    while (button(means.yes).element().matches(':disabled')) await button(means.next).click();
    await button(means.yes).click();
  }
  expect(await approved).toMatchObject({ shown: true });
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('by keyboard alone: the heading first, then the display; Escape cancels', async () => {
  const { device } = await drawn();
  const cancelled = device.approve(statement);
  await expect.element(page.getByRole('heading', { level: 2 })).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  expect(await cancelled).toMatchObject({ fault: 'refused' });
  await expect.element(dialog()).not.toBeInTheDocument();

  const derived = device.derive(['conclave v1/host secret']);
  await expect.element(page.getByRole('heading', { level: 2 })).toHaveFocus();
  await userEvent.keyboard('{Tab}');
  await expect.element(display().element().parentElement!).toHaveFocus();
  while (button(means.yes).element().matches(':disabled')) await userEvent.keyboard('{ArrowRight}');
  await userEvent.keyboard('{Enter}');
  expect(await derived).toHaveLength(1);
});

test('the cable is pulled in the dialog; the device answers again once it is back', async () => {
  const { device, simulator } = await drawn();
  const answer = device.approve(statement);
  await button(devices.simulated.unplug).click();
  expect(await answer).toMatchObject({ fault: 'unplugged' });
  await expect.element(dialog()).not.toBeInTheDocument();
  simulator.plug();
  const again = device.derive(['conclave v1/host secret']);
  await expect.element(dialog()).toBeVisible();
  await button(words.cancel).click();
  expect(await again).toMatchObject({ fault: 'refused' });
});

test('a locked device asks for its PIN first, in a prompt of its own', async () => {
  const { device, simulator } = await drawn();
  simulator.lock();
  const answer = device.derive(['conclave v1/host secret']);
  await expect.element(page.getByRole('heading', { name: words.headings.unlock })).toBeVisible();
  await expect.element(page.getByText(words.purposes.pin)).toBeVisible();
  await button(means.digit('1')).click();
  await userEvent.keyboard('234');
  await button(means.enter).click();
  await expect.element(page.getByRole('heading', { name: words.headings.derive })).toBeVisible();
  while (button(means.yes).element().matches(':disabled')) await button(means.next).click();
  await button(means.yes).click();
  expect(await answer).toHaveLength(1);
});

test.each([
  ['ledger', 'Nano X', words.ways.nano],
  ['ledger', 'Nano S Plus', words.ways.nano],
  ['ledger', 'Stax', words.ways.stax],
  ['ledger', 'Flex', words.ways.stax],
  ['trezor', 'Trezor Model T', words.ways.touchscreen],
  ['trezor', 'Trezor Safe 5', words.ways.touchscreen],
  ['trezor', 'Trezor Safe 3', words.ways['safe-3']],
] as const)(
  '%s %s: how it is answered, what it shows, and what counts',
  async (kind, model, way) => {
    const path = "m/84'/0'/100'/0/0";
    const screen = [
      ['Review message'],
      ['Path', path],
      ['Message', ...statement.split('\n')],
      ['Sign message'],
    ];
    const { answer } = await asked({ kind, model, screen });
    await expect.element(page.getByText(way)).toBeVisible();
    await expect.element(page.getByText(words.counts)).toBeInTheDocument();
    const lines = page.getByTestId('statement').element().querySelectorAll('p');
    expect(Array.from(lines, ({ textContent }) => textContent)).toEqual(statement.split('\n'));
    const shown = page.getByTestId('screens').element().querySelectorAll('li');
    expect(Array.from(shown, ({ textContent }) => textContent.replace(/\s+/g, ' ').trim())).toEqual(
      ['Review message', `Path ${path}`, `Message ${words.above}`, 'Sign message'],
    );
    await expect.element(page.getByText(words.noDisplay)).not.toBeInTheDocument();
    await button(words.cancel).click();
    expect(await answer).toBe('refused');
  },
);

test('screens that do not hold the very statement are shown as they are', async () => {
  await asked({ screen: [['Message', 'CONCLAVE SPEND', 'another']] });
  await expect.element(page.getByTestId('screens')).toHaveTextContent('another');
  await expect.element(page.getByText(words.above)).not.toBeInTheDocument();
});

test('an app that must be opened, and a passphrase, are named', async () => {
  const desk = promptDesk();
  await asked({ asks: { to: 'open-app', app: 'Bitcoin Test' } }, desk);
  await expect.element(page.getByText(words.purposes.app('Bitcoin Test'))).toBeVisible();
  await button(words.cancel).click();
  void desk.ask({ ...real, asks: { to: 'unlock', by: 'passphrase' } }, alone());
  await expect.element(page.getByText(words.purposes.passphrase)).toBeVisible();
});

test('a YubiHSM: no display and no touch are said; the password is given as UTF-8 and the field emptied', async () => {
  const prompt = {
    kind: 'yubihsm',
    model: 'YubiHSM 2',
    serial: '0012345',
    press: 'password',
  } as const;
  const { answer } = await asked(prompt);
  await expect.element(page.getByText(words.ways.none)).toBeVisible();
  await expect.element(page.getByText(words.noDisplay)).toBeVisible();
  await expect.element(page.getByText('0012345')).toBeVisible();
  const field = page.getByLabelText(words.password, { exact: true });
  await expect.element(button(words.passwordAction)).toBeDisabled();
  await field.fill('pässwörd');
  const input = field.element() as HTMLInputElement;
  await userEvent.keyboard('{Enter}');
  const given = await answer;
  if (given === 'refused') throw new Error('refused');
  expect(new TextDecoder().decode(given.password)).toBe('pässwörd');
  expect(input.value).toBe('');
});

test('a drawn YubiHSM, from the factory to an approval: a password each time, typed here', async () => {
  const simulator = new YubiHsmSimulator({
    seed: new Uint8Array(32).fill(7),
    serial: 7,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    now: () => performance.now(),
  });
  const hardware = { ...noHardware, yubihsm: bareYubiHsm(simulator) };
  const desk = promptDesk(() => simulator);
  await render(DevicePrompt, { desk });
  const typed = (text: string) => new TextEncoder().encode(text);
  const type = async (label: string, password: string) => {
    await page.getByLabelText(label, { exact: true }).fill(password);
    await button(words.passwordAction).click();
  };

  const choice = { password: typed('daily'), administrator: typed('rarely'), exportable: false };
  const provisioned = provision(hardware, desk.ask, choice);
  await expect.element(page.getByText(words.purposes.provision)).toBeVisible();
  await expect.element(page.getByTestId('light')).toBeVisible();
  await type(words.factory, 'password');
  expect(await provisioned).not.toHaveProperty('fault');

  const enrolled = enrolYubiHsm(hardware, desk.ask);
  await expect.element(page.getByText(words.purposes.enrol)).toBeVisible();
  await type(words.password, 'daily');
  const device = await enrolled;
  if (isDeviceFault(device)) throw new Error(device.fault);

  const wrong = device.approve(statement);
  await expect.element(page.getByText(words.noDisplay)).toBeVisible();
  await type(words.password, 'rarely');
  expect(await wrong).toMatchObject({ fault: 'wrong-password' });
  const approved = device.approve(statement);
  await type(words.password, 'daily');
  expect(await approved).toMatchObject({ shown: false });
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('a key without a display: said, and prompts wait in line', async () => {
  const desk = promptDesk();
  await render(DevicePrompt, { desk });
  const ended = new AbortController();
  const prompt: Prompt = { ...real, kind: 'security-key', press: 'touch' };
  void desk.ask(prompt, ended.signal);
  const second = desk.ask({ ...prompt, asks: { to: 'enrol' } }, alone());
  await expect.element(page.getByText(words.noDisplay)).toBeVisible();
  await expect.element(page.getByText(words.ways.contact)).toBeVisible();
  await expect.element(button(means.yes)).not.toBeInTheDocument();
  ended.abort(); // it was touched
  await expect.element(page.getByRole('heading', { name: words.headings.enrol })).toBeVisible();
  await expect.element(page.getByText(words.purposes.credential)).toBeVisible();
  await button(words.cancel).click();
  expect(await second).toBe('refused');
});

test('a prompt that is over before it is put waits at no desk', () => {
  const desk = promptDesk();
  void desk.ask({} as Prompt, AbortSignal.abort());
  expect(desk.current).toBeUndefined();
});

import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { Prompt } from '../devices/prompt.ts';
import { SimulatedDevice } from '../devices/simulated.ts';
import { promptDesk } from './device-prompts.svelte.ts';
import DevicePrompt from './DevicePrompt.svelte';
import Drawn from './SimulatedDevice.svelte';
import './styles/app.css';

/*
 * The drawn device answers a real SimulatedDevice; the dialog says what a key without a display
 * does not show.
 */

const statement = Array.from({ length: 14 }, (_, i) => `line ${i + 1} of the statement`).join('\n');
const button = (name: string) => page.getByRole('button', { name, exact: true });
const dialog = () => page.getByRole('dialog');
const display = () => page.getByTestId('display');

beforeEach(() => page.viewport(360, 640));

/** A drawn device, its dialog on the page, and one request that waits. */
async function requested() {
  const desk = promptDesk();
  const device = new SimulatedDevice(new Uint8Array(32), desk.ask);
  await render(DevicePrompt, { desk });
  return { device, answer: device.approve(statement) };
}

test('it approves only after its last page, and shows every line on the way', async () => {
  const { answer } = await requested();
  await expect.element(display()).toHaveTextContent('line 1 of the statement');
  await expect.element(page.getByTestId('statement')).toHaveTextContent('line 14 of the statement');
  await expect.element(page.getByText('SIMULATED', { exact: true })).toBeVisible();
  for (const number of [7, 13]) {
    await expect.element(button('Approve')).toBeDisabled();
    await button('Next page').click();
    await expect.element(display()).toHaveTextContent(`line ${number} of the statement`);
  }
  await expect.element(button('Next page')).toBeDisabled();
  await button('Page back').click();
  await button('Approve').click(); // all was shown, wherever it stands now
  expect(await answer).toMatchObject({ shown: true });
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('the next prompt begins unread', async () => {
  const { device, answer } = await requested();
  await button('Next page').click();
  await button('Next page').click();
  await button('Approve').click();
  await answer;
  const next = device.approve(statement);
  await expect.element(display()).toHaveTextContent('line 1 of the statement');
  await expect.element(button('Approve')).toBeDisabled();
  await button('Refuse').click();
  expect(await next).toEqual({ fault: 'refused' });
});

test('by keyboard alone: the heading first, Escape cancels', async () => {
  const { device, answer } = await requested();
  await expect.element(page.getByRole('heading', { level: 2 })).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  expect(await answer).toEqual({ fault: 'refused' });

  const second = device.derive(['host secret']);
  await expect.element(dialog()).toBeVisible();
  await userEvent.keyboard('{Tab}{Tab}{Tab}');
  await expect.element(button('Approve')).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  expect(await second).toHaveLength(1);
});

test('the cable is pulled at the dialog, or at the device', async () => {
  const { device, answer } = await requested();
  await button('Unplug').click();
  expect(await answer).toEqual({ fault: 'unplugged' });

  const second = device.approve(statement);
  await expect.element(dialog()).toBeVisible();
  device.unplug();
  expect(await second).toEqual({ fault: 'unplugged' });
  await expect.element(dialog()).not.toBeInTheDocument();
});

test('a device on the page, without power and with nothing to ask', async () => {
  const plugs: boolean[] = [];
  const onplug = (plugged: boolean) => plugs.push(plugged);
  const drawn = await render(Drawn, { serial: 'SIM-1', plugged: false, onplug });
  await expect.element(display()).toHaveTextContent('No power');
  await expect.element(button('Refuse')).toBeDisabled();
  await button('Plug in').click();
  await drawn.rerender({ plugged: true });
  await expect.element(display()).toHaveTextContent('Ready');
  await expect.element(button('Approve')).toBeDisabled();
  await button('Unplug').click();
  expect(plugs).toEqual([true, false]);
});

test('a device that stays on the page begins each prompt unread', async () => {
  const desk = promptDesk();
  const ask = () => {
    const screen = [['one'], ['two']];
    const asks = { to: 'approve', statement } as const;
    const prompt: Prompt = { kind: 'simulated', model: '', serial: 'SIM-1', asks, screen };
    return desk.ask(prompt, new AbortController().signal);
  };
  const first = ask();
  const second = ask();
  const onplug = () => undefined;
  const drawn = await render(Drawn, { serial: 'SIM-1', asked: desk.current, onplug });
  await button('Next page').click();
  await button('Approve').click();
  expect(await first).toBe('approved');
  await drawn.rerender({ asked: desk.current });
  await expect.element(display()).toHaveTextContent('one');
  await expect.element(button('Approve')).toBeDisabled();
  await button('Refuse').click();
  expect(await second).toBe('refused');
});

test('a key without a display: said, and prompts wait in line', async () => {
  const desk = promptDesk();
  await render(DevicePrompt, { desk });
  const ended = new AbortController();
  const prompt: Prompt = {
    kind: 'security-key',
    model: 'Security key (WebAuthn)',
    serial: '',
    asks: { to: 'approve', statement },
    screen: [],
  };
  void desk.ask(prompt, ended.signal);
  const second = desk.ask({ ...prompt, asks: { to: 'enrol' } }, new AbortController().signal);
  await expect.element(page.getByText('This key has no display')).toBeVisible();
  await expect.element(button('Approve')).not.toBeInTheDocument();
  ended.abort(); // it was touched
  await expect.element(page.getByRole('heading', { name: 'Enrol a security key' })).toBeVisible();
  await button('Cancel').click();
  expect(await second).toBe('refused');
});

import { beforeEach, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { GroupId } from '../../ceremony/card.ts';
import type { Device, DeviceKind } from '../../devices/device.ts';
import { enrolDevice } from '../device.svelte.ts';
import { workspaceText } from '../text/workspace.ts';
import '../styles/app.css';
import DeviceChoice from './DeviceChoice.svelte';
import { Enrolment } from './enrolment.svelte.ts';

/* What a person may choose, and that a device is enrolled once. */

vi.mock('../device.svelte.ts', () => ({ enrolDevice: vi.fn() }));

const words = workspaceText.device;
const enrol = vi.mocked(enrolDevice);
const radio = (name: string) => page.getByRole('radio', { name });
const rehearsal: GroupId = {
  network: 'regtest',
  rehearsal: true,
  group: new Uint8Array(16),
  epoch: 0,
};
const real = { ...rehearsal, rehearsal: false };
const reply = new Uint8Array(32).fill(1);
const entropy = new Uint8Array(32).fill(2);

const device = (kind: DeviceKind, simulated: boolean) => {
  const derive = vi.fn<Device['derive']>(() => Promise.resolve([reply]));
  const model = 'The model';
  const made = { identity: { kind, simulated, model }, derive, takeEntropy: () => entropy };
  return made as unknown as Device & { readonly derive: typeof derive };
};

let you: Enrolment;
beforeEach(() => {
  enrol.mockReset();
  you = new Enrolment();
  you.name = 'Asha';
});

test('a real group offers real devices alone, even after a simulated one was chosen', async () => {
  const drawn = await render(DeviceChoice, { you, rehearsal: true });
  await radio(words.simulated).click();
  expect(you.how).toBe('simulated');
  await drawn.rerender({ rehearsal: false });
  await expect.element(radio(words.simulated)).not.toBeInTheDocument();
  expect(you.how).toBe('real');
});

test('no simulated device enters a real group, whatever was chosen', async () => {
  enrol.mockResolvedValue({ fault: 'not-found' });
  you.how = 'simulated';
  await you.enter(rehearsal);
  await you.enter(real);
  expect(enrol.mock.calls.map(([, simulated]) => simulated)).toEqual([true, false]);
});

test('what a credential is bound to is said before it is made, for real security keys', async () => {
  await render(DeviceChoice, { you, rehearsal: true });
  await expect.element(page.getByTestId('origin')).toHaveTextContent(words.origin('localhost'));
  await radio(words.simulated).click();
  await expect.element(page.getByTestId('origin')).not.toBeInTheDocument();
  await radio(words.real).click();
  await radio(words.ledger).click();
  await expect.element(page.getByTestId('origin')).not.toBeInTheDocument();
});

test('a device that was enrolled and then failed is used again; another choice is another device', async () => {
  const key = device('security-key', false);
  key.derive.mockResolvedValueOnce({ fault: 'timed-out' });
  enrol.mockResolvedValueOnce(key);
  await render(DeviceChoice, { you, rehearsal: true });
  expect(await you.enter(rehearsal)).toEqual({ fault: 'timed-out' });
  await expect.element(page.getByText(words.enrolled('The model'))).toBeVisible();
  expect(await you.enter(rehearsal)).toMatchObject({ device: { reply, entropy } });
  expect(enrol.mock.calls).toEqual([['security-key', false, 'Conclave: Asha']]);

  enrol.mockResolvedValueOnce(device('security-key', true));
  await radio(words.simulated).click();
  await expect.element(page.getByText(words.enrolled('The model'))).not.toBeInTheDocument();
  await you.enter(rehearsal);
  expect(enrol.mock.calls.at(-1)).toEqual(['security-key', true, 'Conclave: Asha']);
});

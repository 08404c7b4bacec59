import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { share, sit, terms, until, type Sitting } from '../../../../tests/support/desks.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import { toText } from '../../courier/file.ts';
import { pack } from '../../courier/transport.ts';
import '../styles/app.css';
import { approveBackupAddress } from './acts.ts';
import Ceremony from './Ceremony.svelte';

/* One operator at the page, the others played; packets come in as pasted text. */

const button = (name: string | RegExp) => page.getByRole('button', { name });
const now = () => page.getByTestId('now');
const keyState = () => page.getByTestId('key-state');

const shown = ({ desk, device }: Sitting) =>
  render(Ceremony, { desk, device: () => Promise.resolve(device), main: true });

async function paste(bundle: Bytes) {
  await page.getByRole('radio', { name: 'Take in' }).click();
  const text = toText(await pack(bundle));
  await page.getByLabelText('Text with packets').fill(text);
  await button('Read the text').click();
}

async function compareAll() {
  const same = page.getByRole('radio', { name: 'same' });
  for (const radio of same.elements()) await userEvent.click(radio);
  await button('All words are the same').click();
}

/** Three operators; the manifest is proposed and with everybody. */
async function proposed(): Promise<[Sitting, Sitting, Sitting]> {
  const three = await sit(terms(3, 2), 2);
  const [asha, ben, chen] = three as [Sitting, Sitting, Sitting];
  for (const one of [ben, chen]) await asha.seat.take(packets(one));
  await until(asha, 'prepare');
  await chen.seat.take(packets(asha));
  return [asha, ben, chen];
}

const packets = ({ seat }: Sitting) => seat.log.outgoing().bundle;
const handOver = () => button('I have handed it over').click();

test('an operator goes through the whole ceremony, one step after the other', async () => {
  const [asha, ben, chen] = await proposed();
  const others = [asha, chen];
  const view = await shown(ben);
  await expect.element(page.getByTestId('rehearsal')).toBeVisible();

  await expect.element(now()).toHaveTextContent('Hand over your packets');
  await expect.element(page.getByTestId('transfers-left')).toHaveTextContent('9 transfers left');
  await handOver();
  await expect.element(now()).toHaveTextContent('Waiting for the manifest from Asha');
  await expect.element(now()).toHaveFocus();
  await paste(packets(asha));
  await expect.element(now()).toHaveTextContent('Prepare your machine');

  await button('note all of them').click();
  await expect.element(now()).toHaveTextContent('Read the words aloud');
  await expect.element(page.getByText('You read 9–16')).toBeVisible();
  await expect.element(button('All words are the same')).toBeDisabled();
  await compareAll();

  await expect.element(now()).toHaveTextContent('Seal the manifest');
  await button('Seal the manifest').click();
  await handOver();
  await expect.element(now()).toHaveTextContent('Waiting for Asha and Chen');
  for (const one of others) await until(one);
  for (const one of [ben, chen]) await asha.seat.take(packets(one));
  await chen.seat.take(packets(asha));
  await paste(packets(asha));

  await expect.element(now()).toHaveTextContent('Agree on the keys');
  await expect.element(page.getByTestId('to-approve')).toHaveTextContent('No money moves.');
  await button('Approve on the device').click();
  await handOver();
  for (const one of others) await until(one);
  for (const one of [ben, chen]) await asha.seat.take(packets(one));
  await chen.seat.take(packets(asha));
  await expect.element(keyState()).toHaveTextContent('No key yet');
  await paste(packets(asha));

  await expect.element(now()).toHaveTextContent('Store your shares');
  await expect.element(keyState()).toHaveTextContent('Pending');
  await button('Seal the shares').click();
  await expect.element(now()).toHaveTextContent('Read the words aloud');
  await compareAll();
  await expect.element(now()).toHaveTextContent('Make your backup');
  await until(ben, 'release'); // the backup step has tests of its own
  for (const one of others) await until(one);
  await share([asha, ben, chen]);
  await until(ben, 'sign-record');
  await view.rerender({ revision: 1 });
  await expect.element(now()).toHaveTextContent('Sign the record');
  await button('Sign the record').click();
  await expect.element(keyState()).toHaveTextContent('Rehearsed');
  expect(ben.device.prompts).toBeLessThanOrEqual(4);
});

test('differing words stop the ceremony, after a hold, and the reader is named', async () => {
  const [asha, ben] = await proposed();
  await ben.seat.take(packets(asha));
  await until(ben, 'read-words');
  await shown(ben);
  const asked = page.getByRole('group', { name: 'Asha reads 1–8' });
  await asked.getByRole('radio', { name: 'differs' }).click();
  await expect.element(button('All words are the same')).not.toBeInTheDocument();
  await page.getByText('Without holding').first().click();
  const label = page.getByLabelText(/^Type \d{4} to confirm/).first();
  await expect.element(label).toBeVisible();
  const code = /\d{4}/.exec(
    page
      .getByText(/^Type \d{4}/)
      .first()
      .element().textContent,
  )![0];
  await label.fill(code);
  await button('Confirm').first().click();
  const fault = page.getByRole('alert').first();
  await expect.element(fault).toHaveTextContent('The words that Asha read aloud differ.');
  await expect.element(fault).toHaveTextContent('Cannot tell yet; named: Asha.');
  await expect.element(keyState()).toHaveTextContent('Stopped: no key');
  await expect.element(now()).toHaveTextContent('Hand over your packets');
});

test('what was taken in, was known or is refused is told, with the sender', async () => {
  const [asha, ben, chen] = await proposed();
  await ben.seat.take(packets(asha));
  for (const one of [asha, chen]) await until(one);
  await shown(asha);
  await paste(packets(chen));
  const taken = page.getByTestId('taken');
  await expect.element(taken).toHaveTextContent('1 packet was taken in.');
  await paste(packets(chen));
  await expect.element(taken).toHaveTextContent('0 packets were taken in. 1 was here already.');
  await ben.seat.log.say([{ kind: 'manifest', manifest: ben.seat.state.manifest! }]);
  await paste(packets(ben));
  await expect.element(taken).toHaveTextContent('Refused, from Ben: Only who invited can');
  await expect
    .element(page.getByTestId('trail'))
    .toHaveTextContent('Packet of Ben refused: Only who invited can');
  await paste(new Uint8Array([1, 2, 3]));
  await expect.element(page.getByRole('alert')).toHaveTextContent('These are no packets.');
});

test('a device that is unplugged is said, and nothing is done', async () => {
  const three = await proposed();
  await three[1].seat.take(packets(three[0]));
  for (const one of three) await until(one);
  await share(three);
  const ben = three[1];
  await shown(ben);
  ben.device.simulator.unplug();
  await button('Approve on the device').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('No such device is there.');
  expect(ben.seat.next().act).toBe('answer');
  ben.device.simulator.plug();
  await button('Approve on the device').click();
  await expect.element(now()).toHaveTextContent('Hand over your packets');
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
});

test('noting an item brings the focus to the next one', async () => {
  const [asha, ben] = await proposed();
  await ben.seat.take(packets(asha));
  await shown(ben);
  await page.getByLabelText('A fresh system runs', { exact: true }).fill('Debian 13 live, checked');
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByLabelText('The device was reset before witnesses', { exact: true }))
    .toHaveFocus();
  await expect.element(page.getByText('Debian 13 live, checked')).toBeVisible();
  await expect.element(page.getByText('1 of 6 needed items are noted.')).toBeVisible();
});

test('a backup address is set once every device approved it', async () => {
  const three = await proposed();
  const [asha, ben] = three;
  await ben.seat.take(packets(asha));
  for (const one of three) await until(one);
  await share(three);
  await shown(ben);
  const field = page.getByLabelText('An address that all of you control');
  await field.fill('bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0');
  await expect.element(page.getByText('This is not an address of Regtest.')).toBeVisible();
  await expect.element(button('Propose it')).toBeDisabled();
  const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
  await field.fill(address);
  await button('Propose it').click();
  await expect.element(page.getByText('Approved by Ben.')).toBeVisible();
  await expect.element(page.getByText('Still missing: Asha and Chen.')).toBeVisible();
  const found = () => Promise.resolve(asha.device);
  await asha.seat.take(packets(ben));
  const trouble = await approveBackupAddress(asha.desk, await asha.desk.view(), found, address);
  expect(trouble).toBeUndefined();
  expect((await asha.desk.view()).backupAddress.open!.approved).toEqual([true, true, false]);
});

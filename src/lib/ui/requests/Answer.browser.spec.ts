import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import {
  evidenceFor,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
} from '../../../../tests/support/chain.ts';
import { propose, spendRequest, withKey } from '../../../../tests/support/desk-requests.ts';
import { share } from '../../../../tests/support/desks.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { chainEvidenceFile } from '../../bitcoin/evidence-file.ts';
import type { Desk } from '../../worker/desk.ts';
import type { ItemView, RequestsView } from '../../worker/requests-view.ts';
import '../styles/app.css';
import { hexOf } from '../words.ts';
import Session from './Session.svelte';

/* A batch on the desk of an operator who did not propose it. */

const three = await withKey();
const [asha, ben] = three;

const button = (name: string | RegExp) => page.getByRole('button', { name });
const items = page.getByTestId('item');
const toOpen = page.getByTestId('to-open');
const whys = page.getByTestId('why');
const acceptAll = button('Accept all that are open');

const shown = (root: Uint8Array, desk: Desk = ben.desk) =>
  render(Session, {
    desk,
    device: () => Promise.resolve(ben.device),
    root: hexOf(root),
    main: true,
  });

const batchOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...spendRequest(asha), purpose: `Payment ${i + 1}` }));

/** Types the code in place of holding the button. */
async function approve() {
  await page.getByText('Without holding').click();
  const field = page.getByLabelText(/^Type \d{4}/);
  await expect.element(field).toBeVisible();
  const [code] = /\d{4}/.exec((field.element() as HTMLInputElement).labels![0]!.textContent)!;
  await field.fill(code);
  await userEvent.keyboard('{Enter}');
}

/** Positions of the items that are to be opened. */
const marked = () =>
  items.elements().flatMap((item, i) => (item.querySelector('[data-testid="why"]') ? [i] : []));

test('a small batch is opened whole, answered item by item, and held', async () => {
  const root = await propose(three, batchOf(3));
  await shown(root);
  await expect.element(page.getByTestId('totals')).toHaveTextContent('1.20000000 BTC');
  await expect.element(page.getByTestId('review')).not.toBeInTheDocument();
  await expect.element(toOpen).toHaveTextContent('0 of 3 opened');
  await expect.element(whys.first()).toHaveTextContent('the batch is small');
  await expect.element(acceptAll).toBeDisabled();

  // Whoever objects to one need not open it.
  const verdicts = page.getByTestId('verdict');
  await verdicts.nth(1).getByRole('radio', { name: 'I object' }).click();
  await page.getByLabelText('Why').fill('not on my list');
  await expect.element(toOpen).toHaveTextContent('0 of 2 opened');
  await verdicts.nth(0).getByRole('radio', { name: 'I accept it' }).click();
  await verdicts.nth(2).getByRole('radio', { name: 'I accept it' }).click();
  await page.getByLabelText('Where did you look?').fill('own books');
  await expect.element(page.getByTestId('to-approve')).toHaveTextContent('CONCLAVE 2 SPENDS');
  await expect.element(button('Approve on the device and sign')).toBeDisabled();
  await expect.element(button('Check and reserve only')).toBeDisabled();

  await toOpen.getByRole('button', { name: 'Open the next one' }).click();
  await expect.element(toOpen).toHaveTextContent('1 of 2 opened');
  await expect.element(items.nth(0).getByTestId('review')).toBeInViewport();
  await items.nth(0).getByRole('button', { name: 'Open the next one' }).click();
  await expect.element(toOpen).toHaveTextContent('2 of 2 opened');
  await expect.element(items.nth(2).getByTestId('review')).toBeInViewport();
  await items.nth(2).getByRole('button', { name: 'Back to your findings' }).click();
  await expect.element(page.getByRole('heading', { name: 'Your findings' })).toHaveFocus();

  const prompts = ben.device.prompts;
  await expect.element(button('Approve on the device and sign')).toBeEnabled();
  await approve();
  await expect.element(page.getByTestId('now')).toHaveTextContent('Hand over your packets');
  expect(ben.device.prompts - prompts).toBe(2);
  const [session] = (await ben.desk.requests())!.sessions;
  expect(session!.accepted).toEqual([0, 2]);
  expect(session!.items[1]!.objections).toEqual([{ operator: 1, because: 'not on my list' }]);
  await expect.element(items.nth(1)).toHaveTextContent('Ben objects: not on my list');
});

/** A desk whose group served these recipients before: what stands out is as in `others`, by position. */
const seen = (others: Readonly<Record<number, Partial<ItemView>>>): Desk => ({
  ...ben.desk,
  requests: async () => {
    const view = (await ben.desk.requests())!;
    const sessions = view.sessions.map((session) => ({
      ...session,
      items: session.items.map((item) => ({
        ...item,
        newRecipient: false,
        ...others[item.position],
      })),
    }));
    return { ...view, sessions } satisfies RequestsView;
  },
});

const nearLimit = { most: 1_000_000_000, used: 950_000_000, window: 86_400 };

test('of a large batch the outliers and three at random are opened, and drawn only once', async () => {
  const root = await propose(three, batchOf(12));
  const desk = seen({ 5: { newRecipient: true }, 7: { nearLimit }, 9: { halt: 'unproved' } });
  const first = await shown(root, desk);
  await expect.element(toOpen).toHaveTextContent('0 of 6 opened');
  const positions = marked();
  expect(positions).toEqual(expect.arrayContaining([0, 5, 7]));
  await expect.element(items.nth(0).getByTestId('why')).toHaveTextContent('it is the largest');
  await expect
    .element(items.nth(5).getByTestId('why'))
    .toHaveTextContent('no signed request went to this recipient before');
  await expect
    .element(items.nth(7).getByTestId('why'))
    .toHaveTextContent('near a limit: 9.50000000 BTC of 10.00000000 BTC within 24 hours');
  await expect.element(page.getByText('drawn at random on this machine')).toHaveLength(3);
  await first.unmount();
  await shown(root, desk);
  await expect.element(toOpen).toHaveTextContent('0 of 6 opened');
  expect(marked()).toEqual(positions);

  for (let left = 6; left > 0; left--) {
    await expect.element(acceptAll).toBeDisabled();
    await toOpen.getByRole('button', { name: 'Open the next one' }).click();
  }
  await acceptAll.click();
  await page.getByLabelText('Where did you look?').fill('own books');
  // What is not proved is never among them.
  await expect.element(page.getByTestId('to-approve')).toHaveTextContent('CONCLAVE 11 SPENDS');
  await expect
    .element(page.getByText('1 request cannot be accepted. Your answer objects to it for good'))
    .toBeVisible();
});

/** So many deposits to one recipient, buried, seen by two operators, and proposed as mints. */
async function proposeMints(count: number): Promise<Uint8Array> {
  await asha.desk.act({ act: 'issue-address', recipient: new Uint8Array(32).fill(5) });
  await share(three);
  for (const { desk } of three) await desk.act({ act: 'receipt' });
  await share(three);
  const [deposit] = (await asha.desk.watch())!.deposits;
  const script = scriptOfAddress('regtest', deposit!.address)!;
  const chain = newChain();
  const start = Math.floor(Date.now() / 1000) - 3600;
  for (let i = 0; i < 3; i++) mine(chain, { time: start + i });
  const txs = Array.from({ length: count }, (_, i) => paying(i, { amount: 1_000_000 + i, script }));
  const block = mine(chain, { time: start + 60, txs });
  for (let i = 0; i < 5; i++) mine(chain, { time: start + 120 + i });
  const { height, header } = tipOf(chain);
  const file = chainEvidenceFile({
    network: 'regtest',
    checkpoint: undefined,
    headers: [
      { after: tipOf(newChain()).header.hash, packed: packed(chain, chain.checkpoint.height) },
    ],
    tip: { height, hash: header.hash },
    inclusions: block.txids
      .slice(1)
      .map((txid) => ({ block: block.header.hash, inclusion: evidenceFor(block, txid) })),
  });
  for (const { desk } of [asha, ben]) {
    const taken = await desk.takeEvidence(new TextEncoder().encode(file), 'own node');
    if (!('took' in taken)) throw new Error(JSON.stringify(taken));
    await share(three);
  }
  const { deposits } = (await asha.desk.bridge())!;
  const batch = deposits.map(({ mint }, i) => ({
    ...mint,
    purpose: `Deposit ${i + 1}`,
    expires: Date.now() + 86_400_000,
  }));
  const fault = await asha.desk.act({ act: 'request', batch, draft: undefined });
  if (fault) throw new Error(fault.fault);
  await share(three);
  return (await asha.desk.requests())!.sessions[0]!.root;
}

test('fifty mints: four are opened, the device asks twice, one hand-over follows', async () => {
  const root = await proposeMints(50);
  await shown(root, seen({}));
  await expect.element(toOpen).toHaveTextContent('0 of 4 opened');
  const prompts = ben.device.prompts;
  for (let left = 4; left > 0; left--)
    await toOpen.getByRole('button', { name: 'Open the next one' }).click();
  await acceptAll.click();
  await page.getByLabelText('Where did you look?').fill('own chain copy');
  await expect.element(page.getByTestId('to-approve')).toHaveTextContent('CONCLAVE 50 MINTS');
  await expect.element(button('Approve on the device and sign')).toBeEnabled();
  await approve();
  await expect.element(page.getByTestId('now')).toHaveTextContent('Hand over your packets');
  expect(ben.device.prompts - prompts).toBe(2);
  const [session] = (await ben.desk.requests())!.sessions;
  expect(session!.accepted).toHaveLength(50);
  // Slip, reservation, approval and nonces leave in one packet.
  expect((await ben.desk.outgoing(false)).packets).toBe(1);
});

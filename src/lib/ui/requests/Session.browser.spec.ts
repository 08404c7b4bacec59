import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import {
  freeze,
  propose,
  RECIPIENT,
  reply,
  sign,
  spendRequest,
  withKey,
} from '../../../../tests/support/desk-requests.ts';
import { share, type Sitting } from '../../../../tests/support/desks.ts';
import type { RequestsView } from '../../worker/requests-view.ts';
import type { SpendReview } from '../../worker/review.ts';
import '../styles/app.css';
import { proposeAgainText } from '../text/propose-again.ts';
import { hexOf } from '../words.ts';
import Review from './Review.svelte';
import Session from './Session.svelte';

/* Two of three sign. One operator is at the page, the others are played. */

const three = await withKey();
const [asha, ben, chen] = three;

const button = (name: string | RegExp) => page.getByRole('button', { name });
const now = () => page.getByTestId('now');
const shown = ({ desk, device }: Sitting, root: Uint8Array) =>
  render(Session, {
    desk,
    device: () => Promise.resolve(device),
    root: hexOf(root),
    main: true,
  });

async function reviewOf(root: Uint8Array): Promise<SpendReview> {
  const { sessions } = (await ben.desk.requests())!;
  return sessions.find((one) => hexOf(one.root) === hexOf(root))!.items[0]!.review!;
}

const part = (side: 'figures' | 'bytes', field: string) =>
  page.getByTestId(side).element().querySelector<HTMLElement>(`[data-field="${field}"]`)!;
const lit = (side: 'figures' | 'bytes') =>
  [...page.getByTestId(side).element().querySelectorAll<HTMLElement>('.on')].map(
    ({ dataset }) => dataset['field'],
  );

test('every signed byte has its figure, and each leads to the other', async () => {
  const review = await reviewOf(await propose(three, [spendRequest(asha)]));
  await render(Review, { network: 'regtest', review });
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  const names = (side: 'figures' | 'bytes') =>
    [...page.getByTestId(side).element().querySelectorAll<HTMLElement>('[data-field]')].map(
      ({ dataset }) => dataset['field']!,
    );
  expect(names('figures')).toHaveLength(2 + 5 * 2 + 2 * 2);
  expect(names('figures').toSorted()).toEqual(names('bytes').toSorted());
  expect(page.getByTestId('bytes').element().textContent.replace(/\s/g, '')).toBe(
    hexOf(review.bytes),
  );
  const figures = page.getByTestId('figures');
  await expect
    .element(figures)
    .toHaveTextContent('Output 1 Amount 0.40000000 BTC (40 000 000 sat)');
  await expect.element(figures).toHaveTextContent(RECIPIENT);
  await expect.element(figures).toHaveTextContent('840000: not before this block');
  await expect.element(figures).toHaveTextContent('0xfffffffd: may be replaced');
  for (const address of review.inputs.map((one) => one.address))
    await expect.element(figures).toHaveTextContent(address);

  await userEvent.hover(part('figures', 'amount-out 0'));
  await expect.poll(() => lit('bytes')).toEqual(['amount-out 0']);
  expect(part('bytes', 'amount-out 0').textContent).toBe('005a620200000000');
  await userEvent.hover(part('bytes', 'txid 1'));
  await expect.poll(() => lit('figures')).toEqual(['txid 1']);
  await userEvent.unhover(part('bytes', 'txid 1'));

  part('figures', 'amount-out 0').focus();
  await userEvent.keyboard('{ArrowDown}');
  await expect.poll(() => lit('bytes')).toEqual(['script-out 0']);
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => document.activeElement).toBe(part('bytes', 'script-out 0'));
  await userEvent.keyboard('{Home}{Enter}');
  await expect.poll(() => document.activeElement).toBe(part('figures', 'version'));
  await expect.poll(() => lit('bytes')).toEqual(['version']);
});

/** A desk that shows another review than it should. */
const lying = ({ desk }: Sitting, change: (review: SpendReview) => SpendReview) => ({
  ...desk,
  requests: async () => {
    const view = (await desk.requests())!;
    const sessions = view.sessions.map((session) => ({
      ...session,
      items: session.items.map((item) => ({ ...item, review: change(item.review!) })),
    }));
    return { ...view, sessions } satisfies RequestsView;
  },
});

const lies: Record<string, (review: SpendReview) => SpendReview> = {
  'a byte without a field': (review) => ({
    ...review,
    bytes: Uint8Array.of(...review.bytes, 0),
  }),
  'a gap between fields': (review) => ({ ...review, fields: review.fields.toSpliced(3, 1) }),
  'another amount than the bytes say': (review) => ({
    ...review,
    outputs: review.outputs.map((one) => ({ ...one, amount: one.amount - 1 })),
  }),
  'another address than the bytes say': (review) => ({
    ...review,
    outputs: review.outputs.map((one) => ({ ...one, address: review.inputs[0]!.address })),
  }),
  'an output that is not shown': (review) => ({ ...review, outputs: review.outputs.slice(0, 1) }),
};

test.for(Object.keys(lies))('%s: it cannot be accepted', async (lie) => {
  const root = await propose(three, [spendRequest(asha)]);
  await shown({ ...ben, desk: lying(ben, lies[lie]!) }, root);
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('Bytes would be signed that no figure explains.');
  await expect.element(page.getByTestId('verdict')).toHaveTextContent('It cannot be accepted here');
  await expect.element(page.getByRole('radio', { name: 'I accept it' })).not.toBeInTheDocument();
  await expect.element(button('Approve on the device and sign')).not.toBeInTheDocument();
});

test('two of three sign: answered blind, approved word for word, frozen, released, handed over', async () => {
  const root = await propose(three, [spendRequest(asha)]);
  await reply(chen, root, 'the books of Chen');
  await asha.seat.take(chen.seat.log.outgoing().bundle);
  await ben.seat.take(asha.seat.log.outgoing().bundle);
  const view = await shown(ben, root);
  await expect.element(now()).toHaveTextContent('Check and answer');
  await expect.element(page.getByText(proposeAgainText.summary)).not.toBeInTheDocument();
  const replies = page.getByTestId('replies');
  await expect.element(replies).toHaveTextContent('hidden until you answer');
  expect(document.body.textContent).not.toContain('the books of Chen');

  const approve = button('Approve on the device and sign');
  await expect.element(approve).toBeDisabled();
  await page.getByLabelText('Where did you look?').fill('own full chain copy');
  await page.getByRole('radio', { name: 'I object' }).click();
  await expect.element(button('Send my objection')).toBeDisabled();
  await page.getByRole('radio', { name: 'I accept it' }).click();
  const statement = page.getByTestId('to-approve');
  await expect.element(statement).toHaveTextContent(RECIPIENT);
  expect(statement.element().textContent).toBe(await ben.desk.statement(root, [0]));
  const prompts = ben.device.prompts;
  await approve.click();
  await expect.element(now()).toHaveTextContent('Hand over your packets');
  expect(ben.device.prompts - prompts).toBe(2);
  await expect.element(replies).toHaveTextContent('the books of Chen');
  await expect.element(replies).toHaveTextContent('2 of 2 approvals');
  await button('I have handed it over').click();
  await expect.element(now()).toHaveTextContent('Waiting for Asha');

  await asha.seat.take(ben.seat.log.outgoing().bundle);
  await reply(asha, root, 'the books of Asha');
  await freeze(asha, root);
  await share(three);
  const { packages } = (await asha.desk.requests())!.sessions[0]!;
  const other = packages[0]!.ids.includes(0) ? asha : chen;
  if (!packages[0]!.ids.includes(1)) throw new Error('Ben was not chosen.');
  await sign(other, root);
  await view.rerender({ revision: 1 });
  await expect.element(now()).toHaveTextContent('Give your shares');
  await button('Give my shares').click();
  await expect.element(page.getByTestId('possibly-signed')).toBeVisible();
  await share(three);
  await view.rerender({ revision: 2 });
  await expect.element(page.getByTestId('result')).toHaveTextContent('by both implementations');
  await expect.element(page.getByTestId('possibly-signed')).not.toBeInTheDocument();
  const { txid } = await reviewOf(root);
  await expect.element(page.getByTestId('signed-txid')).toHaveTextContent(txid);
  await expect.element(now()).toHaveTextContent('Hand it to the network');
  await button('I handed it to the network').click();
  await expect.element(page.getByTestId('ladder')).toHaveAttribute('data-stage', 'released');
  await page.getByLabelText('Blocks on top').fill('3');
  await button('I saw it confirmed').click();
  await expect.element(page.getByTestId('seen')).toHaveTextContent('Ben saw it confirmed, 3 deep.');

  // For somebody who lost it.
  await page.getByText(proposeAgainText.summary).click();
  await button(proposeAgainText.act).click();
  await expect.element(page.getByText(/^proposed by Asha and Ben/i)).toBeVisible();
  await expect.element(page.getByTestId('seen')).toHaveTextContent('Ben saw it confirmed, 3 deep.');
});

test('who only reserved approves while a package waits for a signer who gives no share', async () => {
  const root = await propose(three, [spendRequest(asha)]);
  for (const one of [asha, chen]) await reply(one, root, 'own books');
  await share(three);
  const view = await shown(ben, root);
  await page.getByRole('radio', { name: 'I accept it' }).click();
  await page.getByLabelText('Where did you look?').fill('own full chain copy');
  await button('Check and reserve only').click();
  await expect.element(now()).toHaveTextContent('Hand over your packets');
  await share(three);
  await freeze(asha, root);
  await sign(asha, root);
  await share(three);
  await view.rerender({ revision: 1 });
  const meanwhile = page.getByTestId('meanwhile');
  await expect
    .element(meanwhile)
    .toHaveTextContent(
      'A package waits for Chen. If no share comes, those who approved cannot sign without them: approve as well',
    );
  const statement = meanwhile.getByTestId('to-approve');
  expect(statement.element().textContent).toBe(await ben.desk.statement(root, [0]));
  await expect.element(meanwhile).toHaveTextContent('The device asks twice.');
  const prompts = ben.device.prompts;
  await meanwhile.getByRole('button', { name: 'Approve on the device and sign' }).click();
  await expect.element(now()).toHaveTextContent('Hand over your packets');
  expect(ben.device.prompts - prompts).toBe(2);
  await expect.element(meanwhile).not.toBeInTheDocument();
  const [session] = (await ben.desk.requests())!.sessions;
  expect(session!.replies[1]).toMatchObject({ approved: true, nonces: true });
  expect(session!.next).toEqual({ act: 'bring', from: [2] });
});

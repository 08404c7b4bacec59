import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import {
  bring,
  burned,
  burnOf,
  burnRequest,
  deposited,
  mints,
} from '../../../../tests/support/desk-bridge.ts';
import { freeze, propose, reply, sign, withKey } from '../../../../tests/support/desk-requests.ts';
import { share } from '../../../../tests/support/desks.ts';
import type { AttestedReview } from '../../worker/attested-review.ts';
import type { Desk } from '../../worker/desk.ts';
import type { ItemView, RequestsView } from '../../worker/requests-view.ts';
import '../styles/app.css';
import { findingsText } from '../text/findings.ts';
import { resultText } from '../text/request-result.ts';
import { hexOf } from '../words.ts';
import Session from './Session.svelte';

/* Mints and withdrawals, as the second of three operators reviews them. */

const three = await withKey();
const [asha, ben, chen] = three;
const recipient = Uint8Array.from({ length: 32 }, (_, i) => 0x11 * ((i >> 1) + 1));
const evidence = await deposited(three, recipient, [10_000_000, 20_000_000]);
for (const one of [asha, chen]) {
  await bring(one, evidence);
  await share(three);
}
const [first, second] = await mints(asha);

const shown = (root: Uint8Array, desk: Desk = ben.desk) =>
  render(Session, {
    desk,
    device: () => Promise.resolve(ben.device),
    root: hexOf(root),
    main: true,
  });
const button = (name: string | RegExp) => page.getByRole('button', { name });
const checks = page.getByTestId('findings');
const check = (name: string) =>
  checks.element().querySelector<HTMLElement>(`[data-finding="${name}"]`)!;
const names = (side: 'figures' | 'bytes') =>
  [...page.getByTestId(side).element().querySelectorAll<HTMLElement>('[data-field]')].map(
    ({ dataset }) => dataset['field']!,
  );
const part = (side: 'figures' | 'bytes', field: string) =>
  page.getByTestId(side).element().querySelector<HTMLElement>(`[data-field="${field}"]`)!;
const without = (text: string | null) => (text ?? '').replace(/\s/g, '');
const itemOf = async (root: Uint8Array): Promise<ItemView> =>
  (await ben.desk.requests())!.sessions.find((one) => hexOf(one.root) === hexOf(root))!.items[0]!;

/** Ben's desk, with another view of every item. */
const lying = (change: (item: ItemView) => Partial<ItemView>): Desk => ({
  ...ben.desk,
  requests: async () => {
    const view = (await ben.desk.requests())!;
    const sessions = view.sessions.map((session) => ({
      ...session,
      items: session.items.map((item) => ({ ...item, ...change(item) })),
    }));
    return { ...view, sessions } satisfies RequestsView;
  },
});

test('a mint waits for the own tip: what is missing is said, with its figures and where to get it', async () => {
  const root = await propose(three, [first!]);
  await shown(root);
  await expect
    .element(page.getByTestId('item'))
    .toHaveTextContent('Mint 0.10000000 BTC to 1111 2222 …');
  await expect.element(page.getByText('The evidence does not show')).toBeVisible();
  await expect.element(checks).toHaveTextContent('12 of 13 checks hold.');
  expect(check('own-tip').dataset['state']).toBe('missing');
  expect(without(check('own-tip').textContent)).toContain('missing');
  expect(check('own-tip').textContent).toContain('collect');
  expect(check('depth').textContent).toContain('6 blocks, 6 needed');
  expect(check('amount').textContent).toContain('0.10000000 BTC');
  await page.getByText(findingsText.proves.summary).click();
  await expect
    .element(page.getByTestId('proves'))
    .toHaveTextContent('That no other chain has more');
  await expect.element(page.getByTestId('item')).toHaveAttribute('data-halt', 'unproved');
  await expect.element(page.getByTestId('verdict')).not.toBeInTheDocument();
});

test('every one of the 150 bytes has its figure; recipient and address stand in fours', async () => {
  await bring(ben, evidence);
  await share(three);
  const root = await propose(three, [second!]);
  await shown(root);
  await expect.element(checks).toHaveTextContent('All 13 checks hold.');
  const { attested } = await itemOf(root);
  expect(names('figures').toSorted()).toEqual(names('bytes').toSorted());
  expect(without(page.getByTestId('bytes').element().textContent)).toBe(hexOf(attested!.bytes));
  expect(attested!.bytes).toHaveLength(150);
  const spans = [...part('figures', 'recipient').querySelectorAll('.grouped span')];
  expect(spans.map(({ textContent }) => textContent).slice(0, 3)).toEqual(['1111', '2222', '3333']);
  if (attested?.of !== 'mint') throw new Error('no mint');
  expect(without(page.getByTestId('deposit-address').element().textContent)).toBe(attested.address);
  expect(part('figures', 'nonce').textContent).toContain(String(attested.nonce));
  expect(part('figures', 'expiry').textContent).toContain(`(${attested.expiry} seconds`);
  part('figures', 'amount').focus();
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => document.activeElement).toBe(part('bytes', 'amount'));
  expect(part('bytes', 'amount').textContent).toBe('002d310100000000');
});

type Mint = Extract<AttestedReview, { of: 'mint' }>;
const lies: Record<string, (review: Mint) => Partial<Mint>> = {
  'a swapped recipient': () => ({ recipient: new Uint8Array(32).fill(0x66) }),
  'a later expiry': ({ expiry }) => ({ expiry: expiry + 1 }),
  'other bytes': ({ bytes }) => ({ bytes: bytes.with(149, 1) }),
  'a byte without a field': ({ bytes }) => ({ bytes: Uint8Array.of(...bytes, 0) }),
  'a field that is not told': ({ fields }) => ({ fields: fields.slice(1) }),
};

test.for(Object.keys(lies))('%s: it cannot be accepted', async (lie) => {
  const root = await propose(three, [{ ...second!, purpose: lie }]);
  const change = ({ attested }: ItemView) =>
    attested?.of === 'mint' ? { attested: { ...attested, ...lies[lie]!(attested) } } : {};
  await shown(root, lying(change));
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('Bytes would be signed that no figure explains.');
  await expect.element(page.getByTestId('verdict')).toHaveTextContent('It cannot be accepted here');
});

test('a signed mint is handed to the bridge as its JSON, and that is said', async () => {
  const root = await propose(three, [{ ...first!, purpose: 'Deposit of today' }]);
  for (const one of [asha, ben]) await reply(one, root, 'own node');
  await share(three);
  const view = await shown(root);
  await reply(chen, root, 'own node');
  await share(three);
  await freeze(asha, root);
  await share(three);
  const { ids } = (await asha.desk.requests())!.sessions[0]!.packages[0]!;
  for (const i of ids) await sign(three[i]!, root);
  await share(three);
  await view.rerender({ revision: 1 });
  const result = page.getByTestId('result');
  await expect.element(result).toHaveTextContent(resultText.attested);
  await expect.element(page.getByTestId('now')).toHaveTextContent('Hand it to the bridge');
  const { json } = (await ben.desk.minted((await itemOf(root)).digest))!;
  await expect.element(page.getByTestId('mint-json')).toHaveValue(json);
  await page.getByText(resultText.jsonCodes).click();
  await expect.element(page.getByRole('img', { name: resultText.jsonAlt })).toBeVisible();
  await button(resultText.bridge).click();
  await expect.element(page.getByTestId('seen')).toHaveTextContent('Ben handed it to the bridge.');
  await expect.element(button(resultText.bridge)).not.toBeInTheDocument();
  await expect.element(page.getByLabelText(resultText.deep)).not.toBeInTheDocument();
});

test('withdrawals stand beside their outputs; the proof that is missing here is said', async () => {
  const burns = [burnOf(1), burnOf(2)];
  await burned(three, burns, [0, 2]);
  const root = await propose(three, [burnRequest(asha, burns)]);
  await shown(root);
  await expect.element(page.getByTestId('item')).toHaveTextContent('2 withdrawals, 0.14998000 BTC');
  const rows = page.getByTestId('withdrawal');
  await expect.element(rows.nth(0)).toHaveTextContent('0101010101010101');
  await expect.element(rows.nth(0)).toHaveTextContent('0.04999000 BTC');
  await expect.element(rows.nth(0)).toHaveTextContent('2: pays exactly this');
  await expect.element(rows.nth(1)).toHaveTextContent('1: pays exactly this');
  await expect
    .element(page.getByTestId('withdrawals'))
    .toHaveTextContent('Output 3, 0.99998000 BTC (99 998 000 sat): change');
  expect(check('proof').dataset['state']).toBe('missing');
  expect(check('records').textContent).toContain('Asha, Ben, and Chen');
  await page.getByText(findingsText.proves.summary).click();
  await expect
    .element(page.getByTestId('proves'))
    .toHaveTextContent('anybody can make such a proof without any secret');
});

test('an output that pays another address than was burned for is marked, and blocks', async () => {
  const burns = [burnOf(3)];
  await burned(three, burns);
  const root = await propose(three, [burnRequest(asha, burns)]);
  const elsewhere = burnOf(4).script;
  const change = ({ request }: ItemView) =>
    request.kind === 'burn'
      ? {
          request: {
            ...request,
            withdrawals: request.withdrawals.map((one) => ({
              ...one,
              burn: { ...one.burn, script: elsewhere },
            })),
          },
        }
      : {};
  await shown(root, lying(change));
  await expect.element(page.getByTestId('withdrawals')).toHaveTextContent('1: pays something else');
  await expect.element(page.getByTestId('verdict')).toHaveTextContent('It cannot be accepted here');
});

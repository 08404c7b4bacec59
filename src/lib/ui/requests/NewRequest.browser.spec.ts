import { base64 } from '@scure/base';
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { isFault } from '../../crypto/faults.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { RECIPIENT, spendOf, withKey } from '../../../../tests/support/desk-requests.ts';
import { jsGroups } from '../../../../tests/support/groups.ts';
import { writePsbt } from '../../../../tests/support/write-psbt.ts';
import type { Desk } from '../../worker/desk.ts';
import '../styles/app.css';
import { hexOf } from '../words.ts';
import NewRequest from './NewRequest.svelte';

const [asha] = await withKey();
const { desk, device } = asha;

const button = (name: string | RegExp) => page.getByRole('button', { name });
const items = page.getByTestId('batch-item');

async function shown(draft?: string) {
  const proposed: string[] = [];
  const view = await render(NewRequest, {
    desk,
    device: () => Promise.resolve(device),
    draft,
    onproposed: (root: string) => proposed.push(root),
  });
  await expect.element(page.getByTestId('batch')).toBeVisible();
  return { view, proposed };
}

/** A spend as the PSBT of version 2 that Bitcoin Core would write. */
function psbtOf(spend: ReturnType<typeof spendOf>): string {
  const { threshPk } = asha.seat.progress().keys!.custody;
  const made = writePsbt(jsGroups.secp256k1, threshPk, spend, 2);
  if (isFault(made)) throw new Error(made.fault);
  return base64.encode(made);
}

async function paste(psbt: string) {
  await page.getByRole('radio', { name: 'A PSBT' }).click();
  await page.getByLabelText('Or its base64 text').fill(psbt);
  await button('Read it').click();
}

async function add(purpose: string) {
  await page.getByTestId('compose').getByLabelText('Purpose').fill(purpose);
  await button('Add it to the batch').click();
}

/** Coins of 1 BTC and of 0.5 BTC, as Bitcoin Core would list them; how deep each lies. */
async function bringCoins(
  view: NonNullable<Awaited<ReturnType<Desk['watch']>>>,
  depths: readonly [number, number] = [9, 9],
) {
  const list = [1, 0.5].map((amount, i) => ({
    txid: String(i + 1).repeat(64),
    vout: i,
    address: view.receive[i]!.address,
    scriptPubKey: hexOf(scriptOfAddress('regtest', view.receive[i]!.address)!),
    amount,
    confirmations: depths[i],
  }));
  const taken = await desk.importCoins(JSON.stringify(list));
  if (!taken || 'problem' in taken || taken.coins !== 2) throw new Error(JSON.stringify(taken));
}

test('a PSBT is read, reviewed, kept as a draft, found again and proposed', async () => {
  const first = await shown();
  await expect.element(page.getByText('No coins are known here.')).toBeVisible();
  await paste('cHNidP8=');
  await expect.element(page.getByRole('alert')).toHaveTextContent('This is no PSBT.');
  await paste(psbtOf(spendOf(asha)));
  await expect.element(page.getByTestId('review')).toHaveTextContent(RECIPIENT);
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  await expect.element(button('Add it to the batch')).toBeDisabled();
  await add('Withdrawal 17');
  await expect.element(items).toHaveTextContent(RECIPIENT);
  await expect.element(page.getByRole('radio', { name: 'A test of the keys' })).toBeDisabled();
  const purposeKept = async () => (await desk.requests())!.drafts[0]?.batch[0]!.purpose;
  await expect.poll(purposeKept).toBe('Withdrawal 17');
  const [draft] = (await desk.requests())!.drafts;
  await first.view.unmount();

  const again = await shown(hexOf(draft!.name));
  await expect.element(items).toHaveTextContent('Withdrawal 17');
  await items.getByLabelText('Purpose').fill('Withdrawal 18 of Harbour AG');
  await userEvent.tab();
  await expect.poll(purposeKept).toBe('Withdrawal 18 of Harbour AG');
  await button('Propose this request').click();
  await expect.poll(() => again.proposed).toHaveLength(1);
  const { sessions, drafts } = (await desk.requests())!;
  expect(hexOf(sessions[0]!.root)).toBe(again.proposed[0]);
  expect(drafts).toEqual([]);
  const { request } = sessions[0]!.items[0]!;
  expect(request.purpose).toBe('Withdrawal 18 of Harbour AG');
  expect(Math.abs(request.expires - Date.now() - 86_400_000)).toBeLessThan(60_000);
});

test('payments are put together from the coins; two of one batch never spend the same', async () => {
  await bringCoins((await desk.watch())!);
  await shown();
  await button('Put it together').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The fee rate is none.');
  await page.getByLabelText('Fee rate in sat/vB').fill('2');
  await page.getByRole('textbox', { name: 'Amount' }).fill('0,3');
  await button('Put it together').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Payment 1 has no amount.');
  await page.getByRole('textbox', { name: 'Amount' }).fill('0.3');
  await page.getByLabelText('Address of the recipient').fill(RECIPIENT.slice(0, -1));
  await button('Put it together').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Payment 1 has no address.');
  await page.getByLabelText('Address of the recipient').fill(RECIPIENT);
  await button('Put it together').click();
  await expect.element(page.getByTestId('review')).toHaveTextContent('2.00 sat/vB');
  await add('First');
  // What was entered stays.
  await expect.element(page.getByRole('textbox', { name: 'Amount' })).toHaveValue('0.3');
  await button('Put it together').click();
  await add('Second');
  await expect.element(page.getByText('2 requests, 0.60000000 BTC in all.')).toBeVisible();
  await expect
    .poll(async () =>
      (await desk.requests())!.drafts[0]?.batch.flatMap((one) =>
        one.kind === 'spend' ? one.transaction.inputs.map(({ amount }) => amount) : [],
      ),
    )
    .toEqual([100_000_000, 50_000_000]);
  await button('Put it together').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The coins do not suffice.');
  await button('Leave “First” out').click();
  await expect.element(page.getByText('1 request, 0.30000000 BTC in all.')).toBeVisible();
});

test('a coin that may be gone again is spent where it is named, and that is said', async () => {
  await bringCoins((await desk.watch())!, [1, 9]);
  await shown();
  await page.getByLabelText('Fee rate in sat/vB').fill('2');
  await page.getByRole('textbox', { name: 'Amount' }).fill('0.6');
  await page.getByLabelText('Address of the recipient').fill(RECIPIENT);
  await button('Put it together').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The coins do not suffice.');
  await page.getByRole('radio', { name: 'Choose coins' }).click();
  await page.getByRole('checkbox', { name: /1\.00000000 BTC/ }).click();
  await button('Put it together').click();
  await expect
    .element(page.getByText('It spends a coin that may be gone again: input 1.'))
    .toBeVisible();
  await expect.element(page.getByTestId('review')).toBeVisible();
  await bringCoins((await desk.watch())!);
});

test('a replacement makes the same payment and must spend a common coin', async () => {
  const [session] = (await desk.requests())!.sessions;
  const { request, digest } = session!.items[0]!;
  if (request.kind !== 'spend') throw new Error('no spend');
  await shown();
  await page.getByLabelText('Replaces').selectOptions(hexOf(digest));
  await paste(psbtOf(spendOf(asha)));
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('It does not exclude the request that it replaces.');
  const { transaction } = request;
  const [paid, change] = transaction.outputs;
  await paste(
    psbtOf({
      ...transaction,
      outputs: [paid!, { ...change!, amount: change!.amount - 4000 }],
    }),
  );
  await expect.element(page.getByTestId('review')).toBeVisible();
  await add('Withdrawal 18, with a higher fee');
  await button('Propose this request').click();
  await expect
    .poll(async () => {
      const again = (await desk.requests())!.sessions[0]!.items[0]!.request;
      return again.kind === 'spend' && again.replaces && hexOf(again.replaces);
    })
    .toBe(hexOf(digest));
  const again = (await desk.requests())!.sessions[0]!.items[0]!.request;
  expect(again.kind === 'spend' && again.payment).toEqual(request.payment);
});

test('a test of the keys needs a purpose and nothing else', async () => {
  const { proposed } = await shown();
  await page.getByRole('radio', { name: 'A test of the keys' }).click();
  await expect.element(button('Add it to the batch')).toBeDisabled();
  await add('Monthly test');
  await button('Propose this request').click();
  await expect.poll(() => proposed).toHaveLength(1);
  expect((await desk.requests())!.sessions[0]!.kind).toBe('test');
});

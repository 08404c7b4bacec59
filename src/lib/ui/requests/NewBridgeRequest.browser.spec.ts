import { beforeAll, beforeEach, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { RECIPIENT } from '../../../../tests/support/desk-requests.ts';
import {
  bring,
  bury,
  chainNow,
  deposit,
  evidenceOf,
  issue,
  recordsOf,
} from '../../../../tests/support/desk-evidence.ts';
import { keyed, share, type Sitting } from '../../../../tests/support/desks.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { destinationHash, type Burn } from '../../wire/burn-record.ts';
import type { Desk } from '../../worker/desk.ts';
import type { ItemView, SessionView } from '../../worker/requests-view.ts';
import type { WatchView } from '../../worker/watch.ts';
import '../styles/app.css';
import { requestBridgeText as text } from '../text/request-bridge.ts';
import { requestNewText } from '../text/request-new.ts';
import { reviewText } from '../text/request-review.ts';
import { requestsText } from '../text/requests.ts';
import { hexOf } from '../words.ts';
import ChooseMints from './ChooseMints.svelte';
import NewRequest from './NewRequest.svelte';

/* Evidence is brought by real seats; requests of it are made on the page. */

const button = (name: string | RegExp) => page.getByRole('button', { name });
const way = (name: string) => page.getByRole('radio', { name });
const compose = page.getByTestId('compose');

let three: Sitting[];
let watch: WatchView;
const chain = chainNow();
let height: number;

beforeAll(async () => {
  three = await keyed(3, 2);
  watch = (await three[0]!.desk.watch())!;
  await issue(three, 3);
  height = deposit(three[0]!, chain, [50_000_000, 30_000_000]);
  bury(chain, 3);
});

beforeEach(() => page.viewport(1280, 720));

/** Everybody brings the chain as it is now, from an own node. */
async function seen(heights: readonly number[] = [height]) {
  for (const one of three) await bring(one, evidenceOf(chain, heights));
  await share(three);
}

async function shown({ desk, device }: Pick<Sitting, 'desk' | 'device'> = three[0]!) {
  const proposed: string[] = [];
  const view = await render(NewRequest, {
    desk,
    device: () => Promise.resolve(device),
    onproposed: (root: string) => proposed.push(root),
  });
  await expect.element(page.getByTestId('batch')).toBeVisible();
  return { view, proposed };
}

/** A coin as `listunspent` prints it. */
const listed = (txid: string, vout: number, address: string, amount: number) => ({
  txid,
  vout,
  address,
  scriptPubKey: hexOf(scriptOfAddress('regtest', address)!),
  amount,
  confirmations: 9,
});

test('deposits wait for depth, then all of them are chosen, and one press makes the batch', async () => {
  await seen();
  const early = await shown();
  await way('Mints').click();
  await expect.element(page.getByTestId('no-mints')).toHaveTextContent(text.mint.none);
  await page.getByText(text.waiting(2)).click();
  await expect.element(page.getByTestId('waiting').first()).toHaveTextContent('not deep enough');
  await early.view.unmount();

  bury(chain, 2);
  await seen();
  const { proposed } = await shown();
  await way('Mints').click();
  const boxes = compose.getByRole('checkbox');
  await expect.element(boxes.first()).toBeChecked();
  await expect.element(boxes).toHaveLength(2);
  await compose.getByLabelText('Purpose').fill('Deposit of Monday');
  await button(text.mint.add(2)).click();
  await expect.element(page.getByTestId('no-mints')).toBeVisible();
  await expect.element(way('Withdrawals')).toBeDisabled();
  expect(page.getByTestId('batch-item').all()).toHaveLength(2);
  await button('Propose 2 requests').click();
  await expect.poll(() => proposed).toHaveLength(1);
  const [session] = (await three[0]!.desk.requests())!.sessions;
  expect(session!.items.map(({ request }) => request.kind)).toEqual(['mint', 'mint']);
  expect(session!.items[0]!.request.purpose).toMatch(/^Deposit of Monday [0-9a-f]{64}:0$/);
  expect(session!.items.map(({ halt }) => halt)).toEqual([undefined, undefined]);
});

test('what is requested already is not offered again', async () => {
  await shown();
  await way('Mints').click();
  await expect.element(compose).toHaveTextContent(text.underWay(2));
  expect(compose.getByRole('checkbox').all()).toHaveLength(0);
});

const burnOf = (number: number, amount = 40_000_000): Burn => ({
  height: 700 + number,
  block: new Uint8Array(32).fill(1),
  asset: new Uint8Array(32),
  nullifier: new Uint8Array(8).fill(number),
  amount,
  fee: 1000,
  script: scriptOfAddress('regtest', RECIPIENT)!,
});

test('burns with records and a proof are paid together; the others say what they wait for', async () => {
  const burns = [burnOf(1), burnOf(2), burnOf(3, 9000), burnOf(4)];
  for (const one of three.slice(0, 2)) await bring(one, await recordsOf(one, burns));
  // Proofs of this circuit are made by the bridge alone: what a verified one leaves stands in the log.
  await three[0]!.seat.log.append(
    burns.slice(0, 3).map(({ nullifier, amount, script }) => ({
      kind: 'proof' as const,
      hash: new Uint8Array(32).fill(nullifier[0]!),
      nullifier,
      amount,
      destination: destinationHash(script)!,
    })),
  );
  await share(three);
  const coins = [listed('11'.repeat(32), 0, watch.receive[0]!.address, 1)];
  await three[0]!.desk.importCoins(JSON.stringify(coins));

  const { proposed } = await shown();
  await way('Withdrawals').click();
  await expect.element(compose.getByRole('checkbox')).toHaveLength(2);
  await page.getByText(text.waiting(2)).click();
  const waiting = page.getByTestId('waiting');
  await expect.element(waiting.first()).toHaveTextContent('It pays less than');
  await expect.element(waiting.last()).toHaveTextContent('was not verified on this machine');
  await button('Put it together').last().click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The fee rate is none.');
  await compose.getByLabelText(text.feeRate).last().fill('2');
  await button('Put it together').last().click();
  await expect.element(page.getByTestId('review')).toHaveTextContent(RECIPIENT);
  await expect.element(page.getByTestId('withdrawals')).toBeVisible();
  await compose.getByLabelText('Purpose').last().fill('Two withdrawals');
  await button('Add it to the batch').click();
  await button('Propose this request').click();
  await expect.poll(() => proposed).toHaveLength(1);
  const [session] = (await three[0]!.desk.requests())!.sessions;
  const { request, findings } = session!.items[0]!;
  expect(request.kind === 'burn' && request.withdrawals).toHaveLength(2);
  expect(new Set(findings.map(({ state }) => state))).toEqual(new Set(['holds']));
});

test('withdrawals that are stuck are paid again from the same coins, with a higher fee', async () => {
  const { desk } = three[0]!;
  const [{ items }] = (await desk.requests())!.sessions as [SessionView];
  const [{ request: first, digest }] = items as [ItemView];
  if (first.kind !== 'burn') throw new Error('no burn');
  // Bitcoin Core lists no coin that a transaction which it knows spends.
  await desk.importCoins('[]');
  const { proposed } = await shown();
  await way('Withdrawals').click();
  await expect.element(page.getByTestId('no-burns')).toBeVisible();
  await page.getByLabelText(requestNewText.replaces).selectOptions(hexOf(digest));
  const why = page.getByTestId('replaces-why');
  await expect.element(why).toHaveTextContent(requestNewText.replacesWhy.unsigned);
  await expect.element(why).toHaveTextContent('2.00 sat/vB');
  const boxes = compose.getByRole('checkbox');
  await expect.element(boxes.first()).toBeChecked();
  await expect.element(boxes.last()).toBeChecked();
  expect(boxes.all()).toHaveLength(2);
  const make = async (feeRate: string) => {
    await compose.getByLabelText(text.feeRate).last().fill(feeRate);
    await button('Put it together').last().click();
    await expect.element(page.getByTestId('review')).toHaveTextContent(`${feeRate}.00 sat/vB`);
  };
  await make('2');
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent(requestNewText.feeNotEnough('').happened);
  await make('9');
  await expect.element(page.getByRole('alert')).not.toBeInTheDocument();
  await expect
    .element(page.getByTestId('excludes'))
    .toHaveTextContent(requestsText.session.excludes('Two withdrawals'));
  // What was put together was to replace that one.
  await page.getByLabelText(requestNewText.replaces).selectOptions('');
  await expect.element(page.getByTestId('review')).not.toBeInTheDocument();
  await page.getByLabelText(requestNewText.replaces).selectOptions(hexOf(digest));
  await boxes.last().click();
  await make('9');
  await compose.getByLabelText('Purpose').last().fill('One of them, again');
  await button('Add it to the batch').click();
  // What the batch replaces is not offered again.
  await expect.element(page.getByLabelText(requestNewText.replaces)).not.toBeInTheDocument();
  await button('Propose this request').click();
  await expect.poll(() => proposed).toHaveLength(1);
  const [session] = (await desk.requests())!.sessions;
  const { request, halt, excludes } = session!.items[0]!;
  if (request.kind !== 'burn') throw new Error('no burn');
  expect(halt).toBeUndefined();
  expect(request.replaces).toEqual(digest);
  expect(request.withdrawals).toHaveLength(1);
  expect(request.transaction.inputs).toEqual(first.transaction.inputs);
  expect(excludes.map((one) => one.digest)).toEqual([digest]);
});

test('a withdrawal that names another output than the one that pays it is not added', async () => {
  const { desk, device } = three[0]!;
  const composeBurn: Desk['composeBurn'] = async (...wish) => {
    const draft = (await desk.composeBurn(...wish))!;
    if (!('request' in draft) || draft.request.kind !== 'burn') throw new Error('no draft');
    const { withdrawals } = draft.request;
    const wrong = withdrawals.map((one) => ({ ...one, output: one.output + 1 }));
    return { ...draft, request: { ...draft.request, withdrawals: wrong } };
  };
  await shown({ device, desk: { ...desk, composeBurn } });
  await way('Withdrawals').click();
  const { digest } = (await desk.requests())!.sessions.find(({ kind }) => kind === 'burn')!
    .items[0]!;
  await page.getByLabelText(requestNewText.replaces).selectOptions(hexOf(digest));
  await compose.getByLabelText(text.feeRate).last().fill('30');
  await button('Put it together').last().click();
  await expect.element(page.getByTestId('review')).toBeVisible();
  await expect.element(page.getByRole('alert')).toHaveTextContent(reviewText.unexplained.happened);
  await compose.getByLabelText('Purpose').last().fill('Wrong');
  await expect.element(button('Add it to the batch')).toBeDisabled();
});

test('coins of the fee reservoir without evidence are not gathered', async () => {
  const fees = [listed('22'.repeat(32), 0, watch.fees[0]!.address, 0.002)];
  await three[0]!.desk.importCoins(JSON.stringify(fees));
  await shown();
  await way('Fees on Bitcoin').click();
  await expect.element(compose).toHaveTextContent(text.fees.unproved);
  await compose.getByRole('checkbox').click();
  await expect.element(page.getByTestId('due')).toHaveTextContent('Due');
  await compose.getByLabelText(text.feeRate).last().fill('2');
  await button('Put it together').last().click();
  await expect.element(page.getByRole('alert').first()).toHaveTextContent(text.unproved.happened);
  await expect.element(button('Add it to the batch')).toBeDisabled();
});

test('fee UTXOs of the bridge become one, once they are worth it', async () => {
  const utxo = (salt: number, amount: number) => ({
    id: `utxo ${salt}`,
    owner_pubkey_hash: Array.from({ length: 32 }, () => 7),
    asset_id: Array.from({ length: 32 }, () => 0),
    amount,
    salt: Array.from({ length: 32 }, () => salt),
    txid: 'made by a transfer',
    timestamp: Math.floor(Date.now() / 1000),
    status: 'Available',
  });
  await bring(three[0]!, JSON.stringify([utxo(1, 70_000), utxo(2, 50_000)]));
  const { proposed } = await shown();
  await way('Fees on the bridge').click();
  await expect.element(page.getByTestId('due').last()).toHaveTextContent('✓ Due');
  await compose.getByLabelText('Purpose').last().fill('Fees of November');
  await compose.getByRole('checkbox').first().click();
  await expect.element(page.getByTestId('due').last()).toHaveTextContent('Not due');
  await expect.element(button(text.consolidation.add)).toBeDisabled();
  await compose.getByRole('checkbox').first().click();
  await button(text.consolidation.add).click();
  await button('Propose this request').click();
  await expect.poll(() => proposed).toHaveLength(1);
  const [session] = (await three[0]!.desk.requests())!.sessions;
  expect(session!.items[0]!.halt).toBeUndefined();
});

test('another attestation of a deposit is never chosen from the start, and needs a confirmation', async () => {
  const { deposits } = (await three[0]!.desk.bridge())!;
  const added: [string, number][] = [];
  await render(ChooseMints, {
    deposits: deposits.map((one) => ({ ...one, requested: [], again: true })),
    limits: (await three[0]!.desk.requests())!.terms.limits,
    inBatch: new Set<string>(),
    amount: 0,
    busy: false,
    nameOf: String,
    onadd: (purpose: string, chosen: readonly unknown[]) => {
      added.push([purpose, chosen.length]);
      return Promise.resolve(true);
    },
  });
  const { again } = text.mint;
  await expect.element(page.getByTestId('no-mints')).toBeVisible();
  await page.getByText(again.summary(2)).click();
  await expect.element(page.getByText('the same nonce')).toBeVisible();
  const [first, second] = page.getByRole('checkbox').all();
  await expect.element(first!).not.toBeChecked();
  await expect.element(second!).not.toBeChecked();
  await first!.click();
  await expect.element(button(text.mint.add(1))).toBeDisabled();
  await page.getByLabelText(again.confirm).click();
  await button(text.mint.add(1)).click();
  expect(added).toEqual([[again.purpose, 1]]);
  await expect.element(page.getByLabelText(again.confirm)).not.toBeChecked();
});

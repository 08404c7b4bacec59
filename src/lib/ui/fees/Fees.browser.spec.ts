import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import {
  evidenceFor,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
} from '../../../../tests/support/chain.ts';
import { withKey } from '../../../../tests/support/desk-requests.ts';
import { share } from '../../../../tests/support/desks.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { chainEvidenceFile } from '../../bitcoin/evidence-file.ts';
import { feeUtxoId } from '../../wire/fees.ts';
import NewRequest from '../requests/NewRequest.svelte';
import '../styles/app.css';
import { hexOf } from '../words.ts';
import Fees from './Fees.svelte';

const three = await withKey();
const [asha, ben] = three;
const { desk, device } = asha;

const HOUR = 3600;
const now = Math.floor(Date.now() / 1000);

const button = (name: string | RegExp) => page.getByRole('button', { name });
const reservoir = page.getByTestId('reservoir');
const bridge = page.getByTestId('bridge-fees');

async function shown() {
  const proposed: string[] = [];
  await render(Fees, {
    desk,
    device: () => Promise.resolve(device),
    onproposed: (root: string) => proposed.push(root),
  });
  await expect.element(bridge).toBeVisible();
  return proposed;
}

/** What the bridge's database says of one output. */
const listed = (number: number, amount: number, age: number, own: boolean) => {
  const fields = {
    owner: new Uint8Array(32).fill(1),
    asset: new Uint8Array(32),
    amount,
    salt: new Uint8Array(32).fill(number),
  };
  return {
    id: own ? hexOf(feeUtxoId(fields)) : `utxo-${number}`,
    owner_pubkey_hash: [...fields.owner],
    asset_id: [...fields.asset],
    amount,
    salt: [...fields.salt],
    txid: `transfer ${number}`,
    timestamp: now - age,
    status: 'Available',
  };
};

const bring = (json: string) =>
  page
    .getByLabelText(/^Choose the bridge’s list/)
    .upload(new File([json], 'fees.json', { type: 'application/json' }));

test('before anything came, it says what to bring; a wrong file is refused', async () => {
  await shown();
  await expect.element(page.getByText('Operators agree on no time yet')).toBeVisible();
  await expect.element(reservoir).toHaveTextContent('Take in Bitcoin Core’s list');
  await expect.element(bridge).toHaveTextContent('No list was taken in yet.');
  await bring('[{"id": 1}]');
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('This list of fee UTXOs does not read.');
});

test('without a time nothing is due by age, and the rest is shown', async () => {
  await shown();
  await bring(JSON.stringify([listed(1, 40_000, 90 * HOUR, false), listed(2, 20_000, HOUR, true)]));
  await expect.element(bridge).toHaveTextContent('Taken in: 2 available fee UTXOs');
  await expect.element(bridge).toHaveTextContent('1 of 2 ids of the bridge are not the hash');
  await expect.element(bridge).toHaveTextContent('The bridge calls it “utxo-1”.');
  await expect.element(bridge.getByTestId('sums')).toHaveTextContent('0.00060000 BTC');
  await expect
    .element(bridge.getByTestId('sums'))
    .toHaveTextContent(
      /The oldest that is free not known Rule … Not due: 40.000 sat are missing\./,
    );
});

test('with a chain both are proposed from here, and are then requested', async () => {
  const { fees } = (await desk.watch())!;
  const script = scriptOfAddress('regtest', fees[0]!.address)!;
  const chain = newChain();
  for (let i = 0; i < 12; i++) mine(chain, { time: now - 40 * HOUR + 60 * i });
  const block = mine(chain, {
    time: now - 30 * HOUR,
    txs: [paying(1, { amount: 70_000, script })],
  });
  for (let i = 0; i < 12; i++) mine(chain, { time: now - HOUR + 60 * i });
  const { height, header } = tipOf(chain);
  const evidence = chainEvidenceFile({
    network: 'regtest',
    checkpoint: undefined,
    headers: [
      { after: tipOf(newChain()).header.hash, packed: packed(chain, chain.checkpoint.height) },
    ],
    tip: { height, hash: header.hash },
    inclusions: [{ block: block.header.hash, inclusion: evidenceFor(block, block.txids[1]!) }],
  });
  for (const one of [asha, ben]) {
    const taken = await one.desk.takeEvidence(new TextEncoder().encode(evidence), 'own node');
    if (!('took' in taken)) throw new Error(JSON.stringify(taken));
    await share(three);
  }
  await desk.importCoins(
    JSON.stringify([
      {
        txid: hexOf(block.txids[1]!.toReversed()),
        vout: 0,
        address: fees[0]!.address,
        scriptPubKey: hexOf(script),
        amount: 0.0007,
        confirmations: 13,
      },
    ]),
  );

  const proposed = await shown();
  await expect.element(page.getByText('Ages by the time that operators agree on:')).toBeVisible();
  await expect.element(reservoir).toHaveTextContent('13 blocks deep');
  await expect
    .element(reservoir.getByTestId('sums'))
    .toHaveTextContent('✓ Due: the oldest is a day old.');
  await reservoir.getByText('Gather coins').click();
  await reservoir.getByLabelText('Fee rate in sat/vB').fill('2');
  await button('Put it together').click();
  await expect.element(reservoir.getByTestId('review')).toBeVisible();
  await expect.element(button('Propose to gather them')).toBeDisabled();
  await reservoir.getByLabelText('Purpose').fill('Fees of November');
  await button('Propose to gather them').click();
  await expect.poll(() => proposed).toHaveLength(1);
  await expect.element(reservoir.getByRole('table')).toHaveTextContent(/requested/);
  const first = (await desk.requests())!.sessions[0]!;
  expect(hexOf(first.root)).toBe(proposed[0]);
  expect(first.items[0]).toMatchObject({ halt: undefined, request: { kind: 'fees' } });

  await expect
    .element(bridge.getByTestId('sums'))
    .toHaveTextContent('✓ Due: the oldest is a day old.');
  await bridge.getByText('Join fee UTXOs').click();
  await bridge.getByLabelText('Purpose').fill('Fees of the bridge');
  await button('Propose to join them').click();
  await expect.poll(() => proposed).toHaveLength(2);
  const [second] = (await desk.requests())!.sessions;
  expect(second!.items[0]).toMatchObject({ halt: undefined, request: { kind: 'consolidation' } });
  await expect.element(bridge.getByTestId('sums')).toHaveTextContent('Nothing to gather.');
});

test('what is gathered is gathered again with a higher fee, where requests are made', async () => {
  const { sessions } = (await desk.requests())!;
  const { request: first, digest } = sessions.find(({ kind }) => kind === 'fees')!.items[0]!;
  const proposed: string[] = [];
  await render(NewRequest, {
    desk,
    device: () => Promise.resolve(device),
    onproposed: (root: string) => proposed.push(root),
  });
  const compose = page.getByTestId('compose');
  await page.getByRole('radio', { name: 'Fees on Bitcoin' }).click();
  await expect.element(compose.getByTestId('no-fees')).toBeVisible();
  await page.getByLabelText('Replaces').selectOptions(hexOf(digest));
  await expect.element(compose).toHaveTextContent('are gathered again: 1, 0.00070000 BTC');
  await compose.getByLabelText('Fee rate in sat/vB').last().fill('9');
  await button('Put it together').last().click();
  await expect.element(compose.getByTestId('review')).toHaveTextContent('9.00 sat/vB');
  await expect.element(compose.getByTestId('excludes')).toHaveTextContent('“Fees of November”');
  await compose.getByLabelText('Purpose').last().fill('The same, again');
  await button('Add it to the batch').click();
  await button('Propose this request').click();
  await expect.poll(() => proposed).toHaveLength(1);
  const again = (await desk.requests())!.sessions[0]!.items[0]!;
  if (again.request.kind !== 'fees' || first.kind !== 'fees') throw new Error('no fees');
  expect(again.halt).toBeUndefined();
  expect(again.request.replaces).toEqual(digest);
  expect(again.request.transaction.inputs).toEqual(first.transaction.inputs);
});

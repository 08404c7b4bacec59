import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { share, sit, terms, until, type Sitting } from '../../../../tests/support/desks.ts';
import { jsGroups } from '../../../../tests/support/groups.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { branches } from '../../bitcoin/branches.ts';
import { bundleOf } from '../../ceremony/packet.ts';
import type { Batch, RequestOf } from '../../ceremony/request.ts';
import { toFile } from '../../courier/file.ts';
import { pack } from '../../courier/transport.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import { Auditor } from '../../worker/auditor.ts';
import { recomputeText as text } from '../text/recompute.ts';
import { hexOf } from '../words.ts';
import '../styles/app.css';
import Recompute from './Recompute.svelte';

/* The files of a real group, checked by a real auditor on JavaScript alone. */

const address = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

const spend = (purpose: string, vout: number): RequestOf<'spend'> => ({
  kind: 'spend',
  purpose,
  expires: Date.now() + 3_600_000,
  payment: new Uint8Array(16).fill(vout),
  replaces: null,
  transaction: {
    version: 2,
    locktime: 0,
    inputs: [
      {
        txid: new Uint8Array(32).fill(1),
        vout,
        sequence: 0xffff_fffd,
        amount: 50_000_000,
        path: [branches.receive, vout],
      },
    ],
    outputs: [{ amount: 49_999_000, script: scriptOfAddress('regtest', address)!, path: null }],
  },
});

/** Two operators with a complete key; the first proposed a batch. */
async function group(
  batch: Batch = [spend('Withdrawal 17', 1), spend('Withdrawal 18', 2)],
): Promise<{ asha: Sitting; record: Bytes; packet: Bytes; root: Bytes }> {
  const two = await sit(terms(2, 2), 1);
  const [asha] = two as [Sitting, Sitting];
  for (let round = 0; round < 12 && two.some(({ seat }) => seat.next().act !== 'done'); round++) {
    for (const one of two) await until(one);
    await share(two);
  }
  const record = asha.seat.log.record();
  const fault = await asha.seat.request(batch);
  if (fault) throw new Error(fault.fault);
  const last = asha.seat.state.packetsFrom(asha.seat.state.me).at(-1)!;
  const packet = toFile(await pack(bundleOf([last.bytes])));
  return { asha, record, packet, root: asha.seat.requests()!.sessions[0]!.root };
}

function shown() {
  const auditor = new Auditor(jsGroups, jsGroups);
  return render(Recompute, {
    auditor: () =>
      Promise.resolve({
        recompute: (files: readonly Uint8Array[]) => auditor.recompute(files),
        shown: (root: Uint8Array, accepted: readonly number[]) =>
          Promise.resolve(auditor.shown(root, accepted)),
      }),
  });
}

const choose = (name: string, bytes: Bytes) =>
  page.getByLabelText(text.choose).upload(new File([bytes], name));

test('packets wait for a record; then every request, and what a device shows for the accepted', async () => {
  const { asha, record, packet, root } = await group();
  await shown();
  await choose('sent.conclave', packet);
  const alert = page.getByRole('alert');
  await expect.element(alert).toHaveTextContent(text.missing('invitation').happened);
  await expect.element(page.getByText(text.file.packets('sent.conclave', 1))).toBeVisible();
  await choose('asha.record', record);
  await expect.element(page.getByTestId('recomputed-batch')).toBeVisible();
  await expect.element(alert).not.toBeInTheDocument();

  const requests = page.getByTestId('recomputed-request');
  expect(requests.elements()).toHaveLength(2);
  const first = requests.nth(0);
  await expect.element(first).toHaveTextContent('1. Withdrawal 17');
  await expect.element(first).toHaveTextContent('0.49999000 BTC');
  await expect.element(first).toHaveTextContent('0.00001000 BTC');
  const told = first.element().textContent.replace(/\s+/g, '');
  expect(told).toContain(address);
  const { items } = asha.seat.requests()!.sessions[0]!;
  expect(told).toContain(hexOf(items[0]!.digest));

  const statement = page.getByTestId('device-statement');
  const hash = () => page.getByTestId('device-hash').element().textContent.replace(/\s/g, '');
  await expect.element(statement).toHaveTextContent('CONCLAVE 2 SPENDS');
  expect(statement.element().textContent).toBe(asha.seat.statement(root, [0, 1]));
  expect(hash()).toBe(hexOf(root));
  await expect.element(page.getByText(text.compare.batch)).toBeVisible();

  await page.getByLabelText(text.accepted).nth(0).click();
  await expect.element(page.getByText(text.compare.request)).toBeVisible();
  expect(statement.element().textContent).toBe(asha.seat.statement(root, [1]));
  expect(hash()).toBe(hexOf(items[1]!.digest));
  await page.getByLabelText(text.accepted).nth(1).click();
  await expect.element(page.getByText(text.nothingAccepted)).toBeVisible();

  await page.getByRole('button', { name: text.again }).click();
  await expect.element(page.getByTestId('recomputed-batch')).not.toBeInTheDocument();
}, 60_000);

test('a mint is shown with the bytes that are attested, and each figure of them', async () => {
  const mint: RequestOf<'mint'> = {
    kind: 'mint',
    purpose: 'Deposit of today',
    expires: Date.now() + 3_600_000,
    txid: new Uint8Array(32).fill(0xd0),
    vout: 1,
    recipient: new Uint8Array(32).fill(0x42),
    index: 0,
    amount: 50_000_000,
    mined: 1_790_000_000,
    validity: 604_800,
    issue: 0,
  };
  const { asha, record, packet } = await group([mint]);
  await shown();
  await choose('asha.record', record);
  await choose('sent.conclave', packet);
  const first = page.getByTestId('recomputed-request');
  await expect.element(first).toHaveTextContent('0.50000000 BTC');
  const [item] = asha.seat.requests()!.sessions[0]!.items;
  const bytes = page.getByTestId('attested-bytes').element().textContent.replace(/\s/g, '');
  expect(bytes).toBe(hexOf(item!.units[0]!.message));
  expect(bytes).toHaveLength(300);
  const told = first.element().textContent.replace(/\s+/g, '');
  expect(told).toContain('42'.repeat(32));
  expect(told).toContain('d0'.repeat(32));
}, 60_000);

test('a file that is neither is named, and so is one that is damaged', async () => {
  await shown();
  const alerts = page.getByRole('alert');
  await choose('holiday.jpg', new Uint8Array(40));
  await expect.element(alerts.nth(0)).toHaveTextContent('“holiday.jpg” holds neither');
  const file = toFile(await pack(bundleOf([])));
  await choose('sent.conclave', file.slice(0, -1));
  await expect.element(alerts.nth(1)).toHaveTextContent('“sent.conclave”: The end is missing.');
});

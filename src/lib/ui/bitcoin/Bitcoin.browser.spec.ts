import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { keyed, share, sit, terms, type Sitting } from '../../../../tests/support/desks.ts';
import { scriptOfAddress } from '../../bitcoin/address.ts';
import { toHex } from '../../crypto/bytes.ts';
import type { AddressView, WatchView } from '../../worker/watch.ts';
import { drawQr } from '../qr.ts';
import { bitcoinText } from '../text/bitcoin.ts';
import { text } from '../text.ts';
import '../styles/app.css';
import Bitcoin from './Bitcoin.svelte';

/* A real seat with a complete key behind the page; what others know comes in their packets. */

const button = (name: string | RegExp) => page.getByRole('button', { name });
/** An address that nobody of the group has. */
const stranger = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const recipient = '5f'.repeat(32);
const { deposits, intake, coins } = bitcoinText;

let three: [Sitting, Sitting, Sitting];
let watch: WatchView;

beforeEach(async () => {
  three = (await keyed(3, 2)) as typeof three;
  watch = (await three[0].desk.watch())!;
});

afterEach(async () => {
  vi.restoreAllMocks();
  await page.viewport(1280, 720);
});

const shown = (one: Sitting = three[0]) => render(Bitcoin, { desk: one.desk, group: '#/g/here' });

/** An entry as `listunspent` prints it. */
const coin = (vout: number, { address, path }: AddressView, amount: number, confirmations = 6) => ({
  txid: 'ab'.repeat(32),
  vout,
  address,
  scriptPubKey: toHex(scriptOfAddress('regtest', address)!),
  desc: `tr([${watch.fingerprint}${path.slice(1)}]${'00'.repeat(32)})#00000000`,
  amount,
  confirmations,
});

const listed = () => [
  coin(0, watch.receive[0]!, 0.4),
  coin(1, watch.change[2]!, 1.00000001, 1),
  coin(2, watch.fees[0]!, 0.0005, 0),
];

async function paste(list: unknown) {
  const json = typeof list === 'string' ? list : JSON.stringify(list);
  await page.getByLabelText(intake.paste).fill(json);
  await button(intake.read).click();
}

const rows = (table: string) =>
  page
    .getByRole('table', { name: table })
    .getByRole('row')
    .elements()
    .map((row) =>
      [...row.children]
        .map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim())
        .join(' | '),
    );

describe('to watch with', () => {
  test('descriptors, key and fingerprint are the group’s, and Bitcoin Core’s import is JSON', async () => {
    const view = await shown();
    await expect.element(page.getByTestId('rehearsal')).toBeVisible();
    for (const [id, value] of [
      ['main', watch.descriptors.main],
      ['fees', watch.descriptors.fees],
      ['xpub', watch.xpub],
    ] as const)
      await expect.element(page.getByTestId(id).getByText(value, { exact: true })).toBeVisible();
    await expect.element(page.getByTestId('fingerprint')).toHaveTextContent(watch.fingerprint);
    await view.unmount();
    await three[0].desk.act({ act: 'issue-address', recipient: new Uint8Array(32).fill(0x5f) });
    await three[0].desk.act({ act: 'issue-address', recipient: new Uint8Array(32).fill(0x60) });
    await shown();
    const json = page.getByLabelText(bitcoinText.core.json);
    const issued = (await three[0].desk.watch())!.deposits.map(({ descriptor }) => descriptor);
    await expect.element(json).toBeVisible();
    expect(JSON.parse((json.element() as HTMLTextAreaElement).value)).toEqual([
      { desc: watch.descriptors.main, active: false, timestamp: 'now', range: [0, 999] },
      {
        desc: watch.descriptors.fees,
        active: false,
        timestamp: 'now',
        range: [0, 999],
        internal: false,
      },
      ...issued.map((desc) => ({ desc, active: false, timestamp: 'now', internal: false })),
    ]);
  });

  test('every branch says whom its addresses are for, and shows one code at a time, by keyboard', async () => {
    await shown();
    for (const branch of ['receive', 'change', 'fees'] as const) {
      const { title, warning } = bitcoinText.branch[branch];
      const summary = page.getByText(new RegExp(`^${title}, m/`));
      await expect.element(summary).toBeVisible();
      (summary.element() as HTMLElement).focus();
      await userEvent.keyboard('{Enter}');
      await expect.element(page.getByText(warning)).toBeVisible();
    }
    const places = page.getByText(/^m\/[013]\/\d+$/).elements();
    expect(places).toHaveLength(60);
    for (const view of [watch.receive[3]!, watch.fees[19]!]) {
      const place = document.querySelector(`[data-path="${view.path}"]`)!;
      expect(place.querySelector('p')!.textContent).toBe(view.address);
      place.querySelector<HTMLElement>('summary')!.focus();
      await userEvent.keyboard('{Enter}');
      const code = page.getByRole('img', { name: bitcoinText.qrOf(view.path), exact: true });
      await expect.element(code).toBeVisible();
      await expect.poll(() => document.querySelectorAll('svg[role=img]').length).toBe(1);
      const { path } = drawQr(view.address.toUpperCase(), { level: 'M' });
      expect(code.element().querySelector('.ink')!.getAttribute('d')).toBe(path);
    }
  });

  test('an address is marked and copied without gaps; a clipboard that refuses is told', async () => {
    await shown();
    await page.getByText(/^Receive, m/).click();
    const [place] = document.querySelectorAll('[data-path="m/0/0"] p');
    getSelection()!.selectAllChildren(place!);
    expect(getSelection()!.toString().trim()).toBe(watch.receive[0]!.address);
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValueOnce();
    await button('Copy of m/0/0').click();
    expect(write).toHaveBeenLastCalledWith(watch.receive[0]!.address);
    await expect.element(button('Copy of m/0/0')).toHaveTextContent('✓');
    write.mockRejectedValueOnce(new DOMException('denied', 'NotAllowedError'));
    await button(/^Copy of m.0.1$/).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent(text.clipboard.failed.happened);
  });
});

describe('deposit addresses', () => {
  test('one is issued for a recipient, and withheld until enough operators hold it', async () => {
    const [asha, ben, chen] = three;
    const view = await shown();
    await expect.element(page.getByText(deposits.none)).toBeVisible();
    const field = page.getByLabelText(deposits.recipient);
    await expect.element(page.getByText(deposits.wrong)).not.toBeInTheDocument();
    await button(deposits.issue).click();
    await expect.element(page.getByText(deposits.wrong)).toBeVisible();
    await field.fill(recipient.slice(2));
    await expect.element(page.getByText(deposits.wrong)).toBeVisible();
    await field.fill(`${recipient.slice(0, 62)}zz`);
    await expect.element(page.getByText(deposits.wrong)).toBeVisible();
    await field.fill(recipient.toUpperCase());
    await expect.element(page.getByText(deposits.wrong)).not.toBeInTheDocument();
    await userEvent.keyboard('{Enter}');

    const one = page.getByTestId('deposit');
    await expect.element(one).toHaveTextContent(deposits.notHeld(1, 2));
    await expect.element(one).toHaveTextContent(/Issued by\s*Asha/);
    const [issued] = (await asha.desk.watch())!.deposits;
    expect(toHex(issued!.recipient)).toBe(recipient);
    await expect.element(one).toHaveTextContent(issued!.address);
    await expect.element(one).toHaveTextContent(issued!.descriptor);
    await expect.element(one.getByText(/^QR code/)).not.toBeInTheDocument();
    await expect.element(one.getByRole('button', { name: /^Copy of m/ })).not.toBeInTheDocument();
    const link = one.getByRole('link', { name: deposits.exchange });
    await expect.element(link).toHaveAttribute('href', '#/g/here');

    await share([asha, ben, chen]);
    await ben.desk.act({ act: 'receipt' });
    await share([asha, ben, chen]);
    await view.unmount();
    await shown();
    await expect.element(one).toHaveTextContent(deposits.held(2, 2));
    await one.getByText(/^QR code/).click();
    const code = page.getByRole('img', { name: bitcoinText.qrOf(issued!.path) });
    await expect.element(code).toBeVisible();
  });

  test('a second address for the same recipient has the next number; that there is one is said', async () => {
    await three[0].desk.act({ act: 'issue-address', recipient: new Uint8Array(32).fill(0x5f) });
    await shown();
    const field = page.getByLabelText(deposits.recipient);
    await field.fill(recipient);
    await expect.element(page.getByText(deposits.again(1))).toBeVisible();
    await button(deposits.issue).click();
    await expect.element(page.getByTestId('deposit').nth(1)).toBeVisible();
    const issued = (await three[0].desk.watch())!.deposits;
    expect(issued.map(({ index }) => index)).toEqual([0, 1]);
    expect(issued[0]!.address).not.toBe(issued[1]!.address);
  });
});

describe('coins', () => {
  test('a list that is pasted is counted by branch, to the sat, with each coin in full', async () => {
    await shown();
    await expect.element(page.getByText(coins.none)).toBeVisible();
    await paste(listed());
    await expect.element(page.getByText(intake.took(3))).toBeVisible();
    await expect.element(page.getByText(coins.age)).toBeVisible();
    await expect.element(page.getByRole('table', { name: coins.balance })).toBeVisible();
    expect(rows(coins.balance)).toEqual([
      'Branch | Coins | Amount | Of it reserved | Of it unconfirmed',
      'Receive | 1 | 0.40000000 BTC 40 000 000 sat | – | –',
      'Change | 1 | 1.00000001 BTC 100 000 001 sat | – | –',
      'Fee reservoir | 1 | 0.00050000 BTC 50 000 sat | – | 0.00050000 BTC 50 000 sat',
      'In all | 3 | 1.40050001 BTC 140 050 001 sat | – | 0.00050000 BTC 50 000 sat',
    ]);
    const txid = 'ab'.repeat(32);
    expect(rows(coins.all)).toEqual([
      'Amount | Address and coin | Branch | State',
      `1.00000001 BTC 100 000 001 sat | ${watch.change[2]!.address} ${txid}:1 | Change m/1/2 | 1 confirmation`,
      `0.40000000 BTC 40 000 000 sat | ${watch.receive[0]!.address} ${txid}:0 | Receive m/0/0 | 6 confirmations`,
      `0.00050000 BTC 50 000 sat | ${watch.fees[0]!.address} ${txid}:2 | Fee reservoir m/3/0 | unconfirmed`,
    ]);
  });

  test('entries that are left out are named with the reason; an empty list is said', async () => {
    await shown();
    const [good] = listed();
    await paste([
      good,
      good,
      coin(3, { address: stranger, path: 'm/0/1' }, 1),
      coin(4, watch.receive[1]!, 0.123456789),
      { ...coin(5, watch.receive[1]!, 1), address: stranger },
      'nothing',
    ]);
    await expect.element(page.getByText(intake.took(1))).toBeVisible();
    const alert = page.getByRole('alert');
    await expect.element(alert).toHaveTextContent(intake.skipped(5).happened);
    const why = (entry: number, reason: keyof typeof intake.why) =>
      expect.element(alert).toHaveTextContent(`Entry ${entry}: ${intake.why[reason]}`);
    await why(2, 'duplicate');
    await why(3, 'foreign');
    await why(4, 'amount');
    await why(5, 'wrong-network');
    await why(6, 'malformed');
    await paste([]);
    await expect.element(page.getByText(coins.empty)).toBeVisible();
    await expect.element(alert).not.toBeInTheDocument();
  });

  test('what is no list is refused, and the former list stays', async () => {
    await shown();
    await paste(listed());
    await expect.element(page.getByText(intake.took(3))).toBeVisible();
    await paste('{"error": "not loaded"}');
    const alert = page.getByRole('alert');
    await expect.element(alert).toHaveTextContent(intake.problems['not-a-list'].happened);
    await expect.element(page.getByText(intake.took(3))).not.toBeInTheDocument();
    expect(rows(coins.all)).toHaveLength(4);
    await expect.element(page.getByLabelText(intake.paste)).toHaveValue('{"error": "not loaded"}');
  });

  test('a list comes as a file, chosen or dropped; a file that is too large is not read', async () => {
    await shown();
    const choose = page.getByLabelText(intake.file);
    const file = (content: string) => new File([content], 'coins.json');
    await userEvent.upload(choose, file(JSON.stringify(listed())));
    await expect.element(page.getByText(intake.took(3))).toBeVisible();
    const data = new DataTransfer();
    data.items.add(file(JSON.stringify(listed().slice(1))));
    const place = page.getByRole('group', { name: intake.heading }).element();
    place.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
    await expect.element(page.getByText(intake.took(2))).toBeVisible();
    const large = new DataTransfer();
    large.items.add(file(' '.repeat(17 * 2 ** 20)));
    const read = vi.spyOn(Blob.prototype, 'text');
    place.dispatchEvent(new DragEvent('drop', { dataTransfer: large, bubbles: true }));
    const alert = page.getByRole('alert');
    await expect.element(alert).toHaveTextContent(intake.problems['too-large'].happened);
    expect(read).not.toHaveBeenCalled();
  });

  test('what a reserved request spends is marked', async () => {
    const { desk } = three[0];
    await desk.importCoins(JSON.stringify(listed()));
    const made = await desk.compose({
      payments: [{ amount: 10_000_000, to: stranger }],
      feeRate: 2,
      locktime: 0,
      coins: [`${'ab'.repeat(32)}:0`],
    });
    if (!made || !('transaction' in made)) throw new Error('Nothing was composed.');
    const request = {
      kind: 'spend',
      purpose: 'Withdrawal',
      expires: Date.now() + 3_600_000,
      payment: new Uint8Array(16).fill(1),
      replaces: null,
      transaction: made.transaction,
    } as const;
    await desk.act({ act: 'request', batch: [request], draft: undefined });
    const { root } = (await desk.requests())!.sessions[0]!;
    const findings = { source: 'own records', verdicts: [{ accept: true, because: '' }] };
    await desk.act({ act: 'reply', root, findings, approval: undefined });
    await shown();
    await expect.element(page.getByTitle(coins.reservedHelp)).toBeVisible();
    expect(rows(coins.all).filter((row) => row.endsWith(coins.reserved))).toHaveLength(1);
    expect(rows(coins.balance)[1]).toContain('0.40000000 BTC 40 000 000 sat | 0.40000000 BTC');
  });
});

test('nothing sticks out sideways on a small screen', async () => {
  await three[0].desk.importCoins(JSON.stringify(listed()));
  await three[0].desk.act({ act: 'issue-address', recipient: new Uint8Array(32).fill(0x5f) });
  await page.viewport(360, 640);
  await shown();
  await expect.element(page.getByTestId('deposit')).toBeVisible();
  for (const summary of document.querySelectorAll('summary')) summary.click();
  await paste([...listed(), 'nothing']);
  await expect.element(page.getByRole('alert')).toBeVisible();
  const { scrollWidth, clientWidth } = document.documentElement;
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
});

test('before the key may be used no address is shown, and why is said', async () => {
  const [asha] = await sit(terms(3, 2), 2);
  await shown(asha);
  const alert = page.getByRole('alert');
  const operator = { role: 'operator', keyState: 'none' } as const;
  await expect.element(alert).toHaveTextContent(bitcoinText.unusable(operator).cause);
  await expect.element(page.getByTestId('coins')).not.toBeInTheDocument();
});

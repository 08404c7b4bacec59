import { beforeAll, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
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
import type { Burn } from '../../wire/burn-record.ts';
import '../styles/app.css';
import { evidenceText as text } from '../text/evidence.ts';
import Evidence from './Evidence.svelte';

/* A real seat behind the page: files are brought there, and what others say comes in their packets. */

const chain = chainNow();
let three: Sitting[];
let height: number;

beforeAll(async () => {
  three = await keyed(3, 2);
  await issue(three, 1);
  height = deposit(three[0]!, chain, [50_000_000]);
  bury(chain, 1);
});

beforeEach(() => page.viewport(1280, 720));

async function shown() {
  const { desk, device } = three[0]!;
  await render(Evidence, {
    desk,
    device: () => Promise.resolve(device),
    group: '#/g/here',
    create: '#/g/here/requests/new',
  });
  await expect.element(page.getByTestId('chain')).toBeVisible();
}

const files = (...contents: readonly (readonly [name: string, content: string])[]) =>
  userEvent.upload(
    page.getByLabelText(text.intake.file),
    contents.map(([name, content]) => new File([content], name)),
  );

const brought = page.getByTestId('brought');
const tips = page.getByTestId('tip');

test('files are brought, several at once; what became of each is told, and goes to the others', async () => {
  await shown();
  await expect.element(page.getByTestId('agreed')).toHaveTextContent(text.chain.none(2));
  await files(['chain.json', evidenceOf(chain, [height])]);
  await expect.element(page.getByText(text.intake.sourceMissing)).toBeVisible();
  await expect.element(brought).not.toBeInTheDocument();

  await page.getByLabelText(text.intake.source).fill('full node in Zürich');
  await files(
    ['chain.json', evidenceOf(chain, [height])],
    ['holiday.txt', 'nothing'],
    ['other.json', '{"who": "knows"}'],
  );
  await expect.element(brought.first()).toHaveTextContent(/chain.json: 5 new headers, 1 new tra/);
  await expect.element(brought.nth(1)).toHaveTextContent('This is no burn proof that holds.');
  await expect.element(brought.nth(2)).toHaveTextContent('no evidence that is known here');
  await expect.element(tips.first()).toHaveTextContent('full node in Zürich');
  await expect.element(tips.first()).toHaveTextContent(text.chain.agrees.open);
  await expect.element(tips.nth(1)).toHaveTextContent(text.chain.noTip);
  await expect.element(page.getByText(text.intake.hand)).toBeVisible();
});

test('what two operators agree on is shown, with the deposits and how deep they lie', async () => {
  for (const one of three) await bring(one, evidenceOf(chain));
  await share(three);
  await shown();
  await expect.element(page.getByTestId('agreed')).toHaveTextContent(`Block ${height + 1}`);
  await expect.element(tips.nth(1)).toHaveTextContent(text.chain.agrees.yes);
  const one = page.getByTestId('shown-deposit');
  await expect.element(one).toHaveTextContent('0.50000000 BTC, in block 4, 2 of 6 deep');
  await expect.element(one).toHaveTextContent(text.deposits.states.waits);
});

test('a tip on another chain is told from those that agree', async () => {
  const other = chainNow();
  bury(other, 1);
  await bring(three[2]!, evidenceOf(other));
  await share(three);
  await shown();
  await expect.element(tips.nth(2)).toHaveTextContent(text.chain.agrees.no);
  await expect.element(tips.nth(0)).toHaveTextContent(text.chain.agrees.yes);
});

test('burns say who saw them and whether a proof is there', async () => {
  const burn: Burn = {
    height: 700,
    block: new Uint8Array(32),
    asset: new Uint8Array(32),
    nullifier: new Uint8Array(8).fill(3),
    amount: 40_000_000,
    fee: 1000,
    script: scriptOfAddress('regtest', RECIPIENT)!,
  };
  await bring(three[0]!, await recordsOf(three[0]!, [burn]));
  await shown();
  const shownBurn = page.getByTestId('burn');
  await expect.element(shownBurn).toHaveTextContent('0.39999000 BTC');
  await expect.element(shownBurn).toHaveTextContent('seen by Asha');
  await expect.element(shownBurn).toHaveTextContent(text.burns.proof.no);
  // The records of another observer are not told in one's own name.
  await page.getByLabelText(text.intake.source).fill('mine');
  await files(['ben.json', await recordsOf(three[1]!, [burn])]);
  await expect.element(brought).toHaveTextContent('another observer’s');
});

test('the observer’s key leaves encrypted to a passphrase that is strong enough', async () => {
  await shown();
  await page.getByText(text.observer.heading).click();
  const save = page.getByRole('button', { name: text.observer.make });
  await page.getByLabelText('Passphrase', { exact: true }).fill('hunter2');
  await expect.element(page.getByTestId('strength')).toHaveTextContent('Too weak');
  await expect.element(save).toBeDisabled();
  await page.getByRole('button', { name: 'Draw words for me' }).click();
  await expect.element(save).toBeEnabled();
  await save.click();
  await expect
    .element(page.getByText(text.observer.saved('observer-Asha.age')), { timeout: 20_000 })
    .toBeVisible();
});

import { sha256 } from '@noble/hashes/sha2.js';
import { createBase58check } from '@scure/base';
import { expect, type Page } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptOfAddress } from '../../src/lib/bitcoin/address.ts';
import { branches, outputAt } from '../../src/lib/bitcoin/branches.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { ceremonyText } from '../../src/lib/ui/text/ceremony.ts';
import { requestNewText } from '../../src/lib/ui/text/request-new.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { temporaryFolder } from './folder.ts';
import { value } from './hex.ts';
import type { Operator } from './operator.ts';
import { randomFrom } from './players.ts';
import { writePsbt } from './write-psbt.ts';

/* Operators sign requests, each at their own browser. */

const group = jsGroup('secp256k1');
const folder = temporaryFolder('psbts');
const bytes = randomFrom('coins of the browsers');

/** What the spends pay to. */
const RECIPIENT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

/**
 * The group's key as others take it from the page: out of the extended public key, 33 bytes. `look` is
 * called on that page.
 */
export async function keyOf(
  { page }: Operator,
  look: (page: Page) => Promise<void>,
): Promise<Bytes> {
  await page.getByRole('link', { name: ceremonyText.pages.names.bitcoin, exact: true }).click();
  const xpub = await page.getByTestId('xpub').locator('pre').innerText();
  await look(page);
  await page.goBack();
  return createBase58check(sha256).decode(xpub).slice(45);
}

/** A spend of three coins on three branches, and its PSBT version 2 as a file. */
export function psbtFor(threshPk: Bytes, number: number): { spend: Spend; file: string } {
  const change = [branches.change, number];
  const spend: Spend = {
    version: 2,
    locktime: 0,
    inputs: [
      [branches.receive, 3],
      [branches.deposit, 1, 2, 3, 4, 5, 6, 7, 8],
      [branches.fees, 0],
    ].map((path, vout) => ({
      txid: bytes(),
      vout,
      sequence: 0xffff_fffd,
      amount: 50_000_000,
      path,
    })),
    outputs: [
      { amount: 120_000_000, script: scriptOfAddress('regtest', RECIPIENT)!, path: null },
      { amount: 29_998_000, script: value(outputAt(group, threshPk, change)).script, path: change },
    ],
  };
  const file = join(folder, `${number}.psbt`);
  writeFileSync(file, value(writePsbt(group, threshPk, spend, 2)));
  return { spend, file };
}

/** Opens the list of requests, from the group's page or from a request's. */
async function openRequests({ page }: Operator): Promise<void> {
  const { inbox, session } = requestsText;
  const link = (name: string) => page.getByRole('link', { name, exact: true }).first();
  const ways = [ceremonyText.pages.names.requests, session.all].map(link);
  // A page that was just come back to is read from the worker first.
  await expect(
    ways.reduce((one, other) => one.or(other), link(inbox.create)).first(),
  ).toBeVisible();
  for (const way of ways) if (await way.isVisible()) await way.click();
  await expect(page.getByTestId('part-transfer')).toBeVisible();
}

/** Makes a request of a PSBT file and proposes it. */
export async function propose(operator: Operator, file: string, purpose: string): Promise<void> {
  const { page } = operator;
  await openRequests(operator);
  await operator.press(page.getByRole('link', { name: requestsText.inbox.create, exact: true }));
  await operator.choose(page.getByRole('radio', { name: requestNewText.ways.psbt.title }));
  await page.getByTestId('psbt-file').setInputFiles(file);
  await operator.fill(operator.field(requestNewText.purpose), purpose);
  await operator.press(operator.button(requestNewText.draft.add));
  await operator.press(operator.button(requestNewText.batch.propose(1)));
  await expect(page.getByTestId('now')).toHaveAttribute('data-act', 'answer');
}

/** Proposes a test of both keys. */
export async function proposeTest(operator: Operator): Promise<void> {
  const { page } = operator;
  await openRequests(operator);
  await operator.press(page.getByRole('link', { name: requestsText.inbox.create, exact: true }));
  await operator.choose(page.getByRole('radio', { name: requestNewText.ways.test.title }));
  await operator.fill(operator.field(requestNewText.purpose), 'A test of both keys');
  await operator.press(operator.button(requestNewText.draft.add));
  await operator.press(operator.button(requestNewText.batch.propose(1)));
  await expect(page.getByTestId('now')).toHaveAttribute('data-act', 'answer');
}

/** Takes in a proposal and opens the batch that waits. */
export async function hear(operator: Operator, given: string[]): Promise<void> {
  await openRequests(operator);
  await operator.take(given);
  const { page } = operator;
  const fresh = page.locator('[data-testid=entry][data-act=answer]');
  await operator.press(fresh.getByRole('link').first());
  await expect(page.getByTestId('now')).toHaveAttribute('data-act', 'answer');
}

/** Accepts the one request; with the device's approval, or reserving it only. */
export async function answer(operator: Operator, sign: boolean): Promise<void> {
  const { answer: text } = requestsText;
  const { page } = operator;
  await operator.choose(page.getByRole('radio', { name: text.accept }));
  await operator.fill(operator.field(text.source), `${operator.name}'s own records`);
  await operator.press(operator.button(sign ? text.approve : text.reserve));
  await expect(page.getByTestId('now')).not.toHaveAttribute('data-act', 'answer');
}

/**
 * One request from its proposal by the first operator to the signed transaction in hex: these sign,
 * one more reserves; packets move as each operator moves them.
 */
export async function signTogether(
  everybody: readonly Operator[],
  file: string,
  signers: readonly number[],
): Promise<string> {
  const [first, ...rest] = everybody as [Operator, ...Operator[]];
  const reserver = everybody.findIndex((one, i) => one !== first && !signers.includes(i));
  const others = rest.filter((_, i) => signers.includes(i + 1) || i + 1 === reserver);
  const signing = (operator: Operator) => signers.includes(everybody.indexOf(operator));

  await propose(first, file, `Withdrawal signed by ${signers.join(' ')}`);
  await answer(first, signing(first));
  const proposal = await first.give();
  for (const operator of others) {
    await hear(operator, proposal);
    await answer(operator, signing(operator));
    await first.take(await operator.give());
  }
  await first.press(first.button(requestsText.now.freeze));
  await expect(first.page.getByTestId('now')).not.toHaveAttribute('data-act', 'freeze');
  const release = async (operator: Operator) => {
    await operator.press(operator.button(requestsText.now.release));
    await expect(operator.page.getByTestId('now')).not.toHaveAttribute('data-act', 'release');
  };
  if (signing(first)) await release(first);
  const frozen = await first.give();
  for (const operator of others.filter(signing)) {
    await operator.take(frozen);
    await release(operator);
    await first.take(await operator.give());
  }
  const raw = first.page.getByTestId('raw');
  await expect(raw).toHaveValue(/^02000000/);
  return raw.inputValue();
}

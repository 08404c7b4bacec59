import { expect } from '@playwright/test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitcoinText } from '../../src/lib/ui/text/bitcoin.ts';
import { evidenceText } from '../../src/lib/ui/text/evidence.ts';
import { temporaryFolder } from './folder.ts';
import { Operator } from './operator.ts';
import { Peer } from './peer.ts';

/* What operators of a bridge do at their own browsers, and how packets go between them and peers. */

const folder = temporaryFolder('bridge');
let files = 0;

/** A file with this content. */
export function fileOf(content: string | Uint8Array, name = 'file'): string {
  const file = join(folder, `${files++}-${name}`);
  writeFileSync(file, content);
  return file;
}

/** The identity of the group whose page is open, in hex. */
export const groupOf = ({ page }: Operator): string => /#\/g\/([0-9a-f]+)/.exec(page.url())![1]!;

/** By a link: an address that is typed loads the page again, and that locks. */
export async function visit(operator: Operator, place: string): Promise<void> {
  const { page } = operator;
  const hash = `#/g/${groupOf(operator)}${place}`;
  if (new URL(page.url()).hash === hash) return;
  await page.evaluate((to) => {
    for (const heading of document.querySelectorAll('h1')) heading.classList.add('left');
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, hash);
  await expect(page.locator('h1:not(.left)')).toBeVisible();
}

// Packets: everybody's go to the first, and from there to all.

/** Whoever packets go to and come from. */
export type Seat = Operator | Peer;

async function takeIn(seat: Seat, given: string[]): Promise<void> {
  if (seat instanceof Operator) return seat.take(given, false);
  for (const file of given) await seat.take(file);
}

const giveOut = async (seat: Seat): Promise<string[]> =>
  seat instanceof Operator ? seat.give(false) : [await seat.give()];

/**
 * What these have to give goes to the first, and from there to all. Browsers are at a page on which
 * packets move.
 */
export async function everybodyHears(
  first: Operator,
  all: readonly Seat[],
  giving: readonly Seat[] = all,
): Promise<void> {
  for (const seat of giving) await takeIn(first, await giveOut(seat));
  const given = await first.give(false);
  for (const seat of all) await takeIn(seat, given);
}

/**
 * From an empty workspace to an active key. The first and the second are in browsers, the others join
 * as peers by these names. `most`: what a request, and a batch, pays at most, in BTC.
 */
export async function keyWithPeers(
  first: Operator,
  second: Operator,
  names: readonly string[],
  t: number,
  most: string,
): Promise<Peer[]> {
  await first.begin(names.length + 2, t, most);
  const invitation = await first.give();
  await second.join(invitation);
  const peers: Peer[] = [];
  for (const name of names) peers.push(await Peer.join(name, invitation[0]!));
  const keyState = ({ page }: Operator) => page.getByTestId('key-state').getAttribute('data-state');
  for (let round = 0; round < 10; round++) {
    await first.work();
    if ((await second.work()) === 'send') await first.take(await second.give());
    for (const peer of peers) await first.take([await peer.answer()]);
    if (['send', 'done'].includes(await first.work())) {
      const given = await first.give();
      await second.take(given);
      for (const peer of peers) await peer.take(given[0]!);
    }
    const states = [await keyState(first), await keyState(second)];
    if (states.every((state) => state === 'active') && peers.every(({ complete }) => complete))
      return peers;
  }
  throw new Error('The key was not made.');
}

// Evidence

/** Brings files on the page of evidence; what became of each, in the page's words. */
export async function bring(operator: Operator, ...brought: string[]): Promise<string[]> {
  const { page } = operator;
  await visit(operator, '/evidence');
  const intake = page.getByTestId('evidence-intake');
  await operator.fill(operator.field(evidenceText.intake.source), `${operator.name}’s own node`);
  const said = intake.getByTestId('brought');
  await intake.locator('input[type=file]').setInputFiles(brought);
  await expect(said).toHaveCount(brought.length);
  return said.allTextContents();
}

/** The observer's key, as a file for the program that signs records; the passphrase is the operator's. */
export async function saveObserverKey(operator: Operator): Promise<string> {
  const { page } = operator;
  await visit(operator, '/evidence');
  await page.getByText(evidenceText.observer.heading, { exact: true }).click();
  const form = page.getByTestId('observer');
  await form.locator('input').first().fill(operator.backupPassphrase);
  const download = page.waitForEvent('download');
  await form.getByRole('button', { name: evidenceText.observer.make }).click();
  const path = join(folder, `${operator.name}.age`);
  await (await download).saveAs(path);
  return path;
}

/** Issues an address for deposits of this recipient, in hex. */
export async function issueAddress(operator: Operator, recipient: string): Promise<void> {
  const { deposits: text } = bitcoinText;
  await visit(operator, '/bitcoin');
  await operator.fill(operator.field(text.recipient), recipient);
  await operator.press(operator.button(text.issue));
  await expect(operator.page.getByRole('status').filter({ hasText: text.issued })).toBeVisible();
}

/** Takes in what Bitcoin Core lists. */
export async function listCoins(operator: Operator, listed: readonly object[]): Promise<void> {
  await visit(operator, '/bitcoin');
  const intake = operator.page.getByTestId('coin-intake');
  const file = fileOf(JSON.stringify(listed), 'coins.json');
  await intake.locator('input[type=file]').setInputFiles(file);
  await expect(intake.getByText(bitcoinText.intake.took(listed.length))).toBeVisible();
}

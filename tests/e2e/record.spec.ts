/** Records of a ceremony that was played in Node, checked, read and printed in the browser. */
import { approveDrawn, chooseDrawn } from '../support/drawn.ts';
import { chromium, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';
import { verifyRecord } from '../../src/lib/ceremony/record.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { recordText } from '../../src/lib/ui/text/record.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { expectUsable, smallScreen } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { enrolled, finish, ports } from '../support/seats.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { sitAsWitness } from '../../src/lib/worker/enrol.ts';

const js = { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') };

/** By a link: an address that is typed loads the page again, and that locks. */
const follow = (page: Page, href: string) =>
  page.evaluate((to) => {
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, href);

test('a group’s record is shown, saved, and holds; on paper every page bears its hash', async ({
  page,
}) => {
  const { door, groups, begin, about } = workspaceText;
  const field = (name: string) => page.getByLabel(name, { exact: true }).first();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await page.goto('./#/start');
  for (const label of [backupText.passphrase.label, backupText.passphrase.again])
    await field(label).fill('seven-words-nobody-drew-lamps-otter-quietly');
  await press(door.create.action);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(groups.heading, {
    timeout: 45_000,
  });
  await page.getByRole('link', { name: groups.begin, exact: true }).click();
  await field(begin.name).fill('Paper vault');
  await field(about.name).fill('Asha');
  await chooseDrawn(page);
  await press(begin.action);
  await approveDrawn(page, 'derive');
  await expect(page).toHaveURL(/#\/g\/[0-9a-f]{64}$/);

  await follow(page, `${new URL(page.url()).hash}/record`);
  const paper = page.getByTestId('paper');
  await expect(paper).toContainText('Paper vault');
  await expect(paper).toContainText('REHEARSAL');
  const download = page.waitForEvent('download');
  await press(recordText.page.save);
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('Paper vault Asha.record');
  const file = new Uint8Array(readFileSync(await saved.path()));
  const { report } = verifyRecord(js, js, file);
  expect(report).toMatchObject({ verdict: 'incomplete', owner: 'Asha' });

  await page.emulateMedia({ media: 'print' });
  await expect(page.getByText(recordText.page.help)).toBeHidden();
  const feet = () =>
    page.evaluate(() =>
      document.adoptedStyleSheets.flatMap(({ cssRules }) =>
        [...cssRules].map(({ cssText }) => cssText),
      ),
    );
  const initials = Buffer.from(report.log.head.slice(0, 8)).toString('hex').match(/.{4}/g)!;
  expect((await feet()).join()).toContain(recordText.paper.footer(initials.join(' ')));
  await page.emulateMedia({ media: 'screen' });
  await follow(page, '#/about');
  await expect(paper).toBeHidden();
  expect(await feet()).toEqual([]);
});

/** Five operators and a witness who does not agree; one deviation was noted. */
async function ceremony() {
  const players = await enrolled(5, 3, 'printed');
  const first = players[0]!.seat;
  const wim = await sitAsWitness(ports(memoryStore(), 'wim'), first.log.outgoing(true).bundle, {
    name: 'Wim',
    organisation: 'Witnesses',
  });
  if (typeof wim === 'string') throw new Error(wim);
  await first.take(wim.log.outgoing(true).bundle);
  await players[2]!.seat.note('prepare', 'The second camera failed; a phone was used.');
  await finish(players);
  await wim.take(first.log.outgoing(true).bundle);
  const agreed = first.log.record();
  await wim.attest(false, 'I could not hear Chen read the last words.');
  await first.take(wim.log.outgoing(true).bundle);
  return {
    first: agreed,
    later: first.log.record(),
    second: players[1]!.seat.log.record(),
    recordHash: first.progress().recordHash!,
  };
}

let made: Awaited<ReturnType<typeof ceremony>>;
test.beforeAll(async () => {
  made = await ceremony();
});

const { verify } = recordText;
const section = (page: Page) => page.getByTestId('verify-record');

async function open(page: Page): Promise<void> {
  await page.goto('./#/verify');
  await expect(page.getByTestId('verdict')).toBeVisible();
}

const choose = (page: Page, ...files: readonly Uint8Array[]) =>
  section(page)
    .getByLabel(verify.choose)
    .setInputFiles(
      files.map((bytes, i) => ({
        name: `${i + 1}.record`,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(bytes),
      })),
    );

const flipped = (bytes: Uint8Array, offset: number): Uint8Array => {
  const copy = bytes.slice();
  copy[offset]! ^= 1;
  return copy;
};

test('a record holds, every check named, without a workspace', async ({ page }) => {
  await open(page);
  await choose(page, made.second);
  const audit = page.getByTestId('audit');
  await expect(audit).toHaveAttribute('data-verdict', 'incomplete'); // the witness’s word is missing
  await expect(audit.locator('tr[data-state=holds]')).toHaveCount(12);
  await expect(audit.locator('tr[data-state=missing]')).toHaveText(/Witnesses.*Wim/s);
  await expect(audit).toContainText(verify.two);
  await expect(page.getByTestId('announcement')).toHaveText(recordText.verdicts.incomplete);
});

test('without WebAssembly a record is verified too, by one implementation, which is said', async ({
  baseURL,
  watch,
}) => {
  test.slow();
  const two = await enrolled(2, 2, 'without');
  await finish(two);
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...chromiumArgs, '--js-flags=--jitless'],
  });
  try {
    const context = await browser.newContext({ baseURL: baseURL! });
    watch.over(context);
    const page = await context.newPage();
    await open(page);
    await choose(page, two[1]!.seat.log.record());
    const audit = page.getByTestId('audit');
    await expect(audit).toHaveAttribute('data-verdict', 'intact', { timeout: 60_000 });
    await expect(audit).toContainText(verify.one);
  } finally {
    await browser.close();
  }
});

test('a flipped byte is named by its entry, a cut tail too, other bytes are no record', async ({
  page,
}) => {
  await open(page);
  const audit = page.getByTestId('audit');
  await choose(page, flipped(made.first, 2000));
  await expect(audit).toHaveAttribute('data-verdict', 'broken');
  const entry = await audit.getAttribute('data-entry');
  await expect(audit.getByRole('alert')).toContainText(`The record is broken at entry ${entry}.`);
  await expect(audit.locator('tr[data-state=holds]')).toHaveCount(0);

  await choose(page, made.first.slice(0, -20));
  await expect(audit.getByRole('alert')).toContainText('ends in the middle');
  await choose(page, new Uint8Array(10));
  await expect(audit).toHaveAttribute('data-verdict', 'not-a-record');
  await choose(page, made.first, made.first, made.first);
  await expect(section(page).getByRole('alert')).toContainText(verify.tooMany.happened);
  await expect(audit).toHaveCount(0);
});

test('two records are held against each other', async ({ page }) => {
  await open(page);
  const comparison = page.getByTestId('comparison');
  await choose(page, made.first, made.second);
  await expect(comparison).toHaveAttribute('data-verdict', 'agree');
  await expect(comparison.getByRole('listitem')).toHaveCount(4);
  await choose(page, made.first, made.later);
  await expect(comparison).toContainText('One of the two records of Asha is older.');
  await choose(page, made.first, flipped(made.second, 900));
  await expect(comparison).toHaveAttribute('data-verdict', 'not-comparable');
});

test('files can be dropped', async ({ page }) => {
  await open(page);
  const bytes = [...made.first];
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(content)], 'dropped.record'));
    return data;
  }, bytes);
  await section(page).dispatchEvent('drop', { dataTransfer: transfer });
  await expect(page.getByTestId('audit')).toContainText('dropped.record');
});

async function read(page: Page): Promise<void> {
  await open(page);
  await choose(page, made.later);
  await expect(page.getByTestId('audit')).toHaveAttribute('data-verdict', 'faults');
  await page.getByText(verify.open).click();
  await expect(page.getByTestId('paper')).toBeVisible();
}

test('everybody can use a record that is read', async ({ page }) => {
  test.slow(); // a document of thousands of pieces
  await page.setViewportSize(smallScreen);
  await read(page);
  await expectUsable(page);
});

test('the document says everything in full', async ({ page }) => {
  await read(page);
  const paper = page.getByTestId('paper');
  const hex = Buffer.from(made.recordHash).toString('hex');
  const shown = await paper.getByTestId('record-hash').locator('.chunks span').allTextContents();
  expect(shown.join('')).toBe(hex);
  for (const sentence of [
    'REHEARSAL',
    'Asha',
    'Emre',
    'The second camera failed; a phone was used.',
    'I could not hear Chen read the last words.',
    recordText.paper.signHelp,
  ])
    await expect(paper).toContainText(sentence);
});

test('by keyboard alone', async ({ page }) => {
  await open(page);
  const input = section(page).getByLabel(verify.choose);
  await input.focus();
  const chooser = page.waitForEvent('filechooser');
  await page.keyboard.press('Space');
  await (
    await chooser
  ).setFiles({
    name: 'a.record',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(made.first),
  });
  await expect(page.getByTestId('audit')).toBeVisible();
  await page.getByText(verify.open).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('paper')).toBeVisible();
});

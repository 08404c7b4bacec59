import { chromium, type Page } from '@playwright/test';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';
import {
  expectAxeSilent,
  expectNoSidewaysScrolling,
  expectUsable,
  smallScreen,
} from '../support/axe.ts';
import { approveDrawn } from '../support/drawn.ts';
import { expect, test } from '../support/fixtures.ts';

const names = ['Asha', 'Ben', 'Chen', 'Dora', 'Emre'];

const address = (query: string) => `./#/try?${query}`;
const end = (page: Page) => page.getByTestId('end');
const chips = (page: Page) => page.getByTestId('chip');

async function open(page: Page, query: string) {
  await page.goto(address(query));
  await expect(page.getByTestId('desk')).toHaveCount(5, { timeout: 30_000 });
}

async function choose(page: Page, speed: '4×' | 'At once') {
  await page.getByRole('radio', { name: speed }).check();
}

/** Says at the own desk what was found. */
async function verdict(page: Page, choice: 'accept' | 'object') {
  const desk = page.locator('.session');
  await desk.getByRole('radio', { name: choice === 'accept' ? /accept/i : /object/i }).focus();
  await page.keyboard.press('Space');
  const reason = desk.getByLabel(/why/i);
  if (choice === 'object') await reason.fill('Another address than was ordered');
  await desk.getByLabel(/where/i).fill('The telephone');
}

test('a key at 4× in less than 30 seconds, rehearsed on all five desks', async ({ page }) => {
  await open(page, 'story=key&seed=7');
  await choose(page, '4×');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  const began = Date.now();
  await expect(end(page)).toHaveAttribute('data-result', 'rehearsed', { timeout: 45_000 });
  const seconds = (Date.now() - began) / 1000;
  console.log(`A key at 4×: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(30);
  await expect(chips(page)).toHaveText(Array(5).fill(/Rehearsed/));
  await expect(page.getByTestId('rehearsal')).toContainText('REHEARSAL');
  await expect(page.getByTestId('desk').first()).toContainText('SIMULATED');
});

test('someone cheats: the right name, proven, and no key', async ({ page }) => {
  await open(page, 'story=cheat&seed=7');
  await choose(page, 'At once');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(end(page)).toHaveAttribute('data-result', 'stopped', { timeout: 30_000 });
  await expect(page.getByTestId('named')).toHaveText(/^Dora\s+proven$/);
  await expect(end(page)).toContainText('Dora sent a wrong part of a share.');
  await expect(end(page)).toContainText('Shown on the desk of Chen.');
  await expect(chips(page)).toHaveText(Array(5).fill(/no key/));
  await end(page).getByRole('button', { name: 'Another seed' }).click();
  await expect(page.getByTestId('named')).toHaveText(/^Emre\s+proven$/, { timeout: 30_000 });
});

test('a reload in the middle: nonces are dropped, the key is made', async ({ page }) => {
  await open(page, 'story=reload&seed=7');
  await choose(page, 'At once');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(end(page)).toHaveAttribute('data-result', 'rehearsed', { timeout: 30_000 });
  await expect(end(page)).toContainText('Nonces were dropped on the desk of');
  await expect(end(page)).toContainText('Dora');
});

test('a withdrawal at once with the autopilot: signed by three, verified twice', async ({
  page,
}) => {
  const began = Date.now();
  await open(page, 'story=sign&seed=7');
  await page.getByRole('checkbox', { name: 'Let the autopilot play Chen' }).check();
  await choose(page, 'At once');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(end(page)).toHaveAttribute('data-result', 'signed', { timeout: 45_000 });
  console.log(`A withdrawal at once: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await expect(end(page)).toContainText('Signed by Asha, Ben, and Chen.');
  await expect(page.getByTestId('txid')).toHaveText(/^([0-9a-f]{4}){16}$/);
  await end(page)
    .getByText(/^The transaction, \d+ bytes$/)
    .click();
  await expect(page.getByTestId('raw')).toHaveText(/^020000000001[0-9a-f]{300,}$/);
});

test('a withdrawal signed at the own desk, by keyboard alone, within two minutes', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const began = Date.now();
  await open(page, 'story=sign&seed=7');
  await page.getByRole('radio', { name: '4×' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play', exact: true }).press('Enter');
  await expect(page.getByRole('main').getByText('It is your turn: Check and answer')).toBeVisible({
    timeout: 60_000,
  });
  await page.getByRole('button', { name: 'Go to your desk' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Your desk' })).toBeFocused();
  const desk = page.locator('.session');
  await expect(desk).toHaveAttribute('data-act', 'answer');
  await verdict(page, 'accept');
  await desk.getByRole('button', { name: 'Approve on the device' }).press('Enter');
  await approveDrawn(page, 'approve');
  await approveDrawn(page, 'derive');
  await expect(desk).toHaveAttribute('data-act', 'release', { timeout: 60_000 });
  await desk.getByRole('button', { name: /Give/ }).press('Enter');
  await expect(end(page)).toHaveAttribute('data-result', 'signed', { timeout: 60_000 });
  const seconds = (Date.now() - began) / 1000;
  console.log(`A withdrawal at the own desk: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(120);
  await expect(end(page)).toContainText('Signed by Asha, Ben, and Chen.');
  await page.getByRole('button', { name: 'See how it ended' }).press('Enter');
  await expect(end(page).getByRole('heading', { level: 2 })).toBeFocused();
});

for (const [choice, says] of [
  ['object', 'You spotted it.'],
  ['accept', 'You accepted it.'],
] as const)
  test(`a swapped recipient, ${choice}: the end says who proposed it and what differs`, async ({
    page,
  }) => {
    await open(page, 'story=swap&seed=7');
    await choose(page, 'At once');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const desk = page.locator('.session');
    await expect(desk).toHaveAttribute('data-act', 'answer', { timeout: 45_000 });
    await expect(page.getByTestId('order')).toContainText('Pay 0.25000000 BTC to');
    if (choice === 'object') {
      await expectAxeSilent(page);
      await page.setViewportSize({ width: 360, height: 640 });
      await expectNoSidewaysScrolling(page);
    }
    await verdict(page, choice);
    if (choice === 'object') await desk.getByRole('button', { name: 'Send' }).click();
    else {
      await desk.getByRole('button', { name: 'Approve on the device' }).click();
      await approveDrawn(page, 'approve');
      await approveDrawn(page, 'derive');
    }
    await expect(end(page)).toHaveAttribute('data-result', 'objected', { timeout: 45_000 });
    await expect(page.getByTestId('judged')).toContainText(says);
    await expect(end(page)).toContainText('Dora proposed the right amount to another recipient.');
    await expect(end(page).locator('mark').first()).toBeVisible();
  });

test('an address leads to the same state, step by step; the end too', async ({ page }) => {
  await open(page, 'story=key&seed=3&step=40');
  await expect(page.getByTestId('step')).toHaveText('Step 40');
  const there = await page.getByTestId('events').textContent();
  await open(page, 'story=key&seed=3&step=39');
  await page.getByRole('button', { name: 'One step' }).click();
  await expect(page.getByTestId('step')).toHaveText('Step 40');
  expect(await page.getByTestId('events').textContent()).toBe(there);
  await expect(page).toHaveURL(/story=key&seed=3&step=40$/);
  await open(page, 'story=key&seed=3&step=1000');
  await expect(end(page)).toHaveAttribute('data-result', 'rehearsed');
  await expect(page).toHaveURL(/step=\d\d$/);
  const last = page.url();
  await page.goto(last);
  await expect(end(page)).toHaveAttribute('data-result', 'rehearsed');
});

test('levers: a lost packet comes again; a late lie says so; an equivocation is proven', async ({
  page,
}) => {
  await open(page, 'story=key&seed=1&step=13');
  await page.getByText('Levers: make it go wrong').click();
  await page.getByRole('button', { name: 'Lose it' }).click();
  await choose(page, 'At once');
  await page.getByLabel('Who', { exact: true }).selectOption('Emre');
  await page.getByRole('button', { name: 'Signs two first messages' }).click();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(end(page)).toHaveAttribute('data-result', 'stopped', { timeout: 30_000 });
  await expect(page.getByTestId('named')).toHaveText(/^Emre\s+proven$/);
  await page.getByText('Everything, from the beginning').click();
  await expect(page.getByText('Lost on the way. It will be brought again.')).toHaveCount(1);
  await page.getByRole('button', { name: 'Lies in a share of the key' }).click();
  await page.getByRole('button', { name: 'One step' }).click();
  await expect(page.getByTestId('events')).toContainText('It is too late for that');
});

test('one desk is played by a person, by keyboard alone, with the drawn device', async ({
  page,
}) => {
  test.setTimeout(120_000);
  await open(page, 'story=key&seed=7');
  await page.getByRole('checkbox', { name: 'Let the autopilot play Chen' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('radio', { name: 'At once' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Play', exact: true }).press('Enter');
  const press = (name: string | RegExp) => page.getByRole('button', { name }).press('Enter');
  const yours = page.locator('.ceremony');
  const words = async () => {
    await expect(page.getByRole('radio', { name: /same/ })).toHaveCount(5);
    for (const radio of await page.getByRole('radio', { name: /same/ }).all()) {
      await radio.focus();
      await page.keyboard.press('Space');
    }
    await press('All words are the same');
  };

  await expect(yours).toHaveAttribute('data-act', 'prepare', { timeout: 30_000 });
  await expect(
    page.getByRole('main').getByText('It is your turn: Prepare your machine'),
  ).toBeVisible();
  await press('Go to your desk');
  await expect(page.getByRole('heading', { name: 'Your desk' })).toBeFocused();
  await press(/note all of them as “rehearsed”/);
  await expect(yours).toHaveAttribute('data-act', 'read-words');
  await expectAxeSilent(page);
  await words();
  await expect(yours).toHaveAttribute('data-act', 'seal');
  await press('Seal the manifest');
  await expect(yours).toHaveAttribute('data-act', 'answer', { timeout: 30_000 });
  await press('Approve on the device');
  await approveDrawn(page, 'approve');
  await expect(yours).toHaveAttribute('data-act', 'store', { timeout: 30_000 });
  await press('Seal the shares under the device');
  await approveDrawn(page, 'derive'); // each share is a question of its own
  await approveDrawn(page, 'derive');
  await expect(yours).toHaveAttribute('data-act', 'read-words');
  await words();
  await expect(yours).toHaveAttribute('data-act', 'backup');
  // The rest is left to the program.
  const auto = page.getByRole('checkbox', { name: 'Let the autopilot play Chen' });
  await auto.focus();
  await page.keyboard.press('Space');
  await expect(end(page)).toHaveAttribute('data-result', 'rehearsed', { timeout: 30_000 });
});

const states = [
  ['the beginning', 'story=key&seed=7'],
  ['a packet in flight', 'story=key&seed=7&step=40'],
  ['a key', 'story=key&seed=7&step=1000'],
  ['a cheat found', 'story=cheat&seed=7&step=1000'],
  ['a withdrawal', 'story=sign&seed=7&step=1000'],
  ['a swapped recipient', 'story=swap&seed=7&step=1000'],
] as const;

for (const [state, query] of states) {
  test(`everybody can use the page at ${state}`, async ({ page }) => {
    await page.setViewportSize(smallScreen);
    await open(page, query);
    if (query.includes('1000')) await expect(end(page)).toBeVisible();
    for (const summary of await page.locator('main summary').all()) await summary.click();
    await expectUsable(page);
  });
}

test('with reduced motion nothing flies, and the desks say who sends', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'story=key&seed=7&step=1');
  await page.getByRole('button', { name: 'One step' }).click();
  await expect(page.getByTestId('step')).toHaveText('Step 2');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  for (const name of [names[0]!, names[1]!])
    await expect(page.getByRole('article', { name })).toContainText('✉');
});

test('without WebAssembly JavaScript rehearses, and the page says so', async ({
  baseURL,
  watch,
}) => {
  test.setTimeout(180_000);
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...chromiumArgs, '--js-flags=--jitless'],
  });
  try {
    const context = await browser.newContext({ baseURL: baseURL! });
    watch.over(context);
    const page = await context.newPage();
    await page.goto(address('story=cheat&seed=7'));
    await expect(page.getByText('WebAssembly is off in this browser')).toBeVisible({
      timeout: 60_000,
    });
    await choose(page, 'At once');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const began = Date.now();
    await expect(page.getByTestId('named')).toHaveText(/^Dora\s+proven$/, { timeout: 120_000 });
    console.log(`A cheat without WebAssembly: ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } finally {
    await browser.close();
  }
});

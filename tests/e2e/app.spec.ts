import AxeBuilder from '@axe-core/playwright';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '../support/fixtures.ts';
import { built, rootOf } from '../support/origin.ts';

const routes = [
  { path: './', heading: 'The room where a quorum keeps its keys' },
  { path: './#/verify', heading: 'Verify this bundle' },
  { path: './#/about', heading: 'About Conclave' },
];

const themes = ['light', 'dark', 'dim'] as const;

test('starts on the WASM engine, self-test passed, both implementations compared', async ({
  page,
}) => {
  await page.goto('./#/about');
  const selfTest = page.getByTestId('selftest');
  await expect(selfTest).toHaveAttribute('data-state', 'passed');
  await expect(selfTest).toHaveAttribute('data-engine', 'wasm');
  await expect(selfTest.getByRole('row')).toHaveCount(5);
});

test('the page is cross-origin isolated and in a secure context', async ({ page }) => {
  await page.goto('./');
  expect(await page.evaluate(() => [crossOriginIsolated, isSecureContext])).toEqual([true, true]);
});

test('#/verify shows the launcher’s root as hex, words and QR code', async ({ page }) => {
  await page.goto('./#/verify');
  await expect(page.getByTestId('verdict')).toContainText('Every file is as the manifest lists it');
  const hex = await page.getByTestId('root-hex').getByRole('listitem').allTextContents();
  expect(hex).toHaveLength(16);
  expect(hex.join('')).toBe(await rootOf(built));
  await expect(page.getByTestId('root-words').getByRole('listitem')).toHaveCount(24);
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
});

test('the comparison of the root is remembered, for this root', async ({ page }) => {
  await page.goto('./');
  const step = page.getByRole('listitem').filter({ hasText: 'You compare its root' });
  await expect(step).toHaveAttribute('data-state', 'todo');
  await step.getByRole('link').click();
  await page.getByRole('button', { name: 'I compared it' }).click();
  await expect(page.getByTestId('compared')).toBeVisible();
  await page.goto('about:blank');
  await page.goto('./');
  await expect(step).toHaveAttribute('data-state', 'done');
  await page.evaluate(() => localStorage.setItem('conclave-compared', '00'.repeat(32)));
  await page.reload();
  await expect(step).toHaveAttribute('data-state', 'todo');
});

for (const { path, heading } of routes) {
  for (const theme of themes) {
    test(`axe finds nothing on ${path} in the ${theme} theme`, async ({ page }) => {
      await page.addInitScript((name) => {
        localStorage.setItem('conclave-theme', name);
      }, theme);
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      if (path.includes('verify')) await expect(page.getByTestId('offer')).toBeVisible();
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    });
  }

  for (const [name, viewport] of [
    ['360×640', { width: 360, height: 640 }],
    // 1280 × 720 at 200 % zoom leaves this many CSS pixels.
    ['200 % zoom', { width: 640, height: 360 }],
  ] as const) {
    test(`${path} needs no sideways scrolling at ${name}`, async ({ page }) => {
      await page.setViewportSize(viewport);
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
      if (path.includes('verify')) await expect(page.getByTestId('offer')).toBeVisible();
      const { scroll, width } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: document.documentElement.clientWidth,
      }));
      expect(scroll).toBeLessThanOrEqual(width);
    });
  }
}

test('keyboard only: skip link, navigation, focus on the new heading', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1, name: 'The room' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.getByRole('navigation').getByRole('link', { name: 'Verify' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Verify this bundle' })).toBeFocused();
});

test('a theme that was chosen stays after a reload', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Theme').selectOption('Ceremony dim');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dim');
  await page.reload();
  await expect(page.getByLabel('Theme')).toHaveValue('dim');
});

test('an unknown address says so and leads back', async ({ page }) => {
  await page.goto('./#/nowhere');
  await expect(page.getByRole('alert')).toContainText('There is no such page');
  await page.getByRole('main').getByRole('link', { name: 'Start' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'The room' })).toBeVisible();
});

test('hold to confirm: letting go cancels; holding confirms; a typed code does too', async ({
  page,
}) => {
  await page.goto('./#/verify');
  const kept = page.getByTestId('kept');
  const remove = page.getByRole('button', { name: 'Remove the kept bundle' });
  const loadedAt = () => page.evaluate(() => performance.timeOrigin).catch(() => 0);
  await expect(kept).toContainText('is kept here');
  const first = await loadedAt();

  await remove.click({ delay: 500 });
  await page.waitForTimeout(2000);
  expect(await loadedAt()).toBe(first);

  // Removing loads the page again, which keeps the bundle anew.
  await remove.focus();
  await page.keyboard.down('Space');
  await expect.poll(loadedAt, { timeout: 30_000 }).toBeGreaterThan(first);
  await page.keyboard.up('Space');
  await expect(kept).toContainText('is kept here');
  const second = await loadedAt();

  await page.getByText('Without holding').click();
  const label = await page.getByText(/^Type \d{4} to confirm$/).textContent();
  const confirm = page.getByRole('button', { name: 'Confirm' });
  await expect(confirm).toBeDisabled();
  await page.getByLabel(/^Type/).fill(/\d{4}/.exec(label!)![0]);
  await confirm.click();
  await expect.poll(loadedAt).toBeGreaterThan(second);
});

test('hold to confirm: leaving the page lets go, another mouse button does nothing', async ({
  page,
}) => {
  await page.goto('./#/verify');
  await expect(page.getByTestId('kept')).toContainText('is kept here');
  const remove = page.getByRole('button', { name: 'Remove the kept bundle' });
  const kept = () => page.evaluate(async () => (await caches.keys()).length > 0);

  await remove.click({ button: 'right', delay: 2500 });
  expect(await kept()).toBe(true);

  await remove.hover();
  await page.mouse.down();
  await page.evaluate(() => {
    document.querySelector<HTMLAnchorElement>('nav a[href="#/about"]')!.click();
  });
  await expect(page.getByRole('heading', { level: 1, name: 'About Conclave' })).toBeVisible();
  await page.waitForTimeout(2500);
  await page.mouse.up();
  expect(await kept()).toBe(true);
});

test('the start page needs less than 120 kB of JavaScript, gzipped', async ({ page }) => {
  const scripts = new Set<string>();
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname.slice(1));
  });
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const total = [...scripts]
    .map((path) => gzipSync(readFileSync(join(built, path))).length)
    .reduce((sum, size) => sum + size, 0);
  console.log(
    `JavaScript of the start page: ${scripts.size} files, ${(total / 1000).toFixed(1)} kB gzipped`,
  );
  expect(scripts.size).toBeGreaterThan(5);
  expect(total).toBeLessThan(120_000);
});

test('the service worker’s headers are the launcher’s', async ({ page, request }) => {
  await page.goto('./#/verify');
  await expect(page.getByTestId('kept')).toContainText('is kept here');
  await page.reload();
  for (const path of ['/index.html', '/service-worker.js', '/icon.svg', '/bip39-english.txt']) {
    const kept = await page.evaluate(
      async (url) => Object.fromEntries((await fetch(url)).headers),
      path,
    );
    const launched = await request.get(`http://127.0.0.1:7465${path}`, {
      headers: { Host: 'conclave.localhost:7465' },
    });
    const headers = Object.entries(launched.headers()).filter(
      // Of the connection, or of the service worker's own script alone.
      ([name]) =>
        !['date', 'connection', 'content-length', 'service-worker-allowed'].includes(name),
    );
    expect(headers.length).toBeGreaterThan(8);
    for (const [name, value] of headers) expect.soft(kept[name], `${path} ${name}`).toBe(value);
  }
});

/**
 * Somebody changes something, and the browser's side of the bundle check answers. The launcher's own
 * refusals are in bundle/launch.spec.ts; what is out of reach stands in SECURITY.md and on #/verify.
 */
import type { Page } from '@playwright/test';
import { MANIFEST_NAME } from '../../bundle/manifest.mjs';
import { text } from '../../src/lib/ui/text.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  anotherBundle,
  built,
  freePort,
  launch,
  pathOf,
  rootOf,
  serveDishonestly,
} from '../support/origin.ts';
import {
  ENGINE,
  SCRIPT,
  STYLE,
  WORKER,
  keepIn,
  serveChanged,
  shownRoot,
  started,
  stopAll,
} from '../support/tampering.ts';

test.afterEach(stopAll);

test.describe('on the first visit, nothing is kept yet', () => {
  test('a changed page script is refused by the browser, in words', async ({ page, watch }) => {
    watch.tolerate(/integrity|Failed to (load|fetch)|dynamically imported/i);
    const { address } = await serveChanged(pathOf(/immutable\/entry\/start\..*\.js$/));
    await page.goto(address);
    await expect(page.getByText('its bytes are not those of this bundle')).toBeVisible();
    await expect(page.getByRole('navigation')).toHaveCount(0);
  });

  test('a changed script of one page is refused when the page is opened', async ({
    page,
    watch,
  }) => {
    watch.tolerate(/integrity|Failed to (load|fetch)|dynamically imported/i);
    const { address } = await serveChanged(SCRIPT);
    await page.goto(`${address}#/about`);
    await page.getByRole('link', { name: text.app.pages.start, exact: true }).click();
    await expect(page.getByRole('alert')).toContainText(text.broken('').happened);
  });

  test('a changed stylesheet is not applied, not kept, and named', async ({ page, watch }) => {
    watch.tolerate(/integrity|SRI/i);
    const { address } = await serveChanged(STYLE);
    await page.goto(`${address}#/verify`);
    await expect(page.getByText(text.keeper.unsupported.happened)).toHaveCount(0);
    await expect(page.getByRole('alert').filter({ hasText: STYLE })).toBeVisible();
    await expect(
      page.getByRole('alert').filter({ hasText: 'The bundle was not kept' }),
    ).toBeVisible();
  });

  test('a changed worker is not kept, and named', async ({ page, watch }) => {
    watch.tolerate(/integrity/i);
    const { address } = await serveChanged(WORKER);
    await page.goto(`${address}#/verify`);
    await expect(page.getByRole('alert').filter({ hasText: WORKER })).toBeVisible();
    await expect(
      page.getByRole('alert').filter({ hasText: 'The bundle was not kept' }),
    ).toBeVisible();
  });

  test('a changed WASM engine computes nothing', async ({ page, watch }) => {
    watch.tolerate(/integrity/i);
    const { address } = await serveChanged(ENGINE);
    await page.goto(`${address}#/about`);
    await expect(page.getByTestId('selftest')).toHaveAttribute('data-state', 'refused');
    await expect(page.getByRole('alert')).toContainText('The WebAssembly engine was refused');
  });

  test('a file that is missing on the server is named', async ({ page, watch }) => {
    watch.tolerate(/404|integrity/i);
    const { address } = started(
      await serveDishonestly(built, await freePort(), (path, bytes) =>
        path === 'bip39-english.txt' ? undefined : bytes,
      ),
    );
    await page.goto(`${address}#/verify`);
    await expect(
      page.getByRole('alert').filter({ hasText: 'bip39-english.txt (missing)' }),
    ).toBeVisible();
  });
});

test.describe('a kept bundle', () => {
  test('starts with the launcher stopped, worker and engine included', async ({
    page,
    context,
  }) => {
    const server = await launch(built, await freePort());
    await keepIn(page, server);
    await server.stop();
    const offline = await context.newPage();
    const begun = Date.now();
    await offline.goto(`${server.address}#/about`);
    await expect(offline.getByTestId('selftest')).toHaveAttribute('data-state', 'passed');
    console.log(
      `Interactive from the kept bundle after ${Date.now() - begun} ms, launcher stopped`,
    );
    await offline.goto(`${server.address}#/verify`);
    await expect(offline.getByTestId('verdict')).toBeVisible();
    await expect(offline.getByTestId('offer')).toHaveAttribute('data-state', 'unreachable');
  });

  for (const [what, changed] of [
    ['page script', SCRIPT],
    ['worker', WORKER],
    ['WASM engine', ENGINE],
    ['stylesheet', STYLE],
    ['page', 'index.html'],
  ] as const) {
    test(`goes on when the server changes its ${what}`, async ({ page }) => {
      const port = await freePort();
      const server = await launch(built, port);
      await keepIn(page, server);
      const root = await shownRoot(page);
      await server.stop();
      started(
        await serveDishonestly(built, port, (path, bytes) =>
          path === changed ? Buffer.concat([bytes!, Buffer.from('\n')]) : bytes,
        ),
      );
      await page.reload();
      await expect(page.getByTestId('verdict')).toBeVisible();
      expect(await shownRoot(page)).toBe(root);
      await page.getByRole('link', { name: text.app.pages.about }).click();
      await expect(page.getByTestId('selftest')).toHaveAttribute('data-state', 'passed');
    });
  }

  /** What a hostile page script, an extension or another program could do to the stored copies. */
  const poison = (page: Page, path: string) =>
    page.evaluate(async (url) => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        if (await cache.match(url)) await cache.put(url, new Response('alert("poison")'));
      }
    }, `/${path}`);

  test('never serves a poisoned copy: it is replaced by the verified bytes, and said', async ({
    page,
  }) => {
    const server = started(await launch(built, await freePort()));
    await keepIn(page, server);
    await poison(page, SCRIPT);
    await page.goto(server.address);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.start.heading);
    await page.getByRole('link', { name: text.app.pages.verify, exact: true }).click();
    await expect(page.getByRole('alert')).toContainText(
      'had been changed or lost and were replaced',
    );
    await expect(page.getByRole('alert')).toContainText(SCRIPT);
    await expect(page.getByTestId('verdict')).toBeVisible();
  });

  test('refuses a poisoned copy where the launcher cannot replace it', async ({ page, watch }) => {
    watch.tolerate(/409/);
    const server = await launch(built, await freePort());
    await keepIn(page, server);
    await poison(page, 'index.html');
    await server.stop();
    const response = await page.goto(server.address);
    expect(response!.status()).toBe(409);
    await expect(page.locator('body')).toContainText('/index.html is missing or was changed');
  });

  test('refuses a poisoned manifest, and takes the launcher’s if it is the pinned one', async ({
    page,
  }) => {
    const server = started(await launch(built, await freePort()));
    await keepIn(page, server);
    await poison(page, MANIFEST_NAME);
    await page.reload();
    await expect(page.getByTestId('verdict')).toBeVisible();
    expect(await shownRoot(page)).toBe(await rootOf(built));
  });

  test('has no file that the manifest does not list', async ({ page, watch }) => {
    watch.tolerate(/404/);
    const server = started(await launch(built, await freePort()));
    await keepIn(page, server);
    const answer = await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        await (await caches.open(name)).put('/extra.js', new Response('alert(1)'));
      }
      return (await fetch('/extra.js')).status;
    });
    expect(answer).toBe(404);
  });
});

test.describe('a kept bundle that lost something', () => {
  const drop = (page: Page, path?: string) =>
    page.evaluate(async (url) => {
      for (const name of (await caches.keys()).filter((key) => key.startsWith('conclave-bundle'))) {
        if (url === undefined) await caches.delete(name);
        else await (await caches.open(name)).delete(url);
      }
    }, path);

  test('its files: they are kept anew from the launcher, and start without it again', async ({
    page,
  }) => {
    const server = await launch(built, await freePort());
    await keepIn(page, server);
    await drop(page);
    await page.reload();
    await expect(page.getByTestId('kept')).toContainText('is kept here');
    await server.stop();
    await page.reload();
    await expect(page.getByTestId('verdict')).toBeVisible();
  });

  test('its manifest: an older bundle is still refused', async ({ page, watch }) => {
    watch.tolerate(/503|lower version|ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    await drop(page, `/${MANIFEST_NAME}`);
    await server.stop();
    started(await launch(await anotherBundle('0.0.9'), port));
    for (let visit = 0; visit < 3; visit++) {
      const response = await page.goto(server.address);
      expect(response!.status()).toBe(503);
      await page.waitForTimeout(500);
    }
  });

  test('a file, while the launcher has moved on: the way out is told and works', async ({
    page,
    watch,
  }) => {
    watch.tolerate(/409|has not been accepted|ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    await drop(page, '/index.html');
    await server.stop();
    const folder = await anotherBundle('0.9.0');
    started(await launch(folder, port));
    await page.goto(server.address);
    await expect(page.locator('body')).toContainText('Shift and the reload button');

    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.reload', { ignoreCache: true });
    await page.getByRole('link', { name: text.app.pages.verify, exact: true }).click();
    await page.getByRole('button', { name: text.verify.offer.accept }).focus();
    await page.keyboard.down('Space');
    await expect(page.getByTestId('kept')).toContainText('0.9.0', { timeout: 30_000 });
    await page.keyboard.up('Space');
  });
});

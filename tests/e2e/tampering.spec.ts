/**
 * Somebody changes something, and the browser's side of the bundle check answers. The launcher's own
 * refusals are in bundle/launch.spec.ts; what is out of reach stands in SECURITY.md and on #/verify.
 */
import { test as base, type Page } from '@playwright/test';
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
  serveForeign,
  type Running,
} from '../support/origin.ts';

const SCRIPT = pathOf(/immutable\/nodes\/2\..*\.js$/);
const STYLE = pathOf(/immutable\/assets\/0\..*\.css$/);
const WORKER = pathOf(/immutable\/workers\/.*\.js$/);
const ENGINE = pathOf(/\.wasm$/);

const running: Running[] = [];

/** Stop it at the end of the test, whatever happens. */
function started(server: Running): Running {
  running.push(server);
  return server;
}

base.afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** Serve the built bundle with one file changed by a byte at its end. */
async function serveChanged(changed: string): Promise<Running> {
  return started(
    await serveDishonestly(built, await freePort(), (path, bytes) =>
      path === changed ? Buffer.concat([bytes!, Buffer.from('\n')]) : bytes,
    ),
  );
}

/** Open the app and wait until this browser keeps its bundle. */
async function keepIn(page: Page, { address }: Running): Promise<void> {
  await page.goto(`${address}#/verify`);
  await expect(page.getByTestId('kept')).toContainText('is kept here');
}

async function shownRoot(page: Page): Promise<string> {
  const groups = page.getByTestId('root-hex').first().getByRole('listitem');
  await expect(groups).toHaveCount(16);
  return (await groups.allTextContents()).join('');
}

/** What the browser does by itself once in a while; resolves when it has come to an end, good or bad. */
const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.getRegistration('/'))!;
    await registration.update().catch(() => null);
    while (registration.installing) await new Promise((turn) => setTimeout(turn, 50));
  });

const version = (page: Page) => page.getByRole('contentinfo');

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
    await expect(page.getByTestId('kept')).toContainText('0.9.0', { timeout: 15_000 });
    await page.keyboard.up('Space');
  });
});

test.describe('another bundle on the same address', () => {
  test('is never taken silently; accepted by its root, it replaces the kept one', async ({
    page,
    context,
    watch,
  }) => {
    watch.tolerate(/has not been accepted|ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    await server.stop();
    const folder = await anotherBundle('0.9.0');
    started(await launch(folder, port));

    // Even when every page is closed after the new one was offered: that lets a browser activate a
    // service worker that waits.
    await page.reload();
    await expect(page.getByTestId('offer')).toHaveAttribute('data-state', 'other');
    await lookForUpdate(page);
    await page.close();
    const again = await context.newPage();
    await again.goto(server.address);
    await expect(again.getByText(text.app.otherBundle)).toBeVisible();
    await expect(version(again)).toContainText('0.1.0');

    await again.getByRole('link', { name: text.app.compareIt }).click();
    const offer = again.getByTestId('offer');
    await expect(offer).toHaveAttribute('data-state', 'other');
    const offered = await offer.getByTestId('root-hex').getByRole('listitem').allTextContents();
    expect(offered.join('')).toBe(await rootOf(folder));

    const accept = again.getByRole('button', { name: text.verify.offer.accept });
    await accept.focus();
    await again.keyboard.down('Space');
    await expect(offer).toHaveAttribute('data-state', 'same', { timeout: 15_000 });
    await again.keyboard.up('Space');
    expect(await shownRoot(again)).toBe(await rootOf(folder));
    await expect(again.getByTestId('kept')).toContainText('0.9.0');
  });

  test('of a lower version is refused, even with a forged acceptance', async ({
    page,
    context,
    watch,
  }) => {
    watch.tolerate(/lower version|ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    const root = await shownRoot(page);
    await server.stop();
    const folder = await anotherBundle('0.0.9');
    started(await launch(folder, port));

    await page.reload();
    const offer = page.getByTestId('offer');
    await expect(offer).toHaveAttribute('data-state', 'older');
    await expect(page.getByRole('button', { name: text.verify.offer.accept })).toHaveCount(0);

    await page.evaluate(
      async (forged) => {
        await (await caches.open('conclave-notes')).put('/accepted', new Response(forged));
      },
      await rootOf(folder),
    );
    await lookForUpdate(page);
    await page.close();
    const again = await context.newPage();
    await again.goto(`${server.address}#/verify`);
    await expect(again.getByTestId('offer')).toHaveAttribute('data-state', 'older');
    expect(await shownRoot(again)).toBe(root);
  });

  test('that is accepted but differs from its manifest is refused; the kept one goes on', async ({
    page,
    watch,
  }) => {
    watch.tolerate(/integrity|has not been accepted|ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    const root = await shownRoot(page);
    await server.stop();
    const folder = await anotherBundle('0.9.0');
    started(
      await serveDishonestly(folder, port, (path, bytes) =>
        path === WORKER ? Buffer.concat([bytes!, Buffer.from('\n')]) : bytes,
      ),
    );
    await page.reload();
    await expect(page.getByTestId('offer')).toHaveAttribute('data-state', 'other');
    await page.getByRole('button', { name: text.verify.offer.accept }).focus();
    await page.keyboard.down('Space');
    await expect(page.getByText('The other bundle was not accepted')).toBeVisible({
      timeout: 15_000,
    });
    await page.keyboard.up('Space');
    expect(await shownRoot(page)).toBe(root);

    // The acceptance went with the failure: the same bundle, whole this time, waits for another one.
    await running.pop()!.stop();
    started(await launch(folder, port));
    await page.reload();
    await expect(page.getByTestId('offer')).toHaveAttribute('data-state', 'other');
    await page.waitForTimeout(1000);
    await page.reload();
    await expect(version(page)).toContainText('0.1.0');
  });

  test('a program that is no launcher is named, and not used', async ({ page, watch }) => {
    watch.tolerate(/ServiceWorker/i);
    const port = await freePort();
    const server = await launch(built, port);
    await keepIn(page, server);
    await server.stop();
    started(await serveDishonestly(built, port, () => 'hello from another program'));
    await page.reload();
    await expect(page.getByTestId('offer')).toHaveAttribute('data-state', 'invalid');
    await expect(page.getByTestId('verdict')).toBeVisible();
  });
});

test.describe('a foreign service worker left on the origin by another program', () => {
  /** What another local program once registered on this port: it answers everything itself. */
  const FOREIGN = `
    self.addEventListener('install', () => self.skipWaiting());
    self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
    self.addEventListener('fetch', (event) => {
      if (event.request.mode === 'navigate') {
        event.respondWith(new Response('<h1>foreign</h1>', { headers: { 'Content-Type': 'text/html' } }));
      }
    });`;

  for (const script of ['/sw.js', '/service-worker.js']) {
    test(`registered as ${script} is replaced once the launcher runs`, async ({ page, watch }) => {
      // The foreign page has no icon; the browser asks for one.
      watch.tolerate(/ServiceWorker|404/i);
      const port = await freePort();
      const foreign = await serveForeign(port, script, FOREIGN);
      await page.goto(foreign.address);
      await page.evaluate(async (url) => {
        const registration = await navigator.serviceWorker.register(url);
        const worker = registration.installing!;
        await new Promise<void>((done) => {
          worker.addEventListener('statechange', () => {
            if (worker.state === 'activated') done();
          });
        });
      }, script);
      await page.reload();
      await expect(page.getByRole('heading')).toHaveText('foreign');
      await foreign.stop();

      const server = started(await launch(built, port));
      // One more foreign answer cannot be prevented; the update check behind it brings ours.
      await page.goto(server.address);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.start.heading, {
        timeout: 20_000,
      });
      await page.goto(`${server.address}#/verify`);
      await expect(page.getByTestId('kept')).toContainText('is kept here');
      // Taking over loads the page once more; whatever is shown in the end is ours.
      const root = await rootOf(built);
      await expect(async () => expect(await shownRoot(page)).toBe(root)).toPass();
    });
  }

  test('with a narrower scope, over the engine’s worker, is removed before the engine starts', async ({
    page,
    watch,
  }) => {
    watch.tolerate(/ServiceWorker|404/i);
    const script = '/_app/immutable/workers/sw.js';
    const port = await freePort();
    // It would answer for the engine with a worker that says nothing at all.
    const silence = `self.addEventListener('fetch', (event) => {
      event.respondWith(new Response('', { headers: { 'Content-Type': 'text/javascript' } }));
    });`;
    const foreign = await serveForeign(port, script, silence);
    await page.goto(foreign.address);
    await page.evaluate(async (url) => {
      const worker = (await navigator.serviceWorker.register(url)).installing!;
      await new Promise<void>((done) => {
        worker.addEventListener('statechange', () => {
          if (worker.state === 'activated') done();
        });
      });
    }, script);
    await foreign.stop();
    await page.goto('about:blank');

    const server = started(await launch(built, port));
    await page.goto(`${server.address}#/about`);
    await expect(page.getByTestId('selftest')).toHaveAttribute('data-state', 'passed');
    const scopes = await page.evaluate(async () =>
      (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
    );
    expect(scopes).toEqual([server.address]);
  });
});

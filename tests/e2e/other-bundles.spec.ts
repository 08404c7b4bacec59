/** Something else on the same address: another bundle, an older one, another program and what it left. */
import { text } from '../../src/lib/ui/text.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  anotherBundle,
  built,
  freePort,
  launch,
  rootOf,
  serveDishonestly,
  serveForeign,
} from '../support/origin.ts';
import {
  WORKER,
  keepIn,
  lookForUpdate,
  running,
  shownRoot,
  started,
  stopAll,
  version,
} from '../support/tampering.ts';

test.afterEach(stopAll);

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
    await expect(offer).toHaveAttribute('data-state', 'same', { timeout: 30_000 });
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
      timeout: 30_000,
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
        timeout: 30_000,
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

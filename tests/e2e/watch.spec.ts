/** The watch that guards every run is itself shown to see what it must see. */
import { expect, test } from '../support/fixtures.ts';

test.beforeEach(async ({ page, watch }) => {
  watch.tolerate(/Content Security Policy|example\.org|provoked|Trusted/);
  await page.goto('./');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(watch.incidents).toEqual([]);
});

test('sees an inline style', async ({ page, watch }) => {
  await page.evaluate(() => {
    document.body.setAttribute('style', 'color: red');
  });
  await expect.poll(() => watch.incidents.join()).toContain('Content Security Policy');
});

test('sees a script that Trusted Types refuse', async ({ page, watch }) => {
  await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.src = '/service-worker.js';
    } catch {
      // The refusal itself; the browser also reports it.
    }
  });
  await expect.poll(() => watch.incidents.join()).toContain('Trusted');
});

test('sees a request outside the origin, which the policy stops', async ({ page, watch }) => {
  const stopped = await page.evaluate(() =>
    fetch('https://example.org/').then(
      () => false,
      () => true,
    ),
  );
  expect(stopped).toBe(true);
  await expect.poll(() => watch.incidents.join()).toContain('example.org');
});

test('sees an error that nobody caught', async ({ page, watch }) => {
  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('provoked');
    });
  });
  await expect.poll(() => watch.incidents.join()).toContain('provoked');
});

test('sees a violation in a worker', async ({ page, watch }) => {
  const worker = page.workers()[0] ?? (await page.waitForEvent('worker'));
  await worker.evaluate(() => fetch('https://example.org/').catch(() => null));
  await expect.poll(() => watch.incidents.join()).toContain('example.org');
});

test('sees a violation in the service worker', async ({ page, watch }) => {
  const worker =
    page.context().serviceWorkers()[0] ?? (await page.context().waitForEvent('serviceworker'));
  await worker.evaluate(() => fetch('https://example.org/').catch(() => null));
  await expect.poll(() => watch.incidents.join()).toContain('example.org');
});

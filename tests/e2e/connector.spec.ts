/** The way to a YubiHSM's connector: from our own pages under the strict policy, and from no other. */
import type { Page } from '@playwright/test';
import { fakeConnector, STATUS, type FakeConnector } from '../../bundle/testing-connector.ts';
import { expect, test } from '../support/fixtures.ts';
import { built, freePort, launch, serveForeign, type Running } from '../support/origin.ts';
import { keepIn } from '../support/tampering.ts';

let connector: FakeConnector;
let server: Running;
test.beforeAll(async () => {
  connector = await fakeConnector();
  const more = ['--connector', String(connector.port)];
  server = await launch(built, await freePort(), more);
});
test.afterAll(async () => {
  await server.stop();
  await connector.stop();
});
test.beforeEach(() => {
  connector.noted.length = 0;
});

const FRAME = Array.from({ length: 3139 }, (_, i) => (i * 7) & 0xff);

/** Fetches in the page; what it gets, or that it gets nothing. */
const fetched = (page: Page, url: string, init: RequestInit = {}, frame?: number[]) =>
  page.evaluate(
    async ([url, init, frame]) => {
      try {
        const body = frame && { body: Uint8Array.from(frame) };
        const response = await fetch(url, { ...init, ...body });
        const bytes = new Uint8Array(await response.arrayBuffer());
        return { status: response.status, type: response.type, bytes: [...bytes] };
      } catch {
        return 'nothing';
      }
    },
    [url, init, frame] as const,
  );

const POST = { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' } };

for (const serviceWorkers of ['allow', 'block'] as const) {
  test.describe(`with service workers: ${serviceWorkers}`, () => {
    test.use({ serviceWorkers });
    test('a page’s frames arrive as they are', async ({ page }) => {
      if (serviceWorkers === 'allow') await keepIn(page, server);
      else await page.goto(server.address);
      const controlled = await page.evaluate(() => navigator.serviceWorker.controller !== null);
      expect(controlled).toBe(serviceWorkers === 'allow');
      const status = await fetched(page, '/connector/status');
      expect(status).toMatchObject({ status: 200, bytes: [...Buffer.from(STATUS)] });
      const answer = await fetched(page, '/connector/api', POST, FRAME);
      expect(answer).toMatchObject({ status: 200, bytes: FRAME });
      const [first, second] = connector.noted;
      expect([first!.url, second!.url]).toEqual(['/connector/status', '/connector/api']);
      expect([...second!.body]).toEqual(FRAME);
      expect(second!.headers).not.toHaveProperty('user-agent');
    });
  });
}

test('nothing else passes the service worker', async ({ page, watch }) => {
  watch.tolerate(/Failed to load resource: the server responded with a status of 40[345]/);
  await keepIn(page, server);
  for (const [url, init, frame] of [
    ['/connector/status?x', {}],
    ['/connector/', {}],
    ['/connector/api', {}],
    ['/connector/api', { ...POST, method: 'PUT' }, FRAME],
    ['/connector/status', POST, FRAME],
    ['/', POST, FRAME],
  ] as [string, RequestInit, number[]?][]) {
    const answer = await fetched(page, url, init, frame);
    expect([url, answer === 'nothing' ? 0 : answer.status]).not.toEqual([url, 200]);
  }
  const typed = await page.context().newPage();
  expect((await typed.goto(`${server.address}connector/status`))?.status()).toBe(404);
  expect(connector.noted).toEqual([]);
});

test('is told plainly when the launcher has stopped', async ({ page, watch }) => {
  watch.tolerate(/Failed to load resource|ERR_CONNECTION_REFUSED/);
  const gone = await launch(built, await freePort());
  await keepIn(page, gone);
  expect(await fetched(page, '/connector/status')).toMatchObject({ status: 404 });
  await gone.stop();
  expect(await fetched(page, '/connector/status')).toMatchObject({ status: 503 });
});

test('a page of another origin reaches nothing', async ({ page, watch }) => {
  watch.tolerate(/CORS|Failed to load resource|ERR_FAILED|ERR_BLOCKED/);
  const foreign = await serveForeign(await freePort(), '/none', '');
  await page.goto(foreign.address);
  const [status, api] = ['status', 'api'].map((name) => `${server.address}connector/${name}`);
  const opaque: RequestInit = { mode: 'no-cors' };
  for (const [url, init, frame] of [
    [status!, {}],
    [status!, opaque],
    [api!, POST, FRAME],
    [api!, { method: 'POST', ...opaque }, FRAME],
    [api!, { ...POST, ...opaque }, FRAME],
  ] as [string, RequestInit, number[]?][]) {
    const answer = await fetched(page, url, init, frame);
    if (answer !== 'nothing') expect(answer).toMatchObject({ type: 'opaque', bytes: [] });
  }
  const sent = page.waitForResponse(api!);
  await page.evaluate((action) => {
    const form = Object.assign(document.createElement('form'), { method: 'POST', action });
    form.enctype = 'text/plain';
    document.body.append(form);
    form.submit();
  }, api!);
  expect((await sent).status()).toBe(403);
  expect(connector.noted).toEqual([]);
  await foreign.stop();
});

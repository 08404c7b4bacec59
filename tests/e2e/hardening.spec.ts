/** Debian's Chromium under the hardening kit's policy: what it refuses, and that Conclave works in it. */
import { type BrowserContext, expect, type Page, test } from '@playwright/test';
import {
  openPolicedBrowser,
  type PolicedBrowser,
  readPolicyPage,
  shippedPolicy,
  STOPS_AUTOMATION,
  whyNotPoliced,
} from '../support/policy-browser.ts';

/** Served by the same test server, yet another origin; only `elsewhere`'s browser may open it. */
const ELSEWHERE = 'http://elsewhere.localhost:7465';

const missing = whyNotPoliced();
test.skip(missing !== undefined && process.env['CONCLAVE_REQUIRE_TOOLS'] !== '1', missing ?? '');

let origin: string;
let context: BrowserContext;
let close: PolicedBrowser['close'] | undefined;

test.beforeAll(async ({ baseURL }) => {
  origin = new URL(baseURL ?? '').origin;
  const policy = { ...shippedPolicy(origin), ...STOPS_AUTOMATION };
  ({ context, close } = await openPolicedBrowser(policy));
});

test.afterAll(async () => {
  await close?.();
});

test('Chromium knows every line of the policy and accepts it', async () => {
  const expected = Object.keys(shippedPolicy(origin)).map((name) => ({
    name,
    level: 'Mandatory',
    status: 'OK',
  }));
  await expect(async () => {
    const rows = await readPolicyPage(context);
    expect(rows.sort(byName)).toEqual(expected.sort(byName));
  }).toPass({ timeout: 30_000 });
});

for (const url of [
  'https://example.org/',
  'http://example.org/',
  'file:///etc/hostname',
  'http://conclave.localhost:7466/',
  'http://localhost:7465/',
  'http://127.0.0.1:7465/',
  'view-source:http://conclave.localhost:7465/',
  'data:text/html,hello',
  'chrome://settings',
  'chrome://flags',
  'chrome://inspect',
  'chrome://extensions',
  'devtools://devtools/bundled/devtools_app.html',
]) {
  test(`${url} is blocked by the administrator`, async () => {
    const page = await context.newPage();
    await expect(page.goto(url)).rejects.toThrow('net::ERR_BLOCKED_BY_ADMINISTRATOR');
    await page.close();
  });
}

test('the dead proxy swallows every request that is not to our own origin', async () => {
  const page = await context.newPage();
  // A page of our origin without the app's CSP, so that the policy alone has to refuse.
  await page.route(`${origin}/`, (route) => route.fulfill({ body: 'bare' }));
  await page.goto(`${origin}/`);
  const refused: string[] = [];
  page.on('requestfailed', (request) => refused.push(request.failure()?.errorText ?? ''));
  for (const url of ['http://127.0.0.1:7465/', 'http://localhost:7465/', 'http://example.org/']) {
    const answer = page.evaluate((to) => fetch(to, { mode: 'no-cors' }).then(() => 'reached'), url);
    await expect(answer, url).rejects.toThrow('Failed to fetch');
  }
  expect(refused).toEqual(Array(3).fill('net::ERR_PROXY_CONNECTION_FAILED'));
  await page.close();
});

test('devices, camera, folders and WebAssembly are for our origin, and no other', async () => {
  const allowed = shippedPolicy(origin)['URLAllowlist'] as string[];
  const lenient = await openPolicedBrowser({
    ...shippedPolicy(origin),
    ...STOPS_AUTOMATION,
    URLAllowlist: [...allowed, ELSEWHERE],
  });
  try {
    expect(await powers(lenient.context, origin)).toEqual({
      webAssembly: 'object',
      camera: 'granted',
      microphone: 'denied',
      geolocation: 'denied',
      notifications: 'denied',
      hid: 'asks',
      usb: 'asks',
      // Headless Chromium answers the folder dialog with “cancel”: it was shown.
      folder: 'AbortError',
      screen: 'NotAllowedError',
    });
    expect(await powers(lenient.context, ELSEWHERE)).toEqual({
      webAssembly: 'undefined',
      camera: 'denied',
      microphone: 'denied',
      geolocation: 'denied',
      notifications: 'denied',
      hid: 'nothing',
      usb: 'NotFoundError',
      folder: 'NotAllowedError',
      screen: 'NotAllowedError',
    });
  } finally {
    await lenient.close();
  }
});

test('with either of its automation lines as shipped, no driver can attach', async () => {
  const shipped = shippedPolicy(origin);
  const attempts = Object.keys(STOPS_AUTOMATION).map(async (name) => {
    const policy = { ...shipped, ...STOPS_AUTOMATION, [name]: shipped[name] };
    await expect(openPolicedBrowser(policy, 4_000), name).rejects.toThrow('Timeout');
  });
  await Promise.all(attempts);
});

test('the app passes its self-test on the WebAssembly engine', async () => {
  const page = await context.newPage();
  await page.goto(`${origin}/#/about`);
  const selfTest = page.getByTestId('selftest');
  await expect(selfTest).toHaveAttribute('data-state', 'passed', { timeout: 45_000 });
  await expect(selfTest).toHaveAttribute('data-engine', 'wasm');
  await page.close();
});

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** What a bare page of an origin may do; device and folder requests are made by a real click. */
async function powers(inside: BrowserContext, from: string): Promise<Record<string, string>> {
  const page = await inside.newPage();
  const body = '<!doctype html><button>ask</button>';
  await page.route(`${from}/`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${from}/`);
  const found: Record<string, string> = { webAssembly: await page.evaluate('typeof WebAssembly') };
  for (const name of ['camera', 'microphone', 'geolocation', 'notifications'] as const) {
    found[name] = await page.evaluate(
      async (permission) => (await navigator.permissions.query({ name: permission })).state,
      name,
    );
  }
  found['hid'] = await onClick(page, 'navigator.hid.requestDevice({ filters: [] })');
  found['usb'] = await onClick(page, 'navigator.usb.requestDevice({ filters: [] })');
  found['folder'] = await onClick(page, 'showDirectoryPicker({ mode: "readwrite" })');
  found['screen'] = await onClick(page, 'navigator.mediaDevices.getDisplayMedia()');
  await page.close();
  return found;
}

/** Make a request by a click: the error's name, “nothing” for an empty answer, “asks” while a dialog is open. */
async function onClick(page: Page, request: string): Promise<string> {
  await page.reload();
  await page.evaluate(`
    document.querySelector('button').onclick = () => {
      const answer = ${request}.then((got) => (got.length === 0 ? 'nothing' : 'given'), (e) => e.name);
      const silence = new Promise((resolve) => setTimeout(resolve, 5000, 'asks'));
      window.outcome = Promise.race([answer, silence]);
    };`);
  await page.click('button');
  return page.evaluate('window.outcome');
}

/** Packets come in by camera, picture, film, file, text and folder, and go out again. */
import AxeBuilder from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';
import { fromFile, toFile, toText } from '../../src/lib/courier/file.ts';
import { pack, unpack } from '../../src/lib/courier/transport.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { transferText } from '../../src/lib/ui/text/transfer.ts';
import { drawFrames, film, photograph, randomBundle } from '../support/codes.ts';
import { expect, test } from '../support/fixtures.ts';

const { receive, send, seat } = transferText;

/** Chromium's fake camera plays a film of JPEGs at this many pictures a second. */
const CAMERA_FPS = 30;
const SHOWN_FPS = 6;

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The hash that the seat shows of the newest thing that came. */
const newest = async (page: Page): Promise<string> =>
  (
    await page.getByTestId('came').locator('.chunks').first().locator('span').allTextContents()
  ).join('');

async function openSeat(page: Page): Promise<void> {
  await page.goto('./#/courier');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(seat.heading);
}

async function expectCame(page: Page, bundle: Uint8Array, timeout = 30_000): Promise<void> {
  await expect(page.getByTestId('received')).toBeVisible({ timeout });
  await expect.poll(() => newest(page)).toBe(hashOf(bundle));
}

/** Choose files, as `setInputFiles` does. */
const choose = (page: Page, name: string, mimeType: string, buffer: Buffer | Uint8Array) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType, buffer: Buffer.from(buffer) });

const fileOf = async (bundle: Bytes) => toFile(await pack(bundle));

/** A browser of its own, with more flags than the others have. */
async function withBrowser(
  flags: string[],
  baseURL: string,
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...chromiumArgs, ...flags],
  });
  try {
    await use(await browser.newContext({ baseURL }));
  } finally {
    await browser.close();
  }
}

test('20 kB by camera in less than ten seconds, at six frames a second, a tenth of them lost', async ({
  page,
  baseURL,
  watch,
}) => {
  test.setTimeout(120_000);
  const bundle = randomBundle(20_000);
  const folder = mkdtempSync(join(tmpdir(), 'conclave-camera-'));
  const shown = 10 * SHOWN_FPS;
  const { drawings, needed } = await drawFrames(bundle, shown);
  // Every tenth is lost, none of them among those that could be seen twice.
  const seen = drawings.map((drawing, i) => (i % 10 === 3 ? null : drawing));
  const pictures = await photograph(page, seen);
  const camera = join(folder, 'camera.mjpeg');
  const repeated = pictures.flatMap((one) => Array<Buffer>(CAMERA_FPS / SHOWN_FPS).fill(one));
  writeFileSync(camera, Buffer.concat(repeated));
  try {
    await withBrowser(
      [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${camera}`,
      ],
      baseURL!,
      async (context) => {
        watch.over(context);
        const other = await context.newPage();
        await openSeat(other);
        const began = performance.now();
        await other.getByRole('button', { name: receive.camera.start }).click();
        await expect(other.getByText(/^\d+ of \d+ parts$/)).toBeVisible();
        await expectCame(other, bundle, 12_000);
        const seconds = (performance.now() - began) / 1000;
        console.log(
          `20 kB by camera: ${needed} frames needed, ${seconds.toFixed(1)} s with the camera’s start`,
        );
        expect(seconds).toBeLessThan(10);
        await expect(other.getByTestId('announcement')).toHaveText(
          receive.received(20_000, 'camera'),
        );
        await expect(other.getByText(/these codes|its codes need not/)).toBeVisible();
        await other.getByRole('button', { name: receive.camera.stop }).click();
        await expect(other.locator('video')).toHaveCount(0);
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a camera that may not be used is explained, and so is none at all', async ({
  page,
  context,
  baseURL,
}) => {
  const says = async (one: Page, fault: 'denied' | 'none') => {
    await openSeat(one);
    await one.getByRole('button', { name: receive.camera.start }).click();
    const { happened, next } = receive.camera.fault(fault);
    await expect(one.getByRole('alert')).toContainText(happened);
    await expect(one.getByRole('alert')).toContainText(next);
  };
  await withBrowser(['--use-fake-device-for-media-stream'], baseURL!, async (other) => {
    // Whatever is not granted here is denied.
    await other.grantPermissions(['clipboard-write']);
    await says(await other.newPage(), 'denied');
  });
  await context.grantPermissions(['camera']);
  await says(page, 'none');
});

test('a picture of a code that is dropped', async ({ page }) => {
  const bundle = randomBundle(300);
  const { drawings } = await drawFrames(bundle, 1, 20);
  const [picture] = await photograph(page, drawings);
  await openSeat(page);
  const drop = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], 'photo.jpg', { type: 'image/jpeg' }));
    return data;
  }, picture!.toString('base64'));
  await page
    .getByRole('group', { name: receive.files.heading })
    .dispatchEvent('drop', { dataTransfer: drop });
  await expectCame(page, bundle);
  await expect(page.getByTestId('received')).toContainText(receive.received(300, 'picture'));
});

test('several pictures in any order, one twice, one of another transfer', async ({ page }) => {
  const [bundle, stranger] = [randomBundle(1_500), randomBundle(1_500)];
  const own = (await drawFrames(bundle, 4)).drawings;
  const strange = (await drawFrames(stranger, 1)).drawings;
  const photographs = await photograph(page, [
    own[2]!,
    strange[0]!,
    own[2]!,
    own[0]!,
    own[1]!,
    own[3]!,
  ]);
  await openSeat(page);
  for (const [i, picture] of photographs.entries()) {
    await choose(page, `${i}.jpg`, 'image/jpeg', picture);
    if (i === 1) await expect(page.getByText('part of another transfer')).toBeVisible();
  }
  await expectCame(page, bundle);
});

test('a film of codes', async ({ page }) => {
  const bundle = randomBundle(3_000);
  const { drawings, needed } = await drawFrames(bundle, 8);
  expect(needed).toBeLessThan(8);
  await openSeat(page);
  const recorded = await film(page, drawings, 150);
  await choose(page, 'codes.webm', 'video/webm', recorded);
  await expectCame(page, bundle);
  await expect(page.getByTestId('received')).toContainText(receive.received(3_000, 'video'));
  await expect(page.locator('video')).toHaveCount(0);
});

test('what is not readable says so, and the next thing is taken', async ({ page }) => {
  const blank = await photograph(page, [null]);
  await openSeat(page);
  const alert = page.getByRole('alert');
  await choose(page, 'blank.jpg', 'image/jpeg', blank[0]!);
  await expect(alert).toContainText(receive.files.noCode('blank.jpg').happened);
  await choose(page, 'broken.png', 'image/png', Buffer.from('no picture'));
  await expect(alert).toContainText(receive.files.unreadable('broken.png').happened);
  await choose(page, 'broken.webm', 'video/webm', Buffer.from('no film'));
  await expect(alert).toContainText(receive.video.unreadable('broken.webm').happened);
  const file = await fileOf(randomBundle(500));
  await choose(page, 'half.conclave', '', file.subarray(0, 200));
  await expect(alert).toContainText('The end is missing');
  await choose(
    page,
    'flipped.conclave',
    '',
    file.map((byte, i) => (i === 99 ? byte ^ 1 : byte)),
  );
  await expect(alert).toContainText('damaged');
  await choose(page, 'notes.txt', 'text/plain', Buffer.from('hello'));
  await expect(alert).toContainText('holds no packets');
  // Told at once, one slow to read and one quick: in this order, so the last word is the quick one's.
  await choose(page, 'blank.jpg', 'image/jpeg', blank[0]!);
  await choose(page, 'again.txt', 'text/plain', Buffer.from('hello'));
  await page.waitForTimeout(500);
  await expect(alert).toContainText('holds no packets');
  await choose(page, 'whole.conclave', '', file);
  await expect(page.getByTestId('received')).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test('text and file: copied here, pasted there; saved here, chosen there', async ({
  page,
  context,
}) => {
  const bundle = randomBundle(2_000);
  const text = toText(await pack(bundle));
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openSeat(page);
  const quoted = `Hello,\n${text.replace(/^/gm, '> ')}\nBye`;
  await page.getByLabel(receive.paste.label).fill(quoted);
  await page.getByRole('button', { name: receive.paste.read }).click();
  await expectCame(page, bundle);

  await page.getByRole('radio', { name: send.ways.text }).check();
  expect(await page.getByLabel(send.text.label).inputValue()).toBe(text);
  await page.getByRole('button', { name: send.text.copy }).click();
  await expect(page.getByRole('status').filter({ hasText: send.text.copied })).toBeVisible();
  const other = await context.newPage();
  await openSeat(other);
  await other.getByRole('heading', { level: 1 }).click();
  await other.keyboard.press('Control+V');
  await expectCame(other, bundle);

  await page.getByRole('radio', { name: send.ways.file }).check();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: send.file.save }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^packets 1 [0-9a-f]{8}\.conclave$/);
  const packed = fromFile(new Uint8Array(readFileSync(await saved.path())));
  expect(await unpack(packed as Bytes)).toEqual(bundle);
});

test('the sender’s codes on the page are read from a picture of the page', async ({ page }) => {
  const bundle = randomBundle(400);
  await openSeat(page);
  await choose(page, 'x.conclave', '', await fileOf(bundle));
  await expectCame(page, bundle);
  const code = page.getByRole('img', { name: 'QR code' });
  const picture = await code.screenshot();
  const other = await page.context().newPage();
  await openSeat(other);
  // The reader comes out of the kept bundle, hashed like every file of it.
  await other.evaluate(() => navigator.serviceWorker.ready);
  await other.reload();
  const reader = other.waitForResponse(/zxing_reader.*\.wasm$/);
  await choose(other, 'screen.png', 'image/png', picture);
  await expectCame(other, bundle);
  expect((await reader).fromServiceWorker()).toBe(true);
});

test('a shared folder between two seats', async ({ context }) => {
  // The system's dialog cannot be driven; the browser's private directory stands for the chosen one.
  await context.addInitScript(() => {
    Object.assign(globalThis, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle('shared', { create: true }),
    });
  });
  const [one, two] = [await context.newPage(), await context.newPage()];
  for (const page of [one, two]) {
    await openSeat(page);
    // Chosen once for all of this browser.
    if (page === one) await page.getByRole('button', { name: transferText.folder.choose }).click();
    await expect(page.getByTestId('folder')).toHaveText(/shared.*open and watched/);
  }
  const [first, second] = [randomBundle(900), randomBundle(40_000)];
  await choose(one, 'x.conclave', '', await fileOf(first));
  await expectCame(two, first);

  // Not forwarded by itself, then put there by hand.
  await one.getByLabel(seat.forward).uncheck();
  await choose(one, 'y.conclave', '', await fileOf(second));
  await expect.poll(() => newest(one)).toBe(hashOf(second));
  await one.getByRole('button', { name: seat.showNth(2) }).click();
  await one.getByRole('radio', { name: send.ways.folder }).check();
  await one.getByRole('button', { name: send.folder.put('shared') }).click();
  await expect(one.getByRole('status').filter({ hasText: '.conclave' })).toBeVisible();
  await expect.poll(() => newest(two), { timeout: 30_000 }).toBe(hashOf(second));

  // Remembered at the next start; everything in it is there again.
  await two.reload();
  await expect(two.getByTestId('folder')).toHaveText(/shared.*open and watched/);
  await expect(two.getByTestId('came').getByRole('listitem')).toHaveCount(2);
});

test('without WebAssembly, codes are read all the same', async ({ page, baseURL, watch }) => {
  const bundle = randomBundle(150);
  const { drawings } = await drawFrames(bundle, 1, 10);
  const [picture] = await photograph(page, drawings);
  await withBrowser(['--js-flags=--jitless'], baseURL!, async (context) => {
    watch.over(context);
    const other = await context.newPage();
    await openSeat(other);
    expect(await other.evaluate(() => 'WebAssembly' in globalThis)).toBe(false);
    await choose(other, 'photo.jpg', 'image/jpeg', picture!);
    await expectCame(other, bundle, 30_000);
  });
});

test('keyboard only: text is pasted, a way to send is chosen', async ({ page }) => {
  const bundle = randomBundle(1_500);
  const text = toText(await pack(bundle));
  await openSeat(page);
  await page.getByLabel(receive.paste.label).focus();
  await page.keyboard.insertText(text);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: receive.paste.read })).toBeFocused();
  await page.keyboard.press('Enter');
  await expectCame(page, bundle);
  await page.getByRole('radio', { name: send.ways.codes }).focus();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: send.ways.file })).toBeChecked();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: send.file.save })).toBeFocused();
});

for (const theme of ['light', 'dark', 'dim'] as const) {
  test(`axe finds nothing in a used seat, in the ${theme} theme, and nothing is cut off`, async ({
    page,
  }) => {
    await page.addInitScript((name) => {
      localStorage.setItem('conclave-theme', name);
    }, theme);
    const two = (await drawFrames(randomBundle(3_000), 1)).drawings;
    const [part] = await photograph(page, two);
    await openSeat(page);
    await choose(page, 'x.conclave', '', await fileOf(randomBundle(5_000)));
    await choose(page, 'y.conclave', '', await fileOf(randomBundle(300)));
    await choose(page, 'part.jpg', 'image/jpeg', part!);
    await expect(page.getByText(/^\d+ of \d+ parts$/)).toBeVisible();
    await choose(page, 'z.conclave', '', Buffer.from('no'));
    await expect(page.getByRole('alert')).toBeVisible();
    for (const way of Object.values(send.ways)) {
      const choice = page.getByRole('radio', { name: way });
      if ((await choice.count()) === 0) continue;
      await choice.check();
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
        .analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      for (const viewport of [
        { width: 360, height: 640 },
        { width: 640, height: 360 },
      ]) {
        await page.setViewportSize(viewport);
        const { scroll, width } = await page.evaluate(() => ({
          scroll: document.documentElement.scrollWidth,
          width: document.documentElement.clientWidth,
        }));
        expect(scroll).toBeLessThanOrEqual(width);
      }
    }
  });
}

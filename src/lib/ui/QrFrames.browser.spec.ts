import jsQR from 'jsqr';
import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { tick } from 'svelte';
import { render } from 'vitest-browser-svelte';
import { Receiver, type Feedback } from '../courier/receiver.ts';
import { frames } from '../courier/sender.ts';
import { pack } from '../courier/transport.ts';
import { nextBelow, Xoshiro } from '../courier/xoshiro.ts';
import { drawQr, qrPng } from './qr.ts';
import QrFrames from './QrFrames.svelte';
import './styles/app.css';

/** The same in every run: the reader of other people does not read every code that there can be. */
const rng = new Xoshiro(new TextEncoder().encode('frames'));
const bundle = Uint8Array.from({ length: 2000 }, () => nextBelow(256, rng));
const packed = await pack(bundle);

/** What a camera sees: the code as it is drawn on the page. */
function scan(): string {
  const svg = document.querySelector('svg')!;
  const side = svg.viewBox.baseVal.width;
  const canvas = new OffscreenCanvas(4 * side, 4 * side);
  const context = canvas.getContext('2d')!;
  const [plate, ink] = ['rect', 'path'].map((name) => getComputedStyle(svg.querySelector(name)!));
  context.scale(4, 4);
  context.fillStyle = plate!.fill;
  context.fillRect(0, 0, side, side);
  context.fillStyle = ink!.fill;
  context.fill(new Path2D(svg.querySelector('path')!.getAttribute('d')!));
  const { data } = context.getImageData(0, 0, 4 * side, 4 * side);
  return jsQR(data, 4 * side, 4 * side, { inversionAttempts: 'dontInvert' })?.data ?? '';
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const at = () => Number(/\d+/.exec(page.getByText(/^Frame/).element().textContent)![0]);

test.each(['light', 'dark', 'dim'])('a camera reads the codes in the %s theme', async (theme) => {
  document.documentElement.dataset['theme'] = theme;
  await render(QrFrames, { packed, alt: 'Packets' });
  const receiver = new Receiver();
  let last: Feedback | undefined;
  while (last?.kind !== 'bundle') {
    const text = scan();
    expect(text).toMatch(/^UR:CONCLAVE-PACKETS\//);
    last = await receiver.feed(text);
    await new Promise(requestAnimationFrame);
  }
  expect(last.bundle).toEqual(bundle);
  delete document.documentElement.dataset['theme'];
});

test('it plays at its speed, and pauses', async () => {
  vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame', 'performance'] });
  try {
    await render(QrFrames, { packed, alt: 'Packets' });
    /** Which frame is shown after so many ms, of 60 pictures a second. */
    const after = async (ms: number) => {
      vi.advanceTimersByTime(ms);
      await tick();
      return at();
    };
    expect(at()).toBe(1);
    expect(await after(1000 / 6 - 17)).toBe(1);
    expect(await after(2 * 17)).toBe(2);
    expect(await after(6 * 1000)).toBe(38);
    await button('Pause').click();
    const still = scan();
    expect(await after(5000)).toBe(38);
    expect(scan()).toBe(still);
  } finally {
    vi.useRealTimers();
  }
});

test('it steps and changes speed by buttons and by keys', async () => {
  await render(QrFrames, { packed, alt: 'Packets' });
  await button('Forward').click(); // pauses
  const first = at();
  await button('Forward').click();
  expect(at()).toBe(first + 1);
  await button('Back').click();
  expect(at()).toBe(first);
  expect(scan()).toBe(frames(packed, 20)(first - 1));
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  await expect.poll(at).toBe(first + 2);
  await userEvent.keyboard('{ArrowLeft}+');
  await expect.element(page.getByText('Speed: 7 a second')).toBeVisible();
  await expect.element(page.getByText(/flicker/)).toBeVisible();
  await userEvent.keyboard('-');
  await expect.element(page.getByText('Speed: 6 a second')).toBeVisible();
  expect(page.getByText(/flicker/).query()).toBeNull();

  // Keys that a control needs are its own: an arrow on the speed steps no frame.
  const before = at();
  (page.getByRole('slider').element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(page.getByText('Speed: 5 a second')).toBeVisible();
  expect(at()).toBe(before);

  (button('Forward').element() as HTMLElement).focus();
  await userEvent.keyboard(' ');
  await expect.poll(at).toBe(before + 1);

  // The code itself is a button.
  await page.getByRole('button', { name: 'Play. Packets' }).click();
  await expect.poll(at).toBeGreaterThan(before + 1);
  await userEvent.keyboard(' ');
  await expect.element(button('Play')).toBeVisible();
});

test('it starts paused where motion is unwelcome, and keeps the screen awake only while it plays', async () => {
  const unwelcome = { matches: true } as MediaQueryList;
  const media = vi.spyOn(window, 'matchMedia').mockReturnValue(unwelcome);
  const release = vi.fn(() => Promise.resolve());
  const awake = vi
    .spyOn(navigator.wakeLock, 'request')
    .mockImplementation(() => Promise.resolve({ release } as unknown as WakeLockSentinel));
  await render(QrFrames, { packed, alt: 'Packets' });
  expect(media).toHaveBeenCalledWith('(prefers-reduced-motion: reduce)');
  await expect.element(button('Play')).toBeVisible();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(at()).toBe(1);
  expect(awake).not.toHaveBeenCalled();
  await button('Play').click();
  await expect.poll(at).toBeGreaterThan(1);
  expect(awake).toHaveBeenCalledWith('screen');
  expect(release).not.toHaveBeenCalled();
  await button('Pause').click();
  await expect.poll(() => release.mock.calls.length).toBe(1);
  vi.restoreAllMocks();
});

test('another density begins anew, with smaller codes', async () => {
  await render(QrFrames, { packed, alt: 'Packets' });
  await button('Forward').click();
  await button('Forward').click();
  const before = document.querySelector('svg')!.viewBox.baseVal.width;
  await page.getByRole('combobox').selectOptions('10');
  await expect.element(page.getByText('Frame 1 of 13+')).toBeVisible();
  expect(before).toBe(97 + 8);
  expect(document.querySelector('svg')!.viewBox.baseVal.width).toBe(57 + 8);
  expect(scan()).toBe(frames(packed, 10)(0));
});

test('a short bundle is one code that stands still; one too large is told so', async () => {
  const short = await render(QrFrames, { packed: packed.subarray(0, 300), alt: 'Packets' });
  await expect.element(page.getByRole('img', { name: 'Packets' })).toBeVisible();
  expect(page.getByRole('button').query()).toBeNull();
  await short.unmount();
  await render(QrFrames, { packed: new Uint8Array(2 ** 21), alt: 'Packets' });
  await expect.element(page.getByText('This is too large for codes.')).toBeVisible();
});

test('nothing is wider than a small screen', async () => {
  await page.viewport(360, 640);
  await render(QrFrames, { packed, alt: 'Packets' });
  await button('Pause').click();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(360);
  for (const control of document.querySelectorAll('button, select, input'))
    expect(control.getBoundingClientRect().height).toBeGreaterThanOrEqual(44);
});

test('a saved picture holds the code', async () => {
  const content = frames(packed.subarray(0, 500), 20)(0);
  const picture = await createImageBitmap(await qrPng(content, { level: 'L' }));
  expect(picture.width).toBe(8 * drawQr(content, { level: 'L' }).side);
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d')!;
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, picture.width, picture.height);
  expect(jsQR(data, picture.width, picture.height)?.data).toBe(content);
});

import { chromium } from '@playwright/test';
import { chromiumArgs, findChromium } from '../../bundle/machine.mjs';
import { text } from '../../src/lib/ui/text.ts';
import { expect, test } from '../support/fixtures.ts';

test('without WebAssembly the app starts on the JavaScript implementation and says so', async ({
  baseURL,
  watch,
}) => {
  const browser = await chromium.launch({
    executablePath: findChromium()!,
    args: [...chromiumArgs, '--js-flags=--jitless'],
  });
  try {
    const context = await browser.newContext({ baseURL: baseURL! });
    watch.over(context);
    const page = await context.newPage();
    await page.goto('./#/about');
    expect(await page.evaluate(() => 'WebAssembly' in globalThis)).toBe(false);
    const selfTest = page.getByTestId('selftest');
    await expect(selfTest).toHaveAttribute('data-state', 'passed');
    await expect(selfTest).toHaveAttribute('data-engine', 'js');
    await expect(page.getByRole('alert')).toContainText(text.engine.noWasm.means);
  } finally {
    await browser.close();
  }
});

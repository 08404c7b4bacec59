/** The device bench: what is checked of each make, why one cannot be reached, and what is kept of it. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { Report } from '../../src/lib/devices/bench/report.ts';
import { deviceKinds, type DeviceKind } from '../../src/lib/devices/device.ts';
import { benchText as text } from '../../src/lib/ui/text/bench.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { securityKey } from '../support/authenticator.ts';
import { expect, test } from '../support/fixtures.ts';

const summary = (page: Page) => page.getByTestId('summary');
const leftOut: Record<DeviceKind, number> = {
  ledger: 0,
  trezor: 0,
  yubihsm: 2,
  'security-key': 2,
};

async function open(page: Page, kind: DeviceKind, how?: 'simulated'): Promise<void> {
  await page.goto('./#/devices/bench');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.heading);
  await page.getByRole('radio', { name: workspaceText.device[kind] }).check();
  if (how) await page.getByRole('radio', { name: text.choice[how] }).check();
}

const passed = (kind: DeviceKind): string => text.summary(11 - leftOut[kind], 0, leftOut[kind], 0);

async function axe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

async function saved(page: Page): Promise<Report> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: text.keep.save }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^device-bench-[a-z-]+-[\dTZ-]+\.json$/);
  return JSON.parse(readFileSync(await file.path(), 'utf8')) as Report;
}

for (const kind of deviceKinds)
  test(`a simulated ${kind} passes every check that fits it, and the file says so`, async ({
    page,
  }) => {
    test.setTimeout(120_000);
    await open(page, kind, 'simulated');
    await page.getByRole('button', { name: text.runAll }).click();
    await expect(summary(page)).toHaveText(passed(kind), { timeout: 90_000 });
    await expect(page.getByTestId('announcement')).toHaveText(passed(kind));
    await axe(page);
    const report = await saved(page);
    expect(report).toMatchObject({
      format: 'conclave-device-bench',
      version: 1,
      kind,
      simulated: true,
      address: new URL(page.url()).origin,
    });
    expect(report.program.root).toMatch(/^[0-9a-f]{64}$/);
    expect(report.device?.model).not.toBe('');
    expect(report.checks).toHaveLength(11);
    for (const check of report.checks) {
      expect(['passed', 'skipped'], check.name).toContain(check.state);
      if (check.state === 'passed') expect(check.actual).toBe(check.expected);
    }
    const times = report.checks.map((check) => ('ms' in check ? `${check.name} ${check.ms}` : ''));
    console.log(`${kind}, ms: ${times.filter(Boolean).join(', ')}`);
    // Another choice is another device.
    await page.getByRole('radio', { name: text.choice.real }).check();
    await expect(summary(page)).toHaveText(text.summary(0, 0, 0, 11));
    await expect(page.getByTestId('identity')).toBeHidden();
  });

test('by keyboard alone: choose, run all, run one', async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto('./#/devices/bench');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(text.heading);
  const tabTo = async (name: string, role: 'button' | 'radio') => {
    const target = page.getByRole(role, { name, exact: role === 'button' });
    for (let i = 0; i < 80; i++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not reach ${name}.`);
  };
  await tabTo(workspaceText.device.ledger, 'radio');
  await page.keyboard.press('ArrowDown');
  await tabTo(text.choice.real, 'radio');
  await page.keyboard.press('ArrowDown');
  await tabTo(text.runAll, 'button');
  await page.keyboard.press('Enter');
  await expect(summary(page)).toHaveText(passed('trezor'), { timeout: 60_000 });
  const { title } = text.checks['too-long'];
  await tabTo(text.run(title), 'button');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-check=too-long]')).toHaveAttribute('data-state', 'passed');
  await expect(page.getByRole('button', { name: text.run(title) })).toBeFocused();
});

test('what differs is marked, and the doctor knows why no Ledger is there', async ({ page }) => {
  // Headless browsers open no window to choose in; the person chose nothing.
  await page.addInitScript(() => {
    HID.prototype.requestDevice = () => Promise.resolve([]);
  });
  await open(page, 'ledger');
  await page.getByRole('button', { name: text.runAll }).click();
  await expect(summary(page)).toHaveText(text.summary(0, 1, 9, 1));
  const failed = page.locator('[data-check=enrol]');
  await expect(failed).toHaveAttribute('data-state', 'failed');
  await expect(failed.locator('pre').nth(1)).toContainText('not-found');
  await expect(failed.locator('mark').first()).toContainText(text.onlyHere);
  await page.getByRole('button', { name: text.doctor.look }).click();
  const causes = () =>
    page.locator('[data-cause]').evaluateAll((all) => all.map((one) => one.dataset['cause']));
  await expect(page.getByTestId('findings')).toBeVisible();
  expect(await causes()).toEqual(['none-chosen', 'no-rule', 'sandboxed']);
  await expect(page.getByTestId('findings')).toContainText('ATTRS{idVendor}=="2c97"');
  await axe(page);
  const report = await saved(page);
  expect(report.device).toBeNull();
  expect(report.findings.map(({ cause }) => cause)).toEqual(await causes());
});

test('the doctor asks the launcher for a connector', async ({ page, watch }) => {
  watch.tolerate(/404/);
  await open(page, 'yubihsm');
  await page.getByRole('button', { name: text.doctor.look }).click();
  await expect(page.locator('[data-cause]')).toHaveAttribute(
    'data-cause',
    'connector-not-asked-for',
  );
});

test('a person’s part is asked for, and a run can be stopped there', async ({ page }) => {
  // A real device is played by the browser's own virtual key, which a test can neither pull nor refuse.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: securityKey });
  await open(page, 'security-key');
  await page.getByRole('button', { name: text.runAll }).click();
  const part = page.getByRole('group', { name: text.person });
  await expect(part).toContainText(text.acts.refuse.what);
  await expect(part.getByRole('button')).toBeFocused();
  await axe(page);
  await part.getByRole('button').click();
  await expect(part).toContainText(text.acts.pull.what);
  // Nobody refused: the key signed.
  const refusal = page.locator('[data-check=refusal]');
  await expect(refusal).toHaveAttribute('data-state', 'failed');
  await expect(refusal.locator('pre').nth(1)).toHaveText(/none/);
  await page.getByRole('button', { name: text.stop }).click();
  await expect(part).toBeHidden();
  await expect(summary(page)).toHaveText(text.summary(6, 1, 0, 4));
});

for (const [name, viewport] of [
  ['360×640', { width: 360, height: 640 }],
  ['200 % zoom', { width: 640, height: 360 }],
] as const)
  test(`the bench needs no sideways scrolling at ${name}`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.setViewportSize(viewport);
    await open(page, 'ledger', 'simulated');
    await page.getByRole('button', { name: text.runAll }).click();
    await expect(summary(page)).toHaveText(passed('ledger'), { timeout: 60_000 });
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(width);
  });

/* What a person does at the pages of a workspace. */
import { approveDrawn, chooseDrawn } from './drawn.ts';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { shellText } from '../../src/lib/ui/text/shell.ts';
import { vaultFaultText } from '../../src/lib/ui/text/vault.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import type { VaultFaultName } from '../../src/lib/vault/fault.ts';

export const PASSPHRASE = 'seven-words-nobody-drew-lamps-otter-quietly';
export const OTHER = 'eleven grey herons argue beside a tin bridge';
const { door, groups, begin, about } = workspaceText;
export const happened = (name: VaultFaultName) => vaultFaultText({ name }).happened;

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

/** A passphrase takes its time on purpose, and more of it on a busy machine. */
export const PATIENCE = { timeout: 45_000 };

/** By links: an address that is typed loads the page again, and that locks. */
const ways = {
  start: shellText.pages['/start'],
  begin: groups.begin,
  join: groups.join,
  settings: groups.settings,
} as const;

export async function go(page: Page, ...path: (keyof typeof ways)[]) {
  for (const way of path) await page.getByRole('link', { name: ways[way], exact: true }).click();
}

export async function choose(
  page: Page,
  passphrase: string,
  label: string = backupText.passphrase.label,
) {
  await field(page, label).fill(passphrase);
  await field(page, backupText.passphrase.again).fill(passphrase);
}

/** A new workspace that a passphrase opens, at the tests' own address or another. */
export async function made(page: Page, address = './') {
  await page.goto(`${address}#/start`);
  await expect(heading(page)).toHaveText(door.create.heading);
  await choose(page, PASSPHRASE);
  await button(page, door.create.action).click();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
}

export async function unlock(page: Page, passphrase = PASSPHRASE) {
  await field(page, backupText.passphrase.label).fill(passphrase);
  await button(page, door.unlock.action).click();
}

/** Fills in a rehearsal with the drawn device and begins it. */
export async function rehearse(page: Page, name: string) {
  await go(page, 'begin');
  await field(page, begin.name).fill(name);
  await field(page, about.name).fill('Asha');
  await chooseDrawn(page);
  await button(page, begin.action).click();
  await approveDrawn(page, 'derive');
  await expect(page).toHaveURL(/#\/g\/[0-9a-f]{64}$/);
}

const small = [
  { width: 360, height: 640 },
  // 1280 × 720 at 200 % zoom leaves this many CSS pixels.
  { width: 640, height: 360 },
];

/** Nothing sticks out sideways, and axe finds nothing. */
export async function inspect(page: Page, where: string) {
  for (const size of small) {
    await page.setViewportSize(size);
    const { scroll, width } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    }));
    expect.soft(scroll, `${where} at ${size.width}`).toBeLessThanOrEqual(width);
  }
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  expect
    .soft(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      where,
    )
    .toEqual([]);
}

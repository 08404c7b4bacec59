import AxeBuilder from '@axe-core/playwright';
import type { CDPSession, Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { text } from '../../src/lib/ui/text.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { shellText } from '../../src/lib/ui/text/shell.ts';
import { vaultFaultText } from '../../src/lib/ui/text/vault.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import type { VaultFaultName } from '../../src/lib/vault/fault.ts';
import { expect, test } from '../support/fixtures.ts';

/* The workspace's pages in a real browser: made, locked, unlocked, lost, exported, erased, imported. */

const PASSPHRASE = 'seven-words-nobody-drew-lamps-otter-quietly';
const OTHER = 'eleven grey herons argue beside a tin bridge';
const { door, groups, settings, secret, importing, begin, about, device } = workspaceText;
const happened = (name: VaultFaultName) => vaultFaultText({ name }).happened;

const heading = (page: Page) => page.getByRole('heading', { level: 1 });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });

/** A passphrase takes its time on purpose, and more of it on a busy machine. */
const PATIENCE = { timeout: 20_000 };

/** By links: an address that is typed loads the page again, and that locks. */
const ways = {
  start: shellText.pages['/start'],
  begin: groups.begin,
  join: groups.join,
  settings: groups.settings,
} as const;

async function go(page: Page, ...path: (keyof typeof ways)[]) {
  for (const way of path) await page.getByRole('link', { name: ways[way], exact: true }).click();
}

async function choose(page: Page, passphrase: string, label: string = backupText.passphrase.label) {
  await field(page, label).fill(passphrase);
  await field(page, backupText.passphrase.again).fill(passphrase);
}

/** A new workspace that a passphrase opens. */
async function made(page: Page) {
  await page.goto('./#/start');
  await expect(heading(page)).toHaveText(door.create.heading);
  await choose(page, PASSPHRASE);
  await button(page, door.create.action).click();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
}

async function unlock(page: Page, passphrase = PASSPHRASE) {
  await field(page, backupText.passphrase.label).fill(passphrase);
  await button(page, door.unlock.action).click();
}

/** A security key with a PIN and the extension hmac-secret; touched at once. */
async function plugKey(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return devtools;
}

/** Fills in a rehearsal with the drawn device and begins it. */
async function rehearse(page: Page, name: string) {
  await go(page, 'begin');
  await field(page, begin.name).fill(name);
  await field(page, about.name).fill('Asha');
  await page.getByRole('radio', { name: device.simulated }).check();
  await button(page, begin.action).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page).toHaveURL(/#\/g\/[0-9a-f]{64}$/);
}

test('made, locked by loading the page again, a wrong passphrase named, unlocked, locked', async ({
  page,
}) => {
  await made(page);
  await page.reload();
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await unlock(page, 'not the passphrase');
  await expect(page.getByRole('alert')).toContainText(happened('wrong-passphrase'), PATIENCE);
  await expect(button(page, door.unlock.action)).toBeFocused();
  await unlock(page);
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
  await expect(heading(page)).toBeFocused();
  await button(page, shellText.lockHelp).click();
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await expect(page.getByTestId('dropped')).toContainText(door.dropped.none);
});

test('a page inside is not shown while it is locked, and is there again afterwards', async ({
  page,
}) => {
  await made(page);
  await go(page, 'settings');
  await expect(heading(page)).toHaveText(settings.heading, PATIENCE);
  await page.reload();
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await unlock(page);
  await expect(heading(page)).toHaveText(settings.heading, PATIENCE);
});

test('ways to unlock: a second passphrase is added, changed, used; the first is removed', async ({
  page,
}) => {
  await made(page);
  await go(page, 'settings');
  const slots = page.getByTestId('slots').getByRole('listitem');
  await expect(slots).toHaveCount(1);
  await expect(page.getByText(settings.last)).toBeVisible();

  await button(page, settings.add).click();
  const ways = page.getByRole('region', { name: settings.slotsHeading });
  await ways.getByLabel(backupText.passphrase.label, { exact: true }).fill(OTHER);
  await ways.getByLabel(backupText.passphrase.again, { exact: true }).fill(OTHER);
  await button(page, settings.addAction).click();
  await ways.getByLabel(backupText.passphrase.label, { exact: true }).fill('a wrong one');
  await button(page, settings.confirmAction).click();
  await expect(ways.getByRole('alert')).toContainText(happened('wrong-passphrase'), PATIENCE);
  await ways.getByLabel(backupText.passphrase.label, { exact: true }).fill(PASSPHRASE);
  await button(page, settings.confirmAction).click();
  await expect(slots).toHaveCount(2, PATIENCE);
  await expect(page.getByText(settings.added)).toBeVisible();

  const fresh = `${OTHER}, twice`;
  await slots
    .nth(1)
    .getByRole('button', { name: settings.changeNamed(settings.slot.passphrase) })
    .click();
  await field(page, settings.oldPassphrase).fill(OTHER);
  await field(page, settings.newPassphrase).fill(fresh);
  await ways.getByLabel(backupText.passphrase.again, { exact: true }).fill(fresh);
  await button(page, settings.changeAction).click();
  await expect(page.getByText(settings.changed)).toBeVisible(PATIENCE);

  await slots
    .nth(0)
    .getByRole('button', { name: settings.removeNamed(settings.slot.passphrase) })
    .click();
  await button(page, settings.removeSure(settings.slot.passphrase)).focus();
  await page.keyboard.down('Space');
  await expect(slots).toHaveCount(1);
  await page.keyboard.up('Space');
  await expect(page.getByText(settings.removed)).toBeVisible();

  await page.reload();
  await unlock(page);
  await expect(page.getByRole('alert')).toContainText(happened('wrong-passphrase'), PATIENCE);
  await unlock(page, fresh);
  await expect(heading(page)).toHaveText(settings.heading, PATIENCE);
});

test('a security key makes a workspace and opens it', async ({ page }) => {
  await plugKey(page);
  await page.goto('./#/start');
  await page.getByRole('radio', { name: secret.key }).check();
  await field(page, secret.keyName).fill('blue key');
  await button(page, door.create.action).click();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
  await button(page, shellText.lockHelp).click();
  await expect(field(page, backupText.passphrase.label)).toHaveCount(0);
  await button(page, secret.with('blue key')).click();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
});

test('two tabs: the second sees it, takes over, and the first says so', async ({
  page,
  context,
}) => {
  await made(page);
  const second = await context.newPage();
  await second.goto('./#/start');
  await expect(second.getByRole('alert')).toContainText(happened('open-elsewhere'), PATIENCE);
  await field(second, backupText.passphrase.label).fill(PASSPHRASE);
  await button(second, door.unlock.takeOver).click();
  await expect(heading(second)).toHaveText(groups.heading, PATIENCE);
  await expect(page.getByRole('alert')).toContainText(happened('taken-over'));
  await expect(button(page, shellText.lockHelp)).toHaveCount(0);
});

test('a tab that was locked meanwhile finds it open elsewhere and can take over', async ({
  page,
  context,
}) => {
  await made(page);
  await button(page, shellText.lockHelp).click();
  const second = await context.newPage();
  await second.goto('./#/start');
  await unlock(second);
  await expect(heading(second)).toHaveText(groups.heading, PATIENCE);
  await unlock(page);
  await expect(page.getByRole('alert')).toContainText(happened('open-elsewhere'), PATIENCE);
  await button(page, door.unlock.takeOver).click();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
  await expect(second.getByRole('alert')).toContainText(happened('taken-over'));
});

test('exported, erased, imported: the groups are back, and it says that it was restored', async ({
  page,
}) => {
  await made(page);
  await rehearse(page, 'Rehearsal of May');
  await go(page, 'start', 'settings');
  const exporting = page.getByRole('region', { name: settings.exportHeading });
  await exporting.getByLabel(backupText.passphrase.label, { exact: true }).fill(OTHER);
  await exporting.getByLabel(backupText.passphrase.again, { exact: true }).fill(OTHER);
  const download = page.waitForEvent('download');
  await button(page, settings.exportAction).click();
  const file = readFileSync(await (await download).path());

  await button(page, settings.erase).focus();
  await page.keyboard.down('Space');
  await expect(heading(page)).toHaveText(door.create.heading);
  await page.keyboard.up('Space');

  await page.getByText(door.create.importHeading).click();
  await field(page, importing.file).setInputFiles({
    name: 'workspace.conclave',
    mimeType: 'application/octet-stream',
    buffer: file,
  });
  await field(page, importing.passphrase).fill('a wrong one');
  await field(page, importing.newPassphrase).fill(PASSPHRASE);
  await field(page, backupText.passphrase.again).last().fill(PASSPHRASE);
  await button(page, importing.action).click();
  await expect(page.getByRole('alert')).toContainText(
    happened('export-wrong-passphrase'),
    PATIENCE,
  );
  await field(page, importing.passphrase).fill(OTHER);
  await button(page, importing.action).click();

  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
  await expect(page.getByTestId('restored')).toBeVisible();
  await expect(page.getByTestId('groups')).toContainText('Rehearsal of May');
  await expect(page.getByTestId('groups')).toContainText(groups.rehearsal);
});

test('it warns, a touch puts the lock off, and then it locks itself and says what was wiped', async ({
  page,
}) => {
  await page.clock.install();
  await made(page);
  await rehearse(page, 'Left alone');
  await page.clock.fastForward('14:20');
  await expect(page.getByTestId('locks-soon')).toHaveCount(0);
  await page.clock.fastForward('00:20');
  await expect(page.getByTestId('locks-soon')).toBeVisible();
  await expect(page.getByTestId('announcement')).toHaveText(shellText.locksSoonSpoken);
  await page.keyboard.press('Shift');
  await expect(page.getByTestId('locks-soon')).toHaveCount(0);
  await page.clock.fastForward('14:50');
  await expect(page.getByTestId('locks-soon')).toBeVisible();
  await page.clock.fastForward('00:15');
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await expect(page.getByTestId('dropped')).toContainText(shellText.locked.itself);
  await expect(page.getByTestId('dropped')).toContainText(`“Left alone”: ${door.dropped.host}`);
  await expect(page.getByText('Asha')).toHaveCount(0);
});

test('it does not lock itself while a device waits for a person', async ({ page }) => {
  await page.clock.install();
  await made(page);
  await go(page, 'begin');
  await field(page, begin.name).fill('Waiting');
  await field(page, about.name).fill('Asha');
  await page.getByRole('radio', { name: device.simulated }).check();
  await button(page, begin.action).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.clock.fastForward('40:00');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alert')).toContainText(devices.faults.refused.happened);
  await expect(button(page, begin.action)).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page).toHaveURL(/#\/g\//);
});

test('the time until it locks is chosen and remembered', async ({ page }) => {
  await page.clock.install();
  await made(page);
  await go(page, 'settings');
  await field(page, settings.lockAfter).selectOption(settings.minutes(5));
  await page.clock.fastForward('05:02');
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await unlock(page);
  await expect(field(page, settings.lockAfter)).toHaveValue('5');
});

test('terms: what two quorums, a reservation and a wrong address mean is said at once', async ({
  page,
}) => {
  await made(page);
  await go(page, 'begin');
  await field(page, begin.name).fill('Vault');
  await field(page, about.name).fill('Asha');
  await expect(button(page, begin.action)).toBeEnabled();
  await expect(page.getByTestId('quorum')).toContainText(begin.quorumOk(5, 3));
  await expect(field(page, begin.reservation)).toHaveValue('4');
  await field(page, begin.n).fill('6');
  await expect(page.getByTestId('quorum')).toContainText('two separate quorums could sign');
  await expect(button(page, begin.action)).toBeDisabled();
  await field(page, begin.t).fill('4');
  await expect(field(page, begin.reservation)).toHaveValue('5');
  await expect(button(page, begin.action)).toBeEnabled();
  await field(page, begin.backup).fill('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4');
  await expect(page.getByText(begin.backupWrong)).toBeVisible(); // the network is signet
  await field(page, begin.network).selectOption('mainnet');
  await expect(page.getByText(begin.mainnet)).toBeVisible();
  await expect(page.getByText(begin.backupWrong)).toHaveCount(0);
  await page.getByRole('radio', { name: workspaceText.kind.real }).check();
  await expect(page.getByRole('radio', { name: device.simulated })).toBeDisabled();
});

const titles = {
  start: groups.heading,
  begin: begin.heading,
  join: workspaceText.join.heading,
  settings: settings.heading,
};
const routes = ['start', 'begin', 'join', 'settings'] as const;
const small = [
  { width: 360, height: 640 },
  // 1280 × 720 at 200 % zoom leaves this many CSS pixels.
  { width: 640, height: 360 },
];

/** Nothing sticks out sideways, and axe finds nothing. */
async function inspect(page: Page, where: string) {
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

for (const theme of ['light', 'dark', 'dim'] as const) {
  test(`the pages of a workspace, small and examined by axe, in the ${theme} theme`, async ({
    page,
  }) => {
    await page.addInitScript((name) => {
      localStorage.setItem('conclave-theme', name);
    }, theme);
    await page.goto('./#/start');
    await expect(heading(page)).toHaveText(door.create.heading);
    await page.getByText(door.create.importHeading).click();
    await inspect(page, 'no workspace yet');
    await page.reload();
    await made(page);
    await rehearse(page, 'A group with quite a long name, to see it wrap');
    for (const route of routes) {
      await go(page, 'start', ...(route === 'start' ? [] : [route]));
      await expect(heading(page)).toHaveText(titles[route]);
      await inspect(page, route);
    }
    await button(page, shellText.lockHelp).click();
    await expect(page.getByTestId('dropped')).toBeVisible();
    await inspect(page, 'locked');
  });
}

test('by keyboard alone: from the first page to a workspace, its settings, and the lock', async ({
  page,
}) => {
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Goes on by Tab until this has the focus. */
  const reach = async (role: 'button' | 'link' | 'textbox', name: string) => {
    const target = page.getByRole(role, { name, exact: role !== 'link' }).first();
    for (let i = 0; i < 60; i++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await press('Tab');
    }
    throw new Error(`${name} cannot be reached by Tab.`);
  };
  await page.goto('./');
  await expect(heading(page)).toHaveText(text.start.heading);
  await reach('link', shellText.choices.real.title);
  await press('Enter');
  await expect(heading(page)).toHaveText(door.create.heading);
  await reach('textbox', backupText.passphrase.label);
  await page.keyboard.type(PASSPHRASE);
  await reach('textbox', backupText.passphrase.again);
  await page.keyboard.type(PASSPHRASE);
  await expect(button(page, door.create.action)).toBeEnabled();
  await press('Enter');
  await expect(heading(page)).toBeFocused();
  await expect(heading(page)).toHaveText(groups.heading, PATIENCE);
  await reach('link', groups.settings);
  await press('Enter');
  await expect(heading(page)).toHaveText(settings.heading, PATIENCE);
  await reach('button', shellText.lockHelp);
  await press('Enter');
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await expect(heading(page)).toBeFocused();
});

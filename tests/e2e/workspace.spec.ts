import { approveDrawn, chooseDrawn } from '../support/drawn.ts';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { shellText } from '../../src/lib/ui/text/shell.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { securityKey } from '../support/authenticator.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  PASSPHRASE,
  OTHER,
  PATIENCE,
  button,
  field,
  go,
  happened,
  heading,
  inspect,
  made,
  rehearse,
  unlock,
} from '../support/workspace.ts';

/* The workspace in a real browser: made, locked, unlocked, lost, exported, erased, imported. */

const { door, groups, settings, secret, importing, begin, about } = workspaceText;

async function plugKey(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: securityKey,
  });
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

test('a workspace that the browser cleared is not taken for none; what is left is erased', async ({
  page,
}) => {
  await made(page);
  await button(page, shellText.lockHelp).click();
  await expect(heading(page)).toHaveText(door.unlock.heading);
  await page.evaluate(
    () =>
      new Promise((deleted) => {
        indexedDB.deleteDatabase('conclave-vault').onsuccess = deleted;
      }),
  );
  await page.reload();
  await expect(heading(page)).toHaveText(door.evicted.heading);
  await expect(page.getByRole('alert')).toContainText(happened('evicted'));
  await inspect(page, 'evicted');
  await button(page, door.evicted.erase).focus();
  await page.keyboard.down('Space');
  await expect(heading(page)).toHaveText(door.create.heading);
  await page.keyboard.up('Space');
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
  await go(page, 'settings');
  await field(page, settings.lockAfter).selectOption(settings.minutes(5));
  await go(page, 'start', 'begin');
  await field(page, begin.name).fill('Waiting');
  await field(page, about.name).fill('Asha');
  await chooseDrawn(page);
  await button(page, begin.action).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  // Longer than a workspace stays open, and less than a device waits.
  await page.clock.fastForward('09:00');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alert')).toContainText(devices.faults.refused.happened);
  await expect(button(page, begin.action)).toBeFocused();
  await page.keyboard.press('Enter');
  await approveDrawn(page, 'derive');
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

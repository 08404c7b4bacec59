import { text } from '../../src/lib/ui/text.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { shellText } from '../../src/lib/ui/text/shell.ts';
import { transferText } from '../../src/lib/ui/text/transfer.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { expect, test } from '../support/fixtures.ts';
import {
  PASSPHRASE,
  PATIENCE,
  button,
  field,
  go,
  heading,
  inspect,
  made,
  rehearse,
} from '../support/workspace.ts';

/* Groups begun and joined, and how the pages of a workspace look and are reached. */

const { door, groups, settings, begin, join, about, device } = workspaceText;

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
  await expect(page.getByRole('radio', { name: device.simulated })).toHaveCount(0);
});

test('an invitation is taken up by a witness; its terms are shown; a second time it is known', async ({
  page,
  browser,
  watch,
}) => {
  await made(page);
  await rehearse(page, 'Harbour vault');
  const { ways: how, file } = transferText.send;
  await page.getByRole('radio', { name: how.file }).check();
  const download = page.waitForEvent('download');
  await button(page, file.save).click();
  const invitation = await (await download).path();

  const context = await browser.newContext();
  watch.over(context);
  const witness = await context.newPage();
  await made(witness);
  await go(witness, 'join');
  const files = witness.locator('.receive input[type=file]');
  await files.setInputFiles({
    name: 'letter.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('no invitation'),
  });
  await expect(witness.getByRole('alert')).toBeVisible();
  await files.setInputFiles(invitation);
  const terms = witness.getByTestId('terms');
  await expect(terms).toContainText('Harbour vault');
  await expect(terms).toContainText(join.terms.rehearsal);
  await expect(terms).toContainText(join.terms.quorumValue(3, 5));
  await expect(witness.getByText(join.invites('Asha'))).toBeVisible();
  await inspect(witness, 'terms');
  await witness.getByRole('radio', { name: join.witness }).check();
  await field(witness, about.name).fill('Wim');
  await button(witness, join.actionWitness).click();
  await expect(witness).toHaveURL(/#\/g\/[0-9a-f]{64}$/);
  await go(witness, 'start');
  await expect(witness.getByTestId('groups')).toContainText(groups.role.witness);

  await go(witness, 'join');
  await files.setInputFiles(invitation);
  await expect(witness.getByRole('alert')).toContainText(join.known.happened);
  await witness.getByRole('link', { name: join.openIt }).click();
  await expect(witness).toHaveURL(/#\/g\//);
  await context.close();
});

const titles = {
  start: groups.heading,
  begin: begin.heading,
  join: join.heading,
  settings: settings.heading,
};
const routes = ['start', 'begin', 'join', 'settings'] as const;

for (const theme of ['light', 'dark', 'dim'] as const) {
  test(`the pages of a workspace, small and examined by axe, in the ${theme} theme`, async ({
    page,
  }) => {
    await page.addInitScript((name) => {
      if (isSecureContext) localStorage.setItem('conclave-theme', name);
    }, theme);
    await page.goto('./#/start');
    await expect(heading(page)).toHaveText(door.create.heading);
    await page.getByText(door.create.importHeading).click();
    await inspect(page, 'no workspace yet');
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

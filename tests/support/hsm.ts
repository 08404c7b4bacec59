import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { yubihsmText } from '../../src/lib/ui/text/yubihsm.ts';
import type { Operator } from './operator.ts';

/* What a person does at the page that makes a YubiHSM ready. */

export const FACTORY_PASSWORD = 'password';
export const ADMINISTRATOR_PASSWORD = 'eleven-grey-herons-argue-beside-a-tin-bridge';

const words = yubihsmText.provision;

/** By a link: an address that is typed loads the page again, and that locks. */
export const follow = (page: Page, href: string): Promise<void> =>
  page.evaluate((to) => {
    const link = document.createElement('a');
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, href);

/** Types this password into the next dialog that asks for one, before anybody else in the page can. */
export const typeNext = (page: Page, password: string): Promise<void> =>
  page.evaluate(
    ({ password, action }) => {
      const observer = new MutationObserver(() => {
        const dialog = document.querySelector('dialog[open]');
        const input = dialog?.querySelector<HTMLInputElement>('input[type=password]');
        if (!dialog || !input) return;
        observer.disconnect();
        input.value = password;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        const named = [...dialog.querySelectorAll('button')].find(
          ({ textContent }) => textContent.trim() === action,
        );
        setTimeout(() => named?.click());
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    },
    { password, action: devices.prompt.passwordAction },
  );

/** Holds a button down until what it does has begun: then its bar, which fills meanwhile, is empty or gone. */
export async function hold(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await expect(button).toBeEnabled();
  await button.focus();
  const begun = button.evaluate((element) => {
    const bar = element.querySelector<HTMLElement>('.fill')!;
    let filled = 0;
    return new Promise<void>((over) => {
      const observer = new MutationObserver(() => {
        const share = parseFloat(bar.style.inlineSize);
        const emptied = share < filled;
        filled = share;
        if (bar.isConnected && !emptied) return;
        observer.disconnect();
        over();
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
    });
  });
  await page.keyboard.down('Space');
  await begun;
  await page.keyboard.up('Space');
}

/** Chooses both passwords of a YubiHSM, each typed twice. */
export async function choosePasswords(page: Page, everyday: string): Promise<void> {
  for (const [legend, label, password] of [
    [words.everyday, words.everydayLabel, everyday],
    [words.administrator, words.administratorLabel, ADMINISTRATOR_PASSWORD],
  ] as const) {
    const part = page.getByRole('group', { name: legend, exact: true });
    await part.getByLabel(label, { exact: true }).fill(password);
    await part.getByLabel(backupText.passphrase.again, { exact: true }).fill(password);
  }
}

/**
 * Makes the simulated YubiHSM of the open workspace ready: this password for every day, and an HMAC key
 * that cannot be copied. Begins and ends at the list of groups.
 */
export async function provisionSimulated(operator: Operator, password: string): Promise<void> {
  const { page } = operator;
  const { which } = yubihsmText;
  await follow(page, '#/devices/yubihsm');
  await operator.choose(page.getByRole('radio', { name: which.simulated }));
  await choosePasswords(page, password);
  await typeNext(page, FACTORY_PASSWORD);
  await hold(page, words.confirm);
  await expect(page.getByTestId('provisioned')).toBeVisible({ timeout: 60_000 });
  await follow(page, '#/start');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(workspaceText.groups.heading);
}

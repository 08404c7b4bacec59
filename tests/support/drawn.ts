import { expect, type Page } from '@playwright/test';
import { SIMULATED_PIN } from '../../src/lib/devices/simulators/simulator.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';

/* The drawn device in its dialog, as somebody works it by keyboard. */

const { headings } = devices.prompt;
const { means } = devices.simulated;

/** Chooses a simulated Trezor in a form that asks which device one brings. */
export async function chooseDrawn(page: Page): Promise<void> {
  const { device } = workspaceText;
  await page.getByRole('radio', { name: device.trezor }).check();
  await page.getByRole('radio', { name: device.simulated }).check();
}

/**
 * Reads what the drawn device shows when it is asked for this, screen by screen, and approves; before,
 * whatever else it may want, such as its app opened.
 */
export async function approveDrawn(page: Page, asked: 'approve' | 'derive'): Promise<void> {
  const wanted = page.getByRole('dialog', { name: headings[asked] });
  const device = page.getByRole('dialog').getByRole('region', { name: devices.simulated.stamp });
  const approve = device.getByRole('button', { name: means.yes, disabled: false });
  const next = device.getByRole('button', { name: means.next, disabled: false });
  for (;;) {
    await expect(approve.or(next).first()).toBeVisible();
    if ((await approve.count()) === 0) {
      await next.press('Enter');
      continue;
    }
    const last = await wanted.isVisible();
    await approve.press('Enter');
    if (last) return;
    await expect(approve).toHaveCount(0);
  }
}

/** What the drawn devices' buttons and dialogs are called; `password`: of a simulated YubiHSM. */
export const drawnWords = (password: string) => ({
  yes: means.yes,
  next: means.next,
  up: means.up,
  enter: means.enter,
  digits: SIMULATED_PIN.split('').map(means.digit),
  derive: devices.prompt.headings.derive,
  approve: devices.prompt.headings.approve,
  passwordAction: devices.prompt.passwordAction,
  password,
});

/**
 * In the page: a person who works the drawn device in the dialog, reading to its last screen. Counts
 * the questions for secrets and approvals in `prompts`, and leaves the dialog with the heading `holdAt`
 * alone.
 */
export function attendDrawn(words: ReturnType<typeof drawnWords>): void {
  const counted = globalThis as { prompts?: number; holdAt?: string };
  let seen: Element | undefined;
  let typed = 0;
  setInterval(() => {
    const dialog = document.querySelector('dialog[open]');
    if (!dialog) return;
    const asked = dialog.querySelector('h2')?.textContent.trim();
    if (dialog !== seen) {
      seen = dialog;
      if (asked === words.derive || asked === words.approve)
        counted.prompts = (counted.prompts ?? 0) + 1;
    }
    if (asked === counted.holdAt) return;
    const buttons = [...dialog.querySelectorAll('button')].filter(({ disabled }) => !disabled);
    const named = (name: string) =>
      buttons.find((one) => (one.getAttribute('aria-label') ?? one.textContent).trim() === name);
    const password = dialog.querySelector<HTMLInputElement>('input[type=password]');
    if (password) {
      if (password.value !== '') return;
      password.value = words.password;
      password.dispatchEvent(new Event('input', { bubbles: true }));
      // It can be pressed once the page has seen what was typed.
      const use = [...dialog.querySelectorAll('button')].find(
        ({ textContent }) => textContent.trim() === words.passwordAction,
      );
      setTimeout(() => use?.click());
      return;
    }
    // A PIN: the next digit or the end of it; a wheel is turned until it shows that.
    const wheel = named(words.up);
    const key = named(words.digits[typed] ?? words.enter);
    if (key) typed = typed === words.digits.length ? 0 : typed + 1;
    (key ?? wheel ?? named(words.yes) ?? named(words.next))?.click();
  }, 20);
}

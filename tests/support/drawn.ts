import { expect, type Page } from '@playwright/test';
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

import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Passphrase from './Passphrase.svelte';

const GOOD = 'clock-wisdom-frame-orbit-salad-merry-tiger';
const first = () => page.getByLabelText('Passphrase', { exact: true });
const second = () => page.getByLabelText('The same passphrase once more', { exact: true });

/** The component on the page, and what it called usable last. */
async function chooser(confirm: boolean) {
  const last: { usable?: string | undefined } = {};
  await render(Passphrase, { confirm, onchange: (usable?: string) => (last.usable = usable) });
  return last;
}

test('asked for twice, it is ready only when both are the same; pasting is allowed', async () => {
  const last = await chooser(true);
  await first().fill(GOOD);
  await expect.element(page.getByTestId('strength')).toHaveTextContent('Strong enough');
  expect(last.usable).toBeUndefined();
  await second().fill('clock-wisdom');
  await expect.element(page.getByText('The two are different.')).toBeVisible();
  await expect.element(second()).toHaveAttribute('aria-invalid', 'true');
  expect(last.usable).toBeUndefined();

  await first().click();
  await userEvent.keyboard('{Control>}a{/Control}');
  await first().fill(GOOD);
  await page.getByRole('button', { name: 'Show: Passphrase' }).click();
  await first().click();
  await userEvent.keyboard('{Control>}a{/Control}');
  await userEvent.copy();
  await second().clear();
  await userEvent.paste();
  await expect.element(second()).toHaveValue(GOOD);
  await expect.element(page.getByText('Both are the same.')).toBeVisible();
  await expect.poll(() => last.usable).toBe(GOOD);
});

test('what was judged before says nothing of what is typed now', async () => {
  const last = await chooser(false);
  await first().fill(GOOD);
  await expect.poll(() => last.usable).toBe(GOOD);
  await first().fill('clock');
  expect(last.usable).toBeUndefined();
  await expect.element(page.getByTestId('strength')).toHaveTextContent('Too weak');
  expect(last.usable).toBeUndefined();
});

test('it is covered until shown, and the browser is asked not to keep it', async () => {
  await chooser(false);
  await first().fill('secret');
  await expect.element(first()).toHaveAttribute('type', 'password');
  await expect.element(first()).toHaveAttribute('autocomplete', 'off');
  await expect.element(first()).toHaveAttribute('spellcheck', 'false');
  await page.getByRole('button', { name: 'Show: Passphrase' }).click();
  await expect.element(first()).toHaveAttribute('type', 'text');
});

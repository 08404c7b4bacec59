import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import Coverage from './Coverage.svelte';

test('says in words and in shapes which parts are here', async () => {
  const cells = ['known', 'missing', 'new', 'missing', 'missing'] as const;
  const transfer = { id: 'a', cells, known: 2, seen: 9, needed: 2 };
  const { rerender } = await render(Coverage, { transfer });
  const picture = page.getByRole('img', { name: '2 of 5 parts' });
  await expect.element(picture).toBeVisible();
  expect(Array.from(picture.element().children, (cell) => cell.textContent)).toEqual(
    cells.map((cell) => ({ known: '■', new: '◆', missing: '' })[cell]),
  );
  await expect
    .element(page.getByText('2 of 5 parts · at least 2 more codes · 9 codes read'))
    .toBeVisible();
  await expect.element(page.getByText(/several parts mixed/)).toBeVisible();
  await rerender({ transfer: { ...transfer, seen: 1, needed: 3 } });
  await expect.element(page.getByText(/one code read/)).toBeVisible();
  expect(page.getByText(/several parts mixed/).query()).toBeNull();
});

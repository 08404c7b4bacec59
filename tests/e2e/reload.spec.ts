import { ceremonyText } from '../../src/lib/ui/text/ceremony.ts';
import { expect, test } from '../support/fixtures.ts';
import { Operator } from '../support/operator.ts';
import { Peer } from '../support/peer.ts';

/* The page is loaded again in the middle of a ceremony: what the vault holds goes on, what lived in
   memory alone is said to be gone, and the key is made. */

test('reloaded after every packet handed over: the key is made, and the dropped nonces are named', async ({
  browser,
  watch,
}) => {
  test.setTimeout(300_000);
  const asha = await Operator.sitDown(browser, 'Asha', { watch: (context) => watch.over(context) });
  const { page } = asha;
  const keyState = page.getByTestId('key-state');
  await asha.begin(2, 2);
  const [invitation] = await asha.give();
  const ben = await Peer.join('Ben', invitation!);
  await asha.take([await ben.answer()]);

  let answer = '';
  const reloadedAt = new Set<string>();
  for (let i = 0; i < 20 && (await keyState.getAttribute('data-state')) !== 'active'; i++) {
    if ((await asha.work()) !== 'send') {
      await asha.take([answer]);
      continue;
    }
    answer = await ben.answer((await asha.give())[0]);
    // A hand-over that no receipt confirmed is due again after a reload: once is enough. And each
    // reload drops nonces: without an end to them, there is none to fresh ones.
    const log = (await page.getByTestId('trail').textContent())!;
    if (reloadedAt.has(log) || reloadedAt.size === 4) continue;
    reloadedAt.add(log);
    await asha.reload();
  }
  await expect(keyState).toHaveAttribute('data-state', 'active');
  expect(reloadedAt.size).toBeGreaterThanOrEqual(3);
  await expect(page.getByTestId('trail')).toContainText(ceremonyText.trail.dropped.nonces);
  await asha.context.close();
});

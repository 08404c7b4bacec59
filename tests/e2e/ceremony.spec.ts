import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../support/fixtures.ts';
import { Operator } from '../support/operator.ts';

/* Five operators, each in a browser of their own, make a key. Packets move as files, or as pictures of
   the codes on a screen. */

const MOST_TRANSFERS = 10;
const MOST_PROMPTS = 4;

test('from five empty browsers to one active key', async ({ browser, watch }) => {
  test.setTimeout(420_000);
  const began = Date.now();
  const sit = (name: string, how: object = {}) =>
    Operator.sitDown(browser, name, { ...how, watch: (context) => watch.over(context) });
  const asha = await sit('Asha');
  const ben = await sit('Ben', { courier: 'codes' });
  const others = [ben, await sit('Chen'), await sit('Dora', { keyboard: true }), await sit('Emre')];
  const everybody = [asha, ...others];

  await asha.begin(5, 3);
  const invitation = await asha.give();
  for (const operator of others) await operator.join(invitation);

  for (let round = 0; round < 12; round++) {
    // Everybody does what they can; what they have to give goes to Asha, and from her to all.
    for (const operator of everybody)
      if ((await operator.work()) === 'send' && operator !== asha)
        await asha.take(await operator.give());
    if (['send', 'done'].includes(await asha.work())) {
      const given = await asha.give();
      for (const operator of others) await operator.take(given);
    }
    const states = await Promise.all(
      everybody.map((operator) =>
        operator.page.getByTestId('key-state').getAttribute('data-state'),
      ),
    );
    if (states.every((state) => state === 'active')) break;
  }

  for (const operator of everybody) {
    const { page, name } = operator;
    await expect(page.getByTestId('key-state'), name).toHaveAttribute('data-state', 'active');
    const prompts = await operator.prompts();
    console.log(`${name}: ${operator.transfers} transfers, ${prompts} device prompts`);
    expect(prompts).toBeLessThanOrEqual(MOST_PROMPTS);
    if (operator !== asha) expect(operator.transfers).toBeLessThanOrEqual(MOST_TRANSFERS);
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }
  for (const { words } of everybody) {
    expect(words).toHaveLength(2);
    expect(words).toEqual(asha.words);
    for (const spoken of words) expect(spoken.split(' ')).toHaveLength(24);
  }
  console.log(`Five browsers to an active key: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  for (const { context } of everybody) await context.close();
});

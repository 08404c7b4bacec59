import { expect, test } from '../support/fixtures.ts';
import type { DeviceKind } from '../../src/lib/devices/device.ts';
import { devices } from '../../src/lib/ui/text/devices.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { tryText } from '../../src/lib/ui/text/try.ts';
import { attendDrawn, drawnWords } from '../support/drawn.ts';
import { provisionSimulated } from '../support/hsm.ts';
import { HSM_PASSWORD, makeKey, Operator } from '../support/operator.ts';
import { keyOf, psbtFor, signTogether } from '../support/requester.ts';

/*
 * A rehearsal in which every operator holds a simulated device of another make, at the other end of the
 * wire that its real driver speaks, in the served bundle under its policy.
 */

const MOST_PROMPTS = 4;

test('a key is made and used with a Ledger, a Trezor, a security key and a YubiHSM', async ({
  browser,
  watch,
}) => {
  test.setTimeout(400_000);
  const sit = (name: string, simulated: DeviceKind) =>
    Operator.sitDown(browser, name, { simulated, watch: (context) => watch.over(context) });
  const asha = await sit('Asha', 'ledger');
  const dora = await sit('Dora', 'yubihsm');
  await provisionSimulated(dora, HSM_PASSWORD);
  const others = [await sit('Ben', 'trezor'), await sit('Chen', 'security-key'), dora];
  const everybody = [asha, ...others];
  await makeKey(everybody, 3, 'rehearsed');
  for (const { name, prompts } of everybody) {
    const asked = await prompts();
    console.log(`${name}: ${asked} questions at the device for a key`);
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(MOST_PROMPTS);
  }

  const key = await keyOf(asha, () => Promise.resolve());
  for (const [number, signers] of [
    [0, 1, 2],
    [1, 2, 3],
  ].entries()) {
    const before = await Promise.all(everybody.map(({ prompts }) => prompts()));
    await signTogether(everybody, psbtFor(key, number).file, signers);
    for (const [i, { name, prompts }] of everybody.entries())
      expect((await prompts()) - before[i]!, name).toBe(signers.includes(i) ? 2 : 0);
  }
  for (const { context } of everybody) await context.close();
});

const { headings } = devices.prompt;
const { means } = devices.simulated;

for (const [operator, make] of [
  ['Asha', 'Ledger'],
  ['Ben', 'Trezor'],
] as const)
  test(`a ${make} refused, pulled out and locked at every question goes on without a reload`, async ({
    page,
  }) => {
    test.setTimeout(240_000);
    await page.addInitScript(attendDrawn, drawnWords(HSM_PASSWORD));
    await page.goto('./#/try?story=sign&seed=7');
    await page.getByRole('combobox', { name: tryText.you.desk }).selectOption(operator);
    await page.getByRole('radio', { name: tryText.controls.speeds.fast }).check();
    await page.getByRole('button', { name: tryText.controls.play, exact: true }).click();
    const desk = page.locator('.session');
    await expect(page.getByRole('button', { name: tryText.you.go })).toBeVisible({
      timeout: 90_000,
    });
    await expect(desk).toHaveAttribute('data-act', 'answer');
    await desk.getByRole('radio', { name: requestsText.answer.accept }).check();
    await desk.getByLabel(requestsText.answer.source).fill('The telephone');
    await page.evaluate(() => Object.assign(globalThis, { before: 'the same page' }));

    const dialog = page.getByRole('dialog');
    const button = (name: string) => dialog.getByRole('button', { name, disabled: false });
    const approve = desk.getByRole('button', {
      name: requestsText.answer.approve,
      disabled: false,
    });
    const begin = () => approve.click();
    const holdAt = (heading: string | undefined) =>
      page.evaluate((at) => Object.assign(globalThis, { holdAt: at }), heading);

    const asked = (question: string) => dialog.getByRole('heading', { name: question });
    const alert = desk.getByRole('alert');

    for (const question of [headings.approve, headings.derive])
      for (const trouble of [means.no, devices.simulated.unplug]) {
        await holdAt(question);
        await begin();
        await expect(asked(question)).toBeVisible({ timeout: 30_000 });
        while (trouble === means.no && (await button(means.no).count()) === 0)
          await button(means.next).click();
        await button(trouble).click();
        await expect(dialog).toHaveCount(0);
        await expect(alert).toBeVisible();
        if (trouble === means.no) continue;
        const own = page.getByText(tryText.you.device(operator));
        await own.click();
        await page.getByRole('button', { name: devices.simulated.plug }).click();
        await own.click();
      }

    // Behind its PIN a question goes on, or the device has given it up and it is asked again.
    const goOn = (there: () => Promise<boolean>) =>
      expect
        .poll(
          async () => {
            if (await there()) return true;
            if ((await dialog.count()) === 0 && (await approve.count()) > 0) await begin();
            return false;
          },
          { timeout: 60_000 },
        )
        .toBe(true);
    for (const question of [headings.approve, headings.derive]) {
      await holdAt(question);
      await goOn(() => asked(question).isVisible());
      await button(devices.simulated.lock).click();
    }
    await holdAt(undefined);
    await goOn(async () => (await desk.getAttribute('data-act')) !== 'answer');
    const before = await page.evaluate(() => (globalThis as { before?: string }).before);
    expect(before).toBe('the same page');
  });

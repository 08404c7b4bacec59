import { expect, test } from '../support/fixtures.ts';
import type { DeviceKind } from '../../src/lib/devices/device.ts';
import { provisionSimulated } from '../support/hsm.ts';
import { HSM_PASSWORD, Operator } from '../support/operator.ts';
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
  await asha.begin(4, 3);
  const invitation = await asha.give();
  for (const operator of others) await operator.join(invitation);
  const states = () =>
    Promise.all(
      everybody.map(({ page }) => page.getByTestId('key-state').getAttribute('data-state')),
    );
  for (let round = 0; round < 12; round++) {
    for (const operator of everybody)
      if ((await operator.work()) === 'send' && operator !== asha)
        await asha.take(await operator.give());
    if (['send', 'done'].includes(await asha.work())) {
      const given = await asha.give();
      for (const operator of others) await operator.take(given);
    }
    if ((await states()).every((state) => state === 'rehearsed')) break;
  }
  expect(await states()).toEqual(everybody.map(() => 'rehearsed'));
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

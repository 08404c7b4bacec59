import { initEccLib, Psbt, Transaction } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';
import { expectAxeSilent } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { value } from '../support/hex.ts';
import { makeKey, Operator } from '../support/operator.ts';
import { keyOf, psbtFor, signTogether } from '../support/requester.ts';
import { writePsbt } from '../support/write-psbt.ts';

/* The main job. Five operators, each in a browser of their own, make a key, and three of them sign
   transactions with it. Packets move as files, or as pictures of the codes on a screen. */

const MOST_TRANSFERS = 10;
const MOST_PROMPTS = 4;
/** Of a signer who does not collect, for one batch. */
const MOST_TRANSFERS_TO_SIGN = 4;

initEccLib(ecc);

test('from five empty browsers to an active key and signed transactions', async ({
  browser,
  watch,
}) => {
  test.setTimeout(600_000);
  const began = Date.now();
  const sit = (name: string, how: object = {}) =>
    Operator.sitDown(browser, name, { ...how, watch: (context) => watch.over(context) });
  const asha = await sit('Asha');
  const ben = await sit('Ben', { courier: 'codes' });
  const others = [ben, await sit('Chen'), await sit('Dora', { keyboard: true }), await sit('Emre')];
  const everybody = [asha, ...others];

  await makeKey(everybody, 3, 'active');

  for (const operator of everybody) {
    const { page, name } = operator;
    const prompts = await operator.prompts();
    console.log(`${name}: ${operator.transfers} transfers, ${prompts} device prompts`);
    expect(prompts).toBeLessThanOrEqual(MOST_PROMPTS);
    if (operator !== asha) expect(operator.transfers).toBeLessThanOrEqual(MOST_TRANSFERS);
    await expectAxeSilent(page);
  }
  for (const { words } of everybody) {
    expect(words).toHaveLength(2);
    expect(words).toEqual(asha.words);
    for (const spoken of words) expect(spoken.split(' ')).toHaveLength(24);
  }
  console.log(`Five browsers to an active key: ${((Date.now() - began) / 1000).toFixed(0)} s`);

  const key = await keyOf(asha, expectAxeSilent);
  const signing = Date.now();
  for (const [number, signers] of [
    [0, 1, 2],
    [2, 3, 4],
    [0, 2, 4],
  ].entries()) {
    for (const operator of everybody) operator.transfers = 0;
    const prompts = await Promise.all(everybody.map((operator) => operator.prompts()));
    const { spend, file } = psbtFor(key, number);
    const raw = await signTogether(everybody, file, signers);
    for (const [i, operator] of everybody.entries()) {
      const asked = (await operator.prompts()) - prompts[i]!;
      expect(asked, `${operator.name}’s device`).toBe(signers.includes(i) ? 2 : 0);
      if (operator !== asha) expect(operator.transfers).toBeLessThanOrEqual(MOST_TRANSFERS_TO_SIGN);
    }
    await expectAxeSilent(asha.page);
    // Another program makes the same transaction of the same signatures, and holds them to be right.
    const group = jsGroup('secp256k1');
    const theirs = Psbt.fromBuffer(value(writePsbt(group, key, spend, 0)));
    const signatures = Transaction.fromHex(raw).ins.map(({ witness }) => witness[0]!);
    for (const [i, tapKeySig] of signatures.entries()) theirs.updateInput(i, { tapKeySig });
    expect(
      theirs.validateSignaturesOfAllInputs((publicKey, sighash, signature) =>
        ecc.verifySchnorr(sighash, publicKey, signature),
      ),
    ).toBe(true);
    expect(theirs.finalizeAllInputs().extractTransaction().toHex()).toBe(raw);
  }
  console.log(`Three transactions signed: ${((Date.now() - signing) / 1000).toFixed(0)} s`);
  for (const { context } of everybody) await context.close();
});

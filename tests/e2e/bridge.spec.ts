import { ed25519 } from '@noble/curves/ed25519.js';
import type { Locator } from '@playwright/test';
import { initEccLib, Transaction } from 'bitcoinjs-lib';
import * as ecc from 'tiny-secp256k1';
import { branches } from '../../src/lib/bitcoin/branches.ts';
import { FEES_TO } from '../../src/lib/ceremony/problems.ts';
import { satText } from '../../src/lib/ui/amounts.ts';
import { evidenceText } from '../../src/lib/ui/text/evidence.ts';
import { feesText } from '../../src/lib/ui/text/fees.ts';
import { mintProofText } from '../../src/lib/ui/text/mint-proof.ts';
import { requestBridgeText } from '../../src/lib/ui/text/request-bridge.ts';
import { resultText } from '../../src/lib/ui/text/request-result.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { rulesText } from '../../src/lib/ui/text/rules.ts';
import { hexOf } from '../../src/lib/ui/words.ts';
import { attestationBytes, readAttestationJson } from '../../src/lib/wire/mint.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { expectAxeSilent } from '../support/axe.ts';
import { burnOf, listed, provedBurn } from '../support/bridge-burns.ts';
import { feesTx, newBurn, ownScript, recipient, scriptOf } from '../support/bridge-chain.ts';
import { BridgeGroup, mintTo, shown } from '../support/bridge-group.ts';
import {
  bring,
  everybodyHears,
  issueAddress,
  listCoins,
  visit,
} from '../support/bridge-operator.ts';
import {
  acceptAnyway,
  adoptRules,
  answerBatch,
  cannotAccept,
  digestOf,
  expectAllHold,
  findingOf,
  force,
  freeze,
  itemOf,
  newRequest,
  openBatch,
  proposeComposed,
  proposeLimit,
  proposeMints,
  release,
  renew,
  rootOf,
  signFrozen,
  signWith,
} from '../support/bridge-requester.ts';
import type { TestBlock } from '../support/chain.ts';
import { expect, test } from '../support/fixtures.ts';
import type { Operator } from '../support/operator.ts';

/* The bridge's business of one group, with another operator absent each time. Packets move as files. */

const MOST_TRANSFERS = 4;
const MOST_PROMPTS = 2;
/** Coins of the fee reservoir, in sat: together they are worth gathering. */
const FEES = [90_000, 80_000];

initEccLib(ecc);

test.describe.configure({ mode: 'serial' });

let all: BridgeGroup;
/** The block in which the first deposits and the fees are. */
let feeBlock: TestBlock;
/** The batch with a mint that only some accepted. */
let honest: string;

test('a key of five, and evidence that its operators bring from files', async ({
  browser,
  watch,
}) => {
  test.setTimeout(240_000);
  all = await BridgeGroup.make(browser, '21000000', (context) => watch.over(context));
  const { asha, ben, chen, dora } = all;
  await issueAddress(asha, shown(1));
  for (const number of [2, 3, 4, 5])
    expect(await dora.player.seat.issueAddress(recipient(number))).toBeUndefined();
  await visit(asha, '/evidence');
  await visit(ben, '/evidence');
  await everybodyHears(asha, all.others, [dora]);

  feeBlock = all.deposit([1, 2, 3, 5], [feesTx(chen.player, FEES)]);
  await all.see([feeBlock]);
  for (const { page } of [asha, ben]) {
    await expect(page.getByTestId('agreed')).toContainText(evidenceText.chain.block(all.height));
    await expect(
      page.getByTestId('tip').filter({ hasText: evidenceText.chain.agrees.yes }),
    ).toHaveCount(5);
    await expect(page.locator('[data-testid=shown-deposit][data-state=ready]')).toHaveCount(4);
  }
  await expectAxeSilent(asha.page);
});

test('a mint is attested while Emre is absent, and its proof stands alone', async ({ watch }) => {
  test.setTimeout(120_000);
  const { asha, ben, chen, dora } = all;
  for (const { context } of all.operators) watch.over(context);
  const root = await proposeMints(asha, [shown(1)]);
  await expectAllHold(itemOf(asha));
  await expectAxeSilent(asha.page);
  const prompts = [await asha.prompts(), await ben.prompts()];
  ben.transfers = 0;
  await signWith(asha, [ben, chen, dora], root, ['Asha', 'Ben', 'Dora']);
  expect(ben.transfers).toBeLessThanOrEqual(MOST_TRANSFERS);
  for (const [i, one] of [asha, ben].entries())
    expect((await one.prompts()) - prompts[i]!).toBeLessThanOrEqual(MOST_PROMPTS);

  const json = await asha.page.getByTestId('mint-json').inputValue();
  const read = readAttestationJson(json);
  if (typeof read === 'string') throw new Error(read);
  expect(hexOf(read.attestation.recipient)).toBe(shown(1));
  const key = chen.player.seat.progress().keys!.attestation.threshPk;
  expect(ed25519.verify(read.signature, attestationBytes(read.attestation), key)).toBe(true);

  const saved = asha.page.waitForEvent('download');
  await asha.press(asha.button(resultText.proof));
  const proof = await (await saved).path();
  // Whoever checks it has neither a workspace nor this browser.
  const page = await asha.context.browser()!.newPage();
  watch.over(page.context());
  await page.goto('./#/verify');
  await page.getByTestId('verify-mint').locator('input[type=file]').setInputFiles(proof);
  await expect(page.getByTestId('mint-verdict')).toContainText(mintProofText.good);
  await page.close();
});

test('a recipient that a peer swapped is named, and nobody can accept it', async ({ watch }) => {
  test.setTimeout(120_000);
  const { asha, ben, emre } = all;
  for (const { context } of all.operators) watch.over(context);
  const attested = (item: Locator, side: 'figures' | 'bytes') =>
    item.getByTestId(side).locator('[data-field=recipient]').innerText();
  honest = await proposeMints(asha, [shown(2)]);
  await openBatch(ben, honest, await asha.give());
  const seen = new Map<Operator, { digest: string; bytes: string; figure: string }>();
  for (const one of [asha, ben])
    seen.set(one, {
      digest: await digestOf(itemOf(one)),
      bytes: await attested(itemOf(one), 'bytes'),
      figure: await attested(itemOf(one), 'figures'),
    });
  expect(seen.get(asha)).toEqual(seen.get(ben));
  expect(seen.get(ben)!.bytes).toBe(shown(2));

  const [good, swapped] = [await mintTo(emre, 5), await mintTo(emre, 2)];
  const root = await force(emre, [good, { ...swapped, recipient: recipient(66) }]);
  await all.proposedBy(emre, root);
  for (const one of [asha, ben]) {
    const item = itemOf(one, 1);
    await expect(item).toHaveAttribute('data-halt', 'unproved');
    await item.getByRole('button', { name: requestsText.session.open }).click();
    await expect(findingOf(item, 'output')).toHaveAttribute('data-state', 'fails');
    await expect(findingOf(item, 'output')).toContainText(
      'not pay the address that is bound to this recipient',
    );
    expect(await attested(item, 'bytes')).toBe(shown(66));
    expect(await attested(item, 'figures')).not.toBe(seen.get(one)!.figure);
    expect(await digestOf(item)).not.toBe(seen.get(one)!.digest);
    await expect(item.getByRole('radio')).toHaveCount(0);
    if (one === ben) await expectAxeSilent(ben.page);
    await answerBatch(one);
  }
  // Slips are seen once the own one is out: Emre's differs from everybody else's.
  await acceptAnyway(emre, root, false);
  await asha.take([await emre.give()]);
  await asha.take(await ben.give());
  const slip = (name: string) => asha.page.getByTestId('replies').getByRole('row', { name });
  await expect(slip('Emre')).toContainText(requestsText.replies.of(2, 2));
  for (const { name } of [asha, ben])
    await expect(slip(name)).toContainText(requestsText.replies.of(1, 2));
});

/*
 * Only the bridge's circuit makes burn proofs. The one of the official vectors burns all bitcoin that there
 * is, so the limits allow that and a listed coin is worth it; without vectors, nothing is paid here, and
 * it is shown that nothing can be.
 */
test('a burn is paid without Dora, but not without proof or records', async ({ watch }) => {
  test.setTimeout(180_000);
  const { asha, ben, chen, emre } = all;
  for (const { context } of all.operators) watch.over(context);
  const proved = provedBurn();
  const burn = proved?.burn ?? newBurn();
  if (proved) {
    for (const operator of [asha, ben]) {
      const before = Date.now();
      expect((await bring(operator, proved.file)).join()).toContain('a burn proof that holds');
      console.log(`A burn proof, brought and verified on the page: ${Date.now() - before} ms`);
      expect(Date.now() - before).toBeLessThan(2000);
      await expect(operator.page.getByTestId('burns')).toContainText(evidenceText.burns.none);
    }
    for (const peer of all.peers) await peer.see(proved.file);
    // The proof holds, and it is no burn: nobody's observer saw one.
    const unseen = await force(emre, [burnOf(emre, { ...burn, height: burn.height - 1 })]);
    await all.proposedBy(emre, unseen);
    for (const one of [asha, ben]) {
      await expect(findingOf(itemOf(one), 'proof')).toHaveAttribute('data-state', 'holds');
      for (const missing of ['own-record', 'records'])
        await expect(findingOf(itemOf(one), missing)).toHaveAttribute('data-state', 'missing');
      await cannotAccept(one);
    }
  }
  await all.saw(burn);
  await expectAxeSilent(asha.page);

  const elsewhere = await force(emre, [burnOf(emre, { ...burn, script: scriptOf(66) })]);
  await all.proposedBy(emre, elsewhere);
  for (const one of [asha, ben]) {
    const proof = findingOf(itemOf(one), proved ? 'proof-says' : 'proof');
    await expect(proof).toHaveAttribute('data-state', proved ? 'fails' : 'missing');
    await expect(findingOf(itemOf(one), 'records-agree')).toHaveAttribute('data-state', 'fails');
    await cannotAccept(one);
  }

  if (!proved) {
    const compose = await newRequest(asha, 'burn');
    await expect(compose).toContainText(requestBridgeText.burn.none);
    await compose.getByText(requestBridgeText.waiting(1)).click();
    await expect(findingOf(compose, 'proof')).toHaveAttribute('data-state', 'missing');
    return;
  }
  await listCoins(asha, [listed(ownScript(chen.player, [branches.receive, 1]), burn.amount)]);
  await newRequest(asha, 'burn');
  await expectAxeSilent(asha.page);
  const root = await proposeComposed(asha, 'A withdrawal');
  await expectAllHold(itemOf(asha));
  await expectAxeSilent(asha.page);
  await signWith(asha, [ben, chen, emre], root, ['Asha', 'Ben', 'Emre']);
  const paid = Transaction.fromHex(await asha.page.getByTestId('raw').inputValue());
  expect(paid.outs.map(({ script, value }) => [hexOf(script), Number(value)])).toEqual([
    [hexOf(burn.script), burn.amount - burn.fee],
  ]);
});

test('fees are gathered while Chen is absent', async ({ watch }) => {
  test.setTimeout(120_000);
  const { asha, ben, chen, dora, emre } = all;
  for (const { context } of all.operators) watch.over(context);
  await listCoins(
    asha,
    FEES.map((amount, i) =>
      listed(ownScript(chen.player, [branches.fees, i]), amount, feeBlock.txids.at(-1), i),
    ),
  );
  await visit(asha, '/fees');
  await expect(asha.page.getByRole('heading', { level: 1 })).toHaveText(feesText.title);
  await expectAxeSilent(asha.page);
  await newRequest(asha, 'fees');
  const root = await proposeComposed(asha, 'Fees of the week');
  await expectAllHold(itemOf(asha));
  await signWith(asha, [ben, dora, emre], root, ['Ben', 'Dora', 'Emre']);
  const gathered = Transaction.fromHex(await asha.page.getByTestId('raw').inputValue());
  expect(gathered.ins).toHaveLength(FEES.length);
  expect(gathered.outs.map(({ script }) => hexOf(script))).toEqual([
    hexOf(ownScript(chen.player, FEES_TO)),
  ]);
});

test('one deposit is not attested by two quorums that share a liar', async ({ watch }) => {
  test.setTimeout(120_000);
  const { asha, ben, chen, dora, emre } = all;
  for (const { context } of all.operators) watch.over(context);
  const liar = await emre.twin();
  const first = await proposeMints(asha, [shown(3)]);
  await signWith(asha, [ben, chen, emre], first, ['Asha', 'Ben', 'Chen']);
  await expect(asha.page.getByTestId('mint-json')).toBeVisible();

  // Dora hears nothing of the first one, and proposes another: with the liar these are two of four.
  expect(await dora.player.seat.request([await mintTo(dora, 3)])).toBeUndefined();
  const second = rootOf(dora);
  const helped = await dora.answer();
  await liar.take(helped);
  await acceptAnyway(liar, second, true);
  const lie = await liar.give();
  for (const one of [asha, ben]) {
    await openBatch(one, second, one === asha ? [helped, lie] : await asha.give());
    await expect(itemOf(one)).toHaveAttribute('data-halt', 'held');
    await expect(one.page.getByText(requestsText.session.heldBy.deposit)).toBeVisible();
    await cannotAccept(one);
    await visit(one, '');
    await expect(
      one.page.getByText(/Emre (reserved the same|signed two different)/).first(),
    ).toBeVisible();
  }
  expect(dora.player.seat.requests()!.sessions.at(-1)!.items[0]!.reserved.size).toBe(1);
});

test('of fifty mints 49 are attested, and a lying signer is named', async ({ watch }) => {
  test.setTimeout(240_000);
  const { asha, ben, chen, dora, emre } = all;
  for (const { context } of all.operators) watch.over(context);
  const FIFTY = 50;
  const [BAD, LIED] = [7, 3];
  await visit(asha, '/evidence');
  await all.see([all.deposit(Array.from({ length: FIFTY }, (_, i) => (i < 3 ? 4 : 1)))]);
  const { deposits } = (await bridgeViewOf(emre.player.seat))!;
  const batch = deposits
    .filter(({ requested, height }) => requested.length === 0 && height > feeBlock.height)
    .map(({ mint }) => ({ ...mint, purpose: 'Deposit', expires: Date.now() + 86_400_000 }));
  expect(batch).toHaveLength(FIFTY);
  const root = await force(
    emre,
    batch.map((one, i) => (i === BAD ? { ...one, recipient: recipient(66) } : one)),
  );
  dora.otherwise((part) =>
    part.kind === 'signature-shares'
      ? {
          ...part,
          items: part.items.map((one, i) =>
            i === LIED ? { ...one, shares: [new Uint8Array(32).fill(1)] } : one,
          ),
        }
      : part,
  );

  const active: number[] = [];
  const timed = async <T>(act: Promise<T>): Promise<T> => {
    const before = Date.now();
    const done = await act;
    active.push(Date.now() - before);
    return done;
  };
  await openBatch(asha, root, [await emre.give()]);
  const prompts = await ben.prompts();
  ben.transfers = 0;
  const proposal = await asha.give();
  await timed(openBatch(ben, root, proposal));
  await expect(itemOf(ben, BAD)).toContainText(requestsText.halts.unproved.name);
  await expectAxeSilent(ben.page);
  const opened = await timed(answerBatch(ben));
  expect(opened).toBeGreaterThanOrEqual(4);
  expect(opened).toBeLessThan(FIFTY / 2);
  await asha.take(await timed(ben.give()));
  await answerBatch(asha);
  for (const peer of [chen, dora]) await asha.take([await peer.answer(proposal[0])]);
  await freeze(asha, ['Asha', 'Ben', 'Dora']);
  await release(asha);
  const frozen = await asha.give();
  await timed(ben.take(frozen));
  await timed(release(ben));
  await asha.take(await timed(ben.give()));
  expect(ben.transfers).toBe(MOST_TRANSFERS);
  expect((await ben.prompts()) - prompts).toBeLessThanOrEqual(MOST_PROMPTS);
  await asha.take([await dora.answer(frozen[0])]);
  const results = asha.page.getByTestId('result');
  await expect(results).toHaveCount(FIFTY - 2);
  await expect(
    asha.page.getByText('Dora sent a wrong signature share', { exact: false }).first(),
  ).toBeVisible();
  console.log(
    `50 mints: ${opened} opened, ${ben.transfers} transfers, ${(await ben.prompts()) - prompts} prompts, ${(active.reduce((sum, one) => sum + one) / 1000).toFixed(1)} s at the browser of one operator.`,
  );

  // What she spoiled is signed without her.
  await renew(asha);
  const spoiled = await asha.give();
  await ben.take(spoiled);
  await renew(ben);
  await asha.take(await ben.give());
  await asha.take([await chen.answer(spoiled[0])]);
  await freeze(asha, ['Asha', 'Ben', 'Chen']);
  await signFrozen(asha, [ben, chen], ['Asha', 'Ben', 'Chen']);
  await expect(results).toHaveCount(FIFTY - 1);
  await expect(itemOf(asha, BAD).getByTestId('result')).toHaveCount(0);
});

test('a limit that four devices approved holds a mint back, by its name', async ({ watch }) => {
  test.setTimeout(120_000);
  const { asha, ben, chen, dora } = all;
  for (const { context } of all.operators) watch.over(context);
  await proposeLimit(asha, 1, '5.15');
  await expectAxeSilent(asha.page);
  const proposed = await asha.give();
  await visit(ben, '/rules');
  await ben.take(proposed);
  await adoptRules(ben);
  await asha.take(await ben.give());
  for (const peer of [chen, dora]) {
    await peer.take(proposed[0]!);
    await peer.adopt();
    await asha.take([await peer.give()]);
  }
  await adoptRules(asha);
  await expect(asha.page.getByTestId('in-force')).toContainText(rulesText.inForce(2));
  await ben.take(await asha.give());
  await expect(ben.page.getByTestId('in-force')).toContainText(rulesText.inForce(2));
  for (const one of [asha, ben]) {
    await visit(one, '/requests');
    await expect(one.page.getByTestId('part-kept')).toContainText(requestsText.halts.policy.name);
    if (one === ben) await expectAxeSilent(ben.page);
    await openBatch(one, honest);
    await expect(itemOf(one)).toHaveAttribute('data-halt', 'policy');
    await expect(itemOf(one).getByTestId('decision')).toContainText(
      `${satText(515_000_000)} may be moved`,
    );
  }
});

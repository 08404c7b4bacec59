/** Recovery, from every way in which an operator may lose what they have, each in an empty browser. */
import type { Page, TestInfo } from '@playwright/test';
import { backupFromBytes, backupToBytes, recoveryToBytes } from '../../src/lib/ceremony/backup.ts';
import { fromHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { ceremonyText } from '../../src/lib/ui/text/ceremony.ts';
import { actionFaultText, restoreFaultText } from '../../src/lib/ui/text/ceremony-faults.ts';
import { recoverText, restoreCheckText, sourceText } from '../../src/lib/ui/text/recover.ts';
import { requestsText } from '../../src/lib/ui/text/requests.ts';
import { deviceFault } from '../../src/lib/devices/device.ts';
import { deviceFaultText } from '../../src/lib/ui/text/device-faults.ts';
import { workspaceText } from '../../src/lib/ui/text/workspace.ts';
import { chunksOf, wordsOf } from '../../src/lib/ui/words.ts';
import { openAge, sealAge } from '../../src/lib/worker/age-file.ts';
import { recoveryOf } from '../../src/lib/worker/backup.ts';
import { fileOf } from '../support/bridge-operator.ts';
import { expect, test } from '../support/fixtures.ts';
import { built, rootOf } from '../support/origin.ts';
import { Peer } from '../support/peer.ts';
import {
  admits,
  ageBackup,
  apart,
  cardsOf,
  certifiedPubshares,
  kitOf,
  PASSPHRASE,
} from '../support/restored.ts';
import {
  alert,
  askDevice,
  begin,
  bringAll,
  bringFiles,
  chooseAnother,
  deviceFrom,
  everythingOf,
  find,
  follow,
  GROUP,
  hearFrom,
  isMe,
  newMachine,
  openFile,
  proposeTo,
  question,
  restoreSeed,
  sealShares,
  setClock,
  signWith,
  typeCard,
} from '../support/returning.ts';
import { ROOT, type Player } from '../support/seats.ts';
import { everybodyHears, withKey } from '../support/signing-seats.ts';

const { others, secret, device, hear, done } = recoverText;

const seeds = [71, 72].map((byte) => new Uint8Array(32).fill(byte)) as [Bytes, Bytes];
const [BEN, CHEN, DORA, EMRE] = [1, 2, 3, 4] as const;

let group: readonly Player[];
let kits: readonly string[];
let doras: Bytes;
let cards: { readonly good: readonly string[]; readonly stranger: string };
/** Roots of the bundles that the groups accept: Node's and the one under test. */
let roots: Bytes[];

test.beforeAll(async () => {
  test.setTimeout(120_000);
  setClock(3);
  roots = [ROOT, fromHex(await rootOf(built))!];
  const devices = [
    undefined,
    await deviceFrom(seeds[0], 'trezor'),
    await deviceFrom(seeds[1], 'ledger'),
  ];
  group = await withKey(5, 3, 'worst days', { devices, terms: { roots } });
  kits = await Promise.all(group.map(async (one) => fileOf(await kitOf(one), 'kit.cbor')));
  doras = await ageBackup(group[DORA]!);
  const [good, other] = [await cardsOf(group[EMRE]!, 3, 5), await cardsOf(group[EMRE]!, 3, 5)];
  cards = { good, stranger: other[0]! };
  await everybodyHears(group);
});

/** The others of the group, apart from other tests. */
const everybodyBut = (i: number): Promise<Player[]> => apart(group.filter((_, j) => j !== i));

test('a new laptop, the same device: kit and device, and nobody approves anything', async ({
  browser,
  watch,
}) => {
  const peers = await everybodyBut(BEN);
  const ben = await newMachine(browser, watch, 'Ben');
  await restoreSeed(ben, wordsOf(seeds[0]));
  await begin(ben, 'same-device');
  await bringAll(ben, await everythingOf(peers[0]!));
  await askDevice(ben, kits[BEN]!);
  await isMe(ben, group[BEN]!, BEN, 5);
  await find(ben, device.sameKey);
  await sealShares(ben, 'hear');
  await expect(ben.page.getByTestId('still-to-hear')).toHaveText(hear.more(3));
  await hearFrom(ben, peers.slice(0, 2));
  await expect(ben.page.getByTestId('still-to-hear')).toHaveText(hear.more(1));
  await hearFrom(ben, [peers[0]!, peers[2]!]);
  await expect(question(ben.page)).toHaveAttribute('data-stage', 'done');
  await expect(ben.page.getByTestId('card-hash')).toHaveCount(0);
  await signWith(ben, BEN, peers, await proposeTo(ben, peers));
});

test('the device is lost, its seed is at hand: another seed is refused, the right one signs', async ({
  browser,
  watch,
}) => {
  const peers = await everybodyBut(CHEN);
  const files = await everythingOf(peers[3]!);
  const chen = await newMachine(browser, watch, 'Chen');
  await begin(chen, 'vendor-seed');
  await bringAll(chen, files);
  await askDevice(chen, kits[CHEN]!);
  await expect(alert(chen.page)).toContainText(deviceFaultText(deviceFault('other-seed')).happened);

  await restoreSeed(chen, wordsOf(seeds[1]));
  await begin(chen, 'vendor-seed');
  await bringAll(chen, files);
  await askDevice(chen, kits[CHEN]!);
  await isMe(chen, group[CHEN]!, CHEN, 5);
  await find(chen, device.sameKey);
  await expect(question(chen.page)).not.toContainText(group[CHEN]!.device.simulator.serial);
  await sealShares(chen, 'hear');
  await hearFrom(chen, peers);
  await expect(question(chen.page)).toHaveAttribute('data-stage', 'done');
  await signWith(chen, CHEN, peers, await proposeTo(chen, peers));
});

test('the device is lost, a backup file is at hand: another make counts once others admit it', async ({
  browser,
  watch,
}) => {
  const peers = await everybodyBut(DORA);
  const dora = await newMachine(browser, watch, 'Dora');
  const { page } = dora;
  const file = fileOf(doras, 'dora.age');
  await begin(dora, 'age-file');
  await bringAll(dora, await everythingOf(peers[0]!));
  await openFile(dora, file, 'not this one');
  await expect(alert(page)).toContainText(backupText.faults['wrong-passphrase']().happened);
  await openFile(dora, file, PASSPHRASE);
  await expect(question(page)).toHaveAttribute('data-stage', 'who');

  // A reload in the middle: the group is there, and its page leads on.
  await page.reload();
  await dora.fill(dora.field(backupText.passphrase.label), dora.passphrase);
  await dora.press(dora.button(workspaceText.door.unlock.action));
  await expect(question(page)).toHaveAttribute('data-stage', 'what');
  await follow(dora, '#/start');
  await dora.press(page.getByRole('link', { name: workspaceText.groups.openGroup('Test vault') }));
  const now = page.getByTestId('now');
  await expect(now).toHaveAttribute('data-act', 'catch-up');
  await dora.press(page.getByRole('link', { name: ceremonyText.recover.act }));
  await expect(question(page)).toContainText(secret.here('Test vault'));
  await openFile(dora, fileOf(await ageBackup(group[EMRE]!), 'emre.age'), PASSPHRASE);
  const other = restoreFaultText({ fault: 'other-operator', detail: 'Emre' }).happened;
  await expect(alert(page)).toContainText(other);
  await openFile(dora, file, PASSPHRASE);
  await isMe(dora, group[DORA]!, DORA, 5);
  await chooseAnother(dora, 'ledger');
  await find(dora, device.otherKey(3));
  await sealShares(dora, 'hear');
  await hearFrom(dora, peers);
  await expect(question(page)).toContainText(done.admitted(0, 3));
  for (const given of await dora.give(false)) await Peer.of(peers[0]!).take(given);
  await everybodyHears(peers);

  // What the new device approves counts for nobody yet, and that is said before it is asked.
  const root = await proposeTo(dora, peers);
  await dora.choose(page.getByRole('radio', { name: requestsText.answer.accept }));
  await dora.fill(dora.field(requestsText.answer.source), 'own records');
  await dora.press(dora.button(requestsText.answer.approve));
  const unadmitted = actionFaultText({ fault: 'device-not-admitted' }, String).happened;
  await expect(alert(page)).toContainText(unadmitted);
  for (const peer of peers.slice(0, 3)) await admits(peer, DORA);
  await everybodyHears(peers);
  await dora.take([await Peer.of(peers[0]!).give()], false);
  await signWith(dora, DORA, peers, root);
});

/** What the person sees, as a picture: `worst-day` in the results of the test. */
function camera(page: Page, info: TestInfo): (name: string) => Promise<void> {
  let number = 0;
  return async (name) => {
    const file = `worst-day/${String(++number).padStart(2, '0')}-${name}.png`;
    await page.screenshot({ path: info.outputPath(file), fullPage: true });
  };
}

test('the worst day: three contacts’ cards and what another operator has, nothing else', async ({
  browser,
  watch,
}, info) => {
  test.setTimeout(180_000);
  const peers = await everybodyBut(EMRE);
  const emre = await newMachine(browser, watch, 'Emre');
  const { page } = emre;
  const shot = camera(page, info);
  await page.setViewportSize({ width: 1280, height: 720 });
  await emre.press(page.getByRole('link', { name: workspaceText.groups.recover, exact: true }));
  await expect(question(page)).toHaveAttribute('data-stage', 'what');
  await shot('what-happened');
  await emre.press(page.getByRole('button', { name: recoverText.what.cases.cards.title }));
  await expect(question(page)).toContainText(recoverText.what.cases.cards.cannot);
  await shot('what-it-means');
  await emre.press(emre.button(recoverText.goOn));
  await shot('others');
  const files = await everythingOf(peers[0]!);
  await bringFiles(emre, files, files.length);
  await expect(page.getByTestId('found')).toContainText('Test vault');
  await shot('found');
  await emre.press(emre.button(others.rightGroup));

  // Words from three cards, with what goes wrong on such a day.
  await shot('cards');
  const [first, second, third] = cards.good.slice(1) as [string, string, string];
  const words = first.split(' ');
  await typeCard(emre, 1, words.with(6, words[6] === 'wolf' ? 'woman' : 'wolf').join(' '));
  await expect(alert(page)).toContainText(
    restoreFaultText({ fault: 'checksum', detail: '' }).happened,
  );
  await shot('wrong-word');
  await typeCard(emre, 1, words.with(6, 'wrongly').join(' '));
  const unknown = restoreFaultText({ fault: 'unknown-word', detail: 'word 7' }).happened;
  await expect(alert(page)).toContainText(unknown);
  await typeCard(
    emre,
    1,
    words
      .map((word) => word.slice(0, 4))
      .join(' ')
      .toUpperCase(),
  );
  await expect(page.getByTestId('progress')).toHaveText(sourceText.progress(1, 3));
  await typeCard(emre, 2, first);
  await expect(alert(page)).toContainText(
    restoreFaultText({ fault: 'duplicate', detail: '' }).happened,
  );
  await shot('duplicate');
  await typeCard(emre, 2, cards.stranger);
  await expect(alert(page)).toContainText(
    restoreFaultText({ fault: 'other-set', detail: '' }).happened,
  );
  await shot('another-set');
  await typeCard(emre, 2, second);
  await expect(page.getByTestId('progress')).toHaveText(sourceText.progress(2, 3));
  await expect(emre.button(sourceText.restore)).toHaveCount(0);
  await typeCard(emre, 3, third);
  await expect(page.getByTestId('progress')).toHaveText(sourceText.progress(3, 3));
  await shot('enough');
  await emre.press(emre.button(sourceText.restore));

  await expect(question(page)).toHaveAttribute('data-stage', 'who');
  await shot('who');
  await isMe(emre, group[EMRE]!, EMRE, 5);
  await shot('device');
  await chooseAnother(emre, 'ledger');
  await find(emre, device.otherKey(3));
  await shot('device-found');
  await sealShares(emre, 'hear');
  await shot('hear');
  // The new device is not told yet: what is given is what the others have already.
  const held = () => peers[0]!.seat.state.allPackets().length;
  const before = held();
  for (const given of await emre.give(false)) await Peer.of(peers[0]!).take(given);
  expect(held()).toBe(before);
  await emre.choose(page.getByRole('radio', { name: ceremonyText.transfer.receive }));
  await page.setViewportSize({ width: 360, height: 640 });
  await shot('hear-small');
  await page.setViewportSize({ width: 1280, height: 720 });
  await hearFrom(emre, peers);
  await expect(question(page)).toHaveAttribute('data-stage', 'done');
  await shot('done');
  await page.setViewportSize({ width: 360, height: 640 });
  await shot('done-small');
  await page.setViewportSize({ width: 1280, height: 720 });

  for (const given of await emre.give(false)) await Peer.of(peers[0]!).take(given);
  await everybodyHears(peers);
  for (const peer of peers.slice(1)) await admits(peer, EMRE);
  await everybodyHears(peers);
  await emre.choose(page.getByRole('radio', { name: ceremonyText.transfer.receive }));
  await emre.take([await Peer.of(peers[0]!).give()], false);
  await expect(question(page)).toContainText(done.admitted(3, 3));
  await shot('admitted');
  await emre.press(page.getByRole('link', { name: done.group }));
  await expect(page.getByTestId('now')).toHaveAttribute('data-act', 'done');
  await shot('group');
  const root = await proposeTo(emre, peers);
  await shot('request');
  await signWith(emre, EMRE, peers, root);
  await shot('signed');

  // A fresh backup, read back.
  await follow(emre, `#/g/${GROUP}/backups`);
  const piece = page.locator('[data-testid=piece][data-tier=age-file]');
  await expect(page.getByTestId('next')).toHaveAttribute('data-step', 'make');
  await shot('backups');
  const make = page.getByTestId('make');
  const download = page.waitForEvent('download');
  await emre.fill(emre.field(backupText.passphrase.label), emre.backupPassphrase);
  await emre.press(emre.button(backupText.step.make));
  const saved = await (await download).path();
  await expect(piece).toHaveAttribute('data-status', 'recorded');
  await shot('backup-recorded');
  await make.locator('.file input[type=file]').setInputFiles(saved);
  await emre.fill(
    make.getByLabel(backupText.passphrase.label, { exact: true }),
    emre.backupPassphrase,
  );
  await emre.press(emre.button(backupText.step.check));
  await expect(piece).toHaveAttribute('data-status', 'ok');
  await shot('backup-verified');
});

test('only what another operator has: what it cannot do is said, and what is no piece of this group', async ({
  browser,
  watch,
}) => {
  const nobody = await newMachine(browser, watch, 'Nobody');
  const { page } = nobody;
  const { cannot, call } = recoverText.what.cases['only-data'];
  await nobody.press(page.getByRole('link', { name: workspaceText.groups.recover, exact: true }));
  await nobody.press(page.getByRole('button', { name: recoverText.what.cases['only-data'].title }));
  await expect(question(page)).toContainText(cannot);
  await expect(question(page)).toContainText(call);
  await nobody.press(nobody.button(recoverText.goOn));
  const files = await everythingOf(group[0]!);
  await bringFiles(nobody, files, files.length);
  await bringFiles(nobody, [fileOf('no packets', 'letter.txt')], files.length);
  await nobody.press(nobody.button(others.rightGroup));
  await expect(question(page)).toContainText(secret.onlyData);

  const content = backupFromBytes((await openAge(doras, PASSPHRASE)) as Bytes);
  if ('fault' in content) throw new Error(content.fault);
  for (const [fault, detail, changes] of [
    [
      'other-group',
      'Their vault',
      { groupId: new Uint8Array(32).fill(8), groupName: 'Their vault' },
    ],
    ['other-epoch', '3', { epoch: 3 }],
    ['other-network', 'signet', { network: 'signet' }],
    ['rehearsal-differs', '', { rehearsal: false }],
  ] as const) {
    const plain = backupToBytes({ ...content, ...changes });
    await openFile(nobody, fileOf(await sealAge(plain, PASSPHRASE, 10)), PASSPHRASE);
    const { happened } = restoreFaultText({ fault, detail });
    await expect(alert(page).getByText(happened)).toBeVisible();
  }
  // Another operator's piece leads to their name.
  await openFile(nobody, fileOf(doras, 'found.age'), PASSPHRASE);
  await nobody.press(nobody.button(recoverText.who.no));
  await expect(alert(page)).toContainText(recoverText.who.other('Dora', true).happened);
});

test('apart from any workspace: whether cards or a file restore what was certified', async ({
  page,
}) => {
  await page.goto('./#/verify');
  await expect(page.getByTestId('verdict')).toBeVisible();
  const stores = () => page.evaluate(() => indexedDB.databases());
  const before = await stores();
  const check = page.getByTestId('restore-check');
  const recovery = recoveryToBytes(recoveryOf(group[0]!.seat)!);
  const given = check.getByLabel(restoreCheckText.recovery, { exact: true });
  await given.setInputFiles(fileOf(doras, 'dora.age'));
  await check.getByLabel(sourceText.file, { exact: true }).setInputFiles(fileOf(doras, 'dora.age'));
  await check.getByLabel(backupText.passphrase.label, { exact: true }).fill(PASSPHRASE);
  const open = check.getByRole('button', { name: sourceText.open, exact: true });
  await open.click();
  await expect(alert(page)).toContainText(restoreCheckText.unreadable('').happened);
  await given.setInputFiles(fileOf(recovery, 'recovery.cbor'));
  await open.click();
  await expect(check.getByTestId('restores')).toContainText(restoreCheckText.equals);
  await expect(check).toContainText(restoreCheckText.operatorIs('Dora', DORA + 1, 5));
  const { custody, attestation } = certifiedPubshares(group[0]!, DORA);
  for (const share of [custody, attestation])
    await expect(check).toContainText(chunksOf(share).join(''));

  await check.getByRole('radio', { name: sourceText.kinds.slip39.title }).check();
  for (const [i, card] of cards.good.slice(2).entries()) {
    await check.getByLabel(sourceText.cards.entry(i + 1), { exact: true }).fill(card);
    await check.getByRole('button', { name: sourceText.cards.add, exact: true }).click();
  }
  await check.getByRole('button', { name: sourceText.restore, exact: true }).click();
  await expect(check).toContainText(restoreCheckText.operatorIs('Emre', EMRE + 1, 5));
  expect(await stores()).toEqual(before);
});

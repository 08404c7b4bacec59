/** Backups on paper: what is printed restores; what is shown once stays nowhere; and who can use the pages. */
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { extractText, getDocumentProxy } from 'unpdf';
import { fromHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { hostPubkeyOf } from '../../src/lib/crypto/host-key.ts';
import { readPlate } from '../../src/lib/crypto/plate.ts';
import { combineCards } from '../../src/lib/crypto/slip39/slip39.ts';
import { words as slip39Words } from '../../src/lib/crypto/slip39/words.ts';
import { backupText } from '../../src/lib/ui/text/backup.ts';
import { makeText } from '../../src/lib/ui/text/backups-make.ts';
import { backupsText } from '../../src/lib/ui/text/backups.ts';
import { cardsText, sheetText } from '../../src/lib/ui/text/cards.ts';
import { recoverText } from '../../src/lib/ui/text/recover.ts';
import { chunksOf, wordsOf } from '../../src/lib/ui/words.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { fileOf } from '../support/bridge-operator.ts';
import { expectAxeSilent, expectNoSidewaysScrolling } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { value } from '../support/hex.ts';
import { Operator } from '../support/operator.ts';
import { built, rootOf } from '../support/origin.ts';
import { kitOf } from '../support/restored.ts';
import {
  askDevice,
  begin,
  bringAll,
  deviceFrom,
  everythingOf,
  find,
  follow,
  GROUP,
  hearFrom,
  isMe,
  question,
  restoreSeed,
  sealShares,
  setClock,
} from '../support/returning.ts';
import { groups, ROOT, type Player } from '../support/seats.ts';
import { withKey } from '../support/signing-seats.ts';

const seed = new Uint8Array(32).fill(73);
const ASHA = 0;

let players: Player[];
let asha: Operator;

/** Asha at a browser of hers, with a complete key; her group was played in Node. */
test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  setClock(3);
  const roots = [ROOT, fromHex(await rootOf(built))!];
  const devices = [await deviceFrom(seed, 'trezor')];
  players = await withKey(3, 2, 'cards', { devices, terms: { roots } });
  const kit = fileOf(await kitOf(players[ASHA]!), 'kit.cbor');
  asha = await Operator.sitDown(browser, 'Asha', { simulated: 'trezor' });
  await restoreSeed(asha, wordsOf(seed));
  await begin(asha, 'same-device');
  await bringAll(asha, await everythingOf(players[1]!));
  await askDevice(asha, kit);
  await isMe(asha, players[ASHA]!, ASHA, 3);
  await find(asha, recoverText.device.sameKey);
  await sealShares(asha, 'hear');
  await hearFrom(asha, players.slice(1));
  await expect(question(asha.page)).toHaveAttribute('data-stage', 'done');
});

test.beforeEach(async ({ watch }) => {
  watch.over(asha.context);
  await follow(asha, '#/start');
  await follow(asha, `#/g/${GROUP}/backups`);
  await expect(asha.page.getByTestId('make')).toBeVisible();
});

const parts = (page: Page) => page.getByTestId('parts').locator('.part');
const stage = (page: Page) => page.getByTestId('card-stage');

/** The page as it is printed on this paper, its text in reading order. */
async function printed(page: Page, format: 'A4' | 'Letter'): Promise<string> {
  const pdf = await page.pdf({ format });
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), {
    mergePages: true,
  });
  return text;
}

/** The numbered words in a text, from the first on. */
function numbered(text: string, list: readonly string[]): string[] {
  const found: string[] = [];
  for (const [, number, word] of text.matchAll(/(\d+)\s+([a-z]{3,8})\b/g))
    if (Number(number) === found.length + 1 && list.includes(word!)) found.push(word!);
  return found;
}

/** Uncovers what is shown once, and prints it on both papers: the words that are read back. */
async function readBack(list: readonly string[]): Promise<string[]> {
  const { page } = asha;
  await asha.press(asha.button(cardsText.uncover));
  const shown = await parts(page).allTextContents();
  for (const format of ['A4', 'Letter'] as const)
    expect(numbered(await printed(page, format), list), format).toEqual(shown);
  return shown;
}

/** Everything that this page keeps, as text: bytes as Latin-1. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const texts: string[] = [];
    const latin1 = new TextDecoder('latin1');
    const read = (value: unknown): void => {
      if (value instanceof ArrayBuffer) texts.push(latin1.decode(value));
      else if (ArrayBuffer.isView(value)) texts.push(latin1.decode(value));
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(read);
      else texts.push(String(value));
    };
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(String(request.error)));
      });
    for (const { name } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name!));
      for (const store of database.objectStoreNames) {
        const objects = database.transaction(store).objectStore(store);
        read(await done(objects.getAllKeys()));
        read(await done(objects.getAll()));
      }
      database.close();
    }
    read([...Object.entries(localStorage), ...Object.entries(sessionStorage)]);
    read([document.title, location.href, history.state as unknown]);
    return texts.join('\n');
  });

/** How often the first four letters of a word, which stand out, are in what a screen reader is told. */
async function spoken(page: Page, words: readonly string[]): Promise<number[]> {
  // Without the roles that each line of it begins with: “term” and “text” are four letters of a word, too.
  const told = (await page.locator('body').ariaSnapshot()).replaceAll(/^ *- ['"]?[a-z]+/gm, '');
  return words.map(
    (word) => [...told.matchAll(new RegExp(`\\b${word.slice(0, 4)}\\b`, 'g'))].length,
  );
}

/** The words are in the tree that screen readers read while they are uncovered, and only then. */
async function covers(words: readonly string[]): Promise<void> {
  const { page } = asha;
  const open = await spoken(page, words);
  await asha.press(asha.button(cardsText.cover));
  await expect(parts(page)).toHaveCount(0);
  const covered = await spoken(page, words);
  // Some are words of the page itself, too.
  for (const [i, word] of words.entries()) expect(covered[i], word).toBeLessThan(open[i]!);
  expect(covered.reduce((sum, count) => sum + count)).toBeLessThan(10);
  await asha.press(asha.button(cardsText.uncover));
}

async function makeCards(): Promise<void> {
  const { page } = asha;
  const make = page.getByTestId('make');
  await asha.choose(make.getByRole('radio', { name: makeText.tiers.slip39.title }));
  for (const i of [1, 2, 3])
    await asha.fill(make.getByLabel(makeText.contacts.holder(i), { exact: true }), `Contact ${i}`);
  await asha.press(asha.button(makeText.cards.act));
  await expect(page.getByTestId('covered')).toHaveText(cardsText.covered(33, 'slip39'));
}

/** Answers the questions by what was written; at question `wrongAt` (from 1) by another word. */
async function quiz(words: readonly string[], wrongAt?: number): Promise<void> {
  const { page } = asha;
  await asha.press(asha.button(cardsText.check.quiz));
  for (let i = 1; i <= 8; i++) {
    const asked = page.getByTestId('quiz');
    await expect(asked).toContainText(cardsText.quiz.progress(i, 8));
    const position = Number(/word (\d+)/.exec(await asked.getByRole('heading').innerText())![1]);
    const options = await asked.getByRole('button').allTextContents();
    const right = words[position - 1]!;
    const other = options.find((option) => option.trim() !== right)!;
    await asha.press(
      asked.getByRole('button', { name: i === wrongAt ? other : right, exact: true }),
    );
    if (i !== wrongAt) continue;
    const { happened } = cardsText.quiz.wrong('slip39', position);
    await expect(page.getByRole('alert')).toContainText(happened);
    return;
  }
}

test('cards are printed and read back, quizzed, and kept nowhere', async () => {
  const { page } = asha;
  await makeCards();
  const cards: string[][] = [];
  for (const i of [1, 2, 3]) {
    const words = await readBack(slip39Words);
    expect(words).toHaveLength(33);
    cards.push(words);
    await expect(stage(page)).toContainText(cardsText.stages.recorded.word);
    if (i === 1) {
      await page.setViewportSize({ width: 360, height: 640 });
      await expectNoSidewaysScrolling(page);
      await expectAxeSilent(page);
      await page.setViewportSize({ width: 1280, height: 720 });
      await covers(words);
      await quiz(words, 3);
      await expect(stage(page)).toContainText(cardsText.stages.recorded.word);
      await expect(parts(page)).toHaveText(words);
      await quiz(words);
      await expect(stage(page)).toContainText(cardsText.stages.verified.word);
    } else if (i === 2) {
      await asha.press(asha.button(cardsText.check.enter));
      const first = words.map((word) => word.slice(0, 4)).join(' ');
      const other = words.at(-1) === 'wolf' ? 'yoga' : 'wolf';
      await asha.fill(asha.field(cardsText.enter.label.slip39), first.replace(/\S+$/, other));
      await asha.press(asha.button(cardsText.enter.check));
      await expect(page.getByRole('alert')).toContainText(
        cardsText.enter.wrong('slip39', 33).happened,
      );
      await asha.fill(asha.field(cardsText.enter.label.slip39), first);
      await asha.press(asha.button(cardsText.enter.check));
      await expect(stage(page)).toContainText(cardsText.stages.verified.word);
    } else {
      await page.getByText(cardsText.later.summary).click();
      await page.getByRole('button', { name: cardsText.later.label('slip39') }).hover();
      await page.mouse.down();
      await expect(page.getByRole('button', { name: cardsText.after.end })).toBeVisible();
      await page.mouse.up();
      await expect(stage(page)).toContainText(cardsText.stages.later.word);
    }
    await expect(parts(page)).toHaveCount(0);
    const onwards = i < 3 ? cardsText.after.next('slip39', i + 1, 3) : cardsText.after.end;
    await asha.press(asha.button(onwards));
  }
  await asha.press(asha.button(cardsText.end.done));

  // Recorded is not verified, and does not look like it.
  const pieces = page.locator('[data-testid=piece][data-tier=slip39]');
  await expect(pieces).toHaveCount(3);
  for (const [i, status] of (['ok', 'ok', 'recorded'] as const).entries()) {
    await expect(pieces.nth(i)).toHaveAttribute('data-status', status);
    await expect(pieces.nth(i)).toContainText(backupsText.pieces.statuses[status].word);
  }

  // Any two restore the host secret that was certified.
  const { hostKey } = players[ASHA]!.seat.progress().manifest!.operators[ASHA]!;
  for (const two of [cards.slice(0, 2), cards.slice(1), [cards[2]!, cards[0]!]]) {
    const host = combineCards(two.map((words) => words.join(' '))) as Bytes;
    expect(value(hostPubkeyOf(groups.secp256k1, host))).toEqual(hostKey);
  }

  // Whatever this page keeps, it has no two words of a card in a row, and no page back shows any.
  const all = await kept(page);
  expect(all).toContain('conclave');
  for (const words of cards)
    for (const [i, word] of words.entries())
      if (i > 0) expect(all.includes(`${words[i - 1]!} ${word}`)).toBe(false);
  await page.goBack();
  await page.goForward();
  await expect(pieces).toHaveCount(3);
  await expect(page.getByTestId('cards')).toHaveCount(0);
});

test('plates are printed and read back: each is the share that was certified', async () => {
  const { page } = asha;
  const make = page.getByTestId('make');
  await asha.choose(make.getByRole('radio', { name: makeText.tiers.plate.title }));
  await asha.press(asha.button(makeText.plates.act));
  const { keys } = players[1]!.seat.progress();
  for (const suite of ['custody', 'attestation'] as const) {
    await expect(page.getByTestId('printed')).toContainText(cardsText.paper.keys[suite]);
    const words = await readBack(wordlist);
    const share = readPlate(suite, ASHA + 1, words.join(' '), keys![suite]) as Scalar;
    const group = suite === 'custody' ? groups.secp256k1 : groups.ed25519;
    expect(group.pointToBytes(group.mulBase(share))).toEqual(keys![suite].pubshares[ASHA]);
    await asha.press(asha.button(cardsText.check.enter));
    await asha.fill(asha.field(cardsText.enter.label.plate), words.join(' '));
    await asha.press(asha.button(cardsText.enter.check));
    const { next, end } = cardsText.after;
    await asha.press(asha.button(suite === 'custody' ? next('plate', 2, 2) : end));
  }
  await asha.press(asha.button(cardsText.end.done));
  const pieces = page.locator('[data-testid=piece][data-tier=plate][data-status=ok]');
  await expect(pieces).toHaveCount(2);
});

test('the sheet for a backup file bears the hash of the file and no secret', async () => {
  const { page } = asha;
  const download = page.waitForEvent('download');
  await asha.fill(asha.field(backupText.passphrase.label), asha.backupPassphrase);
  await asha.press(asha.button(backupText.step.make));
  const file = readFileSync(await (await download).path());
  await page.evaluate(() => {
    globalThis.print = () => undefined; // a window for printing would stay open
  });
  await asha.press(asha.button(sheetText.open));
  await expect(page.getByTestId('sheet-hash')).toBeAttached();
  for (const format of ['A4', 'Letter'] as const) {
    const text = (await printed(page, format)).replace(/\s+/g, '');
    expect(text).toContain(chunksOf(sha256(file)).join(''));
    expect(text).toContain('noderecover.mjssecret');
    expect(text).not.toContain(asha.backupPassphrase.replace(/\s+/g, ''));
  }
});

test('everybody can use the new pages, in every theme and on a small screen', async () => {
  test.setTimeout(180_000);
  const { page } = asha;
  const pages = [`#/g/${GROUP}/backups`, `#/g/${GROUP}/survive`, `#/recover/${GROUP}`, '#/recover'];
  await page.setViewportSize({ width: 360, height: 640 });
  for (const hash of pages) {
    await follow(asha, hash);
    await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
    await expectNoSidewaysScrolling(page);
    for (const theme of ['light', 'dark', 'dim']) {
      await page.getByLabel('Theme').selectOption(theme);
      await expectAxeSilent(page);
    }
  }
  await page.getByLabel('Theme').selectOption('system');
});

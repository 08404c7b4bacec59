import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { plateWords } from '../../crypto/plate.ts';
import { combineCards, splitSecret } from '../../crypto/slip39/slip39.ts';
import type { MadePiece } from '../../worker/pieces.ts';
import { splitForVault } from '../../worker/vault-share.ts';
import { cardsText as text, type CardKind } from '../text/cards.ts';
import { text as shared } from '../text.ts';
import Cards from './Cards.svelte';
import { COVER_AFTER } from './cover.svelte.ts';

/* Real cards, shares and plates; what the page would note of them is kept in a list. */

const filled = (byte: number) => new Uint8Array(32).fill(byte);
const secret = filled(0xa7);
/** The same cards every time, so that no word of theirs is one that the page says anyway. */
const random = (length: number) =>
  hkdf(sha256, filled(9), Uint8Array.of(length, (drawn += 1)), undefined, length);
let drawn = 0;
const holders = ['Maria', 'Noah', 'Olga'];

const piece = (number: number, words: readonly string[], rest: Partial<MadePiece>): MadePiece => ({
  id: `0123456789abcde${number}`,
  words,
  place: { name: `Contact ${number + 1}`, place: 'Bern', holder: holders[number]!, seal: '' },
  share: undefined,
  ...rest,
});
const share = (member: number) => ({
  set: 'fedcba9876543210',
  group: 0,
  groups: 1,
  groupThreshold: 1,
  member,
  members: 3,
  threshold: 2,
});

function slip39(): MadePiece[] {
  const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] };
  const [cards] = splitSecret(secret, { ...plan, iterationExponent: 0 }, random);
  return cards!.map((card, i) => piece(i, card.split(' '), { share: share(i) }));
}

async function vaultShares(): Promise<MadePiece[]> {
  const lines = await splitForVault(secret, { groupId: filled(1), epoch: 0 }, 2, 3);
  return lines.map((line, i) => piece(i, [line], { share: share(i) }));
}

const plates = (): MadePiece[] =>
  (['custody', 'attestation'] as const).map((suite, i) => {
    const keys = { threshPk: filled(3), pubshares: [filled(4), filled(5)] };
    const words = plateWords(suite, 2, filled(0x31 + i), keys);
    return piece(i, words, { plate: { suite, number: 2 } });
  });

const button = (name: string) => page.getByRole('button', { name, exact: true });
const stage = () => page.getByTestId('card-stage');
const cards = () => page.getByTestId('cards').element();
const onPage = (words: readonly string[]) => {
  const parts = cards().querySelectorAll('li .part');
  return [...parts].map(({ textContent }) => textContent).join(' ') === words.join(' ');
};
const wordsIn = (html: string) => new Set(html.toLowerCase().split(/[^a-z]+/));
/** What the page says of every card. */
const said = wordsIn(
  JSON.stringify(text, (_, value: unknown) =>
    typeof value === 'function' ? value.toString() : value,
  ),
);

/** Those of the words that are anywhere on the page. */
function anyWord(words: readonly string[]): string[] {
  const telling = words.filter((word) => !said.has(word));
  expect(telling.length).toBeGreaterThan(words.length - 5);
  const entered = [...document.querySelectorAll('textarea')].map(({ value }) => value);
  const all = wordsIn(`${document.body.outerHTML} ${entered.join(' ')}`);
  return telling.filter((word) => all.has(word));
}

/** The component with these pieces; `log` is what it asked for. */
async function shown(made: readonly MadePiece[], kind: CardKind, rehearsal = false) {
  const log: string[] = [];
  await render(Cards, {
    ...{ made, kind, rehearsal },
    group: 'Harbour bridge',
    groupId: new Uint8Array(32).fill(0xab),
    operator: 'Ana',
    epoch: 3,
    network: 'regtest',
    onverified: (id: string, entered?: string) => {
      log.push(entered === undefined ? id : `${id} ${entered}`);
      return Promise.resolve();
    },
    ondone: () => log.push('done'),
  });
  return log;
}

/** Picks the right word, or a wrong one, for the question on the page. */
async function answer(words: readonly string[], right = true): Promise<number> {
  const asked = page.getByRole('heading', { name: /What did you write as word/ });
  const position = Number(/\d+/.exec(asked.element().textContent)![0]);
  const options = page.getByTestId('quiz').getByRole('button');
  const word = words[position - 1]!;
  const picked = options.elements().find((one) => (one.textContent === word) === right)!;
  await userEvent.click(picked);
  return position;
}

async function passQuiz(words: readonly string[]) {
  await button(text.check.quiz).click();
  for (let i = 0; i < 8; i += 1) await answer(words);
}

beforeEach(() => {
  drawn = 0;
});

test('three cards: written, asked about, and given on, one after the other', async () => {
  const made = slip39();
  const log = await shown(made, 'slip39');
  for (const [i, { id, words }] of made.entries()) {
    const heading = page.getByRole('heading', { level: 2 });
    await expect.element(heading).toHaveTextContent(`Card ${i + 1} of 3`);
    await expect.element(page.getByTestId('covered')).toHaveTextContent('Covered: 33 words.');
    for (const other of made) expect(anyWord(other.words)).toEqual([]);
    await button(text.uncover).click();
    await expect.poll(() => onPage(words)).toBe(true);
    await expect.element(page.getByTestId('printed')).toHaveTextContent(`Kept by ${holders[i]!}`);
    await passQuiz(words);
    await expect.element(stage()).toHaveTextContent('Verified.');
    expect(log).toHaveLength(i + 1);
    expect(log[i]).toBe(id);
    await expect.element(page.getByText(`Give it to ${holders[i]!}`)).toBeVisible();
    expect(anyWord(words)).toEqual([]);
    await button(i < 2 ? text.after.next('slip39', i + 2, 3) : text.after.end).click();
  }
  await expect.element(page.getByText(text.end.all)).toBeVisible();
  await button(text.end.done).click();
  expect(log.at(-1)).toBe('done');
});

test('the words on the page restore the secret; four letters each do too', async () => {
  const [a, b] = slip39();
  await shown([a!, b!], 'slip39');
  await button(text.uncover).click();
  const read = () =>
    [...cards().querySelectorAll('li .part')].map(({ textContent }) => textContent);
  await expect.poll(read).toHaveLength(33);
  expect(combineCards([read().join(' '), b!.words.join(' ')])).toEqual(secret);
  await page.getByRole('radio', { name: text.views.letters.title }).click();
  await expect.poll(() => read()[0]).toBe(a!.words[0]!.slice(0, 4).toUpperCase());
  expect(combineCards([read().join(' '), b!.words.join(' ')])).toEqual(secret);
  const strong = [...cards().querySelectorAll('li strong')];
  expect(strong.every(({ textContent }) => textContent.length <= 4)).toBe(true);
});

test('a wrong answer names the place only, shows the card again and begins anew', async () => {
  const made = slip39();
  const { words } = made[0]!;
  const log = await shown(made, 'slip39');
  await button(text.check.quiz).click();
  await answer(words);
  const position = await answer(words, false);
  const alert = page.getByRole('alert');
  await expect.element(alert).toHaveTextContent(`The answer for word ${position} was wrong.`);
  const told = [shared.fault, text.quiz.wrong('slip39', position)].flatMap(Object.values);
  const expected = wordsIn(told.join(' '));
  const more = [...wordsIn(alert.element().textContent)].filter((one) => !expected.has(one));
  expect(more).toEqual([]);
  await expect.poll(() => onPage(words)).toBe(true);
  await expect.element(stage()).toHaveTextContent('Recorded, not verified.');
  await expect.element(stage()).not.toHaveClass('verified');
  await button(text.check.quiz).click();
  await expect.element(page.getByTestId('quiz')).toHaveTextContent('Question 1 of 8.');
  for (let i = 0; i < 8; i += 1) await answer(words);
  await expect.element(stage()).toHaveTextContent('Verified.');
  expect(log).toEqual([made[0]!.id]);
});

test('what is covered is nowhere on the page: by button, by the window, by time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const [one] = slip39();
    await shown([one!], 'slip39');
    const { words } = one!;
    const covered = async () => {
      await expect.poll(() => anyWord(words)).toEqual([]);
      expect(cards().querySelector('[data-testid=covered]')).not.toBeNull();
      (cards().querySelector('button[aria-expanded=false]') as HTMLElement).click();
      await expect.poll(() => onPage(words)).toBe(true);
    };
    await covered();
    (cards().querySelector('button[aria-expanded=true]') as HTMLElement).click();
    await covered();
    window.dispatchEvent(new Event('blur'));
    await covered();
    vi.advanceTimersByTime(COVER_AFTER - 1);
    expect(onPage(words)).toBe(true);
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift' }));
    vi.advanceTimersByTime(COVER_AFTER - 1);
    expect(onPage(words)).toBe(true);
    vi.advanceTimersByTime(1);
    await covered();
    // The print window takes the focus while it reads the page.
    window.dispatchEvent(new Event('beforeprint'));
    window.dispatchEvent(new Event('blur'));
    vi.advanceTimersByTime(COVER_AFTER);
    expect(onPage(words)).toBe(true);
    window.dispatchEvent(new Event('afterprint'));
    await expect.element(page.getByText(text.afterPrint.heading)).toBeVisible();
    window.dispatchEvent(new Event('blur'));
    await covered();
  } finally {
    vi.useRealTimers();
  }
});

test('questions are covered too, and begin anew', async () => {
  const [one] = slip39();
  await shown([one!], 'slip39');
  await button(text.check.quiz).click();
  await answer(one!.words);
  await expect.element(page.getByTestId('quiz')).toHaveTextContent('Question 2 of 8.');
  window.dispatchEvent(new Event('blur'));
  await expect.poll(() => document.querySelector('[data-testid=quiz]')).toBeNull();
  await button(text.uncover).click();
  await expect.element(page.getByTestId('quiz')).toHaveTextContent('Question 1 of 8.');
});

test('no word reaches title, address, history, storage or a field that remembers', async () => {
  const made = slip39();
  const { words } = made[0]!;
  await shown(made, 'slip39');
  const outside = async () => {
    const databases = await indexedDB.databases();
    const kept = [
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      history.state as unknown,
      databases,
    ];
    return `${document.title} ${location.href} ${JSON.stringify(kept)} ${document.cookie}`;
  };
  const before = await outside();
  await button(text.uncover).click();
  await expect.poll(() => onPage(words)).toBe(true);
  expect(await outside()).toBe(before);
  await button(text.check.enter).click();
  await page.getByLabelText(text.enter.label.slip39).fill(words.slice(0, 9).join(' '));
  const field = page.getByLabelText(text.enter.label.slip39);
  for (const [name, value] of Object.entries({
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
  }))
    await expect.element(field).toHaveAttribute(name, value);
  expect(await outside()).toBe(before);
  window.dispatchEvent(new Event('blur'));
  await expect.poll(() => anyWord(words)).toEqual([]);
  await button(text.uncover).click();
  await expect.element(field).toHaveValue(words.slice(0, 9).join(' '));
});

test('a card that was entered again, with one word wrong at first', async () => {
  const made = slip39();
  const { id, words } = made[0]!;
  const log = await shown(made, 'slip39');
  await button(text.check.enter).click();
  const field = page.getByLabelText(text.enter.label.slip39);
  await field.fill(words.with(11, words[11] === 'zero' ? 'yoga' : 'zero').join(' '));
  await button(text.enter.check).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent(/^.*Word 12 is missing/);
  expect(log).toEqual([]);
  await field.fill(words.map((word) => word.slice(0, 4).toUpperCase()).join('\n'));
  await button(text.enter.check).click();
  await expect.element(stage()).toHaveTextContent('Verified.');
  expect(log).toEqual([`${id} ${words.join(' ')}`]);
});

test('a share is entered again, and there is no quiz', async () => {
  const made = await vaultShares();
  const { id, words } = made[0]!;
  const log = await shown(made, 'vault-share');
  await expect.element(button(text.check.enter)).toBeVisible();
  expect(button(text.check.quiz).elements()).toEqual([]);
  await button(text.uncover).click();
  const groups = cards().querySelectorAll('li .part');
  expect(groups).toHaveLength(27);
  const beginning = cards().querySelector('.beginning code')!.textContent;
  const typed = [beginning, ...[...groups].map(({ textContent }) => textContent)].join(' ');
  expect(typed.replaceAll(' ', '')).toBe(words[0]!.replaceAll(' ', ''));
  await button(text.check.enter).click();
  const field = page.getByLabelText(text.enter.label['vault-share']);
  await field.fill(typed.slice(0, -1));
  await button(text.enter.check).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('Group 27 is missing');
  await field.fill(typed);
  await button(text.enter.check).click();
  await expect.element(stage()).toHaveTextContent('Verified.');
  expect(log).toEqual([`${id} ${words[0]!}`]);
});

test('two plates, each with key and number', async () => {
  const made = plates();
  const log = await shown(made, 'plate');
  for (const [i, key] of ['custody', 'attestation'].entries()) {
    const paper = page.getByTestId('printed');
    await expect.element(paper).toHaveTextContent(new RegExp(`Key ${key}`));
    await expect.element(paper).toHaveTextContent('Operator’s number 2');
    await button(text.uncover).click();
    await expect.poll(() => onPage(made[i]!.words)).toBe(true);
    await passQuiz(made[i]!.words);
    await expect.element(stage()).toHaveTextContent('Verified.');
    await button(i < 1 ? text.after.next('plate', 2, 2) : text.after.end).click();
  }
  expect(log).toEqual(made.map(({ id }) => id));
});

test('left for later, knowingly: it stays recorded, and is not shown again', async () => {
  const made = slip39().slice(0, 2);
  const log = await shown(made, 'slip39');
  await button(text.uncover).click();
  await page.getByText(text.later.summary).click();
  await page.getByText('Without holding').click();
  await expect.element(page.getByText(/^Type \d{4}/)).toBeVisible();
  const label = page.getByText(/^Type \d{4}/).element().textContent;
  await page.getByLabelText(/^Type/).fill(/\d{4}/.exec(label)![0]);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await expect.element(stage()).toHaveTextContent('Recorded, not verified.');
  await expect.element(stage()).not.toHaveClass('verified');
  expect(anyWord(made[0]!.words)).toEqual([]);
  await button(text.after.next('slip39', 2, 2)).click();
  await passQuiz(made[1]!.words);
  await button(text.after.end).click();
  await expect.element(page.getByText(/One card is recorded and not verified/)).toBeVisible();
  expect(anyWord(made[0]!.words)).toEqual([]);
  await button(text.end.done).click();
  expect(log).toEqual([made[1]!.id, 'done']);
});

test('what could not be noted is not verified', async () => {
  const made = slip39();
  await render(Cards, {
    ...{ made, kind: 'slip39', rehearsal: false },
    ...{ group: 'Harbour bridge', groupId: new Uint8Array(32).fill(0xab), operator: 'Ana' },
    ...{ epoch: 3, network: 'regtest' },
    onverified: () => Promise.reject(new Error('The store is full.')),
    ondone: () => undefined,
  });
  await passQuiz(made[0]!.words);
  await expect.element(page.getByRole('alert')).toHaveTextContent('The store is full.');
  await expect.element(stage()).toHaveTextContent('Recorded, not verified.');
});

test('a rehearsal’s card says so', async () => {
  await shown(slip39(), 'slip39', true);
  const mark = page.getByTestId('printed').element().querySelector('[data-word]');
  expect(mark?.getAttribute('data-word')).toBe('REHEARSAL');
});

test('by keyboard alone', async () => {
  const [one] = slip39();
  const log = await shown([one!], 'slip39');
  const focus = () => document.activeElement as HTMLElement;
  const tabTo = async (name: string) => {
    for (let i = 0; i < 20 && focus().textContent.trim() !== name; i += 1) await userEvent.tab();
    await userEvent.keyboard('{Enter}');
  };
  await tabTo(text.uncover);
  await expect.poll(() => onPage(one!.words)).toBe(true);
  expect(focus().textContent.trim()).toBe(text.cover);
  await tabTo(text.check.quiz);
  for (let i = 0; i < 8; i += 1) {
    await expect.poll(() => focus().textContent).toMatch(/What did you write as word/);
    const position = Number(/\d+/.exec(focus().textContent)![0]);
    await tabTo(one!.words[position - 1]!);
  }
  await expect.element(stage()).toHaveTextContent('Verified.');
  await expect.poll(() => focus().tagName).toBe('H2');
  expect(log).toEqual([one!.id]);
});

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { cards, kit, vaultShares } from '../../../../tests/support/desk-recovery.ts';
import { keyed, type Sitting } from '../../../../tests/support/desks.ts';
import { splitSecret } from '../../crypto/slip39/slip39.ts';
import type { Source } from '../../worker/sources.ts';
import { deviceOf } from '../device.svelte.ts';
import { restoreFaultText } from '../text/ceremony-faults.ts';
import { sourceText } from '../text/recover.ts';
import '../styles/app.css';
import SourceForm from './SourceForm.svelte';

/* What is left of a backup, piece by piece: the wrong one is named at once, and nothing is lost by it. */

vi.mock('../device.svelte.ts', () => ({ deviceOf: vi.fn() }));

const [asha, ben] = (await keyed(3, 2)) as [Sitting, Sitting, Sitting];
const mine = await cards(asha);
const other = await cards(asha);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const alert = page.getByRole('alert');
const progress = page.getByTestId('progress');
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

let sources: Source[];
beforeEach(() => {
  sources = [];
});

const shown = (...kinds: Source['from'][]) =>
  render(SourceForm, {
    kinds,
    hostLabel: 'label',
    onsource: (source: Source) => void sources.push(source),
    busy: false,
  });

const told = (fault: Parameters<typeof restoreFaultText>[0]) => restoreFaultText(fault).happened;

describe('cards', () => {
  const { entry, add } = sourceText.cards;
  const field = (number: number) => page.getByLabelText(entry(number));

  async function enter(number: number, words: string) {
    await field(number).fill(words);
    await button(add).click();
  }

  test('a wrong word, a changed word, the same card and one of another set are named; entries stay', async () => {
    await shown('slip39');
    const misread = mine[0]!.split(' ').with(6, 'conclave').join(' ');
    await enter(1, misread);
    await expect.element(alert).toHaveTextContent('One word is not in the list: word 7.');
    await expect.element(field(1)).toHaveValue(misread);
    const words = mine[0]!.split(' ');
    const swapped = words.with(20, words[21]!).with(21, words[20]!).join(' ');
    await enter(1, swapped);
    await expect.element(alert).toHaveTextContent(told({ fault: 'checksum', detail: '' }));
    await expect.element(progress).not.toBeInTheDocument();

    await enter(1, `  ${mine[0]!.toUpperCase()}\n`);
    await expect.element(progress).toHaveTextContent('1 of 2.');
    await expect.element(field(2)).toHaveFocus();
    await enter(2, mine[0]!);
    await expect.element(alert).toHaveTextContent(told({ fault: 'duplicate', detail: '' }));
    await enter(2, other[1]!);
    await expect.element(alert).toHaveTextContent(told({ fault: 'other-set', detail: '' }));
    await expect.element(alert).toHaveTextContent(sourceText.cards.strangers);
    await expect.element(button(sourceText.restore)).not.toBeInTheDocument();

    await enter(2, mine[2]!);
    await expect.element(alert).not.toBeInTheDocument();
    await expect.element(progress).toHaveTextContent('2 of 2: enough.');
    await button(sourceText.restore).click();
    expect(sources).toEqual([
      { from: 'slip39', cards: [mine[0]!.toUpperCase(), mine[2]], passphrase: '' },
    ]);
  });

  test('the stranger may be the first one: it is left out, and what was typed is checked again', async () => {
    await shown('slip39');
    await enter(1, other[0]!);
    await enter(2, mine[1]!);
    await expect.element(alert).toHaveTextContent(told({ fault: 'other-set', detail: '' }));
    await button(sourceText.leaveOutNamed('Card 1')).click();
    await button(add).click();
    await expect.element(progress).toHaveTextContent('1 of 2.');
    await enter(2, mine[0]!);
    await expect.element(progress).toHaveTextContent('2 of 2: enough.');
  });

  test('of cards in groups it is said which group still needs how many; a passphrase goes along', async () => {
    const groups = [
      { threshold: 2, count: 3 },
      { threshold: 1, count: 1 },
    ];
    const [family, lawyer] = splitSecret(random(32), { groupThreshold: 2, groups }, random);
    await shown('slip39');
    await enter(1, family![0]!);
    await expect.element(progress).toHaveTextContent('2 of 2 groups are needed.');
    await expect.element(progress).toHaveTextContent('Group 1: 1 of 2 cards.');
    await expect.element(progress).toHaveTextContent('Group 2: no card yet.');
    await enter(2, lawyer![0]!);
    await expect.element(progress).toHaveTextContent('Group 2: 1 of 1 cards, enough.');
    await enter(3, family![2]!);
    await page.getByText(sourceText.cards.passphraseHeading).click();
    await page.getByLabelText(sourceText.cards.passphrase, { exact: true }).fill('tide');
    await button(sourceText.restore).click();
    expect(sources).toMatchObject([{ from: 'slip39', passphrase: 'tide' }]);
  });

  test('words that were entered are shown nowhere any more, and not offered again', async () => {
    await shown('slip39');
    await enter(1, mine[0]!);
    await expect.element(progress).toBeVisible();
    await expect.element(field(2)).toHaveValue('');
    expect(document.body.innerHTML).not.toContain(mine[0]!.split(' ').slice(0, 4).join(' '));
    const area = field(2).element();
    expect(area.getAttribute('autocomplete')).toBe('off');
    expect(area.getAttribute('spellcheck')).toBe('false');
    expect(area.getAttribute('autocapitalize')).toBe('none');
  });
});

test('shares: a damaged one, the same again and one of another set are named', async () => {
  const shares = await vaultShares(asha);
  const others = await vaultShares(asha);
  const { entry, add } = sourceText.shares;
  await shown('vault-share', 'slip39');
  async function enter(number: number, line: string) {
    await page.getByLabelText(entry(number)).fill(line);
    await button(add).click();
  }
  await enter(
    1,
    shares[0]!.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
  );
  await expect.element(alert).toHaveTextContent(told({ fault: 'share-damaged', at: 0 }));
  await enter(1, shares[0]!);
  await expect.element(progress).toHaveTextContent('1 of 2.');
  await enter(2, shares[0]!);
  await expect.element(alert).toHaveTextContent(told({ fault: 'duplicate', at: 1 }));
  const samePlace = others.find((line) => line.slice(-11, -9) === shares[0]!.slice(-11, -9));
  if (samePlace) {
    await enter(2, samePlace);
    await expect.element(alert).toHaveTextContent(told({ fault: 'other-set', at: 1 }));
  }
  await enter(2, shares[1]!);
  await button(sourceText.restore).click();
  expect(sources).toEqual([{ from: 'vault-share', shares: shares.slice(0, 2) }]);
});

test('a share of another group or epoch is told by its number', () => {
  expect(told({ fault: 'other-group', at: 1 })).toBe('A share is of another group: share 2.');
  expect(told({ fault: 'other-epoch', at: 0 })).toBe('A share is of another epoch: share 1.');
});

test('a file goes with what opens it', async () => {
  await shown('age-file', 'age-identity');
  const file = new File(['abc'], 'backup.age');
  const chooser = page.getByLabelText(sourceText.file, { exact: true });
  await chooser.upload(file);
  await expect.element(button(sourceText.open)).toBeDisabled();
  await page.getByLabelText('Passphrase', { exact: true }).fill('a phrase');
  await button(sourceText.open).click();
  await page.getByRole('radio', { name: sourceText.kinds['age-identity'].title }).click();
  await chooser.upload(file);
  await page.getByLabelText(sourceText.identity, { exact: true }).fill(' AGE-SECRET-KEY-1 \n');
  await button(sourceText.open).click();
  const bytes = new TextEncoder().encode('abc');
  await expect
    .poll(() => sources)
    .toEqual([
      { from: 'age-file', file: bytes, passphrase: 'a phrase' },
      { from: 'age-identity', file: bytes, identity: 'AGE-SECRET-KEY-1' },
    ]);
});

describe('the kit', () => {
  const chooser = page.getByLabelText(sourceText.kit.file, { exact: true });

  test('says whose it is, and which device is asked', async () => {
    vi.mocked(deviceOf).mockResolvedValue(ben.device);
    const derive = vi.spyOn(ben.device, 'derive');
    await shown('device');
    await chooser.upload(new File(['something else'], 'notes.txt'));
    await expect.element(alert).toHaveTextContent(told({ fault: 'not-a-kit', detail: '' }));
    await chooser.upload(await kit(ben));
    await expect.element(page.getByTestId('kit')).toHaveTextContent('Ben');
    derive.mockClear();
    await button(sourceText.kit.ask).click();
    await expect.poll(() => sources).toMatchObject([{ from: 'device' }]);
    expect(vi.mocked(deviceOf)).toHaveBeenLastCalledWith(ben.device.identity.handle);
    expect(derive.mock.calls).toEqual([[['label']]]);
  });

  test('a device with another seed is told, and nothing goes on', async () => {
    vi.mocked(deviceOf).mockResolvedValue({ fault: 'other-seed' });
    await shown('device');
    await chooser.upload(await kit(ben));
    await button(sourceText.kit.ask).click();
    await expect.element(alert).toBeVisible();
    expect(sources).toEqual([]);
  });
});

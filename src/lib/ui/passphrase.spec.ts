import { expect, it, vi } from 'vitest';
import {
  generate,
  GUESSES_PER_SECOND,
  MINIMUM_GUESSES,
  strengthOf,
  timeToGuess,
} from './passphrase.ts';

it('calls the commonest passwords weak and says why', async () => {
  for (const phrase of [
    '',
    'password',
    'qwertyuiop1234',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    '2024-11-27',
  ]) {
    const { weak, seconds } = await strengthOf(phrase);
    expect([phrase, weak, seconds < 1]).toEqual([phrase, true, true]);
  }
  expect((await strengthOf('password')).warning).toMatch(/tried first/);
  expect((await strengthOf('qwertyuiop')).warning).toBeDefined();
});

it('counts seconds at the stated rate, and what is strong has no warning', async () => {
  const strong = await strengthOf('k3#Vq9!zLm2@Xr8&');
  expect(strong).toEqual({
    guesses: strong.guesses,
    seconds: strong.guesses / GUESSES_PER_SECOND,
    weak: false,
  });
  expect(strong.guesses).toBeGreaterThan(1e15);
});

it('is weak exactly below the minimum', async () => {
  const phrase = 'quiet-otter-19';
  const { guesses } = await strengthOf(phrase);
  expect(await strengthOf(phrase, [], guesses)).toHaveProperty('weak', false);
  expect(await strengthOf(phrase, [], guesses * 2)).toHaveProperty('weak', true);
});

it('knows the names of the group, whole and in parts', async () => {
  const names = ['Zyxqual Bridge', 'Ana Qwistle'];
  for (const phrase of ['Zyxqual Bridge', 'Qwistle']) {
    expect((await strengthOf(phrase, names)).guesses).toBeLessThan(100);
    expect((await strengthOf(phrase)).guesses).toBeGreaterThan(1000);
  }
  expect((await strengthOf('Qwistle', names)).warning).toMatch(/names from this group/);
});

it('counts words of the list as draws from it, not as rarer than they are', async () => {
  expect((await strengthOf('clock-wisdom-frame-orbit-salad-merry-tiger')).guesses).toBe(2048 ** 7);
  expect((await strengthOf('Clock Wisdom')).guesses).toBeLessThanOrEqual(2048 ** 2);
  expect((await strengthOf('Clock 739 Wisdom 482')).guesses).toBeGreaterThan(2048 ** 2);
  expect((await strengthOf('clock-wisdom-frame-orbit')).weak).toBe(true);
  expect((await strengthOf('clock-wisdom-frame-orbit-salad')).weak).toBe(false);
});

it('draws seven words and says how many bits that is', async () => {
  const { passphrase, bits } = generate();
  expect(bits).toBe(77);
  expect(passphrase.split('-')).toHaveLength(7);
  expect((await strengthOf(passphrase)).weak).toBe(false);
  expect(generate().passphrase).not.toBe(passphrase);
});

it('draws every word equally often: the 16 random bits are used evenly', () => {
  const all = Array.from({ length: 2 ** 16 }, (_, i) => i);
  const source = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    (array as unknown as Uint16Array).set(all);
    return array;
  });
  const counts = new Map<string, number>();
  for (const word of generate(2 ** 16).passphrase.split('-'))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  source.mockRestore();
  expect(counts.size).toBe(2048);
  expect(new Set(counts.values())).toEqual(new Set([32]));
});

const HOUR = 3600;
const YEAR = 365.25 * 24 * HOUR;
it.each([
  [0, 'less than a second'],
  [1, 'about 1 second'],
  [59, 'about 59 seconds'],
  [60, 'about 1 minute'],
  [5 * HOUR, 'about 5 hours'],
  [25 * HOUR, 'about 1 day'],
  [100 * 24 * HOUR, 'about 3.2 months'],
  [MINIMUM_GUESSES / GUESSES_PER_SECOND, 'about 1.5 years'],
  [40.9 * YEAR, 'about 40 years'],
  [478 * YEAR, 'about 470 years'],
  [3_456 * YEAR, 'about 3.4 thousand years'],
  [4e6 * YEAR, 'about 4 million years'],
  [1e9 * YEAR, 'more than a billion years'],
  [Infinity, 'more than a billion years'],
])('tells %d seconds as words', (seconds, words) => {
  expect(timeToGuess(seconds)).toBe(words);
});

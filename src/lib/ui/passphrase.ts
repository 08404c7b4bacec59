/** How long a passphrase withstands guessing, and passphrases that withstand it. */
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { backupText } from './text/backup.ts';

/**
 * What an attacker with the file is assumed to try each second: a thousand graphics cards at 2000
 * each. One guess at scrypt 2¹⁸ (or Argon2id with 64 MiB in three passes) moves about half a GiB
 * through memory, and such a card moves about 1 TB a second.
 */
export const GUESSES_PER_SECOND = 2_000_000;

/** The fewest guesses that a backup's passphrase must withstand: a year and a half at that rate. */
export const MINIMUM_GUESSES = 1e14;

export interface Strength {
  /** How many guesses find it, by an estimate that knows common words, names and patterns. */
  readonly guesses: number;
  /** Seconds that takes at `GUESSES_PER_SECOND`. */
  readonly seconds: number;
  /** Fewer guesses than the minimum. */
  readonly weak: boolean;
  /** What makes it easy to guess, as a sentence. */
  readonly warning?: string;
}

/**
 * How hard a passphrase is to guess. The first call loads the dictionaries.
 * @param userWords what an attacker knows of the person: names of group, operator, organisation
 * @param minimum guesses below which it is weak
 */
export async function strengthOf(
  passphrase: string,
  userWords: readonly string[] = [],
  minimum = MINIMUM_GUESSES,
): Promise<Strength> {
  const { check } = await (estimator ??= loadEstimator());
  const known = userWords.flatMap((name) => [name, ...name.split(/\s+/)]);
  const { guesses: estimated, feedback } = check(passphrase, known);
  const guesses = Math.min(estimated, guessesFromTheList(passphrase));
  const warnings: Partial<Record<string, string>> = backupText.passphrase.warnings;
  const warning = warnings[feedback.warning ?? ''];
  return {
    guesses,
    seconds: guesses / GUESSES_PER_SECOND,
    weak: guesses < minimum,
    ...(warning && { warning }),
  };
}

let estimator: Promise<{ check: ZxcvbnFactory['check'] }> | undefined;

async function loadEstimator() {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const factory = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  return { check: factory.check.bind(factory) };
}

/** All draws of so many words, where it consists of words from the list; the estimate exceeds them. */
function guessesFromTheList(passphrase: string): number {
  const words = passphrase.toLowerCase().match(/[a-z]+/g) ?? [];
  const onlyWords = words.length > 0 && words.every((word) => wordlist.includes(word));
  return onlyWords && !/[0-9]/.test(passphrase) ? wordlist.length ** words.length : Infinity;
}

/**
 * Words drawn from the 2048 of BIP-39, joined by hyphens; 11 bits each.
 * A multiple of 2048 fits 16 bits, so the draw is even.
 */
export function generate(words = 7): { readonly passphrase: string; readonly bits: number } {
  const draws = crypto.getRandomValues(new Uint16Array(words));
  const passphrase = Array.from(draws, (draw) => wordlist[draw % wordlist.length]!).join('-');
  return { passphrase, bits: 11 * words };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365.25 * DAY;

/** A time in words, such as “about 40 years”: two digits, rounded down. */
export function timeToGuess(seconds: number): string {
  const { units, about, atOnce, beyond } = backupText.time;
  if (seconds < 1) return atOnce;
  const scale = [
    [1, units.second],
    [MINUTE, units.minute],
    [HOUR, units.hour],
    [DAY, units.day],
    [YEAR / 12, units.month],
    [YEAR, units.year],
    [1e3 * YEAR, units.thousandYears],
    [1e6 * YEAR, units.millionYears],
  ] as const;
  if (seconds >= 1e9 * YEAR) return beyond;
  const [size, unit] = scale.findLast(([size]) => seconds >= size)!;
  const count = seconds / size;
  const step = 10 ** (Math.floor(Math.log10(count)) - 1);
  return about(Number((Math.floor(count / step) * step).toPrecision(2)), unit);
}

import fc from 'fast-check';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { expect, it } from 'vitest';
import { words as slip39Words } from '../../crypto/slip39/words.ts';
import { firstWrong, partsOf } from './parts.ts';
import { nearMisses, quizOf } from './quiz.ts';

const lists = { slip39: slip39Words, plate: wordlist } as const;
const anyKind = fc.constantFrom('slip39', 'plate');
const lengths = { slip39: 33, plate: 25 } as const;

const anyCard = anyKind.chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    words: fc.array(fc.constantFrom(...lists[kind]), {
      minLength: lengths[kind],
      maxLength: lengths[kind],
    }),
  }),
);

it('asks eight different places, each with the right word among two others of the list', () => {
  fc.assert(
    fc.property(anyCard, fc.infiniteStream(fc.nat()), ({ kind, words }, random) => {
      const below = (limit: number) => (random.next().value as number) % limit;
      const questions = quizOf(words, lists[kind], below);
      expect(questions).toHaveLength(8);
      expect(new Set(questions.map(({ position }) => position)).size).toBe(8);
      for (const { position, options } of questions) {
        expect(options).toContain(words[position - 1]);
        expect(new Set(options).size).toBe(3);
        const near = [words[position - 1]!, ...nearMisses(words[position - 1]!, lists[kind])];
        expect(options.every((option) => near.includes(option))).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

it('every place and every order of the options comes up', () => {
  const words = slip39Words.slice(0, 33);
  const seen = { positions: new Set<number>(), places: new Set<number>() };
  let state = 1;
  const below = (limit: number) => (state = (state * 48271) % 0x7fffffff) % limit;
  for (let round = 0; round < 100; round += 1)
    for (const { position, options } of quizOf(words, slip39Words, below)) {
      seen.positions.add(position);
      seen.places.add(options.indexOf(words[position - 1]!));
    }
  expect(seen.positions.size).toBe(33);
  expect([...seen.places].sort()).toEqual([0, 1, 2]);
});

it.each([
  ['slip39', 'alien', 'alive'],
  ['slip39', 'lunch', 'lungs'],
  ['slip39', 'spit', 'spill'],
  ['slip39', 'brother', 'browser'],
  ['plate', 'cost', 'coast'],
  ['plate', 'word', 'world'],
  ['plate', 'abandon', 'about'],
  ['plate', 'light', 'night'],
] as const)('of the words for a %s, %s is near to %s', (kind, word, near) => {
  expect(nearMisses(word, lists[kind])).toContain(near);
  expect(nearMisses(word, lists[kind])).toHaveLength(6);
});

it('of the words for cards, each is asked beside one with the same first letter, if there is one', () => {
  for (const word of slip39Words) {
    const first = (other: string) => other.startsWith(word[0]!);
    const alone = slip39Words.filter(first).length === 1;
    expect(nearMisses(word, slip39Words).some(first), word).toBe(!alone);
  }
});

it('names the first word that was entered otherwise', () => {
  fc.assert(
    fc.property(
      anyCard.chain(({ kind, words }) =>
        fc.record({
          kind: fc.constant(kind),
          words: fc.constant(words),
          at: fc.nat(words.length - 1),
          other: fc.constantFrom(...lists[kind]),
          short: fc.boolean(),
        }),
      ),
      ({ kind, words, at, other, short }) => {
        const typed = words.map((word) => (short ? word.slice(0, 4).toUpperCase() : word));
        expect(firstWrong(kind, words, `\n${typed.join('  ')} `)).toBeUndefined();
        const changed = typed.with(at, other).join(' ');
        expect(firstWrong(kind, words, changed)).toBe(other === words[at] ? undefined : at + 1);
        expect(firstWrong(kind, words, typed.slice(0, at).join(' '))).toBe(at + 1);
        expect(firstWrong(kind, words, [...typed, other].join(' '))).toBe(words.length + 1);
      },
    ),
    { numRuns: 100 },
  );
});

const hex = Array.from({ length: 100 }, (_, i) => ((7 * i) % 16).toString(16)).join('');
const line = `conclave-vault-share-1 3f2a91bc 0 2 ${hex} 0badcafe`;

it('a share is its beginning and 27 groups, which make the line again', () => {
  const { beginning, parts } = partsOf('vault-share', [line]);
  expect(parts).toHaveLength(27);
  expect(`${beginning} ${parts.slice(0, 25).join('')} ${parts.slice(25).join('')}`).toBe(line);
});

it.each<[string, string, number | undefined]>([
  ['as it is', line, undefined],
  ['in groups and capitals', line.toUpperCase().replace(/(.{4})/g, '$1 '), undefined],
  ['with another epoch', line.replace(' 0 2 ', ' 1 2 '), 0],
  ['with another group 25', line.replace(hex, `${hex.slice(0, -1)}x`), 25],
  ['with another check', line.replace('cafe', 'caff'), 27],
  ['cut', line.slice(0, -6), 26],
  ['with more after it', `${line} 1`, 28],
  ['empty', '', 0],
])('a line that is entered %s', (_, entered, wrong) => {
  expect(firstWrong('vault-share', [line], entered)).toBe(wrong);
});

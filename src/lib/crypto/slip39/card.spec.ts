import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCard, writeCard, type Card } from './card.ts';
import { checksumOf } from './rs1024.ts';
import { indexOfWord, words } from './words.ts';

const card: Card = {
  identifier: 0x5a5a,
  extendable: true,
  iterationExponent: 1,
  groupIndex: 2,
  groupThreshold: 2,
  groupCount: 3,
  memberIndex: 4,
  memberThreshold: 3,
  value: Uint8Array.from({ length: 32 }, (_, i) => 255 - i),
};
const text = writeCard(card);
const list = text.split(' ');

it('a known card', () => {
  expect(text).toBe(
    'radar spew ceramic method award yoga wrap very rocky rhythm watch taste human knife very simple careful dragon universe recall slush western trial peanut lair remember thumb memory cylinder isolate observe fluff identify',
  );
  expect(readCard(text)).toEqual(card);
});

it('reads what it writes', () => {
  const nibble = fc.nat(15);
  const cards = fc
    .record({
      identifier: fc.nat(0x7fff),
      extendable: fc.boolean(),
      iterationExponent: nibble,
      groupIndex: nibble,
      groupThreshold: fc.integer({ min: 1, max: 16 }),
      spare: nibble,
      memberIndex: nibble,
      memberThreshold: fc.integer({ min: 1, max: 16 }),
      half: fc.integer({ min: 8, max: 32 }),
    })
    .chain(({ spare, half, ...rest }) =>
      fc.uint8Array({ minLength: 2 * half, maxLength: 2 * half }).map((value) => ({
        ...rest,
        groupCount: Math.min(16, rest.groupThreshold + spare),
        value,
      })),
    );
  fc.assert(
    fc.property(cards, (any) => {
      const written = writeCard(any);
      expect(written.split(' ')).toHaveLength(7 + Math.ceil(any.value.length * 0.8));
      expect(readCard(written)).toEqual(any);
    }),
  );
});

it('takes four letters for the word, any case, any white space', () => {
  const short = list.map((word) => word.slice(0, 4));
  for (const given of [
    short.join(' '),
    text.toUpperCase(),
    `\n\t ${list.join('\r\n')}\u00a0 `,
    short.map((word, i) => (i % 2 ? word.toUpperCase() : list[i]!)).join('\t\n'),
  ])
    expect(readCard(given)).toEqual(card);
});

it('names another word of the list, two that changed places, and three wrong ones', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(list.length - 1), { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 1023 }),
      (places, by) => {
        const changed = list.map((word, i) =>
          places.includes(i) ? words[(indexOfWord(word)! + by) % 1024]! : word,
        );
        expect(readCard(changed.join(' '))).toMatchObject({ fault: 'checksum' });
      },
    ),
    { numRuns: 500 },
  );
  for (let i = 1; i < list.length; i++) {
    const swapped = list.with(i, list[i - 1]!).with(i - 1, list[i]!);
    if (list[i] === list[i - 1]) continue;
    expect(readCard(swapped.join(' '))).toMatchObject({ fault: 'checksum' });
  }
});

it('says where an unknown word stands, and never the word', () => {
  fc.assert(
    fc.property(fc.nat(list.length - 1), fc.string({ minLength: 1 }), (place, noise) => {
      const word = noise.replace(/\s/g, '-').toLowerCase();
      fc.pre(indexOfWord(word) === undefined);
      expect(readCard(list.with(place, word).join(' '))).toEqual({
        fault: 'unknown-word',
        detail: `word ${place + 1}`,
      });
    }),
  );
});

it('names a number of words that no card has', () => {
  const counts = Array.from({ length: 70 }, (_, count) => count).filter((count) => {
    const read = readCard(words.slice(0, count).join(' '));
    if (!('fault' in read)) throw new Error(`${count} words were read`);
    return read.fault !== 'word-count';
  });
  // 16, 18, … 64 bytes.
  expect(counts).toEqual(Array.from({ length: 25 }, (_, i) => 7 + Math.ceil((16 + 2 * i) * 0.8)));
  expect(readCard('word '.repeat(200_000))).toEqual({
    fault: 'word-count',
    detail: '200000 words',
  });
});

it('names padding that is not zero', () => {
  for (let bit = 6; bit < 10; bit++) {
    const indices = Uint16Array.from(list.slice(0, -3), (word) => indexOfWord(word)!);
    indices[4]! ^= 1 << bit;
    const padded = [...indices, ...checksumOf(true, indices)].map((index) => words[index]!);
    expect(readCard(padded.join(' '))).toMatchObject({ fault: 'padding' });
  }
});

it('names more groups needed than there are', () => {
  const impossible = writeCard({ ...card, groupThreshold: 4 });
  expect(readCard(impossible)).toMatchObject({ fault: 'group-threshold' });
});

import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { implementations } from '../../../tests/support/node.ts';
import { honestCeremony, players } from '../../../tests/support/players.ts';
import { be32, equal, toHex } from './bytes.ts';
import { decodeScalar } from './decode.ts';
import { plateWords, readPlate, type PlateFault } from './plate.ts';

const engine = implementations.find(({ name }) => name === 'WASM')!;
const { outputs } = honestCeremony(players(engine, 2, 3, 'plates'));
const later = honestCeremony(players(engine, 2, 3, 'plates of another epoch')).outputs;
const suites = ['custody', 'attestation'] as const;
const groupOf = { custody: engine.secp256k1, attestation: engine.ed25519 };

type Suite = (typeof suites)[number];
const keysOf = (suite: Suite) => outputs[0]![suite];
const shareOf = (suite: Suite, number: number) => outputs[number - 1]![suite].secshare!;
const plateOf = (suite: Suite, number: number) =>
  plateWords(suite, number, shareOf(suite, number), keysOf(suite));

const isRead = (result: Uint8Array | PlateFault): result is Uint8Array =>
  result instanceof Uint8Array;

/** What every caller does with a share that was read. */
function hasPubshare(suite: Suite, number: number, share: Uint8Array): boolean {
  const group = groupOf[suite];
  const scalar = decodeScalar(group, share);
  const pubshare = keysOf(suite).pubshares[number - 1]!;
  return scalar !== undefined && equal(group.pointToBytes(group.mulBase(scalar)), pubshare);
}

describe('known answers', () => {
  const keys = {
    threshPk: new Uint8Array(33).fill(2),
    pubshares: [new Uint8Array(33).fill(3), new Uint8Array(33).fill(4)],
  };
  const counting = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

  it.each([
    [
      'custody',
      1,
      'absurd avoid scissors anxiety gather lottery category door army half long cage bachelor another expect people blade school educate curtain scrub monitor lady athlete uncover',
    ],
    [
      'custody',
      2,
      'absurd avoid scissors anxiety gather lottery category door army half long cage bachelor another expect people blade school educate curtain scrub monitor lady athlete side',
    ],
    [
      'attestation',
      2,
      'absurd avoid scissors anxiety gather lottery category door army half long cage bachelor another expect people blade school educate curtain scrub monitor lady butter cart',
    ],
  ] as const)('%s, number %i', (suite, number, words) => {
    expect(plateWords(suite, number, counting, keys).join(' ')).toBe(words);
    expect(readPlate(suite, number, words, keys)).toEqual(counting);
  });

  it('of nothing but zeros and nothing but ones: 23 words are the share alone', () => {
    const [zeros, ones] = [0x00, 0xff].map((byte) =>
      plateWords('custody', 1, new Uint8Array(32).fill(byte), keys),
    );
    expect(new Set(zeros!.slice(0, 23))).toEqual(new Set(['abandon']));
    expect(new Set(ones!.slice(0, 23))).toEqual(new Set(['zoo']));
  });

  it('the bits are share, polynomial check, word check', () => {
    const bits = plateWords('custody', 1, counting, keys)
      .map((word) => wordlist.indexOf(word).toString(2).padStart(11, '0'))
      .join('');
    expect(bits).toHaveLength(275);
    const bytes = bits
      .slice(0, 256)
      .match(/.{8}/g)!
      .map((byte) => parseInt(byte, 2));
    expect(bytes).toEqual([...counting]);
  });
});

describe.each(suites)('a plate of a real %s share', (suite) => {
  it('is read again, and the share has its public share', () => {
    for (const number of [1, 2, 3]) {
      const words = plateOf(suite, number);
      expect(words).toHaveLength(25);
      for (const keys of [undefined, keysOf(suite)]) {
        const share = readPlate(suite, number, words.join(' '), keys);
        expect(share).toEqual(shareOf(suite, number));
        expect(hasPubshare(suite, number, share as Uint8Array)).toBe(true);
      }
    }
  });

  it('is refused under another suite, another number, another key, another epoch', () => {
    const words = plateOf(suite, 2).join(' ');
    const other = suite === 'custody' ? 'attestation' : 'custody';
    const wrong: PlateFault = { fault: 'plate-words', position: 0 };
    expect(readPlate(other, 2, words)).toEqual(wrong);
    expect(readPlate(other, 2, words, keysOf(other))).toEqual(wrong);
    for (const number of [1, 3, 258, 0, -1, 1.5, NaN, Infinity])
      expect(readPlate(suite, number, words)).toEqual(wrong);
    const elsewhere: PlateFault = { fault: 'plate-polynomial', position: 0 };
    expect(readPlate(suite, 2, words, later[0]![suite])).toEqual(elsewhere);
    const { threshPk, pubshares } = keysOf(suite);
    expect(readPlate(suite, 2, words, { threshPk, pubshares: pubshares.slice(1) })).toEqual(
      elsewhere,
    );
    expect(readPlate(suite, 2, words, { threshPk, pubshares: [...pubshares].reverse() })).toEqual(
      elsewhere,
    );
  });

  it('with one word replaced by any other is refused, by its checks or by its public share', () => {
    const words = plateOf(suite, 1);
    const refusedAs = words.map(() => new Set<string>());
    const passed: Uint8Array[] = [];
    for (const [i, word] of words.entries())
      for (const other of wordlist) {
        if (other === word) continue;
        const result = readPlate(suite, 1, words.with(i, other).join(' '), keysOf(suite));
        if (isRead(result)) passed.push(result);
        else refusedAs[i]!.add(result.fault);
      }
    for (const [i, faults] of refusedAs.entries())
      for (const fault of faults)
        // The polynomial check ends in the last word but one.
        expect(i === 23 ? ['plate-words', 'plate-polynomial'] : ['plate-words']).toContain(fault);
    expect(refusedAs[24]).toEqual(new Set(['plate-words']));
    // Each of 24 × 2047 passes one time in 2048.
    expect(passed.length).toBeLessThan(48);
    for (const share of passed) expect(hasPubshare(suite, 1, share)).toBe(false);
  });

  it('with two words swapped is refused, by its checks or by its public share', () => {
    const words = plateOf(suite, 3);
    for (let i = 0; i < 25; i++)
      for (let j = 0; j < i; j++) {
        if (words[i] === words[j]) continue;
        const swapped = words.with(i, words[j]!).with(j, words[i]!).join(' ');
        const result = readPlate(suite, 3, swapped, keysOf(suite));
        expect(isRead(result) && hasPubshare(suite, 3, result)).toBe(false);
      }
  });
});

it('a number that the group lacks is refused, even where both checks hold', () => {
  const keys = keysOf('custody');
  const share = shareOf('custody', 1);
  const plateOfLarger = (i: number) => {
    const pubshares = [...keys.pubshares, be32(i)];
    return plateWords('custody', 4, share, { ...keys, pubshares }).join(' ');
  };
  // One larger group in 256 has the same polynomial check, which ends in the last word but one.
  const check = plateWords('custody', 1, share, keys)[23];
  const twin = Array.from({ length: 1000 }, (_, i) => plateOfLarger(i)).find(
    (words) => words.split(' ')[23] === check,
  )!;
  expect(readPlate('custody', 4, twin)).toEqual(share);
  expect(readPlate('custody', 4, twin, keys)).toMatchObject({ fault: 'plate-polynomial' });
});

it('every share comes back, whatever number', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const any = fc.tuple(fc.constantFrom(...suites), fc.integer({ min: 1, max: 128 }), bytes(32));
  fc.assert(
    fc.property(any, bytes(33), ([suite, number, share], point) => {
      const keys = { threshPk: point, pubshares: Array.from({ length: number }, () => point) };
      const words = plateWords(suite, number, share, keys).join(' ');
      expect(toHex(readPlate(suite, number, words, keys) as Uint8Array)).toBe(toHex(share));
    }),
  );
});

it('words are whole or their first four letters, of either case, between any white space', () => {
  const short = plateOf('custody', 1).map((word) => word.slice(0, 4));
  expect(short.join('').length).toBeLessThanOrEqual(100);
  expect(new Set(wordlist.map((word) => word.slice(0, 4))).size).toBe(2048);
  for (const written of [
    short.join(' '),
    short.join('\n').toUpperCase(),
    ` \t${short.join('\u00a0\r\n ')} `,
  ])
    expect(readPlate('custody', 1, written)).toEqual(shareOf('custody', 1));
});

describe('text that is no plate', () => {
  const words = plateOf('custody', 1);

  it('has not 25 words', () => {
    for (const text of ['', ' ', words.slice(1).join(' '), [...words, 'zoo'].join(' ')])
      expect(readPlate('custody', 1, text)).toEqual({ fault: 'word-count', position: 0 });
    for (const long of ['x'.repeat(2 ** 20), 'zoo '.repeat(2 ** 18), ' '.repeat(2 ** 20)])
      expect(readPlate('custody', 1, long)).toEqual({ fault: 'word-count', position: 0 });
  });

  it('has a word that is in no list; its place is named, the word is not', () => {
    for (const unknown of ['xxxx', 'aba', 'aband', 'abandonx', '1', 'constructor', '__proto__'])
      for (const position of [1, 13, 25]) {
        const text = words.with(position - 1, unknown).join(' ');
        expect(readPlate('custody', 1, text)).toEqual({ fault: 'unknown-word', position });
      }
  });
});

it('is not made of a share of another length, nor for a number that the group lacks', () => {
  const keys = keysOf('custody');
  const share = shareOf('custody', 1);
  expect(() => plateWords('custody', 1, share.slice(1), keys)).toThrow(RangeError);
  for (const number of [0, 4, 129, 257, 1.5, NaN])
    expect(() => plateWords('custody', number, share, keys)).toThrow(RangeError);
});

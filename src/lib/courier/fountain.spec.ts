import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as known from '../../../tests/support/bc-ur-vectors.ts';
import { be32, concat, equal, fromHex, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { fromBytewords, toBytewords } from './bytewords.ts';
import { crc32 } from './crc32.ts';
import * as fountain from './fountain.ts';
import { fromUr, toPartUr, toUr } from './ur.ts';
import { nextBelow, sampler, shuffledStart, Xoshiro } from './xoshiro.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const wolf = () => new Xoshiro(ascii('Wolf'));

/** The message of so many bytes that the published answers are about. */
function message(length: number): Bytes {
  const rng = wolf();
  return Uint8Array.from({ length }, () => nextBelow(256, rng));
}

it('computes the published checksums and bytewords', () => {
  expect(crc32(ascii('Hello, world!'))).toBe(0xebe6c6e6);
  expect(crc32(ascii('Wolf'))).toBe(0x598c84dc);
  expect(toBytewords(Uint8Array.of(0, 1, 2, 128, 255))).toBe('aeadaolazmjendeoti');
  expect(toBytewords(Uint8Array.from(known.bytes))).toBe(known.bytewords);
  expect(fromBytewords(known.bytewords.toUpperCase())).toEqual(Uint8Array.from(known.bytes));
});

it('refuses bytewords with a wrong checksum, a strange word or too few letters', () => {
  for (const text of ['aeadaolazojendeowf', 'aeadaolazmjendeotx', 'aeadaolazmjendeot', 'wf', ''])
    expect(fromBytewords(text)).toBeUndefined();
  // No word, where the one for zero stood.
  expect(fromBytewords(toBytewords(Uint8Array.of(0)).replace('ae', 'aq'))).toBeUndefined();
  expect(fromBytewords(toBytewords(new Uint8Array()))).toEqual(new Uint8Array());
});

it('draws the published random numbers', () => {
  const draw = (rng: Xoshiro) => Array.from({ length: 100 }, () => Number(rng.next() % 100n));
  expect(draw(wolf())).toEqual(known.wolfModulo);
  expect(draw(new Xoshiro(be32(crc32(ascii('Wolf')))))).toEqual(known.wolfCrcModulo);
  const rng = wolf();
  expect(known.wolfInts.map(() => nextBelow(10, rng) + 1)).toEqual(known.wolfInts);
});

it('samples and shuffles as published', () => {
  const [draw, rng] = [sampler([1, 2, 4, 8]), wolf()];
  expect(Array.from(known.samples, () => draw(rng)).join('')).toBe(known.samples);
  const shuffler = wolf();
  for (const shuffled of known.shuffles)
    expect(shuffledStart(10, 10, shuffler).map((i) => i + 1)).toEqual(shuffled);
});

it('stays inside even where a double rounds up to one', () => {
  const one = { nextDouble: () => 1 };
  expect(nextBelow(7, one)).toBe(6);
  expect([0, 1]).toContain(sampler([1, 1])(one));
});

it('chooses degrees and fragments as published', () => {
  const degrees = known.degrees.map((_, i) =>
    fountain.chooseDegree(11, new Xoshiro(ascii(`Wolf-${i + 1}`))),
  );
  expect(degrees).toEqual(known.degrees);
  const shape = { count: 11, messageLength: 1024, checksum: crc32(message(1024)) };
  const sorted = (number: number) =>
    [...fountain.chooseFragments(number, shape)].sort((a, b) => a - b);
  expect(known.choices.map((_, i) => sorted(i + 1))).toEqual(known.choices);
});

it('cuts messages and makes parts as published', () => {
  expect(fountain.fragmentLength(12345, 1955)).toBe(1764);
  expect(fountain.fragmentLength(12345, 30000)).toBe(12345);
  const cut = fountain.encoder(message(1024), 100);
  expect(known.fragments.map((_, i) => toHex(cut(i + 1).data))).toEqual(known.fragments);
  const part = fountain.encoder(message(256), 30);
  const cbor = known.parts.map((_, i) => {
    const { number, count, messageLength, checksum, data } = part(i + 1);
    return toHex(toCbor([number, count, messageLength, checksum, data]));
  });
  expect(cbor).toEqual(known.parts);
});

it('writes and reads the published URs', () => {
  expect(toUr('bytes', toCbor(message(50))).toLowerCase()).toBe(known.singleUr);
  expect(fromUr(known.singleUr)).toEqual({ type: 'bytes', message: toCbor(message(50)) });
  const part = fountain.encoder(toCbor(message(256)), 30);
  known.partUrs.forEach((ur, i) => {
    expect(toPartUr('bytes', part(i + 1)).toLowerCase()).toBe(ur);
    expect(fromUr(ur)).toEqual({ type: 'bytes', part: part(i + 1) });
  });
});

it('refuses URs that contradict themselves or cannot be', () => {
  const good = fountain.encoder(message(100), 30)(1);
  const fault = (changed: Partial<fountain.Part>) =>
    fromUr(toPartUr('bytes', { ...good, ...changed }));
  expect(fault({})).not.toHaveProperty('fault');
  expect(fault({ number: 0 })).toHaveProperty('fault');
  expect(fault({ count: 3 })).toEqual({ fault: 'damaged' });
  expect(fault({ count: 5 })).toEqual({ fault: 'damaged' });
  expect(fault({ messageLength: 101 })).toEqual({ fault: 'damaged' });
  expect(fault({ messageLength: 75 })).toEqual({ fault: 'damaged' });
  expect(fault({ messageLength: 2 ** 20 + 1 })).toEqual({ fault: 'too-large' });
  const many = { count: 2049, messageLength: 2049, data: Uint8Array.of(1) };
  expect(fault(many)).toEqual({ fault: 'damaged' });
  expect(fault({ ...many, count: 2048, messageLength: 2048 })).not.toHaveProperty('fault');
  const text = toPartUr('bytes', good);
  expect(fromUr(text.replace('/1-4/', '/2-4/'))).toEqual({ fault: 'damaged' });
  expect(fromUr(text.replace('/1-4/', '/1-5/'))).toEqual({ fault: 'damaged' });
  expect(fountain.isPossible(good)).toBe(true);
  expect(fountain.isPossible({ ...good, number: 0 })).toBe(false);
  expect(fromUr(text.replace('/1-4/', '/01-4/'))).toEqual({ fault: 'foreign' });
  expect(fromUr(text.replace('/1-4/', '/'))).toHaveProperty('message');
  expect(fromUr('UR:BYTES/' + 'AE'.repeat(2 ** 21))).toEqual({ fault: 'too-large' });
  expect(fromUr('UR:BYTES')).toEqual({ fault: 'foreign' });
  const body = (cbor: string) => fromUr(`ur:bytes/1-1/${toBytewords(fromHex(cbor)!)}`);
  expect(body('850101010041ff')).not.toHaveProperty('fault');
  for (const cbor of ['8401010100', '860101010041ff00', '8501010100f6', '85010101181741ff', '80'])
    expect(body(cbor), cbor).toEqual({ fault: 'damaged' });
});

it('gets the message from any parts, whatever was lost, doubled or out of order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 5, max: 60 }),
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.infiniteStream(fc.boolean()),
      (length, max, first, twice) => {
        const original = message(length);
        const part = fountain.encoder(original, max);
        const { count } = part(1);
        const decoder = new fountain.Decoder(part(1));
        // Far-off numbers: all mixed, none a fragment by itself.
        for (let i = 0; decoder.rank < count; i++) {
          expect(i).toBeLessThan(3 * count + 60);
          const rank = decoder.rank;
          const fresh = decoder.receive(part(first + i));
          expect(decoder.rank).toBe(rank + Number(fresh));
          if (twice.next().value) expect(decoder.receive(part(first + i))).toBe(false);
        }
        expect(decoder.content()).toEqual(original);
        for (let i = 0; i < count; i++) expect(decoder.knows(i)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

it('knows a fragment exactly when it can be computed', () => {
  const original = message(300);
  const part = fountain.encoder(original, 30);
  const shape = part(1);
  const decoder = new fountain.Decoder(shape);
  const mixed = (i: number) => fountain.chooseFragments(i, shape);
  // A part that mixes two fragments says neither; with one of them it says both.
  const pair = Array.from({ length: 200 }, (_, i) => i + 11).find((i) => mixed(i).length === 2)!;
  const [a, b] = mixed(pair) as [number, number];
  expect(decoder.receive(part(pair))).toBe(true);
  expect([decoder.knows(a), decoder.knows(b), decoder.rank]).toEqual([false, false, 1]);
  expect(decoder.receive(part(a + 1))).toBe(true);
  expect([decoder.knows(a), decoder.knows(b), decoder.rank]).toEqual([true, true, 2]);
  expect(decoder.receive(part(b + 1))).toBe(false);
});

it('says so if parts together are not the message that was announced', () => {
  const part = fountain.encoder(message(100), 30);
  const decoder = new fountain.Decoder(part(1));
  expect(decoder.content()).toEqual({ fault: 'inconsistent' });
  for (const number of [1, 2, 3]) decoder.receive(part(number));
  decoder.receive({ ...part(4), data: new Uint8Array(part(4).data.length) });
  expect(decoder.rank).toBe(4);
  expect(decoder.content()).toEqual({ fault: 'inconsistent' });
});

it('keeps its own copy of what arrives', () => {
  const part = fountain.encoder(message(60), 30);
  const decoder = new fountain.Decoder(part(1));
  const first = part(1);
  decoder.receive(first);
  first.data.fill(0);
  decoder.receive(part(2));
  expect(equal(decoder.content() as Bytes, message(60))).toBe(true);
  expect(concat(part(1).data, part(2).data)).toEqual(message(60));
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concat } from '../crypto/bytes.ts';
import { deflate, inflate } from './deflate.ts';
import { fromFile, fromText, toFile, toText } from './file.ts';
import { MAX_BUNDLE, pack, unpack } from './transport.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

it('packs and unpacks, smaller where that is possible', async () => {
  const monotone = new Uint8Array(10_000).fill(7);
  for (const bundle of [new Uint8Array(), random(1), random(5000), monotone])
    expect(await unpack(await pack(bundle))).toEqual(bundle);
  expect((await pack(monotone)).length).toBeLessThan(100);
  expect((await pack(random(5000))).length).toBe(5001);
});

it('refuses what no packing gives', async () => {
  expect(await unpack(new Uint8Array())).toEqual({ fault: 'cut-short' });
  expect(await unpack(Uint8Array.of(0, 1, 2))).toEqual({ fault: 'newer' });
  expect(await unpack(Uint8Array.of(3, 1, 2))).toEqual({ fault: 'newer' });
  expect(await unpack(Uint8Array.of(2, 1, 2))).toEqual({ fault: 'damaged' });
  const packed = await pack(new Uint8Array(1000));
  expect(await unpack(packed.subarray(0, -1))).toEqual({ fault: 'damaged' });
});

it('stops inflating a bomb', async () => {
  const bomb = await pack(new Uint8Array(20 * MAX_BUNDLE));
  expect(bomb.length).toBeLessThan(MAX_BUNDLE / 40);
  expect(await unpack(bomb)).toEqual({ fault: 'too-large' });
  expect(await unpack(new Uint8Array(MAX_BUNDLE + 2).fill(1))).toEqual({ fault: 'too-large' });
  const stored = new Uint8Array(MAX_BUNDLE + 1).fill(1);
  expect(await unpack(stored)).toHaveLength(MAX_BUNDLE);
  const exact = await deflate(new Uint8Array(5000));
  expect(await inflate(exact, 5000)).toHaveLength(5000);
  expect(await inflate(exact, 4999)).toBe('too-large');
});

it('reads a file whole, and tells a growing one from a damaged one', () => {
  const packed = random(50);
  const file = toFile(packed);
  expect(fromFile(file)).toEqual(packed);
  for (let length = 0; length < file.length; length++)
    expect(fromFile(file.subarray(0, length)), String(length)).toEqual({ fault: 'cut-short' });
  for (let i = 0; i < file.length; i++) {
    const changed = file.slice();
    changed[i]! ^= 1;
    const read = fromFile(changed);
    if (i < 8) expect(read).toEqual({ fault: 'foreign' });
    else expect(read).toHaveProperty('fault');
    if (i >= 12) expect(read).toEqual({ fault: 'damaged' });
  }
  expect(fromFile(concat(file, Uint8Array.of(0)))).toEqual({ fault: 'damaged' });
  expect(fromFile(new TextEncoder().encode('CONCLAVE\xff'))).toEqual({ fault: 'cut-short' });
  const huge = file.slice();
  huge[8] = 1;
  expect(fromFile(huge)).toEqual({ fault: 'too-large' });
});

/** What programs do to a text on its way. */
const manglers: Record<string, (text: string) => string> = {
  nothing: (text) => text,
  prose: (text) =>
    `Hello,\n\nhere are the packets you asked for:\n\n${text}\n-- \nAsha, operator 2\n`,
  quoted: (text) => text.replace(/^/gm, '> '),
  'quoted twice': (text) => text.replace(/^/gm, '> > '),
  'other line ends': (text) => text.replaceAll('\n', '\r\n'),
  'one line': (text) => text.replaceAll('\n', ' '),
  'wrapped at 20': (text) => text.replaceAll('\n', ' ').replace(/(.{1,20})/g, '$1\n'),
  'quoted and wrapped': (text) =>
    text
      .replace(/^/gm, '> ')
      .replaceAll('\n', ' ')
      .replace(/(.{1,31})/g, '$1\n> '),
  'long dashes': (text) => text.replaceAll('-----', '——-'),
  'invisible signs': (text) => text.replaceAll('A', '\u200bA\u00ad'),
  'no-break spaces': (text) => text.replaceAll(' ', '\u00a0').replaceAll('\n', '\u2028'),
  'indented and tabled': (text) => text.replace(/^/gm, '\t| '),
};

it.each(Object.entries(manglers))('reads text that was changed on its way: %s', (_, mangle) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const packed = bytes;
      expect(fromText(mangle(toText(packed)))).toEqual(packed);
    }),
    { numRuns: 30 },
  );
});

it('names what is wrong with a text', () => {
  const text = toText(random(300));
  expect(fromText('Hello.')).toEqual({ fault: 'foreign' });
  expect(fromText(text.slice(0, 200))).toEqual({ fault: 'cut-short' });
  const lines = text.split('\n');
  expect(fromText(lines.toSpliced(3, 1).join('\n'))).toHaveProperty('fault');
  expect(fromText(lines.toSpliced(2, 0, 'no!').join('\n'))).toEqual({ fault: 'damaged' });
  const [a, b] = [lines[2]!, lines[3]!];
  expect(fromText(lines.toSpliced(2, 2, b, a).join('\n'))).toEqual({ fault: 'damaged' });
  expect(fromText(`${text}${' '.repeat(2 * MAX_BUNDLE)}`)).toEqual({ fault: 'too-large' });
});

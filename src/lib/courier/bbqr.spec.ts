import { deflateRawSync } from 'node:zlib';
import { base32nopad } from '@scure/base';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toHex } from '../crypto/bytes.ts';
import { BbqrJoiner, fromBbqr, type BbqrPart } from './bbqr.ts';
import { isCourierFault } from './faults.ts';
import { MAX_BUNDLE } from './transport.ts';

const base36 = (n: number) => n.toString(36).toUpperCase().padStart(2, '0');

/** Parts as the specification describes them, with `length` bytes in each. */
function split(content: Uint8Array, encoding: 'H' | '2' | 'Z', length: number): string[] {
  const whole = encoding === 'Z' ? deflateRawSync(content, { windowBits: 10 }) : content;
  const count = Math.ceil(whole.length / length);
  return Array.from({ length: count }, (_, i) => {
    const piece = whole.subarray(i * length, (i + 1) * length);
    const body = encoding === 'H' ? toHex(piece).toUpperCase() : base32nopad.encode(piece);
    return `B$${encoding}B${base36(count)}${base36(i)}${body}`;
  });
}

function parsed(text: string): BbqrPart {
  const part = fromBbqr(text);
  if (isCourierFault(part)) throw new Error(part.fault);
  return part;
}

function join(texts: readonly string[]): BbqrJoiner {
  const parts = texts.map(parsed);
  const joiner = new BbqrJoiner(parts[0]!.count);
  for (const part of parts) {
    expect(joiner.receive(part)).toBe(true);
    expect(joiner.knows(part.index)).toBe(true);
    expect(joiner.receive(part)).toBe(false);
  }
  return joiner;
}

it('reads a row of codes in every encoding and any order', async () => {
  const shuffled = fc.uint8Array({ minLength: 1, maxLength: 2000 }).chain((content) =>
    fc
      .record({
        encoding: fc.constantFrom('H', '2', 'Z'),
        length: fc.integer({ min: 2, max: 40 }).map((n) => 5 * n),
      })
      .chain(({ encoding, length }) => {
        const parts = split(content, encoding, length);
        const order = fc.shuffledSubarray(parts, { minLength: parts.length });
        return fc.record({ content: fc.constant(content), order });
      }),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ content, order }) => {
      const joiner = join(order);
      expect(joiner.rank).toBe(joiner.count);
      expect(await joiner.content()).toEqual(content);
    }),
    { numRuns: 60 },
  );
});

it('reads the header by the specification', () => {
  expect(fromBbqr('B$HP0301C0FFEE')).toEqual({
    header: 'B$HP03',
    encoding: 'H',
    fileType: 'P',
    count: 3,
    index: 1,
    data: Uint8Array.of(0xc0, 0xff, 0xee),
  });
  expect(parsed('B$2BZZZYMZXW6').data).toEqual(new TextEncoder().encode('foo'));
  expect(parsed('B$2BZZZYMZXW6')).toMatchObject({ count: 1295, index: 1294 });
});

it('refuses what no sender makes', () => {
  expect(fromBbqr('A$HP0301C0FFEE')).toEqual({ fault: 'foreign' });
  for (const text of [
    'B$',
    'B$HP0301',
    'B$HP0303C0FFEE', // index beyond the count
    'B$HP0000C0FFEE', // no parts at all
    'B$HP0301C0FFE', // half a byte
    'B$HP0301c0ffee',
    'B$HP0301C0FFEG',
    'B$QP0301C0FFEE', // an encoding that is not defined
    'B$H?0301C0FFEE',
    'B$2P0301MZXW61', // not in the alphabet
    'B$2P0301MZXW7', // bits that no byte holds
    'B$2P0301M',
    'B$HP03é1C0FFEE',
  ])
    expect(fromBbqr(text), text).toEqual({ fault: 'damaged' });
  expect(fromBbqr(`B$HPZZ00${'00'.repeat(811)}`)).toEqual({ fault: 'too-large' });
  expect(fromBbqr(`B$HPZZ00${'00'.repeat(810)}`)).toHaveProperty('data');
});

it('tells a part that does not fit the others', () => {
  const joiner = join(['B$HB0300AAAA', 'B$HB0302BB']);
  for (const strange of ['B$HB0300AAAB', 'B$HB0302CC', 'B$HB0301AAAAAA', 'B$HB0301AA'])
    expect(joiner.receive(parsed(strange)), strange).toBe('conflict');
  expect(joiner.receive(parsed('B$HB0301CCCC'))).toBe(true);
  const other = join(['B$HB0300AAAA']);
  expect(other.receive(parsed('B$HB0302BBBBBB'))).toBe('conflict');
  expect(join(['B$HB0302BBBB']).receive(parsed('B$HB0300AA'))).toBe('conflict');
});

it('refuses a stream that is broken, or a bomb', async () => {
  expect(await join([`B$ZB0100${base32nopad.encode(Uint8Array.of(7, 7, 7))}`]).content()).toEqual({
    fault: 'damaged',
  });
  const bomb = split(new Uint8Array(MAX_BUNDLE + 1), 'Z', 1000);
  expect(await join(bomb).content()).toEqual({ fault: 'too-large' });
});

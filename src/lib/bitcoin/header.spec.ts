import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkedHeaders, mine, newChain } from '../../../tests/support/chain.ts';
import { concat, toHex } from '../crypto/bytes.ts';
import { checkpointsOf } from './checkpoints.ts';
import { bitsOf, packHeaders, readHeader, targetOf, unpackHeaders, workOf } from './header.ts';

const first = readHeader(checkpointsOf.mainnet[0]!.header)!;

describe('a header', () => {
  it('is read field by field', () => {
    expect(toHex(first.hash.toReversed())).toBe(
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    );
    expect(toHex(first.merkleRoot.toReversed())).toBe(
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    );
    expect(first.previous).toEqual(new Uint8Array(32));
    expect(first).toMatchObject({ version: 1, time: 1231006505, nonce: 2083236893 });
    expect(first.bits).toBe(0x1d00ffff);
  });

  it('has 80 bytes', () => {
    expect(readHeader(first.bytes.subarray(1))).toBeUndefined();
    expect(readHeader(concat(first.bytes, Uint8Array.of(0)))).toBeUndefined();
  });
});

describe('a pack', () => {
  const chain = newChain();
  const headers = [mine(chain), mine(chain), mine(chain)].map(({ header }) => header);
  const all = concat(...headers.map(({ bytes }) => bytes));
  const before = headers[0]!.previous;

  it('gives the headers back', () => {
    const pack = packHeaders(all)!;
    expect(pack.length).toBe(3 * 48);
    expect(unpackHeaders(before, pack)).toEqual(headers);
    expect(unpackHeaders(before, new Uint8Array())).toEqual([]);
  });

  it('holds more headers than a call takes arguments', () => {
    const many = 64_000;
    const long = new Uint8Array(80 * many);
    for (const [i, one] of linkedHeaders(many, before).entries()) long.set(one, 80 * i);
    const again = unpackHeaders(before, packHeaders(long)!)!;
    expect(again).toHaveLength(many);
    expect(again.at(-1)!.bytes).toEqual(long.slice(-80));
  });

  it('is not made of headers that are not linked, or of parts', () => {
    expect(packHeaders(concat(headers[0]!.bytes, headers[2]!.bytes))).toBeUndefined();
    expect(packHeaders(all.subarray(1))).toBeUndefined();
  });

  it('is refused where it is cut, or follows no hash', () => {
    const pack = packHeaders(all)!;
    expect(unpackHeaders(before, pack.subarray(1))).toBeUndefined();
    expect(unpackHeaders(before.subarray(1), pack)).toBeUndefined();
  });
});

describe('the compact form of a target', () => {
  // Bitcoin Core, arith_uint256_tests: what the bits stand for.
  it.each([
    [0x01123456, 0x12n, 0x01120000],
    [0x02123456, 0x1234n, 0x02123400],
    [0x03123456, 0x123456n, 0x03123456],
    [0x04123456, 0x12345600n, 0x04123456],
    [0x05009234, 0x92340000n, 0x05009234],
    [0x20123456, 0x123456n << 232n, 0x20123456],
    [0x1d00ffff, 0xffffn << 208n, 0x1d00ffff],
  ])('%i is a target, and is made of it', (bits, target, shortest) => {
    expect(targetOf(bits)).toBe(target);
    expect(bitsOf(target)).toBe(shortest);
  });

  it.each([
    ['zero', 0],
    ['zero, cut off', 0x00123456],
    ['zero, with a length', 0x20000000],
    ['negative', 0x04923456],
    ['negative, short', 0x01fedcba],
    ['above 2²⁵⁶', 0xff123456],
    ['just above 2²⁵⁶', 0x23000001],
    ['just above 2²⁵⁶, two bytes', 0x22000100],
  ])('is refused where it is %s', (_, bits) => {
    expect(targetOf(bits)).toBeUndefined();
  });

  it('reaches up to 2²⁵⁶', () => {
    expect(targetOf(0x220000ff)).toBe(0xffn << 248n);
  });

  it('keeps at least 16 bits of any target, and never more than the target', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, (1n << 256n) - 1n), (target) => {
        const back = targetOf(bitsOf(target))!;
        expect(back <= target).toBe(true);
        expect((target - back) * (1n << 15n) <= target).toBe(true);
        expect(bitsOf(back)).toBe(bitsOf(target));
      }),
    );
  });

  it('says the work: 2²⁵⁶ / (target + 1)', () => {
    expect(workOf(targetOf(0x1d00ffff)!)).toBe(0x100010001n);
    expect(workOf(targetOf(0x207fffff)!)).toBe(2n);
    expect(workOf((1n << 256n) - 1n)).toBe(1n);
  });
});

import { expect, it } from 'vitest';
import * as bytes from './bytes.ts';

const of = (...values: number[]) => Uint8Array.from(values);

it('joins, compares and wipes', () => {
  const secret = of(1, 2, 3);
  expect(bytes.concat(secret, of(), of(4))).toEqual(of(1, 2, 3, 4));
  expect(bytes.equal(secret, of(1, 2, 3))).toBe(true);
  for (const other of [of(1, 2), of(1, 2, 4), of(9, 2, 3), of(1, 2, 3, 0)])
    expect(bytes.equal(secret, other)).toBe(false);
  expect(bytes.xor(secret, of(1, 0, 255))).toEqual(of(0, 2, 252));
  expect(bytes.isZero(secret)).toBe(false);
  bytes.wipe(secret);
  expect(secret).toEqual(of(0, 0, 0));
  expect(bytes.isZero(secret)).toBe(true);
});

it('writes and reads numbers, big endian', () => {
  expect(bytes.be32(0x01020304)).toEqual(of(1, 2, 3, 4));
  expect(bytes.be64(2 ** 32 + 5)).toEqual(of(0, 0, 0, 1, 0, 0, 0, 5));
  expect(bytes.be64(2 ** 53 - 1)).toEqual(of(0, 31, 255, 255, 255, 255, 255, 255));
  expect(bytes.readBe32(of(9, 9, 255, 255, 255, 254).subarray(2))).toBe(2 ** 32 - 2);
});

it('cuts a message of exactly the right length into copies', () => {
  const layout: bytes.Layout = [
    [2, 1],
    [1, 3],
    [0, 7],
  ];
  const message = of(1, 2, 3, 4, 5);
  const fields = bytes.split(message, layout)!;
  expect(fields).toEqual([[of(1), of(2)], [of(3, 4, 5)], []]);
  fields[0]![0]!.fill(9);
  expect(message[0]).toBe(1);
  expect(bytes.split(of(1, 2, 3, 4), layout)).toBeUndefined();
  expect(bytes.split(of(1, 2, 3, 4, 5, 6), layout)).toBeUndefined();
});

it('reads hexadecimal and nothing else', () => {
  expect(bytes.toHex(of(0, 10, 255))).toBe('000aff');
  expect(bytes.fromHex('000Aff')).toEqual(of(0, 10, 255));
  for (const text of ['0', '0g', ' 00', '0x00', '00\n', '٠٠'])
    expect(bytes.fromHex(text)).toBeUndefined();
});

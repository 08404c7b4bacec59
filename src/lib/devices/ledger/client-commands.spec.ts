import { sha256 } from '@noble/hashes/sha2.js';
import { expect, it } from 'vitest';
import { concat, equal, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault } from '../device.ts';
import { LedgerClient } from './client.ts';
import { RequestData, varint } from './client-commands.ts';

const element = (i: number): Bytes => new Uint8Array(10).fill(i);
const ask = (code: number, ...args: Uint8Array[]): Bytes => concat(Uint8Array.of(code), ...args);

/** The root that a leaf and its proof lead to (RFC 6962, section 2.1.1), with the app's order. */
function rootFrom(leaf: Uint8Array, index: number, size: number, proof: Uint8Array[]): Uint8Array {
  if (size === 1) return proof.length === 0 ? leaf : new Uint8Array();
  let left = 1;
  while (left * 2 < size) left *= 2;
  const [top, below] = [proof.at(-1)!, proof.slice(0, -1)];
  const sides =
    index < left
      ? [rootFrom(leaf, index, left, below), top]
      : [top, rootFrom(leaf, index - left, size - left, below)];
  return sha256(concat(Uint8Array.of(1), ...sides));
}

it('proves every element of lists of every size, the long proofs in two answers', () => {
  for (const size of [1, 2, 3, 4, 5, 8, 9, 10, 100]) {
    const request = new RequestData();
    const root = request.list(Array.from({ length: size }, (_, i) => element(i)));
    for (let i = 0; i < size; i++) {
      const answer = request.answer(ask(0x41, root, varint(size), varint(i)))!;
      const [length, now] = [answer[32]!, answer[33]!];
      const more = length > now ? request.answer(ask(0xa0))! : Uint8Array.of(0, 32);
      expect([now + more[0]!, more[1]]).toEqual([length, 32]);
      const hashes = concat(answer.subarray(34), more.subarray(2));
      const proof = Array.from({ length }, (_, j) => hashes.slice(32 * j, 32 * j + 32));
      const leaf = answer.subarray(0, 32);
      expect(leaf).toEqual(sha256(concat(Uint8Array.of(0), element(i))));
      expect(equal(rootFrom(leaf, i, size, proof), root), `${i} of ${size}`).toBe(true);
      expect(request.answer(ask(0x42, root, leaf))).toEqual(concat(Uint8Array.of(1), varint(i)));
    }
    expect(request.answer(ask(0x42, root, new Uint8Array(32)))).toEqual(Uint8Array.of(0, 0));
    expect(request.answer(ask(0x41, root, varint(size), varint(size)))).toBeUndefined();
    expect(request.answer(ask(0x41, root, varint(size + 1), varint(0)))).toBeUndefined();
  }
});

it('gives the bytes behind a hash, long ones piece by piece', () => {
  for (const length of [0, 1, 252, 253, 255, 1000]) {
    const request = new RequestData();
    const whole = Uint8Array.from({ length }, (_, i) => i);
    const answer = request.answer(ask(0x40, Uint8Array.of(0), request.preimage(whole)))!;
    const prefix = varint(length).length;
    expect(answer.subarray(0, prefix)).toEqual(varint(length));
    const parts = [answer.subarray(prefix + 1)];
    expect(parts[0]!.length).toBe(answer[prefix]);
    for (let more = request.answer(ask(0xa0)); more; more = request.answer(ask(0xa0))) {
      expect([more[0], more[1]]).toEqual([more.length - 2, 1]);
      parts.push(more.subarray(2));
    }
    expect(concat(...parts)).toEqual(whole);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(255);
  }
});

it('answers nothing that is malformed or not of this request', () => {
  const request = new RequestData();
  const root = request.list([element(1), element(2)]);
  const hash = request.preimage(element(3));
  const foreign = new RequestData().preimage(element(4));
  for (const asked of [
    new Uint8Array(),
    ask(0x00),
    ask(0x40),
    ask(0x40, Uint8Array.of(1), hash),
    ask(0x40, Uint8Array.of(0), foreign),
    ask(0x40, Uint8Array.of(0), hash, Uint8Array.of(0)),
    ask(0x41, root),
    ask(0x41, root, Uint8Array.of(2)),
    ask(0x41, root, Uint8Array.of(2, 0, 0)),
    ask(0x41, root, Uint8Array.of(0xfd, 2)),
    ask(0x41, root, Uint8Array.of(0xfe, 2, 0, 0, 0, 0)),
    ask(0x41, foreign, Uint8Array.of(2, 0)),
    ask(0x42, root),
    ask(0x42, foreign, hash),
    ask(0xa0),
    ask(0xa0, Uint8Array.of(0)),
  ])
    expect(request.answer(asked), String(asked)).toBeUndefined();
  expect(request.answer(ask(0x10, element(1)))).toEqual(new Uint8Array());
});

it('a device that asks without end is left', async () => {
  let exchanges = 0;
  const client = new LedgerClient({
    model: 'Nano X',
    exchange: () => {
      exchanges += 1;
      return Promise.resolve(Uint8Array.of(0x10, 0xe0, 0x00));
    },
    close: () => Promise.resolve(),
  });
  const result = await client.signMessage([0], 'text');
  expect(isDeviceFault(result) && result.fault).toBe('unreadable-answer');
  expect(exchanges).toBe(1000);
});

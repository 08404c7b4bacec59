import { sha256 } from '@noble/hashes/sha2.js';
import { expect, test } from 'vitest';
import { concat, type Bytes } from '../../crypto/bytes.ts';
import { be16 } from '../../devices/yubihsm/frames.ts';
import { readLogs } from './device-logs.ts';

/** So many entries of one chain, 32 bytes each. */
function chain(count: number): Bytes[] {
  const entries: Bytes[] = [];
  for (let number = 1; number <= count; number++) {
    const head = concat(be16(number), new Uint8Array(14).fill(number));
    const before = entries.at(-1)?.subarray(16) ?? new Uint8Array(16);
    entries.push(concat(head, sha256(concat(head, before)).subarray(0, 16)));
  }
  return entries;
}

const log = (at: number, entries: readonly Bytes[], serial = '7') => ({
  at,
  serial,
  entries: concat(...entries),
});

test('readings of one YubiHSM are one chain, those of two are two', () => {
  const all = chain(5);
  const [one, other, none] = readLogs([
    log(10, all.slice(0, 2)),
    log(15, chain(1), '8'),
    log(20, all.slice(2)),
  ]);
  expect(none).toBeUndefined();
  expect(one).toMatchObject({ serial: '7', count: 5, missing: 0, last: all[4] });
  expect(one!.broken).toBeUndefined();
  expect(one!.readings.map(({ at, entries }) => [at, entries.length])).toEqual([
    [10, 2],
    [20, 3],
  ]);
  expect(other).toMatchObject({ serial: '8', count: 1, broken: undefined });
  expect(readLogs([])).toEqual([]);
});

test('entries that are missing between two readings are counted, and the chain goes on', () => {
  const all = chain(9);
  const parts = [all.slice(0, 2), all.slice(3, 5), all.slice(5, 6), all.slice(8)];
  const [one] = readLogs(parts.map((part, i) => log(10 + i, part)));
  expect(one).toMatchObject({ broken: undefined, count: 6, missing: 3, last: all[8] });
  expect(one!.readings.map(({ missing }) => missing)).toEqual([0, 1, 0, 2]);
});

test('an entry that is missing within a reading, and a reading that goes back, break the chain', () => {
  const all = chain(5);
  const [within] = readLogs([log(10, [...all.slice(0, 2), ...all.slice(3)])]);
  expect(within!.broken).toEqual({ fault: 'log-broken', detail: 'entry 4 after 2' });
  const [back] = readLogs([log(10, all.slice(3)), log(20, all.slice(0, 2))]);
  expect(back).toMatchObject({ broken: { detail: 'entry 1 after 5' }, missing: 0 });
});

test('any changed byte after the first entry breaks it, and so does a cut', () => {
  const whole = concat(...chain(4));
  for (let i = 16; i < whole.length; i++) {
    const changed = whole.slice();
    changed[i]! ^= 1;
    const [one] = readLogs([{ at: 1, serial: '7', entries: changed }]);
    expect(one!.broken?.fault, `byte ${i}`).toBe('log-broken');
  }
  const [cut] = readLogs([{ at: 1, serial: '7', entries: whole.slice(0, -1) }]);
  expect(cut!.broken?.fault).toBe('log-broken');
});

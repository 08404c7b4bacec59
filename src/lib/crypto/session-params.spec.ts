import { describe, expect, it } from 'vitest';
import { flip, runs, suitesFor } from '../../../tests/support/attacks.ts';
import { jsGroups } from '../../../tests/support/groups.ts';
import { value } from '../../../tests/support/hex.ts';
import { players } from '../../../tests/support/players.ts';
import { houseRule, paramsHashOf } from './session-params.ts';

const all = players(jsGroups, 2, 3, 'parameters');
const { hostpubkeys } = all.ceremony;

describe.each(runs)('the hash of the parameters, %s', (run) => {
  const suite = suitesFor(all)[run];
  const hash = (keys: readonly Uint8Array[], t: number) =>
    value(paramsHashOf(suite, { hostpubkeys: keys, t })).join();

  it('changes with threshold, members and order', () => {
    const [a, b, c] = hostpubkeys as [Uint8Array, Uint8Array, Uint8Array];
    const negated = flip(c, 0);
    const hashes = [
      hash([a, b, c], 2),
      hash([a, b, c], 3),
      hash([a, c, b], 2),
      hash([a, b], 2),
      hash([a, b, negated], 2),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hash([a, b, c], 2)).toBe(hashes[0]);
  });
});

it('the manifest is part of the attestation run from the start', () => {
  const other = { ...all, ceremony: { ...all.ceremony, manifestHash: flip(new Uint8Array(32)) } };
  const hashes = [all, other].map((one) =>
    value(paramsHashOf(suitesFor(one).attestation, all.ceremony)).join(),
  );
  expect(hashes[0]).not.toBe(hashes[1]);
});

it('the house rule: at least two, and no two disjoint quorums', () => {
  const allowed = (t: number, n: number) =>
    houseRule({ t, hostpubkeys: Array.from({ length: n }, () => new Uint8Array(33)) }) ===
    undefined;
  const good = [
    [2, 2],
    [2, 3],
    [3, 3],
    [3, 4],
    [3, 5],
    [4, 7],
    [9, 16],
    [65, 128],
  ] as const;
  const bad = [
    [1, 1],
    [0, 1],
    [2, 4],
    [2, 5],
    [3, 6],
    [8, 16],
    [64, 128],
  ] as const;
  for (const [t, n] of good) expect(allowed(t, n)).toBe(true);
  for (const [t, n] of bad) expect(allowed(t, n)).toBe(false);
});

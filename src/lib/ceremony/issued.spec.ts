import { describe, expect, it } from 'vitest';
import { countOf, listed, type GivenOut } from './issued.ts';

/** An address that was given out; its recipient is named by one byte. */
const given = (recipient: number, at: number, index = 0): GivenOut => ({
  recipient: new Uint8Array(32).fill(recipient),
  index,
  packet: { at, hash: new Uint8Array(32) },
});
const named = (all: readonly GivenOut[]) =>
  all.map(({ recipient, index }) => [recipient[0], index]);

describe('the addresses that a file names', () => {
  it('are in the order of time, whoever gave them out', () => {
    const lists = [[given(1, 30), given(2, 40)], [given(3, 10), given(4, 35)], []];
    expect(named(listed(lists))).toEqual([
      [3, 0],
      [1, 0],
      [4, 0],
      [2, 0],
    ]);
  });

  it('are there once, by recipient and index', () => {
    const lists = [[given(1, 10), given(1, 20, 1)], [given(1, 10)], [given(1, 30), given(1, 31)]];
    expect(countOf(lists)).toBe(2);
    expect(named(listed(lists)).sort()).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('are each operator’s newest where there is no room: nobody pushes out another’s', () => {
    const many = Array.from({ length: 20 }, (_, i) => given(9, 1000 + i, i));
    const others = [
      [given(1, 1), given(2, 3), given(3, 5)],
      [given(4, 2), given(5, 4)],
    ];
    for (const place of [0, 1, 2]) {
      const lists = others.toSpliced(place, 0, many);
      expect(named(listed(lists, 9))).toEqual([
        ...[1, 4, 2, 5, 3].map((recipient) => [recipient, 0]),
        ...[16, 17, 18, 19].map((index) => [9, index]),
      ]);
      expect(named(listed(lists, 6))).toEqual([
        ...[4, 2, 5, 3].map((recipient) => [recipient, 0]),
        ...[18, 19].map((index) => [9, index]),
      ]);
    }
  });

  it('of another operator cost nobody room', () => {
    const honest = [given(1, 1), given(2, 2)];
    const copying = [given(9, 3), given(1, 4), given(2, 5)];
    expect(named(listed([honest, copying], 3)).sort()).toEqual([
      [1, 0],
      [2, 0],
      [9, 0],
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { all, always, any, cut, never, opens, smallest, waysOf, type Gate } from './smallest.ts';

const PLACES = 7;

/** Gates of gates, over a few places. */
const gates = fc.letrec<{ gate: Gate }>((tie) => ({
  gate: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.nat(PLACES - 1),
    fc
      .array(tie('gate'), { maxLength: 4 })
      .chain((of) => fc.nat(of.length + 1).map((needed) => ({ needed, of }))),
  ),
})).gate;

const subsets = Array.from(
  { length: 2 ** PLACES },
  (_, bits) => new Set([...Array(PLACES).keys()].filter((place) => (bits >> place) & 1)),
);

/** Every set of places tried, the smallest first. */
function tried(list: readonly Gate[], needed: number): number | undefined {
  const enough = subsets.filter((set) => list.filter((gate) => opens(gate, set)).length >= needed);
  return enough.length === 0 ? undefined : Math.min(...enough.map(({ size }) => size));
}

describe('against every set tried', () => {
  test('the smallest set that opens enough gates', () => {
    fc.assert(
      fc.property(fc.array(gates, { maxLength: 5 }), fc.nat(6), (list, needed) => {
        const found = smallest(list, needed);
        const size = tried(list, needed);
        if (!found || 'atLeast' in found) {
          expect(found).toBeUndefined();
          expect(size).toBeUndefined();
          return;
        }
        expect(found.places.length).toBe(size);
        const set = new Set(found.places);
        expect(list.filter((gate) => opens(gate, set)).length).toBeGreaterThanOrEqual(needed);
      }),
      { numRuns: 600 },
    );
  });

  test('a cut is open exactly where the gate is not open with the rest', () => {
    fc.assert(
      fc.property(gates, (gate) => {
        for (const set of subsets) {
          const rest = new Set([...Array(PLACES).keys()].filter((place) => !set.has(place)));
          expect(opens(cut(gate), set)).toBe(!opens(gate, rest));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the ways open the gate, none holds another, and every set that opens it holds one', () => {
    fc.assert(
      fc.property(gates, (gate) => {
        const ways = waysOf(gate)!.map((way) => new Set(way));
        for (const set of subsets)
          expect(ways.some((way) => [...way].every((place) => set.has(place)))).toBe(
            opens(gate, set),
          );
        for (const way of ways)
          for (const other of ways)
            if (way !== other) expect([...way].every((place) => other.has(place))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

test('always and never', () => {
  expect(smallest([always, never], 1)).toEqual({ places: [] });
  expect(smallest([always, never], 2)).toBeUndefined();
  expect(cut(always)).toEqual({ needed: 1, of: [] });
});

/** Operators who each keep 2 of 3 cards and a plate in places of their own. */
const apart = (n: number): Gate[] =>
  Array.from({ length: n }, (_, i) => ({ needed: 2, of: [3 * i, 3 * i + 1, 3 * i + 2] }));

describe('forty places', () => {
  test('everybody apart: exact at once', () => {
    expect(smallest(apart(13), 9)).toEqual({ places: expect.any(Array) as number[] });
    expect((smallest(apart(13), 9) as { places: number[] }).places.length).toBe(18);
  });

  test('a bank that serves all is found', () => {
    const list = apart(13).map((gate) => any(gate, all(39, 38)));
    expect(smallest(list, 9)).toEqual({ places: [38, 39] });
  });

  test('what would take too long gives a bound that is true', () => {
    // A mesh: whoever is reached helps two others in part.
    const list = Array.from({ length: 16 }, (_, i) => ({
      needed: 5,
      of: Array.from({ length: 9 }, (_, j) => (i * 7 + j * j * 3 + j) % 40),
    }));
    const found = smallest(list, 12)!;
    expect(found).toHaveProperty('atLeast');
    expect((found as { atLeast: number }).atLeast).toBeGreaterThanOrEqual(5);
  });

  test('more ways than are listed gives a bound', () => {
    const wide: Gate = { needed: 8, of: [...Array(16).keys()] };
    expect(waysOf(wide)).toBeUndefined();
    expect(smallest([wide, any(20)], 2)).toEqual({ atLeast: 1 });
  });
});

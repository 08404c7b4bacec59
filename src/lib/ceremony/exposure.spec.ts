import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposureOf, kinds, type Found, type Held, type Kind } from './exposure.ts';

const names = ['Asha', 'Ben', 'Chen'];
const group = { t: 2, names, verified: [true, true, true] };
const set = { id: 'a', group: 0, groupsNeeded: 1 };

const held = (operator: number, kind: Kind, place: string, more: Partial<Held> = {}): Held => ({
  operator,
  kind,
  place,
  holder: '',
  needed: 1,
  set,
  state: 'relied',
  ...more,
});
const cards = (operator: number, places: readonly string[], needed: number) =>
  places.map((place) => held(operator, 'slip39', place, { needed }));

const of = (...pieces: readonly Held[]) => exposureOf(group, pieces);
const sites = (found: Found | undefined) => found && 'names' in found && [...found.names].sort();

describe('what a thief needs of one operator', () => {
  const bens = held(1, 'plate', 'vault');
  const reach = (...own: Held[]) => sites(of(bens, ...own).theft.places);

  test.each<[string, Held[], string[] | undefined]>([
    ['a plate, for the custody share is enough', [held(0, 'plate', 'bank')], ['bank', 'vault']],
    ['a file alone opens nothing', [held(0, 'age-file', 'bank')], undefined],
    [
      'a file and where its passphrase is',
      [held(0, 'age-file', 'bank'), held(0, 'passphrase', 'home')],
      ['bank', 'home', 'vault'],
    ],
    ['a kit holds no secret', [held(0, 'kit', 'bank')], undefined],
    ['a seed lacks the salt', [held(0, 'device', 'bank')], undefined],
    [
      'a seed and a kit',
      [held(0, 'device', 'bank'), held(0, 'kit', 'home')],
      ['bank', 'home', 'vault'],
    ],
    ['a device with a PIN', [held(0, 'desk', 'office')], undefined],
    ['a device without one', [held(0, 'open-desk', 'office')], ['office', 'vault']],
    ['cards, as many as restore', cards(0, ['a', 'b', 'c'], 2), ['a', 'b', 'vault']],
    ['a card too few', cards(0, ['a'], 2), undefined],
    [
      'a card that is lost is anywhere',
      [...cards(0, ['a', 'b'], 2).slice(1), held(0, 'slip39', 'a', { needed: 2, state: 'away' })],
      ['b', 'vault'],
    ],
  ])('%s', (_, own, places) => {
    expect(reach(...own)).toEqual(places);
  });

  test('shares of two sets do not combine', () => {
    const two = [held(0, 'slip39', 'a', { needed: 2 })];
    const other = held(0, 'slip39', 'b', { needed: 2, set: { ...set, id: 'b' } });
    expect(reach(...two, other)).toBeUndefined();
  });

  test('cards in groups: as many groups as it takes', () => {
    const inGroup = (number: number, place: string, needed: number) =>
      held(0, 'slip39', place, { needed, set: { id: 'a', group: number, groupsNeeded: 2 } });
    const three = [inGroup(0, 'a', 1), inGroup(1, 'b', 2), inGroup(1, 'c', 2), inGroup(2, 'd', 1)];
    expect(reach(...three)).toEqual(['a', 'd', 'vault']);
  });

  test('one place is one, however it is spelled; a piece without a place is with its holder', () => {
    const one = of(held(0, 'plate', 'Bank,  Zürich'), held(1, 'plate', 'bank, zürich'));
    expect(one.theft.places).toEqual({ names: ['Bank,  Zürich'], operators: [0, 1] });
    expect(reach(held(0, 'plate', '', { holder: 'Notary' }))).toEqual(['Notary', 'vault']);
  });
});

describe('people', () => {
  test('operators reach t; so it never takes more people than operators', () => {
    expect(of().theft.people).toMatchObject({ names: ['Asha', 'Ben'] });
  });

  test('one who keeps what restores two is enough alone', () => {
    const lawyer = { holder: 'Lawyer' };
    const { people } = of(
      held(0, 'plate', 'a', lawyer),
      held(1, 'plate', 'b', { holder: 'lawyer' }),
    ).theft;
    expect(people).toEqual({ names: ['Lawyer'], operators: [0, 1] });
  });

  test('an operator opens the own file wherever it lies; another one needs the passphrase', () => {
    const file = held(0, 'age-file', 'a', { holder: 'Ben' });
    expect(sites(of(file).theft.people)).toEqual(['Asha', 'Ben']);
    const told = held(0, 'passphrase', 'a', { holder: 'Ben' });
    expect(sites(of(file, told).theft.people)).toEqual(['Ben']);
  });
});

describe('loss', () => {
  test('one office that holds what two work with', () => {
    const { loss } = of(
      held(0, 'desk', 'office'),
      held(1, 'desk', 'office'),
      held(2, 'desk', 'home'),
    );
    expect(loss).toEqual({ names: ['office'], operators: [0, 1] });
  });

  test('what was never verified, or is away, is not relied on', () => {
    const desks = ['x', 'y', 'z'].map((place, i) => held(i, 'desk', place));
    const size = (state: Held['state']) => {
      const files = [0, 1].map((i) => held(i, 'age-file', 'bank', { state }));
      return (sites(of(...desks, ...files).loss) as string[]).length;
    };
    expect(size('relied')).toBe(3);
    expect(size('doubtful')).toBe(2);
    expect(size('away')).toBe(2);
  });

  test('a passphrase that lies somewhere is lost with that place; a plate restores nobody', () => {
    const file = [held(0, 'age-file', 'bank'), held(0, 'passphrase', 'home')];
    const both = [...file, held(1, 'desk', 'x'), held(2, 'plate', 'y')];
    const { loss } = of(...both);
    expect(loss).toMatchObject({ names: [expect.stringMatching(/bank|home|x/)] });
  });

  test('fewer than t restore now', () => {
    expect(of(held(0, 'desk', 'x')).loss).toEqual({ names: [], operators: [1, 2] });
  });
});

describe('warnings', () => {
  test('each is told with who and where, and with nothing else', () => {
    const { warnings } = exposureOf({ ...group, verified: [true, false, true] }, [
      held(0, 'age-file', 'bank'),
      held(0, 'passphrase', 'bank'),
      held(0, 'kit', 'bank'),
      ...cards(1, ['bank', 'bank', 'home'], 2),
      held(2, 'kit', ''),
    ]);
    expect(warnings).toEqual([
      { warning: 'together', operator: 0, kinds: ['age-file', 'kit'], name: 'bank' },
      { warning: 'passphrase', operator: 0, name: 'bank' },
      { warning: 'set-place', operator: 1, kind: 'slip39', name: 'bank' },
      { warning: 'set-person', operator: 1, kind: 'slip39', name: 'Ben' },
      { warning: 'no-place', operator: 2, kind: 'kit' },
      { warning: 'quorum-place', operators: [0, 1], name: 'bank' },
      { warning: 'unverified', operator: 1 },
    ]);
  });

  test('pieces of t operators with one person', () => {
    const { warnings } = of(
      held(0, 'kit', 'a', { holder: 'Notary' }),
      held(1, 'kit', 'b', { holder: 'Notary' }),
    );
    expect(warnings).toEqual([{ warning: 'quorum-person', operators: [0, 1], name: 'Notary' }]);
  });

  test('what is away lies nowhere', () => {
    const away = held(0, 'age-file', 'bank', { state: 'away' });
    expect(of(away, held(0, 'passphrase', 'bank'), held(0, 'kit', 'bank')).warnings).toEqual([]);
  });
});

/* A thief, and a fire, played through in plain steps for every set of places. */

const PLACES = ['a', 'b', 'c', 'd', 'e', 'f'];

function restores(pieces: readonly Held[], has: (one: Held) => boolean, remembered: boolean) {
  const got = (kind: Kind) => pieces.some((one) => one.kind === kind && has(one));
  if (got('open-desk')) return true;
  if (got('device') && got('kit')) return true;
  const passphrase = pieces.some(({ kind }) => kind === 'passphrase')
    ? got('passphrase')
    : remembered;
  if (got('age-file') && passphrase) return true;
  for (const kind of ['slip39', 'vault-share'] as const)
    for (const id of ['a', 'b']) {
      const mine = pieces.filter((one) => one.kind === kind && one.set.id === id && has(one));
      const whole = [0, 1].filter((number) => {
        const some = mine.filter((one) => one.set.group === number);
        return some.length > 0 && some.length >= some[0]!.needed;
      });
      if (mine.length > 0 && whole.length >= mine[0]!.set.groupsNeeded) return true;
    }
  return false;
}

function stolen(pieces: readonly Held[], at: ReadonlySet<string>): boolean {
  const has = (one: Held) => one.state === 'away' || at.has(one.place);
  const got = (kind: Kind) => pieces.some((one) => one.kind === kind && has(one));
  return restores(pieces, has, false) || got('plate') || (got('device') && got('desk'));
}

function survives(pieces: readonly Held[], lost: ReadonlySet<string>): boolean {
  const has = (one: Held) => one.state === 'relied' && !lost.has(one.place);
  const desk = pieces.some((one) => one.kind === 'desk' && has(one));
  return desk || restores(pieces, has, true);
}

const piece = fc
  .record({
    operator: fc.nat(2),
    kind: fc.constantFrom(...kinds),
    place: fc.constantFrom(...PLACES),
    id: fc.constantFrom('a', 'b'),
    group: fc.nat(1),
    state: fc.constantFrom('relied', 'relied', 'relied', 'doubtful', 'away'),
  })
  .map(({ id, group: number, ...one }): Held => ({
    ...one,
    holder: '',
    // All cards of a set say the same.
    needed: id === 'a' ? 2 : 1 + number,
    set: { id, group: number, groupsNeeded: id === 'a' ? 1 : 2 },
  }));

const everySet = Array.from(
  { length: 2 ** PLACES.length },
  (_, bits) => new Set(PLACES.filter((_place, i) => (bits >> i) & 1)),
);

const fewest = (enough: (set: ReadonlySet<string>) => boolean) => {
  const sizes = everySet.filter(enough).map(({ size }) => size);
  return sizes.length === 0 ? undefined : Math.min(...sizes);
};

test('against every theft and every loss', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), fc.integer({ min: 2, max: 3 }), (pieces, t) => {
      const each = names.map((_, operator) => pieces.filter((one) => one.operator === operator));
      const { theft, loss } = exposureOf({ ...group, t }, pieces);
      const reached = (set: ReadonlySet<string>) => each.filter((own) => stolen(own, set));
      const standing = (set: ReadonlySet<string>) => each.filter((own) => survives(own, set));
      const size = (found: Found | undefined) => found && 'names' in found && found.names.length;
      expect(size(theft.places)).toBe(fewest((set) => reached(set).length >= t));
      expect(size(loss)).toBe(fewest((set) => standing(set).length < t));
      if (theft.places && 'names' in theft.places) {
        const set = new Set(theft.places.names);
        expect(theft.places.operators.map((i) => each[i])).toEqual(reached(set));
      }
    }),
    { numRuns: 600 },
  );
});

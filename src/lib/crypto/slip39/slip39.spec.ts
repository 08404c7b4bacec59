import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFrom } from '../../../../tests/support/players.ts';
import { isZero, type Bytes } from '../bytes.ts';
import { readCard, writeCard, type Card } from './card.ts';
import { progressOf } from './card-set.ts';
import { isSlip39Fault } from './faults.ts';
import { combineCards, splitSecret, MAX_ITERATION_EXPONENT, type Slip39Plan } from './slip39.ts';

const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
const ascii = (text: string) => new TextEncoder().encode(text);

/** Bytes that are the same in every run, up to 64 at a time. */
function drawFrom(seed: string): (length: number) => Bytes {
  const next = randomFrom(seed);
  return (length) => Uint8Array.from([...next(), ...next()].slice(0, length));
}

/** Fast: without the usual number of iterations. */
const split = (plan: Slip39Plan, seed = 'cards') =>
  splitSecret(secret, { iterationExponent: 0, ...plan }, drawFrom(seed));

const family: Slip39Plan = {
  groupThreshold: 2,
  groups: [
    { threshold: 1, count: 1 },
    { threshold: 2, count: 3 },
    { threshold: 3, count: 5 },
  ],
};
const [own, kin, friends] = split(family) as [string[], string[], string[]];

/** The card of these words with something of it changed. */
function altered(words: string, change: (card: Card) => Partial<Card>): string {
  const card = readCard(words);
  if (isSlip39Fault(card)) throw new Error(card.fault);
  return writeCard({ ...card, ...change(card) });
}

/** The same card with another value. */
const forged = (words: string): string =>
  altered(words, ({ value }) => ({ value: value.with(31, value[31]! ^ 1) }));

describe('known answers', () => {
  it('32 bytes, 2 of 3', () => {
    const cards = [
      'prune birthday academic acid adapt wrap coal spew birthday equation august slavery rumor victim prisoner lilac river scared gather chubby screw finger finance crazy making prune glimpse fatigue ounce minister benefit deadline smart',
      'prune birthday academic agency artwork database should rainbow resident careful mixture overall hazard antenna ting holy promise mild view vegan describe furl mama friar formal pile recover union ending vocal index lunch withdraw',
      'prune birthday academic always aluminum network timber junction formal client cultural hour detailed marathon dwarf flash overall hormone fact typical check elite velvet saver object ounce smart emperor earth switch cubic staff legend',
    ];
    const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }] };
    expect(splitSecret(secret, plan, drawFrom('known'))).toEqual([cards]);
    for (const missing of cards)
      expect(combineCards(cards.filter((card) => card !== missing))).toEqual(secret);
  });

  it('16 bytes in groups, with a passphrase', () => {
    const short = secret.slice(0, 16);
    const passphrase = ascii('TREZOR');
    const plan = { ...family, passphrase, iterationExponent: 0 };
    const [alone, pair] = splitSecret(short, plan, drawFrom('known')) as [string[], string[]];
    expect(alone).toEqual([
      'prune biology acrobat leader credit bedroom bishop sugar duke wine dryer radar junction medical trouble losing fatigue paid busy vitamins',
    ]);
    expect(pair[2]).toBe(
      'prune biology beard lungs belong bolt husky crush violence album medal reaction join round dress viral process scroll response ceiling',
    );
    const enough = [...alone, ...pair.slice(0, 2)];
    expect(combineCards(enough, passphrase)).toEqual(short);
    expect(combineCards(enough)).not.toEqual(short);
  });

  it('the encryption depends on the identifier unless the card is extendable', () => {
    const [words] = split({ groupThreshold: 1, groups: [{ threshold: 1, count: 1 }] })[0]!;
    const renamed = altered(words!, () => ({ identifier: 7 }));
    expect(combineCards([renamed])).toEqual(secret);
    const bound = (identifier: number) =>
      altered(words!, () => ({ identifier, extendable: false }));
    const [one, other] = [combineCards([bound(1)]), combineCards([bound(0x101)])];
    expect(one).toHaveLength(32);
    expect(other).not.toEqual(one);
  });
});

describe('restoring', () => {
  it.each([
    ['3 of 5', { groupThreshold: 1, groups: [{ threshold: 3, count: 5 }] }, 16],
    [
      '2 of 3 groups',
      {
        groupThreshold: 2,
        groups: [
          { threshold: 1, count: 1 },
          { threshold: 2, count: 3 },
          { threshold: 2, count: 3 },
        ],
      },
      64,
    ],
  ])('every subset that reaches the thresholds, and no other: %s', (_, plan, expected) => {
    const cards = split(plan).flatMap((group, of) => group.map((words) => ({ words, of })));
    let restored = 0;
    for (let subset = 1; subset < 2 ** cards.length; subset++) {
      const chosen = cards.filter((_, i) => (subset >> i) & 1);
      const complete = plan.groups.filter(
        ({ threshold }, group) => chosen.filter(({ of }) => of === group).length >= threshold,
      );
      const enough = complete.length >= plan.groupThreshold;
      const words = chosen.map((card) => card.words);
      expect(progressOf(words)).toMatchObject({ enough });
      const found = combineCards(words);
      if (enough) expect(found).toEqual(secret);
      else expect(found).toMatchObject({ fault: 'too-few' });
      if (enough) restored++;
    }
    expect(restored).toBe(expected);
  });

  it('any plan, in any order of the cards', () => {
    const group = fc.integer({ min: 1, max: 16 }).chain((threshold) =>
      fc.record({
        threshold: fc.constant(threshold),
        count: threshold === 1 ? fc.constant(1) : fc.integer({ min: threshold, max: 16 }),
      }),
    );
    const plans = fc.array(group, { minLength: 1, maxLength: 5 }).chain((groups) =>
      fc.record({
        groups: fc.constant(groups),
        groupThreshold: fc.integer({ min: 1, max: groups.length }),
      }),
    );
    fc.assert(
      fc.property(plans, fc.infiniteStream(fc.nat()), fc.string(), (plan, order, seed) => {
        const shuffled = <T>(list: readonly T[]) =>
          list
            .map((item) => ({ item, at: order.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const cards = split(plan, seed).map((group, i) =>
          shuffled(group).slice(0, plan.groups[i]!.threshold),
        );
        const needed = shuffled(shuffled(cards).slice(0, plan.groupThreshold).flat());
        expect(combineCards(needed)).toEqual(secret);
        expect(combineCards(needed.slice(1))).toMatchObject({ fault: 'too-few' });
      }),
      { numRuns: 25 },
    );
  });

  it('says what is there and what is lacking', () => {
    const cards = [kin[1]!, friends[0]!, friends[4]!];
    expect(progressOf(cards)).toEqual({
      groupThreshold: 2,
      groups: [
        { have: 0, needed: undefined },
        { have: 1, needed: 2 },
        { have: 2, needed: 3 },
      ],
      enough: false,
    });
    expect(combineCards(cards)).toEqual({
      fault: 'too-few',
      detail: '2 of 3 groups are needed; group 2: 1 of 2 cards; group 3: 2 of 3 cards',
    });
    for (const of of [progressOf, combineCards])
      expect(of([])).toEqual({ fault: 'too-few', detail: 'no card' });
  });
});

describe('cards that do not belong together', () => {
  const [lonely] = split(family, 'another set')[0]!;

  it('the one of another set is named, even if it came first', () => {
    for (const [cards, card] of [
      [[lonely!, kin[0]!, kin[1]!], 0],
      [[kin[0]!, kin[1]!, lonely!], 2],
      [[kin[0]!, lonely!], 1],
    ] as const)
      expect(combineCards(cards)).toMatchObject({ fault: 'other-set', card });
  });

  it('whatever the sets differ in', () => {
    const differences: Partial<Card>[] = [
      { identifier: 1 },
      { extendable: false },
      { iterationExponent: 1 },
      { groupThreshold: 3 },
      { groupCount: 4 },
      { value: new Uint8Array(30) },
    ];
    for (const difference of differences)
      expect(combineCards([...own, altered(kin[0]!, () => difference)])).toMatchObject({
        fault: 'other-set',
        card: 1,
      });
  });

  it('a card twice, or another in its place', () => {
    expect(progressOf([...own, kin[0]!, ...own])).toEqual({
      fault: 'duplicate',
      card: 2,
      detail: 'the same as card 1',
    });
    expect(combineCards([kin[0]!, forged(kin[0]!)])).toEqual({
      fault: 'duplicate',
      card: 1,
      detail: 'differs from card 1',
    });
  });

  it('two thresholds of one group', () => {
    const wrong = altered(kin[1]!, () => ({ memberThreshold: 3 }));
    expect(combineCards([...own, kin[0]!, wrong])).toMatchObject({
      fault: 'member-threshold',
      card: 2,
    });
  });

  it('a forged value, needed or not, in a group and between groups', () => {
    const within = { fault: 'digest', detail: 'cards of group 2' };
    expect(combineCards([...own, kin[0]!, forged(kin[1]!)])).toEqual(within);
    expect(combineCards([...own, ...kin.slice(0, 2), forged(kin[2]!)])).toEqual(within);
    const between = { fault: 'digest', detail: 'the groups' };
    expect(combineCards([forged(own[0]!), ...kin])).toEqual(between);
    expect(combineCards([forged(own[0]!), ...kin, ...friends])).toEqual(between);
    // Where one card restores, another that says the same is no contradiction; one that does not is.
    const [alone] = split({ groupThreshold: 1, groups: [{ threshold: 1, count: 1 }] })[0]!;
    const second = altered(alone!, () => ({ memberIndex: 1 }));
    expect(combineCards([alone!, second])).toEqual(secret);
    expect(combineCards([alone!, forged(second)])).toMatchObject({ fault: 'digest' });
  });

  it('a card that cannot be read is named with its fault', () => {
    expect(progressOf([...own, `${kin[0]!} one`])).toMatchObject({ fault: 'word-count', card: 1 });
    expect(combineCards([kin[0]!.replace(/\w+$/, 'xyz')])).toEqual({
      fault: 'unknown-word',
      card: 0,
      detail: 'word 33',
    });
  });

  it('more iterations than anybody gets', () => {
    const slow = (iterationExponent: number) =>
      altered(own[0]!, () => ({ iterationExponent, groupThreshold: 1 }));
    expect(combineCards([slow(MAX_ITERATION_EXPONENT + 1)])).toMatchObject({ fault: 'iterations' });
    expect(combineCards([slow(15)])).toMatchObject({ fault: 'iterations' });
    expect(combineCards([slow(MAX_ITERATION_EXPONENT)])).toHaveLength(32);
  });

  it('a passphrase that nobody can have chosen', () => {
    for (const passphrase of [ascii('a\n'), ascii('é'), Uint8Array.of(127)]) {
      expect(combineCards(own, passphrase)).toMatchObject({ fault: 'passphrase' });
      expect(() => split({ ...family, passphrase })).toThrow(RangeError);
    }
  });
});

describe('splitting', () => {
  it('refuses what cannot be', () => {
    const one = { threshold: 1, count: 1 };
    const plans: Slip39Plan[] = [
      { groupThreshold: 1, groups: [] },
      { groupThreshold: 0, groups: [one] },
      { groupThreshold: 2, groups: [one] },
      { groupThreshold: 1.5, groups: [one, one] },
      { groupThreshold: 1, groups: Array.from({ length: 17 }, () => one) },
      { groupThreshold: 1, groups: [{ threshold: 1, count: 2 }] },
      { groupThreshold: 1, groups: [{ threshold: 3, count: 2 }] },
      { groupThreshold: 1, groups: [{ threshold: 0, count: 1 }] },
      { groupThreshold: 1, groups: [{ threshold: 2, count: 17 }] },
      { groupThreshold: 1, groups: [one], iterationExponent: -1 },
      { groupThreshold: 1, groups: [one], iterationExponent: MAX_ITERATION_EXPONENT + 1 },
    ];
    for (const plan of plans) expect(() => split(plan), JSON.stringify(plan)).toThrow(RangeError);
    for (const length of [0, 14, 17, 33, 66])
      expect(() => splitSecret(new Uint8Array(length), family, drawFrom('x'))).toThrow(RangeError);
    for (const random of [
      (length: number) => new Uint8Array(length),
      (length: number) => new Uint8Array(length - 1).fill(1),
    ])
      expect(() => splitSecret(secret, family, random)).toThrow(RangeError);
  });

  it('leaves the secret, and nothing of the randomness that hid it', () => {
    const given: Bytes[] = [];
    const draw = drawFrom('wiped');
    const cards = splitSecret(secret, { ...family, iterationExponent: 0 }, (length) => {
      const bytes = draw(length);
      given.push(bytes);
      return bytes;
    });
    expect(cards.flat()).toHaveLength(9);
    // The first two bytes are the identifier's; then a key for each threshold above one, and the free values.
    const [identifier, ...hiding] = given;
    expect(identifier).toHaveLength(2);
    expect(hiding.map(({ length }) => length)).toEqual([28, 28, 28, 32]);
    expect(hiding.every(isZero)).toBe(true);
    expect(secret).toEqual(Uint8Array.from({ length: 32 }, (_, i) => i));
  });

  it('never makes the same cards twice', () => {
    expect(split(family, 'one')[1]).not.toEqual(split(family, 'two')[1]);
  });
});

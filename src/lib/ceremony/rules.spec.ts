import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalMessage } from '../crypto/approval-key.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { toCbor, type Cbor } from '../crypto/cbor.ts';
import { fit, read } from '../crypto/schema.ts';
import { defaultLimits } from './manifest.ts';
import {
  firstRules,
  loosened,
  moving,
  rulesHash,
  rulesProblem,
  rulesReader,
  rulesStatement,
  type Rules,
} from './rules.ts';

const BTC = 100_000_000;
const DAY = 86_400;
/** The median time past that is agreed on, and the local clock; in s. */
const TIME = 1_800_000_000;
const NOW = TIME + 3600;

const first = firstRules(defaultLimits);
const script = (byte: number): Bytes => new Uint8Array(22).fill(byte);
const to = (byte: number, from = 0) => ({ script: script(byte), name: `Number ${byte}`, from });

/** The version in force; everything that can be loosened is strict in it. */
const before: Rules = {
  ...first,
  limits: [
    { kinds: ['spend', 'burn'], amount: BTC, window: null },
    { kinds: ['spend', 'burn'], amount: 5 * BTC, window: DAY },
  ],
  destinations: { kinds: ['spend'], allowed: [to(1), to(2, TIME + 5 * DAY)] },
  organisations: 2,
  separation: true,
  frozen: ['fees'],
};
const inForce = { rules: before, hash: rulesHash(before) };

/** The next version, with this changed. */
const next = (more: Partial<Rules> = {}): Rules => ({
  ...before,
  version: before.version + 1,
  previous: inForce.hash,
  ...more,
});
const problem = (more: Partial<Rules>, time = TIME, now = NOW) =>
  rulesProblem(inForce, next(more), time, now);

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));
const kinds = fc.uniqueArray(fc.constantFrom(...moving), { minLength: 1 });
const amount = fc.integer({ min: 0, max: 9 });
const window = fc.constantFrom(null, 3600, DAY, 7 * DAY);
const anyRules: fc.Arbitrary<Rules> = fc.record({
  version: fc.integer({ min: 1, max: 100_000 }),
  previous: bytes(32),
  from: fc.integer({ min: 0, max: 0xffff_ffff }),
  coolOff: fc.integer({ min: 0, max: 90 * DAY }),
  limits: fc.array(fc.record({ kinds, amount, window }), { maxLength: 4 }),
  destinations: fc.option(
    fc.record({
      kinds,
      allowed: fc.array(
        fc.record({
          script: fc.integer({ min: 0, max: 3 }).map(script),
          name: fc.constant('Harbour AG'),
          from: fc.constantFrom(0, 1, TIME),
        }),
        { maxLength: 4 },
      ),
    }),
  ),
  lifetime: fc.integer({ min: 600, max: 366 * DAY }),
  organisations: fc.integer({ min: 1, max: 16 }),
  separation: fc.boolean(),
  frozen: fc.uniqueArray(fc.constantFrom(...moving)),
  validity: fc.integer({ min: DAY / 2, max: 90 * DAY }),
});

describe('as data', () => {
  it('every version reads as it was written, and each field stands in the hash', () => {
    fc.assert(
      fc.property(anyRules, anyRules, (rules, other) => {
        expect(read(rulesReader, toCbor({ ...rules }))).toEqual({ value: rules });
        for (const field of Object.keys(rules) as (keyof Rules)[]) {
          const changed = { ...rules, [field]: other[field] };
          const same = JSON.stringify(rules[field]) === JSON.stringify(other[field]);
          expect([...rulesHash(changed)].join() === [...rulesHash(rules)].join()).toBe(same);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('what is out of bounds does not read, and the reason names the field', () => {
    const wrong: [Partial<Record<keyof Rules, unknown>>, string][] = [
      [{ version: 0 }, 'version'],
      [{ previous: new Uint8Array(31) }, 'previous'],
      [{ from: -1 }, 'from'],
      [{ coolOff: 91 * DAY }, 'coolOff'],
      [{ limits: [{ kinds: [], amount: 1, window: null }] }, 'kinds'],
      [{ limits: [{ kinds: ['test'], amount: 1, window: null }] }, 'kinds'],
      [{ limits: [{ kinds: ['spend'], amount: 1, window: 59 }] }, 'window'],
      [{ destinations: { kinds: ['spend'], allowed: [{ ...to(1), name: '' }] } }, 'name'],
      [{ lifetime: 599 }, 'lifetime'],
      [{ organisations: 0 }, 'organisations'],
      [{ organisations: 17 }, 'organisations'],
      [{ separation: 1 }, 'separation'],
      [{ frozen: ['everything'] }, 'frozen'],
      [{ validity: DAY / 2 - 1 }, 'validity'],
    ];
    for (const [more, field] of wrong)
      expect(fit(rulesReader, { ...next(), ...more } as Cbor)).toContain(field);
    const least = fit(rulesReader, { ...next(), validity: DAY / 2 });
    expect(least).toMatchObject({ value: { validity: DAY / 2 } });
  });
});

describe('the statement for the device', () => {
  const id = {
    network: 'regtest',
    rehearsal: true,
    group: new Uint8Array(32).fill(9),
    epoch: 0,
  } as const;

  it('is for one version of one group, network and epoch', () => {
    const all = [
      rulesStatement(id, before),
      rulesStatement(id, next()),
      rulesStatement(id, next({ separation: false })),
      rulesStatement({ ...id, group: new Uint8Array(32).fill(8) }, before),
      rulesStatement({ ...id, network: 'signet' }, before),
      rulesStatement({ ...id, epoch: 1 }, before),
      rulesStatement({ ...id, rehearsal: false }, before),
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const one of all) expect(approvalMessage(one)).toBeDefined();
  });
});

describe('what a version loosens', () => {
  const { limits } = before;
  const [each, day] = limits as [Rules['limits'][number], Rules['limits'][number]];
  const cases: [string, Partial<Rules>, (keyof Rules)[]][] = [
    ['nothing', {}, []],
    ['a limit is left out', { limits: [each] }, ['limits']],
    ['a limit is raised', { limits: [each, { ...day, amount: day.amount + 1 }] }, ['limits']],
    ['a kind is left out', { limits: [{ ...each, kinds: ['spend'] }, day] }, ['limits']],
    ['a window is shorter', { limits: [each, { ...day, window: DAY - 1 }] }, ['limits']],
    ['a limit on each becomes one in a window', { limits: [day, day] }, ['limits']],
    [
      'a limit is lowered, on more kinds, in a longer window',
      { limits: [each, { kinds: [...moving], amount: 1, window: 2 * DAY }] },
      [],
    ],
    ['one more limit', { limits: [...limits, { ...each, amount: 1 }] }, []],
    ['the cool-off is shorter', { coolOff: before.coolOff - 1 }, ['coolOff']],
    ['the cool-off is longer', { coolOff: before.coolOff + 1 }, []],
    ['the list is gone', { destinations: null }, ['destinations']],
    [
      'the list is for less',
      { destinations: { ...before.destinations!, kinds: ['burn'] } },
      ['destinations'],
    ],
    [
      'one more is allowed',
      { destinations: { kinds: ['spend'], allowed: [to(1), to(3)] } },
      ['destinations'],
    ],
    [
      'one is allowed earlier',
      { destinations: { kinds: ['spend'], allowed: [to(2, TIME)] } },
      ['destinations'],
    ],
    ['fewer are allowed', { destinations: { kinds: ['spend', 'fees'], allowed: [] } }, []],
    ['requests live longer', { lifetime: before.lifetime + 1 }, ['lifetime']],
    ['requests live shorter', { lifetime: before.lifetime - 1 }, []],
    ['fewer organisations', { organisations: 1 }, ['organisations']],
    ['no separation', { separation: false }, ['separation']],
    ['something is signed again', { frozen: [] }, ['frozen']],
    ['less is signed', { frozen: ['fees', 'mint'] }, []],
    ['attestations live longer', { validity: before.validity + 1 }, ['validity']],
    ['attestations live shorter', { validity: before.validity - 1 }, []],
  ];
  it.each(cases)('%s', (_, more, expected) => {
    expect(loosened(before, next(more))).toEqual(expected);
  });

  it('no version loosens itself, and none that loosens nothing permits more', () => {
    fc.assert(
      fc.property(anyRules, anyRules, kinds, amount, (a, b, [kind], paid) => {
        expect(loosened(a, a)).toEqual([]);
        if (loosened(a, b).length > 0) return;
        const allowed = (rules: Rules) =>
          !rules.frozen.includes(kind!) &&
          rules.limits.every((one) => !one.kinds.includes(kind!) || paid <= one.amount);
        if (allowed(b)) expect(allowed(a)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('an honest seat approves', () => {
  it('only what follows the version in force', () => {
    expect(problem({})).toBeUndefined();
    expect(problem({ version: 3 })).toBe('not-next');
    expect(problem({ version: 1 })).toBe('not-next');
    expect(problem({ previous: new Uint8Array(32) })).toBe('not-next');
  });

  it('only what limits burns within a window, whatever else it says', () => {
    const [each, day] = before.limits as [Rules['limits'][number], Rules['limits'][number]];
    const uncapped: Rules['limits'][] = [
      [],
      [each],
      [each, { ...day, kinds: ['spend'] }],
      [
        { ...each, amount: 0 },
        { ...day, kinds: ['mint', 'spend'] },
      ],
    ];
    for (const limits of uncapped)
      expect(problem({ limits, from: NOW + DAY })).toBe('burns-uncapped');
    expect(problem({ limits: [{ ...day, kinds: ['burn'] }], from: NOW + DAY })).toBeUndefined();
  });

  it('what tightens, at once, also without a time that is agreed on', () => {
    expect(problem({ organisations: 3, frozen: [...moving] })).toBeUndefined();
    expect(problem({ organisations: 3 }, 0)).toBeUndefined();
  });

  it('what loosens, only after the cool-off, by the later of the chain and the clock', () => {
    const loose = (from: number, time = TIME, now = NOW) =>
      problem({ separation: false, from }, time, now);
    expect(loose(0)).toBe('too-soon');
    expect(loose(NOW + DAY - 1)).toBe('too-soon');
    expect(loose(NOW + DAY)).toBeUndefined();
    // The group's time is a month old: the wait is not over before it begins.
    expect(loose(TIME + DAY, TIME, TIME + 30 * DAY)).toBe('too-soon');
    // The clock is behind.
    expect(loose(TIME + DAY, TIME, 0)).toBeUndefined();
    expect(loose(TIME + DAY - 1, TIME, 0)).toBe('too-soon');
    // Nothing is agreed on: the clock alone permits nothing.
    expect(loose(NOW + 30 * DAY, 0)).toBe('too-soon');
  });

  it('a shorter cool-off waits for the longer one', () => {
    expect(problem({ coolOff: 0, from: NOW + DAY - 1 })).toBe('too-soon');
    expect(problem({ coolOff: 0, from: NOW + DAY })).toBeUndefined();
  });

  it('new destinations that wait each for itself, in a version that holds at once', () => {
    const with_ = (...allowed: ReturnType<typeof to>[]) => ({
      destinations: { kinds: ['spend'] as Rules['frozen'], allowed },
    });
    expect(problem(with_(to(1), to(3, NOW + DAY)))).toBeUndefined();
    expect(problem(with_(to(1), to(3, NOW + DAY - 1)))).toBe('destination-too-soon');
    expect(problem(with_(to(1), to(3)))).toBe('destination-too-soon');
    expect(problem(with_(to(2, TIME)))).toBe('destination-too-soon');
    expect(problem(with_(to(1), to(3, NOW + DAY)), 0)).toBe('destination-too-soon');
    expect(problem(with_(to(1), to(2, TIME + 5 * DAY)))).toBeUndefined();
    expect(problem({ ...with_(to(1), to(3, NOW + DAY)), separation: false })).toBe('too-soon');
    expect(problem({ destinations: null })).toBe('too-soon');
    expect(problem({ destinations: null, from: NOW + DAY })).toBeUndefined();
  });

  it('a first list of destinations at once: it only tightens', () => {
    const open = { ...before, destinations: null };
    const listed = { ...next(), previous: rulesHash(open), destinations: before.destinations };
    expect(rulesProblem({ rules: open, hash: rulesHash(open) }, listed, TIME, NOW)).toBeUndefined();
  });
});

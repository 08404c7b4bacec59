import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { survivalOf, type Kept, type Remains, type Survival } from './survival.ts';

const nothing: Remains = {
  device: false,
  vendorSeed: false,
  seedRenews: false,
  workspace: false,
  kit: false,
  ageFile: false,
  agePassphrase: false,
  cards: { groups: [], groupsNeeded: 1 },
  vaultShares: { have: 0, needed: 2 },
  plate: false,
  exposed: false,
};
const left = (more: Partial<Remains>): Remains => ({ ...nothing, ...more });
const whole = left({ device: true, workspace: true });
const file = { ageFile: true, agePassphrase: true };
const cards = (have: number, needed: number) => ({
  cards: { groups: [{ have, needed }], groupsNeeded: 1 },
});
const none: Kept = { packets: false, recoveryFile: false };

/** How one operator stands, where the others of five lost nothing; three sign. */
const amongWhole = (more: Partial<Remains>) =>
  survivalOf(3, [left(more), whole, whole, whole, whole], none).operators[0]!;

describe('one operator, where the others lost nothing', () => {
  test.each<[string, Partial<Remains>, Survival['operators'][number]['steps']]>([
    ['device and workspace', { device: true, workspace: true }, []],
    [
      'a new laptop, the same device',
      { device: true, kit: true },
      ['packets', 'kit', 'equip', 'hear'],
    ],
    ['the seed and the workspace', { vendorSeed: true, workspace: true }, ['seed']],
    [
      'the escrow of a YubiHSM and the workspace',
      { vendorSeed: true, seedRenews: true, workspace: true },
      ['seed', 'equip', 'admit'],
    ],
    [
      'the seed and the kit',
      { vendorSeed: true, kit: true },
      ['seed', 'packets', 'kit', 'equip', 'hear'],
    ],
    [
      'the device is lost, the file is here',
      { workspace: true, ...file },
      ['new-device', 'age-file', 'equip', 'admit'],
    ],
    [
      'everything is lost but cards',
      cards(3, 3),
      ['new-device', 'packets', 'cards', 'equip', 'hear', 'admit'],
    ],
    [
      'the device and a file, without a kit',
      { device: true, ...file },
      ['packets', 'age-file', 'equip', 'hear'],
    ],
    [
      'Vault shares',
      { vaultShares: { have: 2, needed: 2 } },
      ['new-device', 'packets', 'vault-shares', 'equip', 'hear', 'admit'],
    ],
  ])('%s', (_, more, steps) => {
    const { state, steps: found, lacks } = amongWhole(more);
    expect(found).toEqual(steps);
    expect(state).toBe(steps.length === 0 ? 'signs' : 'restores');
    expect(lacks).toEqual([]);
  });

  test.each<[string, Partial<Remains>, unknown]>([
    ['nothing', {}, [{ lack: 'everything' }]],
    ['a device alone', { device: true }, [{ lack: 'salt' }]],
    ['a workspace alone', { workspace: true }, [{ lack: 'device' }]],
    ['a kit alone', { kit: true }, [{ lack: 'device' }]],
    ['a file without its passphrase', { ageFile: true }, [{ lack: 'passphrase' }]],
    ['a card too few', cards(2, 3), [{ lack: 'cards', more: 1 }]],
    [
      'a share too few',
      { vaultShares: { have: 1, needed: 3 } },
      [{ lack: 'vault-shares', more: 2 }],
    ],
  ])('gone: %s', (_, more, lacks) => {
    expect(amongWhole(more)).toMatchObject({ state: 'gone', exit: undefined, steps: [], lacks });
  });

  test('a plate leaves through the reader and does not speak', () => {
    expect(amongWhole({ plate: true })).toMatchObject({ state: 'shares-only', exit: 'plate' });
  });

  test('cards in groups: as many groups as it takes, and the fewest that are missing are told', () => {
    const groups = [
      { have: 2, needed: 2 },
      { have: 1, needed: 3 },
      { have: 0, needed: 1 },
    ];
    expect(amongWhole({ cards: { groups, groupsNeeded: 1 } }).state).toBe('restores');
    expect(amongWhole({ cards: { groups, groupsNeeded: 2 } }).lacks).toEqual([
      { lack: 'cards', more: 1 },
    ]);
  });
});

describe('the group', () => {
  test('all is well, and nothing is to be done', () => {
    expect(survivalOf(2, [whole, whole, whole], none)).toMatchObject({
      verdict: 'sign',
      spare: 1,
      sweep: undefined,
      next: 'nothing',
    });
  });

  test('t sign; who can come back does so first, who cannot is replaced', () => {
    const back = left({ device: true, kit: true });
    expect(survivalOf(2, [whole, whole, back], none)).toMatchObject({
      verdict: 'sign',
      first: [2],
      next: 'restore',
    });
    expect(survivalOf(2, [whole, whole, whole, nothing], none)).toMatchObject({
      verdict: 'sign',
      spare: 1,
      next: 'renew',
    });
  });

  test('devices that approve with other keys are approved by nobody where all are new', () => {
    const escrow = left({ vendorSeed: true, seedRenews: true, workspace: true });
    const { verdict, operators } = survivalOf(3, [escrow, escrow, escrow, nothing, nothing], none);
    expect(verdict).toBe('exit');
    expect(operators[0]).toMatchObject({
      state: 'shares-only',
      exit: 'app',
      lacks: [{ lack: 'approvals', more: 3 }],
    });
  });

  test('nobody to spare: the bitcoin moves', () => {
    expect(survivalOf(2, [whole, whole, nothing], none)).toMatchObject({
      verdict: 'sign',
      spare: 0,
      sweep: 'no-spare',
      next: 'sweep',
    });
  });

  test('secrets of t that others may know: the bitcoin moves, however many sign', () => {
    const known = { ...whole, exposed: true };
    expect(survivalOf(2, [known, whole, known], none)).toMatchObject({
      verdict: 'sign',
      exposed: [0, 2],
      sweep: 'exposed',
      next: 'sweep',
    });
    expect(survivalOf(2, [known, whole, whole], none).sweep).toBeUndefined();
  });

  test('whoever is quickest restores first', () => {
    const slow = left(cards(2, 2));
    const quick = left({ workspace: true, vendorSeed: true });
    const some = [whole, slow, quick, whole, whole];
    const { verdict, first, next } = survivalOf(4, some, none);
    expect({ verdict, first, next }).toEqual({ verdict: 'restore', first: [2], next: 'restore' });
  });

  test('too few are left to approve new devices: the bitcoin leaves through the reader', () => {
    const lost = left({ workspace: true, ...file });
    const { verdict, operators, next, spare } = survivalOf(2, [whole, lost, lost], none);
    expect({ verdict, next, spare }).toEqual({ verdict: 'exit', next: 'reader', spare: 1 });
    expect(operators.map(({ state }) => state)).toEqual(['signs', 'shares-only', 'shares-only']);
    expect(operators.map(({ exit }) => exit)).toEqual(['app', 'age-file', 'age-file']);
    expect(operators[1]!.lacks).toEqual([{ lack: 'approvals', more: 1 }]);
    // With one more device as it was, both come back.
    expect(survivalOf(2, [whole, lost, lost, whole], none).verdict).toBe('sign');
    expect(survivalOf(3, [whole, lost, lost, whole], none).verdict).toBe('restore');
  });

  test('too few workspaces are left to be heard: nobody who lost theirs speaks again', () => {
    const same = left({ device: true, kit: true });
    const { verdict, operators } = survivalOf(2, [whole, same, same], none);
    expect(verdict).toBe('exit');
    expect(operators[1]!.lacks).toEqual([{ lack: 'voices', more: 1 }]);
    expect(operators[1]!.exit).toBe('app');
  });

  test('files alone restore nobody to speak, and leave', () => {
    const { verdict, operators } = survivalOf(2, [left(file), left(file), nothing], none);
    expect(verdict).toBe('exit');
    expect(operators[0]!.lacks).toEqual([{ lack: 'packets' }]);
  });

  test('plates without anything that says which key: lost, until a recovery file is found', () => {
    const plates = [left({ plate: true }), left({ plate: true }), nothing];
    expect(survivalOf(2, plates, none)).toMatchObject({ verdict: 'lost', next: 'search' });
    expect(survivalOf(2, plates, none).operators[0]!.lacks).toEqual([{ lack: 'recovery-data' }]);
    expect(survivalOf(2, plates, { ...none, recoveryFile: true }).verdict).toBe('exit');
  });

  test('below t it is said how many are missing', () => {
    expect(survivalOf(3, [whole, nothing, nothing, nothing], none)).toMatchObject({
      verdict: 'lost',
      spare: -2,
    });
  });
});

describe('whatever is left', () => {
  const heap = fc.record({ have: fc.nat(3), needed: fc.integer({ min: 1, max: 3 }) });
  const remains: fc.Arbitrary<Remains> = fc.record({
    device: fc.boolean(),
    vendorSeed: fc.boolean(),
    seedRenews: fc.boolean(),
    workspace: fc.boolean(),
    kit: fc.boolean(),
    ageFile: fc.boolean(),
    agePassphrase: fc.boolean(),
    cards: fc.record({
      groups: fc.array(heap, { maxLength: 3 }),
      groupsNeeded: fc.integer({ min: 1, max: 2 }),
    }),
    vaultShares: heap,
    plate: fc.boolean(),
    exposed: fc.boolean(),
  });
  const kept = fc.record({ packets: fc.boolean(), recoveryFile: fc.boolean() });
  const group = fc
    .array(remains, { minLength: 2, maxLength: 6 })
    .chain((all) => fc.tuple(fc.constant(all), fc.integer({ min: 2, max: all.length }), kept));

  const states = ['gone', 'shares-only', 'restores', 'signs'];
  const verdicts = ['lost', 'exit', 'restore', 'sign'];

  test('more that is left is never worse', () => {
    const ticks = ['device', 'vendorSeed', 'workspace', 'kit', 'agePassphrase', 'plate'] as const;
    fc.assert(
      fc.property(group, fc.nat(), fc.constantFrom(...ticks), ([all, t, have], at, tick) => {
        const more = all.map((one, i) => (i === at % all.length ? { ...one, [tick]: true } : one));
        const before = survivalOf(t, all, have);
        const after = survivalOf(t, more, have);
        expect(verdicts.indexOf(after.verdict)).toBeGreaterThanOrEqual(
          verdicts.indexOf(before.verdict),
        );
        for (const [i, { state, exit }] of before.operators.entries()) {
          expect(states.indexOf(after.operators[i]!.state)).toBeGreaterThanOrEqual(
            states.indexOf(state),
          );
          if (exit) expect(after.operators[i]!.exit).toBeDefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what is said of the group follows from what is said of the operators', () => {
    fc.assert(
      fc.property(group, ([all, t, have]) => {
        const { operators, verdict, first, spare, next } = survivalOf(t, all, have);
        const count = (...of: string[]) =>
          operators.filter(({ state }) => of.includes(state)).length;
        const leave = operators.filter(({ exit }) => exit).length;
        expect(verdict === 'sign').toBe(count('signs') >= t);
        expect(verdict === 'lost').toBe(count('signs', 'restores') < t && leave < t);
        expect(verdict === 'lost').toBe(spare < 0);
        expect(verdict === 'lost').toBe(next === 'search');
        expect(verdict === 'exit').toBe(next === 'reader');
        if (verdict === 'restore') expect(first.length).toBe(t - count('signs'));
        for (const one of operators) {
          expect(one.steps.length > 0).toBe(one.state === 'restores');
          if (one.state === 'gone') expect(one.lacks.length).toBeGreaterThan(0);
          if (one.state === 'shares-only') expect(one.exit).toBeDefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { Tier } from '../../ceremony/pieces.ts';
import type { PieceView } from '../../worker/pieces.ts';
import type { OthersPiece } from '../../worker/places.ts';
import { heldOf, remainsOf, verifiedOf } from './held.ts';

let made = 0;

const piece = (
  tier: Tier,
  status: PieceView['status'],
  more: Partial<PieceView> = {},
): PieceView => ({
  id: (made += 1).toString(16).padStart(16, '0'),
  tier,
  status,
  verified: undefined,
  due: undefined,
  hash: undefined,
  history: [],
  place: { name: '', place: 'bank', holder: 'Notary', seal: '' },
  share: undefined,
  ...more,
});

const card = (status: PieceView['status'], member: number, set = 'aa', threshold = 2) =>
  piece('slip39', status, {
    share: { set, group: 0, groups: 1, groupThreshold: 1, member, members: 3, threshold },
  });

const known = (...pieces: PieceView[]) => ({
  own: 0,
  names: ['Asha', 'Ben'],
  kinds: ['ledger', 'yubihsm'] as const,
  pieces,
  told: [undefined, { at: 1, tiers: [{ tier: 'kit' as const, pieces: 2, good: 1, verified: 1 }] }],
  restored: false,
});

const note = (kind: OthersPiece['kind'], needed = 1): OthersPiece => ({
  operator: 1,
  kind,
  place: 'home',
  holder: '',
  needed,
});

describe('what is held', () => {
  test.each([
    ['ok', 'relied'],
    ['due', 'relied'],
    ['overdue', 'relied'],
    ['recorded', 'doubtful'],
    ['lost', 'away'],
    ['exposed', 'away'],
  ] as const)('a piece that is %s counts as %s', (status, state) => {
    expect(heldOf(known(piece('kit', status)), [])).toMatchObject([
      { operator: 0, kind: 'kit', place: 'bank', holder: 'Notary', needed: 1, state },
    ]);
  });

  test.each(['planned', 'destroyed'] as const)('a piece that is %s is nowhere', (status) => {
    expect(heldOf(known(piece('kit', status)), [])).toEqual([]);
  });

  test('cards tell set and threshold; notes count as they were noted', () => {
    const [own, noted] = heldOf(known(card('ok', 0, 'aa', 3)), [note('slip39', 2)]);
    expect(own).toMatchObject({ needed: 3, set: { id: 'aa', group: 0, groupsNeeded: 1 } });
    expect(noted).toMatchObject({ operator: 1, needed: 2, place: 'home', state: 'relied' });
  });

  test('verified is who has, or told of, a good piece', () => {
    expect(verifiedOf(known(piece('kit', 'recorded')))).toEqual([false, true]);
    expect(verifiedOf({ ...known(piece('kit', 'ok')), told: [] })).toEqual([true, false]);
  });
});

describe('what is left before anything is said to be gone', () => {
  test('device and workspace of all, what was verified, and what was noted', () => {
    const pieces = [piece('kit', 'ok'), piece('age-file', 'recorded'), piece('plate', 'lost')];
    const [own, other] = remainsOf(known(...pieces), [note('age-file')]);
    const all = { device: true, workspace: true };
    expect(own).toMatchObject({ ...all, kit: true, ageFile: false, plate: false });
    expect(other).toMatchObject({ ...all, kit: false, ageFile: true, agePassphrase: true });
    expect([own, other].map((one) => one!.seedRenews)).toEqual([false, true]);
  });

  test('the custody plate is where all plates are: of which key one is was not noted', () => {
    const plates = (...of: PieceView['status'][]) =>
      remainsOf(known(...of.map((status) => piece('plate', status))), [])[0]!.plate;
    expect(plates('ok', 'ok')).toBe(true);
    expect(plates('ok', 'lost')).toBe(false);
    expect(plates('ok', 'recorded')).toBe(false);
    expect(plates()).toBe(false);
  });

  test('of two sets of cards, the one that lacks the least', () => {
    const old = [card('lost', 0, 'aa'), card('ok', 1, 'aa'), card('lost', 2, 'aa')];
    const renewed = [card('ok', 0, 'bb'), card('ok', 1, 'bb'), card('recorded', 2, 'bb')];
    const [own] = remainsOf(known(...old, ...renewed), []);
    expect(own!.cards).toEqual({ groups: [{ have: 2, needed: 2 }], groupsNeeded: 1 });
  });

  test('a device that is gone is not ticked; what is known to others is', () => {
    const gone = { ...known(piece('plate', 'exposed')), restored: true };
    expect(remainsOf(gone, [])[0]).toMatchObject({ device: false, exposed: true });
    // One card of two, and a file without its passphrase, give nobody the share.
    const some = known(card('exposed', 0), card('ok', 1), piece('age-file', 'exposed'));
    expect(remainsOf(some, [])[0]).toMatchObject({ exposed: false });
    expect(remainsOf(known(card('exposed', 0), card('lost', 1)), [])[0]).toMatchObject({
      exposed: true,
    });
  });
});

import { describe, expect, test } from 'vitest';
import { DUE_BEFORE, type PieceStatus, type Tier } from '../../ceremony/pieces.ts';
import type { BackupsView, NewDeviceView } from '../../worker/backups-view.ts';
import type { PieceView } from '../../worker/pieces.ts';
import type { ShareOf } from '../../worker/places.ts';
import { isSpare, nextStep, toAdmit, waysOf } from './ways.ts';

const DUE = Date.UTC(2028, 0, 1);

let made = 0;
const piece = (tier: Tier, status: PieceStatus = 'ok', share?: ShareOf): PieceView => ({
  id: String(made++).padStart(16, '0'),
  tier,
  status,
  verified: undefined,
  due: ['ok', 'due', 'overdue'].includes(status) ? DUE : undefined,
  hash: undefined,
  history: [],
  place: undefined,
  share,
});

const share = (member: number, more: Partial<ShareOf> = {}): ShareOf => ({
  set: 'aaaaaaaaaaaaaaaa',
  group: 0,
  groups: 1,
  groupThreshold: 1,
  member,
  members: 3,
  threshold: 2,
  ...more,
});
const card = (member: number, status: PieceStatus = 'ok', more: Partial<ShareOf> = {}) =>
  piece('slip39', status, share(member, more));

const view = (pieces: PieceView[], more: Partial<BackupsView> = {}): BackupsView => ({
  now: 0,
  own: 0,
  names: ['Asha', 'Ben', 'Chen'],
  kinds: [],
  t: 2,
  pieces,
  told: [],
  others: [],
  liveness: undefined,
  newDevices: [],
  derived: true,
  restored: false,
  issued: { unsaved: 0, leftOut: 0 },
  catchUp: undefined,
  ...more,
});

describe('what restores', () => {
  test('a file that was verified does; recorded, lost and exposed ones do not', () => {
    for (const status of ['ok', 'due', 'overdue'] as const)
      expect(waysOf([piece('age-file', status)])).toEqual(['age-file']);
    for (const status of ['planned', 'recorded', 'lost', 'exposed', 'destroyed'] as const)
      expect(waysOf([piece('age-file', status)])).toEqual([]);
  });

  test('a device does with a kit only; plates never bring the host secret back', () => {
    expect(waysOf([piece('device')])).toEqual([]);
    expect(waysOf([piece('kit')])).toEqual([]);
    expect(waysOf([piece('device'), piece('kit')])).toEqual(['device']);
    expect(waysOf([piece('device'), piece('kit', 'recorded')])).toEqual([]);
    expect(waysOf([piece('plate'), piece('plate')])).toEqual([]);
  });

  test('cards do at the threshold of one set', () => {
    expect(waysOf([card(0), card(1)])).toEqual(['slip39']);
    expect(waysOf([card(0), card(1, 'recorded'), card(2, 'lost')])).toEqual([]);
    expect(waysOf([card(0), card(0)])).toEqual([]);
    expect(waysOf([card(0), card(1, 'ok', { set: 'bbbbbbbbbbbbbbbb' })])).toEqual([]);
    expect(waysOf([piece('vault-share', 'ok', share(0)), card(1)])).toEqual([]);
  });

  test('groups of cards do at the threshold of groups', () => {
    const of = { groups: 3, groupThreshold: 2 };
    const alone = card(0, 'ok', { ...of, group: 1, members: 1, threshold: 1 });
    const family = [card(0, 'ok', of), card(2, 'ok', of)];
    expect(waysOf([alone, family[0]!])).toEqual([]);
    expect(waysOf(family)).toEqual([]);
    expect(waysOf([alone, ...family])).toEqual(['slip39']);
  });
});

test('a piece may be destroyed only where what is left restores the secret', () => {
  const file = piece('age-file');
  expect(isSpare(file, [file])).toBe(false);
  expect(isSpare(file, [file, piece('age-file', 'recorded')])).toBe(false);
  expect(isSpare(file, [file, piece('age-file')])).toBe(true);
  const cards = [card(0), card(1), card(2)];
  expect(isSpare(cards[0]!, cards)).toBe(true);
  expect(isSpare(cards[0]!, cards.slice(0, 2))).toBe(false);
  expect(isSpare(piece('plate'), [piece('plate'), piece('plate')])).toBe(false);
});

describe('the next step', () => {
  const device = (operator: number, admittedBy: number[], admitted = false) =>
    ({ operator, admittedBy, admitted }) as unknown as NewDeviceView;
  const step = (...args: Parameters<typeof view>) => nextStep(view(...args)).step;

  test('without anything that restores, a piece is made; what was made is verified first', () => {
    expect(step([])).toBe('make');
    expect(step([piece('age-file', 'exposed'), piece('device', 'planned')])).toBe('make');
    const recorded = piece('kit', 'recorded');
    expect(nextStep(view([piece('age-file'), recorded]))).toEqual({
      step: 'verify',
      piece: recorded,
    });
  });

  test('what is due is verified again, the first due first; then the rest', () => {
    const file = piece('age-file', 'due');
    const kit = { ...piece('kit', 'overdue'), due: DUE - 1 };
    expect(nextStep(view([file, kit]))).toEqual({ step: 'again', piece: kit });
    const seed = piece('device', 'planned');
    expect(nextStep(view([piece('age-file'), seed]))).toEqual({ step: 'verify', piece: seed });
  });

  test('nothing is to be done before the first piece is due', () => {
    const kit = { ...piece('kit'), due: DUE - 5 };
    expect(nextStep(view([piece('age-file'), kit]))).toEqual({
      step: 'done',
      until: DUE - 5 - DUE_BEFORE,
    });
  });

  test('a restored secret and others’ devices come first, another’s question after the pieces', () => {
    expect(step([], { restored: true })).toBe('restore');
    const waits = view([], { newDevices: [device(0, []), device(1, [0]), device(2, [1])] });
    expect(toAdmit(waits).map(({ operator }) => operator)).toEqual([2]);
    expect(nextStep(waits).step).toBe('admit');
    expect(toAdmit(view([], { newDevices: [device(2, [1], true)] }))).toEqual([]);
    const asked = { at: 0, by: 1, challenge: new Uint8Array(32) };
    const stand = { shares: undefined, backup: undefined, asked, problems: [] };
    expect(step([piece('age-file')], { liveness: [stand] })).toBe('answer');
    expect(step([piece('age-file', 'due')], { liveness: [stand] })).toBe('again');
  });
});

import { expect, test } from 'vitest';
import { ALIVE_FOR, BACKUP_ALIVE_FOR } from '../../ceremony/liveness.ts';
import type { BackupsView } from '../../worker/backups-view.ts';
import type { PieceView } from '../../worker/pieces.ts';
import { dueDates } from './due-dates.ts';

const NOON = Date.UTC(2027, 5, 1, 12);
const DAY = 86_400_000;
const group = { group: 'ab'.repeat(32), epoch: 2, name: 'Harbour' };
const place = { name: 'blue', place: 'Bank of Uri', holder: 'Aunt May', seal: '7' };

const piece = (id: string, more: Partial<PieceView>): PieceView => ({
  id,
  tier: 'slip39',
  status: 'ok',
  verified: undefined,
  due: NOON,
  hash: undefined,
  history: [],
  place,
  share: undefined,
  ...more,
});

const view = (pieces: PieceView[], liveness?: BackupsView['liveness']): BackupsView => ({
  now: NOON - 100 * DAY,
  own: 1,
  names: ['Asha', 'Ben'],
  kinds: [],
  t: 2,
  pieces,
  told: [],
  others: [],
  liveness,
  newDevices: [],
  derived: true,
  restored: false,
  issued: { unsaved: 0, leftOut: 0 },
  catchUp: undefined,
});

test('pieces of a tier that fall due on one day are one appointment, a week ahead; no place is told', () => {
  const dates = dueDates(
    view([
      piece('a1', {}),
      piece('a2', {}),
      piece('a3', { due: NOON + 3 * DAY }),
      piece('a4', { tier: 'kit' }),
      piece('a5', { status: 'lost' }),
      piece('a6', { status: 'recorded', due: undefined }),
    ]),
    group,
  );
  expect(dates.map(({ uid, title, start }) => [uid, title, start])).toEqual([
    ['a1@conclave', 'Verify 2 cards: Harbour', NOON],
    ['a3@conclave', 'Verify a backup: Card (SLIP-39): Harbour', NOON + 3 * DAY],
    ['a4@conclave', 'Verify a backup: Recovery kit: Harbour', NOON],
  ]);
  expect(new Set(dates.map(({ remind }) => remind))).toEqual(new Set(['P7D']));
  expect(JSON.stringify(dates)).not.toMatch(/blue|Uri|May/);
});

test('the own proofs fall due, not those of others; what is overdue stands at today', () => {
  const stand = (at: number) => ({
    shares: { at, by: 'proof' as const },
    backup: { at, tier: 'kit' as const },
    asked: undefined,
    problems: [],
  });
  const old = NOON - 300 * DAY;
  const { now } = view([]);
  const of = (at: number) =>
    dueDates(view([], [stand(NOON), stand(at)]), group).map(({ uid, start }) => [uid, start]);
  const [shares, backup] = [`${group.group}-2-shares`, `${group.group}-2-backup`].map(
    (uid) => `${uid}@conclave`,
  );
  expect(of(now)).toEqual([
    [shares, now + ALIVE_FOR],
    [backup, now + BACKUP_ALIVE_FOR],
  ]);
  expect(of(old)).toEqual([
    [shares, now],
    [backup, now],
  ]);
});

import { expect, it } from 'vitest';
import { verifyRecord } from '../../src/lib/ceremony/record.ts';
import { compareRecords } from '../../src/lib/ceremony/record-compare.ts';
import { ageBackup, caughtUp, equipped, fromAge, recovered } from '../support/restored.ts';
import { carry, groups, type Player } from '../support/seats.ts';
import { did, everybodyHears, withKey } from '../support/signing-seats.ts';

/* Records of an operator whose log began anew with a backup, beside others and the one that was lost. */

const players = await withKey(3, 2, 'restored record');
const [asha, ben, chen] = players as [Player, Player, Player];
const file = await ageBackup(ben);
await everybodyHears(players);
const back = await recovered(ben, asha, fromAge(file));
const record = ({ seat }: Player) => seat.log.record();
const compare = (a: Uint8Array, b: Uint8Array) => compareRecords(groups, groups, a, b);

const silent = record(back);
await equipped(back);
await caughtUp(back, [asha, chen]);
await did(back.seat.receipt());
await carry(back, asha, true);
const restored = {
  finding: 'restored',
  who: 'Ben',
  at: back.seat.state.noted('restored')[0]!.event.at,
};

it('agree with another operator’s, and tell of the restoration', () => {
  for (const [a, b] of [
    [record(asha), record(back)],
    [record(back), record(asha)],
    [record(asha), silent],
  ] as const) {
    const { verdict, findings } = compare(a, b);
    expect(findings).toEqual([restored]);
    expect(verdict).toBe('agree');
  }
});

it('agree with the record that was lost', () => {
  expect(compare(record(ben), record(back))).toMatchObject({
    verdict: 'agree',
    findings: [restored],
  });
  expect(compare(silent, record(ben))).toMatchObject({ verdict: 'agree', findings: [restored] });
});

it('say when they were restored, and no other does', () => {
  const at = (one: Player) => verifyRecord(groups, groups, record(one)).content!.restored;
  expect(at(back)).toEqual([restored.at]);
  expect(at(ben)).toEqual([]);
});

it('prove two logs all the same, where the lost one went on', async () => {
  await did(ben.seat.receipt());
  const { number, log } = ben.seat.state.packetsFrom(ben.seat.state.me).at(-1)!;
  await carry(ben, chen, true);
  const { verdict, findings } = compare(record(back), record(chen));
  expect(verdict).toBe('differ');
  const { length } = back.seat.state.entries;
  expect(findings).toEqual([
    { finding: 'two-packets', who: 'Ben', number },
    restored,
    { finding: 'cut-tail', who: 'Ben', length, seen: log.length, number },
  ]);
  const own = compare(record(back), record(ben));
  expect(own.verdict).toBe('differ');
  expect(own.findings).toContainEqual({ finding: 'fork', who: 'Ben', entry: 0 });
});

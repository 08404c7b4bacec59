import { expect, it } from 'vitest';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import { clockBehind, stillToHear } from '../../src/lib/ceremony/script.ts';
import { ageBackup, caughtUp, fromAge, recovered } from '../support/restored.ts';
import { clock, reimport, reload, type Player } from '../support/seats.ts';
import { bring, five, twinOf } from '../support/signing-cheats.ts';
import { did, everybodyHears, withKey } from '../support/signing-seats.ts';

/*
 * A vault is restored by a clock that is behind, and whoever carries brings what was said before the
 * loss: nothing of that may count as said since.
 */

const HOUR = 3_600_000;
const notNow = { fault: 'not-now' };
const saidBy = ({ seat }: Player): readonly Packet[] => seat.state.packetsFrom(seat.state.me);

/** Everybody says something; all that they said so far. */
async function told(players: readonly Player[]): Promise<Packet[]> {
  for (const { seat } of players) await did(seat.receipt());
  return players.flatMap(saidBy);
}

/** Says nothing, and knows why. */
async function silent({ seat }: Player, more: number, behind: boolean): Promise<void> {
  expect(stillToHear(seat.state)).toBe(more);
  expect(clockBehind(seat.state)).toBe(behind);
  expect(await seat.receipt()).toEqual(notNow);
}

/** A clock that goes from a wrong time until it is set. */
function wrongClock(at: number) {
  let here: number | undefined = at;
  const now = () => (here === undefined ? (clock.now += 1000) : (here += 1000));
  const set = () => (here = undefined);
  return { now, set };
}

it('an import by a clock from before the group: silent at once, until the clock is set and others said more', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock import');
  const old = await twinOf(ben);
  const others = [asha, chen, dora, emre];
  clock.now += HOUR;
  const before = await told(others);
  const { set, now } = wrongClock(1_577_836_800_000); // 2020
  await reimport(old, { now });
  await silent(old, 3, true);
  await bring(old, ...before);
  await silent(old, 3, true);

  clock.now += HOUR;
  set();
  // Known already, and yet a word about the clock: from now on what is said counts.
  await bring(old, ...before);
  await silent(old, 3, false);
  for (const [i, { seat }] of others.slice(0, 3).entries()) {
    await did(seat.receipt());
    await silent(old, 3 - i, false);
    await bring(old, saidBy(others[i]!).at(-1)!);
  }
  expect(stillToHear(old.seat.state)).toBe(0);
  await did(old.seat.receipt());
});

it('an import by a clock that is behind, though after the group began', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock import 2');
  const old = await twinOf(ben);
  const others = [asha, chen, dora, emre];
  const { set, now } = wrongClock(clock.now + 60_000);
  clock.now += HOUR;
  const early = await told(others);
  clock.now += HOUR;
  const late = await told(others);
  clock.now += 24 * HOUR;
  await reimport(old, { now });
  await silent(old, 3, false);
  await bring(old, ...early);
  await silent(old, 3, true);
  await reload(old, { now });
  await silent(old, 3, true);

  // What was kept back until the clock was right does not count either.
  set();
  await bring(old, ...late);
  await silent(old, 3, false);
  await bring(old, ...(await told([asha, chen, dora])));
  expect(stillToHear(old.seat.state)).toBe(0);
});

it('a recovery from bundles that are older than the clock, which is behind', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock recovery');
  const file = await ageBackup(ben);
  await everybodyHears([asha, ben, chen, dora, emre]);
  const bundles = emre.seat.log.everything();
  const { now } = wrongClock(clock.now + HOUR / 3);
  clock.now += 24 * HOUR;
  const before = await told([asha, chen, dora, emre]);
  clock.now += 24 * HOUR;
  const back = await recovered(ben, emre, fromAge(file), { bundles, extra: { now } });
  await silent(back, 3, false);
  await bring(back, ...before);
  await silent(back, 3, true);
});

it('where fewer than t suffice to let it speak, so many show that the clock is behind', async () => {
  const players = (await withKey(4, 3, 'clock of three')) as [Player, Player, Player, Player];
  await everybodyHears(players);
  const [asha, ben, chen, dora] = players;
  const old = await twinOf(ben);
  const { now } = wrongClock(clock.now);
  clock.now += HOUR;
  const before = await told([asha, chen]);
  clock.now += HOUR;
  await reimport(old, { now });
  await bring(old, ...before);
  await silent(old, 2, true);
  // Once it caught up and spoke, a clock that goes wrong later takes nothing back.
  const right = await twinOf(ben);
  await reimport(right);
  await bring(right, ...(await told([chen, dora])));
  await did(right.seat.receipt());
  await reload(right, { now });
  clock.now += HOUR;
  await bring(right, ...(await told([asha, chen, dora])));
  expect(stillToHear(right.seat.state)).toBe(0);
});

it('one whose clock is ahead does not count, and silences nobody', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock ahead');
  const store = await twinOf(chen);
  const ahead = { now: () => clock.now + HOUR };
  await reload(store, ahead);
  await reimport(ben);
  await bring(ben, ...(await told([asha, store, dora])));
  await silent(ben, 1, false);
  await bring(ben, ...(await told([emre])));
  expect(stillToHear(ben.seat.state)).toBe(0);
});

it('what t operators said before an import is no later than it', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock before');
  const old = await twinOf(ben);
  clock.now += HOUR;
  const early = await told([emre]);
  clock.now += 800_000;
  await bring(old, ...(await told([asha, chen, dora])));
  // Five minutes behind that: no clock is evidently wrong, and what Emre said is not long before it.
  await reimport(old, { now: wrongClock(clock.now - 300_000).now });
  await bring(old, ...early);
  await silent(old, 3, false);
  clock.now += 300_000;
  await bring(old, ...(await told([emre])));
  await silent(old, 2, false);
});

it('enough that counts by the clock here, and as many later packets that show it to be behind: silent', async () => {
  const [asha, ben, chen, dora] = await five('clock shown');
  const old = await twinOf(ben);
  await reimport(old, { now: wrongClock(clock.now).now });
  const early = await told([asha, chen, dora]);
  clock.now += 24 * HOUR;
  const late = await told([asha, chen, dora]);
  await bring(old, ...early);
  expect(stillToHear(old.seat.state)).toBe(0);
  await bring(old, ...late);
  await silent(old, 1, true);
});

/** Says one thing by a clock that is so far from the right one, and then another by the right one. */
async function strayed(player: Player, by: number): Promise<Packet[]> {
  await reload(player, { now: () => clock.now + by });
  await did(player.seat.receipt());
  await reload(player);
  await did(player.seat.receipt());
  return saidBy(player).slice(-2);
}

it.each([
  { n: 2, t: 2, ahead: 1 },
  { n: 3, t: 2, ahead: 2 },
])('$ahead of $n had a clock that was a year ahead once: all the same', async ({ n, t, ahead }) => {
  const all = await withKey(n, t, `clock once ahead ${n}`);
  const ben = all.at(-1)!;
  const others = all.slice(0, -1);
  for (const player of all.slice(0, ahead)) await strayed(player, 365 * 24 * HOUR);
  await everybodyHears(all);
  const file = await ageBackup(ben);
  const back = await recovered(ben, others[0]!, fromAge(file));
  await reimport(ben);
  for (const player of [ben, back]) {
    await silent(player, n - t + 1, false);
    await caughtUp(player, others);
    expect(stillToHear(player.seat.state)).toBe(0);
  }
});

it('who shows the clock to be behind and takes it back is as one who said nothing', async () => {
  const players = (await withKey(4, 3, 'clock taken back')) as [Player, Player, Player, Player];
  await everybodyHears(players);
  const [asha, ben, chen, dora] = players;
  const old = await twinOf(ben);
  await reimport(old, { now: wrongClock(clock.now).now });
  const early = await told([asha, chen, dora]);
  clock.now += 24 * HOUR;
  const late = await told([asha]);
  await bring(old, ...early, ...late);
  expect(stillToHear(old.seat.state)).toBe(0);
  await did(chen.seat.receipt());
  const shown = saidBy(chen).at(-1)!;
  await bring(old, shown);
  await silent(old, 1, true);
  await bring(old, (await strayed(chen, -24 * HOUR))[0]!);
  expect(stillToHear(old.seat.state)).toBe(0);
  // What came before it, once more, changes nothing; the honest ones who show it need nobody else.
  await bring(old, shown, ...late, ...early);
  expect(stillToHear(old.seat.state)).toBe(0);
  await bring(old, ...(await told([dora])));
  await silent(old, 1, true);
});

it('what t operators said before an import stands, though another one takes back how late it was', async () => {
  const [asha, ben, chen, dora, emre] = await five('clock back before');
  clock.now += HOUR;
  const early = await told([emre]);
  clock.now += 800_000;
  await bring(ben, ...(await told([asha, chen, dora])));
  await bring(ben, (await strayed(chen, -24 * HOUR))[0]!);
  await did(ben.seat.receipt());
  await reimport(ben, { now: wrongClock(clock.now - 300_000).now });
  await bring(ben, ...early);
  await silent(ben, 3, false);
});

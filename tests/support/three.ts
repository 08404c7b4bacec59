import { expect } from 'vitest';
import { move } from '../../src/lib/worker/autopilot.ts';
import { carry, enrolled, finish, type Player } from './seats.ts';

/* Three operators of whom two suffice, and what tests ask of them. */

export const GROUP = '09'.repeat(32);
export const zeros = new Uint8Array(32);
export const notNow = { fault: 'not-now' };

export type Three = [Player, Player, Player];

/** Three operators who hold the manifest; nobody sealed it. */
export async function proposed(seed: string): Promise<Three> {
  const players = (await enrolled(3, 2, seed)) as Three;
  const [asha, ...others] = players;
  for (const other of others) await carry(other, asha);
  await asha.seat.propose(players.map(({ seat }) => seat.state.me));
  for (const other of others) await carry(asha, other);
  return players;
}

export async function complete(seed: string): Promise<Three> {
  const players = (await enrolled(3, 2, seed)) as Three;
  await finish(players);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
  return players;
}

/** Moves until the next act is this one. */
export async function until(player: Player, act: string): Promise<void> {
  for (let i = 0; i < 20 && player.seat.next().act !== act; i++) await move(player);
  expect(player.seat.next().act).toBe(act);
}

export const faultsOf = ({ seat }: Player) => [...seat.progress().faults, ...seat.log.proven];
export const last = ({ seat }: Player) => seat.state.packetsFrom(seat.state.me).at(-1)!;

import { expect, test } from 'vitest';
import { enrolled, round } from '../support/seats.ts';

test('five operators make both keys, and every one of them signed a test', async () => {
  const players = await enrolled(5, 3);
  const log: string[][] = [];
  for (let i = 0; i < 8 && !players.every(({ seat }) => seat.next().act === 'done'); i++)
    log.push(await round(players));
  console.log(log.map((l) => l.join(', ')).join('\n'), players.map((p) => p.seat.next().act), players[0]!.seat.progress().faults, players.map(p=>p.device.prompts));
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});
test('debug', async () => {
  const players = await enrolled(5, 3);
  for (let i = 0; i < 5; i++) await round(players);
  for (const { seat } of players) console.log(JSON.stringify(seat.next()), seat.state.noted('refused').map(e=>e.event.because), seat.state.firstOfAll('round2').map(x=>!!x), seat.log.outgoing().packets);
});

import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { testMessage } from '../../src/lib/ceremony/messages.ts';
import { script } from '../../src/lib/ceremony/script.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { carry, enrolled, finish, round, type Player } from '../support/seats.ts';

/** What each operator but the collector carries, in or out, until the key is complete. */
const MOST_TRANSFERS = 10;
const MOST_PROMPTS = 4;

const same = (players: readonly Player[], of: (player: Player) => Uint8Array | undefined) =>
  players.every((player) => equal(of(player)!, of(players[0]!)!));

describe.each([
  [2, 3],
  [3, 5],
  [4, 7],
  [5, 7],
  [2, 2],
])('%i of %i', (t, n) => {
  it('ends with both keys certified, spoken, backed up and tested by everybody', async () => {
    const players = await enrolled(n, t);
    const { transfers } = await finish(players);
    for (const { seat, device } of players) {
      const progress = seat.progress();
      expect(progress.faults).toEqual([]);
      expect(progress.complete).toBe(true);
      expect(progress.recorded).toEqual(players.map(() => true));
      expect(script.every((step) => step.after(seat.state, progress))).toBe(true);
      expect(device.prompts).toBeLessThanOrEqual(MOST_PROMPTS);
    }
    expect(transfers).toBeLessThanOrEqual(MOST_TRANSFERS);
    expect(same(players, ({ seat }) => seat.progress().keys!.hash)).toBe(true);
    expect(same(players, ({ seat }) => seat.progress().recordHash)).toBe(true);

    const { tests, keys } = players[0]!.seat.progress();
    expect(new Set(tests.flatMap(({ request }) => request.ids)).size).toBe(n);
    for (const { request, signatures } of tests) {
      const message = testMessage(request.digest);
      const { custody, attestation } = signatures!;
      expect(schnorr.verify(custody, message, keys!.custody.threshPk.slice(1))).toBe(true);
      expect(ed25519.verify(attestation, message, keys!.attestation.threshPk)).toBe(true);
    }
  });
});

it('each step of the script begins where the one before it ended', async () => {
  const players = await enrolled(3, 2);
  const { seat } = players[1]!;
  for (let i = 0; i < 8 && seat.next().act !== 'done'; i++) {
    const progress = seat.progress();
    const ended = script.map((step) => step.after(seat.state, progress));
    const begun = script.map((step) => step.before(seat.state, progress));
    for (const [at, step] of script.entries())
      if (at > 0) expect(begun[at], step.name).toBe(ended[at - 1]);
    await round(players);
  }
  expect(seat.next().act).toBe('done');
});

it('a receipt before there is a manifest is taken in', async () => {
  const [asha, ben] = (await enrolled(3, 2)) as [Player, Player];
  expect(await ben.seat.receipt()).toBeUndefined();
  expect(await carry(ben, asha)).toMatchObject({ taken: 2, early: [], refused: [] });
});

it('somebody else can collect from any moment on', async () => {
  const players = await enrolled(5, 3);
  await round(players);
  await round(players);
  const [asha, ben] = players as [Player, Player];
  await asha.seat.handOver(ben.seat.state.me);
  await round(players);
  const rest = players.filter((player) => player !== ben);
  const order = [ben, ...rest];
  for (const { seat } of players)
    expect(equal(seat.state.collector!, ben.seat.state.me)).toBe(true);
  await finish(order);
  for (const { seat } of players) expect(seat.progress().complete).toBe(true);
});

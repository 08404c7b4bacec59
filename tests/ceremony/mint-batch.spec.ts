import { describe, expect, it } from 'vitest';
import { MAX_PACKET } from '../../src/lib/ceremony/packet.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import type { Player } from '../support/seats.ts';
import { deposited, depositsOf, forced, mintRequest, recipient } from '../support/bridge-seats.ts';
import { sayOtherwise } from '../support/cheating.ts';
import { audit } from '../support/signing-audit.ts';
import { namesOf } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  gather,
  lastSession,
  openFor,
  pursue,
  reply,
  sessionAt,
  spread,
  step,
  withKey,
} from '../support/signing-seats.ts';

/*
 * A session of fifty mints with one bad item, and a liar among the signers: the others are attested,
 * and the liar is named.
 */

const wide = { items: 50, batch: 100_000_000_000, item: 1_000_000_000, feeRate: 200 };
const FIFTY = 50;
const BAD = 7;

/** Five operators who saw so many deposits to ten recipients in one block; one request is bad. */
async function withDeposits(seed: string, many: number) {
  const players = await withKey(5, 3, seed, { terms: { limits: wide } });
  await deposited(
    players,
    Array.from({ length: many }, (_, i) => ({
      recipient: recipient(1 + (i % 10)),
      index: 0,
      amount: 10_000_000 + i,
    })),
  );
  const batch = (await depositsOf(players[0]!)).map((one) => mintRequest(one));
  expect(batch).toHaveLength(many);
  // One says more than was paid.
  return { players, batch: batch.map((one, i) => (i === BAD ? { ...one, amount: 1e9 } : one)) };
}

/** How often each device asked its operator. */
function prompts(players: readonly Player[]): number[] {
  const asked = players.map(() => 0);
  for (const [i, { device }] of players.entries())
    for (const act of ['derive', 'approve'] as const) {
      const before = device[act].bind(device) as (...given: unknown[]) => unknown;
      Object.assign(device, {
        [act]: (...given: unknown[]) => {
          asked[i]! += 1;
          return before(...given);
        },
      });
    }
  return asked;
}

const attested = (player: Player, root: Parameters<typeof sessionAt>[1]) =>
  sessionAt(player, root).items.flatMap(({ signatures }, i) => (signatures ? [i] : []));
const allBut = (many: number) => Array.from({ length: many }, (_, i) => i).filter((i) => i !== BAD);

describe('fifty mints in one session', () => {
  it('take four transfers and two prompts; the bad one is left out by everybody', async () => {
    const { players, batch } = await withDeposits('fifty mints', FIFTY);
    const [first] = players as [Player];
    const signers = players.slice(0, 3);
    const before = performance.now();
    await did(first.seat.request(batch));
    const { root } = lastSession(first);
    const asked = prompts(players);
    const carried = players.map(() => 0);
    const count = (i: number) => {
      carried[i]! += 1;
    };
    await spread(players, count);
    // Whoever would accept the bad one cannot.
    const verdicts = batch.map(() => ({ accept: true, because: '' }));
    const all = first.seat.reply(root, { source: 'own node', verdicts }, undefined);
    expect(await all).toEqual({ fault: 'not-now' });
    for (const player of players)
      await reply(player, root, { sign: signers.includes(player), refuse: [BAD] });
    await gather(players, count);
    expect(await step(first, root)).toBe('freeze');
    await spread(players, count);
    for (const player of signers) expect(await step(player, root)).toBe('release');
    await gather(players, count);
    const wall = performance.now() - before;
    expect(attested(first, root)).toEqual(allBut(FIFTY));
    expect(namesOf(sessionAt(first, root))).toEqual([]);
    // Whoever does not sign carries one transfer less.
    expect(carried).toEqual([0, 4, 4, 3, 3]);
    expect(asked).toEqual([2, 2, 2, 0, 0]);
    const packets = first.seat.state.allPackets().map(({ bytes }) => bytes.length);
    expect(Math.max(...packets)).toBeLessThan(MAX_PACKET);
    const view = () => requestsViewOf(first.seat);
    const looked = performance.now();
    const [session] = view()!.sessions;
    const viewed = performance.now() - looked;
    expect(session!.items[BAD]).toMatchObject({ halt: 'objected' });
    expect(session!.items[BAD]!.findings).toContainEqual(
      expect.objectContaining({ finding: 'amount', state: 'fails' }),
    );
    console.log(
      `50 mints, 3 of 5, one bad: ${(wall / 1000).toFixed(1)} s for five operators on one machine, the view of them ${viewed.toFixed(0)} ms.`,
    );
    await everybodyHears(players);
    audit(players);
  });

  it.each([
    ['a wrong share', FIFTY],
    ['a slip that differs', 12],
    ['nothing at all', 12],
  ] as const)('the third operator gives %s; the others attest', async (lie, many) => {
    const { players, batch } = await withDeposits(lie, many);
    const [first, , liar] = players as [Player, Player, Player];
    const root = await forced(players, batch);
    if (lie === 'a wrong share')
      sayOtherwise(liar, (part) =>
        part.kind === 'signature-shares'
          ? {
              ...part,
              items: part.items.map((one, i) =>
                i === 3 ? { ...one, shares: [new Uint8Array(32).fill(1)] } : one,
              ),
            }
          : part,
      );
    // It accepts what it cannot know: nobody else's slip says so.
    if (lie === 'a slip that differs')
      sayOtherwise(liar, (part) =>
        part.kind === 'slip'
          ? {
              ...part,
              verdicts: part.verdicts.map((_, i) => ({
                accept: i === BAD,
                because: i === BAD ? '' : 'no',
              })),
            }
          : part,
      );
    for (const player of players) await reply(player, root, { refuse: [BAD] });
    await everybodyHears(players);
    const honest = players.filter((player) => player !== liar);
    if (lie === 'a slip that differs') {
      const { accepts, objections, approved } = sessionAt(first, root).replies[2]!;
      expect([...accepts]).toEqual([BAD]);
      expect(objections.size).toBe(many - 1);
      // The device approved another statement than the slip says: that counts for nothing.
      expect(approved).toBe(false);
      await pursue(players, root);
    } else {
      await did(first.seat.freeze(root, [0, 1, 2]));
      await everybodyHears(players);
      for (const player of lie === 'a wrong share' ? players.slice(0, 3) : honest.slice(0, 2))
        await did(player.seat.sign(root));
      await everybodyHears(players);
      if (lie === 'a wrong share') {
        expect(namesOf(sessionAt(first, root))).toEqual(['share-wrong 2']);
        expect(attested(first, root)).toEqual(allBut(many).filter((i) => i !== 3));
      } else {
        expect(attested(first, root)).toEqual([]);
        const meanwhile = () => first.seat.nextFor(sessionAt(first, root));
        const bring = { act: 'bring', from: [2] };
        expect(meanwhile()).toEqual({ ...bring, meanwhile: { act: 'renew' } });
        // Whoever collects freezes another package without whom is waited for.
        for (const player of honest) {
          await openFor(player, sessionAt(player, root));
          await did(player.seat.renew(root));
        }
        await everybodyHears(honest);
        expect(meanwhile()).toMatchObject({
          ...bring,
          meanwhile: {
            act: 'freeze',
            choice: { signers: [{ operator: 0 }, { operator: 1 }, { operator: 3 }] },
          },
        });
        await did(first.seat.freeze(root, [0, 1, 3]));
      }
      await pursue(honest, root);
    }
    for (const player of honest) {
      expect(attested(player, root)).toEqual(allBut(many));
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { Batch, Request } from '../../src/lib/ceremony/request.ts';
import type { BatchProblem } from '../../src/lib/ceremony/session.ts';
import type { SpendProblemName, Spend } from '../../src/lib/bitcoin/spend.ts';
import { MAX_PACKET } from '../../src/lib/ceremony/packet.ts';
import { deskOf } from '../../src/lib/worker/desk.ts';
import type { Player } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import { mathsOf } from '../support/signing-maths.ts';
import {
  did,
  everybodyHears,
  gather,
  lastSession,
  proposed,
  pursue,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
  spread,
  step,
  testRequest,
  withKey,
} from '../support/signing-seats.ts';

const spends = (player: Player, length: number, inputs = 1): Request[] =>
  Array.from({ length }, () => spendRequest(spendOf(player, { inputs })));

/** The largest packet that anybody sent about requests, in bytes. */
const largest = ({ seat }: Player): number =>
  Math.max(...seat.state.allPackets().map(({ bytes }) => bytes.length));

describe('fifty withdrawals', () => {
  it('are signed by three of five in one session with four transfers', async () => {
    const players = await withKey(5, 3, 'fifty');
    const [first] = players as [Player];
    const signers = players.slice(0, 3);
    const maths = mathsOf(players);
    const before = performance.now();
    await did(first.seat.request(spends(first, 50)));
    const { root } = lastSession(first);
    const carried = players.map(() => 0);
    const count = (i: number) => {
      carried[i]! += 1;
    };
    await spread(players, count);
    for (const player of players) await reply(player, root, { sign: signers.includes(player) });
    await gather(players, count);
    expect(await step(first, root)).toBe('freeze');
    await spread(players, count);
    for (const player of signers) expect(await step(player, root)).toBe('release');
    await gather(players, count);
    const session = sessionAt(first, root);
    const wall = performance.now() - before;
    expect(session.items.every(({ signatures }) => signatures?.length === 1)).toBe(true);
    expect(session.faults).toEqual([]);
    expect(carried).toEqual([0, 4, 4, 3, 3]);
    expect(largest(first)).toBeLessThan(MAX_PACKET);
    console.log(
      `50 withdrawals, 3 of 5, five operators on one machine: ${(wall / 1000).toFixed(1)} s, ${((100 * maths()) / wall).toFixed(0)} % of it maths.`,
    );
    await everybodyHears(players);
    expect(audit(players)).toEqual({ shares: 150, nonces: 150 });
  });
});

describe('items that a selected signer refused', () => {
  it('are left out, their nonces are burned, and others sign them later', async () => {
    const players = await withKey(5, 3, 'refused');
    const [first, , picky] = players as [Player, Player, Player];
    const root = await proposed(players, spends(first, 8));
    for (const player of players)
      await reply(player, root, { refuse: player === picky ? [3, 6] : [] });
    await gather(players);
    await did(first.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(players);
    const nonces = sessionAt(first, root).replies.map((one) => one.nonces.at(-1)!.packet.hash);
    for (const player of players.slice(0, 3)) await did(player.seat.sign(root));
    await everybodyHears(players);
    const signedOf = () =>
      sessionAt(first, root).items.flatMap(({ signatures }, i) => (signatures ? [i] : []));
    expect(signedOf()).toEqual([0, 1, 2, 4, 5, 7]);
    for (const [i, { seat }] of players.entries())
      expect(seat.here(seat.requests()!).holds(nonces[i]!)).toBe(i > 2);
    expect(first.seat.openedForSigning()).toEqual([]);

    await pursue(players, root);
    expect(signedOf()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const { packages, items } = sessionAt(first, root);
    expect(packages.map((one) => one.items)).toEqual([
      [0, 1, 2, 4, 5, 7],
      [3, 6],
    ]);
    expect(packages[1]!.ids).not.toContain(2);
    for (const i of [3, 6]) expect(items[i]!.shared.has(2)).toBe(false);
    expect(audit(players).shares).toBe(24);
  });

  it('by everybody end there', async () => {
    const players = await withKey(3, 2, 'objected');
    const [first] = players as [Player];
    const root = await proposed(players, spends(first, 2));
    for (const player of players) await reply(player, root, { refuse: [1] });
    await everybodyHears(players);
    await pursue(players, root);
    const [accepted, refused] = sessionAt(first, root).items;
    expect(accepted!.signatures).toHaveLength(1);
    expect(refused!.signatures).toBeUndefined();
    expect([...refused!.reserved, ...refused!.shared]).toEqual([]);
    const view = (await deskOf(first.seat).requests())!.sessions[0]!;
    expect(view.items.map(({ halt }) => halt)).toEqual([undefined, 'objected']);
  });
});

describe('what a batch may be', () => {
  const limits = { items: 4, batch: 100_000_000, item: 90_000_000, feeRate: 50 };
  const pays = (spend: Spend, amount: number): Spend => {
    const [payment, change] = spend.outputs;
    return {
      ...spend,
      outputs: [
        { ...payment!, amount },
        { ...change!, amount: change!.amount + payment!.amount - amount },
      ],
    };
  };
  const small = (player: Player, inputs = 1, amount = 10_000): Request =>
    spendRequest(pays(spendOf(player, { inputs }), amount));

  const cases: readonly [string, BatchProblem | SpendProblemName, (player: Player) => Batch][] = [
    ['five items', 'too-many', (player) => Array.from({ length: 5 }, () => small(player))],
    ['more in all than a batch may pay', 'sum-too-large', (player) => spends(player, 3)],
    ['one that pays too much', 'item-too-large', (player) => [small(player, 1, 90_000_001)]],
    ['two kinds', 'kinds-mixed', (player) => [small(player), testRequest()]],
    [
      'the same twice',
      'items-collide',
      (player) => {
        const one = small(player);
        return [one, one];
      },
    ],
    [
      'one payment twice',
      'items-collide',
      (player) => {
        const one = spendRequest(pays(spendOf(player), 10_000));
        const again = pays(spendOf(player), 10_000);
        return [one, spendRequest(again, { payment: one.payment })];
      },
    ],
    [
      'one coin twice',
      'items-collide',
      (player) => {
        const { inputs } = spendOf(player);
        const both = () => spendRequest(pays(spendOf(player, { outpoints: inputs }), 10_000));
        return [both(), both()];
      },
    ],
    [
      'a replacement beside what it replaces',
      'items-collide',
      (player) => {
        const one = spendRequest(pays(spendOf(player), 10_000));
        const { inputs } = one.transaction;
        const more = pays(spendOf(player, { outpoints: inputs, fee: 900 }), 10_000);
        const replaces = new Uint8Array(32);
        return [one, spendRequest(more, { payment: one.payment, replaces })];
      },
    ],
    [
      '301 signatures',
      'too-many-signatures',
      (player) => [100, 100, 100, 1].map((inputs) => small(player, inputs)),
    ],
  ];

  it.each(cases)('%s: %s', async (_, problem, batchOf) => {
    const players = await withKey(3, 2, problem, { terms: { limits } });
    const [first, second] = players as [Player, Player];
    const batch = batchOf(first);
    expect(await first.seat.request(batch)).toEqual({ fault: 'request-unfit' });
    expect(first.seat.requests()!.sessions).toEqual([]);
    // Somebody asks for it all the same: nobody can accept it.
    await first.seat.log.say([{ kind: 'request', batch }]);
    const { root } = lastSession(first);
    await everybodyHears(players);
    const session = sessionAt(second, root);
    const named = [
      ...session.problems,
      ...session.items.flatMap(({ problems }) => problems.map((one) => one.problem)),
    ];
    expect(named).toContain(problem);
    const verdicts = batch.map(() => ({ accept: true, because: '' }));
    const said = second.seat.reply(root, { source: 'own records', verdicts }, undefined);
    expect(await said).toEqual({ fault: 'not-now' });
    expect(second.seat.nextFor(session).act).not.toBe('answer');
  });

  it('nothing at all is no batch', async () => {
    const [first] = (await withKey(2, 2, 'nothing')) as [Player];
    expect(await first.seat.request([])).toEqual({ fault: 'request-unfit' });
  });

  it('300 signatures are, in packets that can be carried', async () => {
    const players = await withKey(3, 2, '300', { terms: { limits } });
    const [first] = players as [Player];
    const root = await proposed(
      players,
      [100, 100, 100].map((inputs) => small(first, inputs)),
    );
    await pursue(players, root);
    const { items, faults } = sessionAt(first, root);
    expect(items.map(({ signatures }) => signatures?.length)).toEqual([100, 100, 100]);
    expect(faults).toEqual([]);
    expect(largest(first)).toBeLessThan(MAX_PACKET);
  });

  it('long reasons for a hundred refusals fit a packet', async () => {
    const wide = { ...limits, items: 100 };
    const players = await withKey(3, 2, 'reasons', { terms: { limits: wide } });
    const [first, second] = players as [Player, Player];
    const root = await proposed(
      players,
      Array.from({ length: 100 }, () => small(first)),
    );
    const verdicts = Array.from({ length: 100 }, () => ({
      accept: false,
      because: '不在我的清单上'.repeat(50),
    }));
    const source = '我的记录'.repeat(60);
    await did(second.seat.reply(root, { source, verdicts }, undefined));
    await everybodyHears(players);
    expect(sessionAt(first, root).replies[1]!.objections.size).toBe(100);
  });
});

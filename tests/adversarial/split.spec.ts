import { expect, it } from 'vitest';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import {
  did,
  everybodyHears,
  lastSession,
  reply,
  signBatch,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

// Two requests for one coin, made at the same time: neither finds enough operators who reserve it.
it('what two requests split between them, a replacement spends', async () => {
  const players = await withKey(5, 3, 'split');
  const transaction = spendOf(players[0]!);
  const [{ txid, vout }] = transaction.inputs as [(typeof transaction.inputs)[number]];
  const propose = async (by: number, request: RequestOf<'spend'>) => {
    await did(players[by]!.seat.request([request]));
    return lastSession(players[by]!);
  };
  const first = await propose(0, spendRequest(transaction));
  const second = await propose(
    4,
    spendRequest(spendOf(players[0]!, { outpoints: [{ txid, vout }] })),
  );
  await everybodyHears(players);
  for (const i of [0, 1, 2]) await reply(players[i]!, first.root, { sign: false });
  for (const i of [3, 4]) await reply(players[i]!, second.root, { sign: false });
  await everybodyHears(players);
  for (const { seat } of players) {
    const reserved = seat.requests()!.sessions.map(({ items }) => items[0]!.reserved.size);
    expect(reserved.toSorted()).toEqual([2, 3]);
  }

  const [{ request, digest }] = first.items as [(typeof first.items)[number]];
  const { payment } = request as RequestOf<'spend'>;
  const again = spendOf(players[0]!, { outpoints: [{ txid, vout }], fee: 900 });
  const beside = spendRequest(spendOf(players[0]!), { payment, replaces: digest });
  await did(players[0]!.seat.request([beside]));
  await everybodyHears(players);
  const held = lastSession(players[1]!);
  await expect(reply(players[1]!, held.root, { sign: false })).rejects.toThrow('not-now');

  const signed = await signBatch(
    players,
    [spendRequest(again, { payment, replaces: digest })],
    [1, 2, 3],
  );
  expect(signed.items[0]!.reserved.size).toBe(5);
  expect(signed.items[0]!.signatures).toHaveLength(1);
  for (const { seat } of players) expect(seat.requests()!.faults).toEqual([]);
});

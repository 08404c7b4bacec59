import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/lib/ceremony/policy.ts';
import { asked } from '../../src/lib/ceremony/request-steps.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { deposited, depositsOf, mintRequest, recipient } from '../support/bridge-seats.ts';
import { proposed, sessionAt, signBatch, testRequest, withKey } from '../support/signing-seats.ts';
import type { Player } from '../support/seats.ts';

const BTC = 100_000_000;
const DAY = 86_400;

/* The group's first rules: 10 BTC for each mint, 50 BTC of mints in a day. */

describe('what is marked in a batch', async () => {
  const players = await withKey(3, 2, 'outliers');
  const [asha] = players as [Player, ...Player[]];
  const amounts = [1, 8.9, 9, 9.5, 8, 8, 8, 6];
  await deposited(
    players,
    amounts.map((amount, i) => ({
      recipient: recipient(i < 2 ? 1 : 2),
      index: 0,
      amount: amount * BTC,
    })),
  );
  const candidates = await depositsOf(asha);
  const mintOf = (i: number) =>
    mintRequest(candidates.find(({ amount, vout }) => vout === 0 && amount === amounts[i]! * BTC)!);
  const viewOf = (root: Uint8Array) =>
    requestsViewOf(asha.seat)!.sessions.find((one) => toHex(one.root) === toHex(root))!.items;

  it('a recipient is new until a request for them is signed', async () => {
    const { root } = await signBatch(players, [mintOf(0)], [0, 1]);
    expect(viewOf(root)[0]!.newRecipient).toBe(false);
    const next = await proposed(players, [mintOf(1), mintOf(2)]);
    expect(viewOf(next).map(({ newRecipient }) => newRecipient)).toEqual([false, true]);
  });

  it('from nine tenths of the limit of a request on it is near', async () => {
    const root = await proposed(players, [mintOf(1), mintOf(2), mintOf(3)]);
    expect(viewOf(root).map(({ nearLimit }) => nearLimit)).toEqual([
      undefined,
      { most: 10 * BTC, used: 9 * BTC, window: null },
      { most: 10 * BTC, used: 9.5 * BTC, window: null },
    ]);
  });

  it('what came before counts in a window; the limit that is nearest is named', async () => {
    const eights = candidates
      .filter(({ amount }) => amount === 8 * BTC)
      .map((one) => mintRequest(one));
    const root = await proposed(players, [...eights, mintOf(1), mintOf(3), mintOf(7)]);
    // 1 BTC was signed before: 25 with the eights, then 33.9, 43.4 and 49.4.
    expect(viewOf(root).map(({ nearLimit }) => nearLimit)).toEqual([
      ...Array<undefined>(4),
      { most: 10 * BTC, used: 9.5 * BTC, window: null },
      { most: 50 * BTC, used: 49.4 * BTC, window: DAY },
    ]);
  });

  it('a test moves nothing and is near no limit', async () => {
    const root = await proposed(players, [testRequest()]);
    const here = asha.seat.here(asha.seat.requests()!);
    expect(nearest(asked(here), sessionAt(asha, root), 0)).toBeUndefined();
  });
});

import { expect, it } from 'vitest';
import { outpointName } from '../../src/lib/ceremony/claims.ts';
import type { Request } from '../../src/lib/ceremony/request.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import type { Listed } from '../../src/lib/worker/shallow.ts';
import { burnRequest, everybodySaw, newBurn, proved } from '../support/bridge-seats.ts';
import { proposed, withKey } from '../support/signing-seats.ts';

it('a withdrawal from coins that the own list lacks is marked, input by input', async () => {
  const players = await withKey(3, 2, 'unlisted');
  const burn = newBurn();
  await everybodySaw(players, [burn]);
  await proved(players, [burn]);
  const request = burnRequest(players[0]!, [burn]);
  await proposed(players, [request]);
  const coins = (one: Request) =>
    'transaction' in one ? one.transaction.inputs.map(outpointName) : [];
  const at = (listed: readonly string[]): Listed => ({
    confirmations: new Map(listed.map((name) => [name, 6])),
    deep: new Set(),
  });
  const unlisted = (listed?: readonly string[]) =>
    requestsViewOf(players[1]!.seat, listed && at(listed))!.sessions[0]!.items[0]!.unlisted;
  expect(coins(request).length).toBeGreaterThan(0);
  expect(unlisted([])).toEqual(coins(request).map((_, i) => i));
  expect(unlisted(coins(request).slice(1))).toEqual([0]);
  expect(unlisted(coins(request))).toEqual([]);
  expect(unlisted()).toEqual([]);

  // One that would be excluded by this one answers for the coin.
  const replacement: Request = {
    ...request,
    purpose: 'A higher fee',
    replaces: players[0]!.seat.requests()!.sessions[0]!.items[0]!.digest,
  };
  await proposed(players, [replacement]);
  const views = requestsViewOf(players[1]!.seat, at([]))!.sessions.flatMap(({ items }) => items);
  expect(views.map((item) => item.unlisted)).toEqual([[], []]);
});

import { expect, it } from 'vitest';
import { deposited, depositsOf, forced, mintRequest, recipient } from '../support/bridge-seats.ts';
import type { Player } from '../support/seats.ts';
import { accept } from '../support/signing-cheats.ts';
import { proposed, withKey } from '../support/signing-seats.ts';

/* What is offered to be requested, whatever others proposed. */

it('a deposit is offered until a request for it that can be signed is there', async () => {
  const players = await withKey(3, 2, 'offered');
  const [first] = players as [Player];
  await deposited(players, [{ recipient: recipient(1), index: 0, amount: 10_000_000 }]);
  const offered = async () => (await depositsOf(first))[0]!;
  const right = mintRequest(await offered());
  // Nothing shows that it is for this recipient, and nobody can answer it.
  const root = await forced(players, [{ ...right, recipient: recipient(66) }]);
  expect(await accept(first, root)).toEqual({ fault: 'not-now' });
  expect((await offered()).requested).toEqual([]);
  await proposed(players, [right]);
  expect((await offered()).requested).toHaveLength(1);
});

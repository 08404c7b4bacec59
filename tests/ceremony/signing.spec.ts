import { expect, it } from 'vitest';
import { signBatch, spendOf, spendRequest, withKey } from '../support/signing-seats.ts';

const players = await withKey(5, 3);

it('three of five sign a spend with three inputs', async () => {
  const session = await signBatch(
    players,
    [spendRequest(spendOf(players[0]!, { inputs: 3 }))],
    [0, 1, 2],
  );
  expect(session.faults).toEqual([]);
  expect(session.items[0]!.signatures).toHaveLength(3);
});

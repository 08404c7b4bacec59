import { expect, it } from 'vitest';
import { bundleOf } from '../../src/lib/ceremony/packet.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { sitAsWitness } from '../../src/lib/worker/enrol.ts';
import type { Seat } from '../../src/lib/worker/seat.ts';
import { viewOf } from '../../src/lib/worker/view.ts';
import { enrolled, finish, ports, type Player } from '../support/seats.ts';

/** Three operators, and a witness whose card the initiator holds. */
async function watched(): Promise<{ players: Player[]; witness: Seat }> {
  const players = await enrolled(3, 2, 'watched');
  const invitation = players[0]!.seat.log.outgoing().bundle;
  const witness = await sitAsWitness(ports(memoryStore(), 'Wanda'), invitation, {
    name: 'Wanda',
    organisation: 'an auditor',
  });
  if (typeof witness === 'string') throw new Error(witness);
  await players[0]!.seat.take(witness.log.outgoing().bundle);
  return { players, witness };
}

it('a witness follows everything and signs why they do not agree', async () => {
  const { players, witness } = await watched();
  const asha = players[0]!;
  await finish(players);
  expect(witness.next().act).toBe('bring');
  await witness.take(asha.seat.log.outgoing(true).bundle);
  expect(witness.progress().complete).toBe(true);
  expect(witness.next().act).toBe('attest');
  const because = 'Ben left the room before he read his words.';
  expect(await witness.attest(false, because)).toBeUndefined();
  expect(witness.next().act).toBe('done');
  await asha.seat.take(witness.log.outgoing().bundle);
  expect(viewOf(asha.seat).attestations).toEqual([{ name: 'Wanda', agree: false, because }]);
});

it('a witness can neither seal nor give a message of the key generation', async () => {
  const { players, witness } = await watched();
  const asha = players[0]!;
  await finish(players);
  await witness.take(asha.seat.log.outgoing(true).bundle);
  for (const part of [
    { kind: 'round1' as const, message: new Uint8Array(100) },
    { kind: 'abort' as const, because: 'I say so' },
  ]) {
    const { bytes } = await witness.log.say([part]);
    const taken = await asha.seat.take(bundleOf([bytes]));
    if (typeof taken === 'string') throw new Error(taken);
    const wrong = [...taken.refused.map(({ because }) => because), ...taken.early];
    expect(wrong).toHaveLength(1);
  }
  expect(asha.seat.progress().complete).toBe(true);
});

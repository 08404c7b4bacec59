import { expect, it } from 'vitest';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import { requestRecords } from '../../src/lib/ceremony/record-requests.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { clock, type Player } from '../support/seats.ts';
import { bring, five, halted, lie } from '../support/signing-cheats.ts';
import { did, lastSession, sessionAt, spendOf, spendRequest } from '../support/signing-seats.ts';

/* Another operator repeats what one proposed, and reaches some of the others first. */

/** Proposes a request as this operator, whom nobody hears yet. */
async function proposes(player: Player) {
  await did(player.seat.request([spendRequest(spendOf(player))]));
  const said = player.seat.state.packetsFrom(player.seat.state.me).at(-1)!;
  return { root: lastSession(player).root, said };
}

/** Says the batch of a packet again, with a clock that shows this. */
async function repeats(player: Player, { parts }: Packet, at: number): Promise<Packet> {
  const now = clock.now;
  clock.now = at;
  const again = await lie(player, ...parts);
  clock.now = now;
  return again;
}

const what = (player: Player, root: Bytes) => {
  const { proposers, at } = sessionAt(player, root);
  const [view] = requestsViewOf(player.seat)!.sessions;
  return { proposers, at, rule: view!.items[0]!.decision.rule, ...halted(player, root) };
};

it('an older clock in a copy that comes first takes nothing from a batch, in whatever order it comes', async () => {
  const all = await five('an older clock');
  const [asha, ben, chen, , emre] = all;
  const { root, said } = await proposes(asha);
  const copy = await repeats(chen, said, 0);
  expect(copy.at).toBeLessThan(100_000);
  await bring(ben, copy, said);
  await bring(emre, said, copy);
  await bring(asha, copy);
  const known = { proposers: [0, 2], at: said.at, rule: undefined, halt: undefined, over: [] };
  for (const player of [asha, ben, emre]) expect(what(player, root)).toEqual(known);
  const records = [asha, ben, emre].map(({ seat }) => requestRecords(seat.requests()!));
  expect(records[1]).toEqual(records[0]);
  expect(records[2]).toEqual(records[0]);
});

it('a later clock in a copy gains nothing beyond the clock here', async () => {
  const all = await five('a later clock');
  const [asha, ben, chen] = all;
  const request = spendRequest(spendOf(asha), { expires: clock.now + 40 * 86_400_000 });
  const said = await lie(asha, { kind: 'request', batch: [request] });
  const copy = await repeats(chen, said, clock.now + 39 * 86_400_000);
  await bring(ben, said, copy);
  const { root } = lastSession(ben);
  expect(what(ben, root)).toMatchObject({ at: copy.at, rule: 'lifetime', halt: 'policy' });
});

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
  const known = { proposers: [0, 2], rule: undefined, halt: undefined, over: [] };
  for (const [player, { at }] of [
    [asha, said],
    [ben, copy],
    [emre, said],
  ] as const)
    expect(what(player, root)).toEqual({ ...known, at });
  const [first, second, third] = [asha, ben, emre].map(({ seat }) =>
    requestRecords(seat.requests()!),
  );
  expect(second).toEqual(first!.map((one) => ({ ...one, at: copy.at })));
  expect(third).toEqual(first);
});

const DAY = 86_400_000;

it('a later clock in a copy gains nothing beyond the clock here, and changes no time that is shown', async () => {
  const all = await five('a later clock');
  const [asha, ben, chen] = all;
  const request = spendRequest(spendOf(asha), { expires: clock.now + 40 * DAY });
  const said = await lie(asha, { kind: 'request', batch: [request] });
  const copy = await repeats(chen, said, clock.now + 39 * DAY);
  await bring(ben, said, copy);
  const { root } = lastSession(ben);
  expect(what(ben, root)).toMatchObject({ at: said.at, rule: 'lifetime', halt: 'policy' });
  expect(requestsViewOf(ben.seat)!.sessions[0]!.at).toBe(said.at);
  expect(requestRecords(ben.seat.requests()!).map(({ at }) => at)).toEqual([said.at]);
});

it('a clock here that was behind when a batch came keeps it back no longer than it is behind', async () => {
  const all = await five('behind');
  const [asha, ben] = all;
  const { now } = clock;
  const request = spendRequest(spendOf(asha), { expires: now + 30 * DAY });
  const said = await lie(asha, { kind: 'request', batch: [request] });
  clock.now = now - DAY;
  await bring(ben, said);
  const { root } = lastSession(ben);
  expect(what(ben, root).rule).toBe('lifetime');
  clock.now = said.at;
  expect(what(ben, root).rule).toBeUndefined();
});

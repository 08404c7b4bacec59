import { expect, it } from 'vitest';
import { equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import type { Session } from '../../src/lib/ceremony/session.ts';
import type { State, Told } from '../../src/lib/ceremony/state.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { copyOf, ports, rehearsalId, type Player } from '../support/seats.ts';
import { five, twoSpends } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  pursue,
  reply,
  sessionAt,
} from '../support/signing-seats.ts';

/* A log is folded once; what is looked up in it is what stands in its packets. */

/** What a part is about, by its fields: none has two of them but shares, which are under a package. */
const about = (part: Part): string | undefined =>
  part.kind === 'approve'
    ? part.statement
    : part.kind === 'signature-shares'
      ? toHex(part.package)
      : part.kind !== 'reserve' && 'session' in part
        ? toHex(part.session)
        : undefined;

/** All that a sender told in this group, by reading every packet. */
const readThrough = (state: State, key: Uint8Array): Told<Part['kind']>[] =>
  state
    .packetsFrom(key)
    .filter(
      ({ session }) =>
        equal(session, state.manifestHash!) || session.every((byte: number) => byte === 0),
    )
    .flatMap((packet) => packet.parts.map((part) => ({ part, packet })));

/** What the stored log says, read in one go. */
async function inOneGo(player: Player, root: Bytes): Promise<Session> {
  const seat = await Seat.open(
    ports(await copyOf(player), `${player.name} in one go`),
    toHex(rehearsalId.group),
  );
  const session = sessionAt({ ...player, seat }, root);
  seat.close();
  return session;
}

it('what is looked up in a log is what reading every packet gives, after every act and in one go', async () => {
  const all = await five('looked up');
  const [asha, , chen, dora] = all;
  const root = await proposed(all, twoSpends(asha));
  for (const player of all) await reply(player, root, { refuse: player === chen ? [1] : [] });
  await did(dora.seat.object(root, [0], 'It was cancelled'));
  await everybodyHears(all);
  await pursue(all, root, async (player) => {
    if (player === asha) expect(sessionAt(asha, root)).toEqual(await inOneGo(asha, root));
  });
  expect(sessionAt(asha, root).items.map(({ signatures }) => signatures?.length)).toEqual([1, 2]);
  expect(sessionAt(asha, root)).toEqual(await inOneGo(asha, root));

  const { state } = asha.seat;
  const names = (list: readonly Told<Part['kind']>[]) =>
    list.map(({ part, packet }) => `${part.kind} of ${toHex(packet.hash)}`);
  const topics = new Set<string>();
  for (const { packetKey } of state.manifest!.operators) {
    const said = readThrough(state, packetKey);
    for (const { part } of said) {
      const alike = said.filter((one) => one.part.kind === part.kind);
      expect(names(state.told(packetKey, part.kind))).toEqual(names(alike));
      const topic = about(part);
      if (topic === undefined) continue;
      topics.add(part.kind);
      const same = alike.filter((one) => about(one.part) === topic);
      expect(names(state.told(packetKey, part.kind, topic))).toEqual(names(same));
    }
    expect(state.told(packetKey, 'slip', toHex(packetKey))).toEqual([]);
  }
  expect([...topics].sort()).toEqual([
    'approve',
    'nonces',
    'object',
    'package',
    'signature-shares',
    'slip',
  ]);
});

import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { bundleOf, type Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import type { Batch } from '../../src/lib/ceremony/request.ts';
import type { Item, Package, Session } from '../../src/lib/ceremony/session.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { carry, copyOf, ports, rehearsalId, type Player } from './seats.ts';
import { did, lastSession, sessionAt } from './signing-seats.ts';

/*
 * Dishonest operators of a group whose key is complete. They sign any packet they like, choose who
 * hears of it, and run several copies of their vault, one for each story they tell.
 */

/** A copy of an operator beside the one that goes on: the same keys, another story from now on. */
export async function twinOf(player: Player): Promise<Player> {
  const store = await copyOf(player);
  const seat = await Seat.open(ports(store, `${player.name} twin`), toHex(rehearsalId.group));
  return { ...player, store, seat };
}

/** Says these parts, whatever the rules of the program are. */
export const lie = ({ seat }: Player, ...parts: readonly Part[]): Promise<Packet> =>
  seat.log.say(parts);

/** Brings these packets and nothing else. */
export async function bring(to: Player, ...packets: readonly Packet[]) {
  const taken = await to.seat.take(bundleOf(packets.map(({ bytes }) => bytes)));
  if (typeof taken === 'string') throw new Error(taken);
  return taken;
}

/** Among these, everybody hears everything that any of them holds. */
export async function share(players: readonly Player[]): Promise<void> {
  for (const from of players)
    for (const to of players) if (from !== to) await carry(from, to, true);
  for (const from of players) if (from !== players[0]) await carry(players[0]!, from, true);
}

/** Proposes a batch, to be heard by these. */
export async function proposedTo(players: readonly Player[], batch: Batch): Promise<Bytes> {
  await did(players[0]!.seat.request(batch));
  const { root } = lastSession(players[0]!);
  await share(players);
  return root;
}

/** A package of all items with these signers' last nonces, as a dishonest operator freezes it. */
export function packageWith(
  player: Player,
  root: Bytes,
  ids: readonly number[],
): Extract<Part, { kind: 'package' }> {
  const { items, replies } = sessionAt(player, root);
  return {
    kind: 'package',
    session: root,
    items: items.map((_, i) => i),
    signers: ids.map((operator) => ({
      operator,
      packet: replies[operator]!.nonces.at(-1)!.packet.hash,
    })),
  };
}

/** Everything of these packages that says what became of them. */
export const outcome = ({ packages }: Session) =>
  packages.map(({ ids, problems, shared, wrong }: Package) => ({
    ids,
    problems,
    shared: [...shared.values()],
    wrong,
  }));

/** A request of a session with one. */
export const itemAt = (player: Player, root: Bytes): Item => sessionAt(player, root).items[0]!;

/** Whether any operator's share for a request is out, as this one sees it. */
export const sharesOut = (player: Player, root: Bytes): number[] => [
  ...itemAt(player, root).shared,
];

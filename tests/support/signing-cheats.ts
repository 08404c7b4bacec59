import { expect } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { bundleOf, type Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import type { Batch, RequestOf } from '../../src/lib/ceremony/request.ts';
import { held } from '../../src/lib/ceremony/collisions.ts';
import { haltOf } from '../../src/lib/ceremony/request-steps.ts';
import type { Item, Session } from '../../src/lib/ceremony/session.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { carry, copyOf, ports, rehearsalId, type Player } from './seats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  openFor,
  proposed,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
  withKey,
} from './signing-seats.ts';

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

/** Among these, everybody hears everything that any of them holds, whoever collects. */
export async function share(players: readonly Player[]): Promise<void> {
  const [first, ...rest] = players as [Player, ...Player[]];
  for (const player of rest) await carry(player, first, true);
  for (const player of rest) await carry(first, player, true);
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

/** A request of a session with one. */
export const itemAt = (player: Player, root: Bytes): Item => sessionAt(player, root).items[0]!;

/** Whether any operator's share for a request is out, as this one sees it. */
export const sharesOut = (player: Player, root: Bytes): number[] => [
  ...itemAt(player, root).shared,
];

/* What everybody does in these tests, honest or not. */

export type Five = [Player, Player, Player, Player, Player];

/** Five operators with a complete key, three of whom sign. */
export const five = async (seed: string, reservationQuorum?: number) =>
  (await withKey(5, 3, seed, reservationQuorum ? { terms: { reservationQuorum } } : {})) as Five;

/** Another request for the same payment. Without `outpoints` it spends coins of its own. */
export const again = (
  player: Player,
  { payment }: RequestOf<'spend'>,
  replaces: Bytes | null = null,
  outpoints?: readonly { txid: Bytes; vout: number }[],
) =>
  spendRequest(spendOf(player, { fee: 900, ...(outpoints && { outpoints }) }), {
    payment,
    replaces,
  });

/** The coins that a request spends. */
export const outpointsOf = ({ transaction }: RequestOf<'spend'>) =>
  transaction.inputs.map(({ txid, vout }) => ({ txid, vout }));

/** Why a request does not go on at this operator, and over what it is held. */
export const halted = (player: Player, root: Bytes) => {
  const here = player.seat.here(player.seat.requests()!);
  const session = sessionAt(player, root);
  return {
    halt: haltOf(here, session, 0),
    over: held(here, session.items[0]!).map(({ over }) => over),
  };
};

/** Everything that is held against anybody here. */
export const faultsOf = ({ seat }: Player) =>
  [...seat.requests()!.faults, ...seat.progress().faults].map(({ fault, operators }) => ({
    fault,
    operators,
  }));

/** Accepts the only request of a session and reserves it. */
export const accept = (player: Player, root: Bytes) =>
  player.seat.reply(
    root,
    { source: 'own records', verdicts: [{ accept: true, because: '' }] },
    undefined,
  );

/**
 * A request proposed by the first of these, signed by three of them and reserved by `also`; the others
 * of the group hear nothing.
 */
export async function signed(
  signers: readonly Player[],
  request: RequestOf<'spend'>,
  also: readonly Player[] = [],
) {
  const told = [...signers, ...also];
  const root = await proposedTo(told, [request]);
  for (const player of told) await reply(player, root, { sign: signers.includes(player) });
  await share(told);
  const ids = signers.map(({ seat }) => seat.state.own!).sort((x, y) => x - y);
  await did(signers[0]!.seat.freeze(root, ids));
  await share(told);
  for (const player of signers) await did(player.seat.sign(root));
  await share(told);
  return itemAt(signers[0]!, root);
}

/* One dishonest operator, number 2, among four others. */

export const twoSpends = (player: Player): Batch => [
  spendRequest(spendOf(player)),
  spendRequest(spendOf(player, { inputs: 2 })),
];

/** The faults of a session, with who is named. */
export const namesOf = ({ faults }: Session): string[] =>
  faults.map(({ fault, operators }) => [fault, ...operators].join(' '));

/** A batch to which these gave nonces; the others reserved it, but number 2 says nothing else. */
export async function repliedBy(
  all: Five,
  ids: readonly number[],
  batch: Batch = twoSpends(all[0]),
): Promise<Bytes> {
  const root = await proposed(all, batch);
  for (const [i, player] of all.entries())
    if (i !== 2 || ids.includes(2)) await reply(player, root, { sign: ids.includes(i) });
  await everybodyHears(all);
  return root;
}

/** What number 2 says reaches everybody else, is let in, and nobody gives a share for it. */
export async function hostileTo(
  all: Five,
  root: Bytes,
  ...parts: readonly Part[]
): Promise<Packet> {
  const packet = await lie(all[2], ...parts);
  for (const player of all) {
    if (player === all[2]) continue;
    expect(await bring(player, packet)).toMatchObject({ taken: 1, refused: [] });
    expect(await player.seat.sign(root)).toEqual({ fault: 'not-now' });
    expect(sessionAt(player, root).items.flatMap(({ shared }) => [...shared])).toEqual([]);
  }
  return packet;
}

/** Numbers 0, 1 and 3 sign all of a batch with fresh nonces. */
export async function signWithout(all: Five, root: Bytes): Promise<void> {
  const signers = [all[0], all[1], all[3]];
  for (const player of signers) {
    await openFor(player, sessionAt(player, root));
    await did(player.seat.renew(root));
  }
  await everybodyHears(all);
  await did(all[0].seat.freeze(root, [0, 1, 3]));
  await everybodyHears(all);
  for (const player of signers) await did(player.seat.sign(root));
  await everybodyHears(all);
  for (const player of [...signers, all[4]])
    for (const item of sessionAt(player, root).items)
      expect(item.signatures).toHaveLength(item.units.length);
}

import {
  backupAddressOf,
  backupAddressStatement,
  proposalOf,
} from '../../src/lib/ceremony/backup-address.ts';
import { judge } from '../../src/lib/ceremony/judge.ts';
import { nextEntry } from '../../src/lib/ceremony/log.ts';
import type { Body, Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part, PartOf } from '../../src/lib/ceremony/parts.ts';
import { State } from '../../src/lib/ceremony/state.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { forked } from './cheating.ts';
import { groups, type Player } from './seats.ts';
import { lie, share } from './signing-cheats.ts';

/* Operators of a group whose manifest has no backup address, and what they approve. */

export const A = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
export const B = 'bcrt1pd96v9ek7jf08vxcc6j6n5kwy6307y5wdnup72mnqzt95a0uf3vcqr04uln';

/** What an operator's packets say about the backup address. */
export const of = ({ seat }: Player) => backupAddressOf(groups.ed25519, seat.state);
export const setAt = (all: readonly Player[]) => all.map((player) => of(player).set);

export async function approval(
  { seat, device }: Player,
  proposal: number,
  address: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { manifest } = seat.state;
  const approved = await device.approve(backupAddressStatement(manifest!, proposal, address));
  if (isDeviceFault(approved)) throw new Error(approved.fault);
  return approved.signature;
}

/** As the page does it: under the number that what is held here gives. */
export async function approve(
  player: Player,
  address: string,
  proposal = proposalOf(of(player), address),
) {
  const signature = await approval(player, proposal, address);
  return player.seat.approveBackupAddress(address, proposal, signature);
}

/** An approval that the own program would refuse to send. */
export const part = async (
  player: Player,
  proposal: number,
  address: string,
): Promise<PartOf<'backup-address'>> => ({
  kind: 'backup-address',
  proposal,
  address,
  signature: await approval(player, proposal, address),
});
export const says = async (player: Player, proposal: number, address: string): Promise<Packet> =>
  lie(player, await part(player, proposal, address));

/** All but the last of these are for B first and for A then, and everybody heard it. */
export async function twoProposals(players: readonly Player[]): Promise<void> {
  for (const player of players.slice(0, -1))
    for (const [number, address] of [B, A].entries()) await says(player, number + 1, address);
  await share(players);
}

/**
 * What an operator signs so many packets after the last that went out, beside what their program says.
 * `branch`: what one says in different branches differs by it.
 */
export function aside(
  player: Player,
  after: number,
  told: Part,
  branch = 0,
  fields: Partial<Body> = {},
): Promise<Packet> {
  const { state } = player.seat;
  const last = state.packetsFrom(state.me).at(-1)!;
  return forked(player, last, [told], {
    number: last.number + after,
    log: { length: last.log.length + 2 * after, head: new Uint8Array(32).fill(branch) },
    ...fields,
  });
}

/** A log that computes nothing again which follows from bytes alone. */
class Again extends State {
  private readonly before: State;
  constructor(before: State) {
    super();
    this.before = before;
  }
  override once<T>(what: string, from: readonly Uint8Array[], compute: () => T): T {
    return this.before.once(what, from, compute);
  }
}

/**
 * For a player as they are now: what is said about the backup address where they take in these packets,
 * in this order, after each of them. What is early waits.
 */
export function observer({ seat: { state } }: Player) {
  const held = [...state.allPackets(), ...state.conflicts.map(({ second }) => second)];
  const packetOf = new Map(held.map((packet) => [toHex(packet.bytes), packet]));
  const entries = state.entries.map((entry) => {
    const { event } = entry;
    const moved = event.kind === 'sent' || event.kind === 'received';
    return [entry, moved ? packetOf.get(toHex(event.packet))! : undefined] as const;
  });
  return (packets: readonly Packet[]) => {
    const here = new Again(state);
    for (const [entry, packet] of entries) here.apply(entry, packet);
    let waiting: Packet[] = [];
    return packets.map((packet) => {
      waiting.push(packet);
      for (let before = Infinity; waiting.length < before;) {
        before = waiting.length;
        waiting = waiting.filter((one) => {
          const { verdict } = judge(groups.secp256k1, here, one);
          if (verdict === 'new' || verdict === 'conflict')
            here.apply(nextEntry(here.head, 0, { kind: 'received', packet: one.bytes }), one);
          return verdict === 'early';
        });
      }
      return { ...backupAddressOf(groups.ed25519, here), proofs: here.proofs() };
    });
  };
}

/** What is said after each packet. */
export type Steps = ReturnType<ReturnType<typeof observer>>;

/** Every order of these lists together in which each list keeps its own. */
export function interleaved<T>(lists: readonly (readonly T[])[]): T[][] {
  const left = lists.filter((list) => list.length > 0);
  if (left.length === 0) return [[]];
  return left.flatMap((list) =>
    interleaved(left.map((one) => (one === list ? one.slice(1) : one))).map((rest) => [
      list[0]!,
      ...rest,
    ]),
  );
}

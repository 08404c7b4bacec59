import { expect } from 'vitest';
import { equal, toHex } from '../../src/lib/crypto/bytes.ts';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import type { PartOf } from '../../src/lib/ceremony/parts.ts';
import type { Item } from '../../src/lib/ceremony/session.ts';
import type { Player } from './seats.ts';
import { sessionAt, sessions } from './signing-seats.ts';

/**
 * Reads in the operators' logs, apart from the code that keeps shares back, what must hold of every
 * share that left: who had accepted, reserved and approved by then, and that its nonces were never
 * used for anything else. Everybody must hold everything. Counts what was looked at.
 */
export function audit(players: readonly Player[]): { shares: number; nonces: number } {
  let shares = 0;
  for (const player of players) {
    const { state } = player.seat;
    for (const { part, packet } of state.told(state.me, 'signature-shares')) {
      const sent = state.entries.findIndex(
        ({ event }) => event.kind === 'sent' && equal(event.packet, packet.bytes),
      );
      const spent = state.entries.flatMap(({ event }, at) =>
        event.kind === 'spent' && equal(event.signingPackage, part.package) ? [at] : [],
      );
      expect(spent).toHaveLength(1);
      expect(spent[0]).toBeLessThan(sent);
      shares += part.items.length;
      auditShares(player, part, (other) => !state.heardAfter(other.hash, sent));
    }
  }
  return { shares, nonces: auditNonces(players[0]!) };
}

function auditShares(
  player: Player,
  part: PartOf<'signature-shares'>,
  before: (packet: Packet) => boolean,
): void {
  const { state } = player.seat;
  const { operators, terms } = state.manifest!;
  const session = sessionAt(player, part.session);
  const { ids } = session.packages.find(({ hash }) => equal(hash, part.package))!;
  expect(ids).toHaveLength(terms.t);
  for (const id of ids) {
    const approved = state
      .told(operators[id]!.packetKey, 'approve')
      .some((one) => one.part.statement === session.replies[id]!.statement && before(one.packet));
    expect(approved).toBe(true);
  }
  const own = session.replies[state.own!]!.slip!;
  expect(before(own.packet)).toBe(true);
  for (const { item: position } of part.items) {
    const item = session.items[position]!;
    expect(own.part.verdicts[position]!.accept).toBe(true);
    expect(item.problems).toEqual([]);
    if (!item.claim) continue;
    const by = operators.filter(({ packetKey }) =>
      state
        .told(packetKey, 'reserve')
        .some((one) => before(one.packet) && reserves(player, one.part, item)),
    );
    expect(by.length).toBeGreaterThanOrEqual(terms.reservationQuorum);
    expect(by.some(({ packetKey }) => state.isMe(packetKey))).toBe(true);
  }
}

/** The same request may stand in several sessions. */
const reserves = (player: Player, part: PartOf<'reserve'>, { digest }: Item): boolean =>
  part.items.some((i) => equal(sessionAt(player, part.session).items[i]!.digest, digest));

/** No public nonce was given twice; each packet of nonces was used under one package at most. */
function auditNonces(player: Player): number {
  const { state } = player.seat;
  const given: string[] = [];
  for (const { packetKey } of state.manifest!.operators) {
    const all = state.told(packetKey, 'nonces').flatMap(({ part }) => part.items);
    given.push(...all.flatMap(({ nonces }) => nonces.map(toHex)));
    const under = state.told(packetKey, 'signature-shares').map(({ part }) => {
      const number = state.numberOf(packetKey)!;
      const one = sessions(player)
        .flatMap(({ packages }) => packages)
        .find(({ hash }) => equal(hash, part.package))!;
      return toHex(one.commits[one.ids.indexOf(number)]!);
    });
    expect(new Set(under).size).toBe(under.length);
  }
  expect(new Set(given).size).toBe(given.length);
  return given.length;
}

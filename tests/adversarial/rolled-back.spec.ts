import { beforeEach, describe, expect, it } from 'vitest';
import { bundleOf, signPacket, type Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Store } from '../../src/lib/vault/store.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { carry, copyOf, groups, ports, rehearsalId, type Player } from '../support/seats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  reply,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

/*
 * A vault that was set back without its knowledge: the browser's profile came from a backup. It
 * reserved a payment and does not know it any more.
 */

const group = toHex(rehearsalId.group);
const findings = { source: 'own records', verdicts: [{ accept: true, because: '' }] };

let players: readonly [Player, Player, Player, Player, Player];
/** Emre's store from before the reservation, and the request of the same payment by other coins. */
let old: Store;
let second: Bytes;

beforeEach(async () => {
  players = (await withKey(5, 3, 'rolled back')) as unknown as typeof players;
  const [asha, ben, , , emre] = players;
  const first = spendRequest(spendOf(asha));
  await did(asha.seat.request([first]));
  await everybodyHears(players);
  old = await copyOf(emre);
  await reply(emre, lastSession(emre).root, { sign: false });
  await did(emre.seat.receipt());
  await everybodyHears(players);
  await did(ben.seat.request([spendRequest(spendOf(ben), { payment: first.payment })]));
  second = lastSession(ben).root;
});

const emresOld = () => Seat.open(ports(old, 'set back'), group);
const mine = (seat: Seat, { from }: Packet) => equal(from, seat.state.me);
const packetsOf = ({ seat }: Player) => seat.state.allPackets();
const take = (seat: Seat, packets: readonly Packet[]) =>
  seat.take(bundleOf(packets.map(({ bytes }) => bytes)));

describe('a vault that was set back', () => {
  it('says nothing while t others hold more of it than it does', async () => {
    const [asha] = players;
    for (const { seat } of players) await did(seat.receipt());
    await everybodyHears(players);
    const seat = await emresOld();
    await take(
      seat,
      packetsOf(asha).filter((packet) => !mine(seat, packet)),
    );
    expect(seat.requests()!.sessions.at(-1)!.items[0]!.reserved.size).toBe(0);
    expect(await seat.reply(second, findings, undefined)).toEqual({ fault: 'not-now' });
    expect(seat.next()).toEqual({ act: 'catch-up', more: 1 });
  });

  it('whose own later packets come in first hears from n − t + 1 others, then goes on', async () => {
    const [asha, ben, chen, , emre] = players;
    await carry(ben, asha);
    const seat = await emresOld();
    const own = packetsOf(asha).filter((packet) => mine(seat, packet));
    await take(seat, own.slice(0, -1));
    expect(seat.next()).toEqual({ act: 'catch-up', more: 3 });
    expect(await seat.receipt()).toEqual({ fault: 'not-now' });
    for (const { seat: other } of [asha, ben, chen]) await did(other.receipt());
    await carry(ben, asha);
    await carry(chen, asha);
    const others = packetsOf(asha).filter((packet) => !mine(seat, packet));
    await take(seat, others);
    expect(seat.next()).toEqual({ act: 'catch-up', more: 1 });
    await take(seat, own);
    expect(seat.next().act).toBe('done');
    // It knows again what it reserved.
    expect(await seat.reply(second, findings, undefined)).toEqual({ fault: 'not-now' });
    await did(seat.receipt());
    emre.seat.close();
    const taken = await asha.seat.take(seat.log.outgoing().bundle);
    expect(taken).toMatchObject({ refused: [], early: [] });
  });
});

it('fewer than t who say what is not true silence nobody', async () => {
  const [asha, ben, chen] = players;
  await everybodyHears(players);
  const parts: readonly Part[] = [{ kind: 'receipt' }];
  for (const { seat, store } of [ben, chen]) {
    const secret = (await store.read(recordKeys(group).packetSecret))!;
    const last = seat.state.packetsFrom(seat.state.me).at(-1)!;
    const seen = last.seen.map((one) =>
      equal(one.from, asha.seat.state.me) ? { ...one, number: one.number + 9 } : one,
    );
    const { id, session, from, root, incarnation, at } = last;
    const told = { version: 1 as const, id, session, from, root, incarnation, at, seen };
    const lie = { ...told, number: last.number + 1, log: { ...seat.state.head }, parts };
    const packet = signPacket(groups.secp256k1, secret as Scalar, lie, new Uint8Array(32));
    if (typeof packet === 'string') throw new Error(packet);
    expect(await take(asha.seat, [packet])).toMatchObject({ taken: 1 });
  }
  expect(asha.seat.state.receiptFaults().map(({ fault }) => fault)).toEqual([
    'receipt-ahead',
    'receipt-ahead',
  ]);
  await did(asha.seat.receipt());
});

/**
 * Operators of a rehearsal who lie: a changed program that alters what it says just before signing it.
 * For rehearsals alone; the other operators run the real code and must find out.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { attestationSuite } from '../crypto/attestation-suite.ts';
import { concat, layoutLength, split, type Bytes } from '../crypto/bytes.ts';
import { participantMsg1Layout } from '../crypto/chilldkg.ts';
import { custodySuite } from '../crypto/custody-suite.ts';
import { signPacket, type Packet } from '../ceremony/packet.ts';
import type { Part } from '../ceremony/parts.ts';
import type { Store } from '../vault/store.ts';
import type { Group, Scalar } from '../wasm/group.ts';
import type { Seat } from './seat.ts';

/** `wrong-share`: of the key, to one operator. `wrong-signature`: a signature share. `equivocate`: two first messages. */
export type Lie = 'wrong-share' | 'wrong-signature' | 'equivocate';

/** The lies still to be told, each with the number of the operator who is lied to. */
export type Lies = Map<Lie, number>;

/** A packet for one operator in place of the one that the others get. Both are signed. */
export interface Second {
  readonly for: number;
  readonly instead: Bytes;
  readonly packet: Bytes;
}

/**
 * Gives a seat of a rehearsal its faults. `store`: the seat's. `tell` gets the second packet.
 * @throws RangeError where the group is no rehearsal
 */
export function misbehaving(
  seat: Seat,
  store: Store,
  lies: Lies,
  tell: (second: Second) => void,
): Seat {
  const { log } = seat;
  if (!log.state.id?.rehearsal) throw new RangeError('Only in a rehearsal may anybody cheat.');
  const honest = log.say.bind(log);
  log.say = async (parts, events, changes) => {
    const said = parts.map((part) => altered(seat, lies, part));
    const packet = await honest(said, events, changes);
    const victim = lies.get('equivocate');
    if (victim !== undefined && parts.some(({ kind }) => kind === 'round1')) {
      lies.delete('equivocate');
      tell(await contradicting(seat, store, packet, victim));
    }
    return packet;
  };
  // The age library draws its own randomness, so the hash of a backup file is another each time; a
  // rehearsal notes a stand-in, so that the same address leads to the same log.
  const append = log.append.bind(log);
  log.append = (events, changes) =>
    append(
      events.map((event) =>
        event.kind === 'backup' && event.tier === 'age-file'
          ? { ...event, piece: log.state.me.slice(0, 8), hash: sha256(log.state.me) }
          : event,
      ),
      changes,
    );
  return seat;
}

function altered(seat: Seat, lies: Lies, part: Part): Part {
  const victim = lies.get('wrong-share');
  if (part.kind === 'round1' && victim !== undefined) {
    lies.delete('wrong-share');
    return { ...part, message: withWrongShare(seat, part.message, victim) };
  }
  if (part.kind === 'shares' && lies.delete('wrong-signature')) {
    const { secp256k1 } = seat.log.ports.groups;
    const shares = part.shares.map((one) => ({ ...one, custody: plusOne(secp256k1, one.custody) }));
    return { ...part, shares };
  }
  if (part.kind === 'signature-shares' && lies.delete('wrong-signature')) {
    const { secp256k1 } = seat.log.ports.groups;
    const items = part.items.map(({ item, shares: [first, ...rest] }) => ({
      item,
      shares: [plusOne(secp256k1, first!), ...rest],
    }));
    return { ...part, items };
  }
  return part;
}

const plusOne = (group: Group, scalar: Uint8Array): Bytes =>
  group.scalarAdd(scalar as Scalar, group.scalarFromNumber(1));

/** The first message with one added to the encrypted custody share of an operator. */
function withWrongShare(seat: Seat, message: Uint8Array, victim: number): Bytes {
  const { groups } = seat.log.ports;
  const { manifestHash, terms } = seat.state;
  const layouts = [
    custodySuite(groups.secp256k1),
    attestationSuite(groups.secp256k1, groups.ed25519, manifestHash!),
  ].map((suite) => participantMsg1Layout(suite, terms!));
  const cut = layoutLength(layouts[0]!);
  const fields = split(message.slice(0, cut), layouts[0]!)!;
  const encrypted = fields.at(-1)!;
  encrypted[victim] = plusOne(groups.secp256k1, encrypted[victim]!);
  return concat(...fields.flat(), message.subarray(cut));
}

/** A second packet under the number of the first, with another first message in it. */
async function contradicting(
  seat: Seat,
  store: Store,
  packet: Packet,
  victim: number,
): Promise<Second> {
  const { ports, keys } = seat.log;
  const other = (victim + 1) % seat.state.terms!.n;
  const parts = packet.parts.map((part) =>
    part.kind === 'round1' ? { ...part, message: withWrongShare(seat, part.message, other) } : part,
  );
  const { version, id, session, from, number, root, incarnation, at, log, seen } = packet;
  const secret = (await store.read(keys.packetSecret)) as Scalar;
  const second = signPacket(
    ports.groups.secp256k1,
    secret,
    { version, id, session, from, number, root, incarnation, at, log, seen, parts },
    ports.random(32),
  );
  if (typeof second === 'string') throw new Error(`This packet would be refused: ${second}.`);
  return { for: victim, instead: packet.bytes, packet: second.bytes };
}

import type { ApprovalKey } from '../crypto/approval-key.ts';
import { equal, inFours, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group } from '../wasm/group.ts';
import { verifyApproval } from './approval.ts';
import { cardHolds, deviceFits, isSimulated, type Card, type GroupId } from './card.ts';
import type { Manifest } from './manifest.ts';
import type { Packet } from './packet.ts';
import type { State, Told } from './state.ts';

/*
 * An operator who lost their device goes on with another one. Its approvals count once n − t + 1 other
 * operators' devices approved it: so among any t signers there is one who knows of it. Which key an
 * approval is held against follows from the sender's own packets alone, and so is the same everywhere.
 * A card counts where it is told first, and the manifest's stands from the beginning. Told again it says
 * nothing, so that nobody who has only the packet key brings back a device that was left, or stops the
 * present one. Who comes back to a device tells a new card.
 */

/** 32 bytes that stand for a card. */
export const cardHash = (card: Card): Bytes => taggedHash(tags.card, toCbor({ ...card }));

/** What a device shows and signs for another operator's new device. */
export const admitStatement = (id: GroupId, operator: number, card: Uint8Array): string =>
  [
    'CONCLAVE NEW DEVICE',
    `${id.network}${id.rehearsal ? ' REHEARSAL' : ''} epoch ${id.epoch}`,
    `group ${inFours(id.group)}`,
    `operator ${operator + 1}`,
    `card ${inFours(card)}`,
  ].join('\n');

/** Why a card does not give an operator (from 0) another device; undefined if it does. */
export function newDeviceProblem(
  secp256k1: Group,
  { id, terms, operators }: Manifest,
  operator: number,
  card: Card,
): string | undefined {
  const former = operators[operator]!;
  const kept = ['hostKey', 'packetKey', 'observerKey'] as const;
  if (!kept.every((key) => equal(card[key], former[key])))
    return 'The card of the new device has other keys.';
  if (card.name !== former.name) return 'The card of the new device has another name.';
  if (!cardHolds(secp256k1, id, card))
    return 'The card is not signed by its host key for this group.';
  if (card.organisation !== former.organisation || card.place !== former.place)
    return 'The card of the new device has another organisation or place.';
  if (isSimulated(card) && !id.rehearsal) return 'A simulated device can join a rehearsal only.';
  if (!deviceFits(card)) return 'The card of the new device says what such a device cannot do.';
  if (!terms.roots.some((root) => equal(root, card.root)))
    return 'It runs a bundle whose root the group does not accept.';
  const taken = operators.some(
    ({ approvalKey }, number) =>
      number !== operator && equal(approvalKey.key, card.approvalKey.key),
  );
  return taken ? 'Another operator approves with that device.' : undefined;
}

/** A device that an operator went on with. */
export interface NewDevice {
  /** From 0. */
  readonly operator: number;
  readonly card: Card;
  readonly hash: Bytes;
  readonly packet: Packet;
  /** Whose devices approved it, by number. */
  readonly admittedBy: readonly number[];
  readonly admitted: boolean;
}

const read = new WeakMap<State, { readonly length: number; readonly devices: NewDevice[] }>();

/** Every new device of a group, each operator's in order. `ed25519` verifies approvals. */
export function newDevices(ed25519: Group, state: State): readonly NewDevice[] {
  const { length } = state.head;
  const last = read.get(state);
  if (last?.length === length) return last.devices;
  const devices = readDevices(ed25519, state, { told: (key) => state.told(key, 'admit') });
  read.set(state, { length, devices });
  return devices;
}

/** Whose admissions are read: what each operator told, by packet key, and who may have told any. */
interface Admissions {
  readonly told: (packetKey: Bytes, operator: number) => readonly Told<'admit'>[];
  readonly any?: (operator: number) => boolean;
}

function readDevices(ed25519: Group, state: State, { told, any }: Admissions): NewDevice[] {
  const { manifest, id } = state;
  if (!manifest || !id) return [];
  const { n, t } = manifest.terms;
  let devices: NewDevice[] = manifest.operators.flatMap((former, operator) => {
    const seen = new Set([toHex(cardHash(former))]);
    return state.told(former.packetKey, 'new-device').flatMap(({ part: { card }, packet }) => {
      const hash = cardHash(card);
      if (seen.has(toHex(hash))) return [];
      seen.add(toHex(hash));
      return [{ operator, card, hash, packet, admittedBy: [], admitted: false }];
    });
  });
  if (devices.length === 0) return devices;
  // Whoever approves may have a new device too: what was admitted so far decides what is admitted next.
  for (;;) {
    const next = devices.map((device) => {
      const statement = admitStatement(id, device.operator, device.hash);
      const admittedBy = manifest.operators.flatMap(({ packetKey }, number) =>
        number !== device.operator &&
        (any?.(number) ||
          told(packetKey, number).some((one) =>
            approves(ed25519, state, devices, number, device, statement, one),
          ))
          ? [number]
          : [],
      );
      return { ...device, admittedBy, admitted: admittedBy.length >= n - t + 1 };
    });
    const settled = next.every(
      ({ admittedBy }, i) => admittedBy.length === devices[i]!.admittedBy.length,
    );
    devices = next;
    if (settled) return devices;
  }
}

function approves(
  ed25519: Group,
  state: State,
  devices: readonly NewDevice[],
  by: number,
  { operator, hash }: NewDevice,
  statement: string,
  { part, packet }: Told<'admit'>,
): boolean {
  if (part.operator !== operator || !equal(part.card, hash)) return false;
  const card = cardAmong(state, devices, by, packet);
  return (
    card !== undefined &&
    state.once('admit', [card.approvalKey.key, hash, part.signature], () =>
      verifyApproval(ed25519, card.approvalKey, statement, part.signature),
    )
  );
}

/** The new device that an operator had told last before a packet. */
const toldBefore = (
  devices: readonly NewDevice[],
  operator: number,
  { number }: Pick<Packet, 'number'>,
): NewDevice | undefined =>
  devices.findLast((device) => device.operator === operator && device.packet.number < number);

/** The card that an operator's packet stands under; undefined where its device is not admitted. */
function cardAmong(
  state: State,
  devices: readonly NewDevice[],
  operator: number,
  packet: Pick<Packet, 'number'>,
): Card | undefined {
  const last = toldBefore(devices, operator, packet) ?? {
    card: state.manifest!.operators[operator]!,
    admitted: true,
  };
  return last.admitted ? last.card : undefined;
}

/** How an operator's device stood when they sent a packet, by what that packet names as seen. */
export interface Standing {
  readonly card: Card;
  /** Whether it is the manifest's, or was admitted, by the packets that are here. */
  readonly admitted: boolean;
  /** Whether it may have been admitted, by packets that are not here. */
  readonly possible: boolean;
  /** Whether it was admitted whatever comes. */
  readonly certain: boolean;
  /** Who signed two packets under one number, of which the packet may have seen either. */
  readonly forked: readonly number[];
}

/**
 * The card that an operator (from 0) had told last before a packet, and whether it was admitted then.
 * This follows from the packet and what it names as seen: what comes later makes nothing count that was
 * said before.
 */
export function standingAt(
  ed25519: Group,
  state: State,
  operator: number,
  packet: Packet,
): Standing {
  const device = toldBefore(newDevices(ed25519, state), operator, packet);
  if (!device) {
    const card = state.manifest!.operators[operator]!;
    return { card, admitted: true, possible: true, certain: true, forked: [] };
  }
  const reach = state.manifest!.operators.map(({ packetKey }) => reachOf(state, packet, packetKey));
  const holds = (admissions: Admissions) =>
    readDevices(ed25519, state, admissions).some(
      ({ hash, operator: of, admitted }) => of === operator && admitted && equal(hash, device.hash),
    );
  const certain = holds({
    told: (key, number) =>
      state
        .told(key, 'admit')
        .filter((one) => one.packet.number <= reach[number]!.upTo)
        .filter((one) => one.packet.number < reach[number]!.fork),
  });
  const told = (key: Bytes, number: number) =>
    state.everTold(key, 'admit').filter((one) => one.packet.number <= reach[number]!.upTo);
  const admitted = certain || holds({ told });
  const any = (number: number) => reach[number]!.open || reach[number]!.fork <= reach[number]!.upTo;
  return {
    card: device.card,
    admitted,
    possible: admitted || holds({ told, any }),
    certain,
    forked: reach.flatMap(({ fork, upTo }, number) => (fork <= upTo ? [number] : [])),
  };
}

/**
 * Up to which packet of an operator another packet has seen them, where they forked, and whether some of
 * that may not be here. What a packet names as seen and has itself been seen by is not counted: so
 * numbers that were never given keep nothing open once their owner says anything.
 */
function reachOf(state: State, packet: Packet, of: Bytes) {
  const said = state.packetsFrom(of);
  const fork = state.conflictsOf(of)[0]?.first.number ?? Infinity;
  if (equal(packet.from, of)) return { upTo: packet.number - 1, fork, open: false };
  const named = packet.seen.find(({ from }) => equal(from, of))?.number ?? 0;
  const later = said
    .slice(0, named)
    .findIndex(({ seen }) =>
      seen.some(({ from, number }) => equal(from, packet.from) && number >= packet.number),
    );
  const upTo = later < 0 ? named : later;
  return { upTo, fork, open: upTo > said.length };
}

/**
 * The card under which an operator (from 0) sent a packet: the manifest's, or that of a new device
 * which was told before and is admitted. Undefined while it is not: its approvals do not count yet.
 */
export const cardAt = (
  ed25519: Group,
  state: State,
  operator: number,
  packet: Pick<Packet, 'number'>,
): Card | undefined => cardAmong(state, newDevices(ed25519, state), operator, packet);

/** The approval key that an operator's packet is held against. */
export const approvalKeyAt = (
  ed25519: Group,
  state: State,
  operator: number,
  packet: Pick<Packet, 'number'>,
): ApprovalKey | undefined => cardAt(ed25519, state, operator, packet)?.approvalKey;

/** The card under which an operator's next packet would stand. */
export const cardNow = (ed25519: Group, state: State, operator: number): Card | undefined =>
  cardAt(ed25519, state, operator, { number: Infinity });

/**
 * Whether an approval is by the sender's device; undefined where nothing can be said yet, because that
 * device is not admitted.
 */
export function approvalHolds(
  ed25519: Group,
  state: State,
  operator: number,
  { part: { statement, signature }, packet }: Told<'approve'>,
): boolean | undefined {
  const key = approvalKeyAt(ed25519, state, operator, packet);
  return (
    key &&
    state.once('approval', [key.key, utf8.encode(statement), signature], () =>
      verifyApproval(ed25519, key, statement, signature),
    )
  );
}

const utf8 = new TextEncoder();

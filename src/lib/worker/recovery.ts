/**
 * Recovery: a group that this vault does not know, or cannot use any more, from what is left of a
 * backup and from what another operator holds.
 */
import { xOnly } from '../crypto/bip340.ts';
import { equal, toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import type { Scalar } from '../wasm/group.ts';
import { deviceLabel, signCard, type Card, type GroupId } from '../ceremony/card.ts';
import { failed } from '../ceremony/faults.ts';
import type { Event } from '../ceremony/log.ts';
import {
  admitStatement,
  cardHash,
  cardNow,
  newDeviceProblem,
  newDevices,
} from '../ceremony/operator-device.ts';
import { overhear } from '../ceremony/overhear.ts';
import { bundleOf, packetsOf } from '../ceremony/packet.ts';
import { CLOCKS_APART, saidUpTo } from '../ceremony/script.ts';
import type { State } from '../ceremony/state.ts';
import { VaultError } from '../vault/fault.ts';
import type { Change, Store } from '../vault/store.ts';
import { GroupLog } from './group-log.ts';
import { kitFromBytes } from '../ceremony/kit.ts';
import { keptKeys, type KeptKeys } from './kept-keys.ts';
import type { Me } from './me.ts';
import { recordKeys, type Ports } from './ports.ts';
import { Seat } from './seat.ts';
import { done, notNow, type Outcome } from './seat-base.ts';
import { sealShare, sealShares, type ShareReplies } from './sealed-shares.ts';
import { hostSecretOf, wipeReply, type Source, type SourceFault } from './sources.ts';

/** What another operator's packets say of a group. */
export interface Found {
  readonly id: GroupId;
  readonly name: string;
  readonly operators: readonly { readonly name: string; readonly organisation: string }[];
  /** What the device is asked for, where the host secret comes from it. */
  readonly hostLabel: string;
}

/** Why a group is not restored; nothing was written. */
export type RecoveryFault =
  SourceFault | { readonly fault: RecoveryFaultName; readonly detail: string };

export type RecoveryFaultName =
  /** These are no packets of a group. */
  | 'no-packets'
  /** There is no sealed manifest among them: nobody can speak for an operator of this group yet. */
  | 'not-sealed'
  /** The host secret is of no operator of this group. */
  | 'other-host-secret'
  /** The packet in which the operator kept their keys is missing, or it does not open. */
  | 'kept-keys'
  /** What is left of the group here is another operator's, by a key that still reads. */
  | 'remains-of-another'
  /** The group is in this vault already. */
  | 'here-already'
  /** t operators said something later than this machine's clock says that it is. */
  | 'clock-behind';

const fault = (name: RecoveryFaultName, detail = ''): RecoveryFault => ({ fault: name, detail });

/** The group in packets that another operator gave; a fault where they are none. */
export function foundIn(
  ports: Pick<Ports, 'groups'>,
  bundles: readonly Uint8Array[],
): Found | RecoveryFault {
  const read = overheard(ports, bundles);
  if ('fault' in read) return read;
  const { id, manifest } = read;
  return {
    id: id!,
    name: manifest!.terms.name,
    operators: manifest!.operators.map(({ name, organisation }) => ({ name, organisation })),
    hostLabel: deviceLabel('host secret', id!),
  };
}

function overheard(
  { groups }: Pick<Ports, 'groups'>,
  bundles: readonly Uint8Array[],
): State | RecoveryFault {
  const packets: Bytes[] = [];
  for (const bundle of bundles) {
    const some = packetsOf(bundle);
    if (typeof some === 'string') return fault('no-packets', some);
    packets.push(...some);
  }
  const { state, leftOut } = overhear(groups.secp256k1, packets);
  if (!state.id) return fault('no-packets', leftOut[0] ?? '');
  return state.manifest && state.fixed ? state : fault('not-sealed');
}

/** Where the log of a group that is here by a restoration alone says so. */
const BORN_RESTORED = 2;

/**
 * Restores a group: who the operator is follows from the host secret, how they speak from the keys they
 * kept with everybody. The vault then takes in what the others hold, and says nothing before
 * n − t + 1 of them said something new. Replies in the source are wiped.
 * @param broken what is here of the group does not open: it goes in the write that begins the new log.
 * Nobody was asked yet whether they are who the secret says, so it stays where it has another's key
 */
export async function recoverGroup(
  ports: Ports,
  bundles: readonly Uint8Array[],
  source: Source,
  broken = false,
): Promise<Seat | RecoveryFault> {
  const state = overheard(ports, bundles);
  if ('fault' in state) {
    wipeReply(source);
    return state;
  }
  // What they said before the restoration would count as said since. Fewer than t could make it up.
  if (saidUpTo(state, () => true) > ports.now() + CLOCKS_APART) {
    wipeReply(source);
    return fault('clock-behind');
  }
  const host = await hostSecretOf(source, state.id!);
  if (!(host instanceof Uint8Array)) return host;
  const seat = await withHost(ports, state, host, source, broken).catch((error: unknown) => {
    wipe(host);
    throw error;
  });
  if (!(seat instanceof Seat)) {
    wipe(host);
    return seat;
  }
  seat.restored = host;
  try {
    await takeAll(seat, state, bundles);
  } catch (error) {
    seat.close();
    await forget(ports, toHex(state.id!.group)); // so that it can be tried again
    throw error;
  }
  return seat;
}

/** The removal of every record of a group. */
async function removal({ store }: Ports, group: string): Promise<Change[]> {
  const keys = await Promise.all([store.keys(`log/${group}/`), store.keys(`group/${group}/`)]);
  return keys.flat().map((key) => ({ key, value: undefined }));
}

/** Removes every record of a group whose restoration did not come to its end. */
const forget = async (ports: Ports, group: string): Promise<void> =>
  ports.store.write(await removal(ports, group));

/**
 * The restored host secret is somebody else's: it is wiped. A group that is here by it alone is taken
 * out again, with the keys that it opened, unless a device guards it or it spoke.
 * @returns whether the group was taken out
 */
export async function disown(seat: Seat): Promise<boolean> {
  const { log, state } = seat;
  seat.restored = undefined;
  const born = state.entries[BORN_RESTORED];
  if (born?.event.kind !== 'restored' || state.spokeAfter(born.number)) return false;
  if ((await log.ports.store.read(log.keys.device)) !== undefined) return false;
  await forget(log.ports, toHex(state.id!.group)); // where that fails, the seat goes on
  seat.close();
  return true;
}

/**
 * Takes in what the bundles hold in the order in which it was overheard: in another one, another
 * invitation and manifest could be the first. Then the rest, to note what is refused. Nothing is said
 * in between: the own packets may stand in the last bundle.
 */
async function takeAll(
  { log }: Seat,
  { entries }: State,
  bundles: readonly Uint8Array[],
): Promise<void> {
  const inOrder = entries.flatMap(({ event }) =>
    event.kind === 'received' ? [bundleOf([event.packet])] : [],
  );
  for (const bundle of [...inOrder, ...bundles]) await log.take(bundle);
}

async function withHost(
  ports: Ports,
  state: State,
  host: Bytes,
  source: Source,
  broken: boolean,
): Promise<Seat | RecoveryFault> {
  const { secp256k1 } = ports.groups;
  const pubkey = hostPubkeyOf(secp256k1, host);
  const card = state.manifest!.operators.find(
    ({ hostKey }) => !isFault(pubkey) && equal(hostKey, pubkey),
  );
  if (!card) return fault('other-host-secret');
  const box = state.told(card.packetKey, 'keep')[0]?.part.box;
  const kept = box && (await keptKeys(box, host, state.id!));
  if (!kept) return fault('kept-keys', card.name);
  let seat: Seat | RecoveryFault | undefined;
  try {
    seat = await withKept(ports, state.id!, card, kept, source, broken);
    return seat;
  } finally {
    wipe(kept.observer);
    if (!(seat instanceof Seat)) wipe(kept.packet); // a seat speaks with it
  }
}

/** Begins the log; the kept keys are not wiped here. */
async function withKept(
  ports: Ports,
  id: GroupId,
  card: Card,
  kept: KeptKeys,
  source: Source,
  broken: boolean,
): Promise<Seat | RecoveryFault> {
  if (!fits(ports, kept, card)) return fault('kept-keys', card.name);
  const group = toHex(id.group);
  const keys = recordKeys(group);
  if (broken && (await leftByAnother(ports, group, kept)))
    return fault('remains-of-another', card.name);
  if (!broken && (await ports.store.keys(keys.log)).length > 0) return fault('here-already');
  const kit = source.from === 'device' ? kitFromBytes(source.kit) : undefined;
  const changes = broken ? await removal(ports, group) : [];
  changes.push({ key: keys.observerSecret, value: kept.observer });
  if (kit && typeof kit !== 'string') changes.push({ key: keys.salt, value: kit.salt });
  const events: Event[] = [
    { kind: 'invited', id, packetKey: card.packetKey, role: 'operator' },
    { kind: 'card', card },
    { kind: 'restored', at: ports.now() }, // at BORN_RESTORED
  ];
  return new Seat(await GroupLog.begin(ports, group, kept.packet, events, changes));
}

/** Whether a key that still reads in what is left of a group is not the one that was kept. */
async function leftByAnother({ store }: Ports, group: string, kept: KeptKeys): Promise<boolean> {
  const { packetSecret, observerSecret } = recordKeys(group);
  const both = [
    [packetSecret, kept.packet],
    [observerSecret, kept.observer],
  ] as const;
  for (const [key, mine] of both) {
    const left = await readable(store, key);
    const other = left !== undefined && !equal(left, mine);
    if (left) wipe(left);
    if (other) return true;
  }
  return false;
}

/** A record, unless it does not open. */
const readable = (store: Store, key: string): Promise<Bytes | undefined> =>
  store.read(key).catch((error: unknown) => {
    if (error instanceof VaultError && error.fault.key) return undefined;
    throw error;
  });

/** Whether kept secrets lead to the public keys on the card. */
function fits({ groups }: Ports, { packet, observer }: KeptKeys, card: Card): boolean {
  const { secp256k1 } = groups;
  const leads = (secret: Bytes, key: Uint8Array) => {
    const scalar = secp256k1.scalarFromBytesNonzeroChecked(secret);
    return scalar !== undefined && equal(xOnly(secp256k1.mulBase(scalar)), key);
  };
  return leads(packet, card.packetKey) && leads(observer, card.observerKey);
}

/**
 * Seals the restored host secret, and both shares where the key is certified, with a device, and reads
 * them back. A device with another approval key is told to the others. The replies are wiped.
 */
export async function equip(
  seat: Seat,
  { host: reply, custody, attestation }: ShareReplies & { readonly host: Bytes },
  me: Me,
): Outcome {
  try {
    return await equipWith(seat, reply, { custody, attestation }, me);
  } finally {
    wipe(reply, custody, attestation);
  }
}

async function equipWith(seat: Seat, reply: Bytes, replies: ShareReplies, me: Me): Outcome {
  const { state, log } = seat;
  const { ports, keys: names } = log;
  const { keys, run } = seat.progress();
  const host = seat.restored;
  if (state.own === undefined || !run || !state.ownCard) return notNow;
  if (!host) return { fault: 'secret-closed' };
  if (me.device.simulated && !state.id!.rehearsal) return notNow;
  const events: Event[] = [];
  const changes: Change[] = [{ key: names.device, value: me.handle }];
  if (!(await seat.derives(reply, host))) {
    const by = { label: deviceLabel('host secret', state.id!), device: me.handle };
    const box = await sealShare(host, reply, seat.hostIs(), by, ports.random(44));
    changes.push({ key: names.host, value: box }, { key: names.salt, value: undefined });
  }
  if (keys) {
    const shares = run.shares(host, keys);
    if (failed(shares)) return shares;
    const sealed = sealShares(seat, shares, replies, me.handle).finally(() =>
      wipe(shares.custody, shares.attestation),
    );
    changes.push(...(await sealed));
    events.push({ kind: 'shares', certified: keys.hash });
  }
  // The last card that the others have: this vault may be younger than that.
  const told = state.told(state.me, 'new-device').at(-1)?.part.card;
  const former = told ?? state.manifest!.operators[state.own]!;
  if (equal(former.approvalKey.key, me.approvalKey.key)) {
    if (!equal(cardHash(former), cardHash(state.ownCard)))
      events.push({ kind: 'card', card: former });
  } else {
    const { device, approvalKey } = me;
    const { name, organisation, place, hostKey, packetKey, observerKey } = former;
    const kept = { name, organisation, place, hostKey, packetKey, observerKey };
    const card = { ...kept, device, approvalKey, root: ports.root };
    const { secp256k1 } = ports.groups;
    const signed = signCard(secp256k1, state.id!, card, host as Scalar, ports.random(32));
    // Once the others refused a packet, they take nothing in that follows it.
    if (newDeviceProblem(secp256k1, state.manifest!, state.own, signed)) return notNow;
    events.push({ kind: 'card', card: signed });
  }
  await log.append(events, changes);
  seat.restored = undefined;
  await seat.introduce();
  return done;
}

/** Approves another operator's new device (the hash of its card) with the own device's signature. */
export async function admit(seat: Seat, operator: number, card: Bytes, approval: Bytes): Outcome {
  const { state, log } = seat;
  const { own, id } = state;
  const device = newDevices(log.ports.groups.ed25519, state).find(
    (one) => one.operator === operator && equal(one.hash, card),
  );
  if (!device || own === undefined || own === operator || device.admittedBy.includes(own))
    return notNow;
  const shared = state.manifest!.operators.some((_, number) => {
    const other = number !== operator && cardNow(log.ports.groups.ed25519, state, number);
    return other && equal(other.approvalKey.key, device.card.approvalKey.key);
  });
  if (shared) return notNow;
  const refused = seat.notApproved(admitStatement(id!, operator, card), approval);
  return refused ?? seat.tellAll([[{ kind: 'admit', operator, card, signature: approval }]]);
}

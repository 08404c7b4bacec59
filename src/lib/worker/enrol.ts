/** How a seat comes to be: a group is begun, an invitation is taken up, a witness sits down. */
import { xOnly } from '../crypto/bip340.ts';
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import type { Scalar } from '../wasm/group.ts';
import { signCard, type GroupId } from '../ceremony/card.ts';
import { judge } from '../ceremony/judge.ts';
import type { Event } from '../ceremony/log.ts';
import type { Terms } from '../ceremony/manifest.ts';
import { bundleOf, packetsOf, readPacket, type Packet } from '../ceremony/packet.ts';
import { State } from '../ceremony/state.ts';
import { mixed, type HostReply } from './entropy.ts';
import { GroupLog } from './group-log.ts';
import { hostSecretFrom } from './host-secret.ts';
import type { Me } from './me.ts';
import { recordKeys, type Ports } from './ports.ts';
import { Seat } from './seat.ts';

/** What an invitation offers. */
export interface Invitation {
  readonly id: GroupId;
  readonly terms: Terms;
  readonly from: string;
}

/** A random key pair: the secret scalar and the x coordinate of its point. */
function freshKey(ports: Ports): { secret: Bytes; key: Bytes } {
  const { secp256k1 } = ports.groups;
  for (;;) {
    const secret = secp256k1.scalarFromBytesNonzeroChecked(ports.random(32));
    if (secret) return { secret, key: xOnly(secp256k1.mulBase(secret)) };
  }
}

/** The invitation in a bundle; a sentence fragment where there is none. */
export function invitationIn(ports: Ports, bundle: Uint8Array): Invitation | string {
  const packet = invitePacket(ports, bundle);
  return typeof packet === 'string' ? packet : invitationOf(packet);
}

function invitationOf(packet: Packet): Invitation {
  const invite = packet.parts.find((part) => part.kind === 'invite')!;
  return { id: packet.id, terms: invite.terms, from: invite.from };
}

function invitePacket(ports: Ports, bundle: Uint8Array): Packet | string {
  const packets = packetsOf(bundle);
  if (typeof packets === 'string') return packets;
  for (const bytes of packets) {
    const packet = readPacket(ports.groups.secp256k1, bytes);
    if (typeof packet !== 'string' && invites(ports, packet)) return packet;
  }
  return 'there is no invitation in it';
}

/** Whether a log that begins with this packet takes its invitation up. */
function invites({ groups }: Ports, packet: Packet): boolean {
  const state = new State();
  state.id = packet.id;
  const fits = judge(groups.secp256k1, state, packet).verdict === 'new';
  return fits && packet.parts.some(({ kind }) => kind === 'invite');
}

/** Enrols the operator: keys, card, host secret. */
async function enrol(
  ports: Ports,
  id: GroupId,
  me: Me,
  { reply, entropy }: HostReply,
  first: (packetKey: Bytes) => Event,
): Promise<Seat> {
  const { secp256k1 } = ports.groups;
  const [packet, observer] = [freshKey(ports), freshKey(ports)];
  const salt = mixed(ports.random(32), 'salt', entropy);
  const host = hostSecretFrom(reply, salt, id);
  const hostKey = hostPubkeyOf(secp256k1, host);
  if (isFault(hostKey)) throw new Error(hostKey.proves);
  const { name, organisation, place, device, approvalKey } = me;
  const card = signCard(
    secp256k1,
    id,
    {
      name,
      organisation,
      place,
      hostKey,
      packetKey: packet.key,
      observerKey: observer.key,
      approvalKey,
      device,
      root: ports.root,
    },
    host as Scalar,
    ports.random(32),
  );
  const group = toHex(id.group);
  const keys = recordKeys(group);
  const log = await GroupLog.begin(
    ports,
    group,
    packet.secret,
    [first(packet.key), { kind: 'card', card }],
    [
      { key: keys.salt, value: salt },
      { key: keys.observerSecret, value: observer.secret },
      { key: keys.device, value: me.handle },
    ],
  ).catch((error: unknown) => {
    wipe(host, packet.secret);
    throw error;
  });
  wipe(observer.secret);
  return new Seat(log, host, entropy);
}

/** Begins a group and invites. */
export async function beginGroup(
  ports: Ports,
  id: GroupId,
  terms: Terms,
  me: Me,
  device: HostReply,
): Promise<Seat> {
  const seat = await enrol(ports, id, me, device, (packetKey) => ({
    kind: 'created',
    id,
    terms,
    packetKey,
    name: me.name,
  }));
  await seat.introduce();
  return seat;
}

/** Takes up the invitation in a bundle; a sentence fragment where it has none. */
export async function joinGroup(
  ports: Ports,
  bundle: Uint8Array,
  me: Me,
  device: HostReply,
): Promise<Seat | string> {
  const invite = invitePacket(ports, bundle);
  if (typeof invite === 'string') {
    wipe(device.reply, ...(device.entropy ? [device.entropy] : []));
    return invite;
  }
  const { id } = invite;
  const seat = await enrol(ports, id, me, device, (packetKey) => ({
    kind: 'invited',
    id,
    packetKey,
    role: 'operator',
  }));
  await seat.take(bundleOf([invite.bytes]));
  await seat.take(bundle);
  return seat;
}

/** Sits down as a witness of the group in a bundle; a sentence fragment where it has no invitation. */
export async function sitAsWitness(
  ports: Ports,
  bundle: Uint8Array,
  me: { readonly name: string; readonly organisation: string },
): Promise<Seat | string> {
  const invite = invitePacket(ports, bundle);
  if (typeof invite === 'string') return invite;
  const { id } = invite;
  const packet = freshKey(ports);
  const card = { ...me, packetKey: packet.key };
  const log = await GroupLog.begin(
    ports,
    toHex(id.group),
    packet.secret,
    [
      { kind: 'invited', id, packetKey: packet.key, role: 'witness' },
      { kind: 'witness', card },
    ],
    [],
  );
  const seat = new Seat(log);
  await seat.take(bundleOf([invite.bytes]));
  await seat.take(bundle);
  return seat;
}

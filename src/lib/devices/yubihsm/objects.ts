import { concat, equal, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import {
  algorithms,
  capabilityBytes,
  commands,
  isCapable,
  objectTypes,
  origins,
} from './commands.ts';
import { be16, readBe16 } from './frames.ts';
import type { Session } from './session.ts';

/*
 * The objects that this program keeps in a YubiHSM: what each is called, what it may do, and reading
 * back whether that is so.
 */

/** What an object is made as, and must be found as. */
export interface Role {
  /** Kind of the object (`objectTypes`). */
  readonly type: number;
  /** 0 where the YubiHSM chooses it. */
  readonly id: number;
  /** At most 40 bytes of ASCII. */
  readonly label: string;
  /** As bits, domain 1 lowest. */
  readonly domains: number;
  readonly algorithm: number;
  /** 8 bytes. */
  readonly capabilities: Bytes;
  /** What the objects that it makes, or brings back from a wrapped copy, may have at most; 8 bytes. */
  readonly delegated: Bytes;
}

const hmacUse = ['sign-hmac', 'verify-hmac'] as const;
const exportableHmac = [...hmacUse, 'exportable-under-wrap'] as const;
const wrapUse = ['wrap-data', 'unwrap-data'] as const;
const none = capabilityBytes([]);

/** The one domain of everything but the administrator: domain 1. */
const DOMAIN = 0x0001;

/** Opens sessions day by day: it uses the three keys, reads the log and draws randomness; no more. */
export const operator: Role = {
  type: objectTypes.authenticationKey,
  id: 0x0c0c, // it must be known before a session opens
  label: 'Conclave operator',
  domains: DOMAIN,
  algorithm: algorithms.aes128Authentication,
  capabilities: capabilityBytes([
    ...hmacUse,
    ...wrapUse,
    'sign-eddsa',
    'get-log',
    'get-pseudo-random',
  ]),
  delegated: none,
};

/** May do what another authentication key may hand on. */
export const administrator = (as: ObjectInfo): Role => ({
  type: objectTypes.authenticationKey,
  id: 0,
  label: 'Conclave administrator',
  domains: as.domains,
  algorithm: algorithms.aes128Authentication,
  capabilities: as.delegated,
  delegated: as.delegated,
});

/**
 * For provisioning alone, and deleted at its end: may do what the factory's key may hand on, and opens
 * sessions with a P-256 key.
 */
export const temporary = (factory: ObjectInfo): Role => ({
  ...administrator(factory),
  label: 'Conclave provisioning',
  algorithm: algorithms.p256Authentication,
});

/** What secrets are derived from. Whoever holds a wrapped copy and the wrap key can put it elsewhere. */
export const hmacKey = (exportable: boolean): Role => ({
  type: objectTypes.hmacKey,
  id: 0,
  label: 'Conclave secrets',
  domains: DOMAIN,
  algorithm: algorithms.hmacSha256,
  capabilities: capabilityBytes(exportable ? exportableHmac : hmacUse),
  delegated: none,
});

/** Seals data. Where the HMAC key is exportable, it is what that key is wrapped under. */
export const wrapKey = (exportable: boolean): Role => ({
  type: objectTypes.wrapKey,
  id: 0,
  label: 'Conclave wrapping',
  domains: DOMAIN,
  algorithm: algorithms.aes256CcmWrap,
  capabilities: capabilityBytes(
    exportable ? [...wrapUse, 'export-wrapped', 'import-wrapped'] : wrapUse,
  ),
  delegated: exportable ? capabilityBytes(exportableHmac) : none,
});

/** Signs approvals. */
export const approvalKey: Role = {
  type: objectTypes.asymmetricKey,
  id: 0,
  label: 'Conclave approvals',
  domains: DOMAIN,
  algorithm: algorithms.ed25519,
  capabilities: capabilityBytes(['sign-eddsa']),
  delegated: none,
};

/** All that is ever put in or made, for finding it by type and label. */
export const allRoles = (factory: ObjectInfo): readonly Role[] => [
  administrator(factory),
  operator,
  hmacKey(false),
  wrapKey(false),
  approvalKey,
  temporary(factory),
];

const LABEL_LENGTH = 40;
const INFO_LENGTH = 66;

/** What a YubiHSM says of an object. */
export interface ObjectInfo {
  readonly id: number;
  readonly type: number;
  readonly algorithm: number;
  /** As bits, domain 1 lowest. */
  readonly domains: number;
  /** Bits of `origins`. */
  readonly origin: number;
  /** 40 bytes, zero-padded. */
  readonly label: Bytes;
  /** 8 bytes each. */
  readonly capabilities: Bytes;
  readonly delegated: Bytes;
}

const labelBytes = (label: string): Bytes => {
  const out = new Uint8Array(LABEL_LENGTH);
  out.set(new TextEncoder().encode(label));
  return out;
};

/** `id | label | domains | capabilities | algorithm`, 53 bytes, with which an object is made. */
export const headerOf = ({ id, label, domains, capabilities, algorithm }: Role): Bytes =>
  concat(be16(id), labelBytes(label), be16(domains), capabilities, Uint8Array.of(algorithm));

/** Reads `capabilities | id | length | domains | type | algorithm | sequence | origin | label | delegated`. */
function parseInfo(data: Bytes): ObjectInfo | DeviceFault {
  if (data.length !== INFO_LENGTH) return deviceFault('unreadable-answer', 'no object information');
  return {
    capabilities: data.slice(0, 8),
    id: readBe16(data, 8),
    domains: readBe16(data, 12),
    type: data[14]!,
    algorithm: data[15]!,
    origin: data[17]!,
    label: data.slice(18, 58),
    delegated: data.slice(58),
  };
}

/** What the YubiHSM says of an object. */
export async function infoOf(
  session: Session,
  type: number,
  id: number,
): Promise<ObjectInfo | DeviceFault> {
  const reply = await session.send(commands.objectInfo, be16(id), Uint8Array.of(type));
  return isDeviceFault(reply) ? reply : parseInfo(reply);
}

/** The ids of the objects of this type, with this label where one is given (LIST OBJECTS, by its filters). */
export async function idsOf(
  session: Session,
  { type, label }: { readonly type: number; readonly label?: string },
): Promise<readonly number[] | DeviceFault> {
  const filter =
    label === undefined ? new Uint8Array() : concat(Uint8Array.of(6), labelBytes(label));
  const reply = await session.send(commands.listObjects, Uint8Array.of(2, type), filter);
  if (isDeviceFault(reply)) return reply;
  if (reply.length % 4 !== 0) return deviceFault('unreadable-answer', 'no list of objects');
  return Array.from({ length: reply.length / 4 }, (_, i) => readBe16(reply, 4 * i));
}

/**
 * Whether an object is exactly what the role says: then undefined, or the fault `not-provisioned` with
 * what differs.
 */
export function misfit(info: ObjectInfo, role: Role): DeviceFault | undefined {
  const fits: Record<string, boolean> = {
    id: role.id === 0 || info.id === role.id,
    type: info.type === role.type,
    algorithm: info.algorithm === role.algorithm,
    label: equal(info.label, labelBytes(role.label)),
    domains: info.domains === role.domains,
    capabilities: equal(info.capabilities, role.capabilities),
    'delegated capabilities': equal(info.delegated, role.delegated),
  };
  const wrong = Object.keys(fits).filter((name) => !fits[name]);
  return wrong.length === 0 ? undefined : unfit(role, wrong.join(', '));
}

/** The fault of an object that is not as it must be. */
export const unfit = (role: Role, what: string): DeviceFault =>
  deviceFault('not-provisioned', `${role.label}: ${what}`);

/**
 * The authentication keys beside this one that reach our domain: whoever has one could use the keys
 * that are there.
 */
export async function keysBeside(
  session: Session,
  id: number,
): Promise<readonly ObjectInfo[] | DeviceFault> {
  const type = objectTypes.authenticationKey;
  const ids = await idsOf(session, { type });
  if (isDeviceFault(ids)) return ids;
  const keys: ObjectInfo[] = [];
  for (const other of ids) {
    if (other === id) continue;
    const info = await infoOf(session, type, other);
    if (isDeviceFault(info)) return info;
    if (info.domains & DOMAIN) keys.push(info);
  }
  return keys;
}

/** The fault of an authentication key that nobody here put in. */
export const stranger = ({ id }: ObjectInfo): DeviceFault =>
  deviceFault('not-provisioned', `authentication key ${id} is there too`);

/** The Ed25519 public key, 32 bytes, of an asymmetric key (`algorithm | key`). */
export async function publicKeyOf(session: Session, id: number): Promise<Bytes | DeviceFault> {
  const reply = await session.send(commands.getPublicKey, be16(id));
  if (isDeviceFault(reply)) return reply;
  return reply.length === 33 && reply[0] === algorithms.ed25519
    ? reply.slice(1)
    : deviceFault('unreadable-answer', 'no Ed25519 key');
}

/** Whether the key can be anywhere else: it may be exported, or it was brought here. */
export const isExportable = (info: ObjectInfo): boolean =>
  isCapable(info.capabilities, 'exportable-under-wrap') || info.origin !== origins.generated;

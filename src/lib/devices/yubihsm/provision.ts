import { p256 } from '@noble/curves/nist.js';
import { concat, equal, wipe, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { Connector, Hardware } from '../hardware.ts';
import type { Presence } from '../prompt.ts';
import { startAudit } from './audit.ts';
import { commands, errors, objectTypes, origins } from './commands.ts';
import { infoInSession, reachYubiHsm, type DeviceInfo } from './device-info.ts';
import { be16, readBe16 } from './frames.ts';
import * as objects from './objects.ts';
import { withPassword, yubiHsmPrompt } from './password.ts';
import { keysOfPassword } from './scp03.ts';
import {
  faultOfCode,
  inSession,
  readDevicePublicKey,
  type Credential,
  type Session,
} from './session.ts';

/*
 * Makes a new YubiHSM ready: an administrator's authentication key, an operator's that may do the few
 * things this program does, and three keys; and lets it log. Each is read back before the factory's
 * authentication key is deleted. On any fault before that, what was made is deleted again. The HMAC key
 * can come from an escrow, as it was in another YubiHSM; the key for approvals is always a new one.
 *
 * A session with the factory's password hides nothing. In it only the public half of a temporary P-256
 * key is put in; the rest is done in a session with that key, which nobody who listens can open. It
 * does not keep out somebody between who plays the YubiHSM.
 */

/** What the caller chose; both passwords are UTF-8 and wiped here. */
export interface ProvisionChoice {
  /** For every day. */
  readonly password: Bytes;
  /** For administration: may do whatever the factory's key could. */
  readonly administrator: Bytes;
  /** Whether the HMAC key can be copied, wrapped, to another YubiHSM. */
  readonly exportable: boolean;
  /** Brings the HMAC key back from it, exportable as it was, instead of making one. Wiped here. */
  readonly escrow?: Escrow | undefined;
}

/** The only copies of an exportable HMAC key. Whoever has both parts can make every secret of it. */
export interface Escrow {
  /** AES-256, 32 bytes: goes into another YubiHSM first. Shown or saved once, then wiped. */
  readonly wrapKey: Bytes;
  /** The HMAC key under it, as IMPORT WRAPPED takes it. */
  readonly hmacKey: Bytes;
}

export interface Provisioned extends DeviceInfo {
  readonly ids: {
    readonly administrator: number;
    readonly operator: number;
    readonly hmac: number;
    readonly wrap: number;
    readonly approval: number;
  };
  /** Ed25519, 32 bytes. */
  readonly approvalKey: Bytes;
  /** A new one; undefined unless the choice was exportable. */
  readonly escrow: Escrow | undefined;
  /** Whether the HMAC key came from the choice's escrow, which stays good for it. */
  readonly restored: boolean;
}

/** The authentication key of the factory, and its password. */
export const FACTORY_ID = 1;
export const factoryPassword = (): Bytes => new TextEncoder().encode('password');

/**
 * Asks for the password of authentication key 1 and makes the YubiHSM ready. Faults: `factory-password`
 * where a chosen password is the factory's, `not-provisioned` where something stands in the way or is
 * not as it was made, `wrong-escrow` where no HMAC key of ours comes from its two parts, `too-old` before
 * firmware 2.3.1, `other-device`, `refused`, those of sessions and of the connector.
 */
export async function provision(
  { yubihsm: connector, simulated }: Hardware,
  presence: Presence,
  choice: ProvisionChoice,
): Promise<Provisioned | DeviceFault> {
  try {
    const factory = factoryPassword();
    if (equal(choice.password, factory) || equal(choice.administrator, factory))
      return deviceFault('factory-password');
    if (choice.escrow && choice.escrow.wrapKey.length !== 32)
      return deviceFault('wrong-escrow', 'part 1 is not 32 bytes');
    const found = await reachYubiHsm(connector);
    if (isDeviceFault(found)) return found;
    const prompt = yubiHsmPrompt(found.serial, simulated, { to: 'provision' });
    return await withPassword(presence, prompt, (password) =>
      provisionAs(connector, { authentication: FACTORY_ID, password }, found.serial, choice),
    );
  } finally {
    wipe(choice.password, choice.administrator);
    if (choice.escrow) wipe(choice.escrow.wrapKey, choice.escrow.hmacKey);
  }
}

async function provisionAs(
  connector: Connector,
  factory: Credential,
  serial: string,
  choice: ProvisionChoice,
): Promise<Provisioned | DeviceFault> {
  const devicePublicKey = await readDevicePublicKey(connector);
  if (isDeviceFault(devicePublicKey)) return devicePublicKey;
  const secret = p256.utils.randomSecretKey();
  const point = p256.getPublicKey(secret, false).slice(1);
  const begun: objects.Role[] = [];
  try {
    const prepared = await inSession(connector, factory, (session) =>
      prepare(session, serial, point, begun),
    );
    const done = isDeviceFault(prepared)
      ? prepared
      : await finish(connector, prepared, { secret, devicePublicKey }, choice);
    if (isDeviceFault(done) && begun.length > 0)
      // Where this fails too, the next attempt finds what was left and says so.
      await inSession(connector, factory, (session) => unmake(session, begun));
    return done;
  } finally {
    wipe(secret);
  }
}

/** Deletes what was made; there was nothing of these labels before. An answer may have been lost. */
export async function unmake(session: Session, begun: readonly objects.Role[]): Promise<void> {
  for (const role of begun) {
    const ids = await objects.idsOf(session, role);
    if (isDeviceFault(ids)) continue;
    for (const id of ids)
      await session.send(commands.deleteObject, be16(id), Uint8Array.of(role.type));
  }
}

/** What the factory's session leaves behind: who it was with, and the temporary key. */
interface Prepared extends DeviceInfo {
  readonly factory: objects.ObjectInfo;
  /** Id of the temporary key. */
  readonly temporary: number;
}

/**
 * The factory's session. Everybody knows its password, so whoever listens reads all that is said in
 * it: nothing secret is. What was provisioned before is in the way: secrets may hang on it.
 */
async function prepare(
  session: Session,
  serial: string,
  point: Bytes,
  begun: objects.Role[],
): Promise<Prepared | DeviceFault> {
  const info = await infoInSession(session);
  if (isDeviceFault(info)) return info;
  if (info.serial !== serial) return deviceFault('other-device', info.serial);
  const factory = await objects.infoOf(session, objectTypes.authenticationKey, FACTORY_ID);
  if (isDeviceFault(factory)) return factory;
  const unlogged = await startAudit(session);
  if (unlogged) return unlogged;
  const roles = objects.allRoles(factory);
  for (const role of roles) {
    const before = await objects.idsOf(session, role);
    if (isDeviceFault(before)) return before;
    if (before.length > 0) return objects.unfit(role, 'already there');
  }
  const others = await objects.keysBeside(session, FACTORY_ID);
  if (isDeviceFault(others)) return others;
  // Deleting it is the owner's decision.
  if (others[0]) return objects.stranger(others[0]);
  begun.push(...roles);
  const role = objects.temporary(factory);
  const temporary = await makeObject(session, role, commands.putAuthenticationKey, point);
  return typeof temporary === 'number' ? { ...info, factory, temporary } : temporary;
}

/** The temporary key's session, in which everything secret is said, and handing over. */
async function finish(
  connector: Connector,
  prepared: Prepared,
  keys: { readonly secret: Bytes; readonly devicePublicKey: Bytes },
  choice: ProvisionChoice,
): Promise<Provisioned | DeviceFault> {
  const credential = { authentication: prepared.temporary, ...keys };
  const done = await inSession(connector, credential, (session) =>
    makeAll(session, prepared, choice),
  );
  if (isDeviceFault(done)) return done;
  const left = await handOver(connector, choice, done.ids, prepared.temporary);
  if (!left) return done;
  if (done.escrow) wipe(done.escrow.wrapKey, done.escrow.hmacKey);
  return left;
}

async function makeAll(
  session: Session,
  { factory, serial, firmware }: Prepared,
  choice: ProvisionChoice,
): Promise<Provisioned | DeviceFault> {
  const made = choice.exportable ? crypto.getRandomValues(new Uint8Array(32)) : undefined;
  const secrets = {
    administrator: bothKeys(choice.administrator),
    operator: bothKeys(choice.password),
    wrap: choice.escrow?.wrapKey ?? made,
  };
  try {
    const ids = await makeObjects(session, plan(factory, secrets, choice.escrow?.hmacKey));
    if (isDeviceFault(ids)) return ids;
    const approvalKey = await objects.publicKeyOf(session, ids.approval);
    if (isDeviceFault(approvalKey)) return approvalKey;
    const restored = choice.escrow !== undefined;
    const escrow = made && !restored ? await exportHmacKey(session, ids, made) : undefined;
    if (escrow && isDeviceFault(escrow)) return escrow;
    return { serial, firmware, ids, approvalKey, escrow, restored };
  } finally {
    wipe(secrets.administrator, secrets.operator, made ?? new Uint8Array());
  }
}

/**
 * An object to be made: as what, by which command, and the secret that is put in; without, it is
 * generated. The wrap key comes before what is imported under it.
 */
type Plan = readonly [
  keyof Provisioned['ids'],
  objects.Role,
  command: number,
  secret?: Bytes | undefined,
][];

const plan = (
  factory: objects.ObjectInfo,
  secrets: {
    readonly administrator: Bytes;
    readonly operator: Bytes;
    readonly wrap?: Bytes | undefined;
  },
  copy: Bytes | undefined,
): Plan => {
  const { administrator, operator, hmacKey, wrapKey, approvalKey } = objects;
  const { putAuthenticationKey: put, generateHmacKey, generateAsymmetricKey } = commands;
  const exportable = secrets.wrap !== undefined;
  const wrapping = exportable ? commands.putWrapKey : commands.generateWrapKey;
  return [
    ['administrator', administrator(factory), put, secrets.administrator],
    ['operator', operator, put, secrets.operator],
    ['wrap', wrapKey(exportable), wrapping, secrets.wrap],
    ['hmac', hmacKey(exportable), copy ? commands.importWrapped : generateHmacKey, copy],
    ['approval', approvalKey, generateAsymmetricKey],
  ];
};

/** Makes the objects and reads each back. */
async function makeObjects(
  session: Session,
  planned: Plan,
): Promise<Provisioned['ids'] | DeviceFault> {
  const ids = { administrator: 0, operator: 0, hmac: 0, wrap: 0, approval: 0 };
  for (const [name, role, command, secret] of planned) {
    const id =
      secret && command === commands.importWrapped
        ? await importObject(session, role, ids.wrap, secret)
        : await makeObject(session, role, command, secret);
    if (typeof id !== 'number') return id;
    ids[name] = id;
  }
  return ids;
}

/** Whether the factory's authentication key is in it, by the YubiHSM's own answer. */
export async function holdsFactoryKey(session: Session): Promise<boolean | DeviceFault> {
  const ids = await objects.idsOf(session, { type: objectTypes.authenticationKey });
  return isDeviceFault(ids) ? ids : ids.includes(FACTORY_ID);
}

async function makeObject(
  session: Session,
  role: objects.Role,
  command: number,
  secret: Bytes = new Uint8Array(),
): Promise<number | DeviceFault> {
  const { type } = role;
  const handsOn = type === objectTypes.authenticationKey || type === objectTypes.wrapKey;
  const delegated = handsOn ? role.delegated : new Uint8Array();
  const reply = await session.send(command, objects.headerOf(role), delegated, secret);
  if (isDeviceFault(reply)) return reply;
  if (reply.length !== 2) return deviceFault('unreadable-answer', 'no id');
  const id = readBe16(reply, 0);
  const info = await objects.infoOf(session, type, id);
  if (isDeviceFault(info)) return info;
  const origin = secret.length > 0 ? origins.imported : origins.generated;
  return misfit(info, role, origin) ?? id;
}

const misfit = (
  info: objects.ObjectInfo,
  role: objects.Role,
  origin: number,
): DeviceFault | undefined =>
  objects.misfit(info, role) ??
  (info.origin === origin ? undefined : objects.unfit(role, 'origin'));

/** What a YubiHSM answers where a copy does not open under the wrap key, or is of something that may more. */
const notACopy = [errors.invalidData, errors.wrongLength, errors.insufficientPermissions].map(
  (code) => faultOfCode(code).detail,
);

/**
 * Brings an object back from its wrapped copy, under the id that it had. It must have been generated in
 * a YubiHSM as this role: a key that somebody chose is none. Anything else is deleted again.
 */
async function importObject(
  session: Session,
  role: objects.Role,
  wrap: number,
  copy: Bytes,
): Promise<number | DeviceFault> {
  const reply = await session.send(commands.importWrapped, be16(wrap), copy);
  if (isDeviceFault(reply))
    return notACopy.includes(reply.detail) ? deviceFault('wrong-escrow', reply.detail) : reply;
  if (reply.length !== 3) return deviceFault('unreadable-answer', 'no id');
  const [type, id] = [reply[0]!, readBe16(reply, 1)];
  const info = await objects.infoOf(session, type, id);
  if (isDeviceFault(info)) return info;
  const wrong = misfit(info, role, origins.generated | origins.wrapped);
  if (!wrong) return id;
  const gone = await session.send(commands.deleteObject, be16(id), Uint8Array.of(type));
  return isDeviceFault(gone) ? gone : deviceFault('wrong-escrow', wrong.detail);
}

/** K-ENC and K-MAC of a password, 32 bytes. */
function bothKeys(password: Bytes): Bytes {
  const { enc, mac } = keysOfPassword(password);
  const both = concat(enc, mac);
  wipe(enc, mac);
  return both;
}

/** A wrapped copy of the HMAC key, while somebody may still make one. */
async function exportHmacKey(
  session: Session,
  { wrap, hmac }: Provisioned['ids'],
  wrapKey: Bytes,
): Promise<Escrow | DeviceFault> {
  const which = Uint8Array.of(objectTypes.hmacKey);
  const wrapped = await session.send(commands.exportWrapped, be16(wrap), which, be16(hmac));
  return isDeviceFault(wrapped) ? wrapped : { wrapKey: wrapKey.slice(), hmacKey: wrapped };
}

/**
 * Deletes the temporary key, then the factory's, in a session of the administrator, once both new
 * passwords were seen to open one.
 */
async function handOver(
  connector: Connector,
  { administrator, password }: ProvisionChoice,
  ids: Provisioned['ids'],
  temporary: number,
): Promise<DeviceFault | undefined> {
  const operator = { authentication: ids.operator, password };
  const opened = await inSession(connector, operator, infoInSession);
  if (isDeviceFault(opened)) return opened;
  const asAdministrator = { authentication: ids.administrator, password: administrator };
  const type = Uint8Array.of(objectTypes.authenticationKey);
  const deleted = await inSession(connector, asAdministrator, async (session) => {
    const gone = await session.send(commands.deleteObject, be16(temporary), type);
    if (isDeviceFault(gone)) return gone;
    return session.send(commands.deleteObject, be16(FACTORY_ID), type);
  });
  if (!isDeviceFault(deleted)) return undefined;
  // It may have been the last answer alone that was lost; the factory's key goes last.
  const left = await inSession(connector, asAdministrator, holdsFactoryKey);
  return left === false ? undefined : deleted;
}

import { ed25519 } from '@noble/curves/ed25519.js';
import { approvalMessage } from '../../crypto/approval-key.ts';
import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { Turnstile } from '../ask.ts';
import {
  deviceFault,
  fromDeviceOutput,
  isDeviceFault,
  MAX_LABELS,
  type Approval,
  type Device,
  type DeviceFault,
  type DeviceIdentity,
} from '../device.ts';
import { toHandle, type EnrolledAs } from '../handle.ts';
import type { Connector, Hardware } from '../hardware.ts';
import type { Presence, Prompt } from '../prompt.ts';
import { readLog, releaseLog } from './audit.ts';
import { commands, origins } from './commands.ts';
import { infoInSession, reachYubiHsm, type DeviceInfo } from './device-info.ts';
import { be16, readBe16 } from './frames.ts';
import * as objects from './objects.ts';
import { MODEL, withPassword, yubiHsmPrompt } from './password.ts';
import { FACTORY_ID, factoryPassword, holdsFactoryKey } from './provision.ts';
import { inSession, type Session } from './session.ts';

/*
 * A YubiHSM 2 that was provisioned: secrets from its HMAC key, approvals by its Ed25519 key. It has no
 * display and no touch; a person answers with the password. Each act is one session, which is closed.
 */

/** Drawn with each act, in bytes. */
const ENTROPY = 32;

type Held = EnrolledAs<'yubihsm'>;

/**
 * Enrols a provisioned YubiHSM: one password, one session. Its objects are found by their labels and
 * must be just as `provision` makes them. Faults: `factory-password` where the factory's key is
 * still in it, `not-provisioned` (also where another authentication key than operator's and
 * administrator's reaches them), `other-device`, those of sessions and of the connector.
 */
export async function enrolYubiHsm(
  hardware: Hardware,
  presence: Presence,
): Promise<Device | DeviceFault> {
  const { yubihsm: connector, simulated } = hardware;
  const found = await reachYubiHsm(connector);
  if (isDeviceFault(found)) return found;
  const factory = await opensWithFactoryPassword(connector);
  if (factory !== false) return factory;
  const prompt = yubiHsmPrompt(found.serial, simulated, { to: 'enrol' });
  const held = await withPassword(presence, prompt, (password) =>
    inSession(connector, { authentication: objects.operator.id, password }, (session) =>
      findObjects(session, found, simulated),
    ),
  );
  return isDeviceFault(held) ? held : openYubiHsm(held, hardware, presence);
}

/** The YubiHSM of a handle, without asking anybody. */
export const openYubiHsm = (held: Held, hardware: Hardware, presence: Presence): Device =>
  new YubiHsm(held, hardware, presence);

/**
 * Reads what the YubiHSM noted of its own use after a known entry, or all it still has, as raw entries
 * of 32 bytes, oldest first; some may be missing before them (`missingBetween`). `keep` stores them and says whether they are safe; only then may the
 * YubiHSM forget them. Faults: `log-broken`, those of the act.
 */
export const readAudit = (
  held: Held,
  hardware: Hardware,
  presence: Presence,
  after: Bytes | undefined,
  keep: (entries: readonly Bytes[]) => Promise<boolean>,
): Promise<readonly Bytes[] | DeviceFault> =>
  act(held, hardware, presence, { to: 'read-log' }, async (session) => {
    const entries = await readLog(session, after);
    if (isDeviceFault(entries)) return entries;
    const last = entries.at(-1);
    if (!last || !(await keep(entries))) return entries;
    return (await releaseLog(session, last)) ?? entries;
  });

/** False unless it does, or why that cannot be told. */
async function opensWithFactoryPassword(connector: Connector): Promise<DeviceFault | false> {
  const credential = { authentication: FACTORY_ID, password: factoryPassword() };
  const opened = await inSession(connector, credential, infoInSession);
  if (!isDeviceFault(opened)) return deviceFault('factory-password');
  const otherwise = opened.fault === 'wrong-password' || opened.fault === 'not-provisioned';
  return otherwise ? false : opened;
}

async function findObjects(
  session: Session,
  found: DeviceInfo,
  simulated: boolean,
): Promise<Held | DeviceFault> {
  const other = await sameDevice(session, found);
  if (other) return other;
  // What was seen before the session opened, whoever sits between could have made up.
  const factory = await holdsFactoryKey(session);
  if (factory !== false) return factory === true ? deviceFault('factory-password') : factory;
  const authentication = await findObject(session, objects.operator, objects.operator);
  if (isDeviceFault(authentication)) return authentication;
  const others = await objects.keysBeside(session, authentication.id);
  if (isDeviceFault(others)) return others;
  // One administrator; the owner may have deleted that key.
  const stranger = others.find(
    (key, i) => i > 0 || objects.misfit(key, objects.administrator(key)),
  );
  if (stranger) return objects.stranger(stranger);
  const hmac = await findObject(session, objects.hmacKey(false), objects.hmacKey(true));
  if (isDeviceFault(hmac)) return hmac;
  const wrap = await findObject(session, objects.wrapKey(false), objects.wrapKey(true));
  if (isDeviceFault(wrap)) return wrap;
  const approval = await findObject(session, objects.approvalKey, objects.approvalKey);
  if (isDeviceFault(approval)) return approval;
  if (approval.origin !== origins.generated) return objects.unfit(objects.approvalKey, 'origin');
  const approvalKey = await objects.publicKeyOf(session, approval.id);
  if (isDeviceFault(approvalKey)) return approvalKey;
  return {
    kind: 'yubihsm',
    simulated,
    ...found,
    authentication: be16(authentication.id),
    hmac: be16(hmac.id),
    wrap: be16(wrap.id),
    approval: be16(approval.id),
    approvalKey,
    exportable: objects.isExportable(hmac),
  };
}

/** The one object of a label, which is exactly one of two roles. */
async function findObject(
  session: Session,
  role: objects.Role,
  or: objects.Role,
): Promise<objects.ObjectInfo | DeviceFault> {
  const ids = await objects.idsOf(session, role);
  if (isDeviceFault(ids)) return ids;
  const [id, another] = ids;
  if (id === undefined || another !== undefined)
    return objects.unfit(role, id === undefined ? 'missing' : 'more than one');
  const info = await objects.infoOf(session, role.type, id);
  if (isDeviceFault(info)) return info;
  const wrong = objects.misfit(info, role);
  return wrong && objects.misfit(info, or) ? wrong : info;
}

/** Whether the session is with this YubiHSM: then undefined. */
async function sameDevice(session: Session, as: DeviceInfo): Promise<DeviceFault | undefined> {
  const info = await infoInSession(session);
  if (isDeviceFault(info)) return info;
  return otherThan(info, as);
}

const otherThan = (info: DeviceInfo, as: DeviceInfo): DeviceFault | undefined =>
  info.serial === as.serial && info.firmware === as.firmware
    ? undefined
    : deviceFault('other-device', `${info.serial}, firmware ${info.firmware}`);

/** One password, one session with the enrolled YubiHSM. */
async function act<T>(
  held: Held,
  { yubihsm: connector, simulated }: Hardware,
  presence: Presence,
  asks: Prompt['asks'],
  work: (session: Session) => Promise<T | DeviceFault>,
): Promise<T | DeviceFault> {
  const found = await reachYubiHsm(connector);
  if (isDeviceFault(found)) return found;
  const other = otherThan(found, held);
  if (other) return other;
  const authentication = readBe16(held.authentication, 0);
  return withPassword(presence, yubiHsmPrompt(held.serial, simulated, asks), (password) =>
    inSession(connector, { authentication, password }, async (session) => {
      return (await sameDevice(session, held)) ?? (await work(session));
    }),
  );
}

class YubiHsm implements Device {
  readonly identity: DeviceIdentity;
  readonly #held: Held;
  readonly #hardware: Hardware;
  readonly #presence: Presence;
  readonly #turnstile = new Turnstile();
  #entropy: Bytes | undefined;

  constructor(held: Held, hardware: Hardware, presence: Presence) {
    this.#held = held;
    this.#hardware = hardware;
    this.#presence = presence;
    this.identity = {
      kind: 'yubihsm',
      model: MODEL,
      serial: held.serial,
      firmware: held.firmware,
      simulated: held.simulated,
      capabilities: {
        trustedDisplay: false,
        touch: false,
        attestation: false,
        nonExportable: !held.exportable,
      },
      approvalKey: { kind: 'ed25519', key: held.approvalKey },
      handle: toHandle(held),
    };
  }

  async derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault> {
    if (labels.length < 1 || labels.length > MAX_LABELS) return deviceFault('unsupported');
    return this.#act({ to: 'derive', labels }, async (session) => {
      const derived: Bytes[] = [];
      for (const label of labels) {
        const output = await hmacOf(session, this.#held.hmac, label);
        if (isDeviceFault(output)) {
          wipe(...derived);
          return output;
        }
        derived.push(fromDeviceOutput(output, label));
      }
      return derived;
    });
  }

  async approve(statement: string): Promise<Approval | DeviceFault> {
    const message = approvalMessage(statement);
    if (!message) return deviceFault('statement-unfit');
    return this.#act({ to: 'approve', statement }, async (session) => {
      const signature = await session.send(commands.signEddsa, this.#held.approval, message);
      if (isDeviceFault(signature)) return signature;
      const holds =
        signature.length === 64 &&
        ed25519.verify(signature, message, this.#held.approvalKey, { zip215: false });
      return holds
        ? { signature, shown: false }
        : deviceFault('other-device', 'another key signed');
    });
  }

  takeEntropy(): Bytes | undefined {
    const entropy = this.#entropy;
    this.#entropy = undefined;
    return entropy;
  }

  /** The work, then randomness, in one session. */
  #act<T>(
    asks: Prompt['asks'],
    work: (session: Session) => Promise<T | DeviceFault>,
  ): Promise<T | DeviceFault> {
    return this.#turnstile.through(() =>
      act(this.#held, this.#hardware, this.#presence, asks, async (session) => {
        const entropy = await session.send(commands.getPseudoRandom, be16(ENTROPY));
        if (isDeviceFault(entropy)) return entropy;
        if (entropy.length !== ENTROPY) return deviceFault('unreadable-answer', 'no randomness');
        wipe(this.#entropy ?? new Uint8Array());
        this.#entropy = entropy;
        return work(session);
      }),
    );
  }
}

/** SIGN HMAC of a label, 32 bytes, and whether the YubiHSM stands by it: the same bytes again. */
async function hmacOf(session: Session, key: Bytes, label: string): Promise<Bytes | DeviceFault> {
  const data = new TextEncoder().encode(label);
  const mac = await session.send(commands.signHmac, key, data);
  if (isDeviceFault(mac)) return mac;
  if (mac.length !== 32) return deviceFault('unreadable-answer', 'no HMAC');
  const same = await session.send(commands.verifyHmac, key, mac, data);
  if (!isDeviceFault(same) && same.length === 1 && same[0] === 1) return mac;
  wipe(mac);
  return isDeviceFault(same) ? same : deviceFault('unreadable-answer', 'the HMAC does not hold');
}

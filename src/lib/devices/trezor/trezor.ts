import { bareSignature, bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { statementFits } from '../../crypto/approval-key.ts';
import { equal, isZero, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';
import { Turnstile } from '../ask.ts';
import {
  deviceFault,
  fromDeviceOutput,
  isDeviceFault,
  MAX_LABELS,
  shownLabel,
  type Approval,
  type Device,
  type DeviceFault,
  type DeviceIdentity,
} from '../device.ts';
import { toHandle, type EnrolledAs } from '../handle.ts';
import type { Hardware } from '../hardware.ts';
import type { Presence } from '../prompt.ts';
import { call, type Talk } from './calls.ts';
import { APPROVAL_PATH, approvalSteps, COIN, readKeys, signingAddress, type Keys } from './keys.ts';
import { HARDENED, SPEND_WITNESS } from './messages.ts';
import { initialize, type Found } from './probe.ts';

/*
 * Trezor Model T, Safe 3 and Safe 5, over codec v1.
 */

/** SLIP-11 keys of secrets lie below SLIP-11's own purpose. */
const secretSteps = [10016 + HARDENED, 0 + HARDENED];

/** The session of the last act: while the device keeps it, the passphrase is not asked for again. */
interface Session {
  id: Bytes | undefined;
}

/** A Trezor that is open, and the keys of the seed and passphrase it is open with. */
interface Opened extends Talk {
  readonly found: Found;
  readonly keys: Keys;
}

/**
 * Enrols the Trezor that is plugged in: reads its public keys; the person enters PIN and passphrase on
 * it where it asks for them. Faults: those of `initialize` and `call`.
 */
export async function enrolTrezor(
  hardware: Hardware,
  presence: Presence,
): Promise<Device | DeviceFault> {
  const session: Session = { id: undefined };
  return withTrezor(hardware, presence, session, ({ found, keys, who }) => {
    const { simulated, model } = who;
    const { serial, firmware } = found;
    const held = { kind: 'trezor', simulated, model, serial, firmware, ...keys } as const;
    const path = APPROVAL_PATH;
    return Promise.resolve(new Trezor({ ...held, path }, hardware, presence, session));
  });
}

/** The Trezor that was enrolled. Nothing is asked of it before the first act. */
export const openTrezor = (
  held: EnrolledAs<'trezor'>,
  hardware: Hardware,
  presence: Presence,
): Device => new Trezor(held, hardware, presence, { id: undefined });

class Trezor implements Device {
  readonly identity: DeviceIdentity;
  readonly #held: EnrolledAs<'trezor'>;
  readonly #hardware: Hardware;
  readonly #presence: Presence;
  readonly #session: Session;
  readonly #turnstile = new Turnstile();

  constructor(
    held: EnrolledAs<'trezor'>,
    hardware: Hardware,
    presence: Presence,
    session: Session,
  ) {
    this.#held = held;
    this.#hardware = hardware;
    this.#presence = presence;
    this.#session = session;
    const { kind, model, serial, firmware, simulated, approvalKey } = held;
    this.identity = {
      kind,
      model,
      serial,
      firmware,
      simulated,
      capabilities: {
        trustedDisplay: true,
        touch: true,
        // The Safe models could prove their make, by certificates of their maker that this program
        // does not carry; the Model T cannot.
        attestation: false,
        nonExportable: true,
      },
      approvalKey: { kind: 'bitcoin-message', key: approvalKey },
      handle: toHandle(held),
    };
  }

  /** Each label is its own question. */
  derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault> {
    if (labels.length < 1 || labels.length > MAX_LABELS)
      return Promise.resolve(deviceFault('unsupported'));
    return this.#act(async (talk) => {
      const secrets: Bytes[] = [];
      for (const label of labels) {
        const output = await secretOf(talk, label);
        if (isDeviceFault(output)) {
          wipe(...secrets);
          return output;
        }
        secrets.push(fromDeviceOutput(output, label));
      }
      return secrets;
    });
  }

  approve(statement: string): Promise<Approval | DeviceFault> {
    if (!statementFits(statement)) return Promise.resolve(deviceFault('statement-unfit'));
    return this.#act((talk) => signed(talk, statement, this.#held.approvalKey));
  }

  /** It gives randomness only after a question of its own. */
  takeEntropy(): undefined {
    return undefined;
  }

  /** Does something with the device open, if the seed and passphrase are those it was enrolled with. */
  #act<T extends object>(act: (talk: Talk) => Promise<T | DeviceFault>): Promise<T | DeviceFault> {
    return this.#turnstile.through<T | DeviceFault>(() => {
      if (this.#held.simulated !== this.#hardware.simulated)
        return Promise.resolve(deviceFault('other-device'));
      return withTrezor(this.#hardware, this.#presence, this.#session, (opened) => {
        const { fingerprint, approvalKey } = opened.keys;
        if (
          equal(fingerprint, this.#held.fingerprint) &&
          equal(approvalKey, this.#held.approvalKey)
        )
          return act(opened);
        // Another passphrase would stay with the session, and never be asked for again.
        this.#session.id = undefined;
        const [before, now] = [toHex(this.#held.fingerprint), toHex(fingerprint)];
        return Promise.resolve(deviceFault('other-seed', `enrolled ${before}, now ${now}`));
      });
    });
  }
}

/** Opens the device, resumes the session, reads the keys, acts, and closes it whatever happened. */
async function withTrezor<T extends object>(
  hardware: Hardware,
  presence: Presence,
  session: Session,
  act: (opened: Opened) => Promise<T | DeviceFault>,
): Promise<T | DeviceFault> {
  const link = await hardware.trezor();
  if (isDeviceFault(link)) return link;
  try {
    const found = await initialize(link, session.id);
    if (isDeviceFault(found)) return found;
    session.id = found.sessionId;
    const { simulated } = hardware;
    const model = `${simulated ? 'SIMULATED ' : ''}${found.model}`;
    const talk: Talk = { link, presence, who: { model, serial: found.serial, simulated } };
    const keys = await readKeys(talk);
    return isDeviceFault(keys) ? keys : await act({ ...talk, found, keys });
  } finally {
    await link.close();
  }
}

/**
 * 32 bytes for a label: what SLIP-11 makes of 32 zero bytes at a key that says “ask when encrypting,
 * do not ask when decrypting”. SLIP-11 gives no sign of damage on the way, and a wrong secret would
 * seal a share for ever: so it is decrypted again, without a question, and must give the zeros. That
 * the device decrypts unasked helps nobody to the secret: encrypting is what makes it, and is asked.
 */
async function secretOf(talk: Talk, label: string): Promise<Bytes | DeviceFault> {
  const key = shownLabel(label);
  const cipher = (value: Uint8Array, encrypt: boolean) =>
    ({
      is: 'CipherKeyValue',
      path: secretSteps,
      key,
      value,
      encrypt,
      askOnEncrypt: true,
      askOnDecrypt: false,
    }) as const;
  const asks = { to: 'derive', labels: [label] } as const;
  const screen = [['Encrypt value', key]];
  const made = await call(talk, cipher(new Uint8Array(32), true), 'CipheredKeyValue', {
    asks,
    screen,
  });
  if (isDeviceFault(made)) return made;
  const secret = made.value ?? new Uint8Array();
  const back = await call(talk, cipher(secret, false), 'CipheredKeyValue');
  if (!isDeviceFault(back)) {
    const zeros = back.value ?? new Uint8Array();
    const whole = secret.length === 32 && zeros.length === 32;
    if (whole && isZero(zeros) && !isZero(secret)) return secret as Bytes;
  }
  wipe(secret);
  return isDeviceFault(back) ? back : deviceFault('unreadable-answer', 'CipheredKeyValue');
}

/** The statement as a Bitcoin message, shown on the device and signed there under the enrolled key. */
async function signed(
  talk: Talk,
  statement: string,
  approvalKey: Bytes,
): Promise<Approval | DeviceFault> {
  const request = {
    is: 'SignMessage',
    path: approvalSteps,
    message: new TextEncoder().encode(statement),
    coin: COIN,
    scriptType: SPEND_WITNESS,
    noScriptType: true,
  } as const;
  const reply = await call(talk, request, 'MessageSignature', {
    asks: { to: 'approve', statement },
    screen: [
      ['Signing address', signingAddress(approvalKey)],
      ['Confirm message', ...statement.split('\n')],
    ],
  });
  if (isDeviceFault(reply)) return reply;
  const signature = bareSignature(reply.signature ?? new Uint8Array());
  if (!signature) return deviceFault('unreadable-answer', 'MessageSignature');
  return bitcoinMessageHolds(approvalKey, statement, signature)
    ? { signature, shown: true }
    : deviceFault('other-device');
}

import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { HDKey } from '@scure/bip32';
import { statementFits } from '../../crypto/approval-key.ts';
import {
  bareSignature,
  bitcoinMessageDigest,
  bitcoinMessageHolds,
} from '../../crypto/bitcoin-message.ts';
import { equal, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';
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
import type { OpenApp, Path, Policy } from './client.ts';
import {
  appNames,
  approvalPath,
  extendedKeyFrom,
  hardenedSteps,
  isAppName,
  pathFrom,
  pathText,
  policyAccount,
  publicKeyBelow,
  taprootAddress,
  type AppName,
} from './keys.ts';
import { Session } from './session.ts';

/*
 * Ledger devices with the Bitcoin app. A secret is the device's HMAC of a wallet policy that names the
 * label: the person registers it on the display. An approval is a signed Bitcoin message.
 */

type Held = EnrolledAs<'ledger'>;

const TEMPLATE = 'tr(@0/**)';

const unreadable = (what: string): DeviceFault => deviceFault('unreadable-answer', what);

/**
 * Enrols the Ledger that is connected, with whichever of the Bitcoin apps is open; where none is, the
 * person is asked to open the first. Nothing else is asked. Faults: those of `Session.within`,
 * `path-refused`, `unreadable-answer`.
 */
export function enrolLedger(hardware: Hardware, presence: Presence): Promise<Device | DeviceFault> {
  return Session.within(hardware, presence, appNames, async (session, app) => {
    const path = approvalPath(app.name);
    const fingerprint = await session.client.getMasterFingerprint();
    if (isDeviceFault(fingerprint)) return fingerprint;
    const seen = await keysAt(session, app.name, pathFrom(path)!);
    if (isDeviceFault(seen)) return seen;
    // The app itself says whether key and fingerprint are its own: it gives an address for no others.
    const unnamed: Policy = { name: '', template: TEMPLATE, keys: [keyInfo(fingerprint, seen)] };
    const address = await session.client.getWalletAddress(unnamed, new Uint8Array(32));
    if (typeof address !== 'string') return address;
    if (address !== taprootAddress(app.name, seen.account)) return unreadable('address');
    const held: Held = {
      kind: 'ledger',
      simulated: hardware.simulated,
      model: session.model,
      serial: '',
      firmware: app.version,
      fingerprint: fingerprint.slice(),
      path,
      approvalKey: seen.approvalKey,
      app: app.name,
    };
    return openLedger(held, hardware, presence);
  });
}

/** The Ledger of a handle, without asking anybody. */
export const openLedger = (held: Held, hardware: Hardware, presence: Presence): Device =>
  new Ledger(held, hardware, presence);

/** What a Ledger shows of its keys in silence. */
interface Keys {
  readonly approvalKey: Bytes;
  /** The account that policies are registered with, and its path. */
  readonly account: HDKey;
  readonly accountPath: Path;
}

/** The keys for a path of approvals. Faults: `path-refused`, `unreadable-answer`, the channel's. */
async function keysAt(session: Session, app: AppName, path: Path): Promise<Keys | DeviceFault> {
  const account = async (at: Path): Promise<HDKey | DeviceFault> => {
    const base58 = await session.client.getExtendedPubkey(at);
    if (typeof base58 !== 'string') return base58;
    return extendedKeyFrom(app, at, base58) ?? unreadable('extended public key');
  };
  const hardened = hardenedSteps(path);
  const approvals = await account(path.slice(0, hardened));
  if (isDeviceFault(approvals)) return approvals;
  const approvalKey = publicKeyBelow(approvals, path.slice(hardened));
  if (!approvalKey) return unreadable('extended public key');
  const accountPath = policyAccount(path);
  const policies = await account(accountPath);
  return isDeviceFault(policies) ? policies : { approvalKey, account: policies, accountPath };
}

/** The one key of the policies used here, as `[f5acc2fd/86'/1'/100']tpub…`. */
const keyInfo = (fingerprint: Bytes, { account, accountPath }: Keys): string =>
  `[${toHex(fingerprint)}/${pathText(accountPath)}]${account.publicExtendedKey}`;

class Ledger implements Device {
  readonly identity: DeviceIdentity;
  readonly #held: Held;
  readonly #hardware: Hardware;
  readonly #presence: Presence;
  readonly #turnstile = new Turnstile();

  constructor(held: Held, hardware: Hardware, presence: Presence) {
    this.#held = held;
    this.#hardware = hardware;
    this.#presence = presence;
    this.identity = {
      kind: 'ledger',
      model: held.model,
      serial: held.serial,
      firmware: `${held.app} ${held.firmware}`,
      simulated: held.simulated,
      // The seed leaves it only as the words that its owner was shown once.
      capabilities: { trustedDisplay: true, touch: true, attestation: false, nonExportable: true },
      approvalKey: { kind: 'bitcoin-message', key: held.approvalKey },
      handle: toHandle(held),
    };
  }

  async derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault> {
    if (labels.length < 1 || labels.length > MAX_LABELS) return deviceFault('unsupported');
    const derived: Bytes[] = [];
    const result = await this.#act(async (session, app, keys) => {
      // Where the device was locked after the first label, that one is not asked for again.
      for (const label of labels.slice(derived.length)) {
        const hmac = await this.#register(session, app, keys, label);
        if (isDeviceFault(hmac)) return hmac;
        derived.push(fromDeviceOutput(hmac, label));
      }
      return derived;
    });
    if (isDeviceFault(result)) wipe(...derived);
    return result;
  }

  approve(statement: string): Promise<Approval | DeviceFault> {
    if (!statementFits(statement)) return Promise.resolve(deviceFault('statement-unfit'));
    return this.#act(async (session) => {
      const path = pathFrom(this.#held.path)!;
      const signed = await session.ask(
        { to: 'approve', statement },
        [
          ['Review message'],
          ['Path', pathText(path)],
          ['Message', ...statement.split('\n')],
          ['Sign message'],
        ],
        session.client.signMessage(path, statement),
      );
      if (isDeviceFault(signed)) return signed;
      const signature = bareSignature(signed);
      // Ledger's header: of the point's y, and never of a kind of address.
      if (!signature || (signed[0] !== 31 && signed[0] !== 32)) return unreadable('header');
      const key = this.#held.approvalKey;
      if (!bitcoinMessageHolds(key, statement, signature)) return deviceFault('other-device');
      return recovers(signed, statement, key) ? { signature, shown: true } : unreadable('header');
    });
  }

  takeEntropy(): undefined {
    return undefined;
  }

  /** Acts on the enrolled device, once it was shown that it is still set up with the same seed. */
  #act<T extends object>(
    act: (session: Session, app: AppName, keys: Keys) => Promise<T | DeviceFault>,
  ): Promise<T | DeviceFault> {
    const { app: name, path: written } = this.#held;
    const path = pathFrom(written);
    if (!isAppName(name) || !path)
      return Promise.resolve(deviceFault('path-refused', `${name} ${written}`));
    return this.#turnstile.through(() =>
      Session.within(this.#hardware, this.#presence, [name], async (session, app) => {
        const keys = await this.#sameKeys(session, name, path);
        const result = isDeviceFault(keys) ? keys : await act(session, name, keys);
        return isDeviceFault(result) && result.fault === 'path-refused'
          ? deviceFault('path-refused', this.#versions(app))
          : result;
      }),
    );
  }

  async #sameKeys(session: Session, app: AppName, path: Path): Promise<Keys | DeviceFault> {
    const { fingerprint, approvalKey } = this.#held;
    const found = await session.client.getMasterFingerprint();
    if (isDeviceFault(found)) return found;
    const differ = (enrolled: Bytes, here: Bytes) =>
      deviceFault('other-seed', `enrolled ${toHex(enrolled)}, found ${toHex(here)}`);
    if (!equal(found, fingerprint)) return differ(fingerprint, found);
    const keys = await keysAt(session, app, path);
    if (isDeviceFault(keys) || equal(keys.approvalKey, approvalKey)) return keys;
    return differ(approvalKey, keys.approvalKey);
  }

  #versions({ name, version }: OpenApp): string {
    return `enrolled with ${name} ${this.#held.firmware}, now ${version}`;
  }

  /**
   * The HMAC of the policy that names a label, 32 bytes. Only the device can check it: it is asked for
   * an address with it, and the address is compared.
   */
  async #register(
    session: Session,
    app: AppName,
    keys: Keys,
    label: string,
  ): Promise<Bytes | DeviceFault> {
    const key = keyInfo(this.#held.fingerprint, keys);
    const policy: Policy = { name: shownLabel(label), template: TEMPLATE, keys: [key] };
    const hmac = await session.ask(
      { to: 'derive', labels: [label] },
      [
        ['Review account', 'to register'],
        ['Account name', policy.name],
        ['Wallet policy', TEMPLATE],
        ['Review co-signer', 'public keys'],
        ['Our key@0', key],
        ['Register account'],
      ],
      session.client.registerWallet(policy),
    );
    if (isDeviceFault(hmac)) return hmac;
    const address = await session.client.getWalletAddress(policy, hmac);
    if (typeof address === 'string' && address === taprootAddress(app, keys.account)) return hmac;
    wipe(hmac);
    return typeof address === 'string' ? unreadable('address') : address;
  }
}

/** Whether a signature with its header (65 bytes) recovers to this key. */
function recovers(signed: Bytes, statement: string, key: Bytes): boolean {
  const digest = bitcoinMessageDigest(statement);
  const withBit = signed.slice();
  withBit[0]! -= 31;
  try {
    return equal(secp256k1.recoverPublicKey(withBit, digest, { prehash: false }), key);
  } catch {
    return false; // no point has this r
  }
}

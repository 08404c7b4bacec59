import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { ApprovalKey } from '../crypto/approval-key.ts';
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';

/** The makes of devices that gate shares. */
export const deviceKinds = ['ledger', 'trezor', 'yubihsm', 'security-key'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** What a device can do, said honestly. */
export interface Capabilities {
  /** It shows a statement on a display of its own, out of this computer's reach. */
  readonly trustedDisplay: boolean;
  /** It acts only when a person touches it. */
  readonly touch: boolean;
  /** It can prove its make with a key of its maker, and this program asks it to. */
  readonly attestation: boolean;
  /** Its secrets cannot be copied out of it. */
  readonly nonExportable: boolean;
}

/** Which device this is: public, plain and clonable. */
export interface DeviceIdentity {
  readonly kind: DeviceKind;
  /** As its maker calls it; at most 60 characters. */
  readonly model: string;
  /** What tells it from others of its model; empty where the device does not tell. */
  readonly serial: string;
  /** Version of its firmware, and of its app where it has one; empty where it does not tell. */
  readonly firmware: string;
  /**
   * Whether it only pretends to be hardware: its capabilities are then those it imitates, and nothing
   * but a rehearsal may count on them.
   */
  readonly simulated: boolean;
  readonly capabilities: Capabilities;
  readonly approvalKey: ApprovalKey;
  /** What is needed to find it again and to know that it is the same (`handle.ts`); public. */
  readonly handle: string;
}

/** A device that gates secrets and signs approvals. One request at a time; every request asks a person. */
export interface Device {
  readonly identity: DeviceIdentity;
  /**
   * 32 bytes for each of one or two labels: the same for the same label for ever, and unrelated
   * between labels. A device with a display asks for each label, the others once for all. The caller
   * transfers and wipes them.
   */
  derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault>;
  /**
   * Shows the statement (see `statementFits`), asks the person and signs it. `shown` says whether the
   * device itself showed it.
   */
  approve(statement: string): Promise<Approval | DeviceFault>;
  /**
   * 32 bytes of the device's own randomness, drawn with its last answer; undefined where it gives
   * none, or they were taken.
   */
  takeEntropy(): Bytes | undefined;
}

/** A signature that `verifyApproval` accepts. */
export interface Approval {
  readonly signature: Bytes;
  readonly shown: boolean;
}

/** Why a device did not do what it was asked to; nothing was derived or signed. */
export const deviceFaultNames = [
  /** The person refused, or the browser does not tell why it failed. */
  'refused',
  'unplugged',
  /** No such device is connected, or none was chosen. */
  'not-found',
  /** The browser, the page's address or the device cannot do it at all. */
  'unsupported',
  /** The device did not verify the person, by PIN or finger. */
  'not-verified',
  /** It is locked and stayed so. */
  'locked',
  'wrong-pin',
  /** Another app is open on it, and the right one was not opened. */
  'wrong-app',
  /** Its app or firmware is older than the first that can do this. */
  'too-old',
  /** Its app or firmware no longer allows the path that its keys were made at. */
  'path-refused',
  /** It has no seed, or it is in its update mode. */
  'not-set-up',
  /** It speaks a newer protocol that this program does not (Trezor Host Protocol). */
  'newer-protocol',
  /** Two of its make are plugged in: which one is meant is not known. */
  'several',
  /** Another window or program holds it. */
  'other-program',
  /** It answered without the secret output that was asked for. */
  'no-prf',
  /** Another device answered than the one enrolled. */
  'other-device',
  /** The device is set up with another seed or passphrase than when it was enrolled. */
  'other-seed',
  /** The statement cannot be shown in full: too long, or not plain ASCII. */
  'statement-unfit',
  /** Another request is still waiting. */
  'busy',
  'timed-out',
  /** What came back is not what its protocol says: damaged on the way, or made up. */
  'unreadable-answer',
  /** No connector of a YubiHSM answers at this page's address. */
  'no-connector',
  /** The connector runs, without a YubiHSM plugged in. */
  'no-hsm',
  /** The password of the YubiHSM's authentication key is wrong. */
  'wrong-password',
  /** The YubiHSM still has the factory's key and password. */
  'factory-password',
  /** All sessions of the YubiHSM are taken. */
  'no-session',
  /** The YubiHSM's keys for this are missing, or they may not do it. */
  'not-provisioned',
  /** The two parts of a YubiHSM's escrow are damaged, or they do not belong together. */
  'wrong-escrow',
  /** The YubiHSM's log is full and it was told to stop then. */
  'log-full',
  /** The YubiHSM's log does not continue what was read of it before. */
  'log-broken',
] as const;

export type DeviceFaultName = (typeof deviceFaultNames)[number];

export interface DeviceFault {
  readonly fault: DeviceFaultName;
  /** What the device said or what was found instead, plain ASCII: a status word, a version, a fingerprint. */
  readonly detail?: string;
}

/** Makes the fault of this name. */
export const deviceFault = (fault: DeviceFaultName, detail?: string): DeviceFault => ({
  fault,
  ...(detail !== undefined && { detail }),
});

/** Whether a result is a fault rather than a value. */
export const isDeviceFault = (result: object): result is DeviceFault => 'fault' in result;

/** How many labels one call of `derive` answers. */
export const MAX_LABELS = 2;

const utf8 = new TextEncoder();

/**
 * The 32 bytes that leave a driver: HKDF-SHA256 (RFC 5869) of the device's own output, without salt,
 * with the label as info. The output is wiped.
 */
export function fromDeviceOutput(output: Uint8Array, label: string): Bytes {
  const derived = hkdf(sha256, output, undefined, utf8.encode(label), 32) as Bytes;
  wipe(output);
  return derived;
}

/**
 * A label as a small display can show it, at most 64 printable ASCII characters: its purpose and the
 * first 128 bits of its SHA-256. Devices that ask a person for a label derive from this name.
 */
export function shownLabel(label: string): string {
  const purpose = label.split('/')[1] ?? '';
  return `Conclave ${purpose.slice(0, 22)} ${toHex(sha256(utf8.encode(label)).subarray(0, 16))}`;
}

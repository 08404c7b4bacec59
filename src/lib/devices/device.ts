import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { ApprovalKey } from '../crypto/approval-key.ts';
import { wipe, type Bytes } from '../crypto/bytes.ts';

/** What a device can do, said honestly. */
export interface Capabilities {
  /** It shows a statement on a display of its own, out of this computer's reach. */
  readonly trustedDisplay: boolean;
  /** It acts only when a person touches it. */
  readonly touch: boolean;
  /** It can prove its make with a key of its maker. */
  readonly attestation: boolean;
  /** Its secrets cannot be copied out of it. */
  readonly nonExportable: boolean;
}

/** Which device this is: public, plain and clonable. */
export interface DeviceIdentity {
  readonly kind: 'simulated' | 'security-key';
  readonly model: string;
  /** Empty where the device does not tell. */
  readonly serial: string;
  /** Empty where the device does not tell. */
  readonly firmware: string;
  /**
   * Whether it only pretends to be hardware: its capabilities are then those it imitates, and nothing
   * but a rehearsal may count on them.
   */
  readonly simulated: boolean;
  readonly capabilities: Capabilities;
  readonly approvalKey: ApprovalKey;
  /** What is needed to find it again; public. */
  readonly handle: string;
}

/** A device that gates secrets and signs approvals. One request at a time; every request asks a person. */
export interface Device {
  readonly identity: DeviceIdentity;
  /**
   * One prompt for one or two labels: 32 bytes each, the same for the same label for ever, and
   * unrelated between labels. The caller transfers and wipes them.
   */
  derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault>;
  /**
   * Shows the statement (see `approvalMessage`), asks the person and signs it. `shown` says whether
   * the device itself showed it.
   */
  approve(statement: string): Promise<Approval | DeviceFault>;
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
  /** The browser, the page's address or the device cannot do it at all. */
  'unsupported',
  /** The device did not verify the person, by PIN or finger. */
  'not-verified',
  /** The device answered without the secret output that was asked for. */
  'no-prf',
  /** Another device answered than the one enrolled. */
  'other-device',
  /** The statement cannot be shown in full: too long, or not plain ASCII. */
  'statement-unfit',
  /** Another request is still waiting. */
  'busy',
  'timed-out',
] as const;

export type DeviceFaultName = (typeof deviceFaultNames)[number];

export interface DeviceFault {
  readonly fault: DeviceFaultName;
}

/** Makes the fault of this name. */
export const deviceFault = (fault: DeviceFaultName): DeviceFault => ({ fault });

/** Whether a result is a fault rather than a value. */
export const isDeviceFault = (result: object): result is DeviceFault => 'fault' in result;

/** How many labels one prompt can answer. */
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

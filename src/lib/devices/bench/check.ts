import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { approvalMessage, MAX_STATEMENT, type ApprovalKey } from '../../crypto/approval-key.ts';
import { bitcoinMessageHolds } from '../../crypto/bitcoin-message.ts';
import { assertionHolds } from '../../crypto/webauthn.ts';
import { isDeviceFault, type Device, type DeviceKind } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import type { Presence } from '../prompt.ts';

/*
 * What a check of a device is: something to do with it, and two texts, what should come of it and
 * what came. It holds where the two are the same, letter by letter.
 */

/** What a check needs of the person, beside a yes at the device. */
export type Act =
  | 'refuse'
  | 'pull'
  /** Plug it in again. */
  | 'plug'
  | 'lock'
  /** Put another device of the make, or another passphrase, in its place. */
  | 'change'
  | 'change-back';

/** Who sits at the device. */
export interface Person {
  readonly presence: Presence;
  /** Asks for this, now or at the device's next question; false where the run was stopped. */
  does(act: Act): Promise<boolean>;
  /** From now on the person says yes again. */
  agrees(): void;
}

/** The device of a bench, as checks use it. */
export interface Trial {
  readonly kind: DeviceKind;
  readonly simulated: boolean;
  readonly person: Person;
  /** Enrols it, as `enrolDevice` does. */
  enrol(): ReturnType<typeof import('../open.ts').enrolDevice>;
  /** The device, once it is enrolled. */
  readonly device: Device;
  /** How often a person was asked, or the wire was used, since it was enrolled. */
  readonly asked: number;
  /** What is known of a simulated device with a seed that everybody knows, before it is asked. */
  readonly known: Known | undefined;
}

export interface Known {
  readonly expected: string;
  readonly hardware: () => Promise<Hardware>;
}

/** What should be, and what is: plain text without secrets, in lines. */
export interface Found {
  readonly expected: string;
  readonly actual: string;
}

/** Why a check is left out. */
export type Skip =
  /** The device has no lock of its own. */
  | 'no-lock'
  /** Only a simulated device can have a seed that everybody knows. */
  | 'real'
  /** Its keys are drawn at random when it is set up. */
  | 'random-keys'
  /** The device was not enrolled. */
  | 'not-enrolled';

/** Lines as `name: value`. */
export const lines = (values: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${value === true ? 'yes' : value === false ? 'no' : value}`)
    .join('\n');

/** A fault in one line; with what was reported unless it is the one that should come. */
export function faultLine(result: object, wanted = ''): string {
  if (!isDeviceFault(result)) return 'fault: none';
  const { fault, detail } = result;
  return `fault: ${fault}${detail === undefined || fault === wanted ? '' : ` (${detail})`}`;
}

/**
 * Whether a signature over the statement is that of an approval key. For ed25519, bitcoin-message and
 * webauthn-es256 alike; never throws.
 */
export function approvalHolds(key: ApprovalKey, statement: string, signature: Uint8Array): boolean {
  const message = approvalMessage(statement);
  if (!message) return false;
  switch (key.kind) {
    case 'ed25519':
      return signature.length === 64 && ed25519.verify(signature, message, key.key);
    case 'bitcoin-message':
      return bitcoinMessageHolds(key.key, statement, signature);
    case 'webauthn-es256':
      return assertionHolds(key.key, key.rpId, sha256(message), signature);
  }
}

const HEAD = 'Conclave device bench\n';
const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i));
const numbered = Array.from({ length: 120 }, (_, i) => `${i + 1}`.padStart(4, '0')).join(' ');
const TAIL = '\nThe last word is otter';

/** A statement of this many characters: all printable ones, then numbers, so that a gap shows. */
const statementOf = (length: number): string => {
  const begin = `${HEAD}Every sign: ${printable}\n${numbered}`;
  return begin.slice(0, length - TAIL.length) + TAIL;
};

/** What the bench has approved. None reads like an approval of a ceremony or a request. */
export const statements = {
  longest: statementOf(MAX_STATEMENT),
  tooLong: statementOf(MAX_STATEMENT + 1),
  agree: `${HEAD}Approve this one.`,
  refuse: `${HEAD}REFUSE this one.`,
  pull: `${HEAD}PULL THE CABLE NOW, while this stands here.`,
} as const;

/** Nothing else is ever derived from these. */
export const labels = ['Conclave/bench/first', 'Conclave/bench/second'] as const;

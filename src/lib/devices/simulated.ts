import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { approvalMessage } from '../crypto/approval-key.ts';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import {
  deviceFault,
  fromDeviceOutput,
  MAX_LABELS,
  type Approval,
  type Device,
  type DeviceFault,
  type DeviceIdentity,
} from './device.ts';
import { pages, type Answer, type Presence, type Prompt } from './prompt.ts';

const utf8 = new TextEncoder();

/**
 * A device that is only drawn. It behaves like a good one, with a display, two buttons and a cable,
 * and protects nothing: whoever reads its seed has its secrets. It says SIMULATED wherever it is
 * named. The same seed (32 random bytes, kept by the caller) gives the same device.
 */
export class SimulatedDevice implements Device {
  readonly identity: DeviceIdentity;
  readonly #presence: Presence;
  readonly #prfKey: Bytes;
  readonly #approvalSecret: Bytes;
  #prompts = 0;
  #plugged = true;
  #locked = false;
  /** Ends the prompt that waits, if one does. */
  #waiting: AbortController | undefined;

  constructor(seed: Uint8Array, presence: Presence) {
    if (seed.length !== 32) throw new RangeError('The seed of a simulated device has 32 bytes.');
    const secret = (purpose: string) =>
      hkdf(sha256, seed, undefined, utf8.encode(`Conclave/simulated device v1/${purpose}`), 32);
    this.#presence = presence;
    this.#prfKey = secret('prf');
    this.#approvalSecret = secret('approval');
    const key = ed25519.getPublicKey(this.#approvalSecret) as Bytes;
    const name = toHex(sha256(key).subarray(0, 4));
    this.identity = {
      kind: 'simulated',
      model: 'SIMULATED device',
      serial: `SIM-${name.toUpperCase()}`,
      firmware: 'SIMULATED 1',
      simulated: true,
      capabilities: { trustedDisplay: true, touch: true, attestation: false, nonExportable: false },
      approvalKey: { kind: 'ed25519', key },
      handle: `simulated-${name}`,
    };
  }

  /** How often it asked a person. */
  get prompts(): number {
    return this.#prompts;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Pulls the cable: a waiting prompt ends, later requests fail until it is plugged in again. */
  unplug(): void {
    this.#plugged = false;
    this.#waiting?.abort();
  }

  plug(): void {
    this.#plugged = true;
  }

  /** As if its PIN had not been entered: requests fail until it is unlocked. */
  lock(): void {
    this.#locked = true;
  }

  unlock(): void {
    this.#locked = false;
  }

  async derive(labels: readonly string[]): Promise<readonly Bytes[] | DeviceFault> {
    if (labels.length < 1 || labels.length > MAX_LABELS) return deviceFault('unsupported');
    const screen = pages(['Release secrets for', ...labels].join('\n'));
    const fault = await this.#ask({ to: 'derive', labels }, screen);
    if (fault) return fault;
    return labels.map((label) =>
      fromDeviceOutput(hmac(sha256, this.#prfKey, utf8.encode(label)), label),
    );
  }

  async approve(statement: string): Promise<Approval | DeviceFault> {
    const message = approvalMessage(statement);
    if (!message) return deviceFault('statement-unfit');
    const fault = await this.#ask({ to: 'approve', statement }, pages(statement));
    if (fault) return fault;
    return { signature: ed25519.sign(message, this.#approvalSecret), shown: true };
  }

  /** Undefined once the person approved. */
  async #ask(asks: Prompt['asks'], screen: Prompt['screen']): Promise<DeviceFault | undefined> {
    if (!this.#plugged) return deviceFault('unplugged');
    if (this.#waiting) return deviceFault('busy');
    if (this.#locked) return deviceFault('not-verified');
    const { kind, model, serial } = this.identity;
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#prompts += 1;
    const pulled = new Promise<Answer>((resolve) => {
      waiting.signal.addEventListener('abort', () => resolve('unplugged'), { once: true });
    });
    try {
      const asked = this.#presence({ kind, model, serial, asks, screen }, waiting.signal);
      const answer = await Promise.race([asked, pulled]);
      return answer === 'approved' ? undefined : deviceFault(answer);
    } finally {
      this.#waiting = undefined;
      waiting.abort();
    }
  }
}

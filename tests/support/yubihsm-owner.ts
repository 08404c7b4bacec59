import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../../src/lib/devices/device.ts';
import { fromHandle, type EnrolledAs } from '../../src/lib/devices/handle.ts';
import type { Connector, Hardware } from '../../src/lib/devices/hardware.ts';
import type { Presence, Prompt } from '../../src/lib/devices/prompt.ts';
import { bareYubiHsm } from '../../src/lib/devices/simulators/yubihsm.ts';
import {
  provision,
  type Escrow,
  type Provisioned,
} from '../../src/lib/devices/yubihsm/provision.ts';
import { bench, type Bench } from './yubihsm-host.ts';

/** Whoever owns a simulated YubiHSM: provisions it and types passwords. */

export const EVERYDAY = 'for every day';
export const ADMINISTRATOR = 'for administration';

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

const notThere = () => Promise.resolve(deviceFault('not-found'));

/** What a page reaches, with this connector. */
export const hardwareWith = (connector: Connector): Hardware => ({
  simulated: true,
  ledger: notThere,
  trezor: notThere,
  yubihsm: connector,
  credentials: { create: () => Promise.resolve(null), get: () => Promise.resolve(null) },
});

/** The same with replies that somebody on the way handles first. */
export const replying = (
  { yubihsm }: Hardware,
  handle: (frame: Bytes, reply: Bytes) => Bytes | DeviceFault,
): Hardware =>
  hardwareWith({
    status: () => yubihsm.status(),
    exchange: async (frame) => {
      const reply = await yubihsm.exchange(frame);
      return isDeviceFault(reply) ? reply : handle(frame, reply);
    },
  });

/** Types the same password at each prompt; notes the prompts, and the bytes that were handed over. */
export function typing(password: string) {
  const prompts: Prompt[] = [];
  const given: Bytes[] = [];
  const presence: Presence = (prompt) => {
    prompts.push(prompt);
    const bytes = utf8(password);
    given.push(bytes);
    return Promise.resolve({ password: bytes });
  };
  return { presence, prompts, given };
}

/** What must not be a fault. */
export function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault}: ${result.detail ?? ''}`);
  return result;
}

/** The name of what must be a fault. */
export function faultOf(result: object): string {
  if (!isDeviceFault(result)) throw new Error('It is no fault.');
  return result.fault;
}

export interface Owned extends Bench {
  readonly hardware: Hardware;
  readonly made: Provisioned;
  /** Provisions it, as it comes from the factory. */
  readonly provision: () => Promise<Provisioned>;
}

/** A YubiHSM that came from the factory and was provisioned, or given the HMAC key of an escrow, which stays as it is. */
export async function provisioned(exportable = false, from?: Escrow): Promise<Owned> {
  const fresh = bench();
  const hardware = hardwareWith(bareYubiHsm(fresh.simulator));
  const again = async () => {
    const passwords = { password: utf8(EVERYDAY), administrator: utf8(ADMINISTRATOR) };
    const escrow = from && { wrapKey: from.wrapKey.slice(), hmacKey: from.hmacKey.slice() };
    const choice = { ...passwords, exportable, escrow };
    return good(await provision(hardware, typing('password').presence, choice));
  };
  return { ...fresh, hardware, made: await again(), provision: again };
}

/** What a handle of a YubiHSM holds. */
export function heldIn(handle: string): EnrolledAs<'yubihsm'> {
  const held = fromHandle(handle);
  if (held?.kind !== 'yubihsm') throw new Error('It is no handle of a YubiHSM.');
  return held;
}

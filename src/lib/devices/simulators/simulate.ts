import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, type DeviceKind } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import type { LedgerSimulator } from './ledger.ts';
import type { SecurityKeySimulator } from './security-key.ts';
import type { Simulator } from './simulator.ts';
import type { TrezorSimulator } from './trezor.ts';

/*
 * Simulated devices made from a seed, and the wires to them without a browser in between: for workers
 * and Node. In a page they are plugged into the browser's own interfaces (`page.ts`).
 */

/** The makes that need nothing kept: the seed is the device. */
export type Plain = LedgerSimulator | TrezorSimulator | SecurityKeySimulator;

/** `SIM-` and 32 bits that the seed decides. */
export const serialOf = (seed: Uint8Array): string =>
  `SIM-${toHex(sha256(seed).subarray(0, 4)).toUpperCase()}`;

/** The simulated device of a make with this seed (32 bytes). The same seed gives the same device. */
export async function simulate(kind: Exclude<DeviceKind, 'yubihsm'>, seed: Bytes): Promise<Plain> {
  const made = { seed, serial: serialOf(seed) };
  switch (kind) {
    case 'ledger':
      return new (await import('./ledger.ts')).LedgerSimulator(made);
    case 'trezor':
      return new (await import('./trezor.ts')).TrezorSimulator(made);
    case 'security-key':
      return new (await import('./security-key.ts')).SecurityKeySimulator(made);
  }
}

const none = () => Promise.resolve(deviceFault('not-found'));
const noCredentials = () => Promise.reject(new DOMException('No key.', 'NotAllowedError'));

/** Hardware of which nothing is there. */
export const noHardware: Hardware = {
  simulated: true,
  ledger: none,
  trezor: none,
  yubihsm: { status: none, exchange: none },
  credentials: { create: noCredentials, get: noCredentials },
};

/** The wire to a simulated Ledger or Trezor, without the browser's interfaces. */
export async function bareHardware(simulator: Simulator): Promise<Hardware> {
  const [ledger, trezor] = await Promise.all([import('./ledger.ts'), import('./trezor.ts')]);
  if (simulator instanceof ledger.LedgerSimulator)
    return { ...noHardware, ledger: ledger.bareLedger(simulator) };
  if (simulator instanceof trezor.TrezorSimulator)
    return { ...noHardware, trezor: trezor.bareTrezor(simulator) };
  return noHardware;
}

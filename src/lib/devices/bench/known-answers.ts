import { toHex, wipe } from '../../crypto/bytes.ts';
import { isDeviceFault, type DeviceKind } from '../device.ts';
import { fromHandle } from '../handle.ts';
import type { Hardware } from '../hardware.ts';
import { enrolDevice } from '../open.ts';
import { faultLine, labels, lines, statements } from './check.ts';

/*
 * What simulated devices with a seed that everybody knows answer: the same on every machine, for ever.
 */

/** The seed: 32 times 42. It is no secret, and what comes of it is none. */
export const knownSeed = new Uint8Array(32).fill(42);

/** Asks a device for what `known` lists, with a person at it who agrees. Stops at the first fault. */
export async function knownAnswers(kind: DeviceKind, hardware: Hardware): Promise<string> {
  const nobody = () => new Promise<never>(() => undefined);
  const device = await enrolDevice(kind, hardware, nobody, 'Device bench');
  if (isDeviceFault(device)) return faultLine(device);
  const { model, firmware, approvalKey, handle } = device.identity;
  const held = fromHandle(handle);
  const derived = await device.derive([labels[0]]);
  if (isDeviceFault(derived)) return faultLine(derived);
  const secret = toHex(derived[0]!);
  wipe(...derived);
  const approval = await device.approve(statements.agree);
  if (isDeviceFault(approval)) return faultLine(approval);
  return lines({
    model,
    firmware,
    fingerprint: held && 'fingerprint' in held ? toHex(held.fingerprint) : 'none',
    'approval key': toHex(approvalKey.key),
    [labels[0]]: secret,
    signature: toHex(approval.signature),
  });
}

const both = {
  fingerprint: '5159c173',
  'approval key': '0203298f957469b6e18ed1a0250ab02a7560a04a60bdfb4918c3e6c9c532d98618',
} as const;
/** Of the same key and text on both, and without chance in it (RFC 6979). */
const signature =
  '34349f58fa1f80c57b1de8aeab9161210dc56de0f9d30682b8b9f010fd4fadee1cd0c92283e78768cb768746d18fa5571e3ad7a011849ddf16901b876d4d67de';

/** What they say, by make; the tests work it out without a device. */
export const known: Readonly<Partial<Record<DeviceKind, string>>> = {
  ledger: lines({
    model: 'SIMULATED Ledger Nano X',
    firmware: 'Bitcoin 2.4.6',
    ...both,
    [labels[0]]: '25f7a27f7be1caf2db51aa2b53b9b6618b138931293bd6125f5b7129f1bfb93a',
    signature,
  }),
  trezor: lines({
    model: 'SIMULATED Trezor Model T',
    firmware: '2.8.9',
    ...both,
    [labels[0]]: '8713442ebd238126c91a1f3348de4bfeaf61987105fa8c35afc328d0b2c71d0a',
    signature,
  }),
};

/** What opens the workspace, from what a person types or touches. */
import { isDeviceFault, type Device, type DeviceFault } from '../../devices/device.ts';
import { passphraseBytes } from '../../vault/passphrase.ts';
import type { SlotInfo, SlotSecret } from '../../vault/slots.ts';
import { deviceOf, enrolDevice } from '../device.svelte.ts';

/** What a security key is asked for to open a workspace. */
const LABEL = 'conclave v1/workspace';

/** The secret of a passphrase as it was typed. */
export const fromPassphrase = (typed: string): SlotSecret & { readonly kind: 'passphrase' } => ({
  kind: 'passphrase',
  passphrase: passphraseBytes(typed),
});

/** Enrols a security key under this name (1 to 80 characters) and asks it: two touches. */
export async function fromNewKey(name: string): Promise<SlotSecret | DeviceFault> {
  const device = await enrolDevice('security-key', false, name);
  return isDeviceFault(device) ? device : asked(device, name);
}

/** Asks the security key of a slot: one touch. */
export async function fromKeyOf({ id, label }: SlotInfo): Promise<SlotSecret | DeviceFault> {
  const device = await deviceOf(id);
  return isDeviceFault(device) ? device : asked(device, label);
}

async function asked(device: Device, label: string): Promise<SlotSecret | DeviceFault> {
  const replies = await device.derive([LABEL]);
  if (isDeviceFault(replies)) return replies;
  return { kind: 'device', id: device.identity.handle, label, prf: replies[0]! };
}

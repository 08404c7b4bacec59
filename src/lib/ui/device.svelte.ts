/**
 * The devices of the person at this page. The drivers are loaded when one is asked for; their prompts
 * wait at `prompts`, which the app's shell draws.
 */
import type { Device, DeviceFault } from '../devices/device.ts';
import type { Me } from '../worker/enrol.ts';
import { workspace } from '../worker/door.ts';
import { promptDesk } from './device-prompts.svelte.ts';

/** Where all devices of this page put their prompts. */
export const prompts = promptDesk();

const SIMULATED = 'simulated-';

/** Makes a credential on a security key: one touch. `name`: what browser and key list it under. */
export async function enrolSecurityKey(name: string): Promise<Device | DeviceFault> {
  const driver = await import('../devices/security-key.ts');
  return driver.enrolSecurityKey(name, prompts.ask);
}

/** The drawn device of the open workspace: the same at every call. @throws VaultError `locked` */
export async function simulatedDevice(): Promise<Device> {
  const { SimulatedDevice } = await import('../devices/simulated.ts');
  const seed = await workspace.simulatedSeed();
  const device = new SimulatedDevice(seed, prompts.ask);
  seed.fill(0);
  return device;
}

/** The device with this handle, without asking anybody. Fault: `unsupported` at another address. */
export async function deviceOf(handle: string): Promise<Device | DeviceFault> {
  if (handle.startsWith(SIMULATED)) return simulatedDevice();
  const { openSecurityKey } = await import('../devices/security-key.ts');
  return openSecurityKey(handle, prompts.ask);
}

/**
 * The device of a group of the open workspace (`group`: its id in hex), without asking anybody.
 * Fault: `unsupported` where it was enrolled at another address, or where there is none (a witness).
 * @throws VaultError `locked` and the like
 */
export async function groupDevice(group: string): Promise<Device | DeviceFault> {
  const handle = await workspace.deviceHandle(group);
  return handle ? deviceOf(new TextDecoder().decode(handle)) : { fault: 'unsupported' };
}

/** How a person with this device introduces themself. */
export function meWith(
  { identity }: Device,
  about: { readonly name: string; readonly organisation: string; readonly place: string },
): Me {
  const { capabilities, approvalKey, handle, kind, model, serial, firmware, simulated } = identity;
  return {
    ...about,
    device: { kind, model, serial, firmware, simulated, ...capabilities },
    approvalKey,
    handle: new TextEncoder().encode(handle),
  };
}

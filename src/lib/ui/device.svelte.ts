/**
 * The devices of the person at this page. The drivers are loaded when one is asked for; their prompts
 * wait at `prompts`, which the app's shell draws.
 */
import {
  deviceFault,
  isDeviceFault,
  type Device,
  type DeviceFault,
  type DeviceKind,
} from '../devices/device.ts';
import type { Hardware } from '../devices/hardware.ts';
import { workspace } from '../worker/door.ts';
import { promptDesk } from './device-prompts.svelte.ts';
import { simulators } from './simulators.svelte.ts';

/** Where all devices of this page put their prompts. */
export const prompts = promptDesk(({ kind }) => simulators.inUse(kind));

/** The real hardware, or the open workspace's simulated device. @throws VaultError `locked` */
export async function hardwareFor(kind: DeviceKind, simulated: boolean): Promise<Hardware> {
  if (simulated) return simulators.hardware(kind);
  const { realHardware } = await import('../devices/real.ts');
  if (!__CONNECTED__) return realHardware;
  return (await import('../devices/connected/suite.ts')).withSuite(realHardware, prompts.ask);
}

/**
 * Enrols a device. `name`: what browser and key list a security key under.
 * @throws VaultError `locked`, for a simulated one
 */
export async function enrolDevice(
  kind: DeviceKind,
  simulated: boolean,
  name: string,
): Promise<Device | DeviceFault> {
  const driver = await import('../devices/open.ts');
  return driver.enrolDevice(kind, await hardwareFor(kind, simulated), prompts.ask, name);
}

/** Open devices by handle: a Trezor's session lives in one, so that its passphrase is asked for once. */
let open: Record<string, Device> = {};

/** The workspace was locked: nothing of its devices stays in the page. */
export function forgetDevices(): void {
  open = {};
  simulators.forget();
}

/** The device with this handle, without asking anybody. Fault: `unsupported` at another address. */
export async function deviceOf(handle: string): Promise<Device | DeviceFault> {
  const here = open; // dropped where the workspace is locked meanwhile
  const driver = await import('../devices/open.ts');
  const device = here[handle] ?? (await driver.openDevice(handle, hardwareFor, prompts.ask));
  return isDeviceFault(device) ? device : (here[handle] ??= device);
}

/**
 * The device of a group of the open workspace (`group`: its id in hex), without asking anybody.
 * Fault: `unsupported` where it was enrolled at another address, or where there is none (a witness).
 * @throws VaultError `locked` and the like
 */
export async function groupDevice(group: string): Promise<Device | DeviceFault> {
  const handle = await workspace.deviceHandle(group);
  return handle ? deviceOf(new TextDecoder().decode(handle)) : deviceFault('unsupported');
}

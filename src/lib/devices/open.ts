import { deviceFault, type Device, type DeviceFault, type DeviceKind } from './device.ts';
import { fromHandle } from './handle.ts';
import type { Hardware } from './hardware.ts';
import type { Presence } from './prompt.ts';

/*
 * Which driver is in charge. Each is loaded when its make is asked for.
 */

/** Enrols a device of this make. `name`: what a browser lists a security key under. */
export async function enrolDevice(
  kind: DeviceKind,
  hardware: Hardware,
  presence: Presence,
  name: string,
): Promise<Device | DeviceFault> {
  switch (kind) {
    case 'ledger':
      return (await import('./ledger/ledger.ts')).enrolLedger(hardware, presence);
    case 'trezor':
      return (await import('./trezor/trezor.ts')).enrolTrezor(hardware, presence);
    case 'yubihsm':
      return (await import('./yubihsm/yubihsm.ts')).enrolYubiHsm(hardware, presence);
    case 'security-key': {
      const driver = await import('./security-key/security-key.ts');
      return driver.enrolSecurityKey(hardware, presence, name);
    }
  }
}

/**
 * The device of a handle, without asking anybody. `hardwareFor`: the real hardware, or that of the
 * simulated device of a kind. Faults: `unsupported` for no handle, or at another address;
 * `other-device` for simulated hardware in place of real, or the reverse.
 */
export async function openDevice(
  handle: string,
  hardwareFor: (kind: DeviceKind, simulated: boolean) => Promise<Hardware>,
  presence: Presence,
): Promise<Device | DeviceFault> {
  const held = fromHandle(handle);
  if (!held) return deviceFault('unsupported');
  const hardware = await hardwareFor(held.kind, held.simulated);
  if (hardware.simulated !== held.simulated) return deviceFault('other-device');
  switch (held.kind) {
    case 'ledger':
      return (await import('./ledger/ledger.ts')).openLedger(held, hardware, presence);
    case 'trezor':
      return (await import('./trezor/trezor.ts')).openTrezor(held, hardware, presence);
    case 'yubihsm':
      return (await import('./yubihsm/yubihsm.ts')).openYubiHsm(held, hardware, presence);
    case 'security-key': {
      const driver = await import('./security-key/security-key.ts');
      return driver.openSecurityKey(held, hardware, presence);
    }
  }
}

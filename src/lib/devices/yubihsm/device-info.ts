import { readBe32 } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { Connector } from '../hardware.ts';
import { commands } from './commands.ts';
import { sendPlain, type Session } from './session.ts';

/** Which YubiHSM answers. */
export interface DeviceInfo {
  /** As it is printed on it, decimal. */
  readonly serial: string;
  /** As `2.4.0`. */
  readonly firmware: string;
}

/** Reads `major | minor | patch | serial u32 | log size | log used | algorithms`. */
export function parseDeviceInfo(data: Uint8Array): DeviceInfo | DeviceFault {
  if (data.length < 9) return deviceFault('unreadable-answer', 'no device information');
  return {
    serial: readBe32(data.subarray(3)).toString(),
    firmware: data.subarray(0, 3).join('.'),
  };
}

/** Which YubiHSM the session is with. */
export async function infoInSession(session: Session): Promise<DeviceInfo | DeviceFault> {
  const reply = await session.send(commands.deviceInfo);
  return isDeviceFault(reply) ? reply : parseDeviceInfo(reply);
}

/**
 * Which YubiHSM the connector says it has, before anybody is asked for a password. Nothing vouches
 * for it yet. Faults: `no-connector`, `no-hsm`, those of the connector.
 */
export async function reachYubiHsm(connector: Connector): Promise<DeviceInfo | DeviceFault> {
  const status = await connector.status();
  if (typeof status !== 'string') return status;
  const said = /^status=(.*)$/m.exec(status)?.[1];
  if (said !== 'OK') return deviceFault(said === 'NO_DEVICE' ? 'no-hsm' : 'no-connector');
  const reply = await sendPlain(connector, commands.deviceInfo);
  return isDeviceFault(reply) ? reply : parseDeviceInfo(reply);
}

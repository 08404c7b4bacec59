import { deviceFault, isDeviceFault, type DeviceFault, type DeviceFaultName } from '../device.ts';
import type { Hardware } from '../hardware.ts';
import { objectTypes } from './commands.ts';
import { reachYubiHsm, type DeviceInfo } from './device-info.ts';
import * as objects from './objects.ts';
import { FACTORY_ID, factoryPassword, unmake } from './provision.ts';
import { inSession, type Credential, type Session } from './session.ts';

/*
 * Where a YubiHSM stands before or after an attempt to provision it, as the factory's password finds
 * it. Nobody is asked: that password is known to everybody.
 */

/** A YubiHSM, and how far it is. */
export interface Standing extends DeviceInfo {
  /**
   * `new`: the factory's password opens it, and nothing of Conclave is on it. `unfinished`: it opens
   * it, and there are keys of an attempt that broke off. `taken`: it does not open it.
   */
  readonly is: 'new' | 'unfinished' | 'taken';
}

/** Says where it stands. Faults: those of sessions and of the connector. */
export async function standingOf({ yubihsm }: Hardware): Promise<Standing | DeviceFault> {
  const found = await reachYubiHsm(yubihsm);
  if (isDeviceFault(found)) return found;
  const left = await inSession(yubihsm, factory(), rolesLeft);
  if (!isDeviceFault(left)) return { ...found, is: left.length > 0 ? 'unfinished' : 'new' };
  return shut.includes(left.fault) ? { ...found, is: 'taken' } : left;
}

/**
 * Deletes the keys of an attempt that broke off. A YubiHSM that the factory's password opens is never
 * enrolled, so nothing hangs on them unless somebody put that password back. Undefined once they are
 * gone; faults: those of sessions and of the connector, `not-provisioned` where one stays.
 */
export async function takeBack({ yubihsm }: Hardware): Promise<DeviceFault | undefined> {
  const left = await inSession(yubihsm, factory(), async (session) => {
    const roles = await rolesLeft(session);
    if (isDeviceFault(roles)) return roles;
    await unmake(session, roles);
    return rolesLeft(session);
  });
  if (isDeviceFault(left)) return left;
  return left.length > 0 ? deviceFault('not-provisioned', `${left[0]!.label}: stays`) : undefined;
}

const factory = (): Credential => ({ authentication: FACTORY_ID, password: factoryPassword() });

/** The password is another one, or the key is gone. */
const shut: readonly DeviceFaultName[] = ['wrong-password', 'not-provisioned'];

/** What of our own is in it. */
async function rolesLeft(session: Session): Promise<objects.Role[] | DeviceFault> {
  const info = await objects.infoOf(session, objectTypes.authenticationKey, FACTORY_ID);
  if (isDeviceFault(info)) return info;
  const left: objects.Role[] = [];
  for (const role of objects.allRoles(info)) {
    const ids = await objects.idsOf(session, role);
    if (isDeviceFault(ids)) return ids;
    if (ids.length > 0) left.push(role);
  }
  return left;
}

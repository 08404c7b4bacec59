import type { Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import { commands } from './commands.ts';
import { be16 } from './frames.ts';
import type { Session } from './session.ts';

/** How much longer sealed data is: a nonce (13 bytes), a zero byte that is sealed with it, a tag (16). */
export const WRAP_OVERHEAD = 30;

/**
 * Seals data under a wrap key (WRAP DATA, AES-256-CCM): 30 bytes longer. What does not fit into a
 * frame is refused: `unsupported`, or `unreadable-answer` by the YubiHSM.
 */
export async function seal(
  session: Session,
  wrap: number,
  data: Uint8Array,
): Promise<Bytes | DeviceFault> {
  const sealed = await session.send(commands.wrapData, be16(wrap), data);
  if (isDeviceFault(sealed)) return sealed;
  return sealed.length === data.length + WRAP_OVERHEAD
    ? sealed
    : deviceFault('unreadable-answer', 'sealed to another length');
}

/** Opens what `seal` gave (UNWRAP DATA). A changed blob is refused: `unsupported`, with its code. */
export async function open(
  session: Session,
  wrap: number,
  sealed: Uint8Array,
): Promise<Bytes | DeviceFault> {
  const data = await session.send(commands.unwrapData, be16(wrap), sealed);
  if (isDeviceFault(data)) return data;
  return data.length === sealed.length - WRAP_OVERHEAD
    ? data
    : deviceFault('unreadable-answer', 'opened to another length');
}

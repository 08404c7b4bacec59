import type { CardDevice, UnsignedCard } from '../ceremony/card.ts';
import type { Bytes } from '../crypto/bytes.ts';
import type { Device } from '../devices/device.ts';

/** How an operator introduces themself. */
export interface Me {
  readonly name: string;
  readonly organisation: string;
  readonly place: string;
  readonly device: CardDevice;
  readonly approvalKey: UnsignedCard['approvalKey'];
  /** What the page needs to find the device again; kept in the store. */
  readonly handle: Bytes;
}

/** How a person with this device introduces themself. */
export function meWith(
  { identity }: Device,
  { name, organisation, place }: Pick<Me, 'name' | 'organisation' | 'place'>,
): Me {
  const { capabilities, approvalKey, handle, kind, model, serial, firmware, simulated } = identity;
  return {
    name,
    organisation,
    place,
    device: { kind, model, serial, firmware, simulated, ...capabilities },
    approvalKey,
    handle: new TextEncoder().encode(handle),
  };
}

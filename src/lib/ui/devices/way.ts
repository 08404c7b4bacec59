/** How a person says yes and no at a device. */
import type { DeviceKind } from '../../devices/device.ts';

export type Way = 'nano' | 'stax' | 'safe-3' | 'touchscreen' | 'contact' | 'none';

/** `model`: as the device tells it; whatever is not known is taken for the makes' usual one. */
export function wayOf({ kind, model }: { readonly kind: DeviceKind; readonly model: string }): Way {
  switch (kind) {
    case 'ledger':
      return /Stax|Flex|Gen5/.test(model) ? 'stax' : 'nano';
    case 'trezor':
      return model.includes('Safe 3') ? 'safe-3' : 'touchscreen';
    case 'yubihsm':
      return 'none';
    case 'security-key':
      return 'contact';
  }
}

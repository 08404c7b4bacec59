import type { Hardware } from '../hardware.ts';
import type { LedgerSimulator } from './ledger.ts';
import { simulatorBehind } from './marks.ts';
import type { SecurityKeySimulator } from './security-key.ts';
import { noHardware } from './simulate.ts';
import type { Simulator } from './simulator.ts';
import type { TrezorSimulator } from './trezor.ts';
import type { YubiHsmSimulator } from './yubihsm.ts';

/** A simulated device of any make. */
export type AnySimulator =
  LedgerSimulator | TrezorSimulator | YubiHsmSimulator | SecurityKeySimulator;

const nothing = () => Promise.resolve([]);

/**
 * Plugs a simulated device into this page, below the transports that real ones are reached through, and
 * gives the hardware that has this device and no other. To be called once for each simulator.
 */
export async function pageHardware(simulator: AnySimulator): Promise<Hardware> {
  const wanted = (device: object) => simulatorBehind(device) === (simulator as Simulator);
  switch (simulator.kind) {
    case 'ledger': {
      const [{ plugIntoHid }, { webHidLedger }] = await Promise.all([
        import('./hid.ts'),
        import('../ledger/webhid.ts'),
      ]);
      plugIntoHid(simulator);
      return { ...noHardware, ledger: webHidLedger({ wanted, ask: nothing }) };
    }
    case 'trezor': {
      const [{ plugIntoUsb }, { webUsbTrezor }] = await Promise.all([
        import('./usb.ts'),
        import('../trezor/webusb.ts'),
      ]);
      plugIntoUsb(simulator);
      const trezor = webUsbTrezor({ wanted, ask: () => Promise.resolve(undefined) });
      return { ...noHardware, trezor };
    }
    case 'yubihsm': {
      const { bareYubiHsm } = await import('./yubihsm.ts');
      return { ...noHardware, yubihsm: bareYubiHsm(simulator) };
    }
    case 'security-key': {
      const { simulatedCredentials } = await import('./credentials.ts');
      return { ...noHardware, credentials: simulatedCredentials(simulator) };
    }
  }
}

import type { Hardware } from './hardware.ts';
import { simulatorBehind } from './simulators/marks.ts';

const real = (device: object): boolean => simulatorBehind(device) === undefined;

/** The hardware that this page can reach. The drivers' transports are loaded when they are used. */
export const realHardware: Hardware = {
  simulated: false,
  ledger: async () => {
    const { askForLedger, webHidLedger } = await import('./ledger/webhid.ts');
    return webHidLedger({ wanted: real, ask: askForLedger })();
  },
  trezor: async () => {
    const { askForTrezor, webUsbTrezor } = await import('./trezor/webusb.ts');
    return webUsbTrezor({ wanted: real, ask: askForTrezor })();
  },
  yubihsm: {
    status: async () => {
      const { httpConnector } = await import('./yubihsm/connector.ts');
      return httpConnector().status();
    },
    exchange: async (frame) => {
      const { httpConnector } = await import('./yubihsm/connector.ts');
      return httpConnector().exchange(frame);
    },
  },
  get credentials() {
    return navigator.credentials;
  },
};

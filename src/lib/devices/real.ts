import type { Bytes } from '../crypto/bytes.ts';
import { readBe32 } from '../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from './device.ts';
import type { Hardware } from './hardware.ts';
import { isSimulatedSerial, simulatorBehind } from './simulators/marks.ts';

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
      return unlessSimulated(await httpConnector().exchange(frame));
    },
  },
  get credentials() {
    return navigator.credentials;
  },
};

/** The reply in clear to DEVICE INFO: `0x86 | length u16 | version 3 | serial u32 | …`. */
const DEVICE_INFO = 0x86;

/** A simulated YubiHSM behind a connector of its own says by its serial number that it is one. */
function unlessSimulated(reply: Bytes | DeviceFault): Bytes | DeviceFault {
  if (isDeviceFault(reply) || reply[0] !== DEVICE_INFO || reply.length < 10) return reply;
  return isSimulatedSerial(readBe32(reply.subarray(6)))
    ? deviceFault('unsupported', 'a simulated YubiHSM')
    : reply;
}

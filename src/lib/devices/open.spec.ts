import { expect, it } from 'vitest';
import { isDeviceFault } from './device.ts';
import { toHandle, type Enrolled } from './handle.ts';
import { openDevice } from './open.ts';
import { noHardware } from './simulators/simulate.ts';

const onlooker = () => new Promise<never>(() => undefined);
const hierarchy = {
  ...{ model: 'Any', serial: '', firmware: '1', path: "m/84'/0'/100'/0/0" },
  ...{ fingerprint: new Uint8Array(4), approvalKey: new Uint8Array(33) },
};
const ids = new Uint8Array(2);
const enrolled = (simulated: boolean): Enrolled[] => [
  { kind: 'ledger', simulated, ...hierarchy, app: 'Bitcoin' },
  { kind: 'trezor', simulated, ...hierarchy },
  {
    ...{ kind: 'yubihsm', simulated, serial: '1', firmware: '2.4.0', exportable: false },
    ...{ authentication: ids, hmac: ids, wrap: ids, approval: ids },
    approvalKey: new Uint8Array(32),
  },
];

it.each([true, false])('simulated %s opens with such hardware and no other', async (simulated) => {
  for (const held of enrolled(simulated)) {
    const open = (hardware: boolean) =>
      openDevice(
        toHandle(held),
        () => Promise.resolve({ ...noHardware, simulated: hardware }),
        onlooker,
      );
    expect(isDeviceFault(await open(simulated)), held.kind).toBe(false);
    expect(await open(!simulated), held.kind).toEqual({ fault: 'other-device' });
  }
});

import { isDeviceFault, type Device } from '../../src/lib/devices/device.ts';
import { enrolDevice } from '../../src/lib/devices/open.ts';
import { enrolTrezor } from '../../src/lib/devices/trezor/trezor.ts';
import { bareHardware, serialOf, simulate } from '../../src/lib/devices/simulators/simulate.ts';
import { attended, type Simulator } from '../../src/lib/devices/simulators/simulator.ts';
import { TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import type { DrawnDevice } from '../../src/lib/worker/rehearsal-story.ts';

/** A real driver with a simulated device at the other end of its wire, and a person at that. */
export interface TestDevice extends Device {
  readonly simulator: Simulator;
  /** How often a person was asked to release or approve something. */
  readonly prompts: number;
}

/** A Trezor whose seed is `byte`, repeated; the person answers at once. */
export async function testDevice(
  byte: number,
  answer: () => 'approves' | 'refuses' = () => 'approves',
): Promise<TestDevice> {
  const seed = new Uint8Array(32).fill(byte);
  const simulator = new TrezorSimulator({ seed, serial: serialOf(seed) });
  attended(simulator, answer);
  let prompts = 0;
  const device = await enrolTrezor(await bareHardware(simulator), ({ asks }) => {
    if (asks.to === 'derive' || asks.to === 'approve') prompts += 1;
    return new Promise(() => undefined);
  });
  if (isDeviceFault(device)) throw new Error(device.fault);
  return {
    simulator,
    get prompts() {
      return prompts;
    },
    identity: device.identity,
    derive: (labels) => device.derive(labels),
    approve: (statement) => device.approve(statement),
    takeEntropy: () => device.takeEntropy(),
  };
}

/** A device that a test enrolled itself; nobody counts what is asked of it. */
export const brought = (device: Device, simulator: Simulator): TestDevice => ({
  simulator,
  prompts: 0,
  identity: device.identity,
  derive: (labels) => device.derive(labels),
  approve: (statement) => device.approve(statement),
  takeEntropy: () => device.takeEntropy(),
});

/** The simulated device of an operator of a rehearsal in a page, as that page would open it. */
export async function drawnDevice({ kind, seed }: DrawnDevice): Promise<Device> {
  const simulator = await simulate(kind, seed);
  attended(simulator);
  const never = () => new Promise<never>(() => undefined);
  const device = await enrolDevice(kind, await bareHardware(simulator), never, 'tester');
  if (isDeviceFault(device)) throw new Error(device.fault);
  return device;
}

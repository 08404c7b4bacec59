/** The simulated device of the own desk, plugged into this page and behind its driver. */
import { isDeviceFault, type Device } from '../../devices/device.ts';
import { enrolDevice } from '../../devices/open.ts';
import type { AnySimulator } from '../../devices/simulators/page.ts';
import type { DrawnDevice } from '../../worker/rehearsal-story.ts';
import type { FindDevice } from '../ceremony/acts.ts';
import { prompts } from '../device.svelte.ts';
import { simulators } from '../simulators.svelte.ts';

export interface OwnDevice {
  readonly simulator: AnySimulator;
  readonly find: FindDevice;
}

export async function ownDevice({ kind, seed }: DrawnDevice): Promise<OwnDevice> {
  const { simulate } = await import('../../devices/simulators/simulate.ts');
  const { pageHardware } = await import('../../devices/simulators/page.ts');
  const simulator = await simulate(kind, seed);
  const hardware = await pageHardware(simulator);
  let device: Device | undefined;
  const find: FindDevice = async () => {
    simulators.use(simulator);
    if (device) return device;
    const enrolled = await enrolDevice(kind, hardware, prompts.ask, simulator.serial);
    if (!isDeviceFault(enrolled)) device = enrolled;
    return enrolled;
  };
  return { simulator, find };
}

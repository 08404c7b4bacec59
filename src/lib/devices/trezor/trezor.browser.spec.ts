import { afterEach, expect, it } from 'vitest';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { onlyTrezor, watching } from '../../../../tests/support/trezors.ts';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault, type DeviceFault } from '../device.ts';
import { simulatorBehind } from '../simulators/marks.ts';
import { attended } from '../simulators/simulator.ts';
import { TrezorSimulator } from '../simulators/trezor.ts';
import { plugIntoUsb } from '../simulators/usb.ts';
import { enrolTrezor } from './trezor.ts';
import { webUsbTrezor } from './webusb.ts';

/*
 * The whole driver over `navigator.usb`, as in the page.
 */

const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
const leave: (() => void)[] = [];
afterEach(() => leave.splice(0).forEach((end) => end()));

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail}`);
  return result;
}
const hex = (secrets: readonly Bytes[] | DeviceFault) => good(secrets).map(toHex);

const wayTo = (sim: TrezorSimulator) =>
  webUsbTrezor({
    wanted: (device) => simulatorBehind(device) === sim,
    ask: () => Promise.resolve(undefined),
  });

async function plugged() {
  const sim = new TrezorSimulator({ seed: new Uint8Array(32).fill(5), serial: 'SIM-1' });
  plugIntoUsb(sim);
  leave.push(() => sim.unplug());
  const trezor = wayTo(sim);
  const { presence, prompts } = watching();
  const device = good(await enrolTrezor(onlyTrezor(trezor), presence));
  return { sim, device, prompts };
}

it('derives and approves', async () => {
  const { sim, device, prompts } = await plugged();
  leave.push(attended(sim));
  const secrets = hex(await device.derive(['Conclave/a', 'Conclave/b']));
  expect(hex(await device.derive(['Conclave/b']))).toEqual([secrets[1]]);
  const { signature } = good(await device.approve(statement));
  expect(approvalHolds(device.identity.approvalKey, statement, signature)).toBe(true);
  expect(prompts).toHaveLength(4);
});

it.each(['unplug', 'lock', 'refuse'] as const)(
  '%s while it asks: a fault, then all is well again',
  async (what) => {
    const { sim, device } = await plugged();
    const waiting = device.approve(statement);
    await expect.poll(() => sim.face().asks).toBe(true);
    if (what === 'refuse') leave.push(attended(sim, () => 'refuses'));
    else sim[what]();
    expect(await waiting).toMatchObject({ fault: what === 'unplug' ? 'unplugged' : 'refused' });
    if (what === 'unplug') {
      expect(await device.approve(statement)).toEqual({ fault: 'not-found' });
      sim.plug();
    }
    leave.splice(1).forEach((end) => end());
    leave.push(attended(sim));
    expect(hex(await device.derive(['Conclave/a']))).toHaveLength(1);
  },
);

it('is not used twice at once', async () => {
  const { sim, device } = await plugged();
  const waiting = device.approve(statement);
  await expect.poll(() => sim.face().asks).toBe(true);
  const trezor = wayTo(sim);
  expect(await trezor()).toEqual({ fault: 'other-program', detail: 'open' });
  leave.push(attended(sim));
  good(await waiting);
  await good(await trezor()).close();
});

import { expect, it, vi } from 'vitest';
import { toHandle } from '../devices/handle.ts';
import { workspace } from '../worker/door.ts';
import { deviceOf, forgetDevices } from './device.svelte.ts';
import { simulators } from './simulators.svelte.ts';

vi.mock('../worker/door.ts', () => ({ workspace: { simulatedSeed: vi.fn() } }));

const seed = () => Promise.resolve(new Uint8Array(32).fill(7));

it('a simulated device that is made while the workspace is locked is not the next one’s', async () => {
  vi.mocked(workspace.simulatedSeed).mockImplementation(seed);
  const before = simulators.hardware('security-key');
  forgetDevices();
  await before;
  expect(simulators.list).toEqual([]);
  expect(simulators.inUse('security-key')).toBeUndefined();

  await simulators.hardware('security-key');
  const [mine] = simulators.list;
  expect(mine?.face().plugged).toBe(true);
  expect(simulators.inUse('security-key')).toBe(mine);
  forgetDevices();
  expect(mine?.face().plugged).toBe(false);
});

it('a device is opened once, and nothing of it stays once the workspace is locked', async () => {
  const handle = toHandle({
    kind: 'trezor',
    simulated: false,
    model: 'Trezor Model T',
    serial: '1',
    firmware: '2.8.0',
    fingerprint: new Uint8Array(4),
    path: "m/84'/0'/100'/0/0",
    approvalKey: new Uint8Array(33),
  });
  const [one, other] = await Promise.all([deviceOf(handle), deviceOf(handle)]);
  expect(one).toHaveProperty('identity');
  expect(other).toBe(one);
  forgetDevices();
  const before = deviceOf(handle);
  forgetDevices();
  expect(await deviceOf(handle)).not.toBe(await before);
});

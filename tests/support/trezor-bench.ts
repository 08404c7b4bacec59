import { afterEach, expect } from 'vitest';
import { onlyTrezor, watching } from './trezors.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault, type Device, type DeviceFault } from '../../src/lib/devices/device.ts';
import { fromHandle, type EnrolledAs } from '../../src/lib/devices/handle.ts';
import type { Prompt } from '../../src/lib/devices/prompt.ts';
import { attended, type Means } from '../../src/lib/devices/simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../../src/lib/devices/simulators/trezor.ts';
import { enrolTrezor } from '../../src/lib/devices/trezor/trezor.ts';

/* A simulated Trezor with a person before it, behind the real driver. */

export const seed = new Uint8Array(32).fill(5);
export const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
export const [hostSecret, share] = ['Conclave/host secret v1/a', 'Conclave/share v1/a'];

export function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail}`);
  return result;
}
export const hex = (secrets: readonly Bytes[] | DeviceFault) => good(secrets).map(toHex);
export const held = (device: Device) => fromHandle(device.identity.handle) as EnrolledAs<'trezor'>;
export const asked = (prompts: readonly Prompt[]) =>
  prompts.map(({ asks }) => (asks.to === 'unlock' ? asks.by : asks.to));

/** What ends when a test does: whoever presses the buttons. */
export const leave: (() => void)[] = [];
afterEach(() => leave.splice(0).forEach((end) => end()));

/** Presses the button that means this, once there is one. */
export async function press(sim: TrezorSimulator, means: Means): Promise<void> {
  const find = () => sim.face().buttons.find((button) => button.means === means);
  await expect.poll(find).toBeDefined();
  sim.press(find()!.id);
}

/** Types a PIN on an empty keypad. */
export async function type(sim: TrezorSimulator, pin: string): Promise<void> {
  await expect.poll(() => sim.face().buttons.some(({ means }) => means === 'no')).toBe(true);
  for (const digit of pin) await press(sim, `digit-${Number(digit)}`);
  await press(sim, 'enter');
}

export type Made = Partial<ConstructorParameters<typeof TrezorSimulator>[0]>;

/** A simulator with a person before it, and what is in front of that person. */
export function bench(made: Made = {}, on?: Parameters<typeof watching>[0]) {
  const sim = new TrezorSimulator({ seed, serial: 'SIM-1', ...made });
  const person = { answers: 'approves' as 'approves' | 'refuses' };
  leave.push(attended(sim, () => person.answers));
  const { presence, prompts, counts } = watching(on);
  const hardware = onlyTrezor(bareTrezor(sim));
  return { sim, person, presence, prompts, counts, hardware };
}

export async function enrolled(made: Made = {}, on?: Parameters<typeof watching>[0]) {
  const all = bench(made, on);
  const device = good(await enrolTrezor(all.hardware, all.presence));
  return { ...all, device };
}

import { expect, it } from 'vitest';
import { approvalHolds } from '../../../tests/support/approvals.ts';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { isDeviceFault, type DeviceFault } from './device.ts';
import type { Answer, Presence, Prompt } from './prompt.ts';
import { SimulatedDevice } from './simulated.ts';

const seed = new Uint8Array(32).fill(1);
const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
const yes: Presence = () => Promise.resolve('approved');
const saying =
  (answer: Answer): Presence =>
  () =>
    Promise.resolve(answer);
const never: Presence = () => new Promise(() => undefined);

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(result.fault);
  return result;
}
const hex = (secrets: readonly Bytes[] | DeviceFault) => good(secrets).map(toHex);

it('says everywhere that it is simulated', () => {
  const { identity } = new SimulatedDevice(seed, yes);
  expect(identity).toMatchObject({
    kind: 'simulated',
    model: 'SIMULATED device',
    firmware: 'SIMULATED 1',
    simulated: true,
  });
  expect(identity.serial).toMatch(/^SIM-[0-9A-F]{8}$/);
  expect(identity.capabilities).toMatchObject({ attestation: false, nonExportable: false });
});

it('the seed decides everything', async () => {
  const [one, same] = [new SimulatedDevice(seed, yes), new SimulatedDevice(seed.slice(), yes)];
  const other = new SimulatedDevice(new Uint8Array(32).fill(2), yes);
  expect(same.identity).toEqual(one.identity);
  expect(other.identity.handle).not.toBe(one.identity.handle);
  expect(hex(await same.derive(['a']))).toEqual(hex(await one.derive(['a'])));
  expect(hex(await other.derive(['a']))).not.toEqual(hex(await one.derive(['a'])));
  expect(() => new SimulatedDevice(new Uint8Array(31), yes)).toThrow(RangeError);
});

it('gives the known answers, computed with other HKDF, HMAC and Ed25519', async () => {
  const device = new SimulatedDevice(seed, yes);
  expect(device.identity.serial).toBe('SIM-D28BE24F');
  expect(hex(await device.derive(['host secret', 'share']))).toEqual([
    '8635ab5fba61b9592c30ec8e0f66cfe540d20ba0a76771a153546857d518c0a2',
    '932be07e8d624f2eacb75f6bb375d6cedeb7b41c626e025f23c0baf0c04ec046',
  ]);
});

it('separates labels; one and two at a time give the same, in one prompt', async () => {
  const device = new SimulatedDevice(seed, yes);
  const both = hex(await device.derive(['a', 'b']));
  expect(device.prompts).toBe(1);
  expect(both[0]).not.toBe(both[1]);
  expect(hex(await device.derive(['b']))).toEqual([both[1]]);
  expect(device.prompts).toBe(2);
  expect(await device.derive([])).toEqual({ fault: 'unsupported' });
  expect(await device.derive(['a', 'b', 'c'])).toEqual({ fault: 'unsupported' });
  expect(device.prompts).toBe(2);
});

it('approves what it showed, and only that', async () => {
  const shown: Prompt[] = [];
  const device = new SimulatedDevice(seed, (prompt) => {
    shown.push(prompt);
    return Promise.resolve('approved');
  });
  const approval = good(await device.approve(statement));
  expect(approval.shown).toBe(true);
  expect(shown[0]?.asks).toEqual({ to: 'approve', statement });
  expect(shown[0]?.screen).toEqual([['Conclave approval 1/1', 'mint 1.25 zBTC']]);
  const key = device.identity.approvalKey;
  expect(approvalHolds(key, statement, approval.signature)).toBe(true);
  expect(approvalHolds(key, `${statement}.`, approval.signature)).toBe(false);
});

it.each([
  ['nothing', ''],
  ['641 characters', 'x'.repeat(641)],
  ['letters that are not ASCII', 'naïve'],
  ['control characters', 'tab\t'],
])('does not ask about %s', async (_, unfit) => {
  const device = new SimulatedDevice(seed, yes);
  expect(await device.approve(unfit)).toEqual({ fault: 'statement-unfit' });
  expect(device.prompts).toBe(0);
});

it.each<Answer>(['refused', 'unplugged'])('%s by the person: nothing is given', async (answer) => {
  const device = new SimulatedDevice(seed, saying(answer));
  expect(await device.derive(['a'])).toEqual({ fault: answer });
  expect(await device.approve(statement)).toEqual({ fault: answer });
  expect(device.prompts).toBe(2);
});

it('pulling the cable ends a waiting prompt, and lasts', async () => {
  let over: AbortSignal | undefined;
  const device = new SimulatedDevice(seed, (_, signal) => {
    over = signal;
    return new Promise(() => undefined);
  });
  const waiting = device.derive(['a']);
  expect(over?.aborted).toBe(false);
  device.unplug();
  expect(await waiting).toEqual({ fault: 'unplugged' });
  expect(over?.aborted).toBe(true);
  expect(await device.approve(statement)).toEqual({ fault: 'unplugged' });
  expect(device.prompts).toBe(1);
  device.plug();
  void device.approve(statement);
  expect(device.prompts).toBe(2);
});

it('a locked device asks nothing until it is unlocked', async () => {
  const device = new SimulatedDevice(seed, yes);
  device.lock();
  expect(await device.derive(['a'])).toEqual({ fault: 'not-verified' });
  expect(device.prompts).toBe(0);
  device.unlock();
  expect(hex(await device.derive(['a']))).toHaveLength(1);
});

it('one request at a time; a prompt that fails leaves it free', async () => {
  const busy = new SimulatedDevice(seed, never);
  void busy.derive(['a']);
  expect(await busy.approve(statement)).toEqual({ fault: 'busy' });

  let fails = true;
  const device = new SimulatedDevice(seed, () =>
    fails ? Promise.reject(new Error('no page')) : Promise.resolve('approved'),
  );
  await expect(device.derive(['a'])).rejects.toThrow('no page');
  fails = false;
  expect(hex(await device.derive(['a']))).toHaveLength(1);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { fakeSuite, type FakeSuite } from '../../../../tests/support/fake-suite.ts';
import { onlyTrezor, watching } from '../../../../tests/support/trezors.ts';
import { toHex } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type Device, type DeviceFault } from '../device.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import type { Presence } from '../prompt.ts';
import { attended } from '../simulators/simulator.ts';
import { bareTrezor, TrezorSimulator } from '../simulators/trezor.ts';
import { enrolTrezor, openTrezor } from '../trezor/trezor.ts';
import { withSuite } from './suite.ts';

const seed = new Uint8Array(32).fill(9);
const labels = ['Conclave/host secret v1/a', 'Conclave/share v1/a'];
const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';

let simulator: TrezorSimulator;
let suite: FakeSuite;
let answers: 'approves' | 'refuses';

beforeEach(async () => {
  simulator = new TrezorSimulator({ seed, serial: 'SIM-1' });
  answers = 'approves';
  attended(simulator, () => answers);
  suite = await fakeSuite(simulator);
});
afterEach(() => suite.stop());

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(`${result.fault} ${result.detail}`);
  return result;
}
/** Real hardware as far as the driver knows, with nothing on USB. */
const noUsb = onlyTrezor(() => Promise.resolve(deviceFault('not-found')), false);
const enrolThrough = (presence: Presence) => enrolTrezor(withSuite(noUsb, presence), presence);
const openThrough = (device: Device, presence: Presence) =>
  openTrezor(held(device), withSuite(noUsb, presence), presence);
const held = ({ identity }: Device) => fromHandle(identity.handle) as EnrolledAs<'trezor'>;
const enrolled = async () => good(await enrolThrough(watching().presence));
const failure = (code: string, message = '') => ({ success: false, error: { code, message } });

describe('a Trezor through Trezor Suite', () => {
  it('is the same device with the same secrets as over USB', async () => {
    const { presence, prompts, counts } = watching();
    const through = good(await enrolThrough(presence));
    const direct = good(await enrolTrezor(onlyTrezor(bareTrezor(simulator), false), presence));
    expect(through.identity).toEqual(direct.identity);
    prompts.length = 0;
    const secrets = good(await through.derive(labels)).map(toHex);
    expect(secrets).toEqual(good(await direct.derive(labels)).map(toHex));
    expect(prompts.map(({ asks }) => asks)).toMatchObject([
      { to: 'unlock' },
      ...[
        { to: 'derive', labels: [labels[0]] },
        { to: 'derive', labels: [labels[1]] },
      ],
      ...[
        { to: 'derive', labels: [labels[0]] },
        { to: 'derive', labels: [labels[1]] },
      ],
    ]);
    expect(suite.calls.slice(2)).toEqual([
      ...['getFeatures', 'getPublicKey'],
      ...Array<string>(4).fill('cipherKeyValue'),
    ]);
    const approval = good(await through.approve(statement));
    expect(approval).toEqual(good(await direct.approve(statement)));
    expect(approvalHolds(through.identity.approvalKey, statement, approval.signature)).toBe(true);
    await expect.poll(() => counts.over).toBe(prompts.length + 1);
  });

  it('opens what was enrolled over USB, and the other way round', async () => {
    const { presence } = watching();
    const hardware = onlyTrezor(bareTrezor(simulator), false);
    const over = good(await enrolTrezor(hardware, presence));
    const opened = openThrough(over, presence);
    const back = openTrezor(held(await enrolled()), hardware, presence);
    const secrets = await Promise.all([opened.derive(labels), over.derive(labels)]);
    expect(secrets[0]).toEqual(secrets[1]);
    expect(await back.derive(labels)).toEqual(secrets[0]);
  });

  it('with another passphrase is detected before it is used', async () => {
    const device = await enrolled();
    simulator.passphraseProtected = true;
    simulator.passphrase = 'another';
    expect(await device.derive(labels)).toMatchObject({ fault: 'other-seed' });
    expect(suite.calls).not.toContain('cipherKeyValue');
  });

  it('refuses what the wallet chosen in Suite meanwhile answers', async () => {
    const device = await enrolled();
    suite.instead = ({ method }) => {
      if (method === 'cipherKeyValue') suite.wallet = 'another@355C817510C0EABF2F147145:1';
      return undefined;
    };
    expect(await device.derive(labels)).toMatchObject({ fault: 'other-seed' });
  });

  it('says who refused, and works again after', async () => {
    const device = await enrolled();
    answers = 'refuses';
    expect(await device.derive(labels)).toEqual({ fault: 'refused' });
    expect(await device.approve(statement)).toEqual({ fault: 'refused' });
    answers = 'approves';
    expect(isDeviceFault(await device.approve(statement))).toBe(false);
  });

  it('is left at once when the person takes it back in the page', async () => {
    const device = await enrolled();
    for (const to of ['derive', 'unlock']) {
      suite.instead = ({ method }) =>
        to === 'unlock' || method === 'cipherKeyValue' ? 'nothing' : undefined;
      const { presence } = watching(({ asks }) => (asks.to === to ? 'refuses' : undefined));
      const opened = openThrough(device, presence);
      expect(await opened.derive(labels)).toEqual({ fault: 'refused' });
    }
    suite.instead = () => undefined;
    expect(isDeviceFault(await device.derive(labels))).toBe(false);
  });

  it('is reached over USB where no Suite runs', async () => {
    const device = await enrolled();
    const { presence } = watching();
    const both = withSuite(onlyTrezor(bareTrezor(simulator), false), presence);
    const opened = openTrezor(held(device), both, presence);
    const through = good(await opened.approve(statement));
    await suite.stop();
    suite.calls.length = 0;
    expect(await opened.approve(statement)).toEqual(through);
    expect(suite.calls).toEqual([]);
    suite = await fakeSuite(simulator);
  });

  it('says so where Suite ends meanwhile, or there is neither', async () => {
    const device = await enrolled();
    suite.instead = ({ method }) => {
      if (method === 'signMessage') void suite.stop();
      return method === 'signMessage' ? 'nothing' : undefined;
    };
    expect(await device.approve(statement)).toMatchObject({ fault: 'not-found' });
    const missing = await device.derive(labels);
    expect(missing).toMatchObject({ fault: 'not-found' });
    suite = await fakeSuite(simulator);
    expect(isDeviceFault(await device.derive(labels))).toBe(false);
  });

  it.each([
    ['Method_PermissionsNotGranted', 'refused'],
    ['Device_Disconnected', 'unplugged'],
    ['Device_NotFound', 'not-found'],
    ['Device_UsedElsewhere', 'other-program'],
    ['Device_InvalidState', 'other-seed'],
    ['Failure_PinInvalid', 'wrong-pin'],
    ['Failure_PinCancelled', 'locked'],
    ['Failure_NotInitialized', 'not-set-up'],
    ['Device_FwException', 'too-old'],
    ['Method_Unsupported', 'unsupported'],
    ['Failure_DataError', 'path-refused'],
    ['Something_New', 'unreadable-answer'],
  ])('names Suite’s %s %s', async (code, fault) => {
    const device = await enrolled();
    for (const failing of ['getFeatures', 'getPublicKey', 'signMessage']) {
      suite.instead = ({ method }) =>
        method === failing ? failure(code, 'Forbidden key path') : undefined;
      expect(await device.approve(statement)).toMatchObject({ fault });
    }
  });
});

describe('anything else at Suite’s port', () => {
  const odd: unknown[] = [
    {},
    { success: true },
    { success: 1, payload: {} },
    { success: true, payload: null },
    { success: true, payload: [] },
    { success: true, payload: [null, 3] },
    { success: true, payload: { value: 'zz', signature: '!', internal_model: {}, xpub: [] } },
    { success: true, payload: { value: 'ab'.repeat(31), signature: 'AAAA' } },
    { success: true, payload: { value: 'ab'.repeat(32), signature: 'A'.repeat(88) } },
    { success: true, payload: [{ xpub: 'x'.repeat(5000) }, {}] },
    { success: false },
    { success: false, error: 'refused' },
    { success: false, error: { code: { toString: 1 }, message: ['x'] } },
    { fault: 'refused' },
    { success: true, payload: { fault: 'made-up' } },
  ];

  it.each(odd)('gives a named fault, never a secret or a signature: %j', async (answer) => {
    const device = await enrolled();
    const named = /^(unreadable-answer|unsupported)$/;
    for (const method of ['getFeatures', 'getPublicKey', 'cipherKeyValue', 'signMessage']) {
      suite.instead = (made) => (made.method === method ? answer : undefined);
      const results: object[] = [];
      if (method !== 'signMessage') results.push(await device.derive(labels));
      if (method !== 'cipherKeyValue') results.push(await device.approve(statement));
      for (const result of results) expect((result as DeviceFault).fault).toMatch(named);
    }
  });

  it('cannot give another device’s signature', async () => {
    const device = await enrolled();
    const other = new TrezorSimulator({ seed: seed.map((byte) => byte ^ 1), serial: 'SIM-2' });
    attended(other);
    await suite.stop();
    const second = await fakeSuite(other);
    const signed = good(await (await enrolled()).approve(statement)).signature;
    await second.stop();
    suite = await fakeSuite(simulator);
    const signature = Buffer.concat([Buffer.of(31), signed]).toString('base64');
    suite.instead = ({ method }) =>
      method === 'signMessage' ? { success: true, payload: { signature } } : undefined;
    expect(await device.approve(statement)).toEqual({ fault: 'other-device' });
  });
});

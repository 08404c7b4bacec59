import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { approvalHolds } from '../../../../tests/support/approvals.ts';
import { toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type Device, type DeviceFault } from '../device.ts';
import { fromHandle, type EnrolledAs } from '../handle.ts';
import type { Hardware } from '../hardware.ts';
import { TOUCH_LIMIT, type Answer, type Presence, type Prompt } from '../prompt.ts';
import { enrolSecurityKey, openSecurityKey } from './security-key.ts';
import { securityKey } from '../../../../tests/support/authenticator.ts';

/*
 * Real WebAuthn in Chromium, with its virtual authenticator in place of a key and a finger.
 */

const browser = cdp();
const statement = 'Conclave approval 1/1\nmint 1.25 zBTC';
const asked: Prompt[] = [];
const watching: Presence = (prompt) => {
  asked.push(prompt);
  return new Promise(() => undefined);
};

/** Of this browser, only WebAuthn is in use here. */
const none = () => Promise.resolve(deviceFault('not-found'));
const hardware: Hardware = {
  simulated: false,
  ledger: none,
  trezor: none,
  yubihsm: { status: none, exchange: none },
  credentials: navigator.credentials,
};
const enrol = () => enrolSecurityKey(hardware, watching, 'tester');
const open = (handle: string, presence = watching) =>
  openSecurityKey(fromHandle(handle) as EnrolledAs<'security-key'>, hardware, presence);

let authenticatorId = '';

async function plugIn(options: { hasPrf?: boolean } = {}): Promise<void> {
  ({ authenticatorId } = await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...securityKey, ...options },
  }));
}

const unplug = () => browser.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });

beforeEach(async () => {
  asked.length = 0;
  await browser.send('WebAuthn.enable');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await browser.send('WebAuthn.disable');
});

/** Changes what the page asks the browser for, as an extension of the browser could. */
function meddle(change: (options: PublicKeyCredentialRequestOptions) => void): void {
  const get = navigator.credentials.get.bind(navigator.credentials);
  vi.spyOn(navigator.credentials, 'get').mockImplementation((options) => {
    change(options!.publicKey!);
    return get(options);
  });
}

function good<T extends object>(result: T | DeviceFault): T {
  if (isDeviceFault(result)) throw new Error(result.fault);
  return result;
}
const enrolled = async (): Promise<Device> => good(await enrol());
const hex = (secrets: readonly Bytes[]) => secrets.map(toHex);

test('a key is enrolled, found again by its handle, and says what it is', async () => {
  await plugIn();
  const device = await enrolled();
  expect(asked.map(({ asks }) => asks.to)).toEqual(['enrol']);
  expect(asked.every(({ screen }) => screen.length === 0)).toBe(true);
  expect(device.identity).toMatchObject({
    kind: 'security-key',
    simulated: false,
    capabilities: { trustedDisplay: false, touch: true, attestation: false, nonExportable: true },
    approvalKey: { kind: 'webauthn-es256', rpId: location.hostname },
  });
  const again = good(open(device.identity.handle));
  expect(again.identity).toEqual(device.identity);
  const [before, after] = [good(await device.derive(['a'])), good(await again.derive(['a']))];
  expect(hex(after)).toEqual(hex(before));
});

test('labels are separated, one and two at a time give the same', async () => {
  await plugIn();
  const device = await enrolled();
  const both = hex(good(await device.derive(['host secret', 'share'])));
  expect(both.every((secret) => /^[0-9a-f]{64}$/.test(secret))).toBe(true);
  expect(both[0]).not.toBe(both[1]);
  expect(hex(good(await device.derive(['share'])))).toEqual([both[1]]);
  expect(asked.length).toBe(1 + 2);
  expect(await device.derive([])).toEqual({ fault: 'unsupported' });
  expect(await device.derive(['a', 'b', 'c'])).toEqual({ fault: 'unsupported' });

  // Already the key itself gives different outputs.
  const inputs: unknown[] = [];
  meddle(({ extensions }) => inputs.push(extensions?.prf?.eval?.first));
  for (const label of ['a', 'b', 'a']) good(await device.derive([label]));
  expect(inputs[0]).toEqual(inputs[2]);
  expect(inputs[0]).not.toEqual(inputs[1]);

  const other = await enrolled();
  expect(hex(good(await other.derive(['share'])))).not.toEqual([both[1]]);
});

test('an approval verifies, for its own statement and key only', async () => {
  await plugIn();
  const device = await enrolled();
  const { signature, shown } = good(await device.approve(statement));
  const verify = (key: Device, said: string) =>
    approvalHolds(key.identity.approvalKey, said, signature);
  expect(shown).toBe(false);
  expect(verify(device, statement)).toBe(true);
  expect(verify(device, `${statement} `)).toBe(false);
  expect(verify(await enrolled(), statement)).toBe(false);
  expect(await device.approve('naïve')).toEqual({ fault: 'statement-unfit' });
});

test('no verified person: nothing is enrolled, derived or approved', async () => {
  await plugIn();
  const device = await enrolled();
  await browser.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  expect(await device.derive(['a'])).toEqual({ fault: 'refused' });
  expect(await device.approve(statement)).toEqual({ fault: 'refused' });
  expect(await enrol()).toEqual({ fault: 'refused' });
});

test('a key without secret output is not enrolled', async () => {
  await plugIn({ hasPrf: false });
  expect(await enrol()).toEqual({ fault: 'no-prf' });
});

test('another key in its place is refused', async () => {
  await plugIn();
  const device = await enrolled();
  await unplug();
  await plugIn();
  expect(await device.derive(['a'])).toEqual({ fault: 'refused' });
});

test('an answer that is not the one asked for is refused', async () => {
  await plugIn();
  const [device, other] = [await enrolled(), await enrolled()];
  const challenge = new Uint8Array(32);
  meddle((options) => (options.challenge = challenge));
  expect(await device.derive(['a'])).toEqual({ fault: 'other-device' });
  expect(await device.approve(statement)).toEqual({ fault: 'other-device' });

  vi.restoreAllMocks();
  let id: BufferSource | undefined;
  meddle((options) => (id = options.allowCredentials![0]!.id));
  await other.approve(statement);
  vi.restoreAllMocks();
  meddle((options) => (options.allowCredentials![0]!.id = id!));
  expect(await device.approve(statement)).toEqual({ fault: 'other-device' });

  vi.restoreAllMocks();
  meddle((options) => (options.extensions!.prf!.eval = { first: challenge, second: challenge }));
  expect(await device.derive(['a'])).toEqual({ fault: 'no-prf' });

  vi.restoreAllMocks();
  await browser.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  meddle((options) => (options.userVerification = 'discouraged'));
  expect(await device.approve(statement)).toEqual({ fault: 'not-verified' });
});

test.each([
  ['NotAllowedError', 'refused'],
  ['InvalidStateError', 'other-device'],
  ['OperationError', 'busy'],
  ['SecurityError', 'unsupported'],
  ['NotSupportedError', 'unsupported'],
  ['UnknownError', 'unplugged'],
])('the browser’s %s is “%s”', async (name, fault) => {
  await plugIn();
  const device = await enrolled();
  vi.spyOn(navigator.credentials, 'get').mockRejectedValue(new DOMException('', name));
  expect(await device.derive(['a'])).toEqual({ fault });
});

test('after two minutes the request ends', async () => {
  await plugIn();
  const device = await enrolled();
  await browser.send('WebAuthn.setAutomaticPresenceSimulation', {
    authenticatorId,
    enabled: false,
  });
  vi.useFakeTimers();
  const waiting = device.derive(['a']);
  vi.advanceTimersByTime(TOUCH_LIMIT);
  vi.useRealTimers();
  expect(await waiting).toEqual({ fault: 'timed-out' });
});

test('a second request while one waits, and what the person does at the prompt', async () => {
  await plugIn();
  const device = await enrolled();
  await browser.send('WebAuthn.setAutomaticPresenceSimulation', {
    authenticatorId,
    enabled: false,
  });
  let answer: ((answer: Answer) => void) | undefined;
  let over: AbortSignal | undefined;
  const again = good(
    open(device.identity.handle, (_, signal) => {
      over = signal;
      return new Promise((resolve) => (answer = resolve));
    }),
  );
  const waiting = again.derive(['a']);
  expect(await again.approve(statement)).toEqual({ fault: 'busy' });
  expect(over?.aborted).toBe(false);
  answer?.('refused');
  expect(await waiting).toEqual({ fault: 'refused' });
  expect(over?.aborted).toBe(true);
});

test('a request that heeds no signal is left all the same, and the key can be asked again', async () => {
  await plugIn();
  const device = await enrolled();
  vi.spyOn(navigator.credentials, 'get').mockReturnValueOnce(new Promise(() => undefined));
  let answer: ((answer: Answer) => void) | undefined;
  let asked = 0;
  const again = good(
    open(device.identity.handle, () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    }),
  );
  const waiting = again.derive(['a']);
  await expect.poll(() => asked).toBe(1);
  answer?.('refused');
  expect(await waiting).toEqual({ fault: 'refused' });
  expect(good(await again.derive(['a']))).toHaveLength(1);
});

test('a handle opens at its own address only', () => {
  const at = (rpId: string) =>
    openSecurityKey(
      {
        kind: 'security-key',
        simulated: false,
        id: new Uint8Array(16),
        approvalKey: new Uint8Array(65),
        rpId,
        synced: true,
      },
      hardware,
      watching,
    );
  expect(good(at(location.hostname)).identity.capabilities.nonExportable).toBe(false);
  expect(at('elsewhere.localhost')).toMatchObject({ fault: 'unsupported' });
});

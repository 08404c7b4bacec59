import { CoreInSuiteDesktop } from '@trezor/connect-web/lib/impl/core-in-suite-desktop.js';
import {
  deviceFault,
  deviceFaultNames,
  type DeviceFault,
  type DeviceFaultName,
} from '../device.ts';
import { READING_LIMIT } from '../prompt.ts';

/*
 * Trezor Suite on this machine, as @trezor/connect-web reaches it: JSON over a WebSocket at
 * 127.0.0.1:21335, one connection for each act. Suite asks the person in its own window before it
 * lets the Trezor answer. What it gives back is anybody's: whoever has that port first is believed to
 * be Suite, so every answer is read as hostile and the driver checks it as if it came over USB.
 */

/** How long Suite may take to accept the connection, in ms. */
const CONNECT_LIMIT = 5000;

/** How this program introduces itself to Suite, which shows the name. The mail address leads nowhere. */
const manifest = {
  appName: 'Conclave',
  appUrl: 'http://conclave.localhost:7466/',
  email: 'nobody@conclave.invalid',
};

/** The package's, which it tells Suite. */
const VERSION = '10.0.0-beta.1';

/** What is used of the package; its answers are not believed to have the types it declares. */
interface Suite {
  init(settings: { manifest: typeof manifest; version: string }): Promise<void>;
  call(request: Request): Promise<unknown>;
  dispose(): Promise<unknown>;
}

/** A request to Suite: a method of its interface and its parameters. */
export type Request = { readonly method: string } & Readonly<Record<string, unknown>>;

/** A member of anything that came as JSON; undefined where it is not there. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A wallet in Suite: a Trezor with a passphrase, the same for every request of one connection. */
export class Wallet {
  readonly #suite: Suite = new CoreInSuiteDesktop();
  readonly #left = new AbortController();
  /** Which wallet answered first, in Suite's words. */
  #answering: unknown;

  /** Connects; false where no Suite answers. */
  async connect(): Promise<boolean> {
    const connected = this.#suite.init({ manifest, version: VERSION }).then(
      () => true,
      () => false,
    );
    const result = await this.#within(CONNECT_LIMIT, connected);
    return 'done' in result && result.done;
  }

  /** Makes a request; `payload` is what came back. Faults: those of Suite, `timed-out`, `refused` once left. */
  async ask(request: Request): Promise<{ readonly payload: unknown } | DeviceFault> {
    const result = await this.#within(READING_LIMIT, this.#suite.call(request));
    if ('fault' in result) return result;
    const { done: answer } = result;
    if (member(answer, 'success') !== true) return faultOf(member(answer, 'error'));
    // Whoever chooses another wallet in Suite meanwhile gets that wallet's answers.
    const wallet = member(member(member(answer, 'device'), 'state'), 'staticSessionId');
    if (wallet === undefined || wallet !== (this.#answering ??= wallet))
      return deviceFault('other-seed', 'another wallet was chosen in Trezor Suite');
    return { payload: member(answer, 'payload') };
  }

  /** Hangs up. Suite does not take that as a refusal: its window stays until the person closes it. */
  leave(): void {
    this.#left.abort();
    void this.#suite.dispose();
  }

  /** What the work gives; or a fault once the limit (ms) is over or the connection was left. */
  #within<T>(limit: number, work: Promise<T>): Promise<{ readonly done: T } | DeviceFault> {
    const { signal } = this.#left;
    return new Promise((resolve) => {
      const left = () => resolve(deviceFault('refused'));
      const timer = setTimeout(() => resolve(deviceFault('timed-out')), limit);
      signal.addEventListener('abort', left);
      void work
        .then(
          (done) => resolve({ done }),
          () => resolve(deviceFault('unreadable-answer', 'Trezor Suite')),
        )
        .finally(() => {
          clearTimeout(timer);
          signal.removeEventListener('abort', left);
        });
    });
  }
}

/** The faults that error codes of Suite, and of the package itself, stand for. */
const codes: Partial<Record<DeviceFaultName, readonly string[]>> = {
  refused: [
    'Method_Cancel',
    'Method_Interrupted',
    'Method_PermissionsNotGranted',
    'Failure_ActionCancelled',
  ],
  unplugged: ['Device_Disconnected'],
  'not-found': [
    'Device_NotFound',
    'Transport_Missing',
    'Desktop_ConnectionMissing',
    'Browser_LocalNetworkPermissionMissing',
  ],
  'other-program': ['Device_UsedElsewhere', 'Device_CallInProgress', 'Failure_Busy'],
  'other-seed': ['Device_InvalidState'],
  'wrong-pin': ['Failure_PinInvalid'],
  locked: ['Failure_PinCancelled', 'Failure_PinExpected'],
  'not-set-up': ['Device_ModeException', 'Failure_NotInitialized'],
  'too-old': ['Device_FwException'],
  unsupported: [
    'Method_Unsupported',
    'Method_NotAllowed',
    'Method_InvalidParameter',
    'Device_MissingCapability',
  ],
};

/** What Suite, or the package, says instead of an answer. */
function faultOf(error: unknown): DeviceFault {
  const [code, said] = [asText(member(error, 'code')), asText(member(error, 'message'))];
  const words = said.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
  const named = deviceFaultNames.find((name) => codes[name]?.includes(code));
  if (named === 'refused') return deviceFault('refused');
  if (code === 'Failure_DataError')
    return deviceFault(/path/i.test(words) ? 'path-refused' : 'unsupported', words);
  return deviceFault(named ?? 'unreadable-answer', `Trezor Suite: ${words || 'no reason'}`);
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');

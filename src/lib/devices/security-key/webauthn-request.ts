import { deviceFault, type DeviceFault, type DeviceFaultName } from '../device.ts';
import { wipe } from '../../crypto/bytes.ts';
import { TOUCH_LIMIT, type Presence, type Prompt } from '../prompt.ts';

/**
 * What the browser's exceptions mean. `NotAllowedError` covers refusal, a wrong PIN, a device that
 * does not know the credential and more: browsers do not tell these apart, on purpose.
 */
const meanings: Partial<Record<string, DeviceFaultName>> = {
  NotAllowedError: 'refused',
  InvalidStateError: 'other-device',
  OperationError: 'busy', // Chromium: a request is already pending
  NotSupportedError: 'unsupported',
  SecurityError: 'unsupported',
  ConstraintError: 'unsupported',
  TypeError: 'unsupported',
};

/**
 * Sends one request to the browser's WebAuthn while the page shows the prompt. Refusing the prompt or
 * time running out ends the request. The browser's own limit (milliseconds)
 * is longer, so that ours, which can be told from a refusal, comes first.
 */
export async function askBrowser(
  presence: Presence,
  prompt: Prompt,
  request: (signal: AbortSignal, timeout: number) => Promise<Credential | null>,
): Promise<PublicKeyCredential | DeviceFault> {
  if (!('PublicKeyCredential' in globalThis)) return deviceFault('unsupported');
  const over = new AbortController();
  const stop = new AbortController();
  let ended: DeviceFaultName | undefined;
  const end = (name: DeviceFaultName) => {
    ended = name;
    stop.abort();
  };
  const timer = setTimeout(() => end('timed-out'), TOUCH_LIMIT);
  void presence(prompt, over.signal).then((answer) => {
    if (answer !== 'refused') wipe(answer.password);
    end('refused');
  });
  // An extension may have put its own request in the browser's place, and that need not heed a signal.
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason as DOMException));
  });
  try {
    const credential = await Promise.race([request(stop.signal, 2 * TOUCH_LIMIT), stopped]);
    return credential instanceof PublicKeyCredential ? credential : deviceFault('unsupported');
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    return deviceFault(ended ?? meanings[name] ?? 'unplugged');
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

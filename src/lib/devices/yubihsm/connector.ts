import { concat, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import type { Connector } from '../hardware.ts';
import { MAX_FRAME, MIN_FRAME } from './frames.ts';

/*
 * Yubico's connector at this page's own address, where the launcher passes it on when it was told to.
 */

const MAX_STATUS = 256;

/** How long an answer may take, in ms; the YubiHSM needs a few seconds for an RSA key, we make none. */
const LIMIT = 10_000;

const OCTETS = 'application/octet-stream';

const NO_DEVICE = /^status=NO_DEVICE$/m;

/** The connector behind this page's address. */
export const httpConnector = (): Connector => ({ status, exchange });

async function status(): Promise<string | DeviceFault> {
  const text = await ask('/connector/status', {}, 'text/plain', MAX_STATUS);
  return isDeviceFault(text) ? text : new TextDecoder().decode(text);
}

async function exchange(frame: Bytes): Promise<Bytes | DeviceFault> {
  const request = { method: 'POST', headers: { 'content-type': OCTETS }, body: frame };
  const reply = await ask('/connector/api', request, OCTETS, MAX_FRAME);
  if (!isDeviceFault(reply))
    return reply.length >= MIN_FRAME
      ? reply
      : deviceFault('unreadable-answer', 'shorter than a frame');
  if (reply.fault !== 'no-connector') return reply;
  // A connector that lost its YubiHSM gives no frame either; its status tells the two apart.
  const now = await status();
  return typeof now === 'string' && NO_DEVICE.test(now) ? deviceFault('no-hsm') : reply;
}

/** One request; its answer must be of this type and at most so long. */
async function ask(
  path: string,
  request: RequestInit,
  type: string,
  longest: number,
): Promise<Bytes | DeviceFault> {
  const signal = AbortSignal.timeout(LIMIT);
  try {
    const response = await fetch(path, {
      ...request,
      mode: 'same-origin',
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (!response.ok) return deviceFault('no-connector', `status ${response.status}`);
    if (response.headers.get('content-type')?.split(';')[0]?.trim() !== type)
      return deviceFault('no-connector', 'something else answers');
    return await bodyOf(response, longest);
  } catch {
    // fetch says no more than that it failed
    return deviceFault(signal.aborted ? 'timed-out' : 'no-connector');
  }
}

/** The body, as long as it is no longer than it may be. */
async function bodyOf(response: Response, longest: number): Promise<Bytes | DeviceFault> {
  const reader = response.body?.getReader();
  let body: Bytes = new Uint8Array();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    body = concat(body, value);
    if (body.length <= longest) continue;
    await reader.cancel();
    return deviceFault('unreadable-answer', 'longer than a frame');
  }
  return body;
}

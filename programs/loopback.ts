/** HTTP to programs on this machine, and to nothing else. */
import { Trouble, codeOf, misused } from './terminal.ts';

/** The longest answer, in bytes. */
const MAX_ANSWER = 32_000_000;
/** How long an answer may take, in ms. */
const PATIENCE = 60_000;

const HERE = ['127.0.0.1', '[::1]', 'localhost'];

/** An address on this machine; throws for any other, and where a password stands in it. */
export function loopback(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' || !HERE.includes(url.hostname))
    throw misused(`${address} is not on this machine: give http://127.0.0.1 and a port.`);
  if (url.username !== '' || url.password !== '')
    throw misused('A password does not belong into an address: other programs can read it.');
  return url;
}

/** Asks once. Throws `Trouble` where nobody answers in time, or at too great a length. */
export async function ask(
  url: URL,
  whom: string,
  request: RequestInit = {},
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, {
      ...request,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    return { status: response.status, text: await bodyOf(response) };
  } catch (error) {
    const { cause, name } = error as { cause?: unknown; name?: string };
    const why = name === 'TimeoutError' ? 'no answer in time' : codeOf(cause ?? error);
    throw new Trouble(
      `${whom} does not answer at ${url.origin} (${why}). Nothing was written. ` +
        'See that it runs and listens there, then try again.',
      { cause: error },
    );
  }
}

async function bodyOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for await (const chunk of response.body ?? []) {
    length += (chunk as Uint8Array).length;
    if (length > MAX_ANSWER) throw new RangeError('the answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

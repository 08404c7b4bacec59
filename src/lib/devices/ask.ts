import { wipe } from '../crypto/bytes.ts';
import { deviceFault, type DeviceFault } from './device.ts';
import type { Presence, Prompt } from './prompt.ts';

/**
 * Shows a prompt while the device works. Where the person takes it back in the page, `cancel` ends the
 * work as far as the wire allows and the answer is `refused`, whatever the device still says.
 */
export async function whileAsked<T>(
  presence: Presence,
  prompt: Prompt,
  work: Promise<T>,
  cancel: () => void,
): Promise<T | DeviceFault> {
  const over = new AbortController();
  const taken = presence(prompt, over.signal).then((answer) => {
    if (answer !== 'refused') wipe(answer.password);
    if (!over.signal.aborted) cancel();
    return deviceFault('refused');
  });
  try {
    return await Promise.race([work, taken]);
  } finally {
    over.abort();
  }
}

/** One request at a time. */
export class Turnstile {
  #taken = false;

  /** Runs the request, or says `busy` while another one runs. */
  async through<T>(request: () => Promise<T>): Promise<T | DeviceFault> {
    if (this.#taken) return deviceFault('busy');
    this.#taken = true;
    try {
      return await request();
    } finally {
      this.#taken = false;
    }
  }
}

import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, type DeviceFault } from '../device.ts';
import { READING_LIMIT, type Presence, type Prompt } from '../prompt.ts';

export const MODEL = 'YubiHSM 2';

/** A prompt of this make: nothing is shown or pressed on it. */
export const yubiHsmPrompt = (
  serial: string,
  simulated: boolean,
  asks: Prompt['asks'],
): Prompt => ({
  kind: 'yubihsm',
  model: MODEL,
  serial,
  simulated,
  asks,
  screen: [],
  press: 'password',
});

/**
 * Asks for the password of an authentication key and does the work with it; the password is wiped
 * afterwards. The prompt stands until the work is done. Faults: `refused`, `timed-out`.
 */
export async function withPassword<T>(
  presence: Presence,
  prompt: Prompt,
  work: (password: Bytes) => Promise<T | DeviceFault>,
): Promise<T | DeviceFault> {
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), READING_LIMIT);
  });
  const asked = presence(prompt, over.signal);
  try {
    const answer = await Promise.race([asked, late]);
    if (answer === 'refused') return deviceFault('refused');
    return answer === 'late' ? deviceFault('timed-out') : await work(answer.password);
  } finally {
    clearTimeout(timer);
    over.abort();
    void asked.then((answer) => {
      if (answer !== 'refused') wipe(answer.password);
    });
  }
}

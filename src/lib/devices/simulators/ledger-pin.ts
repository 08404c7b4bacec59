import { SIMULATED_PIN, type Button } from './simulator.ts';

const DIGITS = 10;

/**
 * The entry of a PIN: on a touch screen by a keypad; with two buttons by a wheel of digits, which
 * both together take. Confirmed after the last digit.
 */
export class PinEntry {
  readonly #touch: boolean;
  #typed = '';
  #wheel = 0;
  #wrong = false;

  constructor(touch: boolean) {
    this.#touch = touch;
  }

  get #complete(): boolean {
    return this.#typed.length === SIMULATED_PIN.length;
  }

  lines(): string[] {
    const wheel = this.#touch || this.#complete ? '' : `${this.#wheel}`;
    const shown = ('*'.repeat(this.#typed.length) + wheel).padEnd(SIMULATED_PIN.length, '-');
    const title = this.#wrong ? 'Invalid PIN' : this.#complete ? 'Confirm PIN' : 'Enter PIN';
    return [title, Array.from(shown).join(' ')];
  }

  buttons(): Button[] {
    if (!this.#touch)
      return this.#complete
        ? [
            { id: 'left', means: 'back' },
            { id: 'both', means: 'enter' },
          ]
        : [
            { id: 'left', means: 'down' },
            { id: 'both', means: `digit-${this.#wheel}` },
            { id: 'right', means: 'up' },
          ];
    const digits = this.#complete ? [] : Array.from({ length: DIGITS }, (_, i) => (i + 1) % DIGITS);
    return [
      ...digits.map((digit) => ({ id: `digit-${digit}`, means: `digit-${digit}` }) as const),
      ...(this.#typed === '' ? [] : [{ id: 'back', means: 'back' } as const]),
      ...(this.#complete ? [{ id: 'enter', means: 'enter' } as const] : []),
    ];
  }

  /** Takes a press; tells whether the PIN was right. A wrong one starts anew, as often as needed. */
  press({ means }: Button): boolean {
    this.#wrong = false;
    if (means === 'up') this.#wheel = (this.#wheel + 1) % DIGITS;
    else if (means === 'down') this.#wheel = (this.#wheel + DIGITS - 1) % DIGITS;
    else if (means === 'back') this.#typed = this.#typed.slice(0, -1);
    else if (means === 'enter') {
      const right = this.#typed === SIMULATED_PIN;
      this.#wrong = !right;
      this.#typed = '';
      return right;
    } else this.#typed += means.slice('digit-'.length);
    return false;
  }
}

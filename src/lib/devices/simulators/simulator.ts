import type { DeviceKind } from '../device.ts';

/*
 * A simulated device from a person's side: what it shows and what can be pressed. Its other side is
 * the wire that the driver speaks.
 */

/** What pressing does now. */
export type Means = 'back' | 'next' | 'yes' | 'no' | 'up' | 'down' | 'enter' | `digit-${number}`;

export interface Button {
  /** The same for as long as the device has this button. */
  readonly id: string;
  readonly means: Means;
}

/** A simulated device as a person sees it now. */
export interface Face {
  readonly plugged: boolean;
  readonly locked: boolean;
  /** The lines on its display; empty where it is dark, or where it has none. */
  readonly lines: readonly string[];
  /** Which page of what it asks this is, from 1, and of how many; undefined where nothing is paged. */
  readonly page: readonly [number, number] | undefined;
  /** What can be pressed or touched now, from left to right. */
  readonly buttons: readonly Button[];
  readonly light: 'off' | 'on' | 'blinking';
  /** Whether it waits for a person. */
  readonly asks: boolean;
}

/** A simulated device. It protects nothing: whoever reads its seed has its secrets. */
export interface Simulator {
  readonly kind: DeviceKind;
  /** The model it imitates. */
  readonly model: string;
  /** Begins with `SIM-`. */
  readonly serial: string;
  face(): Face;
  /** Presses a button of `face().buttons`, by id; any other press does nothing. */
  press(id: string): void;
  /** Pulls the cable: what it was asked breaks off; what it keeps for ever stays. */
  unplug(): void;
  plug(): void;
  /** As if it had been left alone: its PIN is asked for before anything else. No effect without a PIN. */
  lock(): void;
  /** Called after every change of the face; the result ends it. */
  watch(changed: () => void): () => void;
}

/** The PIN of every simulated device that has one. */
export const SIMULATED_PIN = '1234';

/**
 * A person at the device who answers whatever it asks, at once: reads to the last page, then presses
 * yes or no; enters the PIN where it is asked for. The result ends it.
 */
export function attended(
  simulator: Simulator,
  answer: () => 'approves' | 'refuses' = () => 'approves',
): () => void {
  const refuses = () => answer() === 'refuses';
  const approving: Means[] = ['yes', 'next'];
  const refusing: Means[] = ['no', 'next'];
  let pressing = false;
  let typed = 0;
  /** The next key of the PIN: its digits, then enter. */
  const pinKey = (): Means => {
    const digit = SIMULATED_PIN[typed];
    return digit === undefined ? 'enter' : `digit-${Number(digit)}`;
  };
  const act = () => {
    if (pressing) return;
    pressing = true;
    try {
      // Bounded: no device asks for so many presses at once.
      for (let presses = 0; presses < 1000 && simulator.face().asks; presses++) {
        const { buttons, locked } = simulator.face();
        const one = (...means: Means[]) =>
          means.flatMap((wanted) => buttons.find((button) => button.means === wanted) ?? [])[0];
        // A wheel of digits is turned until it shows the next one.
        const button = locked ? one(pinKey(), 'up') : one(...(refuses() ? refusing : approving));
        if (!button) return;
        if (button.means === pinKey()) typed = (typed + 1) % (SIMULATED_PIN.length + 1);
        simulator.press(button.id);
      }
    } finally {
      pressing = false;
    }
  };
  const end = simulator.watch(act);
  act();
  return end;
}

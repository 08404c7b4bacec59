/** Locks after a while without key or pointer; warns before. Never while a device waits for a person. */
import { prompts } from './device.svelte.ts';

/** Minutes without a touch, to choose from. */
export const lockAfter = [5, 15, 60] as const;

/** The notice comes so many seconds before. */
const WARNING_SECONDS = 30;

const KEY = 'conclave-auto-lock';
const signs = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

const remembered = (): number =>
  lockAfter.find((minutes) => String(minutes) === localStorage.getItem(KEY)) ?? 15;

class AutoLock {
  /** Seconds until it locks; undefined while there is no need to say so. */
  secondsLeft = $state<number>();
  #minutes = $state(remembered());
  /** ms since 1970, and ms that only rise: a clock set back does not put the lock off. */
  #touched = { clock: 0, monotonic: 0 };

  get minutes(): number {
    return this.#minutes;
  }

  /** Choose another time and remember it in this browser. */
  set minutes(chosen: number) {
    this.#minutes = chosen;
    localStorage.setItem(KEY, String(chosen));
  }

  readonly touch = (): void => {
    this.#touched = { clock: Date.now(), monotonic: performance.now() };
    this.secondsLeft = undefined;
  };

  start(): void {
    this.touch();
    for (const sign of signs) addEventListener(sign, this.touch, { passive: true });
  }

  stop(): void {
    for (const sign of signs) removeEventListener(sign, this.touch);
    this.secondsLeft = undefined;
  }

  /** Called every second while the workspace is open. @returns whether the time is up */
  tick(): boolean {
    if (prompts.current) this.touch();
    const { clock, monotonic } = this.#touched;
    const idle = Math.max(Date.now() - clock, performance.now() - monotonic);
    const left = Math.ceil(this.#minutes * 60 - idle / 1000);
    this.secondsLeft = left <= WARNING_SECONDS ? Math.max(0, left) : undefined;
    return left <= 0;
  }
}

export const autoLock = new AutoLock();

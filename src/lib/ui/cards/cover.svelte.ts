/** Keeps what is secret off the page until somebody wants to see it, and takes it off again. */

/** Untouched for so long, ms. */
export const COVER_AFTER = 120_000;

export class Cover {
  /** Whether it may be seen; while it may not, it is not on the page at all. */
  open = $state(false);
  /** Whether a page was printed since. */
  printed = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #printing = false;

  readonly uncover = (): void => {
    this.open = true;
    this.touch();
  };

  readonly cover = (): void => {
    clearTimeout(this.#timer);
    this.open = false;
  };

  readonly touch = (): void => {
    clearTimeout(this.#timer);
    if (this.open) this.#timer = setTimeout(this.left, COVER_AFTER);
  };

  /** The window lost the focus, or time is up. The print window takes the focus, and reads the page. */
  readonly left = (): void => {
    if (this.#printing) this.touch();
    else this.cover();
  };

  readonly beforePrint = (): void => {
    this.#printing = true;
  };

  readonly afterPrint = (): void => {
    this.#printing = false;
    this.printed ||= this.open;
    this.touch();
  };
}

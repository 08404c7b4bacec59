/** The root that the person said to have compared, remembered in this browser. A reminder, not a proof. */

const KEY = 'conclave-compared';

let root = $state(localStorage.getItem(KEY));

export const compared = {
  /** Whether the person compared this root (64 hex digits). */
  has: (hex: string | undefined): boolean => hex !== undefined && root === hex,
  /** Note that the person compared this root. */
  note(hex: string): void {
    root = hex;
    localStorage.setItem(KEY, hex);
  },
};

/** What the page needs to know of age files: their size and their faults. It needs no age code. */

/** The largest file that is opened, in bytes, armor included. */
export const MAX_FILE = 2 ** 20;

export type AgeFaultName =
  /** Larger than `MAX_FILE`. */
  | 'file-too-large'
  /** Neither an age file nor an armored one. */
  | 'not-an-age-file'
  /** An age file for a key, or for more than one passphrase. */
  | 'not-for-a-passphrase'
  /** scrypt at this cost (`detail`: its log₂) would take the browser minutes or all memory. */
  | 'work-factor'
  /** The passphrase is another one. */
  | 'wrong-passphrase'
  /** The file was cut or changed. */
  | 'file-damaged';

/** Why an age file was not opened. `detail` is never secret. */
export interface AgeFault {
  readonly fault: AgeFaultName;
  readonly detail: string;
}

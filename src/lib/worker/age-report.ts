/** What the page needs to know of age files: their limits and their faults. It needs no age code. */

/** The largest file that is opened, in bytes, armor included. */
export const MAX_FILE = 2 ** 20;

/** How many recipients a file may name, whether it is sealed or opened. */
export const MAX_RECIPIENTS = 32;

export type AgeFaultName =
  /** Nobody to seal to, or more than `MAX_RECIPIENTS` (`detail`: how many). */
  | 'recipient-count'
  /** Neither `age1…` nor `age1pq1…`, mistyped, or no sound key (`detail`: which, from 1). */
  | 'recipient-invalid'
  /** One recipient is post-quantum, another is not (`detail`: the first that differs, from 1). */
  | 'mixed-recipients'
  /** Larger than `MAX_FILE`. */
  | 'file-too-large'
  /** Neither an age file nor an armored one. */
  | 'not-an-age-file'
  /** The header names more than `MAX_RECIPIENTS`, or is longer than theirs can be. */
  | 'header-too-large'
  /** An age file for a key, or for more than one passphrase. */
  | 'not-for-a-passphrase'
  /** An age file for a passphrase. */
  | 'not-for-an-identity'
  /** scrypt at this cost (`detail`: its log₂) would take the browser minutes or all memory. */
  | 'work-factor'
  /** The passphrase is another one. */
  | 'wrong-passphrase'
  /** Neither `AGE-SECRET-KEY-1…` nor `AGE-SECRET-KEY-PQ-1…`, or mistyped. */
  | 'identity-invalid'
  /** The file is for other identities. */
  | 'wrong-identity'
  /** The file was cut or changed. */
  | 'file-damaged';

/** Why an age file was not sealed or opened. `detail` is never secret. */
export interface AgeFault {
  readonly fault: AgeFaultName;
  readonly detail: string;
}

export const ageFault = (name: AgeFaultName, detail = ''): AgeFault =>
  Object.freeze({ fault: name, detail });

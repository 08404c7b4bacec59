/*
 * What can go wrong while a bundle travels. Couriers are never trusted: these faults speak of reading
 * only, and accuse nobody. The sentences for people stand in src/lib/ui/text/courier.ts.
 */

/**
 * - `foreign`: nothing that this app or a fountain code of its kind made.
 * - `other-type`: a code of a known format that carries another kind of thing; `detail` names its type.
 * - `damaged`: a checksum does not match, or the format is broken.
 * - `cut-short`: the file or text ends before its announced end; it may still be arriving.
 * - `too-large`: larger than this app reads.
 * - `newer`: made by a later version of this app.
 * - `inconsistent`: every part was in order, but together they are not what was announced.
 * - `conflict`: a part contradicts another of the same place, so it is from another transfer.
 */
export type CourierFaultName =
  | 'foreign'
  | 'other-type'
  | 'damaged'
  | 'cut-short'
  | 'too-large'
  | 'newer'
  | 'inconsistent'
  | 'conflict';

export interface CourierFault {
  readonly fault: CourierFaultName;
  /** At most 40 printable ASCII characters, where the name alone says too little. */
  readonly detail?: string;
}

/** Tells a fault from bytes or any other value. */
export function isCourierFault(value: object): value is CourierFault {
  return 'fault' in value && typeof value.fault === 'string';
}

/*
 * What can be wrong with SLIP-39 cards. Where no letter was changed by chance, a card was forged or
 * belongs elsewhere; no fault can tell which, and none accuses anybody.
 */

/**
 * - `word-count`: no card has this number of words.
 * - `unknown-word`: a word is not in the list; `detail` says which, never the word itself.
 * - `checksum`: every word is in the list, but at least one is not the card's, or the order is not.
 * - `padding`: the checksum is right, but bits that must be zero are not: no SLIP-39 program wrote it.
 * - `group-threshold`: the card asks for more groups than it says there are.
 * - `other-set`: the card is from another splitting than most of the others, or than the first.
 * - `duplicate`: the card stands where an earlier one does: the same again, or another for its place.
 * - `member-threshold`: the card asks for another number of cards than an earlier one of its group.
 * - `too-few`: the cards belong together, but more are needed; `detail` says of which group how many.
 * - `digest`: the cards claim to belong together, but do not: at least one is of another secret.
 * - `iterations`: the cards want more computing than this program does for anybody.
 * - `passphrase`: it has a character that SLIP-39 does not allow, so it cannot be the right one.
 */
export type Slip39FaultName =
  | 'word-count'
  | 'unknown-word'
  | 'checksum'
  | 'padding'
  | 'group-threshold'
  | 'other-set'
  | 'duplicate'
  | 'member-threshold'
  | 'too-few'
  | 'digest'
  | 'iterations'
  | 'passphrase';

export interface Slip39Fault {
  readonly fault: Slip39FaultName;
  /** Which of the cards that were given, from 0, where it is about one of several. */
  readonly card?: number;
  /** Never anything secret. Words, groups and cards are counted from 1. */
  readonly detail: string;
}

/** Tells a fault from a card, bytes or progress. */
export function isSlip39Fault(value: object): value is Slip39Fault {
  return 'fault' in value;
}

import { equal, wipe } from '../bytes.ts';
import { readCard, type Card } from './card.ts';
import { isSlip39Fault, type Slip39Fault } from './faults.ts';

/* Cards that belong together, as far as can be seen without restoring anything. */

/** How many cards of one group are there. */
export interface GroupProgress {
  readonly have: number;
  /** Undefined while no card of the group is there: only they say it. */
  readonly needed: number | undefined;
}

/** What cards of one set amount to. */
export interface Slip39Progress {
  readonly groupThreshold: number;
  /** Every group of the set, in order. */
  readonly groups: readonly GroupProgress[];
  /** Whether `groupThreshold` groups have all they need. */
  readonly enough: boolean;
}

/** How far these cards go towards the secret. Faults: those of `withSet`. */
export const progressOf = (cards: readonly string[]): Slip39Progress | Slip39Fault =>
  withSet(cards, progressOfSet);

/** The same, once the cards are sorted. */
export function progressOfSet({ first, groups }: CardSet): Slip39Progress {
  const progress = Array.from({ length: first.groupCount }, (_, index) => {
    const members = groups.get(index) ?? [];
    return { have: members.length, needed: members[0]?.memberThreshold };
  });
  const complete = progress.filter(({ have, needed }) => needed !== undefined && have >= needed);
  const { groupThreshold } = first;
  return { groupThreshold, groups: progress, enough: complete.length >= groupThreshold };
}

/** Cards of one splitting. */
export interface CardSet {
  /** Any of them, for what they have in common. */
  readonly first: Card;
  /** By group index; no list is empty. */
  readonly groups: ReadonlyMap<number, readonly Card[]>;
}

/**
 * Reads and sorts cards, hands them on, and wipes them afterwards.
 *
 * Faults: those of `readCard`, `other-set`, `duplicate`, `member-threshold`, each with its card;
 * `too-few` where there is no card at all.
 */
export function withSet<T>(
  texts: readonly string[],
  use: (set: CardSet) => T | Slip39Fault,
): T | Slip39Fault {
  const cards: Card[] = [];
  try {
    for (const [card, text] of texts.entries()) {
      const read = readCard(text);
      if (isSlip39Fault(read)) return { ...read, card };
      cards.push(read);
    }
    const set = sorted(cards);
    return isSlip39Fault(set) ? set : use(set);
  } finally {
    for (const { value } of cards) wipe(value);
  }
}

function sorted(cards: readonly Card[]): CardSet | Slip39Fault {
  const [first] = cards;
  if (!first) return { fault: 'too-few', detail: 'no card' };
  const sets = cards.map(setOf);
  const sizeOf = (set: string) => sets.filter((other) => other === set).length;
  const largest = sets.reduce((best, set) => (sizeOf(set) > sizeOf(best) ? set : best));
  const stranger = sets.findIndex((set) => set !== largest);
  if (stranger >= 0)
    return {
      fault: 'other-set',
      card: stranger,
      detail: `${sizeOf(largest)} of ${cards.length} cards are of one set`,
    };

  const groups = new Map<number, Card[]>();
  for (const [card, read] of cards.entries()) {
    const members = groups.get(read.groupIndex) ?? [];
    const { memberThreshold } = members[0] ?? read;
    if (read.memberThreshold !== memberThreshold)
      return {
        fault: 'member-threshold',
        card,
        detail: `${read.memberThreshold} cards of group ${read.groupIndex + 1}, not ${memberThreshold}`,
      };
    const same = members.find(({ memberIndex }) => memberIndex === read.memberIndex);
    if (same)
      return {
        fault: 'duplicate',
        card,
        detail: `${equal(same.value, read.value) ? 'the same as' : 'differs from'} card ${cards.indexOf(same) + 1}`,
      };
    groups.set(read.groupIndex, [...members, read]);
  }
  return { first, groups };
}

/** What all cards of one set have in common, for comparing. */
const setOf = (card: Card): string =>
  [
    card.identifier,
    card.extendable,
    card.iterationExponent,
    card.groupThreshold,
    card.groupCount,
    card.value.length,
  ].join();

import { wipe, type Bytes } from '../bytes.ts';
import { progressOfSet, withSet, type Slip39Progress } from './card-set.ts';
import { MAX_SECRET, MIN_SECRET, writeCard } from './card.ts';
import { decrypt, encrypt } from './cipher.ts';
import type { Slip39Fault } from './faults.ts';
import { restore, share } from './shamir.ts';

export type { Slip39Fault } from './faults.ts';

/*
 * SLIP-39 (github.com/satoshilabs/slips, slip-0039.md): a secret as cards of words, for groups of
 * people. So many groups restore it, each with so many of its members.
 */

/** How many restore, and how. */
export interface Slip39Plan {
  /** How many groups are needed, 1…groups.length. */
  readonly groupThreshold: number;
  /**
   * 1…16 groups. Of `count` cards (at most 16) `threshold` are needed; a group that needs one card has
   * one.
   */
  readonly groups: readonly { readonly threshold: number; readonly count: number }[];
  /** Printable ASCII; empty unless given. Another one restores another secret, unnoticed. */
  readonly passphrase?: Uint8Array;
  /** 0…MAX_ITERATION_EXPONENT; 1 unless given: 20,000 iterations. */
  readonly iterationExponent?: number;
}

/** What this program computes for anybody: 320,000 iterations, seconds on a slow machine. */
export const MAX_ITERATION_EXPONENT = 5;

const MAX_COUNT = 16;

/**
 * The cards for a secret of an even number of bytes, 16…64: for each group the words of each member,
 * 33 for 32 bytes. Extendable; the identifier is random.
 *
 * @param random fresh, secret random bytes of the length asked for
 *
 * Throws a RangeError for a plan, a secret or randomness that cannot be.
 */
export function splitSecret(
  secret: Bytes,
  plan: Slip39Plan,
  random: (length: number) => Bytes,
): string[][] {
  const { groupThreshold, groups, passphrase = new Uint8Array(), iterationExponent = 1 } = plan;
  must(isSecretLength(secret.length), 'length of the secret');
  must(isWithin(groups.length, MAX_COUNT), 'number of groups');
  must(isWithin(groupThreshold, groups.length), 'threshold of groups');
  for (const { threshold, count } of groups) {
    must(isWithin(count, MAX_COUNT), 'number of members');
    must(isWithin(threshold, count) && (threshold > 1 || count === 1), 'threshold of members');
  }
  must(isPassphrase(passphrase), 'passphrase');
  must(isWithin(iterationExponent + 1, MAX_ITERATION_EXPONENT + 1), 'iteration exponent');

  const [high, low] = random(2);
  const identifier = ((high! << 8) | low!) & 0x7fff;
  const settings = { identifier, extendable: true, iterationExponent };
  const encrypted = encrypt(secret, passphrase, settings);
  const groupShares = share(encrypted, groupThreshold, groups.length, random);
  wipe(encrypted);
  return groups.map(({ threshold, count }, groupIndex) => {
    const values = share(groupShares[groupIndex]!, threshold, count, random);
    const cards = values.map((value, memberIndex) =>
      writeCard({
        ...settings,
        groupIndex,
        groupThreshold,
        groupCount: groups.length,
        memberIndex,
        memberThreshold: threshold,
        value,
      }),
    );
    wipe(groupShares[groupIndex]!, ...values);
    return cards;
  });
}

/**
 * The secret from cards: enough of them, or more. A group that is not complete is left aside if enough
 * others are. The passphrase is not checked by anything: whoever calls compares what the secret opens.
 *
 * Faults: those of `withSet`, `too-few`, `digest`, `iterations`, `passphrase`.
 */
export function combineCards(
  cards: readonly string[],
  passphrase: Uint8Array = new Uint8Array(),
): Bytes | Slip39Fault {
  if (!isPassphrase(passphrase)) return { fault: 'passphrase', detail: 'not printable ASCII' };
  return withSet(cards, (set) => {
    const progress = progressOfSet(set);
    if (!progress.enough) return { fault: 'too-few', detail: lackOf(progress) };
    const { first, groups } = set;
    if (first.iterationExponent > MAX_ITERATION_EXPONENT)
      return { fault: 'iterations', detail: `2^${first.iterationExponent} times 10,000` };

    const groupShares = [];
    try {
      for (const [x, members] of groups) {
        const { memberThreshold } = members[0]!;
        if (members.length < memberThreshold) continue;
        const points = members.map(({ memberIndex, value }) => ({ x: memberIndex, value }));
        const value = restore(memberThreshold, points);
        if (!value) return { fault: 'digest', detail: `cards of group ${x + 1}` };
        groupShares.push({ x, value });
      }
      const encrypted = restore(first.groupThreshold, groupShares);
      if (!encrypted) return { fault: 'digest', detail: 'the groups' };
      const secret = decrypt(encrypted, passphrase, first);
      wipe(encrypted);
      return secret;
    } finally {
      for (const { value } of groupShares) wipe(value);
    }
  });
}

/** What is missing, in words without any secret. */
function lackOf({ groupThreshold, groups }: Slip39Progress): string {
  const known = groups.flatMap(({ have, needed }, index) =>
    needed === undefined ? [] : [`group ${index + 1}: ${have} of ${needed} cards`],
  );
  return [`${groupThreshold} of ${groups.length} groups are needed`, ...known].join('; ');
}

const isWithin = (value: number, max: number): boolean =>
  Number.isInteger(value) && value >= 1 && value <= max;

const isSecretLength = (length: number): boolean =>
  length % 2 === 0 && length >= MIN_SECRET && length <= MAX_SECRET;

/** Whether every byte is a printable ASCII character, as SLIP-39 demands. */
const isPassphrase = (passphrase: Uint8Array): boolean =>
  passphrase.every((byte) => byte >= 0x20 && byte <= 0x7e);

function must(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(what);
}

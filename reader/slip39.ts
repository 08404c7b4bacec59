/** SLIP-39 cards (docs/formats.md §8): words to shares, shares to the secret. */
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { concat, equal, fromHex, utf8 } from './bytes.ts';
import { interpolate, type Place } from './gf256.ts';
import { Trouble } from './terminal.ts';
import { numbersOf, slip39, toBig } from './words.ts';

/** What a card says. */
export interface Card {
  /** Identifier, flag and exponent: the same on all cards of a set. */
  readonly identifier: number;
  readonly extendable: boolean;
  readonly exponent: number;
  readonly group: number;
  readonly groupThreshold: number;
  readonly groups: number;
  readonly member: number;
  readonly threshold: number;
  readonly value: Uint8Array;
}

const cardTrouble = (fault: string, number: number, what: string): Trouble =>
  new Trouble(fault, `Card ${number} ${what}.`, 'Compare it with the card, word by word.');

/** 320 000 iterations; Conclave's cards have 1. */
const MAX_EXPONENT = 5;

const GENERATOR = [
  ...[0xe0e040, 0x1c1c080, 0x3838100, 0x7070200, 0xe0e0009],
  ...[0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x3f3f120],
];

/** RS1024, which is 1 for words that fit their checksum. */
function rs1024(customization: string, numbers: readonly number[]): number {
  let state = 1;
  for (const value of [...utf8(customization), ...numbers]) {
    const top = state >> 20;
    state = ((state & 0xfffff) << 10) ^ value;
    for (const [bit, term] of GENERATOR.entries()) if ((top >> bit) & 1) state ^= term;
  }
  return state;
}

/** Reads one card of a secret of 16 to 64 bytes; `number` is its place among those given, from 1. */
export function readCard(text: string, number: number): Card {
  const words = text.trim().split(/\s+/);
  if (words.length < 20 || words.length > 59)
    throw cardTrouble('card-length', number, `has ${words.length} words, not 33`);
  const read = numbersOf(slip39, words);
  if ('unknown' in read)
    throw cardTrouble('card-word', number, `has an unknown word at place ${read.unknown}`);
  const { numbers } = read;
  const extendable = ((numbers[1]! >> 4) & 1) === 1;
  if (rs1024(extendable ? 'shamir_extendable' : 'shamir', numbers) !== 1)
    throw cardTrouble('card-checksum', number, 'is not as it was written: its checksum is wrong');
  const head = Number(toBig(slip39, numbers.slice(0, 4)));
  const nibble = (shift: number) => Math.floor(head / 2 ** shift) & 15;
  const value = toBig(slip39, numbers.slice(4, -3));
  const length = 2 * Math.floor((10 * (numbers.length - 7)) / 16);
  const padding = 10 * (numbers.length - 7) - 8 * length;
  const card: Card = {
    identifier: numbers[0]! * 32 + (numbers[1]! >> 5),
    extendable,
    exponent: numbers[1]! & 15,
    group: nibble(16),
    groupThreshold: nibble(12) + 1,
    groups: nibble(8) + 1,
    member: nibble(4),
    threshold: nibble(0) + 1,
    value: fromHex(value.toString(16).padStart(2 * length, '0')),
  };
  if (padding > 8 || value >> BigInt(8 * length) !== 0n)
    throw cardTrouble('card-padding', number, 'has a length or padding that SLIP-39 forbids');
  if (card.groupThreshold > card.groups)
    throw cardTrouble('card-groups', number, 'asks for more groups than there are');
  if (card.exponent > MAX_EXPONENT)
    throw cardTrouble('card-exponent', number, 'asks for more computing than Conclave’s cards do');
  return card;
}

/**
 * The secret of a set of cards. More cards than needed are borne, and more groups: the first are
 * taken. A passphrase that is not the one gives another secret, which only its public key betrays.
 */
export function combineCards(cards: readonly Card[], passphrase: string): Uint8Array {
  const [first] = cards as [Card, ...Card[]];
  const { identifier, extendable, exponent, groupThreshold } = first;
  const setOf = (card: Card) =>
    [card.identifier, card.extendable, card.exponent, card.groupThreshold, card.groups].join();
  for (const [i, card] of cards.entries()) {
    if (setOf(card) !== setOf(first) || card.value.length !== first.value.length)
      throw cardTrouble('card-other-set', i + 1, 'belongs to another set than card 1');
    for (const [j, other] of cards.slice(0, i).entries()) {
      if (other.group !== card.group) continue;
      if (other.threshold !== card.threshold)
        throw cardTrouble('card-other-set', i + 1, `and card ${j + 1} disagree on their group`);
      if (other.member !== card.member) continue;
      if (!equal(other.value, card.value))
        throw cardTrouble('card-other-set', i + 1, `claims the place of card ${j + 1}`);
      throw cardTrouble('card-twice', i + 1, `is the same as card ${j + 1}`);
    }
  }
  const groups = wholeGroups(cards, groupThreshold);
  const how = { identifier, extendable, exponent, passphrase };
  return decrypted(recovered(groupThreshold, groups), how);
}

/** The groups' shares, of as many groups as are needed. */
function wholeGroups(cards: readonly Card[], needed: number): Place[] {
  const groups = [...new Set(cards.map(({ group }) => group))].map((group) => {
    const members = cards.filter((card) => card.group === group);
    return { group, members, threshold: members[0]!.threshold };
  });
  const whole = groups.filter(({ members, threshold }) => members.length >= threshold);
  if (whole.length >= needed)
    return whole.slice(0, needed).map(({ group, members, threshold }) => {
      const places = members.map(({ member, value }) => ({ x: member, values: value }));
      return { x: group, values: recovered(threshold, places.slice(0, threshold)) };
    });
  const have = groups.map(
    ({ group, members, threshold }) =>
      `of group ${group + 1} there are ${members.length}, and ${threshold} are needed`,
  );
  throw new Trouble(
    'card-too-few',
    `These cards do not suffice. Complete groups needed: ${needed}; ${have.join('; ')}.`,
    'Add more cards of the same set.',
  );
}

/** The shared secret at 255; the digest at 254 must fit it. */
function recovered(threshold: number, places: readonly Place[]): Uint8Array {
  if (threshold === 1) return places[0]!.values;
  const secret = interpolate(places, 255);
  const digest = interpolate(places, 254);
  const expected = createHmac('sha256', digest.slice(4)).update(secret).digest();
  if (equal(expected.subarray(0, 4), digest.slice(0, 4))) return secret;
  throw new Trouble(
    'card-digest',
    'These cards do not belong together, although each is whole by itself.',
    'Look for the card that is of another set.',
  );
}

function decrypted(
  encrypted: Uint8Array,
  how: Pick<Card, 'identifier' | 'extendable' | 'exponent'> & { passphrase: string },
): Uint8Array {
  const half = encrypted.length / 2;
  let [L, R] = [encrypted.slice(0, half), encrypted.slice(half)];
  const id = Uint8Array.of(how.identifier >> 8, how.identifier & 255);
  const prefix = how.extendable ? new Uint8Array(0) : concat(utf8('shamir'), id);
  for (const i of [3, 2, 1, 0]) {
    const password = concat(Uint8Array.of(i), utf8(how.passphrase));
    const F = pbkdf2Sync(password, concat(prefix, R), 2500 << how.exponent, half, 'sha256');
    [L, R] = [R, L.map((byte, j) => byte ^ F[j]!)];
  }
  return concat(R, L);
}

import { equal } from '../../src/lib/crypto/bytes.ts';
import { readCard, writeCard } from '../../src/lib/crypto/slip39/card.ts';
import { isSlip39Fault, type Slip39Fault } from '../../src/lib/crypto/slip39/faults.ts';
import { combineCards, splitSecret } from '../../src/lib/crypto/slip39/slip39.ts';
import { randomFrom } from '../support/players.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const latin1 = new TextDecoder('latin1');
const encode = (text: string) => new TextEncoder().encode(text);

function accepted<T extends object>(result: T | Slip39Fault): T | undefined {
  return isSlip39Fault(result) ? undefined : result;
}

/** The readers of SLIP-39 cards: one, and some on a line each. */
export function slip39Targets(): FuzzTarget[] {
  const random = randomFrom('fuzz SLIP-39');
  const secret = random();
  const plan = { groupThreshold: 1, groups: [{ threshold: 2, count: 3 }], iterationExponent: 0 };
  const cards = splitSecret(secret, plan, (length) => random().slice(0, length))[0]!;
  const combine = (input: Uint8Array) => accepted(combineCards(latin1.decode(input).split('\n')));
  return [
    {
      name: 'SLIP-39 card',
      seed: encode(cards[0]!),
      parse: (input) => accepted(readCard(latin1.decode(input))),
      // What is accepted is written again with the same words, as far as their first four letters.
      mayAccept: (input) => {
        const card = readCard(latin1.decode(input));
        const starts = (text: string) => text.match(/\S+/g)!.map((word) => word.slice(0, 4));
        const given = starts(latin1.decode(input).toLowerCase());
        return !isSlip39Fault(card) && starts(writeCard(card)).join() === given.join();
      },
    },
    {
      name: 'SLIP-39 cards',
      seed: encode(cards.slice(1).join('\n')),
      parse: combine,
      mayAccept: (input) => equal(combine(input)!, secret),
    },
  ];
}

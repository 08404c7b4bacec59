import { describe, expect, it } from 'vitest';
import { recipient } from '../../../tests/support/spends.ts';
import { itemOf, requests } from '../../../tests/support/requests.ts';
import { be32, toHex } from '../crypto/bytes.ts';
import { givesWay } from './collisions.ts';
import type { RequestOf } from './request.ts';
import type { Item } from './session.ts';

/* Two requests for one transaction, of which one was made: what the other one claims is free then. */

const id = {
  network: 'regtest',
  rehearsal: true,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
} as const;
const ENOUGH = 4;
const transaction = requests.spend([{ amount: 5000, script: recipient }]);
const another = requests.spend([{ amount: 6000, script: recipient }]);

/** A request that pays for this, reserved by so many; `digest` is a number that stands for it. */
function asked(
  digest: number,
  pays: number,
  by: number,
  more: Partial<Item> = {},
  of: RequestOf<'spend'> = transaction,
): Item {
  const request = { ...of, payment: new Uint8Array(16).fill(pays) };
  const promised = new Set(Array.from({ length: by }, (_, number) => number));
  const name = new Uint8Array(32);
  name.set(be32(digest));
  return itemOf(id, request, name, { promised, ...more });
}

const final = { depth: 6 };
/** Another payment of what the first one is for. */
const fresh = asked(9, 1, 0, {}, another);

const ways = (item: Item, twin: Item, later = fresh): boolean =>
  givesWay(item, later, new Map([item, twin].map((one) => [toHex(one.digest), one])), ENOUGH);

describe('a request whose transaction was made for something else', () => {
  it('gives way', () => {
    expect(ways(asked(1, 1, 1), asked(2, 2, 4, final))).toBe(true);
  });

  it.each([
    ['is not final', asked(1, 1, 1), asked(2, 2, 4, { depth: 5 })],
    ['was not reserved by enough', asked(1, 1, 1), asked(2, 2, 3, final)],
    ['is made for the same', asked(1, 1, 1), asked(2, 1, 4, final)],
    ['is another one', asked(1, 1, 1), asked(2, 2, 4, final, another)],
    ['was reserved by enough for both', asked(1, 1, 4), asked(2, 2, 4, final)],
    ['is signed for both', asked(1, 1, 1, { signatures: [] }), asked(2, 2, 4, final)],
  ])('does not where it %s', (_, item, twin) => {
    expect(ways(item, twin)).toBe(false);
  });

  it('does not to a third one for the same transaction', () => {
    expect(ways(asked(1, 1, 1), asked(2, 2, 4, final), asked(3, 3, 0))).toBe(false);
  });
});

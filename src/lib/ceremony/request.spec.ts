import { describe, expect, it } from 'vitest';
import { everyChange } from '../../../tests/support/changes.ts';
import { payTo, requests, under } from '../../../tests/support/requests.ts';
import { toHex } from '../crypto/bytes.ts';
import type { GroupId } from './card.ts';
import { batchRoot, requestDigest, type Request } from './request.ts';

const id: GroupId = {
  network: 'regtest',
  rehearsal: false,
  group: new Uint8Array(32).fill(9),
  epoch: 0,
};
const hash = new Uint8Array(32).fill(3);
const spend = requests.spend([
  { amount: 5_000_000, ...payTo('regtest', 'p2tr', 1) },
  { amount: 7_000_000, ...payTo('regtest', 'p2wpkh', 2) },
]);

describe('a request’s digest', () => {
  it.each([
    ['spend', spend],
    ['spend that replaces nothing', { ...spend, replaces: null }],
    ['test', requests.test()],
  ])('of a %s binds group, network, epoch, rehearsal, keys, kind and every field', (_, request) => {
    const given = { id, hash, request };
    const before = toHex(requestDigest(under(id, hash), request));
    const digests = [...everyChange(given)].map((changed) => {
      const other = changed as typeof given;
      return toHex(requestDigest(under(other.id, other.hash), other.request));
    });
    expect(digests.length).toBeGreaterThan(70);
    expect(new Set([before, ...digests]).size).toBe(1 + digests.length);
  });

  it('keeps what replaces nothing apart from what replaces something', () => {
    const plain: Request = { ...spend, replaces: null };
    expect(requestDigest(under(id), plain)).not.toEqual(requestDigest(under(id), spend));
  });

  it('in a batch’s root stands with its place', () => {
    const a = requestDigest(under(id), spend);
    const b = requestDigest(under(id), requests.test());
    const roots = [[a], [b], [a, b], [b, a], [a, a], [a, b, a]].map((list) =>
      toHex(batchRoot(list)),
    );
    expect(new Set(roots).size).toBe(roots.length);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestOf } from '../../ceremony/request.ts';
import { AT_RANDOM, FEW, outliersOf, type Looked } from './outliers.ts';

const mint = (amount: number): RequestOf<'mint'> => ({
  kind: 'mint',
  purpose: 'Deposit',
  expires: 0,
  txid: new Uint8Array(32),
  vout: 0,
  recipient: new Uint8Array(32),
  index: 0,
  amount,
  mined: 0,
  validity: 86_400,
  issue: 0,
});

const plain = (amount = 1000): Looked => ({
  request: mint(amount),
  findings: [{ finding: 'included', state: 'holds', detail: [] }],
  decision: { rule: undefined, version: 1, figures: [] },
  problems: [],
  nearLimit: undefined,
  newRecipient: false,
  again: false,
});

/** A batch of 20 like ones, of which some are other. */
const batch = (others: Readonly<Record<number, Partial<Looked>>>): Looked[] =>
  Array.from({ length: 20 }, (_, i) => ({ ...plain(), ...others[i] }));

const upwards = (count: number) => [...Array(count).keys()];
const reasonsAt = (items: readonly Looked[], position: number) => outliersOf(items, [])[position];

describe('what is opened of a batch', () => {
  it('all of a small one', () => {
    const items = upwards(FEW).map(() => plain());
    expect(outliersOf(items, upwards(FEW)).every((reasons) => reasons.includes('few'))).toBe(true);
    const more = upwards(FEW + 1).map(() => plain());
    expect(outliersOf(more, []).flat()).toEqual(['largest']);
  });

  it.each<[string, Partial<Looked>]>([
    ['a missing check', { findings: [{ finding: 'depth', state: 'missing', detail: [4, 6] }] }],
    ['a failing check', { findings: [{ finding: 'output', state: 'fails', detail: [] }] }],
    ['a rule', { decision: { rule: 'limit', version: 1, figures: [1, 2] } }],
    ['a problem', { problems: [{ problem: 'fee-too-low', detail: '' }] }],
  ])('%s', (_, other) => {
    expect(reasonsAt(batch({ 7: other }), 7)).toEqual(['check']);
  });

  it('who was never paid, what may be a second time, the largest, what is near a limit; each with all of its reasons', () => {
    const nearLimit = { most: 10, used: 9, window: null };
    const items = batch({
      3: { newRecipient: true },
      4: { again: true },
      5: { nearLimit },
      9: { request: mint(1001), newRecipient: true, nearLimit },
    });
    expect(
      outliersOf(items, []).flatMap((reasons, i) => (reasons.length > 0 ? [[i, ...reasons]] : [])),
    ).toEqual([
      [3, 'new-recipient'],
      [4, 'again'],
      [5, 'near-limit'],
      [9, 'new-recipient', 'largest', 'near-limit'],
    ]);
  });

  it('nothing is largest where nothing is moved', () => {
    const test: Looked['request'] = {
      kind: 'test',
      purpose: '',
      expires: 0,
      salt: new Uint8Array(16),
    };
    expect(
      outliersOf(
        upwards(9).map(() => ({ ...plain(), request: test })),
        [],
      ).flat(),
    ).toEqual([]);
  });

  it('three more, the first in a random order that do not stand out', () => {
    const items = batch({ 19: { newRecipient: true } });
    // 0 is the largest: it stands for all of its amount.
    const order = [19, 4, 0, 11, 2, 7];
    const drawn = outliersOf(items, order).flatMap((reasons, i) =>
      reasons.includes('random') ? [i] : [],
    );
    expect(drawn).toEqual([2, 4, 11]);
  });

  it('whatever the order: every outlier, and exactly so many more', () => {
    const others = { 2: { newRecipient: true }, 8: { request: mint(5000) } };
    fc.assert(
      fc.property(fc.shuffledSubarray(upwards(20), { minLength: 20 }), (order) => {
        const found = outliersOf(batch(others), order);
        expect(found[2]).toEqual(['new-recipient']);
        expect(found[8]).toEqual(['largest']);
        expect(found.filter(([reason]) => reason === 'random')).toHaveLength(AT_RANDOM);
      }),
    );
  });
});

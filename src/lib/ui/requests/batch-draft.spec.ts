import { expect, test } from 'vitest';
import type { ItemView, RequestsView } from '../../worker/requests-view.ts';
import { replaceable, spending } from './batch-draft.svelte.ts';

const item = (number: number, more: Partial<ItemView> = {}, kind = 'burn') =>
  ({
    digest: Uint8Array.of(number),
    request: { kind, transaction: { inputs: [{ txid: new Uint8Array(32), vout: number }] } },
    review: {},
    ...more,
  }) as unknown as ItemView;

const coin = (vout: number) => `${'00'.repeat(32)}:${vout}`;
const numbers = (items: readonly ItemView[]) => items.map(({ digest }) => digest[0]);

const view = {
  sessions: [
    { items: [item(1), item(2, { depth: 1 }), item(3, { halt: 'replaced' })] },
    // The same request once more, in another batch.
    { items: [item(1), item(4, { halt: 'refused' }), item(5, { halt: 'expired', depth: 0 })] },
    { items: [item(6, {}, 'fees'), item(7, { halt: 'objected' })] },
    { items: [item(8, { review: undefined }, 'mint')] },
  ],
} as unknown as RequestsView;

test('what is in no block and possible may be replaced, each request once, by one of its kind', () => {
  expect(numbers(replaceable(view, 'burn', []))).toEqual([1, 5, 7]);
  expect(numbers(replaceable(view, 'fees', []))).toEqual([6]);
  expect(numbers(replaceable(view, 'mint', []))).toEqual([]);
});

test('what the batch replaces already is not replaced once more', () => {
  expect(numbers(replaceable(view, 'burn', [coin(5), coin(9)]))).toEqual([1, 7]);
});

test('requests that a transaction excludes are found by their coins, each once', () => {
  expect(numbers(spending(view, [coin(1), coin(6)]))).toEqual([1, 6]);
});

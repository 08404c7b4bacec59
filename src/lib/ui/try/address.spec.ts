import { expect, test } from 'vitest';
import { addressOf, planOf } from './address.ts';

test('an address leads to what it was made of', () => {
  const plan = { story: 'cheat', seed: 4_294_967_295, step: 12 } as const;
  expect(addressOf(plan)).toBe('#/try?story=cheat&seed=4294967295&step=12');
  expect(planOf(addressOf(plan))).toEqual(plan);
  expect(addressOf({ ...plan, step: 0 })).not.toContain('step');
});

test.each([
  ['#/try', { story: 'key', seed: 7, step: 0 }],
  ['#/try?story=nonsense&seed=-1&step=x', { story: 'key', seed: 7, step: 0 }],
  ['#/try?seed=99999999999&step=1e3', { story: 'key', seed: 7, step: 0 }],
  ['#/try?seed=9999999999&step=9999999', { story: 'key', seed: 4_294_967_295, step: 2000 }],
])('%s', (hash, plan) => expect(planOf(hash)).toEqual(plan));

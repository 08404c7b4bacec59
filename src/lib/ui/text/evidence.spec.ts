import { expect, test } from 'vitest';
import { evidenceRefusals } from '../../worker/evidence.ts';
import { refusalText, tookText } from './evidence.ts';

test('every refusal has its own words, and names the detail that it was given', () => {
  const texts = evidenceRefusals.map((refusal) => refusalText(refusal, 'detail 17'));
  expect(new Set(texts.map(({ happened }) => happened)).size).toBe(evidenceRefusals.length);
  for (const [i, { happened, cause, means, next }] of texts.entries()) {
    for (const sentence of [happened, cause, means, next]) expect(sentence).toMatch(/[.:]$/);
    const isSaid = cause.includes('detail 17');
    expect(isSaid).toBe(evidenceRefusals[i] !== 'unknown');
  }
});

test('what a file was taken for is said with its figures', () => {
  const chain = { took: 'chain', headers: 1, inclusions: 2, checkpoint: 9 } as const;
  expect(tookText({ ...chain, tip: { height: 10, hash: '' } })).toBe(
    '1 new header, 2 new transactions, your tip: block 10, you name a checkpoint: block 9',
  );
  expect(tookText({ took: 'burn-records', records: 1, known: 3 })).toBe(
    '1 new burn record, 3 told before',
  );
  expect(tookText({ took: 'fee-list', utxos: 2, otherIds: 1 })).toContain('1 of their ids');
});

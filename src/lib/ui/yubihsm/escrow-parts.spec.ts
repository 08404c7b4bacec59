import { expect, it } from 'vitest';
import { blank, escrowOf, isPart } from './escrow-parts.ts';

const wrapKey = '00ff'.repeat(16);
const hmacKey = 'a1'.repeat(120);

it('reads both parts in any spacing and case', () => {
  const spaced = wrapKey.toUpperCase().replace(/.{4}/g, '$& ');
  expect(escrowOf({ wrapKey: `${spaced}\n`, hmacKey: ` ${hmacKey}` })).toEqual({
    wrapKey: Uint8Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0 : 255)),
    hmacKey: new Uint8Array(120).fill(0xa1),
  });
});

it('takes nothing that cannot be that part', () => {
  for (const typed of ['', wrapKey.slice(2), `${wrapKey}00`, `${wrapKey.slice(1)}g`, hmacKey])
    expect(isPart('wrapKey', typed), typed).toBe(false);
  for (const typed of ['', 'a', 'a1g1', 'a1'.repeat(501)])
    expect(isPart('hmacKey', typed), typed).toBe(false);
  expect(escrowOf(blank())).toBeUndefined();
  expect(escrowOf({ wrapKey, hmacKey: '' })).toBeUndefined();
});

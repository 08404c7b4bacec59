import { expect, it } from 'vitest';
import { toHex } from '../crypto/bytes.ts';
import { scriptOfAddress } from './address.ts';

// BIP 350's example, BIP 173's, and a P2SH address.
it.each([
  ['bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0', '5120', 68],
  ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '0014', 44],
  ['3P14159f73E4gFr7JterCCQh9QjiTjiZrG', 'a914', 46],
])('%s', (address, begins, length) => {
  const script = toHex(scriptOfAddress('mainnet', address)!);
  expect(script.startsWith(begins)).toBe(true);
  expect(script).toHaveLength(length);
  expect(scriptOfAddress('regtest', address)).toBeUndefined();
  for (let i = 0; i < address.length; i++) {
    const other = address[i] === 'q' ? 'p' : 'q';
    const wrong = address.slice(0, i) + other + address.slice(i + 1);
    if (wrong.toLowerCase() !== address.toLowerCase())
      expect(scriptOfAddress('mainnet', wrong)).toBeUndefined();
  }
});

import { isZero } from './bytes.ts';
import { fault, type Fault } from './faults.ts';

/**
 * What can be seen to be wrong with randomness from outside: its length, or nothing but zeros in a
 * block of 32 bytes. Undefined if nothing is. A step that makes a key or a nonce asks before it
 * computes: from randomness cut short, two nonces can be equal, and that reveals the share.
 *
 * Faults: `input-length`, `randomness-zero`.
 */
export function unfitRandomness(random: Uint8Array, length: 32 | 64): Fault | undefined {
  if (random.length !== length) return fault('input-length', [], 'randomness');
  for (let block = 0; block < length; block += 32)
    if (isZero(random.subarray(block, block + 32))) return fault('randomness-zero');
  return undefined;
}

/** Odd scalars for digits that are never zero. */
import { order } from '../generated/ed25519-constants';
import { copy, copyMasked, SIZE, storeLE, subtract } from '../generated/limbs';
import { SCALAR_WORK } from '../memory';

const a: usize = SCALAR_WORK;
const b: usize = SCALAR_WORK + SIZE;

/**
 * bytes = k if k is odd, else n − k (0 becomes n): 32 bytes, little endian, and 8 zero bytes. No branch.
 * @returns all ones where k was even, so that the result's sign must be turned
 */
export function makeOdd(bytes: usize, k: usize): u64 {
  const even: u64 = (load<u64>(k) & 1) - 1;
  order(a);
  subtract(a, a, k);
  copy(b, k);
  copyMasked(b, a, even);
  storeLE(bytes, b);
  store<u64>(bytes + 32, 0);
  return even;
}

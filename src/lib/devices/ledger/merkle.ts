import { sha256 } from '@noble/hashes/sha2.js';
import { concat, type Bytes } from '../../crypto/bytes.ts';

/*
 * The Merkle trees of the Bitcoin app: that of RFC 6962 with SHA-256, and 32 zero bytes as the root of
 * an empty list.
 */

/** What is hashed for a leaf. */
export const leafPreimage = (element: Uint8Array): Bytes => concat(Uint8Array.of(0), element);

const node = (left: Uint8Array, right: Uint8Array): Bytes =>
  sha256(concat(Uint8Array.of(1), left, right));

/** How many of n > 1 leaves stand in the left subtree: the largest power of two below n. */
const leftOf = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** The root over the hashes of leaves, 32 bytes each. */
export function merkleRoot(leaves: readonly Bytes[]): Bytes {
  if (leaves.length < 2) return leaves[0] ?? new Uint8Array(32);
  const left = leftOf(leaves.length);
  return node(merkleRoot(leaves.slice(0, left)), merkleRoot(leaves.slice(left)));
}

/** The roots of the subtrees beside the way from leaf `index` < the number of leaves to the root. */
export function merkleProof(leaves: readonly Bytes[], index: number): Bytes[] {
  if (leaves.length < 2) return [];
  const left = leftOf(leaves.length);
  return index < left
    ? [...merkleProof(leaves.slice(0, left), index), merkleRoot(leaves.slice(left))]
    : [...merkleProof(leaves.slice(left), index - left), merkleRoot(leaves.slice(0, left))];
}

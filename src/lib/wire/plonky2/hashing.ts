import { permute, WIDTH } from './poseidon.ts';

/*
 * Hashes and Merkle trees of Plonky2 over Poseidon: a sponge that overwrites 8 of 12 elements
 * (plonky2/src/hash/hashing.rs, merkle_proofs.rs).
 */

/** Four elements. */
export type Digest = readonly bigint[];
export const DIGEST = 4;
export const RATE = 8;

/** The layer of a Merkle tree at which proofs end: 2 ** height digests. */
export type Cap = readonly Digest[];

/** The hash of any number of elements. Lengths are not told apart: only for input of known length. */
export function hash(elements: readonly bigint[]): Digest {
  let state: readonly bigint[] = new Array<bigint>(WIDTH).fill(0n);
  for (let at = 0; at < elements.length; at += RATE) {
    const block = elements.slice(at, at + RATE);
    state = permute([...block, ...state.slice(block.length)]);
  }
  return state.slice(0, DIGEST);
}

/** The hash of a leaf: up to four elements stand for themselves, padded with zeros. */
export const hashLeaf = (elements: readonly bigint[]): Digest =>
  elements.length <= DIGEST
    ? [...elements, ...new Array<bigint>(DIGEST - elements.length).fill(0n)]
    : hash(elements);

/** The hash of two digests: a node of a tree. */
export const hashPair = (left: Digest, right: Digest): Digest =>
  permute([...left, ...right, 0n, 0n, 0n, 0n]).slice(0, DIGEST);

/**
 * Whether a leaf stands at `index` of the tree with this cap.
 * @param siblings from the leaf's upwards; with the cap's height they make the tree's
 */
export function isInTree(
  leaf: readonly bigint[],
  index: number,
  siblings: readonly Digest[],
  cap: Cap,
): boolean {
  let digest = hashLeaf(leaf);
  let position = index;
  for (const sibling of siblings) {
    digest = position % 2 === 0 ? hashPair(digest, sibling) : hashPair(sibling, digest);
    position >>>= 1;
  }
  const expected = cap[position];
  return expected !== undefined && digest.every((element, i) => element === expected[i]);
}

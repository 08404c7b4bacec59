import { concat, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { hash256, readHeader, type Header } from './header.ts';
import { compactSizeAt } from './serial.ts';

/*
 * That a transaction is in a block: the way from its id up to the Merkle root of the header. A level
 * with an odd number of nodes hashes the last one with itself. So a right-hand node that equals its
 * left neighbour never stands in a tree that its miner made in earnest, and is refused
 * (CVE-2012-2459); a left-hand one may.
 */

/** The way up from a leaf, as Electrum's servers give it. */
export interface Branch {
  /** Of the leaf, from 0. Its bits say, from the last one on, which nodes on the way are right-hand. */
  readonly position: number;
  /** The other node of each pair, 32 bytes, the leaf's neighbour first. */
  readonly hashes: readonly Bytes[];
}

/** Why a branch proves nothing. */
export interface BranchFault {
  readonly fault: 'depth' | 'position' | 'duplicate-leaf';
  readonly detail: string;
}
/** Why a branch or a Merkle block proves nothing. */
export type MerkleFault =
  BranchFault | { readonly fault: 'malformed' | 'merkle-root'; readonly detail: string };

/** Far above the tree of a full block. */
const MAX_DEPTH = 32;

const parentOf = (left: Uint8Array, right: Uint8Array): Bytes => hash256(concat(left, right));

/** The root (32 bytes) that a branch leads to from a leaf (32 bytes). */
export function merkleRoot(leaf: Uint8Array, { position, hashes }: Branch): Bytes | BranchFault {
  if (hashes.length > MAX_DEPTH) return { fault: 'depth', detail: String(hashes.length) };
  if (!(Number.isInteger(position) && position >= 0 && position < 2 ** hashes.length))
    return { fault: 'position', detail: `${position} in a tree of depth ${hashes.length}` };
  let node = concat(leaf);
  let rest = position;
  for (const [level, other] of hashes.entries()) {
    const isRight = rest % 2 === 1;
    if (isRight && equal(other, node)) return { fault: 'duplicate-leaf', detail: `level ${level}` };
    node = isRight ? parentOf(other, node) : parentOf(node, other);
    rest = Math.floor(rest / 2);
  }
  return node;
}

/** What Bitcoin Core's `gettxoutproof` proves. */
export interface MerkleBlock {
  readonly header: Header;
  /** How many transactions the block has, by what the proof says. */
  readonly transactions: number;
  readonly matches: readonly { readonly txid: Bytes; readonly branch: Branch }[];
}

/** The most transactions in a block: 4 000 000 weight units, 240 for the smallest (Core). */
const MAX_TRANSACTIONS = 16_666;

/**
 * Reads a Merkle block (Core, `CMerkleBlock` and `CPartialMerkleTree`): a header, the number of
 * transactions as 4 bytes, hashes, and bits that say where in the tree these stand. Its root is the
 * header's; whether the header has proof of work is not looked at.
 */
export function readMerkleBlock(bytes: Uint8Array): MerkleBlock | MerkleFault {
  const header = readHeader(bytes.subarray(0, 80));
  const hashCount = bytes.length >= 84 ? compactSizeAt(bytes, 84) : undefined;
  if (!header || !hashCount) return malformed('cut short');
  const transactions = new DataView(bytes.buffer, bytes.byteOffset).getUint32(80, true);
  if (transactions === 0 || transactions > MAX_TRANSACTIONS)
    return malformed(`${transactions} transactions`);
  if (hashCount.value > transactions) return malformed(`${hashCount.value} hashes`);
  const hashesEnd = hashCount.end + 32 * hashCount.value;
  const bitBytes = compactSizeAt(bytes, hashesEnd);
  if (!bitBytes) return malformed('cut short');
  if (bytes.length !== bitBytes.end + bitBytes.value) return malformed(`${bytes.length} bytes`);

  const hashAt = (i: number) =>
    concat(bytes.subarray(hashCount.end + 32 * i, hashCount.end + 32 * (i + 1)));
  const bitAt = (i: number) => (bytes[bitBytes.end + (i >> 3)]! >> (i & 7)) & 1;
  /** How many nodes a level has; the leaves are level 0. */
  const widthOf = (level: number) => Math.ceil(transactions / 2 ** level);
  let bitsUsed = 0;
  let hashesUsed = 0;

  /** Reads what there is of the tree below a node, depth first. */
  const visit = (level: number, index: number): Node | MerkleFault => {
    if (bitsUsed === 8 * bitBytes.value) return malformed('too few bits');
    const leadsToMatch = bitAt(bitsUsed++) === 1;
    if (level === 0 || !leadsToMatch) {
      if (hashesUsed === hashCount.value) return malformed('too few hashes');
      const hash = hashAt(hashesUsed++);
      const match = { txid: hash, branch: { position: index, hashes: [] } };
      return { hash, matches: leadsToMatch ? [match] : [] };
    }
    const left = visit(level - 1, 2 * index);
    if ('fault' in left) return left;
    if (2 * index + 1 === widthOf(level - 1))
      return { hash: parentOf(left.hash, left.hash), matches: above(left, left.hash) };
    const right = visit(level - 1, 2 * index + 1);
    if ('fault' in right) return right;
    if (equal(left.hash, right.hash))
      return { fault: 'duplicate-leaf', detail: `level ${level - 1}` };
    return {
      hash: parentOf(left.hash, right.hash),
      matches: [...above(left, right.hash), ...above(right, left.hash)],
    };
  };

  let depth = 0;
  while (widthOf(depth) > 1) depth++;
  const top = visit(depth, 0);
  if ('fault' in top) return top;
  if (hashesUsed !== hashCount.value) return malformed('too many hashes');
  if (Math.ceil(bitsUsed / 8) !== bitBytes.value) return malformed('too many bits');
  while (bitsUsed < 8 * bitBytes.value) if (bitAt(bitsUsed++)) return malformed('bits set');
  if (!equal(top.hash, header.merkleRoot))
    return { fault: 'merkle-root', detail: toHex(top.hash.toReversed()) };
  return { header, transactions, matches: top.matches };
}

const malformed = (detail: string): MerkleFault => ({ fault: 'malformed', detail });

/** A node with the ways up to it from the matches below. */
type Node = Pick<MerkleBlock, 'matches'> & { readonly hash: Bytes };

/** The matches of a node as seen from its parent, whose other child is `neighbour`. */
const above = ({ matches }: Node, neighbour: Bytes): MerkleBlock['matches'] =>
  matches.map(({ txid, branch: { position, hashes } }) => ({
    txid,
    branch: { position, hashes: [...hashes, neighbour] },
  }));

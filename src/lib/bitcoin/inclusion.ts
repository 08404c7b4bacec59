import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { bytes, integer, list, record, type Read } from '../crypto/schema.ts';
import type { Header } from './header.ts';
import { merkleRoot } from './merkle.ts';
import type { Consensus } from './networks.ts';
import { readRawTx, type RawTx } from './raw-tx.ts';

/*
 * That a transaction is in a block, with nothing but the block's header known. A branch alone does
 * not prove it: 64 bytes can be a transaction and an inner node of the tree at once (CVE-2017-12842),
 * and so lend the tree one level more or less. The coinbase says how deep the tree is, since only its
 * miner could make one that names the block's height.
 */

const hashes = list(bytes(32), 32);

/** The longest coinbase without witnesses, in bytes: pools that pay hundreds of miners in it stay below. */
export const MAX_COINBASE = 20_000;
/**
 * Bytes of both transactions and both branches together. With this much, a packet fits beside the
 * longest list of what its sender has seen.
 */
export const MAX_INCLUSION = 60_000;

export const inclusionReader = record({
  /** Without witnesses. */
  tx: bytes(1, MAX_INCLUSION),
  branch: record({ position: integer(0, 0xffff_ffff), hashes }),
  /** The block's first transaction, without witnesses, and its branch; its position is 0. */
  coinbase: bytes(1, MAX_COINBASE),
  coinbaseBranch: hashes,
});
/** A transaction and the way from it to the Merkle root of its block. */
export type Inclusion = Read<typeof inclusionReader>;

/** How much an inclusion takes in a packet, in bytes; the names of its fields are not in it. */
export const sizeOf = ({ tx, branch, coinbase, coinbaseBranch }: Inclusion): number =>
  tx.length + coinbase.length + 34 * (branch.hashes.length + coinbaseBranch.length);

/** What of an inclusion is larger than a packet can carry; undefined where one can. */
export function tooLarge(inclusion: Inclusion): string | undefined {
  const { length } = inclusion.coinbase;
  const size = sizeOf(inclusion);
  if (length > MAX_COINBASE)
    return `the block’s coinbase has ${length} bytes, above ${MAX_COINBASE}`;
  if (size > MAX_INCLUSION)
    return `transaction, coinbase and branches have ${size} bytes, above ${MAX_INCLUSION}`;
  return undefined;
}

/** Why an inclusion proves nothing. */
export interface InclusionFault {
  readonly fault:
    | 'sixty-four-bytes'
    | 'transaction'
    | 'coinbase'
    | 'depth'
    | 'position'
    | 'duplicate-leaf'
    | 'merkle-root';
  readonly detail: string;
}

/** The transaction, once it is certain that it is in this block. */
export function checkInclusion(
  consensus: Consensus,
  block: { readonly height: number; readonly header: Header },
  inclusion: Inclusion,
): { readonly tx: RawTx } | InclusionFault {
  const { branch, coinbaseBranch } = inclusion;
  for (const part of ['tx', 'coinbase'] as const)
    if (inclusion[part].length === 64) return { fault: 'sixty-four-bytes', detail: part };
  const tx = readStripped(inclusion.tx);
  if (typeof tx === 'string') return { fault: 'transaction', detail: tx };
  const coinbase = readStripped(inclusion.coinbase);
  if (typeof coinbase === 'string') return { fault: 'coinbase', detail: coinbase };
  if (!coinbase.coinbase) return { fault: 'coinbase', detail: 'spends an output' };
  const script = coinbase.inputs[0]!.script;
  const height = heightScript(block.height);
  if (block.height >= consensus.bip34From && !equal(script.subarray(0, height.length), height))
    return { fault: 'coinbase', detail: `height: ${toHex(script.subarray(0, height.length))}` };
  if (tx.coinbase && !equal(tx.stripped, coinbase.stripped))
    return { fault: 'coinbase', detail: 'there are two' };
  if (tx.coinbase && branch.position !== 0)
    return { fault: 'position', detail: `${branch.position} of a coinbase` };

  const [depth, coinbaseDepth] = [branch.hashes.length, coinbaseBranch.length];
  if (depth !== coinbaseDepth) return { fault: 'depth', detail: `${depth}, not ${coinbaseDepth}` };
  const ways = {
    tx: merkleRoot(tx.txid, branch),
    coinbase: merkleRoot(coinbase.txid, { position: 0, hashes: coinbaseBranch }),
  };
  for (const [part, root] of Object.entries(ways)) {
    if ('fault' in root) return root;
    if (!equal(root, block.header.merkleRoot)) return { fault: 'merkle-root', detail: part };
  }
  return { tx };
}

/** As `readRawTx`, without witnesses only. */
function readStripped(encoded: Uint8Array): RawTx | string {
  const tx = readRawTx(encoded);
  return typeof tx !== 'string' && tx.stripped.length !== encoded.length ? 'has witnesses' : tx;
}

/** What the script of a coinbase begins with at this height (BIP 34): the number as it is pushed. */
function heightScript(height: number): Bytes {
  if (height <= 16) return Uint8Array.of(height === 0 ? 0 : 0x50 + height);
  const digits: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) digits.push(rest % 256);
  // A first bit of 1 would be a sign.
  if (digits.at(-1)! >= 0x80) digits.push(0);
  return Uint8Array.of(digits.length, ...digits);
}

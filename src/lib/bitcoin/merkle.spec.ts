import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  branchOf,
  merkleBlock,
  mine,
  newChain,
  paying,
  rootOf,
} from '../../../tests/support/chain.ts';
import { concat, type Bytes } from '../crypto/bytes.ts';
import { hash256 } from './header.ts';
import { merkleRoot, readMerkleBlock, type MerkleBlock } from './merkle.ts';

const leavesOf = (count: number): Bytes[] =>
  Array.from({ length: count }, (_, i) => hash256(Uint8Array.of(i, i >> 8)));

describe('a branch', () => {
  it('leads to the root from every leaf of every tree', () => {
    for (let count = 1; count <= 20; count++) {
      const leaves = leavesOf(count);
      const root = rootOf(leaves);
      for (const [position, leaf] of leaves.entries()) {
        const hashes = branchOf(leaves, position);
        expect(merkleRoot(leaf, { position, hashes })).toEqual(root);
      }
    }
  });

  it('leads elsewhere from another position, or with any hash changed', () => {
    const leaves = leavesOf(11);
    const root = rootOf(leaves);
    const hashes = branchOf(leaves, 6);
    for (let position = 0; position < 16; position++)
      if (position !== 6) expect(merkleRoot(leaves[6]!, { position, hashes })).not.toEqual(root);
    for (const i of hashes.keys()) {
      const changed = hashes.with(i, hash256(hashes[i]!));
      expect(merkleRoot(leaves[6]!, { position: 6, hashes: changed })).not.toEqual(root);
    }
  });

  it('has a position that the tree has', () => {
    const leaves = leavesOf(5);
    const hashes = branchOf(leaves, 2);
    for (const position of [2 + 8, 8, 2 ** 32 + 2, 2 ** 40 + 2, -1, 2.5, NaN])
      expect(merkleRoot(leaves[2]!, { position, hashes })).toMatchObject({ fault: 'position' });
  });

  it('is at most 32 hashes long, and may be none', () => {
    const [leaf] = leavesOf(1);
    expect(merkleRoot(leaf!, { position: 0, hashes: [] })).toEqual(leaf);
    const most = new Array<Bytes>(32).fill(leaf!);
    expect(merkleRoot(leaf!, { position: 2 ** 32 - 2, hashes: most })).toBeInstanceOf(Uint8Array);
    expect(merkleRoot(leaf!, { position: 0, hashes: [...most, leaf!] })).toMatchObject({
      fault: 'depth',
    });
  });

  it('has no right-hand node that equals its neighbour (CVE-2012-2459)', () => {
    const leaves = leavesOf(3);
    const hashes = branchOf(leaves, 2);
    expect(hashes[0]).toEqual(leaves[2]);
    expect(merkleRoot(leaves[2]!, { position: 2, hashes })).toEqual(rootOf(leaves));
    expect(merkleRoot(leaves[2]!, { position: 3, hashes })).toMatchObject({
      fault: 'duplicate-leaf',
    });
    const six = leavesOf(6);
    const up = branchOf(six, 5);
    expect(merkleRoot(six[5]!, { position: 7, hashes: up })).toMatchObject({
      fault: 'duplicate-leaf',
      detail: 'level 1',
    });
  });
});

/** A block of so many transactions. */
function blockOf(count: number) {
  const chain = newChain();
  const txs = Array.from({ length: count - 1 }, (_, i) => paying(i));
  return mine(chain, { txs });
}

function read(bytes: Uint8Array): MerkleBlock {
  const result = readMerkleBlock(bytes);
  if ('fault' in result) throw new Error(`${result.fault} ${result.detail}`);
  return result;
}

describe('a Merkle block', () => {
  it('gives the branches of the transactions that it proves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(fc.nat(39)), (count, places) => {
        const block = blockOf(count);
        const positions = [...new Set(places.filter((place) => place < count))].sort(
          (a, b) => a - b,
        );
        const result = read(
          merkleBlock(
            block,
            positions.map((position) => block.txids[position]!),
          ),
        );
        expect(result.header).toEqual(block.header);
        expect(result.transactions).toBe(count);
        expect(result.matches).toEqual(
          positions.map((position) => ({
            txid: block.txids[position],
            branch: { position, hashes: branchOf(block.txids, position) },
          })),
        );
      }),
      { numRuns: 50 },
    );
  });

  const block = blockOf(11);
  const good = merkleBlock(block, [block.txids[3]!, block.txids[10]!]);
  /** Where the number of hashes stands, and the number of bytes for bits. */
  const hashCountAt = 84;
  const bitCountAt = hashCountAt + 1 + 32 * good[hashCountAt]!;
  const edited = (at: number, value: number, from = good) =>
    from.map((byte, i) => (i === at ? value : byte));
  const fault = (bytes: Uint8Array) => {
    const result = readMerkleBlock(bytes);
    return 'fault' in result && [result.fault, result.detail];
  };
  const without = (start: number, end: number) =>
    concat(good.subarray(0, start), good.subarray(end));

  it('is refused wherever it is cut, and with anything after it', () => {
    for (let length = 0; length < good.length; length++)
      expect(fault(good.subarray(0, length))).toBeTruthy();
    expect(fault(concat(good, Uint8Array.of(0)))).toEqual([
      'malformed',
      `${good.length + 1} bytes`,
    ]);
  });

  it('has a possible number of transactions', () => {
    expect(fault(edited(80, 0))).toEqual(['malformed', '0 transactions']);
    const most = concat(good.subarray(0, 80), Uint8Array.of(0x1b, 0x41, 0, 0), good.subarray(84));
    expect(fault(most)).toEqual(['malformed', '16667 transactions']);
    expect(fault(edited(80, 3))).toEqual(['malformed', `${good[hashCountAt]!} hashes`]);
    expect(fault(edited(83, 0xff))).toMatchObject(['malformed', '4278190091 transactions']);
  });

  it('has as many hashes as it uses', () => {
    const last = bitCountAt - 32;
    const less = edited(hashCountAt, good[hashCountAt]! - 1, without(last, bitCountAt));
    expect(fault(less)).toEqual(['malformed', 'too few hashes']);
    const extra = concat(
      good.subarray(0, bitCountAt),
      new Uint8Array(32),
      good.subarray(bitCountAt),
    );
    expect(fault(edited(hashCountAt, good[hashCountAt]! + 1, extra))).toEqual([
      'malformed',
      'too many hashes',
    ]);
  });

  it('has as many bits as it uses, and none of the rest is set', () => {
    const count = good[bitCountAt]!;
    const less = edited(bitCountAt, count - 1, good.slice(0, -1));
    expect(fault(less)).toEqual(['malformed', 'too few bits']);
    const more = edited(bitCountAt, count + 1, concat(good, Uint8Array.of(0)));
    expect(fault(more)).toEqual(['malformed', 'too many bits']);
    expect(fault(edited(good.length - 1, good.at(-1)! | 0x80))).toEqual(['malformed', 'bits set']);
  });

  it('leads to the root of its header', () => {
    expect(fault(edited(40, good[40]! ^ 1))).toMatchObject(['merkle-root', expect.anything()]);
    expect(fault(edited(100, good[100]! ^ 1))).toMatchObject(['merkle-root', expect.anything()]);
  });

  it('has no two equal neighbours (CVE-2012-2459)', () => {
    // Eleven transactions have the root of twelve with the last one twice.
    const twice = { ...block, txids: [...block.txids, block.txids[10]!] };
    expect(rootOf(twice.txids)).toEqual(block.header.merkleRoot);
    expect(fault(merkleBlock(twice, [block.txids[10]!]))).toEqual(['duplicate-leaf', 'level 0']);
  });
});

import { describe, expect, it } from 'vitest';
import { checkpointProblem, HeaderTree, type Checkpoint } from '../../src/lib/bitcoin/chain.ts';
import { checkpointsOf } from '../../src/lib/bitcoin/checkpoints.ts';
import { bitsOf, hash256, targetOf, type Header } from '../../src/lib/bitcoin/header.ts';
import { checkInclusion, type Inclusion } from '../../src/lib/bitcoin/inclusion.ts';
import { merkleRoot, readMerkleBlock } from '../../src/lib/bitcoin/merkle.ts';
import { consensusOf, type Consensus } from '../../src/lib/bitcoin/networks.ts';
import { readRawTx } from '../../src/lib/bitcoin/raw-tx.ts';
import { concat, equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import {
  branchOf,
  checkpointAt,
  coinbaseTx,
  evidenceFor,
  fork,
  hashAt,
  merkleBlock,
  mine,
  newChain,
  packed,
  paying,
  rawTx,
  rootOf,
  tipOf,
  workedHeader,
  type TestChain,
} from '../support/chain.ts';
import { cpuOf } from '../support/cpu.ts';

/** Periods of eight blocks, 10 s apart. */
const quick: Consensus = { ...consensusOf.regtest, period: 8, spacing: 10, retargets: true };

const extend = (chain: TestChain, count: number, spacing: number): TestChain => {
  for (let i = 0; i < count; i++) mine(chain, { time: tipOf(chain).header.time + spacing });
  return chain;
};

const add = (chain: TestChain, latest?: number) =>
  new HeaderTree(chain.consensus, [chain.checkpoint]).add(
    hashAt(chain, 0),
    packed(chain, 0),
    latest,
  );

const flip = (bytes: Uint8Array, bit: number): Bytes =>
  concat(bytes).map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('a miner with little power', () => {
  const honest = extend(newChain(quick), 40, 2);

  it('makes a longer chain with less work: the lower difficulty shows in the work', () => {
    const attack = extend(fork(honest, 4), 80, 30);
    const tree = new HeaderTree(quick, [honest.checkpoint]);
    expect(tree.add(hashAt(honest, 0), packed(honest, 0))).toBeUndefined();
    expect(tree.add(hashAt(honest, 4), packed(attack, 4))).toBeUndefined();
    const [good, bad] = [honest, attack].map((chain) => tree.block(tipOf(chain).header.hash)!);
    expect(bad!.height).toBeGreaterThan(good!.height);
    expect(bad!.work < good!.work).toBe(true);
  });

  it('lowers the difficulty by a time far ahead: what one period does is limited', () => {
    const chain = extend(newChain(quick), 31, 2);
    const first = mine(chain, { time: tipOf(chain).header.time + 100_000 });
    const target = targetOf(first.header.bits)!;
    extend(chain, 7, 100_000);
    const easier = fork(chain, 39);
    expect(targetOf(mine(chain).header.bits)).toBe(targetOf(bitsOf(4n * target)));
    expect(add(chain)).toBeUndefined();
    mine(easier, { bits: bitsOf(5n * target) });
    expect(add(easier)).toMatchObject({ fault: 'bits', height: 40 });
  });

  it('takes bits of its own, one off or the lowest of all', () => {
    const expected = mine(fork(honest, 39)).header.bits;
    for (const bits of [expected - 1, expected + 1, 0x207fffff]) {
      const chain = fork(honest, 39);
      mine(chain, { bits });
      expect(add(chain)).toMatchObject({ fault: 'bits', height: 40 });
    }
  });

  it('goes on from a checkpoint of mainnet: that has too little work, and takes no cheap block', () => {
    const { mainnet } = consensusOf;
    const latest = checkpointsOf.mainnet.at(-1)!;
    const tree = new HeaderTree(mainnet, [latest]);
    const hash = hash256(latest.header);
    expect(tree.block(hash)!.work < mainnet.minimumWork).toBe(true);
    const cheap = workedHeader(hash, hash, latest.times.at(-1)! + 600, 0x207fffff);
    const pack = concat(cheap.bytes.subarray(0, 4), cheap.bytes.subarray(36));
    expect(tree.add(hash, pack)).toMatchObject({ fault: 'bits', height: 840_001 });
  });

  it('claims a checkpoint with more work or less difficulty than its header shows', () => {
    const checkpoint = checkpointAt(honest);
    const problem = (changes: Partial<Checkpoint>) =>
      checkpointProblem(quick, { ...checkpoint, ...changes });
    expect(problem({})).toBeUndefined();
    expect(problem({ chainwork: new Uint8Array(32) })).toMatch(/^chain work/);
    expect(problem({ periodBits: 0x207fffff })).toMatch(/^bits of the period/);
    expect(problem({ header: flip(checkpoint.header, 8 * 76) })).toMatch(/^proof of work/);
  });
});

describe('a miner who lies about the time', () => {
  it('dates blocks back or ahead', () => {
    const chain = extend(newChain(quick), 12, 10);
    const median = chain.blocks.at(-6)!.header.time;
    const at = (time: number, latest?: number) => {
      const lying = fork(chain, 12);
      mine(lying, { time });
      return add(lying, latest);
    };
    const now = tipOf(chain).header.time;
    expect(at(median)).toMatchObject({ fault: 'time-too-old', height: 13 });
    expect(at(median + 1)).toBeUndefined();
    expect(at(now + 7201, now + 7200)).toMatchObject({ fault: 'time-too-new', height: 13 });
    expect(at(now + 7200, now + 7200)).toBeUndefined();
  });

  it('lowers the difficulty by a first block of a period from long ago (timewarp)', () => {
    const rules = { ...quick, bip94: true };
    const attack = (consensus: Consensus) => {
      const chain = extend(newChain(consensus), 14, 10);
      // The last block of the period is far ahead, the first of the next one far behind it.
      mine(chain, { time: tipOf(chain).header.time + 5000 });
      mine(chain, { time: chain.blocks[13]!.header.time + 1 });
      return add(chain);
    };
    expect(attack(quick)).toBeUndefined();
    expect(attack(rules)).toMatchObject({ fault: 'timewarp', height: 16 });
  });
});

describe('a reorganisation', () => {
  it('is seen once both branches are known: the deposit is not in the one with more work', () => {
    const deposit = paying(1, { amount: 5, script: Uint8Array.of(0x51) });
    const chain = extend(newChain(), 10, 600);
    const other = extend(fork(chain, 10), 8, 600);
    const paid = mine(chain, { txs: [deposit] });
    extend(chain, 6, 600);
    const tree = new HeaderTree(chain.consensus, [chain.checkpoint]);
    expect(tree.add(hashAt(chain, 0), packed(chain, 0))).toBeUndefined();
    const block = tree.block(paid.header.hash)!;
    const before = tree.block(tipOf(chain).header.hash)!;
    expect(tree.includes(before, block)).toBe(true);
    expect(
      checkInclusion(chain.consensus, block, evidenceFor(paid, paid.txids[1]!)),
    ).toHaveProperty('tx');
    expect(tree.add(hashAt(other, 10), packed(other, 10))).toBeUndefined();
    const after = tree.block(tipOf(other).header.hash)!;
    expect(after.work > before.work).toBe(true);
    expect(tree.includes(after, block)).toBe(false);
  });
});

/** As many programs do it: the id is hashed up the branch, and nothing else is looked at. */
function naive(root: Uint8Array, { tx, branch }: Inclusion): boolean {
  const [leaf, ...rest] = [hash256(tx), ...branch.hashes];
  const top = rest.reduce<Bytes>(
    (node, other, i) =>
      hash256((branch.position >> i) & 1 ? concat(other, node) : concat(node, other)),
    leaf,
  );
  return equal(top, root);
}

describe('a transaction that is not in the block', () => {
  const consensus = consensusOf.regtest;
  const script = Uint8Array.of(0x51);
  const forged = paying(99, { amount: 21e14, script });

  it('hangs below a real one of 64 bytes that is taken for an inner node (CVE-2017-12842)', () => {
    // In earnest the second half is ground until the 64 bytes are a transaction; no one looks here.
    const carrier = concat(hash256(script), hash256(forged));
    const block = mine(newChain(), { txs: [paying(1), carrier, paying(2)] });
    const real = branchOf(block.txids, 2);
    const attack: Inclusion = {
      ...evidenceFor(block, block.txids[1]!),
      tx: forged,
      branch: { position: 2 * 2 + 1, hashes: [carrier.slice(0, 32), ...real] },
    };
    expect(naive(block.header.merkleRoot, attack)).toBe(true);
    expect(checkInclusion(consensus, block, attack)).toMatchObject({ fault: 'depth' });
    // A coinbase as deep as the forgery is not the one in the block.
    for (const hashes of [
      [block.txids[0]!, ...attack.coinbaseBranch],
      [...attack.coinbaseBranch, block.header.merkleRoot],
    ])
      expect(checkInclusion(consensus, block, { ...attack, coinbaseBranch: hashes })).toEqual({
        fault: 'merkle-root',
        detail: 'coinbase',
      });
  });

  it('is an inner node of the tree that reads as a transaction of 64 bytes', () => {
    const inner = rawTx(
      [{ txid: hash256(script), vout: 0 }],
      [{ amount: 21e14, script: new Uint8Array(4) }],
    );
    expect(inner.length).toBe(64);
    expect(typeof readRawTx(inner)).toBe('object');
    const coinbase = coinbaseTx(1, [{ amount: 0, script }]);
    const leaves = [hash256(coinbase), hash256(script), inner.slice(0, 32), inner.slice(32)];
    const header = workedHeader(new Uint8Array(32), rootOf(leaves), 1, 0x207fffff);
    const attack: Inclusion = {
      tx: inner,
      branch: { position: 1, hashes: [hash256(concat(leaves[0]!, leaves[1]!))] },
      coinbase,
      coinbaseBranch: branchOf(leaves, 0),
    };
    expect(naive(header.merkleRoot, attack)).toBe(true);
    expect(checkInclusion(consensus, { height: 1, header }, attack)).toEqual({
      fault: 'sixty-four-bytes',
      detail: 'tx',
    });
  });

  it('has 64 bytes, or the coinbase has, although both are in the block', () => {
    const small = rawTx(
      [{ txid: hash256(script), vout: 0 }],
      [{ amount: 1, script: new Uint8Array(4) }],
    );
    const block = mine(newChain(), { txs: [small] });
    expect(checkInclusion(consensus, block, evidenceFor(block, block.txids[1]!))).toEqual({
      fault: 'sixty-four-bytes',
      detail: 'tx',
    });
    const none = { txid: new Uint8Array(32), vout: 0xffff_ffff, script: Uint8Array.of(0x51, 0) };
    const coinbase = rawTx([none], [{ amount: 1, script: new Uint8Array(2) }]);
    expect(coinbase.length).toBe(64);
    const other = mine(newChain(), { coinbase, txs: [paying(1)] });
    expect(checkInclusion(consensus, other, evidenceFor(other, other.txids[1]!))).toEqual({
      fault: 'sixty-four-bytes',
      detail: 'coinbase',
    });
  });

  it('stands at a second place of a tree that repeats its last leaves (CVE-2012-2459)', () => {
    const deposit = paying(5, { amount: 5, script });
    const block = mine(newChain(), { txs: [paying(1), deposit] });
    const again = { ...evidenceFor(block, block.txids[2]!) };
    const attack = { ...again, branch: { ...again.branch, position: 3 } };
    expect(naive(block.header.merkleRoot, attack)).toBe(true);
    expect(checkInclusion(consensus, block, attack)).toMatchObject({ fault: 'duplicate-leaf' });
    const twice = { ...block, txids: [...block.txids, block.txids[2]!] };
    expect(readMerkleBlock(merkleBlock(twice, [block.txids[2]!]))).toMatchObject({
      fault: 'duplicate-leaf',
    });
  });

  it('has a position with more bits than the tree is deep', () => {
    const block = mine(newChain(), { txs: [paying(1), paying(2)] });
    const good = evidenceFor(block, block.txids[1]!);
    for (const position of [1 + 4, 1 + 2 ** 31]) {
      const attack = { ...good, branch: { ...good.branch, position } };
      expect(naive(block.header.merkleRoot, attack)).toBe(true);
      expect(checkInclusion(consensus, block, attack)).toMatchObject({ fault: 'position' });
    }
  });

  it('pretends to be the coinbase, or an old deposit not to be one', () => {
    const block = mine(newChain(), { txs: [coinbaseTx(1, [{ amount: 21e14, script }])] });
    expect(checkInclusion(consensus, block, evidenceFor(block, block.txids[1]!))).toMatchObject({
      fault: 'coinbase',
    });
    const good = evidenceFor(block, block.txids[0]!);
    const result = checkInclusion(consensus, block, good);
    expect('tx' in result && result.tx.coinbase).toBe(true);
    // Of another block, which had another height.
    expect(checkInclusion(consensus, { ...block, height: 2 }, good)).toMatchObject({
      fault: 'coinbase',
    });
  });
});

describe('anything changed', () => {
  /** One block takes about 8000 hashes, so that none is found by accident. */
  const consensus: Consensus = { ...consensusOf.regtest, retargets: false };
  const bits = 0x1f07ffff;
  const root = workedHeader(new Uint8Array(32), new Uint8Array(32), 1_700_000_000, bits);
  const checkpoint: Checkpoint = {
    height: 0,
    header: root.bytes,
    chainwork: concat(new Uint8Array(30), Uint8Array.of(0x20, 0)),
    periodStart: root.time,
    periodBits: bits,
    times: [root.time],
  };
  const chain = newChain(consensus, checkpoint);
  const deposit = paying(1, { amount: 50_000_000, script: Uint8Array.of(0x51) });
  const block = mine(chain, { txs: [paying(2), deposit, paying(3), paying(4)] });
  const good = evidenceFor(block, block.txids[2]!);
  const { header } = block;

  it('in a header is seen, and the fault names what', () => {
    const latest = header.time + 7200;
    const pack = packed(chain, 0);
    const fault = (changed: Uint8Array) =>
      new HeaderTree(consensus, [checkpoint]).add(root.hash, changed, latest)?.fault;
    expect(fault(pack)).toBeUndefined();
    const times = new Set<string | undefined>();
    for (let bit = 0; bit < 8 * pack.length; bit++) {
      const found = fault(flip(pack, bit));
      const at = bit >> 3;
      if (at >= 40 && at < 44) expect(found).toBe('bits');
      else if (at >= 36 && at < 40) times.add(found);
      else expect(found).toBe('proof-of-work');
    }
    expect(times).toEqual(new Set(['proof-of-work', 'time-too-old', 'time-too-new']));
  });

  it('in the block that headers follow is seen', () => {
    for (let bit = 0; bit < 256; bit++)
      expect(
        new HeaderTree(consensus, [checkpoint]).add(flip(root.hash, bit), packed(chain, 0)),
      ).toMatchObject({ fault: 'unconnected' });
  });

  const check = (changes: Partial<Inclusion>, of: { header: Header } = block) =>
    checkInclusion(consensus, { ...block, ...of }, { ...good, ...changes });

  it('in a transaction or the coinbase is seen', () => {
    expect(check({})).toHaveProperty('tx');
    for (let bit = 0; bit < 8 * good.tx.length; bit++) {
      const result = check({ tx: flip(good.tx, bit) });
      if ('tx' in result) throw new Error(`bit ${bit}`);
      if (result.fault === 'merkle-root') expect(result.detail).toBe('tx');
      else expect(result.fault).toBe('transaction');
    }
    for (let bit = 0; bit < 8 * good.coinbase.length; bit++) {
      const result = check({ coinbase: flip(good.coinbase, bit) });
      if ('tx' in result) throw new Error(`bit ${bit}`);
      if (result.fault === 'merkle-root') expect(result.detail).toBe('coinbase');
      else expect(result.fault).toBe('coinbase');
    }
  });

  it('in a branch is seen', () => {
    const parts = [
      ['tx', good.branch.hashes],
      ['coinbase', good.coinbaseBranch],
    ] as const;
    for (const [detail, hashes] of parts) {
      const fault = (changed: readonly Bytes[]) =>
        detail === 'tx'
          ? check({ branch: { ...good.branch, hashes: changed } })
          : check({ coinbaseBranch: changed });
      for (const [i, hash] of hashes.entries()) {
        for (let bit = 0; bit < 256; bit++)
          expect(fault(hashes.with(i, flip(hash, bit)))).toEqual({ fault: 'merkle-root', detail });
        expect(fault(hashes.toSpliced(i, 1))).toMatchObject({ fault: 'depth' });
      }
      expect(fault([...hashes, hashes[0]!])).toMatchObject({ fault: 'depth' });
      expect(fault(hashes.toReversed())).toEqual({ fault: 'merkle-root', detail });
    }
    for (const position of [0, 1, 3, 4, 5, 6, 7]) {
      const result = check({ branch: { ...good.branch, position } });
      expect(result).toEqual({ fault: 'merkle-root', detail: 'tx' });
    }
    expect(check({ branch: { ...good.branch, position: 10 } })).toMatchObject({
      fault: 'position',
    });
  });

  it('in the root of the header is seen', () => {
    const merkle = flip(header.merkleRoot, 0);
    expect(check({}, { header: { ...header, merkleRoot: merkle } })).toEqual({
      fault: 'merkle-root',
      detail: 'tx',
    });
    expect(merkleRoot(block.txids[2]!, good.branch)).toEqual(header.merkleRoot);
  });
});

describe('very much', () => {
  it('is refused without taking long', () => {
    const took = cpuOf(() => {
      const mega = new Uint8Array(4_000_032).fill(1);
      expect(typeof readRawTx(mega)).toBe('string');
      expect(readMerkleBlock(mega)).toMatchObject({ fault: 'malformed' });
      const chain = newChain();
      const tree = new HeaderTree(chain.consensus, [chain.checkpoint]);
      expect(tree.add(hashAt(chain, 0), mega.subarray(0, 48 * 80_000))).toMatchObject({
        height: 1,
      });
    });
    expect(took).toBeLessThan(1000);
  });
});

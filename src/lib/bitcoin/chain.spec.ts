import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointAt,
  fork,
  hashAt,
  mine,
  newChain,
  packed,
  tipOf,
  type TestChain,
} from '../../../tests/support/chain.ts';
import { concat } from '../crypto/bytes.ts';
import { checkpointProblem, HeaderTree, type Checkpoint } from './chain.ts';
import { bitsOf, readHeader, targetOf, workOf } from './header.ts';
import { consensusOf, type Consensus } from './networks.ts';
import { le32 } from './serial.ts';

/** Eight blocks to a period, 10 s apart, and a difficulty that changes. */
const quick: Consensus = { ...consensusOf.regtest, period: 8, spacing: 10, retargets: true };
/** With the rules of testnet4. */
const test: Consensus = { ...quick, minDifficulty: true, bip94: true };

/** A chain of blocks that come so many seconds after each other. */
function grown(consensus: Consensus, spacings: readonly number[]): TestChain {
  const chain = newChain(consensus);
  for (const s of spacings) mine(chain, { time: tipOf(chain).header.time + s });
  return chain;
}

const evenly = (count: number, spacing: number) => new Array<number>(count).fill(spacing);

const treeOf = (chain: TestChain, ...more: Checkpoint[]) =>
  new HeaderTree(chain.consensus, [chain.checkpoint, ...more]);

/** Adds what stands above a height of a chain. */
const add = (tree: HeaderTree, chain: TestChain, from = 0, latest?: number) =>
  tree.add(hashAt(chain, from), packed(chain, from), latest);

const blockOf = (tree: HeaderTree, { header }: { header: { hash: Uint8Array } }) =>
  tree.block(header.hash);

const bitsAt = (chain: TestChain, height: number) => chain.blocks[height - 1]!.header.bits;

describe('a chain of headers', () => {
  it('is followed through periods of rising and falling difficulty', () => {
    const chain = grown(quick, [
      ...evenly(7, 4),
      ...evenly(8, 1),
      ...evenly(8, 200),
      ...evenly(9, 12),
    ]);
    const tree = treeOf(chain);
    expect(add(tree, chain)).toBeUndefined();
    const tip = blockOf(tree, tipOf(chain))!;
    expect(tip.height).toBe(32);
    const works = chain.blocks.map(({ header }) => workOf(targetOf(header.bits)!));
    expect(tip.work).toBe(works.reduce((sum, work) => sum + work, 2n));
    // A quarter at most, four times at most, and never above the limit.
    const targets = [1, 8, 16, 24].map((height) => targetOf(bitsAt(chain, height))!);
    expect(targets[1]! > targets[0]! / 4n).toBe(true);
    expect(targets[2]).toBe(targetOf(bitsOf(targets[1]! / 4n)));
    expect(targets[3]).toBe(targetOf(bitsOf(targets[2]! * 4n)));
    expect(targetOf(bitsAt(chain, 32))! <= targets[0]!).toBe(true);
  });

  it('never has a target above the limit', () => {
    const chain = grown(quick, evenly(9, 1000));
    expect(bitsAt(chain, 8)).toBe(0x207fffff);
    expect(add(treeOf(chain), chain)).toBeUndefined();
  });

  it('has the same difficulty for ever where the network says so', () => {
    const chain = grown({ ...quick, retargets: false }, evenly(20, 1));
    expect(add(treeOf(chain), chain)).toBeUndefined();
    expect(bitsAt(chain, 20)).toBe(0x207fffff);
  });

  it('counts the time from the first to the last block of a period, one interval less', () => {
    // As fast as wanted, seven intervals take 7/8 of the time for eight.
    const chain = grown(quick, evenly(8, 10));
    expect(targetOf(bitsAt(chain, 8))).toBe(targetOf(bitsOf((targetOf(0x207fffff)! * 70n) / 80n)));
    expect(add(treeOf(chain), chain)).toBeUndefined();
  });

  it.each([-1, 1])('has no other bits than expected: %i more', (difference) => {
    const chain = grown(quick, evenly(7, 4));
    const right = bitsAt(fork(chain, 7), 7);
    const expected = mine(fork(chain, 7)).header.bits;
    expect(expected).not.toBe(right);
    mine(chain, { bits: expected + difference });
    expect(add(treeOf(chain), chain)).toMatchObject({ fault: 'bits', height: 8 });
    const inside = grown(quick, evenly(9, 4));
    mine(inside, { bits: bitsAt(inside, 9) + difference });
    expect(add(treeOf(inside), inside)).toMatchObject({ fault: 'bits', height: 10 });
  });

  it('goes on later than the median of eleven, though not than its predecessor', () => {
    const chain = grown(consensusOf.regtest, evenly(20, 100));
    const median = chain.blocks.at(-6)!.header.time;
    const [early, good] = [fork(chain, 20), fork(chain, 20)];
    mine(early, { time: median });
    mine(good, { time: median + 1 });
    const tree = treeOf(chain);
    expect(add(tree, early)).toMatchObject({ fault: 'time-too-old', height: 21 });
    expect(add(tree, good)).toBeUndefined();
    expect(blockOf(tree, tipOf(good))!.medianTime).toBe(median + 1);
  });

  it('is not later than asked', () => {
    const chain = grown(consensusOf.regtest, evenly(3, 100));
    const { time } = tipOf(chain).header;
    expect(add(treeOf(chain), chain, 0, time - 1)).toMatchObject({
      fault: 'time-too-new',
      height: 3,
    });
    expect(add(treeOf(chain), chain, 0, time)).toBeUndefined();
  });

  it('has proof of work', () => {
    const chain = grown(quick, evenly(24, 1));
    const pack = packed(chain, 0);
    pack[pack.length - 4]! ^= 1;
    expect(treeOf(chain).add(hashAt(chain, 0), pack)).toMatchObject({
      fault: 'proof-of-work',
      height: 24,
    });
  });

  it('begins with a known block, and has whole headers', () => {
    const chain = grown(quick, evenly(3, 10));
    const tree = treeOf(chain);
    expect(add(tree, chain, 1)).toMatchObject({ fault: 'unconnected' });
    const pack = packed(chain, 0);
    expect(tree.add(hashAt(chain, 0), pack.subarray(1))).toMatchObject({ fault: 'malformed' });
    expect(tree.add(new Uint8Array(1e6), pack)).toMatchObject({ fault: 'malformed' });
    expect(tree.block(new Uint8Array(1e6))).toBeUndefined();
    expect(blockOf(tree, tipOf(chain))).toBeUndefined();
  });

  it('stays as far as it was right, and what is known is passed over', () => {
    const chain = grown(quick, evenly(6, 10));
    const tree = treeOf(chain);
    expect(add(tree, fork(chain, 4))).toBeUndefined();
    const fourth = blockOf(tree, chain.blocks[3]!);
    const wrong = fork(chain, 6);
    mine(wrong, { bits: 0x207ffffe });
    expect(add(tree, wrong)).toMatchObject({ fault: 'bits', height: 7 });
    expect(blockOf(tree, chain.blocks[3]!)).toBe(fourth);
    expect(blockOf(tree, tipOf(chain))!.height).toBe(6);
    expect(add(tree, chain, 2)).toBeUndefined();
  });
});

describe('with the rules of testnet4', () => {
  /** A period that is too fast, so that the next one is harder than the least. */
  const start = () => grown(test, evenly(10, 2));

  it('a block that comes late has the lowest difficulty, and the next ones the usual', () => {
    const chain = start();
    const usual = bitsAt(chain, 10);
    mine(chain, { time: tipOf(chain).header.time + 20, bits: usual });
    mine(chain, { time: tipOf(chain).header.time + 21 });
    mine(chain, { time: tipOf(chain).header.time + 20 });
    expect([11, 12, 13].map((height) => bitsAt(chain, height))).toEqual([usual, 0x207fffff, usual]);
    expect(add(treeOf(chain), chain)).toBeUndefined();
    mine(chain, { time: tipOf(chain).header.time + 20, bits: 0x207fffff });
    expect(add(treeOf(chain), chain)).toMatchObject({ fault: 'bits', height: 14 });
    const late = fork(chain, 13);
    mine(late, { time: tipOf(late).header.time + 21, bits: usual });
    expect(add(treeOf(late), late)).toMatchObject({ fault: 'bits', height: 14 });
  });

  it('the new difficulty comes from the first block of the period, and not from a late last one', () => {
    const chain = grown(test, [...evenly(14, 2), 21]);
    expect(bitsAt(chain, 15)).toBe(0x207fffff);
    const { bits } = mine(chain).header;
    expect(targetOf(bits)! < targetOf(0x207fffff)! / 2n).toBe(true);
    expect(add(treeOf(chain), chain)).toBeUndefined();
    const easy = fork(chain, 15);
    mine(easy, { bits: 0x207fffff });
    expect(add(treeOf(easy), easy)).toMatchObject({ fault: 'bits', height: 16 });
  });

  it('a period begins at most 600 s before its predecessor', () => {
    const back = (seconds: number, consensus: Consensus) => {
      const chain = grown(consensus, [...evenly(8, 10), ...evenly(6, 10), 1000]);
      mine(chain, { time: tipOf(chain).header.time - seconds });
      return add(treeOf(chain), chain);
    };
    expect(back(600, test)).toBeUndefined();
    expect(back(601, test)).toMatchObject({ fault: 'timewarp', height: 16 });
    expect(back(601, { ...test, bip94: false })).toBeUndefined();
  });
});

describe('branches', () => {
  const chain = grown(consensusOf.regtest, evenly(40, 100));
  const other = fork(chain, 25);
  for (let i = 0; i < 30; i++) mine(other, { time: tipOf(other).header.time + 7 });
  const tree = treeOf(chain);
  add(tree, chain);
  add(tree, other, 25);
  const [tip, otherTip] = [chain, other].map((of) => blockOf(tree, tipOf(of))!) as [never, never];

  it('are both known, and the one with more work can be told', () => {
    expect(blockOf(tree, tipOf(other))!.work > blockOf(tree, tipOf(chain))!.work).toBe(true);
    expect(tree.includes(tip, blockOf(tree, chain.blocks[24]!)!)).toBe(true);
    expect(tree.includes(otherTip, blockOf(tree, chain.blocks[24]!)!)).toBe(true);
    expect(tree.includes(otherTip, blockOf(tree, chain.blocks[25]!)!)).toBe(false);
    expect(tree.includes(tip, otherTip)).toBe(false);
  });

  it('give each block its ancestors', () => {
    for (const of of [chain, other])
      for (const from of of.blocks)
        for (const to of of.blocks.slice(0, from.height))
          expect(tree.ancestorAt(blockOf(tree, from)!, to.height)).toBe(blockOf(tree, to));
    expect(tree.ancestorAt(tip, 41)).toBeUndefined();
    expect(tree.ancestorAt(tip, -1)).toBeUndefined();
    expect(tree.ancestorAt(tip, 1.5)).toBeUndefined();
  });

  it('have ancestors that are few steps away', () => {
    const long = grown(consensusOf.regtest, evenly(2000, 1));
    const of = treeOf(long);
    add(of, long);
    const start = blockOf(of, tipOf(long))!;
    for (const target of [0, 1, 2, 999, 1000, 1998]) {
      let steps = 0;
      for (let at = start; at.height > target; steps++)
        at = at.jump && at.jump.height >= target ? at.jump : at.parent!;
      expect(steps).toBeLessThan(40);
    }
  });
});

describe('checkpoints', () => {
  it('with the smallest target are followed by no block, whatever its bits are', () => {
    const known = checkpointAt(newChain(test));
    const { hash, time } = readHeader(known.header)!;
    const checkpoint: Checkpoint = {
      ...known,
      height: 15,
      chainwork: hash,
      periodStart: time,
      periodBits: 0x0101_0000,
      times: new Array<number>(11).fill(time),
    };
    expect(checkpointProblem(test, checkpoint)).toBeUndefined();
    const next = concat(new Uint8Array(36), le32(time + 1), le32(bitsOf(0n)), le32(0));
    expect(new HeaderTree(test, [checkpoint]).add(hash, next)).toMatchObject({
      fault: 'proof-of-work',
      height: 16,
    });
  });

  const chain = grown(test, [
    ...evenly(7, 4),
    ...evenly(8, 3),
    ...evenly(8, 30),
    50,
    ...evenly(6, 8),
  ]);

  it('lead to the same blocks, from wherever one starts', () => {
    const whole = treeOf(chain);
    expect(add(whole, chain)).toBeUndefined();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: chain.blocks.length - 1 }), (height) => {
        const checkpoint = checkpointAt(fork(chain, height));
        expect(checkpointProblem(test, checkpoint)).toBeUndefined();
        const tree = new HeaderTree(test, [checkpoint]);
        expect(add(tree, chain, height)).toBeUndefined();
        for (const block of chain.blocks.slice(height)) {
          const { work, medianTime, periodStart, periodBits } = blockOf(whole, block)!;
          expect(blockOf(tree, block)).toMatchObject({ work, medianTime, periodStart, periodBits });
        }
        expect(tree.ancestorAt(blockOf(tree, tipOf(chain))!, height - 1)).toBeUndefined();
      }),
    );
  });

  it('are joined by the headers between them', () => {
    const [first, second] = [5, 17].map((height) => checkpointAt(fork(chain, height)));
    const tree = new HeaderTree(test, [second!, first!]);
    expect(add(tree, chain, 17)).toBeUndefined();
    const tip = blockOf(tree, tipOf(chain))!;
    expect(tree.ancestorAt(tip, 6)).toBeUndefined();
    expect(add(tree, chain, 5)).toBeUndefined();
    expect(tree.ancestorAt(tip, 6)).toBe(blockOf(tree, chain.blocks[5]!));
    expect(tree.includes(tip, tree.block(hashAt(chain, 5))!)).toBe(true);
    expect(blockOf(tree, tipOf(chain))).toBe(tip);
  });

  it('that the headers before them deny are refused', () => {
    const good = checkpointAt(fork(chain, 17));
    const more = concat(good.chainwork);
    more[31]! += 1;
    const wrong: Partial<Checkpoint>[] = [
      { height: 18 },
      { chainwork: more },
      { periodStart: good.periodStart + 1 },
      { periodBits: good.periodBits - 1 },
      { times: [good.times[0]! - 1, ...good.times.slice(1)] },
    ];
    expect(add(treeOf(chain, good), chain)).toBeUndefined();
    for (const changes of wrong)
      expect(add(treeOf(chain, { ...good, ...changes }), chain)).toEqual({
        fault: 'unconnected',
        height: 17,
        detail: 'checkpoint',
      });
  });
});

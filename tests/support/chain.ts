import type { Checkpoint } from '../../src/lib/bitcoin/chain.ts';
import { checkpointsOf } from '../../src/lib/bitcoin/checkpoints.ts';
import {
  bitsOf,
  hash256,
  packHeaders,
  readHeader,
  targetOf,
  type Header,
} from '../../src/lib/bitcoin/header.ts';
import type { Inclusion } from '../../src/lib/bitcoin/inclusion.ts';
import { consensusOf, subsidyAt, type Consensus } from '../../src/lib/bitcoin/networks.ts';
import { compactSize, le32, le64, withLength } from '../../src/lib/bitcoin/serial.ts';
import { be32, concat, equal, fromHex, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';

/*
 * Chains of low difficulty, as a miner makes them: the same calls give the same bytes. The rules for
 * the next block's bits are written here a second time, so that they can be compared.
 */

export interface TestBlock {
  readonly height: number;
  readonly header: Header;
  /** Without witnesses, the coinbase first; and their ids, as in bytes. */
  readonly txs: readonly Bytes[];
  readonly txids: readonly Bytes[];
}

export interface TestChain {
  readonly consensus: Consensus;
  /** What the first of `blocks` follows. */
  readonly checkpoint: Checkpoint;
  readonly blocks: TestBlock[];
}

export interface Output {
  /** In sat. */
  readonly amount: number;
  readonly script: Uint8Array;
}

/** A chain without blocks yet after a checkpoint; without more, after the first block of regtest. */
export const newChain = (
  consensus: Consensus = consensusOf.regtest,
  checkpoint: Checkpoint = checkpointsOf.regtest[0]!,
): TestChain => ({ consensus, checkpoint, blocks: [] });

/** Another chain with the same blocks up to this height. */
export const fork = (chain: TestChain, height: number): TestChain => ({
  ...chain,
  blocks: chain.blocks.filter((block) => block.height <= height),
});

/** The last block, or the checkpoint. */
export const tipOf = (chain: TestChain): { readonly header: Header; readonly height: number } =>
  chain.blocks.at(-1) ?? {
    header: readHeader(chain.checkpoint.header)!,
    height: chain.checkpoint.height,
  };

/** The hash of the block at a height. */
export const hashAt = (chain: TestChain, height: number): Bytes =>
  tipOf(fork(chain, height)).header.hash;

export interface Mining {
  /** In s; otherwise a block's spacing after the one before. */
  readonly time?: number;
  /** Further transactions, without witnesses. */
  readonly txs?: readonly Bytes[];
  /** Otherwise those that the rules ask for. */
  readonly bits?: number;
  /** Instead of the coinbase that pays the subsidy. */
  readonly coinbase?: Bytes;
}

/** Adds a block with proof of work for its bits. */
export function mine(chain: TestChain, mining: Mining = {}): TestBlock {
  const tip = tipOf(chain);
  const height = tip.height + 1;
  const time = mining.time ?? tip.header.time + chain.consensus.spacing;
  const bits = mining.bits ?? nextBits(chain, time);
  const { consensus } = chain;
  const txs = [
    mining.coinbase ??
      coinbaseTx(height, [{ amount: subsidyAt(consensus, height), script: anyone }]),
    ...(mining.txs ?? []),
  ];
  const txids = txs.map(hash256);
  const header = workedHeader(tip.header.hash, rootOf(txids), time, bits);
  const block = { height, header, txs, txids };
  chain.blocks.push(block);
  return block;
}

/** A header with proof of work. */
export function workedHeader(
  previous: Uint8Array,
  merkleRoot: Uint8Array,
  time: number,
  bits: number,
): Header {
  const target = targetOf(bits)!;
  const rest = concat(previous, merkleRoot, le32(time), le32(bits));
  for (let nonce = 0; ; nonce++) {
    const header = readHeader(concat(le32(0x2000_0000), rest, le32(nonce)))!;
    if (BigInt(`0x${toHex(header.hash.toReversed())}`) <= target) return header;
  }
}

/** So many headers, the first after the block `after`, that are linked and nothing else: no work is in them. */
export function linkedHeaders(count: number, after: Uint8Array): Bytes[] {
  const headers: Bytes[] = [];
  for (let previous = after; headers.length < count; previous = hash256(headers.at(-1)!))
    headers.push(concat(new Uint8Array(4), previous, new Uint8Array(44)));
  return headers;
}

/** The headers above this height, packed: they follow the block at it. */
export const packed = (chain: TestChain, from: number): Bytes =>
  packHeaders(
    concat(...chain.blocks.filter(({ height }) => height > from).map(({ header }) => header.bytes)),
  )!;

/** A checkpoint at the last block of a chain. */
export function checkpointAt(chain: TestChain): Checkpoint {
  const { checkpoint, blocks } = chain;
  const { header, height } = tipOf(chain);
  const work = blocks.reduce(
    (sum, { header: { bits } }) => sum + (1n << 256n) / (targetOf(bits)! + 1n),
    BigInt(`0x${toHex(checkpoint.chainwork)}`),
  );
  const start = periodStartOf(chain);
  return {
    height,
    header: header.bytes,
    chainwork: fromHex(work.toString(16).padStart(64, '0'))!,
    periodStart: start.time,
    periodBits: start.bits,
    times: [...checkpoint.times, ...blocks.slice(-11).map(({ header: { time } }) => time)].slice(
      -11,
    ),
  };
}

/** The first block of the period that the last block is in. */
function periodStartOf(chain: TestChain): Pick<Header, 'time' | 'bits'> {
  const { consensus, checkpoint, blocks } = chain;
  const { height } = tipOf(chain);
  const start = height - (height % consensus.period);
  return (
    blocks[start - checkpoint.height - 1]?.header ?? {
      time: checkpoint.periodStart,
      bits: checkpoint.periodBits,
    }
  );
}

/** What the next block's bits must be. */
function nextBits(chain: TestChain, time: number): number {
  const { powLimit, period, spacing, retargets, minDifficulty } = chain.consensus;
  const { header: last, height } = tipOf(chain);
  const start = periodStartOf(chain);
  if (!retargets || (height + 1) % period !== 0)
    return minDifficulty && time - last.time > 2 * spacing ? bitsOf(powLimit) : start.bits;
  const taken = last.time - start.time;
  const factor = Math.min(Math.max(taken, (period * spacing) / 4), period * spacing * 4);
  const target = (targetOf(start.bits)! * BigInt(factor)) / BigInt(period * spacing);
  return bitsOf(target > powLimit ? powLimit : target);
}

/** OP_TRUE. */
const anyone = Uint8Array.of(0x51);

/** A coinbase that names its height. */
export function coinbaseTx(height: number, outputs: readonly Output[]): Bytes {
  const pushed =
    height <= 16
      ? Uint8Array.of(height === 0 ? 0 : 0x50 + height)
      : withLength(scriptNumber(height));
  return rawTx(
    [{ txid: new Uint8Array(32), vout: 0xffff_ffff, script: concat(pushed, extra) }],
    outputs,
  );
}

const extra = new TextEncoder().encode('test');

const scriptNumber = (value: number): Bytes => {
  const bytes = le32(value);
  const length = [1, 2, 3, 4].find((n) => value < 2 ** (8 * n - 1))!;
  return bytes.slice(0, length);
};

/** A transaction without witnesses; by default it spends some output that nobody looks for. */
export function rawTx(
  inputs: readonly { txid: Uint8Array; vout: number; script?: Uint8Array }[],
  outputs: readonly Output[],
): Bytes {
  const string = (bytes: Uint8Array) => concat(compactSize(bytes.length), bytes);
  return concat(
    le32(2),
    compactSize(inputs.length),
    ...inputs.map(({ txid, vout, script = new Uint8Array(0) }) =>
      concat(txid, le32(vout), string(script), le32(0xffff_fffd)),
    ),
    compactSize(outputs.length),
    ...outputs.map(({ amount, script }) => concat(le64(amount), string(script))),
    le32(0),
  );
}

/** A transaction with these outputs, or one of no value, that spends another one for each number. */
export const paying = (number: number, ...outputs: readonly Output[]): Bytes =>
  rawTx(
    [{ txid: hash256(be32(number)), vout: 0 }],
    outputs.length > 0 ? outputs : [{ amount: 0, script: anyone }],
  );

/** The levels of the tree above leaves, the leaves first. */
function levelsOf(leaves: readonly Bytes[]): (readonly Bytes[])[] {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level))
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) =>
      hash256(concat(level[2 * i]!, level[2 * i + 1] ?? level[2 * i]!)),
    );
  return levels;
}

export const rootOf = (leaves: readonly Bytes[]): Bytes => levelsOf(leaves).at(-1)![0]!;

/** The other node of each pair on the way up. */
export const branchOf = (leaves: readonly Bytes[], position: number): Bytes[] =>
  levelsOf(leaves)
    .slice(0, -1)
    .map((level, height) => {
      const at = Math.floor(position / 2 ** height);
      return level[at ^ 1] ?? level[at]!;
    });

/** What an observer gives of a transaction (its id as in bytes) in a block. */
export function evidenceFor({ txs, txids }: TestBlock, txid: Uint8Array): Inclusion {
  const position = txids.findIndex((id) => equal(id, txid));
  return {
    tx: txs[position]!,
    branch: { position, hashes: branchOf(txids, position) },
    coinbase: txs[0]!,
    coinbaseBranch: branchOf(txids, 0),
  };
}

/** What `gettxoutproof` prints for these transactions (ids as in bytes) of a block. */
export function merkleBlock({ header, txids }: TestBlock, wanted: readonly Uint8Array[]): Bytes {
  const levels = levelsOf(txids);
  const hashes: Bytes[] = [];
  const bits: boolean[] = [];
  const visit = (level: number, at: number): void => {
    const below = txids.slice(at * 2 ** level, (at + 1) * 2 ** level);
    const leads = below.some((id) => wanted.some((txid) => equal(id, txid)));
    bits.push(leads);
    if (!leads || level === 0) hashes.push(levels[level]![at]!);
    else
      for (const child of [2 * at, 2 * at + 1])
        if (child < levels[level - 1]!.length) visit(level - 1, child);
  };
  visit(levels.length - 1, 0);
  const flags = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) if (bit) flags[i >> 3]! |= 1 << (i & 7);
  return concat(
    header.bytes,
    le32(txids.length),
    compactSize(hashes.length),
    ...hashes,
    compactSize(flags.length),
    flags,
  );
}

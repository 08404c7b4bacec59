import { toHex, type Bytes } from '../crypto/bytes.ts';
import { bytes, integer, list, record, type Read } from '../crypto/schema.ts';
import { bitsOf, headersAfter, readHeader, targetOf, workOf, type Header } from './header.ts';
import type { Consensus } from './networks.ts';

/*
 * Headers and their proof of work, held against the rules of the network from a known block on. That
 * no other chain has more work cannot be seen here: whoever asks must compare tips with others.
 */

const u32 = integer(0, 0xffff_ffff);

/** A block is later than the median of so many before it. */
const MEDIAN_OF = 11;
/** By so many seconds may the first block of a period be before its predecessor (BIP 94). */
const MAX_TIMEWARP = 600;

export const checkpointReader = record({
  height: integer(0, 100_000_000),
  header: bytes(80),
  /** The work of the chain up to and with this block, big endian. */
  chainwork: bytes(32),
  /** Time and bits of the first block of the period that this block is in. */
  periodStart: u32,
  periodBits: u32,
  /** Times of this block and up to ten before it, its own last. */
  times: list(u32, MEDIAN_OF, 1),
});
/** A block that is taken as known, with what the rules for the next ones need. */
export type Checkpoint = Read<typeof checkpointReader>;

/** A block of the tree. */
export interface Block {
  readonly height: number;
  readonly header: Header;
  /** Of the chain up to and with this block. */
  readonly work: bigint;
  /** The median of its time and those of up to ten blocks before it. */
  readonly medianTime: number;
  /** Undefined for a checkpoint that no other chain has reached. */
  readonly parent: Block | undefined;
  /** A block further back, so that ancestors are found in few steps. */
  readonly jump: Block | undefined;
  readonly periodStart: number;
  readonly periodBits: number;
  /** A checkpoint's. */
  readonly times: readonly number[] | undefined;
}

/**
 * Why a header is refused. `unconnected` is also one that leads to a checkpoint with other figures
 * than that has.
 */
export interface HeaderFault {
  readonly fault:
    | 'malformed'
    | 'unconnected'
    | 'bits'
    | 'time-too-old'
    | 'time-too-new'
    | 'timewarp'
    | 'proof-of-work';
  /** Of the header refused; 0 where it is not known. */
  readonly height: number;
  readonly detail: string;
}

const bitsText = (bits: number): string => `0x${bits.toString(16).padStart(8, '0')}`;

/** The number that a hash is, as proof of work and as people read it. */
function numberOf(hash: Bytes): bigint {
  const view = new DataView(hash.buffer, hash.byteOffset, 32);
  return [24, 16, 8, 0].reduce((number, at) => (number << 64n) | view.getBigUint64(at, true), 0n);
}

const medianOf = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[times.length >> 1]!;

/**
 * What is wrong with a checkpoint by itself; undefined where nothing is. That it is a block of the
 * best chain is what its readers have to know from elsewhere.
 */
export function checkpointProblem(
  consensus: Consensus,
  checkpoint: Checkpoint,
): string | undefined {
  const { powLimit, period, minDifficulty } = consensus;
  const { height, periodStart, periodBits, times } = checkpoint;
  const header = readHeader(checkpoint.header)!;
  const target = targetOf(header.bits);
  if (!target || target > powLimit) return `bits: ${bitsText(header.bits)}`;
  if (numberOf(header.hash) > target) return `proof of work: ${toHex(header.hash.toReversed())}`;
  const least = workOf(target) + BigInt(height) * workOf(powLimit);
  const work = BigInt(`0x${toHex(checkpoint.chainwork)}`);
  if (work < least) return `chain work: less than ${least}`;
  const count = Math.min(MEDIAN_OF, height + 1);
  if (times.length !== count) return `times: ${times.length} instead of ${count}`;
  if (times.at(-1) !== header.time) return `times: the last is not ${header.time}`;
  const start = times.at(-1 - (height % period));
  if (start !== undefined && start !== periodStart) return `start of the period: not ${start}`;
  const isLowest = minDifficulty && height % period !== 0 && header.bits === bitsOf(powLimit);
  if (header.bits !== periodBits && !isLowest)
    return `bits of the period: not ${bitsText(header.bits)}`;
  const periodTarget = targetOf(periodBits);
  if (!periodTarget || periodTarget > powLimit)
    return `bits of the period: ${bitsText(periodBits)}`;
  return undefined;
}

/** The bits of the first block of the period after this one: 2015 intervals are counted as 2016. */
function retarget(consensus: Consensus, last: Block): number {
  const { powLimit, period, spacing, retargets } = consensus;
  if (!retargets) return last.periodBits;
  const wanted = period * spacing;
  const taken = last.header.time - last.periodStart;
  const clamped = Math.min(Math.max(taken, Math.floor(wanted / 4)), 4 * wanted);
  const target = (targetOf(last.periodBits)! * BigInt(clamped)) / BigInt(wanted);
  return bitsOf(target < powLimit ? target : powLimit);
}

/** The bits that a block at this time must have. */
function expectedBits(consensus: Consensus, parent: Block, time: number): number {
  const { powLimit, period, spacing, minDifficulty } = consensus;
  if ((parent.height + 1) % period === 0) return retarget(consensus, parent);
  if (minDifficulty && time > parent.header.time + 2 * spacing) return bitsOf(powLimit);
  return parent.periodBits;
}

/** Times of a block and up to ten before it, its own first. */
function timesBackFrom(block: Block): number[] {
  const times: number[] = [];
  for (let at: Block | undefined = block; at && times.length < MEDIAN_OF; at = at.parent) {
    if (at.times) return [...times, ...at.times.toReversed()].slice(0, MEDIAN_OF);
    times.push(at.header.time);
  }
  return times;
}

/** The block that a header adds to `parent`, whose hash is in it; none is later than `latest` (s). */
export function nextBlock(
  consensus: Consensus,
  parent: Block,
  header: Header,
  latest: number,
): Block | HeaderFault {
  const height = parent.height + 1;
  const refuse = (fault: HeaderFault['fault'], detail: string) => ({ fault, height, detail });

  const bits = expectedBits(consensus, parent, header.time);
  if (header.bits !== bits)
    return refuse('bits', `${bitsText(header.bits)} instead of ${bitsText(bits)}`);
  if (header.time <= parent.medianTime)
    return refuse('time-too-old', `${header.time} is not after ${parent.medianTime}`);
  if (header.time > latest) return refuse('time-too-new', `${header.time} is after ${latest}`);
  const isFirst = height % consensus.period === 0;
  if (consensus.bip94 && isFirst && header.time < parent.header.time - MAX_TIMEWARP)
    return refuse('timewarp', `${header.time} after ${parent.header.time}`);
  const target = targetOf(bits);
  // From a checkpoint with a target of almost nothing, the next one may be zero.
  if (!target || numberOf(header.hash) > target)
    return refuse('proof-of-work', toHex(header.hash.toReversed()));

  const { jump } = parent;
  const far = jump?.jump && parent.height - jump.height === jump.height - jump.jump.height;
  return {
    height,
    header,
    work: parent.work + workOf(target),
    medianTime: medianOf([header.time, ...timesBackFrom(parent)].slice(0, MEDIAN_OF)),
    parent,
    jump: far ? jump.jump : parent,
    periodStart: isFirst ? header.time : parent.periodStart,
    periodBits: isFirst ? bits : parent.periodBits,
    times: undefined,
  };
}

const keyOf = (hash: Uint8Array): string => String.fromCharCode(...hash);

type Node = Block & { parent: Block | undefined };

/** Blocks that follow from checkpoints, with all their forks. */
export class HeaderTree {
  readonly #consensus: Consensus;
  readonly #blocks = new Map<string, Node>();

  /** @param checkpoints none with a `checkpointProblem` */
  constructor(consensus: Consensus, checkpoints: readonly Checkpoint[]) {
    this.#consensus = consensus;
    for (const { chainwork, ...known } of checkpoints) {
      const header = readHeader(known.header)!;
      this.#blocks.set(keyOf(header.hash), {
        ...known,
        header,
        work: BigInt(`0x${toHex(chainwork)}`),
        medianTime: medianOf(known.times),
        parent: undefined,
        jump: undefined,
      });
    }
  }

  /**
   * Adds the headers of a pack (`packHeaders`). Those that are known are passed over; those before
   * the first wrong one stay.
   * @param after the hash of the block that they follow, 32 bytes
   * @param latest later times than this, in s, are refused
   */
  add(after: Uint8Array, packed: Uint8Array, latest = Infinity): HeaderFault | undefined {
    const headers = headersAfter(after, packed);
    if (!headers) return { fault: 'malformed', height: 0, detail: `${packed.length} bytes` };
    let parent = this.#blocks.get(keyOf(after));
    if (!parent) return { fault: 'unconnected', height: 0, detail: toHex(after.toReversed()) };
    for (const header of headers) {
      const key = keyOf(header.hash);
      let block = this.#blocks.get(key);
      if (!block?.parent) {
        const next = nextBlock(this.#consensus, parent, header, latest);
        if ('fault' in next) return next;
        if (block && !agree(block, next))
          return { fault: 'unconnected', height: next.height, detail: 'checkpoint' };
        if (block) block.parent = parent;
        else this.#blocks.set(key, (block = next));
      }
      parent = block;
    }
    return undefined;
  }

  /** The block with this hash (32 bytes, as in headers). */
  block(hash: Uint8Array): Block | undefined {
    return hash.length === 32 ? this.#blocks.get(keyOf(hash)) : undefined;
  }

  /** The block at this height in the chain that ends with `block`. */
  ancestorAt(block: Block, height: number): Block | undefined {
    let at: Block | undefined = block;
    while (at && at.height > height) at = at.jump && at.jump.height >= height ? at.jump : at.parent;
    return at?.height === height ? at : undefined;
  }

  /** Whether `block` is in the chain that ends with `tip`. */
  includes(tip: Block, block: Block): boolean {
    return this.ancestorAt(tip, block.height) === block;
  }
}

/** Whether a checkpoint is what the headers before it lead to. */
const agree = (checkpoint: Block, block: Block): boolean =>
  checkpoint.height === block.height &&
  checkpoint.work === block.work &&
  checkpoint.periodStart === block.periodStart &&
  checkpoint.periodBits === block.periodBits &&
  String(timesBackFrom(checkpoint)) === String(timesBackFrom(block));

/** What a bitcoind knows of the chain, as evidence for those who have no chain. */
import type { AddressNetwork } from '../src/lib/bitcoin/address.ts';
import { checkpointProblem, type Checkpoint } from '../src/lib/bitcoin/chain.ts';
import type { ChainEvidence } from '../src/lib/bitcoin/evidence-file.ts';
import { hash256, packHeaders, readHeader } from '../src/lib/bitcoin/header.ts';
import { checkInclusion, tooLarge, type Inclusion } from '../src/lib/bitcoin/inclusion.ts';
import { consensusOf } from '../src/lib/bitcoin/networks.ts';
import { readRawTx } from '../src/lib/bitcoin/raw-tx.ts';
import { concat, concatAll, equal, toHex, type Bytes } from '../src/lib/crypto/bytes.ts';
import { hexBytes } from '../src/lib/crypto/json.ts';
import { boolean, integer, list, text, type Read, type Reader } from '../src/lib/crypto/schema.ts';
import { RpcError, chainName, rpcCodes, some, type Bitcoind } from './bitcoind.ts';
import { Trouble } from './terminal.ts';

/** What is used of a bitcoind here. */
type Node = Pick<Bitcoind, 'call' | 'each'>;
type Tip = NonNullable<ChainEvidence['tip']>;
type Proven = ChainEvidence['inclusions'][number];
type Pack = ChainEvidence['headers'][number];

/** A hash as it is printed, and as it stands in blocks. */
const hash: Reader<Bytes> = (value, at) => hexBytes(32)(value, at).reverse();
export const shown = (hash: Uint8Array): string => toHex(hash.toReversed());

const height = integer(0, 100_000_000);
const chainInfo = some({
  chain: text(20),
  blocks: height,
  headers: height,
  bestblockhash: hash,
  initialblockdownload: boolean,
});
const headerInfo = some({
  hash,
  height,
  confirmations: integer(-1, 100_000_000),
  time: integer(0, 0xffff_ffff),
  mediantime: integer(0, 0xffff_ffff),
  bits: hexBytes(4),
  chainwork: hexBytes(32),
});
const blockInfo = some({ height, tx: list(hash, 20_000, 1) });
const header = hexBytes(80);
const rawTx = hexBytes(1, 4_000_000);
const placedTx = (value: unknown, at: string) =>
  typeof value === 'object' && value !== null && 'blockhash' in value
    ? some({ hex: rawTx, blockhash: hash })(value, at)
    : undefined;

/** So many calls go into one request. */
const AT_ONCE = 1000;
/** So many headers go into one file. */
const MAX_HEADERS = 80_000;
/** No chain forks so deep. */
export const CHECKPOINT_DEPTH = 100;

/** The chain changed while it was read: what was read so far does not belong together. */
export class Moved extends Error {}

/** The last block of the best chain. Throws where bitcoind does not follow it, or another one. */
export async function readTip(node: Node, network: AddressNetwork): Promise<Tip> {
  const info = await node.call(chainInfo, 'getblockchaininfo');
  if (info.chain !== chainName(network))
    throw new Trouble(
      `bitcoind follows the chain “${info.chain}”, not “${chainName(network)}”. Nothing was read. ` +
        'Give --network and --url of the same network.',
    );
  if (info.initialblockdownload || info.headers !== info.blocks)
    throw new Trouble(
      `bitcoind is still syncing (block ${info.blocks} of ${info.headers}). Its last block is not ` +
        'that of the chain, so nothing was read. Wait until it has caught up, then try again.',
    );
  return { height: info.blocks, hash: info.bestblockhash };
}

/** Throws `Moved` unless the block is still in the best chain. */
export async function expectStill(node: Node, { height, hash: block }: Tip): Promise<void> {
  if (!equal(await hashAt(node, height), block)) throw new Moved();
}

async function hashAt(node: Node, at: number): Promise<Bytes> {
  const [block] = await hashesAt(node, [at]);
  return block!;
}

/** Throws `Moved` where the chain is no longer so long. */
async function hashesAt(node: Node, heights: readonly number[]): Promise<Bytes[]> {
  const params = heights.map((height) => [height]);
  return node.each(hash, 'getblockhash', params).catch((error: unknown) => {
    throw error instanceof RpcError && error.code === rpcCodes.outOfRange ? new Moved() : error;
  });
}

/** The headers after the block `after` up to the tip. */
export async function readHeaders(node: Node, after: Bytes, tip: Tip): Promise<Pack> {
  const start = await readHeaderInfo(node, after);
  if (start.confirmations < 1)
    throw new Trouble(
      `The block ${shown(after)} is not in bitcoind’s best chain. Headers after it would prove ` +
        'nothing, so nothing was written. Give --after an older block that the group knows.',
    );
  if (tip.height - start.height > MAX_HEADERS)
    throw new Trouble(
      `There are ${tip.height - start.height} blocks after ${shown(after)}. That is too many for ` +
        `one file (${MAX_HEADERS}). Give --after a later one, such as that of a newer checkpoint.`,
    );
  const all: Bytes[] = [];
  for (let from = start.height + 1; from <= tip.height; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, tip.height + 1 - from);
    const hashes = await hashesAt(
      node,
      Array.from({ length: count }, (_, i) => from + i),
    );
    const wanted = hashes.map((one) => [shown(one), false]);
    all.push(...(await node.each(header, 'getblockheader', wanted)));
  }
  const packed = packHeaders(concatAll(all));
  const [first, last] = [all[0], all.at(-1)];
  const begins = equal(first ? first.subarray(4, 36) : after, after);
  if (!packed || !begins || !equal(last ? hash256(last) : after, tip.hash)) throw new Moved();
  return { after, packed };
}

async function readHeaderInfo(node: Node, block: Bytes): Promise<Read<typeof headerInfo>> {
  return node.call(headerInfo, 'getblockheader', shown(block), true).catch((error: unknown) => {
    if (!(error instanceof RpcError) || error.code !== rpcCodes.notFound) throw error;
    throw new Trouble(
      `bitcoind knows no block ${shown(block)}. Nothing was written. ` +
        'Compare the hash; a block of another network is not known here.',
    );
  });
}

/** A transaction that is looked for; without a block, bitcoind needs -txindex to find it. */
export interface Wanted {
  readonly txid: Bytes;
  readonly block: Bytes | undefined;
}

/** A transaction, the coinbase of its block, and their branches. */
export async function readInclusion(
  node: Node,
  network: AddressNetwork,
  wanted: Wanted,
  tip: Tip,
): Promise<Proven> {
  const { txid } = wanted;
  const { block, tx } = await readTx(node, wanted);
  const bytes = await node.call(header, 'getblockheader', shown(block), false);
  const { height, tx: txids } = await readBlock(node, block);
  if (height > tip.height) throw new Moved();
  await expectStill(node, { height, hash: block });
  const position = txids.findIndex((id) => equal(id, txid));
  const [first] = txids;
  const coinbase =
    position === 0
      ? tx
      : await node.call(rawTx, 'getrawtransaction', shown(first!), 0, shown(block));
  const inclusion: Inclusion = {
    tx: stripped(tx),
    branch: { position, hashes: branchOf(txids, position) },
    coinbase: stripped(coinbase),
    coinbaseBranch: branchOf(txids, 0),
  };
  // As those check it who get it: an answer that proves nothing is found here already.
  const place = { height, header: readHeader(bytes)! };
  const checked =
    equal(place.header.hash, block) && checkInclusion(consensusOf[network], place, inclusion);
  const why = !checked ? 'block' : 'fault' in checked ? checked.fault : '';
  if (!checked || 'fault' in checked || !equal(checked.tx.txid, txid))
    throw new Trouble(
      `bitcoind’s answers do not prove that ${shown(txid)} is in ${shown(block)} (${why || 'txid'}). ` +
        'Nothing was written. See that Bitcoin Core itself listens at this port.',
    );
  const large = tooLarge(inclusion);
  if (large)
    throw new Trouble(
      `The transaction ${shown(txid)} is in ${shown(block)}, but no packet can carry the proof (${large}). ` +
        'Nothing was written. Collect the others without it. Nothing can be minted for it; the ' +
        'group can pay its bitcoin back with a spend.',
    );
  return { block, inclusion };
}

async function readTx(
  node: Node,
  { txid, block }: Wanted,
): Promise<{ readonly block: Bytes; readonly tx: Bytes }> {
  const name = shown(txid);
  try {
    if (block)
      return { block, tx: await node.call(rawTx, 'getrawtransaction', name, 0, shown(block)) };
    const found = await node.call(placedTx, 'getrawtransaction', name, 1);
    if (found) return { block: found.blockhash, tx: found.hex };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (error.code === rpcCodes.misc) throw pruned(error, block);
    if (error.code !== rpcCodes.notFound) throw error;
    throw new Trouble(
      `bitcoind does not find the transaction ${name}${block ? ' in that block' : ''}. Nothing was written. ` +
        (block
          ? 'Compare both hashes, and whether the block is one of this network.'
          : `Without -txindex it looks into blocks that are named only: give ${name}@<hash of its block>.`),
    );
  }
  throw new Trouble(
    `The transaction ${name} is in no block yet. Nothing is proved, so nothing was written. ` +
      'Wait until it is confirmed, then try again.',
  );
}

async function readBlock(node: Node, block: Bytes): Promise<Read<typeof blockInfo>> {
  return node.call(blockInfo, 'getblock', shown(block), 1).catch((error: unknown) => {
    throw error instanceof RpcError && error.code === rpcCodes.misc ? pruned(error, block) : error;
  });
}

const pruned = (error: RpcError, block: Bytes | undefined) =>
  new Trouble(
    `bitcoind no longer has the block ${block ? shown(block) : 'of the transaction'} ` +
      `(${error.said}). Nothing was written. Ask a bitcoind that is not pruned.`,
  );

/** A transaction without witnesses; as it is where it cannot be read, which the check finds. */
function stripped(tx: Bytes): Bytes {
  const read = readRawTx(tx);
  return typeof read === 'string' ? tx : read.stripped;
}

/** The other node of each pair on the way from a leaf to the root. */
export function branchOf(leaves: readonly Bytes[], position: number): Bytes[] {
  const hashes: Bytes[] = [];
  let level = leaves;
  for (let at = position; level.length > 1; at >>= 1) {
    const width = level.length;
    hashes.push(level[at ^ 1] ?? level[width - 1]!);
    const nodes = level;
    level = Array.from({ length: Math.ceil(width / 2) }, (_, i) =>
      hash256(concat(nodes[2 * i]!, nodes[2 * i + 1] ?? nodes[2 * i]!)),
    );
  }
  return hashes;
}

/** A block of the best chain with all that the rules for the next ones need. */
export async function readCheckpoint(
  node: Node,
  network: AddressNetwork,
  at: number,
  tip: Tip,
): Promise<Checkpoint> {
  if (at > tip.height - CHECKPOINT_DEPTH)
    throw new Trouble(
      `Block ${at} lies less than ${CHECKPOINT_DEPTH} below the last one, ${tip.height}. It could ` +
        'still be replaced, so nothing was written. Choose one some weeks back.',
    );
  const { period } = consensusOf[network];
  const first = Math.max(0, at - 10);
  const heights = [
    at - (at % period),
    ...Array.from({ length: at - first + 1 }, (_, i) => first + i),
  ];
  const hashes = await hashesAt(node, heights);
  const infos = await node.each(
    headerInfo,
    'getblockheader',
    hashes.map((one) => [shown(one), true]),
  );
  const [start, own] = [infos[0]!, infos.at(-1)!];
  const times = infos.slice(1).map(({ time }) => time);
  const checkpoint = {
    height: at,
    header: await node.call(header, 'getblockheader', shown(own.hash), false),
    chainwork: own.chainwork,
    periodStart: start.time,
    periodBits: Number(`0x${toHex(start.bits)}`),
    times,
  };
  const median = times.toSorted((a, b) => a - b)[times.length >> 1];
  const problem = infos.some(
    (info, i) => info.height !== heights[i] || !equal(info.hash, hashes[i]!),
  )
    ? 'heights'
    : median !== own.mediantime
      ? 'median time'
      : !equal(hash256(checkpoint.header), own.hash)
        ? 'hash'
        : checkpointProblem(consensusOf[network], checkpoint);
  if (problem !== undefined)
    throw new Trouble(
      `bitcoind’s answers about block ${at} contradict each other (${problem}). Nothing was ` +
        'written. See that Bitcoin Core itself listens at this port.',
    );
  return checkpoint;
}

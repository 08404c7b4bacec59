/**
 * A bitcoind as far as `collect` sees one: JSON-RPC over HTTP with Bitcoin Core's field names, error
 * codes and cookie, over a chain from `chain.ts`. Calls are written down.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readHeader, targetOf, workOf } from '../../src/lib/bitcoin/header.ts';
import { readRawTx } from '../../src/lib/bitcoin/raw-tx.ts';
import { concat, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { TestBlock, TestChain } from './chain.ts';

export interface FakeBitcoind {
  readonly url: string;
  /** What its cookie file holds. */
  readonly cookie: string;
  readonly calls: string[];
  chain: TestChain;
  /** Blocks of all its chains so far, by their hashes as they are printed. */
  readonly seen: Map<string, TestBlock>;
  /** Without it, transactions are found in a named block only. */
  txindex: boolean;
  /** Blocks below this height are gone. */
  prunedBelow: number;
  /** Laid over what `getblockchaininfo` says. */
  info: Record<string, unknown>;
  /** Changes a reply, or has something happen before it. */
  twist: (method: string, params: unknown[], result: unknown) => unknown;
  /** Instead of all replies: this status and text. */
  instead: { readonly status: number; readonly text: string } | undefined;
  stop(): void;
}

class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export const shown = (hash: Uint8Array): string => toHex(hash.toReversed());

export async function startBitcoind(chain: TestChain): Promise<FakeBitcoind> {
  const cookie = `__cookie__:${randomBytes(32).toString('hex')}`;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const given = request.headers.authorization;
      if (given !== `Basic ${Buffer.from(cookie).toString('base64')}`) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="jsonrpc"' }).end();
        return;
      }
      const { status, text } = fake.instead ?? { status: 200, text: answer(fake, body) };
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(text);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const fake: FakeBitcoind = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cookie,
    calls: [],
    chain,
    seen: new Map(),
    txindex: true,
    prunedBelow: 0,
    info: {},
    twist: (_, __, result) => result,
    instead: undefined,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return fake;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown[];
}

const answer = (fake: FakeBitcoind, body: string): string =>
  JSON.stringify(
    (JSON.parse(body) as Call[]).map(({ id, method, params }) => {
      fake.calls.push(method);
      try {
        const result = fake.twist(method, params, resultOf(fake, method, params));
        return { jsonrpc: '2.0', result, id };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { jsonrpc: '2.0', error: { code: error.code, message: error.message }, id };
      }
    }),
  );

function resultOf(fake: FakeBitcoind, method: string, params: unknown[]): unknown {
  const blocks = allOf(fake.chain);
  for (const block of blocks) fake.seen.set(shown(block.header.hash), block);
  const last = blocks.at(-1)!;
  const [first, second, third] = params;
  switch (method) {
    case 'getblockchaininfo':
      return {
        chain: 'regtest',
        blocks: last.height,
        headers: last.height,
        bestblockhash: shown(last.header.hash),
        difficulty: 4.656542373906925e-10,
        verificationprogress: 1,
        initialblockdownload: false,
        pruned: fake.prunedBelow > 0,
        warnings: [],
        ...fake.info,
      };
    case 'getblockhash': {
      const block = blocks.find(({ height }) => height === first);
      if (!block) throw new Refused(-8, 'Block height out of range');
      return shown(block.header.hash);
    }
    case 'getblockheader': {
      const block = blockOf(fake, first);
      return second === false ? toHex(block.header.bytes) : headerOf(fake, block);
    }
    case 'getblock': {
      const block = blockOf(fake, first);
      expectKept(fake, block);
      return { ...headerOf(fake, block), size: 285, tx: block.txids.map(shown) };
    }
    case 'getrawtransaction':
      return txOf(fake, first, second, third);
    default:
      throw new Refused(-32601, 'Method not found');
  }
}

/** The checkpoint, which is the first block, and all after it. */
const allOf = ({ checkpoint, blocks }: TestChain): TestBlock[] => {
  const header = readHeader(checkpoint.header)!;
  return [{ height: checkpoint.height, header, txs: [], txids: [header.merkleRoot] }, ...blocks];
};

function blockOf({ seen }: FakeBitcoind, hash: unknown): TestBlock {
  const block = seen.get(String(hash));
  if (!block) throw new Refused(-5, 'Block not found');
  return block;
}

function expectKept({ prunedBelow }: FakeBitcoind, { height }: TestBlock): void {
  if (height < prunedBelow) throw new Refused(-1, 'Block not available (pruned data)');
}

function headerOf({ chain }: FakeBitcoind, block: TestBlock) {
  const { height, header, txids } = block;
  const { checkpoint, blocks } = chain;
  const until = blocks.filter((block) => block.height <= height);
  const times = [...checkpoint.times, ...until.map((block) => block.header.time)].slice(-11);
  const work = until.reduce(
    (sum, block) => sum + workOf(targetOf(block.header.bits)!),
    BigInt(`0x${toHex(checkpoint.chainwork)}`),
  );
  return {
    hash: shown(header.hash),
    confirmations: height === 0 || blocks.includes(block) ? blocks.at(-1)!.height - height + 1 : -1,
    height,
    version: header.version,
    versionHex: (header.version >>> 0).toString(16).padStart(8, '0'),
    merkleroot: shown(header.merkleRoot),
    time: header.time,
    mediantime: times.toSorted((a, b) => a - b)[times.length >> 1],
    nonce: header.nonce,
    bits: header.bits.toString(16).padStart(8, '0'),
    difficulty: 4.656542373906925e-10,
    chainwork: work.toString(16).padStart(64, '0'),
    nTx: txids.length,
    previousblockhash: shown(header.previous),
  };
}

function txOf(fake: FakeBitcoind, txid: unknown, verbosity: unknown, hash: unknown): unknown {
  const named = hash === undefined ? undefined : blockOf(fake, hash);
  if (named) expectKept(fake, named);
  if (!named && !fake.txindex)
    throw new Refused(
      -5,
      'No such mempool transaction. Use -txindex or provide a block hash to enable blockchain ' +
        'transaction queries. Use gettransaction for wallet transactions.',
    );
  for (const block of named ? [named] : fake.chain.blocks) {
    const at = block.txids.findIndex((id) => shown(id) === txid);
    if (at < 0) continue;
    const hex = toHex(withWitness(block.txs[at]!));
    return verbosity === 0
      ? hex
      : { hex, txid, blockhash: shown(block.header.hash), confirmations: 1 };
  }
  throw new Refused(
    -5,
    named
      ? 'No such transaction found in the provided block.'
      : 'No such mempool or blockchain transaction.',
  );
}

/** As most transactions are: with an item of 32 bytes in the witness of each input. */
function withWitness(tx: Bytes): Bytes {
  const read = readRawTx(tx);
  if (typeof read === 'string') return tx;
  const witness = read.inputs.map(() => concat(Uint8Array.of(1, 32), new Uint8Array(32)));
  const flag = Uint8Array.of(0, 1);
  return concat(tx.subarray(0, 4), flag, tx.subarray(4, -4), ...witness, tx.subarray(-4));
}

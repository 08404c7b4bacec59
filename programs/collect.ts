/**
 * collect: what an operator's own bitcoind knows of the chain, as a file for Conclave. It reads, asks
 * this machine only, and calls nothing but the methods listed in bitcoind.ts. OBSERVING.md says how it
 * is used.
 */
import { parseArgs } from 'node:util';
import type { AddressNetwork } from '../src/lib/bitcoin/address.ts';
import {
  chainEvidenceFile,
  readChainEvidence,
  type ChainEvidence,
} from '../src/lib/bitcoin/evidence-file.ts';
import { readHeader } from '../src/lib/bitcoin/header.ts';
import { consensusOf } from '../src/lib/bitcoin/networks.ts';
import { fromHex, toHex, type Bytes } from '../src/lib/crypto/bytes.ts';
import { bitcoindOf, type Bitcoind } from './bitcoind.ts';
import {
  Moved,
  expectStill,
  readCheckpoint,
  readHeaders,
  readInclusion,
  readTip,
  shown,
  type Wanted,
} from './gather.ts';
import { Trouble, misused, run, writeOut } from './terminal.ts';

const usage = `node collect.mjs tip --after BLOCKHASH
node collect.mjs deposit TXID[@BLOCKHASH] … [--after BLOCKHASH]
node collect.mjs checkpoint HEIGHT

  --after    the last block that the group knows: headers from there to the last one
  --network  ${Object.keys(consensusOf).join(', ')}; mainnet if not given
  --url      of bitcoind's RPC on this machine; its usual port if not given
  --cookie   bitcoind's .cookie file; or set BITCOIN_RPC_USER (and BITCOIN_RPC_PASSWORD)
  --out      a new file; standard output if not given`;

/** How often it begins anew where the chain changed meanwhile. */
const ATTEMPTS = 3;

async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    options: { after: option, network: option, url: option, cookie: option, out: option },
    allowPositionals: true,
  });
  const { after, network = 'mainnet', url, cookie, out } = values;
  const [command, ...operands] = positionals;
  if (!isNetwork(network)) throw misused(`There is no network “${network}”.`);
  const gather = planOf(command, operands, after);
  const node = await bitcoindOf(network, { url, cookie });
  const evidence = await settled(() => gather(node, network));
  const text = chainEvidenceFile(evidence);
  const read = readChainEvidence(text);
  if (typeof read === 'string')
    throw new Trouble(
      `What was collected does not fit into one file (${read}). Nothing was written. ` +
        'Collect fewer transactions at once, or give --after a later block.',
    );
  writeOut(out, `${text}\n`);
  console.error(report(evidence));
}

type Gather = (node: Bitcoind, network: AddressNetwork) => Promise<ChainEvidence>;

/** What a command collects. */
function planOf(command = '', operands: readonly string[], after: string | undefined): Gather {
  const none = { checkpoint: undefined, headers: [], tip: undefined, inclusions: [] };
  const from = after === undefined ? undefined : hashOf(after, '--after');
  if (command === 'checkpoint') {
    const [typed = '', ...more] = operands;
    if (!/^[0-9]{1,8}$/.test(typed) || more.length > 0 || from)
      throw misused('checkpoint takes one height, and no --after.');
    return async (node, network) => {
      const tip = await readTip(node, network);
      const checkpoint = await readCheckpoint(node, network, Number(typed), tip);
      await expectStill(node, { height: checkpoint.height, hash: hashIn(checkpoint.header) });
      return { ...none, network, checkpoint };
    };
  }
  const wanted = operands.map(wantedOf);
  if (command === 'tip' ? !from || wanted.length > 0 : command !== 'deposit' || !wanted.length)
    throw misused('Say tip with --after, deposit with a txid, or checkpoint with a height.');
  return async (node, network) => {
    const tip = await readTip(node, network);
    const inclusions = [];
    for (const one of wanted) inclusions.push(await readInclusion(node, network, one, tip));
    const headers = from ? [await readHeaders(node, from, tip)] : [];
    await expectStill(node, tip);
    const filled = headers.filter(({ packed }) => packed.length > 0);
    return { ...none, network, headers: filled, tip, inclusions };
  };
}

/** Begins anew where the chain changed meanwhile. */
async function settled<T>(gather: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await gather();
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
    }
  }
  throw new Trouble(
    `bitcoind’s answers did not fit together, ${ATTEMPTS} times. Either its chain is changing, or ` +
      'its headers do not follow each other; nothing was written. Wait some minutes, then try again.',
  );
}

const isNetwork = (name: string): name is AddressNetwork => Object.hasOwn(consensusOf, name);

const hashIn = (header: Bytes): Bytes => readHeader(header)!.hash;

/** A hash as it is printed. */
function hashOf(typed: string, what: string): Bytes {
  const bytes = fromHex(typed);
  if (bytes?.length !== 32) throw misused(`${what}: ${typed} is not 64 hex digits.`);
  return bytes.reverse();
}

function wantedOf(typed: string): Wanted {
  const [txid = '', block, ...more] = typed.split('@');
  if (more.length > 0) throw misused(`${typed} is not TXID@BLOCKHASH.`);
  return {
    txid: hashOf(txid, 'txid'),
    block: block === undefined ? undefined : hashOf(block, 'block'),
  };
}

/** What a person should know of the file, and compare. */
function report({ checkpoint, headers, tip, inclusions }: ChainEvidence): string {
  if (!checkpoint) {
    const count = headers.reduce((sum, { packed }) => sum + packed.length / 48, 0);
    const last = tip ? `the last block is ${tip.height}, ${shown(tip.hash)}` : '';
    return `Collected: ${inclusions.length} transactions, ${count} headers; ${last}.`;
  }
  const { height, header, chainwork, periodStart, periodBits, times } = checkpoint;
  return [
    `Block ${height}. Every operator collects it from an own bitcoind: the files are the same bytes.`,
    `By hand, with bitcoin-cli:`,
    `  getblockhash ${height}`,
    `    → ${shown(hashIn(header))}`,
    `  getblockheader ${shown(hashIn(header))}`,
    `    → chainwork ${toHex(chainwork)}`,
    `  the first block of its period: time ${periodStart}, bits ${periodBits.toString(16).padStart(8, '0')}`,
    `  times of the blocks ${height - times.length + 1} to ${height}: ${times.join(' ')}`,
  ].join('\n');
}

await run(usage, main);

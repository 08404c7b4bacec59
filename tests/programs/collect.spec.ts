import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { METHODS } from '../../programs/bitcoind.ts';
import { HeaderTree } from '../../src/lib/bitcoin/chain.ts';
import { readChainEvidence, type ChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import { checkInclusion } from '../../src/lib/bitcoin/inclusion.ts';
import { consensusOf } from '../../src/lib/bitcoin/networks.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { shown, startBitcoind, type FakeBitcoind } from '../support/bitcoind.ts';
import {
  checkpointAt,
  evidenceFor,
  fork,
  mine,
  newChain,
  paying,
  tipOf,
  type TestChain,
} from '../support/chain.ts';
import { builtPrograms, type Programs, type Said } from '../support/programs.ts';

const { regtest } = consensusOf;
const script = Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7));

let programs: Programs;
let chain: TestChain;
let node: FakeBitcoind;

beforeAll(async () => {
  programs = await builtPrograms('collect');
  chain = newChain();
  for (let i = 1; i <= 130; i++) mine(chain, { txs: i % 5 === 0 ? payments(i, i % 7) : [] });
});
afterAll(() => programs.remove());

const payments = (block: number, count: number) =>
  Array.from({ length: count }, (_, i) => paying(100 * block + i, { amount: 5000, script }));

beforeEach(async () => {
  node = await startBitcoind(chain);
});
afterEach(() => node.stop());

function collect(...args: string[]): Promise<Said> {
  const cookie = join(programs.folder, '.cookie');
  writeFileSync(cookie, node.cookie);
  return programs.run('collect', [
    ...['--network', 'regtest', '--url', node.url, '--cookie', cookie],
    ...args,
  ]);
}

const blockAt = (height: number) => chain.blocks.find((block) => block.height === height)!;
const hashAt = (height: number) => shown(blockAt(height).header.hash);
const genesis = () => shown(blockAt(1).header.previous);

/** What a run printed, as the app reads it. */
function evidenceIn({ code, out, err }: Said): ChainEvidence {
  expect(err).toMatch(/^(Collected|Block)/);
  expect(code).toBe(0);
  const read = readChainEvidence(out);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

/** A run that stops: nothing on standard output, and a text of three parts at least. */
function expectStopped({ code, out, err }: Said, text: RegExp): void {
  expect(err).toMatch(text);
  expect(err.trim().split(/[.:)] /).length).toBeGreaterThanOrEqual(3);
  expect({ code, out }).toEqual({ code: 1, out: '' });
}

describe('what is collected', () => {
  it('tip: the headers from a known block to the last one', async () => {
    const evidence = evidenceIn(await collect('tip', '--after', genesis()));
    const tree = new HeaderTree(regtest, [chain.checkpoint]);
    const [{ after, packed }] = evidence.headers as [ChainEvidence['headers'][0]];
    expect(tree.add(after, packed)).toBeUndefined();
    expect(tree.block(evidence.tip!.hash)!.height).toBe(130);
    expect(evidence.tip!.height).toBe(130);
  });

  it('tip: no header after the last block', async () => {
    const { headers, tip } = evidenceIn(await collect('tip', '--after', hashAt(130)));
    expect({ headers, height: tip!.height }).toEqual({ headers: [], height: 130 });
  });

  it.each([
    ['with an index', true],
    ['with the block named', false],
  ])('deposit: transactions, each proved to be in its block (%s)', async (_, txindex) => {
    node.txindex = txindex;
    const blocks = [5, 10, 25, 65].map(blockAt);
    const wanted = blocks.map((block) => {
      const name = shown(block.txids.at(-1)!);
      return txindex ? name : `${name}@${shown(block.header.hash)}`;
    });
    const said = await collect('deposit', ...wanted, '--after', hashAt(3));
    const { inclusions, headers } = evidenceIn(said);
    expect(headers[0]!.packed.length).toBe(48 * 127);
    expect(inclusions).toEqual(
      blocks.map((block) => ({
        block: block.header.hash,
        inclusion: evidenceFor(block, block.txids.at(-1)!),
      })),
    );
    for (const [i, { inclusion }] of inclusions.entries())
      expect(checkInclusion(regtest, blocks[i]!, inclusion)).toHaveProperty('tx');
  });

  it('deposit: one that is a coinbase', async () => {
    const { inclusions } = evidenceIn(await collect('deposit', shown(blockAt(20).txids[0]!)));
    expect(inclusions[0]!.inclusion.branch.position).toBe(0);
    expect(checkInclusion(regtest, blockAt(20), inclusions[0]!.inclusion)).toHaveProperty('tx');
  });

  it('checkpoint: the same bytes from every bitcoind, and figures to compare by hand', async () => {
    const said = await collect('checkpoint', '28');
    const { checkpoint, tip, headers } = evidenceIn(said);
    expect(checkpoint).toEqual(checkpointAt(fork(chain, 28)));
    expect({ tip, headers }).toEqual({ tip: undefined, headers: [] });
    expect(said.err).toContain(`getblockheader ${hashAt(28)}`);
    node.chain = fork(chain, 129);
    expect((await collect('checkpoint', '28')).out).toBe(said.out);
  });

  it('checkpoint: one so early that few blocks are before it', async () => {
    const { checkpoint } = evidenceIn(await collect('checkpoint', '4'));
    expect(checkpoint).toEqual(checkpointAt(fork(chain, 4)));
  });

  it('goes into a new file, and over none', async () => {
    mkdirSync(join(programs.folder, 'out'), { recursive: true });
    const out = join(programs.folder, 'out', 'tip.json');
    expect(await collect('tip', '--after', genesis(), '--out', out)).toMatchObject({
      code: 0,
      out: '',
    });
    const first = readFileSync(out, 'utf8');
    expect(readChainEvidence(first)).toHaveProperty('tip');
    expectStopped(await collect('tip', '--after', hashAt(3), '--out', out), /already/);
    expect(readFileSync(out, 'utf8')).toBe(first);
  });

  it('is asked for with listed methods only', async () => {
    await collect('tip', '--after', genesis());
    await collect('deposit', shown(blockAt(5).txids[1]!), '--after', hashAt(3));
    await collect('checkpoint', '28');
    expect(node.calls.filter((call) => !(METHODS as readonly string[]).includes(call))).toEqual([]);
    expect(new Set(node.calls)).toEqual(new Set(METHODS));
  });

  it('by user and password too, the second one asked for', async () => {
    const [user, password] = node.cookie.split(':') as [string, string];
    const args = ['tip', '--after', genesis(), '--network', 'regtest', '--url', node.url];
    const env = { BITCOIN_RPC_USER: user };
    const all = { ...env, BITCOIN_RPC_PASSWORD: password };
    expect((await programs.run('collect', args, { env: all })).code).toBe(0);
    const typed = await programs.run('collect', args, { env, input: `${password}\nmore` });
    expect(typed.code).toBe(0);
    expect(typed.err).not.toContain(password);
  });
});

describe('it stops and says what to do', () => {
  it('where nobody answers', async () => {
    node.stop();
    expectStopped(await collect('tip', '--after', genesis()), /does not answer .*ECONNREFUSED/);
  });

  it('where it is not let in', async () => {
    node = { ...node, cookie: '__cookie__:old' };
    expectStopped(await collect('tip', '--after', genesis()), /does not let us in \(401\)/);
  });

  it('where there is no cookie', async () => {
    const args = ['tip', '--after', genesis(), '--network', 'regtest', '--url', node.url];
    expectStopped(
      await programs.run('collect', args),
      /regtest\/\.cookie cannot be read \(ENOENT\)/,
    );
    expect(node.calls).toEqual([]);
  });

  it.each([
    ['initialblockdownload', { initialblockdownload: true }],
    ['headers without blocks', { headers: 131 }],
  ])('while bitcoind is syncing: %s', async (_, info) => {
    node.info = info;
    expectStopped(await collect('tip', '--after', genesis()), /still syncing/);
  });

  it('on another network', async () => {
    node.info = { chain: 'main' };
    expectStopped(await collect('tip', '--after', genesis()), /chain “main”, not “regtest”/);
  });

  it('at a block that bitcoind does not know', async () => {
    expectStopped(await collect('tip', '--after', 'ab'.repeat(32)), /knows no block abab/);
  });

  it('at a block that is not in the best chain', async () => {
    const other = fork(chain, 128);
    const lost = shown(mine(other, { time: tipOf(other).header.time + 700 }).header.hash);
    node.chain = other;
    evidenceIn(await collect('tip', '--after', lost));
    node.chain = chain;
    expectStopped(await collect('tip', '--after', lost), /not in bitcoind’s best chain/);
  });

  it('at a transaction that needs its block named', async () => {
    node.txindex = false;
    const txid = shown(blockAt(5).txids[1]!);
    expectStopped(await collect('deposit', txid), new RegExp(`give ${txid}@<hash of its block>`));
  });

  it('at a transaction that is not in the block', async () => {
    const wanted = `${shown(blockAt(5).txids[1]!)}@${hashAt(6)}`;
    expectStopped(await collect('deposit', wanted), /does not find the transaction/);
  });

  it('at a transaction in no block', async () => {
    node.twist = (method, _, result) => {
      if (method !== 'getrawtransaction') return result;
      return { ...(result as object), blockhash: undefined };
    };
    expectStopped(await collect('deposit', shown(blockAt(5).txids[1]!)), /in no block yet/);
  });

  it('at a pruned block', async () => {
    node.prunedBelow = 50;
    expectStopped(await collect('deposit', shown(blockAt(5).txids[1]!)), /no longer has the block/);
  });

  it('at a checkpoint too near to the last block', async () => {
    expectStopped(await collect('checkpoint', '31'), /less than 100 below/);
  });

  it('while bitcoind is starting', async () => {
    node.instead = {
      status: 200,
      text: JSON.stringify([
        { jsonrpc: '2.0', id: 0, error: { code: -28, message: 'Loading block index…' } },
      ]),
    };
    expectStopped(await collect('tip', '--after', genesis()), /still starting/);
  });
});

describe('where the chain changes meanwhile', () => {
  /** Another chain comes in before the n-th call of a method. */
  function reorgBefore(method: string, times: number): void {
    const other = fork(chain, 128);
    for (let i = 0; i < 4; i++) mine(other, { time: tipOf(other).header.time + 700 });
    let left = times;
    node.twist = (called, _, result) => {
      if (called === method && left-- > 0) node.chain = node.chain === chain ? other : chain;
      return result;
    };
  }

  it('it begins anew, and what it gives belongs together', async () => {
    reorgBefore('getblockhash', 1);
    const { tip, headers } = evidenceIn(await collect('tip', '--after', genesis()));
    expect(tip!.height).toBe(132);
    expect(headers[0]!.packed.length).toBe(48 * 132);
    const tree = new HeaderTree(regtest, [chain.checkpoint]);
    expect(tree.add(headers[0]!.after, headers[0]!.packed)).toBeUndefined();
    expect(equal(tree.block(tip!.hash)!.header.hash, tip!.hash)).toBe(true);
  });

  it('it gives up where that does not end', async () => {
    reorgBefore('getblockhash', 1_000_000);
    expectStopped(await collect('tip', '--after', genesis()), /did not fit together, 3 times/);
  });
});

describe('a bitcoind that lies', () => {
  const lie = (method: string, change: (result: never, params: unknown[]) => unknown) => {
    node.twist = (called, params, result) =>
      called === method ? change(result as never, params) : result;
  };
  const tip = () => collect('tip', '--after', genesis());
  const deposit = () => collect('deposit', shown(blockAt(25).txids[2]!));

  it('about the order of headers', async () => {
    let at = 1;
    lie('getblockheader', (result, [, verbose]) =>
      verbose === false
        ? Buffer.from(blockAt(at++ % 130 || 130).header.bytes.toReversed()).toString('hex')
        : result,
    );
    expectStopped(await tip(), /did not fit together/);
  });

  it('about a header', async () => {
    const other = Buffer.from(blockAt(90).header.bytes).toString('hex');
    lie('getblockheader', (result, [hash]) => (hash === hashAt(91) ? other : result));
    expectStopped(await tip(), /did not fit together/);
  });

  it('about the last header', async () => {
    const other = fork(chain, 129);
    const { header } = mine(other, { time: tipOf(other).header.time + 700 });
    lie('getblockheader', (result, [hash]) =>
      hash === hashAt(130) ? Buffer.from(header.bytes).toString('hex') : result,
    );
    expectStopped(await tip(), /did not fit together/);
  });

  it('about the height of the known block', async () => {
    lie('getblockheader', (header: object, [hash]) =>
      hash === hashAt(3) ? { ...header, height: 5 } : header,
    );
    expectStopped(await collect('tip', '--after', hashAt(3)), /did not fit together/);
  });

  it.each([
    ['no text', ''],
    ['no JSON', '{'],
    ['no list', '{}'],
    ['an empty list', '[]'],
    ['a list of nothing', '[null]'],
    ['brackets without end', '['.repeat(1_000_000)],
    ['a reply to another call', '[{"id":7,"result":null}]'],
    ['two replies to one call', '[{"id":0,"result":null},{"id":0,"result":null}]'],
    ['no result', '[{"id":0}]'],
  ])('with %s', async (_, text) => {
    node.instead = { status: 200, text };
    expectStopped(await tip(), /something else/);
  });

  it('without end', async () => {
    node.instead = { status: 200, text: ' '.repeat(33_000_000) };
    expectStopped(await tip(), /does not answer .*too long/);
  });

  it.each(['chain', 'blocks', 'headers', 'bestblockhash', 'initialblockdownload'])(
    'without %s',
    async (field) => {
      node.info = { [field]: undefined };
      expectStopped(await tip(), new RegExp(`getblockchaininfo with something else \\(${field}: `));
    },
  );

  it('about the transactions of a block', async () => {
    lie('getblock', (block: { tx: string[] }) => ({ ...block, tx: block.tx.toReversed() }));
    expectStopped(await deposit(), /do not prove/);
  });

  it('about a block that has not the transaction', async () => {
    lie('getblock', (block: { tx: string[] }) => ({ ...block, tx: block.tx.slice(0, 2) }));
    expectStopped(await deposit(), /do not prove/);
  });

  it('about a transaction', async () => {
    lie('getrawtransaction', (found: { hex: string }, [, verbosity]) =>
      verbosity === 1 ? { ...found, hex: Buffer.from(blockAt(25).txs[1]!).toString('hex') } : found,
    );
    expectStopped(await deposit(), /do not prove/);
  });

  it('about the chain’s work', async () => {
    lie('getblockheader', (header: object, [, verbose]) =>
      verbose === true ? { ...header, chainwork: '01'.padStart(64, '0') } : header,
    );
    expectStopped(await collect('checkpoint', '28'), /contradict each other \(chain work/);
  });

  it('about times', async () => {
    lie('getblockheader', (header: { height: number }, [, verbose]) =>
      verbose === true && header.height > 20 ? { ...header, time: 7 } : header,
    );
    expectStopped(await collect('checkpoint', '28'), /contradict each other \(median time/);
  });
});

describe('a command line that cannot be meant', () => {
  it.each([
    ['no command', []],
    ['another command', ['send']],
    ['tip without --after', ['tip']],
    ['a txid cut short', ['deposit', 'ab']],
    ['a checkpoint without height', ['checkpoint']],
    ['an unknown option', ['tip', '--after', 'ab'.repeat(32), '--password', 'secret']],
    ['another machine', ['checkpoint', '1', '--url', 'http://192.0.2.1:8332']],
    ['a name of another machine', ['checkpoint', '1', '--url', 'http://127.0.0.1.example:8332']],
    ['https', ['checkpoint', '1', '--url', 'https://127.0.0.1:8332']],
    ['a password in the address', ['checkpoint', '1', '--url', 'http://u:p@127.0.0.1:8332']],
    ['another network', ['checkpoint', '1', '--network', 'testnet3']],
  ])('%s', async (_, args) => {
    const { code, out, err } = await programs.run('collect', args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('node collect.mjs tip');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bitcoindOf, type Bitcoind } from '../../programs/bitcoind.ts';
import { readHeaders, readInclusion, shown } from '../../programs/gather.ts';
import { hash256 } from '../../src/lib/bitcoin/header.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { startBitcoind } from '../support/bitcoind.ts';
import { coinbaseTx, linkedHeaders, mine, newChain, paying } from '../support/chain.ts';

it('more headers are read than a call takes arguments', async () => {
  const known = new Uint8Array(32).fill(1);
  const headers = linkedHeaders(64_000, known);
  const tip = { height: 64_000, hash: hash256(headers.at(-1)!) };
  const info = {
    ...{ hash: shown(known), height: 0, confirmations: 64_001, time: 0, mediantime: 0 },
    ...{ bits: '00000000', chainwork: '00'.repeat(32) },
  };
  // A name is the place in the list: the chain is held against the last header alone.
  const nameOf = (height: unknown) => Number(height).toString(16).padStart(64, '0');
  // What is asked for here, and nothing else.
  const node: Pick<Bitcoind, 'call' | 'each'> = {
    call: (reader) => Promise.resolve(reader(info, '')),
    each: (reader, method, all) =>
      Promise.resolve(
        all.map(([of]) =>
          reader(
            method === 'getblockhash' ? nameOf(of) : toHex(headers[parseInt(String(of), 16) - 1]!),
            '',
          ),
        ),
      ),
  };
  const { packed } = await readHeaders(node, known, tip);
  expect(packed.length).toBe(48 * 64_000);
});

describe('a transaction in a block with a large coinbase', () => {
  const script = Uint8Array.of(0x51, 32, ...new Uint8Array(32).fill(9));

  /** What is read of it where the coinbase has so many outputs. */
  async function readWith(count: number) {
    const outputs = Array.from({ length: count }, () => ({ amount: 1000, script }));
    const chain = newChain();
    const { txids, header } = mine(chain, { txs: [paying(1)], coinbase: coinbaseTx(1, outputs) });
    const fake = await startBitcoind(chain);
    const cookie = join(mkdtempSync(join(tmpdir(), 'conclave-gather-')), '.cookie');
    writeFileSync(cookie, fake.cookie);
    try {
      const node = await bitcoindOf('regtest', { url: fake.url, cookie });
      const wanted = { txid: txids[1]!, block: header.hash };
      return await readInclusion(node, 'regtest', wanted, { height: 1, hash: header.hash });
    } finally {
      rmSync(dirname(cookie), { recursive: true });
      fake.stop();
    }
  }

  it('is collected', async () => {
    expect((await readWith(460)).inclusion.coinbase.length).toBe(19_838);
  });

  it('is not where no packet could carry it, and that is said', async () => {
    await expect(readWith(480)).rejects.toThrow(
      /no packet can carry the proof \(the block’s coinbase has 20698 bytes, above 20000\)\. Nothing was written\. Collect the others without it\./,
    );
  });
});

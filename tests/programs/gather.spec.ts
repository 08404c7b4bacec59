import { expect, it } from 'vitest';
import type { Bitcoind } from '../../programs/bitcoind.ts';
import { readHeaders, shown } from '../../programs/gather.ts';
import { hash256 } from '../../src/lib/bitcoin/header.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { linkedHeaders } from '../support/chain.ts';

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

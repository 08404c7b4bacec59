import { chainEvidenceFile, readChainEvidence } from '../../src/lib/bitcoin/evidence-file.ts';
import { equal, toHex } from '../../src/lib/crypto/bytes.ts';
import { readBurns } from '../../programs/burn-list.ts';
import {
  checkpointAt,
  evidenceFor,
  merkleBlock,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
} from '../support/chain.ts';
import { burn } from '../support/wire.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const text = new TextDecoder('utf-8', { ignoreBOM: true });
const encode = (json: string) => new TextEncoder().encode(json);

/** The parsers of what `collect` and a bitcoind print, and of what `observe` takes in. */
export function evidenceTargets(): FuzzTarget[] {
  return [evidenceTarget(), listTarget()];
}

function evidenceTarget(): FuzzTarget {
  const chain = newChain();
  const known = checkpointAt(chain);
  const block = mine(chain, { txs: [paying(1, { amount: 5000, script: burn.script })] });
  const [coinbase, txid] = block.txids as [Uint8Array, Uint8Array];
  const tip = tipOf(chain);
  const written = chainEvidenceFile({
    network: 'regtest',
    checkpoint: known,
    headers: [{ after: block.header.previous, packed: packed(chain, 0) }],
    tip: { height: tip.height, hash: tip.header.hash },
    inclusions: [{ block: block.header.hash, inclusion: evidenceFor(block, txid) }],
  });
  const json = JSON.parse(written) as { inclusions: object[] };
  json.inclusions.push({
    block: toHex(block.header.hash.toReversed()),
    tx: toHex(block.txs[1]!),
    coinbase: toHex(block.txs[0]!),
    proof: toHex(merkleBlock(block, [coinbase, txid])),
  });
  const parse = (input: Uint8Array) => {
    const read = readChainEvidence(text.decode(input));
    return typeof read === 'string' ? undefined : read;
  };
  return {
    name: 'chain evidence',
    seed: encode(JSON.stringify(json)),
    parse,
    // What is accepted is the same when it is written and read again.
    mayAccept: (input) => {
      const file = chainEvidenceFile(parse(input)!);
      return chainEvidenceFile(parse(encode(file))!) === file;
    },
  };
}

function listTarget(): FuzzTarget {
  const seen = {
    proof_id: 'a1',
    nullifier: '0x0102030405060708',
    asset_id: '0x0',
    amount: burn.amount,
    destination_btc_address: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
    fee_btc: burn.fee,
    block_number: burn.height,
    block_hash: toHex(burn.block),
    timestamp: 1_790_000_000,
  };
  const parse = (input: Uint8Array) => {
    const read = readBurns('regtest', 12, text.decode(input));
    return typeof read === 'string' || read.burns.length === 0 ? undefined : read.burns;
  };
  return {
    name: 'list of burns',
    seed: encode(JSON.stringify({ height: 1000, burns: [seen] })),
    parse,
    // The script is that of the address, which has a checksum.
    mayAccept: (input) => parse(input)!.every(({ script }) => equal(script, burn.script)),
  };
}

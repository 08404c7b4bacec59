import {
  checkpointProblem,
  checkpointReader,
  HeaderTree,
  type Checkpoint,
} from '../../src/lib/bitcoin/chain.ts';
import { hash256, unpackHeaders } from '../../src/lib/bitcoin/header.ts';
import { checkInclusion, inclusionReader } from '../../src/lib/bitcoin/inclusion.ts';
import { merkleRoot, readMerkleBlock } from '../../src/lib/bitcoin/merkle.ts';
import { readRawTx } from '../../src/lib/bitcoin/raw-tx.ts';
import { compactSize, le32, le64 } from '../../src/lib/bitcoin/serial.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { concat, equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { read } from '../../src/lib/crypto/schema.ts';
import {
  checkpointAt,
  evidenceFor,
  hashAt,
  merkleBlock,
  mine,
  newChain,
  packed,
  paying,
} from '../support/chain.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

/** The value, or undefined where it is a fault: those of these parsers have no texts of their own. */
const unless = <T extends object>(result: T): Exclude<T, { fault: string }> | undefined =>
  'fault' in result ? undefined : (result as Exclude<T, { fault: string }>);

/** The parsers of headers, of what is in blocks, and of what proves it. */
export function spvTargets(): FuzzTarget[] {
  const chain = newChain();
  for (let i = 0; i < 11; i++) mine(chain);
  const txs = Array.from({ length: 6 }, (_, i) =>
    paying(i, { amount: 5 + i, script: new Uint8Array(34) }),
  );
  const block = mine(chain, { txs });
  const txid = block.txids[3]!;
  const { consensus, checkpoint } = chain;
  const after = hashAt(chain, 0);
  const inclusion = toCbor({ ...evidenceFor(block, txid) });
  return [
    {
      name: 'pack of headers',
      seed: packed(chain, 0),
      parse: (input) => {
        const tree = new HeaderTree(consensus, [checkpoint]);
        return tree.add(after, input) === undefined;
      },
      // Of two headers of regtest one has proof of work by luck. Their times rise, their bits stay.
      mayAccept: (input) =>
        unpackHeaders(after, input)!.every(
          ({ bits, hash, time }) =>
            bits === checkpoint.periodBits && hash[31]! < 0x80 && time > checkpoint.times[0]!,
        ),
    },
    {
      name: 'checkpoint',
      seed: toCbor({ ...checkpointAt(chain) }),
      parse: (input) => {
        const given = read(checkpointReader, input);
        if (typeof given === 'string' || checkpointProblem(consensus, given.value))
          return undefined;
        return given.value;
      },
      // What is accepted can be started from.
      mayAccept: (input) => {
        const { value } = read(checkpointReader, input) as { value: Checkpoint };
        const tree = new HeaderTree(consensus, [value]);
        const block = tree.block(hash256(value.header));
        return equal(toCbor({ ...value }), input) && block?.height === value.height;
      },
    },
    {
      name: 'transaction',
      seed: withWitness(txs[0]!),
      parse: transaction,
      // What is accepted is made of its parts again, all but the witnesses.
      mayAccept: (input) => {
        const tx = transaction(input)!;
        const again = transaction(tx.stripped);
        return equal(encode(tx), tx.stripped) && equal(again!.txid, tx.txid);
      },
    },
    {
      name: 'Merkle block',
      seed: merkleBlock(block, [txid, block.txids[6]!]),
      parse: (input) => unless(readMerkleBlock(input)),
      // What is accepted leads to the root of its header.
      mayAccept: (input) => {
        const { header, matches } = unless(readMerkleBlock(input))!;
        return matches.every(({ txid, branch }) => {
          const root = unless(merkleRoot(txid, branch));
          return root !== undefined && equal(root, header.merkleRoot);
        });
      },
    },
    {
      name: 'inclusion',
      seed: inclusion,
      parse: (input) => {
        const given = read(inclusionReader, input);
        if (typeof given === 'string') return undefined;
        return unless(checkInclusion(consensus, block, given.value));
      },
      mayAccept: (input) => equal(input, inclusion),
    },
  ];
}

function transaction(input: Uint8Array) {
  const tx = readRawTx(input);
  return typeof tx === 'string' ? undefined : tx;
}

/** With a witness of two items. */
const withWitness = (tx: Bytes): Bytes =>
  concat(
    tx.subarray(0, 4),
    Uint8Array.of(0, 1),
    tx.subarray(4, -4),
    Uint8Array.of(2, 1, 7, 0),
    tx.subarray(-4),
  );

function encode({
  version,
  inputs,
  outputs,
  locktime,
}: NonNullable<ReturnType<typeof transaction>>): Bytes {
  const string = (bytes: Uint8Array) => concat(compactSize(bytes.length), bytes);
  return concat(
    le32(version),
    compactSize(inputs.length),
    ...inputs.map(({ txid, vout, script, sequence }) =>
      concat(txid, le32(vout), string(script), le32(sequence)),
    ),
    compactSize(outputs.length),
    ...outputs.map(({ amount, script }) => concat(le64(amount), string(script))),
    le32(locktime),
  );
}

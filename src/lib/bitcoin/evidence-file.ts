import { be32, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import {
  integer,
  list,
  nullable,
  oneOf,
  record,
  type Read,
  type Reader,
} from '../crypto/schema.ts';
import { hexBytes, readJson } from '../crypto/json.ts';
import type { AddressNetwork } from './address.ts';
import type { Checkpoint } from './chain.ts';
import { readHeader } from './header.ts';
import type { Inclusion } from './inclusion.ts';
import { readMerkleBlock } from './merkle.ts';
import { consensusOf } from './networks.ts';
import { readRawTx, type RawTx } from './raw-tx.ts';

/*
 * The file in which `collect` brings what a bitcoind knows of the chain. Reading it checks the form
 * and nothing else: what follows from it is for `HeaderTree` and `checkInclusion` to say, and whether
 * a packet can carry it for `tooLarge`. Hashes
 * stand in it as Bitcoin Core prints them, reversed.
 */

export interface ChainEvidence {
  readonly network: AddressNetwork;
  /** One that a group may take as known, once its operators compared it. */
  readonly checkpoint: Checkpoint | undefined;
  /** Packs (`packHeaders`, 48 bytes each header) that follow the block `after` (its hash, 32 bytes). */
  readonly headers: readonly { readonly after: Bytes; readonly packed: Bytes }[];
  /** The last block of the best chain, as the bitcoind saw it; its hash is 32 bytes. */
  readonly tip: { readonly height: number; readonly hash: Bytes } | undefined;
  /** Transactions and the blocks that they are in (their hashes, 32 bytes). */
  readonly inclusions: readonly { readonly block: Bytes; readonly inclusion: Inclusion }[];
}

const IS = 'chain evidence';
const VERSION = 1;
/** The longest file in UTF-16 units: the headers of a year take 5 000 000. */
export const MAX_EVIDENCE = 8_000_000;
const MAX_PACKS = 16;
const MAX_INCLUSIONS = 200;
/** The longest transaction with its witnesses that Bitcoin Core relays, in bytes. */
const MAX_RELAYED = 400_000;
const PACKED = 48;

const networks = Object.keys(consensusOf) as AddressNetwork[];

/** A hash as it is printed. */
const hash: Reader<Bytes> = (value, at) => hexBytes(32)(value, at).reverse();
/** Bits as they are printed, most significant byte first. */
const bits: Reader<number> = (value, at) => parseInt(toHex(hexBytes(4)(value, at)), 16);
const height = integer(0, 100_000_000);
const times = list(integer(0, 0xffff_ffff), 11, 1);

/** An inclusion, with the branches as Electrum's servers give them. */
const withBranches = record({
  block: hash,
  tx: hexBytes(1, MAX_RELAYED),
  position: integer(0, 0xffff_ffff),
  branch: list(hash, 32),
  coinbase: hexBytes(1, MAX_RELAYED),
  coinbaseBranch: list(hash, 32),
});
/** The same as Bitcoin Core prints it: `getrawtransaction` of both, `gettxoutproof` of both. */
const withProof = record({
  block: hash,
  tx: hexBytes(1, MAX_RELAYED),
  coinbase: hexBytes(1, MAX_RELAYED),
  proof: hexBytes(1, MAX_RELAYED),
});
const isProven = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'proof' in value;

const fileReader = record({
  conclave: oneOf(IS),
  version: oneOf(VERSION),
  network: oneOf(...networks),
  checkpoint: nullable(
    record({
      height,
      hash,
      header: hexBytes(80),
      chainwork: hexBytes(32),
      periodStart: integer(0, 0xffff_ffff),
      periodBits: bits,
      times,
    }),
  ),
  headers: list(record({ after: hash, packed: hexBytes(PACKED, MAX_EVIDENCE / 2) }), MAX_PACKS),
  tip: nullable(record({ height, hash })),
  inclusions: list(
    (value, at) => (isProven(value) ? withProof(value, at) : withBranches(value, at)),
    MAX_INCLUSIONS,
  ),
});

/** Reads such a file; a sentence that names the field where it is another thing. */
export function readChainEvidence(text: string): ChainEvidence | string {
  const read = readJson(fileReader, text, MAX_EVIDENCE);
  if (typeof read === 'string') return read;
  const { network, checkpoint, headers, tip } = read.value;
  for (const [i, { packed }] of headers.entries())
    if (packed.length % PACKED !== 0)
      return `headers[${i}].packed: not a multiple of ${PACKED} bytes`;
  const known = checkpoint ? readCheckpoint(checkpoint) : undefined;
  if (typeof known === 'string') return known;
  const inclusions: ChainEvidence['inclusions'][number][] = [];
  for (const [i, one] of read.value.inclusions.entries()) {
    const inclusion = 'proof' in one ? fromProof(one) : fromBranches(one);
    if (typeof inclusion === 'string') return `inclusions[${i}].${inclusion}`;
    inclusions.push({ block: one.block, inclusion });
  }
  return { network, checkpoint: known, headers, tip: tip ?? undefined, inclusions };
}

function readCheckpoint({
  hash,
  ...checkpoint
}: NonNullable<Read<typeof fileReader>['checkpoint']>): Checkpoint | string {
  return equal(readHeader(checkpoint.header)!.hash, hash)
    ? checkpoint
    : 'checkpoint.hash: not that of the header';
}

const fromBranches = ({
  tx,
  position,
  branch,
  coinbase,
  coinbaseBranch,
}: Read<typeof withBranches>): Inclusion => ({
  tx,
  branch: { position, hashes: branch },
  coinbase,
  coinbaseBranch,
});

function fromProof({ block, tx, coinbase, proof }: Read<typeof withProof>): Inclusion | string {
  const parts = { tx: readRawTx(tx), coinbase: readRawTx(coinbase) };
  if (typeof parts.tx === 'string') return `tx: ${parts.tx}`;
  if (typeof parts.coinbase === 'string') return `coinbase: ${parts.coinbase}`;
  const proven = readMerkleBlock(proof);
  if ('fault' in proven) return `proof: ${proven.fault}, ${proven.detail}`;
  if (!equal(proven.header.hash, block)) return 'proof: of another block';
  const branchOf = ({ txid }: RawTx) =>
    proven.matches.find((match) => equal(match.txid, txid))?.branch;
  const branch = branchOf(parts.tx);
  if (!branch) return 'proof: not of the transaction';
  const coinbaseBranch = branchOf(parts.coinbase);
  if (coinbaseBranch?.position !== 0) return 'proof: not of the coinbase';
  return {
    tx: parts.tx.stripped,
    branch: { ...branch },
    coinbase: parts.coinbase.stripped,
    coinbaseBranch: coinbaseBranch.hashes,
  };
}

/** A hash as it is printed. */
const shown = (hash: Uint8Array): string => toHex(hash.toReversed());

/** Writes the file, JSON for people and programs; byte strings are hexadecimal. */
export function chainEvidenceFile(evidence: ChainEvidence): string {
  const { network, checkpoint, headers, tip, inclusions } = evidence;
  return JSON.stringify(
    {
      conclave: IS,
      version: VERSION,
      network,
      checkpoint: checkpoint
        ? {
            height: checkpoint.height,
            hash: shown(readHeader(checkpoint.header)!.hash),
            header: toHex(checkpoint.header),
            chainwork: toHex(checkpoint.chainwork),
            periodStart: checkpoint.periodStart,
            periodBits: toHex(be32(checkpoint.periodBits)),
            times: checkpoint.times,
          }
        : null,
      headers: headers.map(({ after, packed }) => ({ after: shown(after), packed: toHex(packed) })),
      tip: tip ? { height: tip.height, hash: shown(tip.hash) } : null,
      inclusions: inclusions.map(({ block, inclusion }) => ({
        block: shown(block),
        tx: toHex(inclusion.tx),
        position: inclusion.branch.position,
        branch: inclusion.branch.hashes.map(shown),
        coinbase: toHex(inclusion.coinbase),
        coinbaseBranch: inclusion.coinbaseBranch.map(shown),
      })),
    },
    undefined,
    2,
  );
}

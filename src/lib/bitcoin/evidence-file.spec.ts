import { describe, expect, it } from 'vitest';
import {
  checkpointAt,
  evidenceFor,
  fork,
  merkleBlock,
  mine,
  newChain,
  packed,
  paying,
  tipOf,
} from '../../../tests/support/chain.ts';
import { concat, equal, toHex } from '../crypto/bytes.ts';
import {
  MAX_EVIDENCE,
  chainEvidenceFile,
  readChainEvidence,
  type ChainEvidence,
} from './evidence-file.ts';
import { hash256, readHeader } from './header.ts';

const script = Uint8Array.of(0x51, 0x20, ...new Uint8Array(32).fill(7));
const chain = newChain();
for (let i = 1; i <= 20; i++)
  mine(chain, {
    txs: Array.from({ length: i % 4 }, (_, j) => paying(10 * i + j, { amount: 5000, script })),
  });
const block = chain.blocks[10]!;
const txid = block.txids[2]!;

const evidence: ChainEvidence = {
  network: 'regtest',
  checkpoint: checkpointAt(fork(chain, 7)),
  headers: [{ after: chain.blocks[6]!.header.hash, packed: packed(chain, 7) }],
  tip: { height: 20, hash: tipOf(chain).header.hash },
  inclusions: [{ block: block.header.hash, inclusion: evidenceFor(block, txid) }],
};

type Json = Record<string, unknown>;
const asJson = (of = evidence) => JSON.parse(chainEvidenceFile(of)) as Json;
/** What reading says of the file with one change. */
const changed = (change: (json: never) => void): ChainEvidence | string => {
  const json = asJson();
  change(json as never);
  return readChainEvidence(JSON.stringify(json));
};
const shown = (bytes: Uint8Array) => toHex(bytes.toReversed());

describe('the file of chain evidence', () => {
  it('is read as it was written', () => {
    expect(readChainEvidence(chainEvidenceFile(evidence))).toEqual(evidence);
    const least = {
      ...evidence,
      checkpoint: undefined,
      headers: [],
      tip: undefined,
      inclusions: [],
    };
    expect(readChainEvidence(chainEvidenceFile(least))).toEqual(least);
  });

  it('has hashes as Bitcoin Core prints them', () => {
    const { checkpoint, tip, headers } = asJson() as {
      checkpoint: Json;
      tip: Json;
      headers: Json[];
    };
    const known = readHeader(evidence.checkpoint!.header)!;
    expect(checkpoint['hash']).toBe(shown(known.hash));
    expect(checkpoint['periodBits']).toBe('207fffff');
    expect(tip['hash']).toBe(shown(tipOf(chain).header.hash));
    expect(headers[0]!['after']).toBe(shown(known.hash));
  });

  it('holds the headers of a year', () => {
    const year = { after: new Uint8Array(32), packed: new Uint8Array(48 * 52_560).fill(0xab) };
    const long = { ...evidence, headers: [year] };
    const read = readChainEvidence(chainEvidenceFile(long)) as ChainEvidence;
    expect(equal(read.headers[0]!.packed, year.packed)).toBe(true);
  });

  it('is of one form only', () => {
    const text = chainEvidenceFile(evidence);
    expect(readChainEvidence(`${text}\n`)).toEqual(evidence);
    expect(readChainEvidence('')).toBe('not JSON');
    expect(readChainEvidence('['.repeat(100_000))).toBe('not JSON');
    expect(readChainEvidence(text.replace('"version": 1', '"version": 1, "version": 1'))).toMatch(
      /stands twice/,
    );
    expect(readChainEvidence(text.replace('"version": 1', '"version": 1.0'))).toMatch(/oddly/);
    expect(readChainEvidence(' '.repeat(MAX_EVIDENCE) + text)).toMatch(/^longer than 8000000/);
  });
});

describe('a field that is missing, of another kind or unknown is named', () => {
  const places: [string, (json: never) => Json][] = [
    ['', (json: Json) => json],
    ['checkpoint.', (json: { checkpoint: Json }) => json.checkpoint],
    ['headers[0].', (json: { headers: Json[] }) => json.headers[0]!],
    ['tip.', (json: { tip: Json }) => json.tip],
    ['inclusions[0].', (json: { inclusions: Json[] }) => json.inclusions[0]!],
  ];
  const fields = places.flatMap(([prefix, place]) =>
    Object.keys(place(asJson() as never)).map((field) => [prefix, field, place] as const),
  );

  it.each(fields)('%s%s', (prefix, field, place) => {
    const at = new RegExp(`^${`${prefix}${field}`.replace(/[[\].]/g, '\\$&')}: `);
    expect(changed((json) => (place(json)[field] = undefined))).toMatch(at);
    expect(changed((json) => (place(json)[field] = true))).toMatch(at);
    const value = place(asJson() as never)[field];
    if (typeof value === 'string' && /^[0-9a-f]{4,}$/.test(value)) {
      expect(changed((json) => (place(json)[field] = value.slice(1)))).toMatch(at);
      expect(changed((json) => (place(json)[field] = `${value}zz`))).toMatch(at);
      const capitals = value.toUpperCase();
      if (capitals !== value)
        expect(changed((json) => (place(json)[field] = capitals))).toMatch(at);
    }
  });

  it.each(places)('%sextra', (_, place) => {
    expect(changed((json) => (place(json)['extra'] = 1))).toMatch(/unknown field “extra”/);
  });
});

describe('what contradicts itself is refused', () => {
  it.each([
    [
      'the hash of a checkpoint',
      'checkpoint',
      'hash',
      'ab'.repeat(32),
      /^checkpoint\.hash: not that/,
    ],
    [
      'headers cut short',
      'headers',
      'packed',
      'ab'.repeat(49),
      /^headers\[0\]\.packed: not a mult/,
    ],
  ])('%s', (_, part, field, value, text) => {
    const said = changed((json: Record<string, Json | Json[]>) => {
      const place = json[part]!;
      (Array.isArray(place) ? place[0]! : place)[field] = value;
    });
    expect(said).toMatch(text);
  });
});

describe('an inclusion as Bitcoin Core prints it', () => {
  const witness = concat(Uint8Array.of(1, 32), new Uint8Array(32));
  const withWitness = (tx: Uint8Array) =>
    concat(tx.subarray(0, 4), Uint8Array.of(0, 1), tx.subarray(4, -4), witness, tx.subarray(-4));
  const [coinbase, , tx] = block.txs as [Uint8Array, Uint8Array, Uint8Array];
  const proof = merkleBlock(block, [txid, block.txids[0]!]);
  const core = {
    block: shown(block.header.hash),
    tx: toHex(withWitness(tx)),
    coinbase: toHex(withWitness(coinbase)),
    proof: toHex(proof),
  };
  const readWith = (change: Record<string, unknown>) =>
    changed((json: Json) => (json['inclusions'] = [{ ...core, ...change }]));

  it('is the same as one with branches', () => {
    expect(readWith({})).toEqual(evidence);
    expect(readWith({ tx: toHex(tx), coinbase: toHex(coinbase) })).toEqual(evidence);
  });

  it('may be of a coinbase', () => {
    const alone = toHex(merkleBlock(block, [block.txids[0]!]));
    const inclusion = evidenceFor(block, block.txids[0]!);
    expect(readWith({ tx: core.coinbase, proof: alone })).toEqual({
      ...evidence,
      inclusions: [{ block: block.header.hash, inclusion }],
    });
  });

  const other = chain.blocks[9]!;
  it.each([
    ['a transaction cut short', { tx: core.tx.slice(0, -2) }, /^inclusions\[0\]\.tx: /],
    [
      'a coinbase cut short',
      { coinbase: core.coinbase.slice(0, -2) },
      /^inclusions\[0\]\.coinbase: /,
    ],
    ['a proof cut short', { proof: core.proof.slice(0, -2) }, /^inclusions\[0\]\.proof: malformed/],
    ['another transaction', { tx: toHex(other.txs[1]!) }, /proof: not of the transaction/],
    ['another coinbase', { coinbase: toHex(other.txs[0]!) }, /proof: not of the coinbase/],
    ['no coinbase', { coinbase: core.tx }, /proof: not of the coinbase/],
    ['another block', { block: shown(other.header.hash) }, /proof: of another block/],
    [
      'a proof of one alone',
      { proof: toHex(merkleBlock(block, [txid])) },
      /proof: not of the coinbase/,
    ],
    ['a branch besides', { branch: [] }, /unknown field “branch”/],
  ])('is refused with %s', (_, change, text) => {
    expect(readWith(change)).toMatch(text);
  });

  it('is read where the transaction is too long for a packet, so that this can be said', () => {
    const long = paying(1, ...Array.from({ length: 1500 }, () => ({ amount: 1, script })));
    const big = mine(fork(chain, 20), { txs: [long] });
    const said = readWith({
      block: shown(big.header.hash),
      tx: toHex(long),
      coinbase: toHex(big.txs[0]!),
      proof: toHex(merkleBlock(big, [hash256(long), big.txids[0]!])),
    });
    if (typeof said === 'string') throw new Error(said);
    expect(said.inclusions[0]!.inclusion).toEqual(evidenceFor(big, hash256(long)));
  });

  it('is refused where its proof was changed anywhere', () => {
    for (const i of proof.keys()) {
      const damaged = proof.slice();
      damaged[i]! ^= 0x10;
      expect(readWith({ proof: toHex(damaged) }), `byte ${i}`).toMatch(/^inclusions\[0\]\.proof: /);
    }
  });
});

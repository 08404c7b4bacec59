import { describe, expect, it } from 'vitest';
import {
  branchOf,
  coinbaseTx,
  evidenceFor,
  mine,
  newChain,
  paying,
} from '../../../tests/support/chain.ts';
import { toCbor } from '../crypto/cbor.ts';
import { concat } from '../crypto/bytes.ts';
import { read } from '../crypto/schema.ts';
import {
  checkInclusion,
  inclusionReader,
  MAX_COINBASE,
  MAX_INCLUSION,
  sizeOf,
  tooLarge,
  type Inclusion,
} from './inclusion.ts';
import { consensusOf } from './networks.ts';
import { readRawTx } from './raw-tx.ts';

const consensus = consensusOf.regtest;
const script = Uint8Array.of(0x51, 0x20, ...new Array<number>(32).fill(7));
const deposit = paying(1, { amount: 50_000_000, script });
const chain = newChain();
const block = mine(chain, { txs: [paying(2), deposit, paying(3), paying(4)] });
const good = evidenceFor(block, block.txids[2]!);
const check = (changes: Partial<Inclusion>, of: { height: number } = block) =>
  checkInclusion(consensus, { ...block, ...of }, { ...good, ...changes });

describe('an inclusion', () => {
  it('gives the transaction of every place in blocks of every size', () => {
    for (let count = 0; count < 9; count++) {
      const of = mine(newChain(), { txs: Array.from({ length: count }, (_, i) => paying(i)) });
      for (const [i, txid] of of.txids.entries())
        expect(checkInclusion(consensus, of, evidenceFor(of, txid))).toEqual({
          tx: readRawTx(of.txs[i]!),
        });
    }
  });

  it('is carried in packets', () => {
    expect(read(inclusionReader, toCbor({ ...good }))).toEqual({ value: good });
    expect(read(inclusionReader, toCbor({ ...good, tx: new Uint8Array(60_001) }))).toMatch(/^tx/);
    expect(read(inclusionReader, toCbor({ ...good, coinbase: new Uint8Array(20_001) }))).toMatch(
      /^coinbase/,
    );
    expect(
      read(
        inclusionReader,
        toCbor({ ...good, coinbaseBranch: new Array<Uint8Array>(33).fill(new Uint8Array(32)) }),
      ),
    ).toMatch(/^coinbaseBranch/);
    expect(
      read(inclusionReader, toCbor({ ...good, branch: { ...good.branch, position: 2 ** 32 } })),
    ).toMatch(/^branch\.position/);
  });

  it('is proved beside a coinbase that pays hundreds', () => {
    const outputs = Array.from({ length: 460 }, () => ({ amount: 1000, script }));
    const of = mine(newChain(), { txs: [deposit], coinbase: coinbaseTx(1, outputs) });
    const inclusion = evidenceFor(of, of.txids[1]!);
    expect(inclusion.coinbase.length).toBeGreaterThan(19_700);
    expect(tooLarge(inclusion)).toBeUndefined();
    expect(read(inclusionReader, toCbor({ ...inclusion }))).toEqual({ value: inclusion });
    expect(checkInclusion(consensus, of, inclusion)).toEqual({ tx: readRawTx(deposit) });
  });

  it('is too large where coinbase or all of it are more than a packet carries', () => {
    const coinbase = new Uint8Array(MAX_COINBASE + 1);
    expect(tooLarge({ ...good, coinbase: coinbase.subarray(1) })).toBeUndefined();
    expect(tooLarge({ ...good, coinbase })).toBe(
      'the block’s coinbase has 20001 bytes, above 20000',
    );
    const rest = sizeOf({ ...good, tx: new Uint8Array(0) });
    const tx = new Uint8Array(MAX_INCLUSION - rest + 1);
    expect(tooLarge({ ...good, tx: tx.subarray(1) })).toBeUndefined();
    expect(tooLarge({ ...good, tx })).toBe(
      'transaction, coinbase and branches have 60001 bytes, above 60000',
    );
  });

  it('has a transaction without witnesses', () => {
    const tx = concat(
      deposit.subarray(0, 4),
      Uint8Array.of(0, 1),
      deposit.subarray(4, -4),
      Uint8Array.of(1, 0),
      deposit.subarray(-4),
    );
    expect(typeof readRawTx(tx)).toBe('object');
    expect(check({ tx })).toEqual({ fault: 'transaction', detail: 'has witnesses' });
    expect(check({ tx: deposit.subarray(1) })).toMatchObject({ fault: 'transaction' });
  });

  it('has the coinbase of its block', () => {
    expect(check({ coinbase: paying(2) })).toEqual({
      fault: 'coinbase',
      detail: 'spends an output',
    });
    expect(check({ coinbase: good.coinbase.subarray(1) })).toMatchObject({ fault: 'coinbase' });
    expect(check({ coinbase: coinbaseTx(2, []) })).toMatchObject({ fault: 'coinbase' });
    expect(check({ coinbase: coinbaseTx(1, [{ amount: 1, script }]) })).toEqual({
      fault: 'merkle-root',
      detail: 'coinbase',
    });
  });

  it('has a coinbase that names the height, however long the number is', () => {
    for (const height of [
      0, 1, 16, 17, 127, 128, 255, 256, 32_767, 32_768, 65_535, 8_388_607, 8_388_608,
    ]) {
      const of = mine(newChain(), { coinbase: coinbaseTx(height, [{ amount: 1, script }]) });
      const inclusion = evidenceFor(of, of.txids[0]!);
      expect(checkInclusion(consensus, { ...of, height }, inclusion)).toHaveProperty('tx');
      for (const other of [height + 1, height + 256, 2 * height + 1])
        expect(checkInclusion(consensus, { ...of, height: other }, inclusion)).toMatchObject({
          fault: 'coinbase',
          detail: expect.stringContaining('height') as string,
        });
    }
  });

  it('needs no height where blocks did not have one yet', () => {
    const mainnet = { ...consensus, bip34From: consensusOf.mainnet.bip34From };
    const at = (height: number) => checkInclusion(mainnet, { ...block, height }, good);
    expect(at(227_930)).toHaveProperty('tx');
    expect(at(227_931)).toMatchObject({ fault: 'coinbase' });
  });

  it('has branches of the same length, and a position in them', () => {
    const { hashes } = good.branch;
    expect(check({ branch: { position: 2, hashes: hashes.slice(1) } })).toEqual({
      fault: 'depth',
      detail: '2, not 3',
    });
    expect(check({ coinbaseBranch: good.coinbaseBranch.slice(1) })).toMatchObject({
      fault: 'depth',
    });
    expect(check({ branch: { position: 10, hashes } })).toMatchObject({ fault: 'position' });
    expect(check({ branch: { position: 3, hashes } })).toEqual({
      fault: 'merkle-root',
      detail: 'tx',
    });
  });

  it('has no leaf twice', () => {
    const last = evidenceFor(block, block.txids[4]!);
    expect(check(last)).toHaveProperty('tx');
    const again = { ...last.branch, position: 5 };
    expect(check({ ...last, branch: again })).toMatchObject({ fault: 'duplicate-leaf' });
  });

  it('may be of the coinbase itself, at its place and nowhere else', () => {
    const coinbase = evidenceFor(block, block.txids[0]!);
    expect(check(coinbase)).toEqual({ tx: readRawTx(coinbase.tx) });
    expect(check({ ...coinbase, branch: { ...coinbase.branch, position: 2 } })).toMatchObject({
      fault: 'position',
    });
    const second = coinbaseTx(1, [{ amount: 5, script }]);
    const of = mine(newChain(), { txs: [second] });
    const branch = { position: 1, hashes: branchOf(of.txids, 1) };
    expect(
      checkInclusion(consensus, of, { ...evidenceFor(of, of.txids[0]!), tx: second, branch }),
    ).toEqual({ fault: 'coinbase', detail: 'there are two' });
  });
});

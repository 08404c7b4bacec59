import fc from 'fast-check';
import { RawTx as LibraryTx } from '@scure/btc-signer/script.js';
import { describe, expect, it } from 'vitest';
import { coinbaseTx, paying, rawTx } from '../../../tests/support/chain.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { concat, toHex, type Bytes } from '../crypto/bytes.ts';
import { readRawTx, type RawTx } from './raw-tx.ts';
import { MAX_SAT } from './spend.ts';

function read(bytes: Uint8Array): RawTx {
  const tx = readRawTx(bytes);
  if (typeof tx === 'string') throw new Error(tx);
  return tx;
}

const script = unhex(`5120${'ab'.repeat(32)}`);
const plain = paying(1, { amount: 50_000_000, script }, { amount: 0, script: unhex('6a') });

/** The same transaction with marker, flag and one witness. */
const withWitness = (tx: Bytes, witness: string): Bytes =>
  concat(tx.subarray(0, 4), unhex('0001'), tx.subarray(4, -4), unhex(witness), tx.subarray(-4));

/** What of the library's is compared; its own types are not written out. */
interface LibraryTransaction {
  inputs: { txid: Uint8Array; index: number; finalScriptSig: Uint8Array }[];
  outputs: { amount: bigint; script: Uint8Array }[];
}

describe('a transaction', () => {
  it('is read field by field', () => {
    const tx = read(plain);
    expect(tx).toMatchObject({ version: 2, locktime: 0, coinbase: false });
    expect(tx.inputs).toHaveLength(1);
    expect(tx.inputs[0]).toMatchObject({
      vout: 0,
      sequence: 0xffff_fffd,
      script: new Uint8Array(),
    });
    expect(tx.outputs).toEqual([
      { amount: 50_000_000, script },
      { amount: 0, script: unhex('6a') },
    ]);
    expect(tx.stripped).toEqual(plain);
  });

  it('is a coinbase only if its one input is of nothing', () => {
    const none = { txid: new Uint8Array(32), vout: 0xffff_ffff, script: Uint8Array.of(1, 2) };
    const coinbase = (input: { txid: Uint8Array; vout: number; script: Uint8Array }) =>
      read(rawTx([input], [{ amount: 1, script }])).coinbase;
    expect(coinbase(none)).toBe(true);
    expect(coinbase({ ...none, vout: 0xffff_fffe })).toBe(false);
    expect(coinbase({ ...none, txid: new Uint8Array(32).fill(1) })).toBe(false);
  });

  it('has the same id with and without witnesses', () => {
    const tx = read(withWitness(plain, '02030102030101'));
    expect(tx.stripped).toEqual(plain);
    expect(tx.txid).toEqual(read(plain).txid);
  });

  it('is the first of the Bitcoin network', () => {
    const tx = read(
      unhex(
        '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
      ),
    );
    expect(tx.coinbase).toBe(true);
    expect(tx.outputs[0]!.amount).toBe(5_000_000_000);
    expect(toHex(tx.txid.toReversed())).toBe(
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    );
  });

  it('is what another implementation reads', () => {
    const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((b) => concat(b));
    const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const inputs = fc.array(fc.record({ txid: id, vout: fc.nat(1000), script: bytes(300) }), {
      minLength: 1,
      maxLength: 4,
    });
    const amount = fc.integer({ min: 0, max: MAX_SAT });
    const outputs = fc.array(fc.record({ amount, script: bytes(300) }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(inputs, outputs, (inputs, outputs) => {
        const encoded = rawTx(inputs, outputs);
        const tx = read(encoded);
        const library = LibraryTx.decode(encoded) as LibraryTransaction;
        expect(tx.inputs.map(({ txid, vout, script }) => ({ txid, vout, script }))).toEqual(
          library.inputs.map(({ txid, index, finalScriptSig }) => ({
            txid: concat(txid).reverse(),
            vout: index,
            script: finalScriptSig,
          })),
        );
        expect(tx.outputs).toEqual(
          library.outputs.map(({ amount, script }) => ({ amount: Number(amount), script })),
        );
      }),
    );
  });
});

describe('bytes that are no transaction', () => {
  const input = { txid: new Uint8Array(32).fill(1), vout: 0 };
  const output = { amount: 1, script };
  const amountAt = 4 + 1 + 41 + 1;
  const edited = (at: number, ...bytes: number[]) => {
    const tx = concat(plain);
    tx.set(bytes, at);
    return tx;
  };

  it.each([
    ['nothing', new Uint8Array(), 'version: cut short'],
    ['one byte more', concat(plain, Uint8Array.of(0)), '1 bytes too many'],
    ['no outputs', rawTx([input], []), 'no outputs'],
    ['no inputs', withWitness(rawTx([], [output]), ''), 'witness: empty'],
    ['no inputs and no flag', rawTx([], [output, output]), 'flag: not 1'],
    ['another flag', edited(4, 0, 2), 'flag: not 1'],
    ['empty witnesses', withWitness(plain, '00'), 'witness: empty'],
    ['a witness cut short', withWitness(plain, '0105'), 'witness 0 0: cut short'],
    [
      'a count in a longer form',
      concat(plain.subarray(0, 4), unhex('fd0100'), plain.subarray(5)),
      'input: no compact size',
    ],
    [
      'a count in the longest form',
      concat(plain.subarray(0, 4), unhex('ff0100000000000000'), plain.subarray(5)),
      'input: no compact size',
    ],
    ['very many inputs', edited(4, 0xfe, 0xff, 0xff, 0xff, 0xff), 'input: cut short'],
    ['more inputs than there are bytes for', edited(4, 3), 'input: cut short'],
    ['a script that is too long', edited(41, 0xfd, 0xff, 0xff), 'input 0: cut short'],
    [
      'more than all bitcoin',
      edited(amountAt, 1, 0x40, 0x07, 0x5a, 0xf0, 0x75, 0x07, 0),
      'output 0: 2100000000000001 sat',
    ],
    [
      'a negative amount',
      edited(amountAt, ...new Array<number>(8).fill(0xff)),
      'output 0: 18446744073709552000 sat',
    ],
    [
      'one input of nothing among two',
      rawTx([input, { txid: new Uint8Array(32), vout: 0xffff_ffff }], [output]),
      'input: of nothing',
    ],
    [
      'a coinbase with a script of one byte',
      rawTx([{ txid: new Uint8Array(32), vout: 0xffff_ffff, script: unhex('51') }], [output]),
      'coinbase: script of 1 bytes',
    ],
    [
      'a coinbase with a script of 101 bytes',
      rawTx(
        [{ txid: new Uint8Array(32), vout: 0xffff_ffff, script: new Uint8Array(101) }],
        [output],
      ),
      'coinbase: script of 101 bytes',
    ],
  ])('%s', (_, bytes, why) => {
    expect(readRawTx(bytes)).toBe(why);
  });

  it('all bitcoin is not too much', () => {
    expect(
      read(edited(amountAt, 0, 0x40, 0x07, 0x5a, 0xf0, 0x75, 0x07, 0)).outputs[0]!.amount,
    ).toBe(MAX_SAT);
  });

  it('every part of one, and of one with witnesses', () => {
    for (const tx of [plain, withWitness(plain, '01020102'), coinbaseTx(7, [output])])
      for (let length = 0; length < tx.length; length++)
        expect(typeof readRawTx(tx.subarray(0, length))).toBe('string');
  });
});

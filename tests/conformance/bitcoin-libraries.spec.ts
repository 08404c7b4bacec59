import { Transaction as Scure } from '@scure/btc-signer/transaction.js';
import { initEccLib, Psbt, Transaction as Other } from 'bitcoinjs-lib';
import fc from 'fast-check';
import * as ecc from 'tiny-secp256k1';
import { describe, expect, it } from 'vitest';
import { outputAt } from '../../src/lib/bitcoin/branches.ts';
import { readPsbt } from '../../src/lib/bitcoin/psbt.ts';
import { signedBytes, sighashesOf } from '../../src/lib/bitcoin/sighash.ts';
import { spendReader, type Spend } from '../../src/lib/bitcoin/spend.ts';
import { finalTx, txidOf, unsignedTx, vsizeOf } from '../../src/lib/bitcoin/transaction.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { concat, toHex } from '../../src/lib/crypto/bytes.ts';
import { read } from '../../src/lib/crypto/schema.ts';
import { value } from '../support/hex.ts';
import { implementations } from '../support/node.ts';
import { anySpend, sampleSpend, secretOf, signSpend, threshPkOf } from '../support/spends.ts';
import { writePsbt } from '../support/write-psbt.ts';

/*
 * Two other programs on the same transactions: @scure/btc-signer, which the app uses for PSBTs but
 * not for what is signed, and bitcoinjs-lib with tiny-secp256k1, which only tests use.
 */

initEccLib(ecc);

describe.each(implementations)('other libraries, $name', ({ secp256k1: group }) => {
  const threshPk = threshPkOf(group);
  const spentBy = ({ inputs }: Spend) => ({
    scripts: inputs.map(({ path }) => value(outputAt(group, threshPk, path)).script),
    amounts: inputs.map(({ amount }) => BigInt(amount)),
  });

  it('sign the same and count the same size, whatever is spent', () => {
    fc.assert(
      fc.property(anySpend(group), (spend) => {
        const ours = value(sighashesOf(group, threshPk, spend));
        const { scripts, amounts } = spentBy(spend);
        const raw = unsignedTx(spend);
        const scure = Scure.fromRaw(raw, { allowUnknownOutputs: true, disableScriptCheck: true });
        const other = Other.fromBuffer(raw);
        for (const [i, sighash] of ours.entries()) {
          expect(concat(scure.preimageWitnessV1(i, scripts, 0, amounts))).toEqual(sighash);
          expect(concat(other.hashForWitnessV1(i, scripts, amounts, 0))).toEqual(sighash);
        }
        expect(concat(other.getHash())).toEqual(txidOf(spend));
        for (const i of ours.keys()) other.setWitness(i, [new Uint8Array(64)]);
        expect(other.virtualSize()).toBe(vsizeOf(spend));
      }),
      { numRuns: 50 },
    );
  });

  it('the map of what is signed covers every byte once', () => {
    fc.assert(
      fc.property(anySpend(group), (spend) => {
        const { bytes, fields, sections } = value(signedBytes(group, threshPk, spend));
        expect(concat(...sections)).toEqual(bytes);
        let at = 0;
        for (const { start, end } of fields) {
          expect(start).toBe(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBe(bytes.length);
        const { inputs, outputs } = spend;
        expect(fields).toHaveLength(2 + 5 * inputs.length + 2 * outputs.length);
      }),
      { numRuns: 50 },
    );
  });

  it('a spend goes through a PSBT of either version unchanged', () => {
    fc.assert(
      fc.property(anySpend(group), fc.constantFrom(0 as const, 2 as const), (spend, version) => {
        const read = readPsbt(group, threshPk, value(writePsbt(group, threshPk, spend, version)));
        expect(read).toEqual(spend);
      }),
      { numRuns: 50 },
    );
  });

  it('what is read from a PSBT is a spend that a packet can carry', () => {
    fc.assert(
      fc.property(anySpend(group), (spend) => {
        const back = readPsbt(group, threshPk, value(writePsbt(group, threshPk, spend, 2)));
        if (Array.isArray(back)) throw new Error(JSON.stringify(back));
        expect(read(spendReader, toCbor({ ...back }))).toEqual({ value: spend });
      }),
      { numRuns: 10 },
    );
  });

  it('finish the same signatures to the same transaction', () => {
    const spend = sampleSpend(group);
    const signatures = signSpend(group, secretOf(group), spend);
    const final = value(finalTx(group, threshPk, spend, signatures));
    const psbt = Psbt.fromBuffer(value(writePsbt(group, threshPk, spend, 0)));
    for (const [i, tapKeySig] of signatures.entries()) psbt.updateInput(i, { tapKeySig });
    const verified = psbt.validateSignaturesOfAllInputs((key, sighash, signature) =>
      ecc.verifySchnorr(sighash, key, signature),
    );
    expect(verified).toBe(true);
    const theirs = psbt.finalizeAllInputs().extractTransaction();
    expect(theirs.toHex()).toBe(toHex(final.raw));
    expect(theirs.virtualSize()).toBe(vsizeOf(spend));
    expect(concat(theirs.getHash())).toEqual(final.txid);
    // The final PSBTs hold the same transaction.
    expect(Psbt.fromBuffer(final.psbtV0).extractTransaction().toHex()).toBe(toHex(final.raw));
    for (const psbt of [final.psbtV0, final.psbtV2])
      expect(concat(Scure.fromPSBT(psbt, { unknown: 'strict' }).extract())).toEqual(final.raw);
  });
});

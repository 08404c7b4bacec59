import { sha256 } from '@noble/hashes/sha2.js';
import { RawOldTx } from '@scure/btc-signer/script.js';
import { expect } from 'vitest';
import type { AddressNetwork } from '../../src/lib/bitcoin/address.ts';
import { pathText } from '../../src/lib/bitcoin/branches.ts';
import { spendProblems } from '../../src/lib/bitcoin/checks.ts';
import { psbtBytes, readPsbt } from '../../src/lib/bitcoin/psbt.ts';
import { layOut, sighashesOf, sighashOf } from '../../src/lib/bitcoin/sighash.ts';
import { changeOf, feeOf, type Spend } from '../../src/lib/bitcoin/spend.ts';
import { finalTx, txidOf, vsizeOf } from '../../src/lib/bitcoin/transaction.ts';
import { concat, toHex } from '../../src/lib/crypto/bytes.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import type { Check, Conformance } from '../support/conformance.ts';
import { unhex, value } from '../support/hex.ts';
import { limits, signSpend } from '../support/spends.ts';
import { writePsbt } from '../support/write-psbt.ts';

type Load = (file: string) => unknown;

const bip341 = 'bip341/wallet-test-vectors.json';
const core = 'bitcoin-core/watch-only.json';
const psbt = 'psbt/core-rpc-psbt.json';

interface KeyPathJson {
  given: { rawUnsignedTx: string; utxosSpent: { scriptPubKey: string; amountSats: number }[] };
  intermediary: Record<
    'hashPrevouts' | 'hashAmounts' | 'hashScriptPubkeys' | 'hashSequences' | 'hashOutputs',
    string
  >;
  inputSpending: {
    given: { txinIndex: number; hashType: number };
    intermediary: { sigHash: string };
  }[];
}

interface LibraryTransaction {
  version: number;
  lockTime: number;
  inputs: { txid: Uint8Array; index: number; sequence: number }[];
  outputs: { amount: bigint; script: Uint8Array }[];
}

/** BIP 341: the hash of each section, and what is signed where the hash type is 0. */
function sighashes(load: Load, check: Check): void {
  const { keyPathSpending } = load(bip341) as { keyPathSpending: KeyPathJson[] };
  for (const { given, intermediary, inputSpending } of keyPathSpending) {
    const { version, lockTime, inputs, outputs } = RawOldTx.decode(
      unhex(given.rawUnsignedTx),
    ) as LibraryTransaction;
    const signed = layOut({
      version,
      locktime: lockTime,
      inputs: given.utxosSpent.map(({ scriptPubKey, amountSats }, i) => ({
        txid: concat(inputs[i]!.txid).reverse(),
        vout: inputs[i]!.index,
        sequence: inputs[i]!.sequence,
        amount: amountSats,
        script: unhex(scriptPubKey),
      })),
      outputs: outputs.map(({ amount, script }) => ({ amount: Number(amount), script })),
    });
    check(bip341, 'hash of each section', () => {
      const [, ...rest] = signed.sections;
      expect(rest.map((section) => toHex(sha256(section)))).toEqual([
        intermediary.hashPrevouts,
        intermediary.hashAmounts,
        intermediary.hashScriptPubkeys,
        intermediary.hashSequences,
        intermediary.hashOutputs,
      ]);
    });
    for (const { given, intermediary } of inputSpending)
      if (given.hashType === 0)
        check(bip341, `input ${given.txinIndex}`, () => {
          expect(toHex(sighashOf(signed, given.txinIndex))).toBe(intermediary.sigHash);
        });
  }
}

interface Recorded {
  psbt: string;
  fee_btc: number;
  change_position: number;
  raw: string;
  txid: string;
  sighashes: { path: string; sighash: string }[];
}

interface CoreJson {
  network: AddressNetwork;
  group_secret: string;
  group_pubkey: string;
  psbt_v0: Recorded;
  psbt_v2: Recorded;
}

/** The signatures in a transaction whose witnesses are one of 64 bytes for each input. */
function signaturesIn(raw: string, spend: Spend): Uint8Array[] {
  const witnesses = unhex(raw).subarray(-4 - 66 * spend.inputs.length, -4);
  return spend.inputs.map((_, i) => witnesses.slice(66 * i + 2, 66 * (i + 1)));
}

/** What Bitcoin Core made for the group is read, signed and finished to what it accepted. */
function recording(group: Group, load: Load, check: Check): void {
  const json = load(core) as CoreJson;
  const threshPk = unhex(json.group_pubkey);
  const secret = group.scalarFromBytesNonzeroChecked(unhex(json.group_secret))!;
  for (const version of [0, 2] as const) {
    const recorded = json[`psbt_v${version}`];
    const read = () => {
      const spend = readPsbt(group, threshPk, psbtBytes(recorded.psbt)!);
      if (Array.isArray(spend)) throw new Error(JSON.stringify(spend));
      return spend;
    };
    check(core, `PSBT version ${version}`, () => {
      const spend = read();
      expect(feeOf(spend)).toBe(Math.round(recorded.fee_btc * 1e8));
      expect(spend.outputs.findIndex(({ path }) => path)).toBe(recorded.change_position);
      expect(changeOf(spend)).toBe(spend.outputs[recorded.change_position]!.amount);
      expect(spendProblems(group, json.network, threshPk, spend, limits)).toEqual([]);
      for (const other of [0, 2] as const)
        expect(readPsbt(group, threshPk, value(writePsbt(group, threshPk, spend, other)))).toEqual(
          spend,
        );
    });
    check(core, `what is signed, version ${version}`, () => {
      const spend = read();
      expect(spend.inputs.map(({ path }) => pathText(path))).toEqual(
        recorded.sighashes.map(({ path }) => path),
      );
      expect(value(sighashesOf(group, threshPk, spend)).map(toHex)).toEqual(
        recorded.sighashes.map(({ sighash }) => sighash),
      );
    });
    check(core, `final transaction, version ${version}`, () => {
      const spend = read();
      // The recording's randomness is not known: its own signatures lead to its own transaction.
      const final = value(finalTx(group, threshPk, spend, signaturesIn(recorded.raw, spend)));
      expect(toHex(final.raw)).toBe(recorded.raw);
      expect(toHex(final.txid.reverse())).toBe(recorded.txid);
      expect(toHex(txidOf(spend).reverse())).toBe(recorded.txid);
      const ours = value(finalTx(group, threshPk, spend, signSpend(group, secret, spend)));
      expect(ours.raw).toHaveLength(final.raw.length);
      const weight = 3 * (ours.raw.length - 2 - 66 * spend.inputs.length) + ours.raw.length;
      expect(vsizeOf(spend)).toBe(Math.ceil(weight / 4));
    });
  }
}

interface PsbtJson {
  invalid: string[];
  invalid_with_msg: [string, string][];
  valid: string[];
}

/**
 * Bitcoin Core's PSBTs. None is the group's, so all are refused; but the frame of every valid one is
 * read, and what is said of it is never that it is no PSBT.
 */
function strangers(group: Group, load: Load, check: Check): void {
  const { invalid, invalid_with_msg, valid } = load(psbt) as PsbtJson;
  const { group_pubkey } = load(core) as CoreJson;
  const threshPk = unhex(group_pubkey);
  const problemsOf = (text: string) => {
    const bytes = psbtBytes(text);
    const read = bytes ? readPsbt(group, threshPk, bytes) : [];
    expect(Array.isArray(read)).toBe(true);
    return read as Exclude<typeof read, Spend>;
  };
  for (const [i, text] of invalid.entries())
    check(psbt, `invalid ${i}`, () => {
      expect(psbtBytes(text) === undefined || problemsOf(text).length > 0).toBe(true);
    });
  for (const [text, message] of invalid_with_msg)
    check(psbt, message, () => {
      expect(problemsOf(text)).not.toEqual([]);
    });
  for (const [i, text] of valid.entries())
    check(psbt, `valid ${i}`, () => {
      const names = problemsOf(text).map(({ problem }) => problem);
      expect(names).not.toEqual([]);
      expect(names).not.toContain('not-a-psbt');
      expect(names).not.toContain('trailing-bytes');
    });
}

/** BIP 341's signature hashes, Bitcoin Core's recording and its PSBTs. */
export const bitcoinTransactionVectors: Conformance = {
  name: 'Bitcoin transactions',
  source:
    'github.com/bitcoin/bips, github.com/bitcoin/bitcoin (test/functional/data/rpc_psbt.json); recorded from Bitcoin Core',
  files: [bip341, core, psbt],
  cases: { [bip341]: 2, [core]: 6, [psbt]: 134 },
  run({ secp256k1 }, load, check) {
    sighashes(load, check);
    recording(secp256k1, load, check);
    strangers(secp256k1, load, check);
  },
};

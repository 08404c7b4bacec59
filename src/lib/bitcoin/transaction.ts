import { sha256 } from '@noble/hashes/sha2.js';
import { RawOldTx } from '@scure/btc-signer/script.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { verify } from '../crypto/bip340.ts';
import { concat, type Bytes } from '../crypto/bytes.ts';
import { fault, isFault, type Fault } from '../crypto/faults.ts';
import type { Group } from '../wasm/group.ts';
import { outputAt, type GroupOutput, type Path } from './branches.ts';
import { fingerprintOf } from './descriptor.ts';
import { sighashesOf } from './sighash.ts';
import { feeOf, type Spend } from './spend.ts';

/** As transaction ids are shown, and as the library takes them. */
const reversed = (txid: Uint8Array): Bytes => concat(txid).reverse();

/** The transaction without signatures, in the form of before BIP 144: what its id is the hash of. */
export function unsignedTx({ version, locktime, inputs, outputs }: Spend): Bytes {
  return concat(
    RawOldTx.encode({
      version,
      lockTime: locktime,
      inputs: inputs.map(({ txid, vout, sequence }) => ({
        txid: reversed(txid),
        index: vout,
        finalScriptSig: new Uint8Array(0),
        sequence,
      })),
      outputs: outputs.map(({ amount, script }) => ({ amount: BigInt(amount), script })),
    }),
  );
}

/** 32 bytes as they stand in transactions; shown reversed. Signing does not change it. */
export const txidOf = (spend: Spend): Bytes => concat(sha256(sha256(unsignedTx(spend))));

/** vB of the signed transaction, exact: marker and flag, and one signature of 64 bytes per input. */
export const vsizeOf = (spend: Spend): number =>
  unsignedTx(spend).length + Math.ceil((2 + 66 * spend.inputs.length) / 4);

/** sat for each vB. */
export const feeRateOf = (spend: Spend): number => feeOf(spend) / vsizeOf(spend);

/** What a PSBT says about an output of the group's (BIP 371). */
function taprootFields(threshPk: Uint8Array, path: Path, { internalKey }: GroupOutput) {
  const fingerprint = new DataView(fingerprintOf(threshPk).buffer).getUint32(0);
  const derivation = { hashes: [], der: { fingerprint, path: [...path] } };
  return {
    tapInternalKey: internalKey,
    tapBip32Derivation: [[internalKey, derivation]] as [Bytes, typeof derivation][],
  };
}

/** The spend in the library's form, unsigned. Faults: those of `outputAt`. */
export function toLibrary(group: Group, threshPk: Uint8Array, spend: Spend): Transaction | Fault {
  // Which scripts may be paid to is said in checks.ts, not by the library.
  const tx = new Transaction({
    version: spend.version,
    lockTime: spend.locktime,
    allowUnknownOutputs: true,
    disableScriptCheck: true,
  });
  for (const { txid, vout, sequence, amount, path } of spend.inputs) {
    const spent = outputAt(group, threshPk, path);
    if (isFault(spent)) return spent;
    tx.addInput({
      txid: reversed(txid),
      index: vout,
      sequence,
      witnessUtxo: { amount: BigInt(amount), script: spent.script },
      ...taprootFields(threshPk, path, spent),
    });
  }
  for (const { amount, script, path } of spend.outputs) {
    const own = path && outputAt(group, threshPk, path);
    if (isFault(own)) return own;
    tx.addOutput({
      amount: BigInt(amount),
      script,
      ...(path && own && taprootFields(threshPk, path, own)),
    });
  }
  return tx;
}

/** A signed transaction, ready to be sent. */
export interface FinalTransaction {
  /** For the network, with witnesses (BIP 144). */
  readonly raw: Bytes;
  /** 32 bytes, as they stand in transactions. */
  readonly txid: Bytes;
  /** The same with the final witnesses, as PSBTs of both versions. */
  readonly psbtV0: Bytes;
  readonly psbtV2: Bytes;
}

/**
 * Puts one signature (64 bytes) into each input, once each is valid under its output key; the library
 * would take any bytes. Faults: those of `outputAt`; `input-length` for another number of signatures;
 * `signature-wrong`.
 */
export function finalTx(
  group: Group,
  threshPk: Uint8Array,
  spend: Spend,
  signatures: readonly Uint8Array[],
): FinalTransaction | Fault {
  const sighashes = sighashesOf(group, threshPk, spend);
  if (isFault(sighashes)) return sighashes;
  if (signatures.length !== sighashes.length) return fault('input-length', [], 'signatures');
  const tx = toLibrary(group, threshPk, spend);
  if (isFault(tx)) return tx;
  for (const [i, { path }] of spend.inputs.entries()) {
    const spent = outputAt(group, threshPk, path);
    if (isFault(spent)) return spent;
    if (!verify(group, spent.outputKey, sighashes[i]!, signatures[i]!))
      return fault('signature-wrong', [], `input ${i}`);
    tx.updateInput(i, { tapKeySig: concat(signatures[i]!) });
    tx.finalizeIdx(i);
  }
  return {
    raw: concat(tx.toBytes(true, true)),
    txid: txidOf(spend),
    psbtV0: concat(tx.toPSBT(0)),
    psbtV2: concat(tx.toPSBT(2)),
  };
}

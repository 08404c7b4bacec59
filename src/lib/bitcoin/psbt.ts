import { sha256 } from '@noble/hashes/sha2.js';
import { base64 } from '@scure/base';
import { RawOldTx } from '@scure/btc-signer/script.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { fit } from '../crypto/schema.ts';
import type { Group } from '../wasm/group.ts';
import { branchOf, outputAt, pathReader, pathText, type Path } from './branches.ts';
import { fingerprintOf } from './descriptor.ts';
import { fieldProblems, readFrame, types, type Frame } from './psbt-fields.ts';
import { broken, MAGIC, MAX_BYTES, valueOf, writeMaps, type PsbtMap } from './psbt-map.ts';
import { le64, withLength } from './serial.ts';
import {
  MAX_SAT,
  type Spend,
  type SpendInput,
  type SpendOutput,
  type SpendProblem,
} from './spend.ts';

/*
 * PSBTs of both versions (BIP 174, BIP 370, BIP 371) that spend the group's outputs by their keys, in
 * the shape that Bitcoin Core gives them.
 */

/**
 * A PSBT's bytes, from themselves or from base64, as text or as a file of either; undefined for what
 * is none of these or too long.
 */
export function psbtBytes(given: string | Uint8Array): Bytes | undefined {
  if (given.length > 2 * MAX_BYTES) return undefined;
  if (given instanceof Uint8Array && equal(given.subarray(0, MAGIC.length), MAGIC))
    return concat(given);
  const text = typeof given === 'string' ? given : new TextDecoder().decode(given);
  try {
    return concat(base64.decode(text.trim()));
  } catch {
    return undefined; // @scure/base throws on what is not base64
  }
}

/**
 * The transaction of an unsigned PSBT whose inputs are all the group's, or everything that keeps it
 * from being one. What is wrong with the transaction by itself says `spendProblems`.
 */
export function readPsbt(
  group: Group,
  threshPk: Uint8Array,
  bytes: Uint8Array,
): Spend | SpendProblem[] {
  const frame = readFrame(bytes);
  if (Array.isArray(frame)) return frame;
  const unfit = fieldProblems(frame);
  if (unfit.length > 0) return unfit;
  const tx = decode(frame);
  if (isProblem(tx)) return [tx];
  if (tx.version !== 2) return [{ problem: 'version', detail: String(tx.version) }];

  const inputs = frame.inputs.map((map, i) => readInput(group, threshPk, tx, map, i));
  const outputs = frame.outputs.map((_, i) => readOutput(group, threshPk, tx, i));
  const problems = [...inputs, ...outputs].filter(isProblem);
  if (problems.length > 0) return problems;
  return {
    version: 2,
    locktime: tx.lockTime,
    inputs: inputs.filter((one): one is SpendInput => !isProblem(one)),
    outputs: outputs.filter((one): one is SpendOutput => !isProblem(one)),
  };
}

/** The values, by the library. */
function decode({ global, inputs, outputs }: Frame): Transaction | SpendProblem {
  // Earlier transactions are held against their ids below; the library would only throw.
  const without = inputs.map((map) =>
    map.filter(({ type }) => type !== types.input.nonWitnessUtxo),
  );
  try {
    return Transaction.fromPSBT(writeMaps([global, ...without, ...outputs]), {
      unknown: 'strict',
      allowUnknownVersion: true,
      disableScriptCheck: true,
    });
  } catch {
    return broken('values'); // the library throws on what it cannot read
  }
}

function readInput(
  group: Group,
  threshPk: Uint8Array,
  tx: Transaction,
  map: PsbtMap,
  i: number,
): SpendInput | SpendProblem {
  const { txid: shown, index: vout, witnessUtxo, sequence, ...fields } = tx.getInput(i);
  if (!shown || vout === undefined) return { ...broken('outpoint'), input: i };
  const path = ownPath(threshPk, fields);
  if (!path) return { problem: 'foreign-input', input: i, detail: '' };
  const spent = branchOf(path) && outputAt(group, threshPk, path);
  if (!spent || isFault(spent)) return { problem: 'branch', input: i, detail: pathText(path) };
  if (!fields.tapInternalKey || !equal(spent.internalKey, fields.tapInternalKey))
    return { problem: 'foreign-input', input: i, detail: pathText(path) };

  if (!witnessUtxo) return { problem: 'utxo-differs', input: i, detail: '' };
  const amount = satOf(witnessUtxo.amount);
  if (amount === undefined)
    return { problem: 'too-much', input: i, detail: String(witnessUtxo.amount) };
  const txid = concat(shown).reverse();
  const utxo = concat(le64(amount), withLength(spent.script));
  const said = valueOf(map, types.input.witnessUtxo);
  const earlier = valueOf(map, types.input.nonWitnessUtxo);
  if (!said || !equal(said, utxo) || (earlier && !holds(earlier, txid, vout, utxo)))
    return { problem: 'utxo-differs', input: i, detail: '' };
  // Absent, it is final (BIP 370).
  return { txid, vout, sequence: sequence ?? 0xffff_ffff, amount, path };
}

function readOutput(
  group: Group,
  threshPk: Uint8Array,
  tx: Transaction,
  i: number,
): SpendOutput | SpendProblem {
  const { amount: said, script, ...fields } = tx.getOutput(i);
  if (!script) return { ...broken('script'), output: i };
  const amount = satOf(said);
  if (amount === undefined) return { problem: 'too-much', output: i, detail: String(said) };
  if (script.length < 1 || script.length > 42)
    return { problem: 'no-address', output: i, detail: '' };
  if (!fields.tapInternalKey && !fields.tapBip32Derivation)
    return { amount, script: concat(script), path: null };

  // Whatever is said to be derived must be our change: else it would be shown as what it is not.
  const path = ownPath(threshPk, fields);
  if (!path) return { problem: 'change-script', output: i, detail: '' };
  if (branchOf(path) !== 'change')
    return { problem: 'change-branch', output: i, detail: pathText(path) };
  const own = outputAt(group, threshPk, path);
  if (
    isFault(own) ||
    !fields.tapInternalKey ||
    !equal(own.internalKey, fields.tapInternalKey) ||
    !equal(own.script, script)
  )
    return { problem: 'change-script', output: i, detail: pathText(path) };
  return { amount, script: concat(script), path };
}

const isProblem = (one: object): one is SpendProblem => 'problem' in one;

/** As the library gives it. */
type Derivation = readonly [
  key: Uint8Array,
  { hashes: Uint8Array[]; der: { fingerprint: number; path: number[] } },
];

/** The path of the only derivation, where it is of the internal key and begins at the threshold key. */
function ownPath(
  threshPk: Uint8Array,
  fields: { tapInternalKey?: Uint8Array; tapBip32Derivation?: readonly Derivation[] },
): Path | undefined {
  const [entry, ...more] = fields.tapBip32Derivation ?? [];
  if (!entry || more.length > 0 || !fields.tapInternalKey) return undefined;
  const [key, { hashes, der }] = entry;
  const ours = new DataView(fingerprintOf(threshPk).buffer).getUint32(0);
  if (hashes.length > 0 || der.fingerprint !== ours || !equal(key, fields.tapInternalKey))
    return undefined;
  const path = fit(pathReader, der.path);
  return typeof path === 'string' ? undefined : path.value;
}

interface LibraryOutput {
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** An amount that there can be. */
const satOf = (amount: bigint | undefined): number | undefined =>
  amount !== undefined && amount >= 0n && amount <= BigInt(MAX_SAT) ? Number(amount) : undefined;

/**
 * Whether an earlier transaction has this id and, at `vout`, these bytes as its output. Without its
 * witnesses, as Bitcoin Core writes it: so that the id is over all its bytes.
 */
function holds(earlier: Bytes, txid: Bytes, vout: number, utxo: Bytes): boolean {
  if (!equal(sha256(sha256(earlier)), txid)) return false;
  try {
    const { outputs } = RawOldTx.decode(earlier) as { outputs: LibraryOutput[] };
    const output = outputs[vout];
    const amount = satOf(output?.amount);
    return (
      output !== undefined &&
      amount !== undefined &&
      output.script.length < 0xfd &&
      equal(concat(le64(amount), withLength(output.script)), utxo)
    );
  } catch {
    return false; // the library throws on what is not a transaction
  }
}

import { sha256 } from '@noble/hashes/sha2.js';
import { concat, type Bytes } from '../crypto/bytes.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group } from '../wasm/group.ts';
import { outputAt } from './branches.ts';
import { le32, le64, withLength } from './serial.ts';
import type { Spend } from './spend.ts';

/*
 * What a signature of an input commits to (BIP 341, key path, SIGHASH_DEFAULT, no annex): every byte
 * of the transaction, and the amounts and scripts of all outputs it spends.
 */

/** What the bytes that are signed say. */
export type SignedFieldName =
  | 'version'
  | 'locktime'
  | 'txid'
  | 'vout'
  | 'amount-in'
  | 'script-in'
  | 'sequence'
  | 'amount-out'
  | 'script-out';

/** Where a field stands in the bytes that are signed: from `start` up to but not with `end`. */
export interface SignedField {
  readonly field: SignedFieldName;
  /** Which input or output, from 0; neither for the version and the locktime. */
  readonly input?: number;
  readonly output?: number;
  readonly start: number;
  readonly end: number;
}

/** Everything that a signature of a transaction commits to, before it is hashed. */
export interface SignedBytes {
  /** All sections, one after the other. */
  readonly bytes: Bytes;
  /** In the order of the bytes; each byte belongs to exactly one field. */
  readonly fields: readonly SignedField[];
  /** Version and locktime, outpoints, amounts, scripts, sequences, outputs. */
  readonly sections: readonly [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];
}

/** A transaction with the scripts of the outputs it spends. Amounts in sat; scripts below 253 bytes. */
export interface SpentTransaction {
  readonly version: number;
  readonly locktime: number;
  readonly inputs: readonly {
    readonly txid: Uint8Array;
    readonly vout: number;
    readonly sequence: number;
    readonly amount: number;
    readonly script: Uint8Array;
  }[];
  readonly outputs: readonly { readonly amount: number; readonly script: Uint8Array }[];
}

/** The bytes that are signed, by section, with a map of them. Lengths belong to their script. */
export function layOut({ version, locktime, inputs, outputs }: SpentTransaction): SignedBytes {
  const fields: SignedField[] = [];
  let end = 0;
  const put = (
    field: SignedFieldName,
    bytes: Uint8Array,
    where?: { input: number } | { output: number },
  ) => {
    fields.push({ field, ...where, start: end, end: (end += bytes.length) });
    return bytes;
  };
  const ofInputs = (section: (of: (typeof inputs)[number], input: number) => Uint8Array) =>
    concat(...inputs.map(section));
  const sections = [
    concat(put('version', le32(version)), put('locktime', le32(locktime))),
    ofInputs(({ txid, vout }, input) =>
      concat(put('txid', txid, { input }), put('vout', le32(vout), { input })),
    ),
    ofInputs(({ amount }, input) => put('amount-in', le64(amount), { input })),
    ofInputs(({ script }, input) => put('script-in', withLength(script), { input })),
    ofInputs(({ sequence }, input) => put('sequence', le32(sequence), { input })),
    concat(
      ...outputs.flatMap(({ amount, script }, output) => [
        put('amount-out', le64(amount), { output }),
        put('script-out', withLength(script), { output }),
      ]),
    ),
  ] as const;
  return { bytes: concat(...sections), fields, sections };
}

/**
 * What the signature of input `index` signs, 32 bytes: BIP 341 “Common signature message” with epoch,
 * hash type and spend type 0.
 */
export function sighashOf({ sections }: SignedBytes, index: number): Bytes {
  const [head, ...rest] = sections;
  const hashes = rest.map((section) => sha256(section));
  return taggedHash(
    tags.tapSighash,
    Uint8Array.of(0, 0),
    head,
    ...hashes,
    Uint8Array.of(0),
    le32(index),
  );
}

/** As `layOut`, for the group's spend. Faults: those of `outputAt`. */
export function signedBytes(group: Group, threshPk: Uint8Array, spend: Spend): SignedBytes | Fault {
  const inputs: SpentTransaction['inputs'][number][] = [];
  for (const input of spend.inputs) {
    const output = outputAt(group, threshPk, input.path);
    if (isFault(output)) return output;
    inputs.push({ ...input, script: output.script });
  }
  return layOut({ ...spend, inputs });
}

/** What is signed for each input of the group's spend, 32 bytes each. Faults: those of `outputAt`. */
export function sighashesOf(
  group: Group,
  threshPk: Uint8Array,
  spend: Spend,
): readonly Bytes[] | Fault {
  const signed = signedBytes(group, threshPk, spend);
  return isFault(signed) ? signed : spend.inputs.map((_, index) => sighashOf(signed, index));
}

import { RawOldTx } from '@scure/btc-signer/script.js';
import { equal, toHex } from '../crypto/bytes.ts';
import { broken, readMaps, valueOf, type PsbtMap } from './psbt-map.ts';
import { compactSizeAt, le32 } from './serial.ts';
import { MAX_INPUTS, MAX_OUTPUTS, type SpendProblem } from './spend.ts';

/*
 * Which fields a PSBT may have here: those that Bitcoin Core writes for outputs `tr(key)`. Whatever
 * else stands in one is refused: nothing is read over that a reviewer would not see.
 */

/** The types of the fields that may be there. */
export const types = {
  global: {
    unsignedTx: 0x00,
    txVersion: 0x02,
    fallbackLocktime: 0x03,
    inputCount: 0x04,
    outputCount: 0x05,
    version: 0xfb,
  },
  input: {
    nonWitnessUtxo: 0x00,
    witnessUtxo: 0x01,
    sighashType: 0x03,
    previousTxid: 0x0e,
    outputIndex: 0x0f,
    sequence: 0x10,
    tapBip32Derivation: 0x16,
    tapInternalKey: 0x17,
  },
  output: { amount: 0x03, script: 0x04, tapInternalKey: 0x05, tapBip32Derivation: 0x07 },
} as const;
const { global, input, output } = types;

/** Those of version 0 (BIP 174) and of version 2 (BIP 370). */
const allowed = {
  0: {
    global: [global.unsignedTx, global.version],
    input: [
      input.nonWitnessUtxo,
      input.witnessUtxo,
      input.sighashType,
      input.tapBip32Derivation,
      input.tapInternalKey,
    ],
    output: [output.tapInternalKey, output.tapBip32Derivation],
  },
  2: {
    global: Object.values(global).filter((type) => type !== global.unsignedTx),
    input: Object.values(input),
    output: Object.values(output),
  },
} as const;

/** Signatures and what they become: partial, final, Taproot by key and by script. */
const signatures = [0x02, 0x07, 0x08, 0x13, 0x14];

/** The maps by kind. */
export interface Frame {
  readonly version: 0 | 2;
  readonly global: PsbtMap;
  readonly inputs: readonly PsbtMap[];
  readonly outputs: readonly PsbtMap[];
}

/** The maps of a PSBT of at most `MAX_INPUTS` inputs and `MAX_OUTPUTS` outputs, or why there are none. */
export function readFrame(bytes: Uint8Array): Frame | SpendProblem[] {
  let counts: Counts | undefined;
  const maps = readMaps(bytes, (map) => {
    const found = countsOf(map);
    if ('problem' in found) return found;
    counts = found;
    return found.inputs + found.outputs;
  });
  if (!Array.isArray(maps)) return [maps];
  const { version, inputs } = counts!;
  return {
    version,
    global: maps[0]!,
    inputs: maps.slice(1, 1 + inputs),
    outputs: maps.slice(1 + inputs),
  };
}

interface Counts {
  readonly version: 0 | 2;
  readonly inputs: number;
  readonly outputs: number;
}

/** What the global map says about the others. */
function countsOf(map: PsbtMap): Counts | SpendProblem {
  const version = valueOf(map, global.version) ?? le32(0);
  if (equal(version, le32(0))) {
    const tx = oldTransaction(valueOf(map, global.unsignedTx));
    return tx ? within(0, tx.inputs.length, tx.outputs.length) : broken('transaction');
  }
  if (!equal(version, le32(2))) return broken(`version 0x${toHex(version)}`);
  const [inputs, outputs] = [global.inputCount, global.outputCount].map((type) => {
    const value = valueOf(map, type);
    const size = value && compactSizeAt(value, 0);
    return size?.end === value?.length ? size?.value : undefined;
  });
  return inputs === undefined || outputs === undefined
    ? broken('counts')
    : within(2, inputs, outputs);
}

function within(version: 0 | 2, inputs: number, outputs: number): Counts | SpendProblem {
  const fits = inputs >= 1 && inputs <= MAX_INPUTS && outputs >= 1 && outputs <= MAX_OUTPUTS;
  return fits
    ? { version, inputs, outputs }
    : { problem: 'too-many', detail: `${inputs} + ${outputs}` };
}

/** A transaction without witnesses. */
function oldTransaction(bytes: Uint8Array | undefined) {
  try {
    return bytes && RawOldTx.decode(bytes);
  } catch {
    return undefined; // the library throws on what is not one
  }
}

/** Fields that may not be there, and values that are refused whatever the rest says. */
export function fieldProblems(frame: Frame): SpendProblem[] {
  const problems: SpendProblem[] = [];
  const may = allowed[frame.version];
  /** `keyed` is the one type whose key has more than the type: the x coordinate of a key. */
  const check = (
    map: PsbtMap,
    known: readonly number[],
    keyed?: number,
    where?: { input: number } | { output: number },
  ) => {
    for (const { type, key } of map)
      if (!known.includes(type) || key.length !== (type === keyed ? 33 : 1))
        problems.push({
          problem: 'unknown-field',
          ...where,
          detail: `0x${toHex(key).slice(0, 8)}`,
        });
  };
  check(frame.global, may.global);
  for (const [i, map] of frame.inputs.entries()) {
    const where = { input: i };
    const unsigned = map.filter(({ type }) => !signatures.includes(type));
    if (unsigned.length < map.length)
      problems.push({ problem: 'already-signed', ...where, detail: '' });
    check(unsigned, may.input, input.tapBip32Derivation, where);
    const sighash = valueOf(map, input.sighashType);
    if (sighash && !equal(sighash, le32(0)))
      problems.push({ problem: 'sighash', ...where, detail: `0x${toHex(sighash)}` });
  }
  for (const [i, map] of frame.outputs.entries())
    check(map, may.output, output.tapBip32Derivation, { output: i });
  return problems;
}

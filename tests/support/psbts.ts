import { outputAt } from '../../src/lib/bitcoin/branches.ts';
import { readFrame } from '../../src/lib/bitcoin/psbt-fields.ts';
import { writeMaps, type PsbtField, type PsbtMap } from '../../src/lib/bitcoin/psbt-map.ts';
import { le32 } from '../../src/lib/bitcoin/serial.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { txidOf, unsignedTx } from '../../src/lib/bitcoin/transaction.ts';
import { concat, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Group } from '../../src/lib/wasm/group.ts';
import { value } from './hex.ts';
import { paths, sampleSpend, threshPkOf } from './spends.ts';
import { writePsbt } from './write-psbt.ts';

/** The maps of a PSBT that can be framed: the global one, the inputs', the outputs'. */
export function mapsOf(bytes: Bytes): PsbtMap[] {
  const frame = readFrame(bytes);
  if (Array.isArray(frame)) throw new Error(JSON.stringify(frame));
  return [frame.global, ...frame.inputs, ...frame.outputs];
}

/** A field whose key is its type and `data`. */
export const field = (type: number, content: Uint8Array, data = new Uint8Array(0)): PsbtField => ({
  type,
  key: concat(Uint8Array.of(type), data),
  value: concat(content),
});

/**
 * The sample spend as a PSBT with every field that may be there: the first input brings the
 * transaction it spends from, the second says its hash type.
 */
export function fullPsbt(group: Group, version: 0 | 2): { spend: Spend; bytes: Bytes } {
  const threshPk = threshPkOf(group);
  const sample = sampleSpend(group);
  const { script } = value(outputAt(group, threshPk, paths.receive));
  const earlier = {
    ...sample,
    outputs: [sample.outputs[0]!, { amount: sample.inputs[0]!.amount, script, path: null }],
  };
  const [first, ...others] = sample.inputs;
  const spend = { ...sample, inputs: [{ ...first!, txid: txidOf(earlier) }, ...others] };
  const [global, one, two, ...rest] = mapsOf(value(writePsbt(group, threshPk, spend, version)));
  const bytes = writeMaps([
    global!,
    [field(0x00, unsignedTx(earlier)), ...one!],
    [...two!, field(0x03, le32(0))],
    ...rest,
  ]);
  return { spend, bytes };
}

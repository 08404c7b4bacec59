import { readMaps, writeMaps } from '../../src/lib/bitcoin/psbt-map.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { toLibrary } from '../../src/lib/bitcoin/transaction.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isFault, type Fault } from '../../src/lib/crypto/faults.ts';
import type { Group } from '../../src/lib/wasm/group.ts';

/**
 * An unsigned PSBT of the spend, as another program would bring it. The second version leaves out
 * that inputs and outputs may be added, which the library would write. Faults: those of `outputAt`.
 */
export function writePsbt(
  group: Group,
  threshPk: Uint8Array,
  spend: Spend,
  version: 0 | 2,
): Bytes | Fault {
  const tx = toLibrary(group, threshPk, spend);
  if (isFault(tx)) return tx;
  const written = tx.toPSBT(version);
  const others = spend.inputs.length + spend.outputs.length;
  const maps = readMaps(written, () => others);
  if (!Array.isArray(maps)) throw new Error('the library wrote what cannot be read');
  const [global, ...rest] = maps;
  return writeMaps([global!.filter(({ type }) => type !== TX_MODIFIABLE), ...rest]);
}

/** Of the second version, optional: whether inputs and outputs may still be added (BIP 370). */
const TX_MODIFIABLE = 0x06;

import { taprootSigningTweaks } from '../crypto/bip32.ts';
import { concat, fromHex, type Bytes } from '../crypto/bytes.ts';
import { isFault, type Fault } from '../crypto/faults.ts';
import { integer, list, type Read } from '../crypto/schema.ts';
import { taprootOutput } from '../crypto/taproot.ts';
import type { Group } from '../wasm/group.ts';

/*
 * The group's bitcoin lies on outputs `tr(key)` without scripts, whose keys are derived from the
 * custody key by BIP 32: every step unhardened, so that whoever knows the public key can watch.
 */

/** The chain code of BIP 328, fixed for every group: SHA-256 of “MuSig2MuSig2MuSig2”. */
export const CHAIN_CODE = fromHex(
  '868087ca02a6f974c4598924c36b57762d32cb45717167e300622c7167e38965',
)!;

/** What a path's first index says. A deposit's path has eight more; the others have one more. */
export const branches = { receive: 0, change: 1, deposit: 2, fees: 3 } as const;
export type Branch = keyof typeof branches;

/** How many indices follow the branch's own. */
const below: Readonly<Record<Branch, number>> = { receive: 1, change: 1, deposit: 8, fees: 1 };

/** Below the custody key, unhardened; whether it belongs to a branch says `branchOf`. */
export const pathReader = list(integer(0, 2 ** 31 - 1), 9, 2);
export type Path = Read<typeof pathReader>;

/** The branch that a path belongs to, or undefined. */
export const branchOf = (path: Path): Branch | undefined =>
  (Object.keys(branches) as Branch[]).find(
    (branch) => branches[branch] === path[0] && path.length === 1 + below[branch],
  );

/** As it is written: `m/0/7`. */
export const pathText = (path: Path): string => ['m', ...path].join('/');

/** The output at a path below the custody key. */
export interface GroupOutput {
  /** P2TR, 34 bytes. */
  readonly script: Bytes;
  /** x coordinate, 32 bytes: what PSBTs call the internal key. */
  readonly internalKey: Bytes;
  /** x coordinate, 32 bytes: what the signature verifies under. */
  readonly outputKey: Bytes;
  /** What every signer applies to the threshold key, in order. */
  readonly tweaks: readonly Bytes[];
  readonly isXonly: readonly boolean[];
}

/** The output at `path` below `threshPk` (33 bytes). Faults: those of `childOf` and `taprootOutput`. */
export function outputAt(group: Group, threshPk: Uint8Array, path: Path): GroupOutput | Fault {
  const derived = taprootSigningTweaks(group, { publicKey: threshPk, chainCode: CHAIN_CODE }, path);
  if (isFault(derived)) return derived;
  const output = taprootOutput(group, derived.internalKey);
  if (isFault(output)) return output;
  const { outputKey } = output;
  return { ...derived, outputKey, script: concat(Uint8Array.of(0x51, 32), outputKey) };
}

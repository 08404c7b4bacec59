import { concat, equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { compactSize, compactSizeAt } from './serial.ts';
import type { SpendProblem } from './spend.ts';

/*
 * The frame of a PSBT (BIP 174, “Specification”): after five bytes of magic, maps of keys and values,
 * one for the whole, one for each input, one for each output. What the fields mean is said elsewhere.
 */

/** “psbt” and 0xff. */
export const MAGIC = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff);

/** The longest PSBT, in bytes: far more than inputs and outputs of ours need. */
export const MAX_BYTES = 4_000_000;

/** A key with its value. */
export interface PsbtField {
  /** The key's first byte; all types that are allowed here fit in it. */
  readonly type: number;
  /** With the type. */
  readonly key: Bytes;
  readonly value: Bytes;
}
/** In the order in which they are written. */
export type PsbtMap = readonly PsbtField[];

/** The problem of bytes that are not framed as a PSBT is. */
export const broken = (detail: string): SpendProblem => ({ problem: 'not-a-psbt', detail });

/**
 * All maps, the global one first. Lengths must be written in their shortest form, and no key may
 * stand twice in a map.
 * @param others how many maps follow the global one, by what it says
 */
export function readMaps(
  bytes: Uint8Array,
  others: (global: PsbtMap) => number | SpendProblem,
): PsbtMap[] | SpendProblem {
  if (bytes.length > MAX_BYTES) return broken('size');
  if (!equal(bytes.subarray(0, MAGIC.length), MAGIC)) return broken('magic');
  const global = readMap(bytes, MAGIC.length);
  if (typeof global === 'string') return broken(global);
  const maps = [global.map];
  const count = others(global.map);
  if (typeof count !== 'number') return count;
  let at = global.end;
  while (maps.length <= count) {
    const next = readMap(bytes, at);
    if (typeof next === 'string') return broken(next);
    maps.push(next.map);
    at = next.end;
  }
  if (at < bytes.length) return { problem: 'trailing-bytes', detail: String(bytes.length - at) };
  return maps;
}

/** The map that begins at `at`, and where it ends after its zero byte. */
function readMap(bytes: Uint8Array, at: number): { map: PsbtMap; end: number } | string {
  const map: PsbtField[] = [];
  const keys = new Set<string>();
  for (;;) {
    if (bytes[at] === 0) return { map, end: at + 1 };
    const key = readString(bytes, at);
    const value = key && readString(bytes, key.end);
    if (!value) return `byte ${at}`;
    const name = toHex(key.string);
    if (keys.has(name)) return `2 × 0x${name.slice(0, 8)}`;
    keys.add(name);
    map.push({ type: key.string[0]!, key: key.string, value: value.string });
    at = value.end;
  }
}

/** The string with its length before it that begins at `at`. */
function readString(bytes: Uint8Array, at: number): { string: Bytes; end: number } | undefined {
  const length = compactSizeAt(bytes, at);
  if (!length) return undefined;
  const end = length.end + length.value;
  if (end > bytes.length) return undefined;
  return { string: concat(bytes.subarray(length.end, end)), end };
}

/** A PSBT of these maps. */
export function writeMaps(maps: readonly PsbtMap[]): Bytes {
  const zero = Uint8Array.of(0);
  const string = (bytes: Uint8Array) => [compactSize(bytes.length), bytes];
  return concat(
    MAGIC,
    ...maps.flatMap((map) => [
      ...map.flatMap(({ key, value }) => [...string(key), ...string(value)]),
      zero,
    ]),
  );
}

/** The value of the field whose key is its type alone. */
export const valueOf = (map: PsbtMap, type: number): Bytes | undefined =>
  map.find(({ key }) => key.length === 1 && key[0] === type)?.value;

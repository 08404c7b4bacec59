import { concat, type Bytes } from '../crypto/bytes.ts';

/** How Bitcoin writes numbers and scripts in transactions and PSBTs. */

/** An unsigned integer below 2³² as 4 bytes, little endian. */
export function le32(value: number): Bytes {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

/** An unsigned integer below 2⁵³ as 8 bytes, little endian. */
export function le64(value: number): Bytes {
  return concat(le32(value % 2 ** 32), le32(Math.floor(value / 2 ** 32)));
}

/** A script of less than 253 bytes with its length before it. */
export function withLength(script: Uint8Array): Bytes {
  return concat(Uint8Array.of(script.length), script);
}

/** The compact size at `at`, in its shortest form and below 2³², and where it ends; or undefined. */
export function compactSizeAt(
  bytes: Uint8Array,
  at: number,
): { value: number; end: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0xff) return undefined;
  if (first < 0xfd) return { value: first, end: at + 1 };
  const end = at + (first === 0xfd ? 3 : 5);
  if (end > bytes.length) return undefined;
  let value = 0;
  for (let i = end - 1; i > at; i--) value = value * 256 + bytes[i]!;
  return value < (first === 0xfd ? 0xfd : 0x1_0000) ? undefined : { value, end };
}

/** An unsigned integer below 2³² as a compact size in its shortest form. */
export function compactSize(value: number): Bytes {
  if (value < 0xfd) return Uint8Array.of(value);
  const bytes = le32(value);
  return value < 0x1_0000
    ? concat(Uint8Array.of(0xfd), bytes.subarray(0, 2))
    : concat(Uint8Array.of(0xfe), bytes);
}

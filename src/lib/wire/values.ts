import { be32, be64, readBe32, type Bytes } from '../crypto/bytes.ts';
import { integer } from '../crypto/schema.ts';

/* Numbers as 0BTC Wire has them: little endian, 64 bits of which JSON holds 53. */

/** All bitcoin that will ever be, in sat: more is never wrapped. */
export const MAX_SAT = 2_100_000_000_000_000;

/** What the bridge pays at least for a withdrawal, in sat. */
export const MIN_WITHDRAWAL = 10_000;

/** An amount of at least one sat. */
export const sat = integer(1, MAX_SAT);
export const u32 = integer(0, 0xffff_ffff);
export const u53 = integer(0, Number.MAX_SAFE_INTEGER);

/** An unsigned integer below 2³² as 4 bytes. */
export const le32 = (value: number): Bytes => be32(value).reverse();

/** An unsigned integer below 2⁵³ as 8 bytes. */
export const le64 = (value: number): Bytes => be64(value).reverse();

/** The unsigned integer in 4 bytes. */
export const readLe32 = (bytes: Uint8Array): number => readBe32(bytes.toReversed());

/** The unsigned integer in 8 bytes; from 2⁵³ on it is rounded, and so no safe integer. */
export const readLe64 = (bytes: Uint8Array): number =>
  readLe32(bytes.subarray(4)) * 2 ** 32 + readLe32(bytes.subarray(0, 4));

import { concat, type Bytes } from '../crypto/bytes.ts';
import { deflate, inflate } from './deflate.ts';
import type { CourierFault } from './faults.ts';

/*
 * A bundle as it travels: one byte that says how the rest is stored, then the bundle. Bundles are
 * opaque here; who made one is proved by the signatures inside.
 */

/** The largest bundle, in bytes. */
export const MAX_BUNDLE = 8 * 2 ** 20;

const STORED = 1;
const DEFLATED = 2;

/** A bundle of at most MAX_BUNDLE bytes, packed: deflated where that makes it smaller. */
export async function pack(bundle: Uint8Array): Promise<Bytes> {
  const smaller = await deflate(bundle);
  return smaller.length < bundle.length
    ? concat(Uint8Array.of(DEFLATED), smaller)
    : concat(Uint8Array.of(STORED), bundle);
}

/** Reads hostile bytes: the bundle, or `cut-short`, `newer`, `damaged`, `too-large`. */
export async function unpack(packed: Uint8Array): Promise<Bytes | CourierFault> {
  const rest = packed.subarray(1);
  switch (packed[0]) {
    case undefined:
      return { fault: 'cut-short' };
    case STORED:
      return rest.length > MAX_BUNDLE ? { fault: 'too-large' } : rest.slice();
    case DEFLATED: {
      const bundle = await inflate(rest, MAX_BUNDLE);
      return typeof bundle === 'string' ? { fault: bundle } : bundle;
    }
    default:
      return { fault: 'newer' };
  }
}

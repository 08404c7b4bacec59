/** A device's randomness where it gives some: added to the machine's, so that either suffices. */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';

/** The device's 32 bytes for a host label, and of its own randomness where it gives some. */
export interface HostReply {
  readonly reply: Bytes;
  readonly entropy?: Bytes | undefined;
}

const utf8 = new TextEncoder();

/**
 * 32 random bytes from the machine's (wiped here) and the device's, a tagged hash over both; the
 * machine's alone where there are no others. `purpose` keeps two uses of the same bytes apart.
 */
export function mixed(fresh: Bytes, purpose: 'salt' | 'run', hardware: Bytes | undefined): Bytes {
  if (!hardware) return fresh;
  const both = taggedHash(tags.entropy, utf8.encode(purpose), fresh, hardware);
  wipe(fresh);
  return both;
}

import { base64urlnopad } from '@scure/base';
import type { Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { boolean, bytes, read, text, variant, type Read } from '../crypto/schema.ts';

/*
 * What is kept of an enrolled device, to find it again and to know that it is the same: all public. It
 * says for ever whether the device was a simulated one.
 */

const hierarchy = {
  simulated: boolean,
  model: text(60, 1),
  serial: text(60),
  /** Version of app or firmware when it was enrolled. */
  firmware: text(60),
  /** BIP 32 fingerprint of the seed's master key, 4 bytes. */
  fingerprint: bytes(4),
  /** Where the approval key lies, as `m/84'/0'/100'/0/0`. */
  path: text(60, 1),
  /** Compressed, 33 bytes. */
  approvalKey: bytes(33),
};

const reader = variant({
  ledger: { ...hierarchy, app: text(30, 1) },
  trezor: hierarchy,
  yubihsm: {
    simulated: boolean,
    serial: text(20, 1),
    firmware: text(60),
    /** Object ids, 2 bytes each, big-endian. */
    authentication: bytes(2),
    hmac: bytes(2),
    wrap: bytes(2),
    approval: bytes(2),
    /** Ed25519, 32 bytes. */
    approvalKey: bytes(32),
    /** Whether the HMAC key can be exported under the wrap key. */
    exportable: boolean,
  },
  'security-key': {
    simulated: boolean,
    /** Credential id. */
    id: bytes(1, 1023),
    /** P-256, uncompressed. */
    approvalKey: bytes(65),
    rpId: text(253, 1),
    /** Whether the key may copy it elsewhere (the flag “backup eligible”). */
    synced: boolean,
  },
});

/** An enrolled device as its handle says it. */
export type Enrolled = Read<typeof reader>;
export type EnrolledAs<K extends Enrolled['kind']> = Extract<Enrolled, { kind: K }>;

/** The handle: base64url of its CBOR. */
export const toHandle = (enrolled: Enrolled): string =>
  base64urlnopad.encode(toCbor({ ...enrolled }));

/** The device of a handle; undefined for anything else. */
export function fromHandle(handle: string): Enrolled | undefined {
  let decoded: Bytes;
  try {
    decoded = base64urlnopad.decode(handle) as Bytes;
  } catch {
    return undefined; // not base64url
  }
  const found = read(reader, decoded);
  return typeof found === 'string' ? undefined : found.value;
}

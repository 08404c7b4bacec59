import type { Group } from '../wasm/group.ts';
import { equationOf, sign } from './bip340.ts';
import { be32, concat, type Bytes } from './bytes.ts';
import type { DkgSuite } from './dkg-suite.ts';
import type { HostKey } from './host-key.ts';
import { firstBroken } from './schnorr.ts';

/*
 * CertEq: everybody signs what they saw with their host key. All signatures together, the
 * certificate, prove to anybody at any time that all saw the same.
 */

const messageFor = ({ certeqPrefix }: DkgSuite, id: number, transcript: Uint8Array): Bytes =>
  concat(certeqPrefix, be32(id), transcript);

/** Participant `id`'s 64-byte signature over the transcript. `auxRand`: 32 fresh bytes. */
export function certeqSign(
  suite: DkgSuite,
  { hostSeckey }: HostKey,
  id: number,
  transcript: Uint8Array,
  auxRand: Uint8Array,
): Bytes {
  return sign(suite.host, hostSeckey, messageFor(suite, id, transcript), auxRand);
}

/**
 * The first participant whose signature in the certificate is not valid; undefined if all are.
 *
 * The sign byte of a host key may be dropped for BIP 340: the transcript holds the full keys.
 */
export function certeqFirstInvalid(
  suite: DkgSuite,
  hostpubkeys: readonly Uint8Array[],
  transcript: Uint8Array,
  signatures: readonly Uint8Array[],
): number | undefined {
  const host: Group = suite.host;
  return firstBroken(
    host,
    hostpubkeys.map((key, id) =>
      equationOf(host, {
        publicKey: key.subarray(1),
        message: messageFor(suite, id, transcript),
        signature: signatures[id]!,
      }),
    ),
  );
}

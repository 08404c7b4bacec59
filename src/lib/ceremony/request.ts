import { outputAt } from '../bitcoin/branches.ts';
import { sighashesOf } from '../bitcoin/sighash.ts';
import { MAX_ITEMS, spendReader } from '../bitcoin/spend.ts';
import { xOnly } from '../crypto/bip340.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { decodePoint } from '../crypto/decode.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { isFault } from '../crypto/faults.ts';
import { bytes, list, moment, nullable, text, variant, type Read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { GroupId } from './card.ts';
import type { CertifiedKeys } from './keygen.ts';
import { testMessage } from './messages.ts';

/*
 * Requests: what a group is asked to sign. Each is typed and says everything; the bytes to be signed
 * are computed from it by every signer. Requests of one kind are signed together as a batch.
 */

const common = {
  /** What it is for, in the proposer's words. */
  purpose: text(200, 1),
  /** ms since 1970: no share leaves later. */
  expires: moment,
};

/** A request as it stands in packets. */
export const requestReader = variant({
  /** Both keys sign that nothing is to be done. `salt` keeps two tests apart. */
  test: { ...common, salt: bytes(16) },
  /** The custody key signs a transaction of the group's bitcoin. */
  spend: {
    ...common,
    /** Random: stands for what is paid for. It is paid once, by this transaction or a replacement. */
    payment: bytes(16),
    /** The digest of the request that this one replaces. */
    replaces: nullable(bytes(32)),
    transaction: spendReader,
  },
});
/** What a group is asked to sign. */
export type Request = Read<typeof requestReader>;
export type Kind = Request['kind'];
export type RequestOf<K extends Kind> = Extract<Request, { kind: K }>;

/** Requests that are signed in one session. */
export const batchReader = list(requestReader, MAX_ITEMS, 1);
export type Batch = Read<typeof batchReader>;

/** The most signatures one session makes: nonces and shares of all of them fit one packet. */
export const MAX_SIGNATURES = 300;

/** Which keys a request is for. */
export interface Under {
  readonly id: GroupId;
  readonly keys: CertifiedKeys;
}

/** 32 bytes: binds network, group, epoch, keys, kind and every field of the request. */
export const requestDigest = ({ id, keys }: Under, request: Request): Bytes =>
  taggedHash(
    tags.request,
    toCbor({ version: 1, id: { ...id }, certified: keys.hash, request: { ...request } }),
  );

/** 32 bytes that stand for a list of requests, by their digests. */
export const batchRoot = (digests: readonly Uint8Array[]): Bytes =>
  taggedHash(tags.requests, ...digests);

/** How many signatures a request needs. */
export const signatureCount = (request: Request): number =>
  request.kind === 'spend' ? request.transaction.inputs.length : 2;

/** One signature that a request needs. */
export interface Unit {
  readonly suite: 'custody' | 'attestation';
  readonly message: Bytes;
  /** What signers apply to the threshold key, in order; none for attestations. */
  readonly tweaks: readonly Bytes[];
  readonly isXonly: readonly boolean[];
  /** What the signature verifies under, 32 bytes. */
  readonly key: Bytes;
}

/**
 * What is to be signed for a request, computed from it alone: its messages and keys. Undefined where
 * no key can be derived on a path, which nobody can bring about.
 */
export function unitsOf(
  { secp256k1 }: Groups,
  { id, keys }: Under,
  request: Request,
): readonly Unit[] | undefined {
  const { threshPk } = keys.custody;
  if (request.kind === 'test') {
    const message = testMessage(requestDigest({ id, keys }, request));
    const key = xOnly(decodePoint(secp256k1, threshPk)!);
    const plain = { message, tweaks: [], isXonly: [] };
    return [
      { suite: 'custody', key, ...plain },
      { suite: 'attestation', key: keys.attestation.threshPk.slice(), ...plain },
    ];
  }
  const { transaction } = request;
  const sighashes = sighashesOf(secp256k1, threshPk, transaction);
  if (isFault(sighashes)) return undefined;
  const units: Unit[] = [];
  for (const [i, { path }] of transaction.inputs.entries()) {
    const output = outputAt(secp256k1, threshPk, path);
    if (isFault(output)) return undefined;
    const { tweaks, isXonly, outputKey: key } = output;
    units.push({ suite: 'custody', message: sighashes[i]!, tweaks, isXonly, key });
  }
  return units;
}

/** 32 bytes that stand for everything to be signed, in order. */
export const messagesHash = (units: readonly Unit[]): Bytes =>
  taggedHash(tags.messages, toCbor(units.map(({ suite, message }) => [suite, message])));

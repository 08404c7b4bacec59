import { outputAt } from '../bitcoin/branches.ts';
import { sighashesOf } from '../bitcoin/sighash.ts';
import { MAX_ITEMS, MAX_SAT, spendReader, type Spend } from '../bitcoin/spend.ts';
import { xOnly } from '../crypto/bip340.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { decodePoint } from '../crypto/decode.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { isFault } from '../crypto/faults.ts';
import {
  bytes,
  integer,
  list,
  moment,
  nullable,
  record,
  text,
  variant,
  type Read,
} from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { burnReader } from '../wire/burn-record.ts';
import { consolidationBytes, feeUtxoReader, MAX_CONSOLIDATED } from '../wire/fees.ts';
import { attestationBytes, expiryOf, mintNonce, type Attestation } from '../wire/mint.ts';
import type { GroupId } from './card.ts';
import type { CertifiedKeys } from './keygen.ts';
import { testMessage } from './messages.ts';
import { validityReader } from './rules.ts';

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

const u32 = integer(0, 0xffff_ffff);

/** The most withdrawals that one transaction pays. */
export const MAX_WITHDRAWALS = 10;

/** One withdrawal: what was burned on the bridge, and the output that pays for it. */
const withdrawal = record({
  burn: burnReader,
  /** Stands for the proof of the burn (`checkBurnProof`). */
  proof: bytes(32),
  /** Which output of the transaction pays amount − fee to the script. */
  output: integer(0, 99),
});
export type Withdrawal = Read<typeof withdrawal>;

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
  /** The attestation key signs that a deposit was made, so that the bridge mints what it is worth. */
  mint: {
    ...common,
    /** The deposit's output; the id as it stands in a transaction's bytes. */
    txid: bytes(32),
    vout: u32,
    /** Whom the deposit address is bound to: the hash of their public key, and its number. */
    recipient: bytes(32),
    index: integer(0, 2 ** 31 - 1),
    /** All of the output, in sat. */
    amount: integer(1, MAX_SAT),
    /** The time of the block that confirmed it, in s. */
    mined: u32,
    /** The schedule: how long an issue is valid, in s, and which issue this is. */
    validity: validityReader,
    issue: integer(0, 100_000),
  },
  /** The custody key pays withdrawals whose tokens were burned on the bridge. */
  burn: {
    ...common,
    replaces: nullable(bytes(32)),
    withdrawals: list(withdrawal, MAX_WITHDRAWALS, 1),
    transaction: spendReader,
  },
  /** The custody key gathers fees from the fee reservoir at the group's first receive address. */
  fees: { ...common, replaces: nullable(bytes(32)), transaction: spendReader },
  /** The attestation key signs that fee UTXOs of the bridge become one. */
  consolidation: { ...common, inputs: list(feeUtxoReader, MAX_CONSOLIDATED, 1) },
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
export const requestDigest = (
  { id, keys }: { readonly id: GroupId; readonly keys: Pick<CertifiedKeys, 'hash'> },
  request: Request,
): Bytes =>
  taggedHash(
    tags.request,
    toCbor({ version: 1, id: { ...id }, certified: keys.hash, request: { ...request } }),
  );

/** 32 bytes that stand for a list of requests, by their digests. */
export const batchRoot = (digests: readonly Uint8Array[]): Bytes =>
  taggedHash(tags.requests, ...digests);

/** The transaction that a request asks the custody key to sign; undefined where it asks for none. */
export const transactionOf = (request: Request): Spend | undefined =>
  'transaction' in request ? request.transaction : undefined;

/** What the bridge is told of a deposit, all of it a function of the deposit and the schedule. */
export const attestationOf = (
  { id }: Pick<Under, 'id'>,
  { txid, vout, recipient, amount, mined, validity, issue }: RequestOf<'mint'>,
): Attestation => ({
  txid,
  vout,
  recipient,
  amount,
  nonce: mintNonce(id.network, txid, vout),
  expiry: expiryOf({ validity }, mined, issue),
});

/** Which keys sign requests of a kind. */
export const suitesOf: Readonly<Record<Kind, readonly Unit['suite'][]>> = {
  test: ['custody', 'attestation'],
  spend: ['custody'],
  mint: ['attestation'],
  burn: ['custody'],
  fees: ['custody'],
  consolidation: ['attestation'],
};

/** How many signatures a request needs. */
export const signatureCount = (request: Request): number =>
  transactionOf(request)?.inputs.length ?? suitesOf[request.kind].length;

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
  const attested = (message: Bytes): Unit => ({
    suite: 'attestation',
    message,
    tweaks: [],
    isXonly: [],
    key: keys.attestation.threshPk.slice(),
  });
  if (request.kind === 'test') {
    const message = testMessage(requestDigest({ id, keys }, request));
    const key = xOnly(decodePoint(secp256k1, threshPk)!);
    return [{ suite: 'custody', key, message, tweaks: [], isXonly: [] }, attested(message)];
  }
  if (request.kind === 'mint') return [attested(attestationBytes(attestationOf({ id }, request)))];
  if (request.kind === 'consolidation') {
    const { network, group, epoch } = id;
    return [attested(consolidationBytes({ network, group, epoch, inputs: request.inputs }))];
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

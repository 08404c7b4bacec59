import type { Group, Point, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { hasEvenY, verify, xOnly } from './bip340.ts';
import { be32, be64, concat, equal, wipe, xor, type Bytes } from './bytes.ts';
import { decodeNonzeroScalar, decodePoint, decodePointOrIdentity, decodeScalar } from './decode.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { validateSigners, type SignersContext } from './frost-signers.ts';
import { interpolatingValue } from './lagrange.ts';
import { unfitRandomness } from './randomness.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/*
 * FROST signing for BIP 340 (BIP 445), for the custody key. Operators are named by id, from 0.
 *
 * Deterministic signing is left out on purpose: a nonce here is always fresh randomness.
 */

/** The drafts of BIP 445 differ in the nonce coefficient; a session is signed under exactly one. */
export type Draft = '0.6.0' | '0.10.0';

// Tweaks (“TweakContext”)

export interface TweakContext {
  /** The tweaked key; gacc and tacc say how a share of the untweaked key becomes one of this. */
  readonly Q: Point;
  readonly gacc: Scalar;
  readonly tacc: Scalar;
}

/** Applies plain (BIP 32) and x-only (BIP 341) tweaks in order (“ThreshPubkeyAndTweak”). */
export function applyTweaks(
  group: Group,
  threshPk: Uint8Array,
  tweaks: readonly Uint8Array[],
  isXonly: readonly boolean[],
): TweakContext | Fault {
  if (tweaks.length !== isXonly.length) return fault('tweak-modes-differ');
  const one = group.scalarFromNumber(1);
  let Q = decodePoint(group, threshPk);
  if (!Q) return fault('thresh-pk-invalid');
  let gacc = one;
  let tacc = group.scalarFromNumber(0);
  for (const [i, bytes] of tweaks.entries()) {
    if (bytes.length !== 32) return fault('tweak-length');
    const g = isXonly[i] && !hasEvenY(Q) ? group.scalarNegate(one) : one;
    const tweak = decodeScalar(group, bytes);
    if (!tweak) return fault('tweak-out-of-range');
    Q = group.mulAddVar(g, Q, tweak);
    if (group.isIdentity(Q)) return fault('tweak-cancels-key');
    gacc = group.scalarMul(g, gacc);
    tacc = group.scalarAdd(tweak, group.scalarMul(g, tacc));
  }
  return { Q, gacc, tacc };
}

// Nonces

/** What goes into a nonce besides randomness; the more is known, the better it is protected. */
export interface NonceInput {
  /** 32 fresh random bytes. */
  readonly rand: Uint8Array;
  readonly secshare?: Scalar | undefined;
  /** 33 bytes. */
  readonly pubshare?: Uint8Array | undefined;
  /** The key signed for, after tweaks: 32 bytes. */
  readonly threshPk?: Uint8Array | undefined;
  readonly msg?: Uint8Array | undefined;
  readonly extraIn?: Uint8Array | undefined;
}

/**
 * Makes a nonce (“NonceGen”). `secnonce` (64 bytes) is secret and is good for one `sign`, which
 * wipes it; `pubnonce` (66 bytes) goes to the others.
 * Faults: those of `unfitRandomness`, of 32 bytes; `input-length` of the share.
 */
export function nonceGen(
  group: Group,
  input: NonceInput,
): { secnonce: Bytes; pubnonce: Bytes } | Fault {
  expectSecrets('nonce', group);
  const nothing = new Uint8Array(0);
  const { rand, secshare, pubshare = nothing, threshPk = nothing, msg, extraIn = nothing } = input;
  const unfit = unfitRandomness(rand, 32);
  if (unfit) return unfit;
  if (secshare && secshare.length !== 32) return fault('input-length', [], 'secret share');
  const seed = secshare ? xor(secshare, taggedHash(tags.frostAux, rand)) : rand.slice();
  const [k1, k2] = [0, 1].map((i) => {
    const hash = taggedHash(
      tags.frostNonce,
      seed,
      concat(Uint8Array.of(pubshare.length), pubshare),
      concat(Uint8Array.of(threshPk.length), threshPk),
      msg ? concat(Uint8Array.of(1), be64(msg.length), msg) : Uint8Array.of(0),
      concat(be32(extraIn.length), extraIn),
      Uint8Array.of(i),
    );
    const k = group.scalarFromBytesWrapping(hash);
    wipe(hash);
    return k;
  }) as [Scalar, Scalar];
  const secnonce = concat(k1, k2);
  const pubnonce = pubnonceOf(group, k1, k2);
  wipe(seed, k1, k2);
  return { secnonce, pubnonce };
}

const pubnonceOf = (group: Group, k1: Scalar, k2: Scalar): Bytes =>
  concat(group.pointToBytes(group.mulBase(k1)), group.pointToBytes(group.mulBase(k2)));

/**
 * Adds up the public nonces (66 bytes each) of these ids (“NonceAgg”). Returns 66 bytes.
 * Fault: `signing-pubnonce-invalid`, `signer-lists-differ`.
 */
export function nonceAgg(
  group: Group,
  ids: readonly number[],
  pubnonces: readonly Uint8Array[],
): Bytes | Fault {
  if (ids.length !== pubnonces.length) return fault('signer-lists-differ', [], 'public nonces');
  const aggregate: Bytes[] = [];
  for (const half of [0, 33]) {
    let sum = group.identity;
    for (const [i, pubnonce] of pubnonces.entries()) {
      const R = pubnonce.length === 66 && decodePoint(group, pubnonce.subarray(half, half + 33));
      if (!R) return fault('signing-pubnonce-invalid', [ids[i]!]);
      sum = group.add(sum, R);
    }
    aggregate.push(group.pointToBytes(sum));
  }
  return concat(...aggregate);
}

// Session (“SessionContext” and “GetSessionValues”)

export interface SessionContext {
  readonly draft: Draft;
  /** 66 bytes. */
  readonly aggnonce: Uint8Array;
  readonly signers: SignersContext;
  readonly tweaks: readonly Uint8Array[];
  readonly isXonly: readonly boolean[];
  readonly msg: Uint8Array;
}

/** A validated session; every signer computes it, and only this, from the same context. */
export interface SigningSession extends TweakContext {
  readonly context: SessionContext;
  readonly pubshares: readonly Point[];
  /** The nonce coefficient, the final nonce and the challenge. */
  readonly b: Scalar;
  readonly R: Point;
  readonly e: Scalar;
}

/**
 * The coefficient that binds the second nonces to signers, nonces, key and message. This function is
 * all that differs between the drafts: since 0.10 it also hashes the number of signers.
 */
export function nonceCoefficient(
  group: Group,
  draft: Draft,
  ids: readonly number[],
  aggnonce: Uint8Array,
  Q: Point,
  msg: Uint8Array,
): Scalar {
  const count = draft === '0.6.0' ? [] : [be32(ids.length)];
  const sorted = [...ids].sort((a, b) => a - b).map(be32);
  return group.scalarFromBytesWrapping(
    taggedHash(tags.frostNonceCoefficient, ...count, ...sorted, aggnonce, xOnly(Q), msg),
  );
}

/** Validates a session. Faults: those of `validateSigners` and `applyTweaks`; `aggnonce-invalid`. */
export function openSigning(group: Group, context: SessionContext): SigningSession | Fault {
  const { draft, aggnonce, signers, tweaks, isXonly, msg } = context;
  const pubshares = validateSigners(group, signers);
  if (isFault(pubshares)) return pubshares;
  const tweaked = applyTweaks(group, signers.threshPk, tweaks, isXonly);
  if (isFault(tweaked)) return tweaked;
  const { Q } = tweaked;
  const b = nonceCoefficient(group, draft, signers.ids, aggnonce, Q, msg);
  const [R1, R2] = [aggnonce.subarray(0, 33), aggnonce.subarray(33)].map((half) =>
    decodePointOrIdentity(group, half),
  );
  if (!R1 || !R2) return fault('aggnonce-invalid');
  const sum = group.multiScalarVar([group.scalarFromNumber(1), b], [R1, R2]);
  // Only a cheat makes the nonces cancel out; going on with B names the culprit by a wrong share.
  const R = group.isIdentity(sum) ? group.base : sum;
  const e = group.scalarFromBytesWrapping(
    taggedHash(tags.bip340Challenge, xOnly(R), xOnly(Q), msg),
  );
  return { ...tweaked, context, pubshares, b, R, e };
}

/** e · λ · (±1): what a signer's untweaked share, or public share, is multiplied with. */
function shareFactor(group: Group, session: SigningSession, id: number): Scalar {
  const { e, Q, gacc, context } = session;
  const lambda = interpolatingValue(group, context.signers.ids, id);
  const factor = group.scalarMul(group.scalarMul(e, lambda), gacc);
  return hasEvenY(Q) ? factor : group.scalarNegate(factor);
}

// Signature shares

/**
 * Signs (“Sign”): 32 bytes. Wipes `secnonce` before anything secret is combined, so a second call
 * with it fails.
 *
 * Faults: `secnonce-spent`, `secshare-out-of-range`, `own-pubshare-missing`, `own-id-missing`,
 * `own-psig-wrong`.
 */
export function sign(
  group: Group,
  session: SigningSession,
  secnonce: Uint8Array,
  secshare: Uint8Array,
  id: number,
): Bytes | Fault {
  const { b, R, context, pubshares } = session;
  expectSecrets('sign', group);
  if (secnonce.length !== 64) return fault('input-length', [], 'secret nonce');
  const k1 = decodeNonzeroScalar(group, secnonce.subarray(0, 32));
  if (!k1) return fault('secnonce-spent', [], 'first half');
  const k2 = decodeNonzeroScalar(group, secnonce.subarray(32));
  if (!k2) return fault('secnonce-spent', [], 'second half');
  wipe(secnonce);

  const d = decodeNonzeroScalar(group, secshare);
  if (!d) return fault('secshare-out-of-range');
  const P = group.mulBase(d);
  const position = context.signers.ids.indexOf(id);
  if (!pubshares.some((pubshare) => equal(pubshare, P))) return fault('own-pubshare-missing');
  if (position < 0) return fault('own-id-missing');
  // The specification only asks for both to be somewhere in the lists; apart they make no sense.
  if (!equal(pubshares[position]!, P)) return fault('own-pubshare-missing', [id]);

  const bk2 = group.scalarMul(b, k2);
  const nonce = group.scalarAdd(k1, bk2);
  const signedNonce = hasEvenY(R) ? nonce : group.scalarNegate(nonce);
  const share = group.scalarMul(shareFactor(group, session, id), d);
  const psig = group.scalarAdd(signedNonce, share);
  const pubnonce = pubnonceOf(group, k1, k2);
  wipe(k1, k2, d, bk2, nonce, signedNonce, share);
  if (partialSigVerify(group, session, psig, pubnonce, id)) return psig;
  wipe(psig);
  return fault('own-psig-wrong');
}

/** Whether `psig` is the share of signer `id` who announced `pubnonce` (“PartialSigVerify”). */
export function partialSigVerify(
  group: Group,
  session: SigningSession,
  psig: Uint8Array,
  pubnonce: Uint8Array,
  id: number,
): boolean {
  const { b, R, context, pubshares } = session;
  const s = decodeScalar(group, psig);
  const position = context.signers.ids.indexOf(id);
  const R1 = decodePoint(group, pubnonce.subarray(0, 33));
  const R2 = decodePoint(group, pubnonce.subarray(33));
  if (!s || position < 0 || !R1 || !R2) return false;
  const one = group.scalarFromNumber(1);
  const [r1, r2] = hasEvenY(R) ? [one, b] : [group.scalarNegate(one), group.scalarNegate(b)];
  // s·B = ±(R1 + b·R2) + factor·P
  const implied = group.multiScalarVar(
    [r1, r2, shareFactor(group, session, id)],
    [R1, R2, pubshares[position]!],
  );
  return equal(group.mulAddVar(group.scalarFromNumber(0), group.base, s), implied);
}

/**
 * Adds up the signature shares of all signers, in the order of the ids (“PartialSigAgg”): the
 * 64-byte BIP-340 signature under the tweaked key. Faults: `signer-lists-differ`, `psig-malformed`.
 */
export function partialSigAgg(
  group: Group,
  { Q, tacc, R, e, context }: SigningSession,
  psigs: readonly Uint8Array[],
): Bytes | Fault {
  const { ids } = context.signers;
  if (psigs.length !== ids.length) return fault('signer-lists-differ', [], 'signature shares');
  const tweakPart = group.scalarMul(e, tacc);
  let s = hasEvenY(Q) ? tweakPart : group.scalarNegate(tweakPart);
  for (const [i, psig] of psigs.entries()) {
    const share = decodeScalar(group, psig);
    if (!share) return fault('psig-malformed', [ids[i]!]);
    s = group.scalarAdd(s, share);
  }
  return concat(xOnly(R), s);
}

/**
 * As `partialSigAgg`, and verifies: a signature, or all signers whose shares are wrong. Accuses
 * nobody unless `pubnonces`, in the order of the ids, are the ones the session was opened with.
 * Faults: those of `partialSigAgg` and `nonceAgg`; `aggnonce-invalid`, `psig-wrong` (all culprits),
 * `signature-wrong`.
 */
export function aggregateVerified(
  group: Group,
  session: SigningSession,
  psigs: readonly Uint8Array[],
  pubnonces: readonly Uint8Array[],
): Bytes | Fault {
  const { signers, msg, aggnonce } = session.context;
  const signature = partialSigAgg(group, session, psigs);
  if (isFault(signature) || verify(group, xOnly(session.Q), msg, signature)) return signature;
  const sum = nonceAgg(group, signers.ids, pubnonces);
  if (isFault(sum)) return sum;
  if (!equal(sum, aggnonce)) return fault('aggnonce-invalid', [], 'not the sum of the nonces');
  const culprits = signers.ids.filter(
    (id, i) => !partialSigVerify(group, session, psigs[i]!, pubnonces[i]!, id),
  );
  return culprits.length > 0 ? fault('psig-wrong', culprits) : fault('signature-wrong');
}

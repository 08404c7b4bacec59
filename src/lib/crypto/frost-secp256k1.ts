import type { Group, Point, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { hasEvenY, verify, xOnly } from './bip340.ts';
import { be32, be64, concat, equal, wipe, xor, type Bytes } from './bytes.ts';
import { decodeNonzeroScalar, decodePoint, decodePointOrIdentity, decodeScalar } from './decode.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { validateSigners, type SignersContext } from './frost-signers.ts';
import { interpolatingValue } from './lagrange.ts';
import { MAX_OPERATORS } from './limits.ts';
import { unfitRandomness } from './randomness.ts';
import { applyTweaks, type TweakContext } from './frost-tweaks.ts';
import { taggedHash, tags } from './tagged-hash.ts';

/*
 * FROST signing for BIP 340 (BIP 445), for the custody key. Operators are named by id, from 0.
 *
 * Deterministic signing is left out on purpose: a nonce here is always fresh randomness.
 */

/** The drafts of BIP 445 differ in the nonce coefficient; a session is signed under exactly one. */
export const drafts = ['0.6.0', '0.10.0'] as const;
export type Draft = (typeof drafts)[number];

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

/** What all signers agree on besides the nonces. */
interface SigningRequest {
  readonly draft: Draft;
  readonly signers: SignersContext;
  readonly tweaks: readonly Uint8Array[];
  readonly isXonly: readonly boolean[];
  readonly msg: Uint8Array;
}

export interface SessionContext extends SigningRequest {
  /** The public nonces of all signers, in the order of `signers.ids`; 66 bytes each. */
  readonly pubnonces: readonly Uint8Array[];
}

/** The specification's own form: the nonces already added up (66 bytes) by a party to be trusted. */
export interface AggregatedContext extends SigningRequest {
  readonly aggnonce: Uint8Array;
}

/**
 * A validated session; every signer computes it, and only this, from the same context. Its bytes are
 * copies: what becomes of the caller's does not change what is signed.
 */
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
  const sorted = [...ids].sort((a, b) => a - b).map(be32);
  const hash = (...count: Uint8Array[]) =>
    group.scalarFromBytesWrapping(
      taggedHash(tags.frostNonceCoefficient, ...count, ...sorted, aggnonce, xOnly(Q), msg),
    );
  switch (draft) {
    case '0.6.0':
      return hash();
    case '0.10.0':
      return hash(be32(ids.length));
  }
}

/** The sessions opened here, from every signer's nonces; no other object is signed under. */
const opened = new WeakSet<SigningSession>();

/**
 * Opens a session: validates it and adds up the nonces, so that nobody has to be believed about their
 * sum. Faults: those of `validateSigners`, `applyTweaks` and `nonceAgg`; `draft-unknown`,
 * `aggnonce-invalid`.
 */
export function openSigning(
  group: Group,
  given: SessionContext,
  maxOperators = MAX_OPERATORS,
): SigningSession | Fault {
  const context = structuredClone(given);
  const pubshares = validateSigners(group, context.signers, maxOperators);
  if (isFault(pubshares)) return pubshares;
  const aggnonce = nonceAgg(group, context.signers.ids, context.pubnonces);
  if (isFault(aggnonce)) return aggnonce;
  const values = openAggregated(group, { ...context, aggnonce }, maxOperators);
  if (isFault(values)) return values;
  const session = Object.freeze({ ...values, context });
  opened.add(session);
  return session;
}

/** A session whose nonces were added up by somebody else. */
export interface AggregatedSession extends Omit<SigningSession, 'context'> {
  readonly context: AggregatedContext;
}

/**
 * Validates a session in the specification's own form (“GetSessionValues”). Shares can be verified
 * and added up in it, but `sign` refuses it: whether our nonce is in the sum cannot be seen.
 * Faults: those of `validateSigners` and `applyTweaks`; `draft-unknown`, `aggnonce-invalid`.
 */
export function openAggregated(
  group: Group,
  context: AggregatedContext,
  maxOperators = MAX_OPERATORS,
): AggregatedSession | Fault {
  const { draft, aggnonce, signers, tweaks, isXonly, msg } = context;
  if (!drafts.includes(draft)) return fault('draft-unknown', [], draft);
  const pubshares = validateSigners(group, signers, maxOperators);
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

type AnySession = SigningSession | AggregatedSession;

/** e · λ · (±1): what a signer's untweaked share, or public share, is multiplied with. */
function shareFactor(group: Group, session: AnySession, id: number): Scalar {
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
 * Faults: `session-not-opened` (an object not from `openSigning`, or a copy), `secnonce-spent`,
 * `secshare-out-of-range`, `own-pubshare-missing`, `own-id-missing`, `own-nonce-missing` (the session
 * holds another public nonce of ours), `own-psig-wrong`.
 */
export function sign(
  group: Group,
  session: SigningSession,
  secnonce: Uint8Array,
  secshare: Uint8Array,
  id: number,
): Bytes | Fault {
  expectSecrets('sign', group);
  if (!opened.has(session)) return fault('session-not-opened');
  return signUnder(group, session, secnonce, secshare, id, session.context.pubnonces);
}

/**
 * “Sign” to the letter, for the specification's vectors: under an aggregate nonce that is believed.
 * Nothing in the program calls it. Faults: those of `sign` but `own-nonce-missing`.
 */
export function signAggregated(
  group: Group,
  session: AggregatedSession,
  secnonce: Uint8Array,
  secshare: Uint8Array,
  id: number,
): Bytes | Fault {
  expectSecrets('sign', group);
  return signUnder(group, session, secnonce, secshare, id, undefined);
}

function signUnder(
  group: Group,
  session: AnySession,
  secnonce: Uint8Array,
  secshare: Uint8Array,
  id: number,
  pubnonces: readonly Uint8Array[] | undefined,
): Bytes | Fault {
  if (secnonce.length !== 64) return fault('input-length', [], 'secret nonce');
  const k1 = decodeNonzeroScalar(group, secnonce.subarray(0, 32));
  const k2 = decodeNonzeroScalar(group, secnonce.subarray(32));
  const d = decodeNonzeroScalar(group, secshare);
  try {
    if (!k1 || !k2) return fault('secnonce-spent', [], k1 ? 'second half' : 'first half');
    wipe(secnonce);
    if (!d) return fault('secshare-out-of-range');
    const P = group.mulBase(d);
    const position = session.context.signers.ids.indexOf(id);
    if (!session.pubshares.some((pubshare) => equal(pubshare, P)))
      return fault('own-pubshare-missing');
    if (position < 0) return fault('own-id-missing');
    // The specification only asks for both to be somewhere in the lists; apart they make no sense.
    if (!equal(session.pubshares[position]!, P)) return fault('own-pubshare-missing', [id]);
    const pubnonce = pubnonceOf(group, k1, k2);
    if (pubnonces && !equal(pubnonces[position]!, pubnonce)) return fault('own-nonce-missing');
    const psig = shareOf(group, session, { k1, k2, d }, id);
    if (partialSigVerify(group, session, psig, pubnonce, id)) return psig;
    wipe(psig);
    return fault('own-psig-wrong');
  } finally {
    for (const secret of [k1, k2, d]) if (secret) wipe(secret);
  }
}

/** ±(k1 + b·k2) + factor·d. The caller wipes the secrets. */
function shareOf(
  group: Group,
  session: AnySession,
  { k1, k2, d }: Readonly<Record<'k1' | 'k2' | 'd', Scalar>>,
  id: number,
): Scalar {
  const bk2 = group.scalarMul(session.b, k2);
  const nonce = group.scalarAdd(k1, bk2);
  const negated = group.scalarNegate(nonce);
  const share = group.scalarMul(shareFactor(group, session, id), d);
  const psig = group.scalarAdd(hasEvenY(session.R) ? nonce : negated, share);
  wipe(bk2, nonce, negated, share);
  return psig;
}

/** Whether `psig` is the share of signer `id` who announced `pubnonce` (“PartialSigVerify”). */
export function partialSigVerify(
  group: Group,
  session: AnySession,
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
  { Q, tacc, R, e, context }: AnySession,
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
 * As `partialSigAgg`, and verifies: a signature, or all signers whose shares are wrong. Faults: those
 * of `partialSigAgg`; `psig-wrong` (all culprits), `signature-wrong`.
 */
export function aggregateVerified(
  group: Group,
  session: SigningSession,
  psigs: readonly Uint8Array[],
): Bytes | Fault {
  const { signers, msg, pubnonces } = session.context;
  const signature = partialSigAgg(group, session, psigs);
  if (isFault(signature) || verify(group, xOnly(session.Q), msg, signature)) return signature;
  const culprits = signers.ids.filter(
    (id, i) => !partialSigVerify(group, session, psigs[i]!, pubnonces[i]!, id),
  );
  return culprits.length > 0 ? fault('psig-wrong', culprits) : fault('signature-wrong');
}

import { sha512 } from '@noble/hashes/sha2.js';
import type { Group, Point, Scalar } from '../wasm/group.ts';
import { expectSecrets } from '../wasm/secrets.ts';
import { concat, equal, wipe, type Bytes } from './bytes.ts';
import { decodeNonzeroScalar, decodePoint, decodeScalar } from './decode.ts';
import { ed25519Challenge, ed25519Verify } from './ed25519-verify.ts';
import { fault, isFault, type Fault } from './faults.ts';
import { validateSigners, type SignersContext } from './frost-signers.ts';
import { interpolatingValue } from './lagrange.ts';
import { MAX_OPERATORS } from './limits.ts';
import { unfitRandomness } from './randomness.ts';
import { xOf } from './vss.ts';

/*
 * FROST(Ed25519, SHA-512) of RFC 9591, for the attestation key. Operators are named by id, from 0;
 * the RFC's identifier is id + 1. Section numbers are the RFC's.
 */

// 6.1 The ciphersuite's hashes. H2 has no prefix: the result is an ordinary Ed25519 signature.

const utf8 = new TextEncoder();
const prefix = (label: string) => utf8.encode(`FROST-ED25519-SHA512-v1${label}`);
const [RHO, NONCE, MSG, COM] = ['rho', 'nonce', 'msg', 'com'].map(prefix) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

const H1 = (group: Group, m: Uint8Array) => group.scalarFromBytesWide(sha512(concat(RHO, m)));
const H4 = (m: Uint8Array) => sha512(concat(MSG, m));
const H5 = (m: Uint8Array) => sha512(concat(COM, m));

function H3(group: Group, m: Uint8Array): Scalar {
  const input = concat(NONCE, m);
  const wide = sha512(input);
  const scalar = group.scalarFromBytesWide(wide);
  wipe(input, wide);
  return scalar;
}

// 4.1 and 5.1 Nonces and commitments

/**
 * Makes a nonce (“commit”) from 64 fresh random bytes and the share. `secnonce` (64 bytes) is secret
 * and good for one `sign`, which wipes it; `pubnonce` (64 bytes) goes to the others.
 * Faults: those of `unfitRandomness`, of 64 bytes; `input-length` of the share.
 */
export function nonceGen(
  group: Group,
  secshare: Scalar,
  randomness: Uint8Array,
): { secnonce: Bytes; pubnonce: Bytes } | Fault {
  expectSecrets('nonce', group);
  const unfit = unfitRandomness(randomness, 64);
  if (unfit) return unfit;
  if (secshare.length !== 32) return fault('input-length', [], 'secret share');
  const [hiding, binding] = [0, 32].map((offset) => {
    const input = concat(randomness.subarray(offset, offset + 32), secshare);
    const nonce = H3(group, input);
    wipe(input);
    return nonce;
  }) as [Scalar, Scalar];
  const secnonce = concat(hiding, binding);
  const pubnonce = pubnonceOf(group, hiding, binding);
  wipe(hiding, binding);
  return { secnonce, pubnonce };
}

const pubnonceOf = (group: Group, hiding: Scalar, binding: Scalar): Bytes =>
  concat(group.pointToBytes(group.mulBase(hiding)), group.pointToBytes(group.mulBase(binding)));

// Session

export interface SessionContext {
  readonly signers: SignersContext;
  /** The commitments of all signers, in the order of `signers.ids`; 64 bytes each. */
  readonly pubnonces: readonly Uint8Array[];
  readonly msg: Uint8Array;
}

interface Commitment {
  readonly id: number;
  readonly pubnonce: Uint8Array;
  readonly hiding: Point;
  readonly binding: Point;
  readonly pubshare: Point;
  readonly bindingFactor: Scalar;
}

/** A validated session; every signer computes it from the same context. Its bytes are copies. */
export interface SigningSession {
  readonly context: SessionContext;
  readonly commitments: ReadonlyMap<number, Commitment>;
  /** The group commitment, decoded and encoded, and the challenge. */
  readonly R: Point;
  readonly r: Bytes;
  readonly challenge: Scalar;
}

/** The sessions opened here; no other object is signed under. */
const opened = new WeakSet<SigningSession>();

const identifier = (group: Group, id: number) => group.scalarFromNumber(xOf(id));

/**
 * 4.3 to 4.6: validates a session and computes what all signers share.
 * Faults: those of `validateSigners`; `signer-lists-differ`, `signing-pubnonce-invalid`,
 * `aggnonce-invalid` (the nonces cancel out).
 */
export function openSigning(
  group: Group,
  given: SessionContext,
  maxOperators = MAX_OPERATORS,
): SigningSession | Fault {
  const context = structuredClone(given);
  const { signers, pubnonces, msg } = context;
  const pubshares = validateSigners(group, signers, maxOperators);
  if (isFault(pubshares)) return pubshares;
  if (pubnonces.length !== signers.ids.length)
    return fault('signer-lists-differ', [], 'public nonces');

  // 4.3 encode_group_commitment_list, sorted by identifier
  const decoded: Omit<Commitment, 'bindingFactor'>[] = [];
  for (const [i, id] of signers.ids.entries()) {
    const pubnonce = pubnonces[i]!;
    const hiding = decodePoint(group, pubnonce.subarray(0, 32));
    const binding = decodePoint(group, pubnonce.subarray(32));
    if (!hiding || !binding) return fault('signing-pubnonce-invalid', [id]);
    decoded.push({ id, pubnonce, hiding, binding, pubshare: pubshares[i]! });
  }
  decoded.sort((a, b) => a.id - b.id);
  const list = concat(...decoded.flatMap(({ id, pubnonce }) => [identifier(group, id), pubnonce]));

  // 4.4 compute_binding_factors
  const common = concat(signers.threshPk, H4(msg), H5(list));
  const commitments = decoded.map((one) => ({
    ...one,
    bindingFactor: H1(group, concat(common, identifier(group, one.id))),
  }));

  // 4.5 compute_group_commitment, 4.6 compute_challenge
  const one = group.scalarFromNumber(1);
  const R = group.multiScalarVar(
    commitments.flatMap(({ bindingFactor }) => [one, bindingFactor]),
    commitments.flatMap(({ hiding, binding }) => [hiding, binding]),
  );
  if (group.isIdentity(R)) return fault('aggnonce-invalid');
  const r = group.pointToBytes(R);
  const session = Object.freeze({
    context,
    commitments: new Map(commitments.map((commitment) => [commitment.id, commitment])),
    R,
    r,
    challenge: ed25519Challenge(group, r, signers.threshPk, msg),
  });
  opened.add(session);
  return session;
}

/** challenge · λ: what a signer's share is multiplied with. */
const shareFactor = (group: Group, { context, challenge }: SigningSession, id: number): Scalar =>
  group.scalarMul(challenge, interpolatingValue(group, context.signers.ids, id));

/**
 * 5.2 Signs: 32 bytes. Wipes `secnonce` before anything secret is combined, so a second call with it
 * fails.
 *
 * Faults: `session-not-opened` (an object not from `openSigning`, or a copy), `secnonce-spent`,
 * `secshare-out-of-range`, `own-id-missing`, `own-pubshare-missing`, `own-nonce-missing` (the session holds another commitment of ours), `own-psig-wrong`.
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
  if (secnonce.length !== 64) return fault('input-length', [], 'secret nonce');
  const hiding = decodeNonzeroScalar(group, secnonce.subarray(0, 32));
  const binding = decodeNonzeroScalar(group, secnonce.subarray(32));
  const d = decodeNonzeroScalar(group, secshare);
  try {
    if (!hiding || !binding) return fault('secnonce-spent');
    wipe(secnonce);
    if (!d) return fault('secshare-out-of-range');
    const own = session.commitments.get(id);
    if (!own) return fault('own-id-missing');
    if (!equal(group.mulBase(d), own.pubshare)) return fault('own-pubshare-missing', [id]);
    if (!equal(pubnonceOf(group, hiding, binding), own.pubnonce)) return fault('own-nonce-missing');

    const bound = group.scalarMul(binding, own.bindingFactor);
    const nonce = group.scalarAdd(hiding, bound);
    const share = group.scalarMul(shareFactor(group, session, id), d);
    const psig = group.scalarAdd(nonce, share);
    wipe(bound, nonce, share);
    if (partialSigVerify(group, session, psig, id)) return psig;
    wipe(psig);
    return fault('own-psig-wrong');
  } finally {
    for (const secret of [hiding, binding, d]) if (secret) wipe(secret);
  }
}

/** 5.4 Whether `psig` is the share of signer `id` (“verify_signature_share”). */
export function partialSigVerify(
  group: Group,
  session: SigningSession,
  psig: Uint8Array,
  id: number,
): boolean {
  const s = decodeScalar(group, psig);
  const signer = session.commitments.get(id);
  if (!s || !signer) return false;
  const implied = group.multiScalarVar(
    [group.scalarFromNumber(1), signer.bindingFactor, shareFactor(group, session, id)],
    [signer.hiding, signer.binding, signer.pubshare],
  );
  return equal(group.mulAddVar(group.scalarFromNumber(0), group.base, s), implied);
}

/**
 * 5.3 Adds up the shares of all signers, in the order of the ids, and verifies: the 64-byte Ed25519
 * signature. Faults: `signer-lists-differ`, `psig-malformed`, `psig-wrong` (all culprits),
 * `signature-wrong`.
 */
export function aggregateVerified(
  group: Group,
  session: SigningSession,
  psigs: readonly Uint8Array[],
): Bytes | Fault {
  const { ids, threshPk } = session.context.signers;
  if (psigs.length !== ids.length) return fault('signer-lists-differ', [], 'signature shares');
  let s = group.scalarFromNumber(0);
  for (const [i, psig] of psigs.entries()) {
    const share = decodeScalar(group, psig);
    if (!share) return fault('psig-malformed', [ids[i]!]);
    s = group.scalarAdd(s, share);
  }
  const signature = concat(session.r, s);
  if (ed25519Verify(group, threshPk, session.context.msg, signature)) return signature;
  const culprits = ids.filter((id, i) => !partialSigVerify(group, session, psigs[i]!, id));
  return culprits.length > 0 ? fault('psig-wrong', culprits) : fault('signature-wrong');
}

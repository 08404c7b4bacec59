import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad } from '@scure/base';
import { concat, equal, type Bytes } from './bytes.ts';
import { toCbor } from './cbor.ts';
import { bytes, read, record, type Read } from './schema.ts';

/*
 * WebAuthn (Level 3) as far as it concerns verifying: authenticator data (§6.1), client data
 * (§5.8.1) and assertions (§7.2) with ES256, the ECDSA of P-256 and SHA-256.
 */

/** An assertion: authenticator data, the client data's JSON as it was hashed, and a signature in DER. */
const assertion = record({
  authenticatorData: bytes(37, 1024),
  clientDataJSON: bytes(1, 2048),
  signature: bytes(8, 72),
});
export type Assertion = Read<typeof assertion>;

/** An assertion as one deterministic CBOR map. */
export const assertionToBytes = (parts: Assertion): Bytes => toCbor({ ...parts });

/** The flags of authenticator data, as bits. */
export const flags = {
  userPresent: 0x01,
  userVerified: 0x04,
  backupEligible: 0x08,
  attestedCredential: 0x40,
  extensions: 0x80,
} as const;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The flags byte of authenticator data made for this host name; undefined where it is another's. */
export function flagsFor(rpId: string, authenticatorData: Uint8Array): number | undefined {
  if (authenticatorData.length < 37) return undefined;
  const hash = sha256(utf8.encode(rpId));
  return equal(authenticatorData.subarray(0, 32), hash) ? authenticatorData[32] : undefined;
}

/**
 * Whether an encoded assertion answers a challenge (any length) under a P-256 key (65 bytes,
 * uncompressed) with a person present and verified. Any bytes; never throws.
 *
 * Policy: the host of the page that asked is exactly `rpId`, and no page of another origin framed
 * it. The signature is strict DER; high s is allowed, since keys make both, so a signature can be
 * turned into another valid one: compare statements, not signatures. Counters are not looked at.
 */
export function assertionHolds(
  key: Uint8Array,
  rpId: string,
  challenge: Uint8Array,
  encoded: Uint8Array,
): boolean {
  const parts = read(assertion, encoded);
  if (typeof parts === 'string') return false;
  const { authenticatorData, clientDataJSON, signature } = parts.value;
  return (
    isVerifiedPresence(rpId, authenticatorData) &&
    isAnswer(rpId, challenge, clientDataJSON) &&
    es256Holds(key, concat(authenticatorData, sha256(clientDataJSON)), signature)
  );
}

function isVerifiedPresence(rpId: string, authenticatorData: Uint8Array): boolean {
  const set = flagsFor(rpId, authenticatorData);
  if (set === undefined || set & flags.attestedCredential) return false;
  if (!(set & flags.userPresent) || !(set & flags.userVerified)) return false;
  return Boolean(set & flags.extensions) === authenticatorData.length > 37;
}

function isAnswer(rpId: string, challenge: Uint8Array, clientDataJSON: Uint8Array): boolean {
  try {
    const data = JSON.parse(strictUtf8.decode(clientDataJSON)) as Record<string, unknown> | null;
    return (
      data?.['type'] === 'webauthn.get' &&
      data['challenge'] === base64urlnopad.encode(challenge) &&
      typeof data['origin'] === 'string' &&
      new URL(data['origin']).hostname === rpId &&
      (data['crossOrigin'] ?? false) === false
    );
  } catch {
    return false; // not UTF-8, not JSON, or an origin that is none
  }
}

/** ECDSA over SHA-256(message) with a strict DER signature. */
function es256Holds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, message, key, { format: 'der', lowS: false });
  } catch {
    return false; // noble throws on malformed keys and signatures
  }
}

/** What stands before the point in the SubjectPublicKeyInfo (RFC 5480) of a P-256 key. */
// prettier-ignore
const SPKI_P256 = new Uint8Array([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
  0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
]);

/** The P-256 key (65 bytes, on the curve) in a SubjectPublicKeyInfo; undefined for anything else. */
export function p256FromSpki(spki: Uint8Array): Bytes | undefined {
  const start = SPKI_P256.length;
  if (spki.length !== start + 65 || !equal(spki.subarray(0, start), SPKI_P256)) return undefined;
  const key = spki.slice(start);
  return p256.utils.isValidPublicKey(key, false) ? key : undefined;
}

/** The SubjectPublicKeyInfo of a P-256 key (65 bytes, uncompressed). */
export const p256ToSpki = (key: Uint8Array): Bytes => concat(SPKI_P256, key);

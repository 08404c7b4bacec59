import { concat, type Bytes } from './bytes.ts';
import { bytes, text, variant, type Read } from './schema.ts';

/*
 * What a device signs when a person approves, and under which key. Such a key signs approvals and
 * nothing else.
 */

/** Reads a device's approval key. */
export const approvalKey = variant({
  /** RFC 8032, 32 bytes; signs `approvalMessage`. */
  ed25519: { key: bytes(32) },
  /** secp256k1, compressed, 33 bytes; signs the statement as a Bitcoin message (bitcoin-message.ts). */
  'bitcoin-message': { key: bytes(33) },
  /**
   * WebAuthn with ES256: a P-256 key, uncompressed (SEC 1, 65 bytes); the challenge of its assertions
   * is SHA-256(`approvalMessage`). `rpId` is the host name it was made for.
   */
  'webauthn-es256': { key: bytes(65), rpId: text(253, 1) },
});

/** A device's public key for approvals. */
export type ApprovalKey = Read<typeof approvalKey>;

/** What the displays of all devices can show in full, in characters. */
export const MAX_STATEMENT = 640;

const TAG = 'Conclave/approval v1';
const utf8 = new TextEncoder();

/** Whether every display can show a statement: 1 to 640 characters of printable ASCII or line feeds. */
export const statementFits = (statement: string): boolean =>
  statement.length <= MAX_STATEMENT && /^[\x20-\x7e\n]+$/.test(statement);

/**
 * The bytes that keys of this program's own format sign of a statement: a tag, then the statement as
 * it was shown. Undefined where it does not fit.
 */
export const approvalMessage = (statement: string): Bytes | undefined =>
  statementFits(statement) ? concat(utf8.encode(TAG), utf8.encode(statement)) : undefined;

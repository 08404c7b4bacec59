import { sha256 } from '@noble/hashes/sha2.js';
import { approvalMessage, type ApprovalKey } from '../crypto/approval-key.ts';
import { bitcoinMessageHolds } from '../crypto/bitcoin-message.ts';
import { ed25519Verify } from '../crypto/ed25519-verify.ts';
import { assertionHolds } from '../crypto/webauthn.ts';
import type { Group } from '../wasm/group.ts';

/**
 * Whether a device approved exactly this statement. A signature is 64 bytes, and for WebAuthn an
 * assertion (crypto/webauthn.ts) with challenge SHA-256(message). Any statement, any signature bytes;
 * never throws.
 */
export function verifyApproval(
  ed25519: Group,
  approvalKey: ApprovalKey,
  statement: string,
  signature: Uint8Array,
): boolean {
  const message = approvalMessage(statement);
  if (!message) return false;
  switch (approvalKey.kind) {
    case 'ed25519':
      return ed25519Verify(ed25519, approvalKey.key, message, signature);
    case 'bitcoin-message':
      return bitcoinMessageHolds(approvalKey.key, statement, signature);
    case 'webauthn-es256':
      return assertionHolds(approvalKey.key, approvalKey.rpId, sha256(message), signature);
  }
}

import { verifyApproval } from '../../src/lib/ceremony/approval.ts';
import type { ApprovalKey } from '../../src/lib/crypto/approval-key.ts';
import { jsGroup } from '../../src/lib/wasm/js-group.ts';

const ed25519 = jsGroup('ed25519');

/** `verifyApproval` with the JavaScript group: for tests of the devices, which may not import either. */
export const approvalHolds = (key: ApprovalKey, statement: string, signature: Uint8Array) =>
  verifyApproval(ed25519, key, statement, signature);

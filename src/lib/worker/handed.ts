/** What a signed attestation is handed over as: the bridge's JSON, and a proof that stands alone. */
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { attestationJson } from '../wire/mint.ts';
import { mintProofOf, type NoProof } from '../ceremony/mint-proof.ts';
import { attestationOf } from '../ceremony/request.ts';
import type { Signer } from './signer.ts';

/** A signed mint attestation. */
export interface HandedMint {
  /** As the bridge takes it. */
  readonly json: string;
  /** For anybody who checks it without a workspace, or why there is none. */
  readonly proof: Bytes | NoProof;
}

/** The signed attestation of a mint; undefined where it is not signed. */
export function mintedOf(
  seat: Pick<Signer, 'known' | 'requests'>,
  digest: Uint8Array,
): HandedMint | undefined {
  const known = seat.known();
  const requests = seat.requests();
  const item = requests?.items.get(toHex(digest));
  const [signature] = item?.signatures ?? [];
  const request = item?.request;
  if (!known || !requests || !item || request?.kind !== 'mint' || !signature) return undefined;
  const attestation = attestationOf(known, request);
  const session = requests.sessions.find(({ items }) => items.includes(item))!;
  return {
    json: attestationJson({
      attestation,
      id: toHex(digest).slice(0, 32),
      signature,
      createdAt: Math.floor(session.at / 1000),
    }),
    proof: proofOr(() => mintProofOf(known, requests.chain, request, signature)),
  };
}

/** The bridge needs the JSON alone: whatever keeps the proof from being made must not keep that back. */
function proofOr(make: () => Bytes | NoProof): Bytes | NoProof {
  try {
    return make();
  } catch {
    return 'failed';
  }
}

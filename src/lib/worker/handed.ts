/** What a signed attestation is handed over as: the bridge's JSON, and a proof that stands alone. */
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { attestationJson } from '../wire/mint.ts';
import { mintProofOf } from '../ceremony/mint-proof.ts';
import { attestationOf } from '../ceremony/request.ts';
import type { Signer } from './signer.ts';

/** A signed mint attestation. */
export interface HandedMint {
  /** As the bridge takes it. */
  readonly json: string;
  /** For anybody who checks it without a workspace; undefined where the evidence is not here. */
  readonly proof: Bytes | undefined;
}

/** The signed attestation of a mint; undefined where it is not signed. */
export function mintedOf(seat: Signer, digest: Uint8Array): HandedMint | undefined {
  const known = seat.known();
  const requests = seat.requests();
  const item = requests?.items.get(toHex(digest));
  const [signature] = item?.signatures ?? [];
  if (!known || !requests || item?.request.kind !== 'mint' || !signature) return undefined;
  const attestation = attestationOf(known, item.request);
  const session = requests.sessions.find(({ items }) => items.includes(item))!;
  return {
    json: attestationJson({
      attestation,
      id: toHex(digest).slice(0, 32),
      signature,
      createdAt: Math.floor(session.packet.at / 1000),
    }),
    proof: mintProofOf(known, requests.chain, item.request, signature),
  };
}

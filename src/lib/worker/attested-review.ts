/** What a person reviews of an attestation: every field, decoded from the bytes that are signed. */
import type { Bytes } from '../crypto/bytes.ts';
import { consolidatedUtxo, consolidationBytes, consolidationFields } from '../wire/fees.ts';
import { attestationBytes, attestationFields, readAttestation } from '../wire/mint.ts';
import { addressOfScript } from '../bitcoin/address.ts';
import { depositScript } from '../ceremony/findings.ts';
import { attestationOf, type Request } from '../ceremony/request.ts';
import type { Known } from '../ceremony/session.ts';
import { txidText } from './review.ts';

/** A range of the signed bytes, and what it says. */
export interface AttestedField {
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

/** What the attestation key signs for the bridge, as it is shown. */
export type AttestedReview = {
  /** What is signed, and where each field stands in it. */
  readonly bytes: Bytes;
  readonly fields: readonly AttestedField[];
} & (
  | {
      readonly of: 'mint';
      /** As decoded from the bytes; ids as they are written, in hex. */
      readonly txid: string;
      readonly vout: number;
      readonly recipient: Bytes;
      /** In sat. */
      readonly amount: number;
      readonly nonce: number;
      /** In s. */
      readonly expiry: number;
      /** The deposit address that is bound to the recipient and the index. */
      readonly address: string;
    }
  | {
      readonly of: 'consolidation';
      readonly total: number;
      /** What the fee UTXOs become: salt, 32 bytes. */
      readonly salt: Bytes;
    }
);

/** Reviews what the attestation key signs for the bridge; undefined for other requests. */
export function attestedOf(known: Known, request: Request): AttestedReview | undefined {
  if (request.kind === 'mint') {
    const bytes = attestationBytes(attestationOf(known, request));
    const read = readAttestation(bytes);
    if (typeof read === 'string') throw new Error(`An own attestation does not read: ${read}.`);
    const script = depositScript(known, request);
    const { txid, ...rest } = read;
    return {
      of: 'mint',
      bytes,
      fields: attestationFields,
      ...rest,
      txid: txidText(txid),
      address: (script && addressOfScript(known.id.network, script)) ?? '',
    };
  }
  if (request.kind !== 'consolidation') return undefined;
  const { network, group, epoch } = known.id;
  const consolidation = { network, group, epoch, inputs: request.inputs };
  const { amount, salt } = consolidatedUtxo(consolidation);
  return {
    of: 'consolidation',
    bytes: consolidationBytes(consolidation),
    fields: consolidationFields(request.inputs.length),
    total: amount,
    salt,
  };
}

/** What a person reviews of an attestation: every field, decoded from the bytes that are signed. */
import type { Bytes } from '../crypto/bytes.ts';
import {
  consolidatedUtxo,
  consolidationBytes,
  consolidationFields,
  feeUtxoId,
  inOrder,
  type ConsolidationField,
} from '../wire/fees.ts';
import type { PlacedField } from '../wire/fields.ts';
import {
  attestationBytes,
  attestationFields,
  readAttestation,
  type AttestationField,
} from '../wire/mint.ts';
import { addressOfScript } from '../bitcoin/address.ts';
import { depositScript } from '../ceremony/findings.ts';
import { attestationOf, type Request } from '../ceremony/request.ts';
import type { Known } from '../ceremony/session.ts';
import { txidText } from './review.ts';

/** What the attestation key signs for the bridge, as it is shown. Amounts in sat. */
export type AttestedReview =
  | {
      readonly of: 'mint';
      /** What is signed, and where each field stands in it. */
      readonly bytes: Bytes;
      readonly fields: readonly PlacedField<AttestationField>[];
      /** As decoded from the bytes; the id as it is written, in hex. */
      readonly txid: string;
      readonly vout: number;
      readonly recipient: Bytes;
      readonly amount: number;
      readonly nonce: number;
      /** In s. */
      readonly expiry: number;
      /** The deposit address that is bound to the recipient and the index. */
      readonly address: string;
    }
  | {
      readonly of: 'consolidation';
      readonly bytes: Bytes;
      readonly fields: readonly PlacedField<ConsolidationField>[];
      readonly network: string;
      readonly group: Bytes;
      readonly epoch: number;
      /** By ascending id, 32 bytes; `txid`: as the bridge names what made it. */
      readonly inputs: readonly {
        readonly id: Bytes;
        readonly amount: number;
        readonly txid: string;
      }[];
      /** What they become: 32 bytes each, and the sum. */
      readonly owner: Bytes;
      readonly asset: Bytes;
      readonly total: number;
      readonly salt: Bytes;
    };

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
  const { amount, ...into } = consolidatedUtxo(consolidation);
  return {
    of: 'consolidation',
    bytes: consolidationBytes(consolidation),
    fields: consolidationFields(request.inputs.length),
    network,
    group,
    epoch,
    inputs: inOrder(request.inputs).map((input) => ({
      id: feeUtxoId(input),
      amount: input.amount,
      txid: input.txid,
    })),
    ...into,
    total: amount,
  };
}

/** Every sentence about the requests in a record. */
import type { Kind } from '../../ceremony/request.ts';

export const recordRequestsText = {
  heading: 'Requests after the ceremony',
  help: 'As the log tells them, computed anew. An amount of bitcoin is what others get; change is not in it.',
  kinds: {
    test: 'Test signatures with both keys',
    spend: 'Spend',
    mint: 'Mint attestation',
    burn: 'Withdrawals of burned bitcoin',
    fees: 'Fees to ourselves',
    consolidation: 'Fee outputs of the bridge joined',
  } satisfies Record<Kind, string>,
  batch: 'Batch root',
  proposed: (who: string, at: string) => `proposed by ${who}, ${at}`,
  digest: 'Digest',
  purpose: 'Purpose',
  txid: 'Transaction',
  paid: 'Pays to others',
  fee: 'Fee',
  nullifiers: 'Burns paid (nullifiers)',
  amount: 'Attested amount',
  bytes: 'Attested bytes',
  state: 'State',
  signed: (who: string) => `Signed by ${who}.`,
  possibly: (who: string) =>
    `Possibly signed, for ever: shares of ${who} are out. No finished signature is in this log.`,
  unsigned: 'Not signed: no share is in this log.',
  signatures: 'Signatures, verified',
  reserved: 'Reserved by',
  objections: 'Objected',
  objection: (who: string, because: string) => (because ? `${who}: ${because}` : who),
  seen: 'Seen',
  sighting: (who: string, depth: number) =>
    depth === 0 ? `${who} handed it over` : `${who} saw it ${depth} deep`,
} as const;

import { txidOf } from '../bitcoin/transaction.ts';
import { toHex } from '../crypto/bytes.ts';
import { feeUtxoId } from '../wire/fees.ts';
import { attestationOf, transactionOf, type Request, type Under } from './request.ts';

/*
 * What a request claims: the outputs that it spends, and the things that it answers for. Each belongs
 * to one request, so that two quorums cannot pay or attest one thing twice.
 *
 * Whoever reserved a request may have helped to sign it, and a signature that exists can be used for
 * ever. So a later request for the same output or the same thing must be a replacement, and make it
 * impossible that both are confirmed: it spends an output that the first one spends, too. One
 * replacement may so take the place of several; where two requests split the group, it goes on.
 *
 * Two requests may ask for one transaction: in other words, for another thing, or with more time. They
 * are confirmed together, so neither ever excludes the other, and what one answers for stays answered.
 *
 * An attestation spends nothing, so nothing excludes it. It ends by its expiry alone: a deposit is
 * attested again only once the time that t operators agree on is past it. A consolidation has none.
 */

/** What can be answered for only once, and what can be spent only once. */
export const things = ['payment', 'deposit', 'nullifier', 'fee', 'outpoint'] as const;
export type Thing = (typeof things)[number];

/** A request's claim. */
export interface Claim {
  /** The request's digest in hex. */
  readonly digest: string;
  /** By name: its kind, a colon, and what it is, in hex. */
  readonly answers: ReadonlySet<string>;
  readonly outpoints: ReadonlySet<string>;
  readonly replaces: string | undefined;
  /** The id of the transaction that is asked for, in hex; undefined where none is. */
  readonly txid: string | undefined;
  /** When what is signed is worth nothing any more, in s; undefined: never. */
  readonly lapses: number | undefined;
}

/** An outpoint by name: its transaction's id as it stands in bytes, in hex, and its number. */
export const outpointName = ({ txid, vout }: { txid: Uint8Array; vout: number }): string =>
  `${toHex(txid)}:${vout}`;

/** What a burn is answered for by name. */
export const nullifierName = (nullifier: Uint8Array): string => `nullifier:${toHex(nullifier)}`;

function answersOf(request: Request): string[] {
  switch (request.kind) {
    case 'test':
    case 'fees':
      return [];
    case 'spend':
      return [`payment:${toHex(request.payment)}`];
    case 'mint':
      return [`deposit:${outpointName(request)}`];
    case 'burn':
      return request.withdrawals.map(({ burn }) => nullifierName(burn.nullifier));
    case 'consolidation':
      return request.inputs.map((input) => `fee:${toHex(feeUtxoId(input))}`);
  }
}

/** What a request claims; undefined where there is nothing to be done twice. */
export function claimOf(
  under: Pick<Under, 'id'>,
  request: Request,
  digest: Uint8Array,
): Claim | undefined {
  if (request.kind === 'test') return undefined;
  const replaces = 'replaces' in request ? request.replaces : null;
  const transaction = transactionOf(request);
  return {
    digest: toHex(digest),
    answers: new Set(answersOf(request)),
    outpoints: new Set((transaction?.inputs ?? []).map(outpointName)),
    replaces: replaces ? toHex(replaces) : undefined,
    txid: transaction && toHex(txidOf(transaction)),
    lapses: request.kind === 'mint' ? attestationOf(under, request).expiry : undefined,
  };
}

/** Whether both spend one output. */
export const overlap = (a: Claim, b: Claim): boolean =>
  [...a.outpoints].some((outpoint) => b.outpoints.has(outpoint));

/** Whether both ask for one transaction. */
export const sameTransaction = (a: Claim, b: Claim): boolean =>
  a.txid !== undefined && a.txid === b.txid;

/** Whether at most one of the two transactions can be confirmed. */
export const conflict = (a: Claim, b: Claim): boolean => overlap(a, b) && !sameTransaction(a, b);

/** Whether both ask for one transaction and answer for the same by it: twice is no more than once. */
export const repeats = (a: Claim, b: Claim): boolean =>
  sameTransaction(a, b) &&
  a.answers.size === b.answers.size &&
  [...a.answers].every((name) => b.answers.has(name));

/** Why a claim cannot stand beside an earlier one; undefined where it can. */
export function collision(earlier: Claim, later: Claim): Thing | undefined {
  if (earlier.digest === later.digest) return undefined;
  const replaces = conflict(earlier, later) || repeats(earlier, later);
  if (replaces && later.replaces !== undefined) return undefined;
  const answer = [...later.answers].find((name) => earlier.answers.has(name));
  if (answer) return things.find((thing) => answer.startsWith(`${thing}:`));
  return overlap(earlier, later) ? 'outpoint' : undefined;
}

import { toHex } from '../crypto/bytes.ts';
import type { Request } from './request.ts';

/*
 * What a request claims: the outputs that it spends and what it pays for. Each belongs to one
 * request, so that two quorums cannot pay one thing twice.
 *
 * Whoever reserved a request may have helped to sign it, and a signature that exists can be used for
 * ever. So a later request for the same output or the same payment must be a replacement, and make it
 * impossible that both are confirmed: it spends an output that the first one spends, too. One
 * replacement may so take the place of several; where two requests split the group, it goes on.
 */

/** A request's claim. */
export interface Claim {
  /** The request's digest in hex. */
  readonly digest: string;
  readonly payment: string;
  readonly outpoints: ReadonlySet<string>;
  readonly replaces: string | undefined;
}

/** What a request claims; undefined where there is nothing to be paid twice. */
export function claimOf(request: Request, digest: Uint8Array): Claim | undefined {
  if (request.kind !== 'spend') return undefined;
  const { payment, replaces, transaction } = request;
  return {
    digest: toHex(digest),
    payment: toHex(payment),
    outpoints: new Set(transaction.inputs.map(({ txid, vout }) => `${toHex(txid)}:${vout}`)),
    replaces: replaces ? toHex(replaces) : undefined,
  };
}

/** Whether at most one of the two transactions can be confirmed. */
export const conflict = (a: Claim, b: Claim): boolean =>
  [...a.outpoints].some((outpoint) => b.outpoints.has(outpoint));

/** Why a claim cannot stand beside an earlier one; undefined where it can. */
export function collision(earlier: Claim, later: Claim): 'outpoint' | 'payment' | undefined {
  if (earlier.digest === later.digest) return undefined;
  const excludes = conflict(earlier, later);
  if (excludes && later.replaces !== undefined) return undefined;
  if (earlier.payment === later.payment) return 'payment';
  return excludes ? 'outpoint' : undefined;
}

/**
 * Coins that may be gone again with the block that they are in: whoever paid them in can spend the same
 * bitcoin elsewhere once that block is stale. What spends such a coin is then invalid for ever, and so
 * is everything that must exclude it.
 */
import { FINAL_DEPTH, type Coin } from '../bitcoin/coins.ts';
import type { Spend } from '../bitcoin/spend.ts';
import { txidOf } from '../bitcoin/transaction.ts';
import { toHex } from '../crypto/bytes.ts';
import { outpointName } from '../ceremony/claims.ts';
import { transactionOf } from '../ceremony/request.ts';
import type { Requests } from '../ceremony/session.ts';

/** What Bitcoin Core listed here: confirmations by the coins' names. */
export type Listed = ReadonlyMap<string, number>;

export const listedOf = (coins: readonly Coin[]): Listed =>
  new Map(coins.map((coin) => [outpointName(coin), coin.confirmations]));

type Deep = Pick<Coin, 'txid' | 'confirmations'>;

/**
 * Tells which coins may be gone again: those with fewer than 6 confirmations that no signed transaction
 * of the group made. An address does not make a coin the group's own change, as anybody can pay to it;
 * nor does a proposal, as it can be the copy of a stranger's transaction.
 */
export function mayGo({ items }: Requests): (coin: Deep) => boolean {
  const own = new Set(
    [...items.values()].flatMap(({ request, signatures }) => {
      const transaction = signatures && transactionOf(request);
      return transaction ? [toHex(txidOf(transaction))] : [];
    }),
  );
  return ({ txid, confirmations }) => confirmations < FINAL_DEPTH && !own.has(toHex(txid));
}

/** Inputs of a transaction, from 0, whose coin is listed and may be gone again. */
export const shallowIn = (
  { inputs }: Spend,
  listed: Listed,
  goes: (coin: Deep) => boolean,
): readonly number[] =>
  inputs.flatMap((input, i) => {
    const confirmations = listed.get(outpointName(input));
    return confirmations !== undefined && goes({ txid: input.txid, confirmations }) ? [i] : [];
  });

/**
 * Coins that may be gone again with the block that they are in: whoever paid them in can spend the same
 * bitcoin elsewhere once that block is stale. What spends such a coin is then invalid for ever, and so
 * is everything that must exclude it.
 */
import { FINAL_DEPTH, MAX_COINS, type Coin } from '../bitcoin/coins.ts';
import type { Spend } from '../bitcoin/spend.ts';
import { txidOf } from '../bitcoin/transaction.ts';
import { fromHex, toHex, type Bytes } from '../crypto/bytes.ts';
import { everDeep } from '../ceremony/chain-known.ts';
import { outpointName } from '../ceremony/claims.ts';
import { transactionOf } from '../ceremony/request.ts';
import type { Requests } from '../ceremony/session.ts';

/** The coins that Bitcoin Core listed here last, and what it listed before. */
export interface StoredCoins {
  readonly coins: readonly Coin[];
  /** The ids of transactions whose coins are listed no more and were final when they were. */
  readonly gone: readonly Bytes[];
}

/** What Bitcoin Core listed here. */
export interface Listed {
  /** By the coins' names. */
  readonly confirmations: ReadonlyMap<string, number>;
  /** The transactions that it ever listed as final, by their ids in hex. */
  readonly deep: ReadonlySet<string>;
}

export const listedOf = ({ coins, gone }: StoredCoins): Listed => ({
  confirmations: new Map(coins.map((coin) => [outpointName(coin), coin.confirmations])),
  deep: new Set([...gone, ...coins.filter(isDeep).map(({ txid }) => txid)].map(toHex)),
});

/** What is kept of former lists beside these coins: so many transactions, the last ones. */
export function goneBeside(coins: readonly Coin[], former: StoredCoins): Bytes[] {
  const there = new Set(coins.map(({ txid }) => toHex(txid)));
  const deep = [...listedOf(former).deep].filter((id) => !there.has(id));
  return deep.slice(-MAX_COINS).map((id) => fromHex(id)!);
}

type Deep = Pick<Coin, 'txid' | 'confirmations'>;

const isDeep = ({ confirmations }: Deep): boolean => confirmations >= FINAL_DEPTH;

/**
 * Tells which coins may be gone again: those with fewer than 6 confirmations that are not the group's
 * own change. An address does not make a coin that, as anybody can pay to it; nor does a proposal, as
 * it can be the copy of a stranger's transaction. What a signed transaction of the group made is gone
 * with any coin that it spends. So it is own change where each of those was final, by the lists here,
 * for t operators or in the chain, or is own change itself.
 */
export function mayGo({ items, chain }: Requests, { deep }: Listed): (coin: Deep) => boolean {
  const signed = [...items.values()].flatMap(({ request, signatures, wasFinal }) => {
    const transaction = signatures && transactionOf(request);
    if (!transaction) return [];
    const open = transaction.inputs.flatMap(({ txid }) => {
      const id = toHex(txid);
      return deep.has(id) || everDeep(chain, txid) >= FINAL_DEPTH ? [] : [id];
    });
    return [{ id: toHex(txidOf(transaction)), open: wasFinal ? [] : open }];
  });
  const own = new Set<string>();
  for (let before = -1; before !== own.size;) {
    before = own.size;
    for (const { id, open } of signed) if (open.every((one) => own.has(one))) own.add(id);
  }
  return (coin) => !isDeep(coin) && !own.has(toHex(coin.txid));
}

/** Inputs of a transaction, from 0, whose coin is listed and may be gone again. */
export const shallowIn = (
  { inputs }: Spend,
  listed: Listed,
  goes: (coin: Deep) => boolean,
): readonly number[] =>
  inputs.flatMap((input, i) => {
    const confirmations = listed.confirmations.get(outpointName(input));
    return confirmations !== undefined && goes({ txid: input.txid, confirmations }) ? [i] : [];
  });

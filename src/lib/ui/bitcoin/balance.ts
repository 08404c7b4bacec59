/** What a list of coins comes to, by branch. */
import { branches, type Branch } from '../../bitcoin/branches.ts';
import type { CoinView } from '../../worker/watch.ts';

/** The coins of one branch, or of all. Amounts in sat. */
export interface Balance {
  readonly coins: number;
  readonly amount: number;
  readonly reserved: number;
  readonly unconfirmed: number;
}

/** In the order of their numbers. */
export const branchNames = Object.keys(branches) as Branch[];

/** The branch of a coin, by the first number of its path (`m/0/7`). */
export const branchAt = ({ path }: Pick<CoinView, 'path'>): Branch | undefined =>
  branchNames.find((branch) => path.startsWith(`m/${branches[branch]}/`));

const sum = (coins: readonly CoinView[]): number =>
  coins.reduce((all, { amount }) => all + amount, 0);

export const balanceOf = (coins: readonly CoinView[]): Balance => ({
  coins: coins.length,
  amount: sum(coins),
  reserved: sum(coins.filter(({ reserved }) => reserved)),
  unconfirmed: sum(coins.filter(({ confirmations }) => confirmations === 0)),
});

import { describe, expect, it } from 'vitest';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import type { Path } from '../../src/lib/bitcoin/branches.ts';
import { FINAL_DEPTH } from '../../src/lib/bitcoin/coins.ts';
import { depositPath } from '../../src/lib/bitcoin/deposit.ts';
import type { Spend } from '../../src/lib/bitcoin/spend.ts';
import { txidOf } from '../../src/lib/bitcoin/transaction.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { toCbor } from '../../src/lib/crypto/cbor.ts';
import { composeBurn } from '../../src/lib/worker/bridge-draft.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { listedOf } from '../../src/lib/worker/shallow.ts';
import { txidText } from '../../src/lib/worker/review.ts';
import { compose, importCoins, storedCoins, watchViewOf } from '../../src/lib/worker/watch.ts';
import {
  burnRequest,
  bury,
  deposited,
  depositsOf,
  everybodySaw,
  everybodySees,
  evidenceOf,
  issue,
  newBurn,
  ownScript,
  proved,
  recipient,
} from '../support/bridge-seats.ts';
import { value } from '../support/hex.ts';
import type { Player } from '../support/seats.ts';
import {
  did,
  everybodyHears,
  proposed,
  RECIPIENT,
  signBatch,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

/*
 * A coin that a stranger paid in can be gone with the block that it is in. A withdrawal that spends it
 * can then never be confirmed, and neither can anything that must exclude it.
 */

const players = await withKey(3, 2, 'shallow coins');
const [asha, ben] = players as [Player, Player];
await issue(players, [recipient(1)]);
const deposit: Path = value(depositPath('regtest', recipient(1), 0));

interface Listed {
  readonly txid: string;
  readonly amount: number;
  readonly confirmations: number;
  readonly path?: Path;
  readonly vout?: number;
}

/** Bitcoin Core lists these at an operator, and no others. `amount` in BTC. */
async function lists(player: Player, ...coins: readonly Listed[]) {
  const list = coins.map(({ path = deposit, vout = 0, ...coin }) => {
    const script = ownScript(player, path);
    const address = addressOfScript('regtest', script);
    return { ...coin, vout, address, scriptPubKey: toHex(script) };
  });
  expect(await importCoins(player.seat, JSON.stringify(list))).toMatchObject({
    coins: coins.length,
    skipped: [],
  });
}

const fresh = (confirmations: number): Listed => ({
  txid: '09'.repeat(32),
  amount: 10,
  confirmations,
});
const old: Listed = { txid: '07'.repeat(32), amount: 2, confirmations: 500 };

const burn = newBurn();
await proved(players, [burn]);
await everybodySaw(players, [burn]);

const spentBy = ({ inputs }: Spend) => inputs.map(({ txid }) => txidText(txid));

async function burnSpends(): Promise<string[] | string> {
  const draft = await composeBurn(asha.seat, [burn.nullifier], 2, []);
  if (draft && 'compose' in draft) return draft.compose.problem;
  if (!draft || !('request' in draft)) throw new Error(JSON.stringify(draft));
  expect(draft.shallow).toEqual([]);
  return spentBy(draft.request.transaction);
}

async function paymentOf(coins: readonly string[] = []) {
  const payments = [{ to: RECIPIENT, amount: 1_000_000 }];
  const made = await compose(asha.seat, { payments, feeRate: 2, locktime: 0, coins });
  if (made && 'compose' in made) return made.compose.problem;
  if (!made || !('transaction' in made)) throw new Error(JSON.stringify(made));
  return { spends: spentBy(made.transaction), shallow: made.shallow };
}

const mayGo = async () => (await watchViewOf(asha.seat))!.coins.map((coin) => coin.mayGo);

describe('coins that others paid in', () => {
  it.each([1, FINAL_DEPTH - 1])('are left where they are with %i confirmations', async (depth) => {
    await lists(asha, fresh(depth), old);
    expect(await mayGo()).toEqual([true, false]);
    expect(await burnSpends()).toEqual([old.txid]);
    expect(await paymentOf()).toEqual({ spends: [old.txid], shallow: [] });
    await lists(asha, fresh(depth));
    expect(await burnSpends()).toBe('not-enough');
    expect(await paymentOf()).toBe('not-enough');
  });

  it('are taken once they are final', async () => {
    await lists(asha, fresh(FINAL_DEPTH), old);
    expect(await mayGo()).toEqual([false, false]);
    expect(await burnSpends()).toEqual([fresh(0).txid]);
    expect(await paymentOf()).toEqual({ spends: [fresh(0).txid], shallow: [] });
  });

  it('are taken before where somebody names them, and that is said', async () => {
    await lists(asha, fresh(1), old);
    const names = [fresh(0), old].map(({ txid }) => `${txid}:0`);
    expect(await paymentOf(names)).toEqual({ spends: [fresh(0).txid], shallow: [0] });
  });
});

describe('the change of the group’s own transactions', () => {
  /** The change of a transaction, as it is listed. */
  const changeOf = (spend: Spend, confirmations = 1): Listed => {
    const vout = spend.outputs.findIndex(({ path }) => path !== null);
    const { path, amount } = spend.outputs[vout]!;
    return {
      ...{ txid: txidText(txidOf(spend)), vout, path: path!, amount: amount / 1e8 },
      confirmations,
    };
  };
  /** The coin that a transaction spends, as it is listed. */
  const spentIn = ({ inputs: [coin] }: Spend, confirmations: number): Listed => {
    const { txid, vout, path, amount } = coin!;
    return { txid: txidText(txid), vout, path, amount: amount / 1e8, confirmations };
  };
  /** A transaction that spends the first output of this one, or another coin. */
  const spending = (txid = new Uint8Array(32).fill(41), vout = 0) =>
    spendRequest(spendOf(asha, { outpoints: [{ txid, vout }] }));

  const signed = spendRequest(burnRequest(asha, [newBurn()]).transaction);
  const own = changeOf(signed.transaction);
  const theirs: Listed = { ...own, txid: '08'.repeat(32), vout: 0, amount: 5 };
  const nothing = async () => {
    expect(await mayGo()).toEqual([true, true]);
    expect(await burnSpends()).toBe('not-enough');
    expect(await paymentOf()).toBe('not-enough');
  };

  it('is not known by what was only proposed, nor by its address', async () => {
    await proposed(players, [signed]);
    await lists(asha, own, theirs);
    await nothing();
  });

  it('waits like the coin that it came of, where that was not listed, or less than 6 deep', async () => {
    await signBatch(players, [{ ...signed, purpose: 'Signed' }], [0, 1]);
    await nothing();
    await lists(asha, spentIn(signed.transaction, FINAL_DEPTH - 1));
    await lists(asha, own, theirs);
    await nothing();
    await lists(asha, { ...own, confirmations: FINAL_DEPTH }, theirs);
    expect(await mayGo()).toEqual([false, true]);
    expect(await burnSpends()).toEqual([own.txid]);
  });

  it('is taken as soon as it is confirmed, where what it came of was listed 6 deep', async () => {
    await lists(asha, spentIn(signed.transaction, FINAL_DEPTH));
    for (const confirmations of [0, 1, 2]) {
      await lists(asha, { ...own, confirmations }, theirs);
      expect(await mayGo()).toEqual([false, true]);
      expect(await burnSpends()).toEqual(confirmations > 0 ? [own.txid] : 'not-enough');
    }
  });

  it('is taken where what it came of is such change, or was final for t operators', async () => {
    const { vout = 0 } = own;
    const child = spending(txidOf(signed.transaction), vout);
    const session = await signBatch(players, [child], [0, 1]);
    const grandchild = spending(txidOf(child.transaction), 1);
    await signBatch(players, [grandchild], [0, 1]);
    const change = changeOf(grandchild.transaction);
    await lists(asha, change);
    expect(await mayGo()).toEqual([false]);
    // Ben’s list has none of the coins before.
    await lists(ben, change);
    const bens = async () => (await watchViewOf(ben.seat))!.coins.map((coin) => coin.mayGo);
    expect(await bens()).toEqual([true]);
    for (const player of [asha, ben]) {
      await did(player.seat.sight(session.items[0]!.digest, FINAL_DEPTH));
      await everybodyHears(players);
      expect(await bens()).toEqual([player === asha]);
    }
  });

  it('is taken where what it came of is shown to be 6 deep in the chain', async () => {
    const { chain } = await deposited(
      players,
      [{ recipient: recipient(2), index: 0, amount: 100_000_000 }],
      { depth: FINAL_DEPTH - 1 },
    );
    const [candidate] = await depositsOf(asha);
    const { txid, vout } = candidate!.mint;
    const request = spending(txid, vout);
    await signBatch(players, [request], [0, 1]);
    await lists(asha, changeOf(request.transaction));
    expect(await mayGo()).toEqual([true]);
    bury(chain, 1);
    await everybodySees(players, evidenceOf(chain));
    expect(await mayGo()).toEqual([false]);
  });

  it('needs nothing of former lists: one that was stored without them reads', async () => {
    const { ports, keys } = asha.seat.log;
    const { at, coins, gone } = await storedCoins(asha.seat);
    expect(gone.map(txidText)).toContain(spentIn(signed.transaction, 0).txid);
    const value = toCbor({ at, coins: coins.map((coin) => ({ ...coin })) });
    await ports.store.write([{ key: keys.coins, value }]);
    expect(await storedCoins(asha.seat)).toEqual({ at, coins, gone: [] });
  });
});

describe('whoever reviews', () => {
  const seenBy = async ({ seat }: Player) => {
    const { items } = requestsViewOf(seat, listedOf(await storedCoins(seat)))!.sessions[0]!;
    return items[0]!.shallow;
  };

  it.each(['burn', 'spend'] as const)(
    'of a %s is warned, input by input, by the own list',
    async (kind) => {
      const paying = burnRequest(asha, [newBurn()]);
      const [input] = paying.transaction.inputs;
      const txid = new Uint8Array(32).fill(kind === 'burn' ? 31 : 32);
      const second = { ...input!, txid, amount: 500 };
      const transaction = { ...paying.transaction, inputs: [input!, second] };
      await proposed(players, [
        kind === 'burn' ? { ...paying, transaction } : spendRequest(transaction),
      ]);
      const listed = (depth: number): Listed => ({
        txid: txidText(second.txid),
        vout: second.vout,
        amount: second.amount / 1e8,
        confirmations: depth,
        path: second.path,
      });
      await lists(ben, listed(1));
      expect(await seenBy(ben)).toEqual([1]);
      await lists(ben, listed(FINAL_DEPTH - 1));
      expect(await seenBy(ben)).toEqual([1]);
      await lists(ben, listed(FINAL_DEPTH));
      expect(await seenBy(ben)).toEqual([]);
    },
  );
});

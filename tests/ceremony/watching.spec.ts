import { describe, expect, it } from 'vitest';
import { outputAt } from '../../src/lib/bitcoin/branches.ts';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { compose, importCoins, watchViewOf } from '../../src/lib/worker/watch.ts';
import { value } from '../support/hex.ts';
import { groups } from '../support/seats.ts';
import { lie } from '../support/signing-cheats.ts';
import { did, everybodyHears, RECIPIENT, spendRequest, withKey } from '../support/signing-seats.ts';

const players = await withKey(3, 2, 'watching');
const [asha, ben] = players as [(typeof players)[0], (typeof players)[0]];
const { threshPk } = asha.seat.progress().keys!.custody;
const scriptAt = (path: readonly number[]) =>
  value(outputAt(groups.secp256k1, threshPk, path)).script;

/** What `listunspent` prints of coins on the receive branch and in the fee reservoir. */
const listed = JSON.stringify(
  [
    [0, 0, 2, 6],
    [0, 1, 1, 6],
    [3, 0, 1, 6],
    [0, 2, 5, 0],
  ].map(([branch, index, amount, confirmations], i) => ({
    txid: String(i + 1).repeat(64),
    vout: i,
    address: addressOfScript('regtest', scriptAt([branch!, index!])),
    scriptPubKey: toHex(scriptAt([branch!, index!])),
    amount,
    confirmations,
  })),
);
const wish = (amount: number) => ({
  payments: [{ to: RECIPIENT, amount }],
  feeRate: 2,
  locktime: 0,
  coins: [],
});

describe('deposit addresses', () => {
  const recipient = new Uint8Array(32).fill(5);

  it('are given out one after the other, and who holds them is known', async () => {
    await did(asha.seat.issueAddress(recipient));
    await did(asha.seat.issueAddress(recipient));
    await did(ben.seat.issueAddress(new Uint8Array(32).fill(6)));
    const { deposits, receiptsNeeded } = (await watchViewOf(asha.seat))!;
    expect(deposits.map(({ index, receipts }) => [index, receipts])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(receiptsNeeded).toBe(2);
    await everybodyHears(players);
    for (const { seat } of players.slice(1)) await did(seat.receipt());
    await everybodyHears(players);
    const later = (await watchViewOf(asha.seat))!.deposits;
    expect(later.map(({ by, receipts }) => [by, receipts])).toEqual([
      [0, 3],
      [0, 3],
      [1, 3],
    ]);
  });

  it('go on after an operator gave out the last one there is', async () => {
    await lie(ben, { kind: 'deposit-address', recipient, index: 2 ** 31 - 1 });
    await everybodyHears(players);
    await did(asha.seat.issueAddress(recipient));
    const { deposits } = (await watchViewOf(asha.seat))!;
    expect(deposits.filter(({ by }) => by === 0).map(({ index }) => index)).toEqual([0, 1, 2]);
  });
});

describe('payments', () => {
  it('come from confirmed coins outside the fee reservoir, each with change of its own', async () => {
    expect(await importCoins(asha.seat, listed)).toEqual({ coins: 4, skipped: [] });
    const first = (await compose(asha.seat, wish(150_000_000)))!;
    if (!('transaction' in first)) throw new Error(JSON.stringify(first));
    expect(first.transaction.inputs.map(({ path }) => path)).toEqual([[0, 0]]);
    const paths = ({ outputs }: typeof first.transaction) =>
      outputs.flatMap(({ path }) => (path ? [path] : []));
    expect(paths(first.transaction)).toEqual([[1, 0]]);
    await did(asha.seat.draft(new Uint8Array(8), [spendRequest(first.transaction)]));
    const second = (await compose(asha.seat, wish(50_000_000)))!;
    if (!('transaction' in second)) throw new Error(JSON.stringify(second));
    expect(paths(second.transaction)).toEqual([[1, 1]]);
  });

  it('are not made of what only the fee reservoir or no block holds', async () => {
    const made = await compose(asha.seat, wish(350_000_000));
    expect(made).toMatchObject({ compose: { problem: 'not-enough' } });
  });
});

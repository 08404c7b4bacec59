import { describe, expect, it } from 'vitest';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { branches, type Path } from '../../src/lib/bitcoin/branches.ts';
import { feeOf } from '../../src/lib/bitcoin/spend.ts';
import { conflict, outpointName } from '../../src/lib/ceremony/claims.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { Burn } from '../../src/lib/wire/burn-record.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { composeBurn, composeFees, type BridgeDraft } from '../../src/lib/worker/bridge-draft.ts';
import { importCoins } from '../../src/lib/worker/watch.ts';
import {
  blockWith,
  burnRequest,
  bury,
  chainNow,
  everybodySaw,
  everybodySees,
  evidenceOf,
  feesTx,
  lacking,
  newBurn,
  ownScript,
  proved,
} from '../support/bridge-seats.ts';
import { clock, type Player } from '../support/seats.ts';
import { accept, halted, itemAt } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  proposed,
  signBatch,
  withKey,
} from '../support/signing-seats.ts';

/*
 * A withdrawal, or fees that are gathered, whose transaction is stuck: another one takes its place,
 * and makes it impossible.
 */

const utxo = (player: Player, number: number, amount: number, path: Path = [0, number]) => {
  const script = ownScript(player, path);
  return {
    txid: toHex(new Uint8Array(32).fill(number)),
    vout: 0,
    address: addressOfScript('regtest', script),
    scriptPubKey: toHex(script),
    amount,
    confirmations: 9,
  };
};

const lists = (player: Player, coins: readonly ReturnType<typeof utxo>[]) =>
  importCoins(player.seat, JSON.stringify(coins));

/** A draft as the request that is proposed. */
function wanted(draft: BridgeDraft | undefined): RequestOf<'burn' | 'fees'> {
  if (!draft || !('request' in draft)) throw new Error(`No draft: ${JSON.stringify(draft)}`);
  expect(draft.review.problems).toEqual([]);
  return { ...draft.request, purpose: 'A higher fee', expires: clock.now + 86_400_000 };
}

const coinsIn = ({ transaction }: RequestOf<'burn' | 'fees'>): string[] =>
  transaction.inputs.map(outpointName);

/** The coin of a number, as claims name it. */
const coin = (number: number): string => `${toHex(new Uint8Array(32).fill(number))}:0`;

const nullifiers = (burns: readonly Burn[]): Bytes[] => burns.map(({ nullifier }) => nullifier);

/** Everybody saw the transaction of a request so deep. */
async function seen(players: readonly Player[], digest: Bytes, depth: number): Promise<void> {
  for (const { seat } of players) await did(seat.sight(digest, depth));
  await everybodyHears(players);
}

describe('fees that are stuck', async () => {
  const players = await withKey(5, 3, 'stuck fees');
  const [asha, ben] = players as [Player, Player];
  const chain = chainNow();
  const amounts = [90_000, 40_000, 120_000];
  const block = blockWith(chain, [feesTx(asha, amounts)]);
  const [, txid] = block.txids as [Bytes, Bytes];
  bury(chain, 5);
  await everybodySees(players, evidenceOf(chain, [block]));
  const listed = amounts.map((amount, vout) => ({
    ...utxo(asha, 0, amount / 1e8, [branches.fees, vout]),
    txid: toHex(txid.toReversed()),
    vout,
  }));
  const name = (vout: number) => `${toHex(txid.toReversed())}:${vout}`;

  it('are gathered by one with a higher fee, with further coins, and the first is impossible', async () => {
    await lists(asha, listed);
    const first = wanted(await composeFees(asha.seat, [name(0), name(1)], 1));
    const a = (await signBatch(players, [first], [0, 1, 2])).items[0]!;
    await lists(asha, [listed[2]!]);
    const again = wanted(await composeFees(asha.seat, [], 20, a.digest));
    expect(coinsIn(again)).toEqual(coinsIn(first));
    const second = wanted(await composeFees(asha.seat, [name(2)], 20, a.digest));
    expect(second).toMatchObject({ kind: 'fees', replaces: a.digest });
    expect(second.transaction.inputs.map(({ vout }) => vout)).toEqual([0, 1, 2]);
    expect(lacking(ben, second)).toEqual([]);
    const b = (await signBatch(players, [second], [2, 3, 4])).items[0]!;
    expect(b.signatures).toHaveLength(3);
    await seen(players, b.digest, 6);
    const { root } = asha.seat.requests()!.sessions[0]!;
    expect(halted(ben, root).halt).toBe('replaced');
    for (const gone of [a.digest, b.digest, new Uint8Array(32)])
      expect(await composeFees(asha.seat, [name(2)], 30, gone)).toEqual({ replaces: 'gone' });
  });
});

describe('withdrawals that are stuck', async () => {
  const players = await withKey(5, 3, 'stuck');
  const [asha, ben] = players as [Player, Player];

  /** Two burns that everybody saw and verified. */
  async function twoBurns(): Promise<[Burn, Burn]> {
    const burns: [Burn, Burn] = [newBurn(), newBurn({ amount: 4_000_000 })];
    await proved(players, burns);
    await everybodySaw(players, burns);
    return burns;
  }

  it('are paid by one with a higher fee, and the first is then impossible', async () => {
    const burns = await twoBurns();
    const small = utxo(asha, 1, 0.2);
    await lists(asha, [small]);
    const first = wanted(await composeBurn(asha.seat, nullifiers(burns), 1, []));
    const a = (await signBatch(players, [first], [0, 1, 2])).items[0]!;
    // Bitcoin Core lists no coin that a transaction which it knows spends.
    await lists(asha, [utxo(asha, 2, 5)]);
    const second = wanted(await composeBurn(asha.seat, nullifiers(burns), 20, [], a.digest));
    expect(second).toMatchObject({ kind: 'burn', replaces: a.digest });
    expect(coinsIn(second)).toEqual(coinsIn(first));
    expect(feeOf(second.transaction)).toBe(20 * feeOf(first.transaction));
    const session = await signBatch(players, [second], [1, 3, 4]);
    const [b] = session.items as [(typeof session.items)[0]];
    expect(b.signatures).toHaveLength(1);
    expect(conflict(a.claim!, b.claim!)).toBe(true);

    // Until one is final both may be confirmed, and each burn is answered for.
    const beside = await proposed(players, [burnRequest(asha, [burns[1]])]);
    expect(halted(ben, beside)).toEqual({ halt: 'held', over: ['nullifier', 'nullifier'] });
    await seen(players, b.digest, 6);
    const rootA = asha.seat.requests()!.sessions[0]!.root;
    expect(halted(ben, rootA).halt).toBe('replaced');
    for (const gone of [a.digest, b.digest])
      expect(await composeBurn(asha.seat, nullifiers(burns), 30, [], gone)).toEqual({
        replaces: 'gone',
      });
    const again = await proposed(players, [burnRequest(asha, [burns[0]])]);
    expect(halted(ben, again)).toEqual({ halt: 'held', over: ['nullifier'] });
    for (const player of players) expect(await accept(player, again)).toEqual({ fault: 'not-now' });
  });

  it('that expired are paid in part; the rest is free once that is deep', async () => {
    const burns = await twoBurns();
    const [c, d] = burns;
    await lists(asha, [utxo(asha, 3, 0.2), utxo(asha, 4, 3)]);
    const first = wanted(await composeBurn(asha.seat, nullifiers(burns), 2, []));
    const root = await proposed(players, [first]);
    for (const player of players) expect(await accept(player, root)).toBeUndefined();
    await everybodyHears(players);
    clock.now += 90_000_000;
    expect(halted(ben, root).halt).toBe('expired');
    const { digest } = itemAt(asha, root);
    const second = wanted(await composeBurn(asha.seat, [c.nullifier], 2, [], digest));
    const b = (await signBatch(players, [second], [0, 2, 4])).items[0]!;
    expect(b.signatures).toHaveLength(1);
    const rest = burnRequest(asha, [d]);
    const beside = await proposed(players, [rest]);
    expect(halted(ben, beside)).toEqual({ halt: 'held', over: ['nullifier'] });
    await seen(players, b.digest, 6);
    expect(halted(ben, beside)).toEqual({ halt: undefined, over: [] });
    const { burns: offered } = (await bridgeViewOf(asha.seat))!;
    const requested = ({ nullifier }: Burn) =>
      offered.find(({ burn }) => toHex(burn.nullifier) === toHex(nullifier))!.requested;
    expect(requested(c)).toEqual([b.digest]);
    expect(requested(d)).toEqual([lastSession(asha).items[0]!.digest]);
  });

  it('are paid from the same coins, and from others only where those do not suffice', async () => {
    const burns = await twoBurns();
    const rest = utxo(asha, 6, 1);
    await lists(asha, [utxo(asha, 5, 0.0901)]);
    const first = wanted(await composeBurn(asha.seat, nullifiers(burns), 2, []));
    const root = await proposed(players, [first]);
    for (const player of players) await accept(player, root);
    await everybodyHears(players);
    const { digest } = itemAt(asha, root);
    await lists(asha, [utxo(asha, 5, 0.0901), rest]);
    const compose = async (feeRate: number) =>
      wanted(await composeBurn(asha.seat, nullifiers(burns), feeRate, [], digest));
    expect(coinsIn(await compose(10))).toEqual([coin(5)]);
    expect(coinsIn(await compose(95))).toEqual([coin(5), coin(6)]);
    // Nothing is proposed that would not exclude it.
    const names = nullifiers(burns);
    const without = [`${utxo(asha, 5, 1).txid}:0`];
    expect(await composeBurn(asha.seat, names, 10, without, digest)).toEqual({
      replaces: 'no-common',
    });
    for (const unknown of [new Uint8Array(32), root])
      expect(await composeBurn(asha.seat, names, 10, [], unknown)).toEqual({ replaces: 'gone' });
  });

  it('of which two split the group are replaced by one that excludes both', async () => {
    const [burn] = await twoBurns();
    await lists(asha, [utxo(asha, 7, 1), utxo(asha, 8, 2)]);
    const roots: Bytes[] = [];
    for (let i = 0; i < 2; i++) roots.push(await proposed(players, [burnRequest(asha, [burn])]));
    for (const [i, root] of [0, 0, 1, 1].map((of) => roots[of]!).entries())
      expect(await accept(players[i]!, root)).toBeUndefined();
    await everybodyHears(players);
    for (const root of roots) expect(halted(players[4]!, root).halt).toBe('held');
    const [one, other] = roots.map((root) => itemAt(asha, root).digest) as [Bytes, Bytes];
    const third = wanted(await composeBurn(asha.seat, [burn.nullifier], 5, [], one));
    const c = (await signBatch(players, [third], [1, 2, 4])).items[0]!;
    expect(c.signatures).toHaveLength(2);
    for (const root of roots) expect(conflict(c.claim!, itemAt(asha, root).claim!)).toBe(true);
    expect(other).not.toEqual(one);
  });
});

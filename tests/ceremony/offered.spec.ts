import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/lib/ceremony/request.ts';
import { addressOfScript } from '../../src/lib/bitcoin/address.ts';
import { equal, toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import type { FeeUtxo } from '../../src/lib/wire/fees.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import type { Burn } from '../../src/lib/wire/burn-record.ts';
import { composeBurn } from '../../src/lib/worker/bridge-draft.ts';
import { importCoins } from '../../src/lib/worker/watch.ts';
import {
  burnRequest,
  deposited,
  depositsOf,
  everybodyLists,
  everybodySaw,
  forced,
  mintRequest,
  newBurn,
  ownScript,
  proved,
  recipient,
} from '../support/bridge-seats.ts';
import { clock, type Player } from '../support/seats.ts';
import { accept, five, halted, lie, type Five } from '../support/signing-cheats.ts';
import { everybodyHears, proposed, signBatch, withKey } from '../support/signing-seats.ts';
import { feeUtxo } from '../support/wire.ts';

/* What is offered to be requested, whatever others proposed. */

it('a deposit is offered until a request for it that can be signed is there', async () => {
  const players = await withKey(3, 2, 'offered');
  const [first] = players as [Player];
  await deposited(players, [{ recipient: recipient(1), index: 0, amount: 10_000_000 }]);
  const offered = async () => (await depositsOf(first))[0]!;
  const right = mintRequest(await offered());
  // Nothing shows that it is for this recipient, and nobody can answer it.
  const root = await forced(players, [{ ...right, recipient: recipient(66) }]);
  expect(await accept(first, root)).toEqual({ fault: 'not-now' });
  expect((await offered()).requested).toEqual([]);
  await proposed(players, [right]);
  expect((await offered()).requested).toHaveLength(1);
});

/** Number 2 proposes a batch and reserves it, alone. */
async function reservedAlone(all: Five, batch: Batch): Promise<Bytes> {
  const [, , liar] = all;
  await lie(liar, { kind: 'request', batch });
  const { root } = liar.seat.requests()!.sessions.at(-1)!;
  await lie(liar, { kind: 'reserve', session: root, items: batch.map((_, i) => i), time: 0 });
  await everybodyHears(all);
  return root;
}

describe('among five', async () => {
  const all = await five('offers');
  const [asha, ben, chen, dora] = all;
  const deposits = [1, 2].map((n) => ({ recipient: recipient(n), index: 0, amount: 10_000_000 }));
  await deposited(all, deposits, { depth: 12 });
  const offeredTo = async (player: Player, n: number) =>
    (await depositsOf(player)).find((one) => equal(one.recipient, recipient(n)))!;
  const burnTo = async ({ seat }: Player, { nullifier }: Burn) =>
    (await bridgeViewOf(seat))!.burns.find(({ burn }) => equal(burn.nullifier, nullifier))!;

  it('coins that another only asks for are spent where no others suffice', async () => {
    const [theirs, ours] = [newBurn(), newBurn()];
    await proved(all, [theirs, ours]);
    await everybodySaw(all, [theirs, ours]);
    const coin = (number: number) => {
      const script = ownScript(asha, [0, number]);
      return {
        txid: toHex(new Uint8Array(32).fill(number)),
        vout: 0,
        address: addressOfScript('regtest', script),
        scriptPubKey: toHex(script),
        amount: number,
        confirmations: 9,
      };
    };
    const composedBy = async (player: Player, burn: typeof ours) => {
      const draft = await composeBurn(player.seat, [burn.nullifier], 2, []);
      if (!draft || !('request' in draft) || draft.request.kind !== 'burn')
        throw new Error(JSON.stringify(draft));
      return { ...draft.request, purpose: 'Paid', expires: clock.now + 86_400_000 };
    };
    const spentBy = async (player: Player) =>
      (await composedBy(player, ours)).transaction.inputs.map(({ txid }) => txid[0]);
    await importCoins(chen.seat, JSON.stringify([coin(2)]));
    await reservedAlone(all, [await composedBy(chen, theirs)]);
    await importCoins(asha.seat, JSON.stringify([coin(1), coin(2)]));
    expect(await spentBy(asha)).toEqual([1]);
    await importCoins(asha.seat, JSON.stringify([coin(2)]));
    expect(await spentBy(asha)).toEqual([2]);
    expect(await composeBurn(chen.seat, [ours.nullifier], 2, [])).toMatchObject({
      compose: { problem: 'not-enough' },
    });
  });

  it('a mint that ran out before it was signed is offered again, and signed', async () => {
    const offered = () => offeredTo(ben, 1);
    const first = await proposed(all, [
      mintRequest(await offered(), { expires: clock.now + 60_000 }),
    ]);
    for (const player of all) expect(await accept(player, first)).toBeUndefined();
    await everybodyHears(all);
    expect((await offered()).requested).toHaveLength(1);
    clock.now += 120_000;
    expect(halted(ben, first).halt).toBe('expired');
    const again = await offered();
    expect(again).toMatchObject({ requested: [], beside: [{ by: [0], goesOn: false }] });
    const session = await signBatch(all, [mintRequest(again)], [0, 1, 2]);
    expect(session.items[0]!.signatures).toHaveLength(1);
    expect(await offeredTo(asha, 1)).toMatchObject({ attested: true });
  });

  it('a consolidation that ran out is offered again, as it was and not otherwise', async () => {
    const young = (i: number): FeeUtxo => ({
      ...feeUtxo(i),
      timestamp: Math.floor(clock.now / 1000),
    });
    const listed = Array.from({ length: 11 }, (_, i) => young(i));
    await everybodyLists(all, listed);
    const inputs = listed.slice(0, 10);
    const joining = (those: readonly FeeUtxo[]) => ({
      kind: 'consolidation' as const,
      purpose: 'Fees of the bridge',
      expires: clock.now + 86_400_000,
      inputs: those,
    });
    const root = await proposed(all, [joining(inputs)]);
    for (const player of all) expect(await accept(player, root)).toBeUndefined();
    await everybodyHears(all);
    const view = async () => (await bridgeViewOf(ben.seat))!;
    expect((await view()).unfinished).toEqual([]);
    clock.now += 90_000_000;
    const { feeUtxos, unfinished } = await view();
    expect(feeUtxos.map(({ requested }) => requested)).toEqual([
      ...Array<boolean>(10).fill(true),
      false,
    ]);
    expect(unfinished.map((utxos) => utxos.map(({ utxo }) => utxo))).toEqual([inputs]);
    const other = await proposed(all, [joining(listed.slice(5))]);
    expect(halted(ben, other)).toEqual({ halt: 'held', over: ['fee'] });
    const session = await signBatch(
      all,
      [joining(unfinished[0]!.map(({ utxo }) => utxo))],
      [0, 1, 2],
    );
    expect(session.items[0]!.signatures).toHaveLength(1);
    expect((await view()).unfinished).toEqual([]);
  });

  it('what one operator reserves alone is offered to everybody else, and told beside', async () => {
    const burn = newBurn();
    await proved(all, [burn]);
    await everybodySaw(all, [burn]);
    // Nobody can accept either, and the second one never lapses.
    await reservedAlone(all, [burnRequest(asha, [{ ...burn, amount: burn.amount + 1 }])]);
    const mined = 0xffff_ffff;
    await reservedAlone(all, [
      mintRequest(await offeredTo(asha, 2), { amount: 1, mined, issue: 100_000 }),
    ]);
    const offered = async () => {
      return [await burnTo(ben, burn), await offeredTo(ben, 2)] as const;
    };
    const free = { requested: [], beside: [{ by: [2], goesOn: false }] };
    expect(await offered()).toMatchObject([free, free]);
    clock.now += 100 * 86_400_000;
    expect(await offered()).toMatchObject([free, free]);

    // A right one goes on beside it; once more than n − r reserved it, it is the one.
    const root = await proposed(all, [burnRequest(asha, [burn])]);
    expect(halted(ben, root).halt).toBeUndefined();
    const beside = [
      { by: [2], goesOn: false },
      { by: [0], goesOn: true },
    ];
    expect((await offered())[0]).toMatchObject({ requested: [], beside });
    await accept(asha, root);
    await everybodyHears(all);
    expect((await offered())[0]).toMatchObject({ requested: [], beside });
    await accept(dora, root);
    await everybodyHears(all);
    expect((await offered())[0].requested).toHaveLength(1);
    // Whoever proposed it is not offered it a second time.
    expect((await burnTo(asha, burn)).requested).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { stillToHear } from '../../src/lib/ceremony/script.ts';
import { toHex } from '../../src/lib/crypto/bytes.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { carry, copyOf, ports, rehearsalId, type Player } from '../support/seats.ts';
import {
  accept,
  again,
  bring,
  faultsOf,
  five,
  halted,
  itemAt,
  outpointsOf,
  proposedTo,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  reply,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * A vault that was set back unnoticed and spoke at once: what it promised before stands in the second
 * of two own packets, or behind them. Its word is out, so it holds.
 */

const notNow = { fault: 'not-now' };
const packetsOf = ({ seat }: Player) => seat.state.packetsFrom(seat.state.me);

/**
 * Ben's vault is copied, then he reserves a payment, after so many receipts. The copy goes on in his
 * place and says so many receipts of its own. It heard nothing yet.
 */
async function setBack(seed: string, receipts: { readonly lost: number; readonly own: number }) {
  const [asha, ben, chen, dora, emre] = await five(seed);
  const all = [asha, ben, chen, dora, emre];
  const others = [asha, chen, dora, emre];
  const early = await copyOf(ben);
  const first = spendRequest(spendOf(asha));
  const a = await proposed(all, [first]);
  const late = await copyOf(ben);
  for (let i = 0; i < receipts.lost; i++) await did(ben.seat.receipt());
  await reply(ben, a);
  await everybodyHears(all);
  ben.seat.close();
  /** The copy from after the proposal came, or from before. */
  const opened = async (store = late): Promise<Player> => {
    const seat = await Seat.open(ports(store, 'set back'), toHex(rehearsalId.group));
    for (let i = 0; i < receipts.own; i++) await did(seat.receipt());
    return { ...ben, store, seat };
  };
  return { asha, emre, others, first, a, early, opened };
}

/** Once its fork is known the vault is silent, then hears everybody. */
async function hears(old: Player, others: readonly Player[]): Promise<void> {
  for (let i = 0; i < 2; i++) {
    for (const { seat } of others) await did(seat.receipt());
    for (const other of others) await carry(other, old, true);
  }
  expect(stillToHear(old.seat.state)).toBe(0);
}

describe.each([
  ['in the second of two own packets', { lost: 0, own: 1 }],
  ['behind the first of several', { lost: 1, own: 3 }],
])('what it reserved %s', async (where, receipts) => {
  const { asha, emre, others, first, a, opened } = await setBack(where, receipts);
  const old = await opened();
  await hears(old, others);

  it('counts for no quorum, and is known as promised', () => {
    const { reserved, promised } = itemAt(old, a);
    expect([...reserved]).toEqual([]);
    expect([...promised]).toEqual([1]);
  });

  it('holds the same payment by other coins', async () => {
    const b = await proposedTo([emre, old], [again(emre, first)]);
    expect(halted(old, b)).toEqual({ halt: 'held', over: ['payment'] });
    expect(await accept(old, b)).toEqual(notNow);
    expect(faultsOf(asha)).not.toContainEqual({ fault: 'reserved-twice', operators: [1] });
  });

  it('is reserved anew, or by a replacement', async () => {
    const replacement = again(emre, first, itemAt(old, a).digest, outpointsOf(first));
    const r = await proposedTo([emre, old], [replacement]);
    expect(halted(old, r)).toEqual({ halt: undefined, over: [] });
    await did(accept(old, a));
    expect([...itemAt(old, a).reserved]).toEqual([1]);
    await did(accept(old, r));
    expect([...itemAt(old, r).reserved]).toEqual([1]);
  });
});

it('what it reserved in the second of two own packets keeps it silent until its batch comes', async () => {
  const { asha, others, early, opened } = await setBack('batch not here', { lost: 0, own: 1 });
  const old = await opened(early);
  const { state } = old.seat;
  await bring(old, ...asha.seat.state.packetsFrom(state.me));
  // Of Asha, who proposed it, nothing comes.
  for (const other of others.filter((one) => one !== asha)) {
    await did(other.seat.receipt());
    await bring(old, ...packetsOf(other));
  }
  expect(state.conflictsOf(state.me)).toHaveLength(1);
  expect(old.seat.next()).toEqual({ act: 'catch-up', more: 1, forgot: true });
  expect(await old.seat.receipt()).toEqual(notNow);
  await carry(asha, old, true);
  expect(stillToHear(state)).toBe(0);
});

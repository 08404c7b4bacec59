import { describe, expect, it } from 'vitest';
import { readRawTx } from '../../src/lib/bitcoin/raw-tx.ts';
import { conflict, sameTransaction } from '../../src/lib/ceremony/claims.ts';
import type { Request, RequestOf } from '../../src/lib/ceremony/request.ts';
import { equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import { finishedOf } from '../../src/lib/worker/watch.ts';
import {
  blockWith,
  burnRequest,
  bury,
  chainNow,
  everybodySaw,
  everybodySees,
  evidenceOf,
  forced,
  newBurn,
  proofOf,
  proved,
} from '../support/bridge-seats.ts';
import { clock, type Player } from '../support/seats.ts';
import {
  accept,
  again,
  faultsOf,
  five,
  halted,
  itemAt,
  lie,
  outpointsOf,
  signed,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  reply,
  sessionAt,
  signBatch,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * One transaction in two requests: in other words, for another thing, or with more time. Both are
 * confirmed together, so neither takes from the other what it answers for.
 */

const notNow = { fault: 'not-now' };
const FREE = { halt: undefined, over: [] };

/** The transaction of a signed request lies six deep in the chain that everybody sees. */
async function buried(all: readonly Player[], root: Bytes): Promise<void> {
  const tx = readRawTx(finishedOf(all[0]!.seat, itemAt(all[0]!, root).digest)!.raw);
  if (typeof tx === 'string') throw new Error(tx);
  const chain = chainNow();
  const block = blockWith(chain, [tx.stripped]);
  bury(chain, 5);
  await everybodySees(all, evidenceOf(chain, [block]));
}

/** These operators say that the transaction of a request lies so deep. */
async function seen(all: readonly Player[], by: readonly number[], root: Bytes, depth = 6) {
  const { digest } = itemAt(all[0]!, root);
  for (const i of by) await lie(all[i]!, { kind: 'sighting', digest, depth });
  await everybodyHears(all);
}

const rootOf = ({ seat }: Player, digest: Bytes): Bytes =>
  seat.requests()!.sessions.find(({ items }) => items.some((one) => equal(one.digest, digest)))!
    .root;

describe('a burn whose payment is six deep', async () => {
  const all = await five('same burn');
  const [asha, ben, chen] = all;
  // Two withdrawals of one amount to one address: an output that pays either.
  const [burn, alike] = [newBurn(), newBurn()];
  const other = { ...alike, amount: burn.amount, fee: burn.fee, script: burn.script };
  await proved(all, [burn, other]);
  await everybodySaw(all, [burn, other]);
  const request = burnRequest(asha, [burn]);
  const { root } = await signBatch(all, [request], [0, 1, 2]);
  await buried(all, root);
  const second = await proposed(all, [burnRequest(asha, [burn])]);
  const { purpose, expires, transaction } = request;
  const words: Readonly<Record<string, Request>> = {
    'for another purpose': { ...request, purpose: 'anything' },
    'with another time': { ...request, expires: expires + 1000 },
    'that has expired': { ...request, expires: 1 },
    'as a replacement': { ...request, replaces: itemAt(asha, root).digest },
    'with another proof': {
      ...request,
      withdrawals: [{ burn, proof: new Uint8Array(32), output: 0 }],
    },
    'for another burn': {
      ...request,
      withdrawals: [{ burn: other, proof: proofOf(other.nullifier), output: 0 }],
    },
    'as a spend': spendRequest(transaction),
    'as fees': { kind: 'fees', purpose, expires, replaces: null, transaction },
  };

  for (const [name, duplicate] of Object.entries(words))
    it(`stays paid where its transaction is asked for ${name}`, async () => {
      const twin = await forced(all, [duplicate]);
      expect(itemAt(ben, twin)).toMatchObject({ depth: 6, wasFinal: true });
      await seen(all, [2, 3, 4], twin);
      expect(halted(ben, root).halt).toBeUndefined();
      expect(halted(ben, second).halt).toBe('held');
      expect(halted(ben, second).over).toContain('nullifier');
      for (const player of all) expect(await accept(player, second)).toEqual(notNow);
      const { burns } = (await bridgeViewOf(ben.seat))!;
      const { requested } = burns.find((one) => equal(one.burn.nullifier, burn.nullifier))!;
      expect(requested[0]).toEqual(itemAt(ben, root).digest);
      const [a, b] = [itemAt(ben, root).claim!, itemAt(ben, twin).claim!];
      expect([sameTransaction(a, b), conflict(a, b)]).toEqual([true, false]);
    });

  it('does not hold another burn, whatever one operator says of its transaction', async () => {
    const fresh = await proposed(all, [burnRequest(asha, [other])]);
    expect(halted(ben, fresh)).toEqual(FREE);
  });

  it('is reserved a second time by nobody who is not named for it', async () => {
    await lie(chen, { kind: 'reserve', session: second, items: [0], time: 0 });
    await everybodyHears(all);
    expect(itemAt(ben, second).reserved.size).toBe(0);
    expect(faultsOf(ben)).toEqual([{ fault: 'reserved-twice', operators: [2] }]);
  });
});

describe('a burn that one reserved with a transaction that was signed for another', async () => {
  const all = await five('made for another');
  const [asha, ben, , dora, emre] = all;
  const [burn, alike] = [newBurn(), newBurn()];
  const other = { ...alike, amount: burn.amount, fee: burn.fee, script: burn.script };
  await proved(all, [burn, other]);
  await everybodySaw(all, [burn, other]);
  const request = burnRequest(asha, [burn]);
  const withdrawals = [{ burn: other, proof: proofOf(other.nullifier), output: 0 }];
  const twin = await proposed(all, [{ ...request, withdrawals }]);
  await did(accept(ben, twin));
  const root = await proposed(all, [request]);
  const others = all.filter((player) => player !== ben);
  for (const player of others) await reply(player, root, { sign: player !== emre });
  await everybodyHears(all);
  await did(asha.seat.freeze(root, [0, 2, 3]));
  await everybodyHears(all);
  const fresh = await proposed(all, [burnRequest(asha, [other])]);
  const HELD = { halt: 'held', over: ['nullifier'] };

  it('holds it there while that is not final, signed or not', async () => {
    await seen(all, [0, 2, 3], root);
    expect(itemAt(ben, root)).toMatchObject({ signatures: undefined, depth: 6 });
    expect(halted(ben, fresh)).toEqual(FREE);
    await seen(all, [0, 2, 3], root, 5);
    expect(halted(ben, fresh)).toEqual(HELD);
    for (const i of [0, 2, 3]) await did(all[i]!.seat.sign(root));
    await everybodyHears(all);
    expect(itemAt(ben, root).signatures).toHaveLength(1);
    expect(halted(ben, fresh)).toEqual(HELD);
    expect(await accept(ben, fresh)).toEqual(notNow);
  });

  it('holds it nowhere once that is final, and is not signed for it any more', async () => {
    await seen(all, [0, 2, 3], root);
    for (const player of all) {
      expect(halted(player, fresh)).toEqual(FREE);
      expect(halted(player, twin)).toEqual({ halt: 'held', over: ['outpoint'] });
    }
    const third = await forced(all, [{ ...request, purpose: 'in other words', withdrawals }]);
    expect(halted(ben, third)).toEqual({ halt: 'held', over: ['nullifier', 'outpoint'] });
    for (const player of [asha, ben, dora, all[2]]) await did(accept(player, fresh));
    await everybodyHears(all);
    for (const player of all) {
      expect([...itemAt(player, fresh).reserved].sort()).toEqual([0, 1, 2, 3]);
      expect(faultsOf(player)).toEqual([]);
    }
  });

  it('holds what is proposed after a reorganisation, and nobody is named for what they reserved', async () => {
    await seen(all, [0, 2, 3], root, 1);
    const later = await proposed(all, [
      { ...burnRequest(asha, [other]), replaces: itemAt(ben, fresh).digest },
    ]);
    expect(halted(ben, later).over).toContain('nullifier');
    for (const player of all) expect(faultsOf(player)).toEqual([]);
    expect([...itemAt(emre, fresh).reserved].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('a payment that may be signed', async () => {
  const all = await five('same payment');
  const [asha, , , , emre] = all;

  /** A spend of two coins that four reserved, and the same transaction for another payment. */
  async function twoWords() {
    const first = spendRequest(spendOf(asha, { inputs: 2 }));
    const a = await proposed(all, [first]);
    for (const player of all.slice(0, 4)) await did(accept(player, a));
    await everybodyHears(all);
    const b = await proposed(all, [spendRequest(first.transaction)]);
    return { first, a, b };
  }

  it('is held although t operators saw its transaction by another request', async () => {
    const { first, a, b } = await twoWords();
    expect(halted(asha, b)).toEqual({ halt: 'held', over: ['outpoint'] });
    await seen(all, [0, 2, 3], b);
    expect(itemAt(emre, a)).toMatchObject({ depth: undefined, wasFinal: false });
    expect(itemAt(emre, b)).toMatchObject({ depth: 6, wasFinal: true });
    // It is not replaced: it was made, and nobody signs it again.
    expect(halted(asha, a)).toEqual({ halt: 'held', over: ['outpoint'] });
    const fresh = await proposed(all, [again(asha, first)]);
    const held = { halt: 'held', over: ['payment'] };
    for (const player of all) {
      expect(halted(player, fresh)).toEqual(held);
      expect(await accept(player, fresh)).toEqual(notNow);
    }
    clock.now += 90_000_000;
    const later = await proposed(all, [again(asha, first)]);
    expect(halted(asha, a).halt).toBe('expired');
    expect(halted(emre, later)).toEqual(held);
  });

  it('and the same in other words are both replaced by one that excludes them', async () => {
    const { first, a, b } = await twoWords();
    const [common, left] = outpointsOf(first);
    const { digest } = itemAt(asha, a);
    const replacement = again(asha, first, digest, [common!]);
    const r = await signed(all.slice(0, 3), replacement, all.slice(3));
    await everybodyHears(all);
    const rest = () => spendRequest(spendOf(asha, { outpoints: [left!], fee: 900 }));
    const early = await proposed(all, [rest()]);
    expect(halted(emre, early)).toEqual({ halt: 'held', over: ['outpoint'] });
    await seen(all, [0, 1, 2], rootOf(asha, r.digest));
    for (const root of [a, b]) expect(halted(emre, root).halt).toBe('replaced');
    expect(halted(emre, early)).toEqual(FREE);
    // Nor does the replacement's transaction in other words bring the first one back, or free it.
    const twin = await proposed(all, [spendRequest(replacement.transaction)]);
    await seen(all, [2, 3, 4], twin);
    for (const root of [a, b]) expect(halted(emre, root).halt).toBe('replaced');
    expect(halted(emre, early)).toEqual(FREE);
    expect(halted(emre, rootOf(asha, r.digest)).halt).toBeUndefined();
    const fresh = await proposed(all, [again(asha, first)]);
    expect(halted(emre, fresh)).toEqual({ halt: 'held', over: ['payment'] });
  });

  it('is signed again with more time, and for the same alone', async () => {
    const { first, a } = await twoWords();
    const { digest } = itemAt(asha, a);
    clock.now += 90_000_000;
    expect(halted(asha, a).halt).toBe('expired');
    const anew: RequestOf<'spend'> = { ...first, expires: clock.now + 86_400_000 };
    const beside = await proposed(all, [anew]);
    expect(halted(asha, beside)).toEqual({ halt: 'held', over: ['payment'] });
    const another = { ...anew, payment: new Uint8Array(16).fill(9), replaces: digest };
    const elsewhere = await proposed(all, [another]);
    expect(halted(asha, elsewhere)).toEqual({ halt: 'held', over: ['outpoint'] });
    const b = await signed(all.slice(0, 3), { ...anew, replaces: digest }, all.slice(3));
    await everybodyHears(all);
    expect(b.signatures).toHaveLength(2);
    expect([...b.reserved]).toEqual([0, 1, 2, 3, 4]);
    expect(view(emre, b.digest).excludes).toEqual([]);
    await buried(all, rootOf(asha, b.digest));
    for (const player of all) expect(faultsOf(player)).toEqual([]);
    const fresh = await proposed(all, [{ ...again(asha, first), expires: anew.expires }]);
    expect(halted(emre, fresh).over).toContain('payment');
    // Once it is made, nothing signs it a third time.
    const third = { ...anew, purpose: 'once more', replaces: b.digest };
    const more = await proposed(all, [third]);
    expect(halted(emre, more)).toEqual({ halt: 'held', over: ['outpoint'] });
  });

  it('is not asked for twice in one batch', async () => {
    const first = spendRequest(spendOf(asha));
    const twice = { ...first, purpose: 'again', replaces: new Uint8Array(32) };
    expect(await asha.seat.request([first, twice])).toEqual({ fault: 'request-unfit' });
  });
});

it('two who compose one payment unheard split the group, and a third one goes on', async () => {
  const all = await five('composed twice');
  const [asha, ben, chen] = all;
  const burn = newBurn();
  await proved(all, [burn]);
  await everybodySaw(all, [burn]);
  const request = burnRequest(asha, [burn]);
  const batches: Request[] = [request, { ...request, purpose: 'The same, by Ben' }];
  const roots = [await proposed(all, [batches[0]!]), await proposed(all, [batches[1]!])];
  for (const [i, of] of [0, 0, 1, 1].entries()) await did(accept(all[i]!, roots[of]!));
  await everybodyHears(all);
  for (const root of roots) {
    expect(halted(all[4], root).halt).toBe('held');
    expect(sessionAt(chen, root).items[0]!.reserved.size).toBe(2);
  }
  const { inputs, outputs } = request.transaction;
  const [paid, change] = outputs;
  const dearer = [paid!, { ...change!, amount: change!.amount - 500 }];
  const third = await proposed(all, [
    {
      ...request,
      replaces: itemAt(ben, roots[0]!).digest,
      transaction: { ...request.transaction, inputs, outputs: dearer },
    },
  ]);
  for (const player of all) await reply(player, third);
  await everybodyHears(all);
  await did(asha.seat.freeze(third, [0, 2, 4]));
  await everybodyHears(all);
  for (const i of [0, 2, 4]) await did(all[i]!.seat.sign(third));
  await everybodyHears(all);
  expect(itemAt(ben, third).signatures).toHaveLength(1);
  expect(view(ben, itemAt(ben, third).digest).excludes).toHaveLength(2);
  await seen(all, [0, 1, 2], third);
  for (const root of roots) expect(halted(ben, root).halt).toBe('replaced');
});

/** A request as the page shows it. */
const view = ({ seat }: Player, digest: Bytes) =>
  requestsViewOf(seat)!
    .sessions.flatMap(({ items }) => items)
    .find((one) => equal(one.digest, digest))!;

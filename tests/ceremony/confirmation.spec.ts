import { expect, it } from 'vitest';
import { readRawTx } from '../../src/lib/bitcoin/raw-tx.ts';
import { stageOf } from '../../src/lib/ceremony/request-steps.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { finishedOf } from '../../src/lib/worker/watch.ts';
import {
  blockWith,
  bring,
  burnRequest,
  bury,
  chainNow,
  everybodySaw,
  everybodySees,
  evidenceOf,
  newBurn,
  proved,
} from '../support/bridge-seats.ts';
import { fork } from '../support/chain.ts';
import type { Player } from '../support/seats.ts';
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
  sessionAt,
  signBatch,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/* That a signed transaction was confirmed is shown by the same evidence as a deposit. */

/** The signed transaction of a request, as it stands in a block. */
function finished({ seat }: Player, digest: Bytes): Bytes {
  const tx = readRawTx(finishedOf(seat, digest)!.raw);
  if (typeof tx === 'string') throw new Error(tx);
  return tx.stripped;
}

const stage = (player: Player, root: Bytes) =>
  stageOf(player.seat.state.manifest!.terms, sessionAt(player, root), 0);

it('a burn’s transaction in the chain that is agreed on is as deep as it lies there', async () => {
  const all = await five('confirmed');
  const [asha, ben, , dora] = all;
  const burn = newBurn();
  await proved(all, [burn]);
  await everybodySaw(all, [burn]);
  const { root } = await signBatch(all, [burnRequest(asha, [burn])], [0, 1, 2]);
  const { digest } = itemAt(asha, root);
  expect(stage(ben, root)).toBe('verified');
  const chain = chainNow();
  const block = blockWith(chain, [finished(asha, digest)]);
  await everybodySees(all, evidenceOf(chain, [block]));
  expect(itemAt(ben, root)).toMatchObject({ depth: 1, wasFinal: false });
  expect(stage(ben, root)).toBe('confirmed');
  bury(chain, 5);
  await everybodySees(all, evidenceOf(chain));
  expect(itemAt(ben, root)).toMatchObject({ depth: 6, wasFinal: true });

  // Nobody's word takes that back, and nobody's word alone brings it about.
  for (const liar of [dora, ...all.slice(2)])
    await lie(liar, { kind: 'sighting', digest, depth: 0 });
  await everybodyHears(all);
  expect(itemAt(ben, root)).toMatchObject({ depth: 6, wasFinal: true });
  const other = await signBatch(all, [spendRequest(spendOf(asha))], [0, 1, 2]);
  const second = itemAt(asha, other.root).digest;
  await lie(dora, { kind: 'sighting', digest: second, depth: 100 });
  await everybodyHears(all);
  expect(itemAt(ben, other.root)).toMatchObject({ depth: undefined, wasFinal: false });
});

it('a transaction that was taken out of the chain is not confirmed any more', async () => {
  const all = await five('reorganised');
  const [asha, ben] = all;
  const { root } = await signBatch(all, [spendRequest(spendOf(asha))], [0, 1, 2]);
  const chain = chainNow();
  const trunk = fork(chain, 3);
  const block = blockWith(chain, [finished(asha, itemAt(asha, root).digest)]);
  bury(chain, 2);
  await everybodySees(all, evidenceOf(chain, [block]));
  expect(itemAt(ben, root).depth).toBe(3);
  bury(trunk, 5);
  await everybodySees(all, evidenceOf(trunk));
  expect(itemAt(ben, root)).toMatchObject({ depth: undefined, wasFinal: false });
  expect(stage(ben, root)).toBe('verified');
});

it('who reserved what was free by the evidence is not accused when tips go back', async () => {
  const all = await five('tips back');
  const [asha, ben, chen] = all;
  // The first spends two coins; what takes its place spends one of them, and is final.
  const first = spendRequest(spendOf(asha, { inputs: 2 }));
  const a = await signed(all.slice(0, 3), first, all.slice(3));
  const [common, left] = outpointsOf(first);
  const b = await signed(all.slice(0, 3), again(asha, first, a.digest, [common!]), all.slice(3));
  const free = () => spendRequest(spendOf(asha, { outpoints: [left!], fee: 900 }));
  const early = await proposed(all, [free()]);
  expect(halted(ben, early)).toEqual({ halt: 'held', over: ['outpoint'] });
  const chain = chainNow();
  const block = blockWith(chain, [finished(asha, b.digest)]);
  bury(chain, 4);
  await everybodySees(all, evidenceOf(chain, [block]));
  expect(halted(ben, early)).toEqual({ halt: 'held', over: ['outpoint'] });
  bury(chain, 1);
  await everybodySees(all, evidenceOf(chain));
  expect(halted(ben, early)).toEqual({ halt: undefined, over: [] });
  for (const player of all) await did(accept(player, early));
  await everybodyHears(all);
  expect(itemAt(ben, early).reserved.size).toBe(5);

  // Three operators name the block before as their last: a node that was set back, or a lie.
  const before = evidenceOf(fork(chain, chain.blocks.at(-2)!.height));
  for (const player of [asha, ben, chen]) await bring(player, before);
  await everybodyHears(all);
  expect(itemAt(ben, sessionRootOf(ben, b.digest)).depth).toBe(5);
  expect(itemAt(ben, early).reserved.size).toBe(5);
  for (const player of all) expect(faultsOf(player)).toEqual([]);
});

/** The session that holds a request. */
const sessionRootOf = ({ seat }: Player, digest: Bytes): Bytes =>
  seat
    .requests()!
    .sessions.find(({ items }) => items.some((one) => String(one.digest) === String(digest)))!.root;

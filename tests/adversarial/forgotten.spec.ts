import { expect, it } from 'vitest';
import { batchRoot, requestDigest } from '../../src/lib/ceremony/request.ts';
import { stillToHear } from '../../src/lib/ceremony/script.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { backupsViewOf } from '../../src/lib/worker/backups-view.ts';
import { carry, clock, type Player, reimport } from '../support/seats.ts';
import {
  accept,
  again,
  bring,
  faultsOf,
  five,
  halted,
  itemAt,
  lie,
  proposedTo,
  share,
  twinOf,
} from '../support/signing-cheats.ts';
import { did, reply, spendOf, spendRequest } from '../support/signing-seats.ts';

/*
 * A restored vault hears again that it reserved something, and not what: a liar proposed it, and says
 * something else under that number to whoever was not there.
 */

const notNow = { fault: 'not-now' };

/**
 * Chen proposes a payment to Asha, Ben and Dora, who sign it. `chen2`: what he tells the others, from a
 * log with so many notes more. `old`: Ben's vault from before, restored since.
 */
async function told(seed: string, packets: number, notes = 0) {
  const [asha, ben, chen, dora, emre] = await five(seed);
  const [old, chen2] = [await twinOf(ben), await twinOf(chen)];
  const first = spendRequest(spendOf(asha));
  const root = batchRoot([requestDigest(chen.seat.known()!, first)]);
  const said = [];
  for (let i = 1; i < packets; i++) said.push(await lie(chen, { kind: 'receipt' }));
  said.push(
    await lie(
      chen,
      { kind: 'request', batch: [first] },
      { kind: 'reserve', session: root, items: [0], time: 0 },
    ),
  );
  const signers = [asha, ben, dora];
  for (const one of signers) {
    await bring(one, ...said);
    await reply(one, root);
  }
  await share(signers);
  await did(asha.seat.freeze(root, [0, 1, 3]));
  await share(signers);
  for (const one of signers) await did(one.seat.sign(root));
  await share(signers);
  expect(itemAt(asha, root).signatures).toHaveLength(1);
  for (const one of [asha, dora]) await did(one.seat.receipt());
  await share([asha, dora]);
  await reimport(old);
  for (let i = 0; i < notes; i++) await did(chen2.seat.note('record', 'longer'));
  for (const peer of [chen2, emre, asha, dora]) await did(peer.seat.receipt());
  for (let i = 1; i < packets; i++) await did(chen2.seat.receipt());
  return { asha, ben, chen, chen2, dora, emre, old, first, root };
}

/** The same payment by other coins, proposed to the restored one. */
async function beside({ chen2, emre, old, first }: Awaited<ReturnType<typeof told>>) {
  const root = await proposedTo([chen2, emre], [again(emre, first)]);
  await bring(old, ...chen2.seat.state.packetsFrom(chen2.seat.state.me));
  return root;
}

it('a proposal in the second of two packets is known, and what it claims is held', async () => {
  const all = await told('second packet', 1);
  const { asha, chen2, dora, emre, old, root } = all;
  for (const peer of [chen2, emre, dora, asha]) await carry(peer, old, true);
  expect(faultsOf(old)).toContainEqual({ fault: 'equivocation', operators: [2] });
  expect(stillToHear(old.seat.state)).toBe(0);
  expect([...itemAt(old, root).reserved].sort()).toEqual([0, 1, 3]);
  const second = await beside(all);
  expect(halted(old, second)).toEqual({ halt: 'held', over: ['payment'] });
  expect(await accept(old, second)).toEqual(notNow);
});

it('a batch that it reserved and that is not here keeps it silent until it comes', async () => {
  const all = await told('not here', 1);
  const { asha, chen2, dora, emre, old } = all;
  const { state } = old.seat;
  await bring(old, ...mine(chen2), ...mine(emre), ...mine(dora));
  await bring(old, ...mine(asha), ...asha.seat.state.packetsFrom(state.me));
  const more = { act: 'catch-up', more: 1, forgot: true };
  expect(old.seat.next()).toEqual(more);
  expect((await backupsViewOf(old.seat))!.catchUp).toMatchObject({ more: 1, forgot: true });
  const second = await beside(all);
  expect(await accept(old, second)).toEqual(notNow);
  expect(await old.seat.receipt()).toEqual(notNow);

  await carry(asha, old, true);
  expect(stillToHear(state)).toBe(0);
  expect(await backupsViewOf(old.seat)).toMatchObject({ catchUp: undefined });
  expect(halted(old, second)).toEqual({ halt: 'held', over: ['payment'] });
  await did(old.seat.receipt());
});

it('a batch behind the first proof of a fork comes with everything that another operator holds', async () => {
  const { asha, chen2, dora, emre, old } = await told('behind', 2);
  for (const peer of [chen2, emre]) await carry(peer, old, true);
  await bring(old, ...mine(dora), ...mine(asha), ...asha.seat.state.packetsFrom(old.seat.state.me));
  expect(old.seat.next()).toMatchObject({ act: 'catch-up', forgot: true });
  await carry(asha, old, true);
  expect(old.seat.state.conflicts).toHaveLength(2);
  expect(stillToHear(old.seat.state)).toBe(0);
});

it('a batch that its proposer keeps from it comes where another operator proposes it again', async () => {
  const { asha, chen2, dora, emre, old, first, root } = await told('log went back', 2, 20);
  const { state } = old.seat;
  // Before the packet with the batch his log was longer, as he tells it here: that packet is refused.
  await bring(old, ...mine(chen2).slice(0, -1));
  for (const peer of [emre, dora, asha, asha]) await carry(peer, old, true);
  expect(old.seat.next()).toEqual({ act: 'catch-up', more: 1, forgot: true });
  clock.now += 400 * 86_400_000;
  expect(await asha.seat.request([first])).toEqual({ fault: 'request-unfit' });
  expect(await old.seat.proposeAgain(root)).toEqual(notNow);
  await did(asha.seat.proposeAgain(root));
  await carry(asha, old);
  expect(stillToHear(state)).toBe(0);
  expect([...itemAt(old, root).promised]).toContain(1);
});

/** What an operator said. */
const mine = ({ seat }: Player) =>
  seat.state.allPackets().filter(({ from }) => equal(from, seat.state.me));

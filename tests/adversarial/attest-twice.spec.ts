import { describe, expect, it } from 'vitest';
import { reservationTolerates } from '../../src/lib/ceremony/manifest.ts';
import type { Request } from '../../src/lib/ceremony/request.ts';
import { stillToHear } from '../../src/lib/ceremony/script.ts';
import {
  burnRequest,
  deposited,
  depositsOf,
  everybodyLists,
  everybodySaw,
  feesRequest,
  feesTx,
  lacking,
  mintRequest,
  newBurn,
  proved,
  recipient,
  blockWith,
  bury,
  chainNow,
  everybodySees,
  evidenceOf,
} from '../support/bridge-seats.ts';
import { forked } from '../support/cheating.ts';
import { carry, clock, reimport, type Player } from '../support/seats.ts';
import {
  accept,
  bring,
  faultsOf,
  five,
  halted,
  itemAt,
  lie,
  packageWith,
  proposedTo,
  share,
  sharesOut,
  twinOf,
  type Five,
} from '../support/signing-cheats.ts';
import { did, everybodyHears, proposed, reply, sessionAt } from '../support/signing-seats.ts';
import { feeUtxo } from '../support/wire.ts';

/*
 * One deposit attested by two quorums, one burn paid by two, and fees gathered by two: one dishonest
 * operator is in both, and tells each of them another story.
 */

/** Two different requests about the same thing, and the thing. */
type Twice = (all: Five) => Promise<readonly [Request, Request, over: string]>;

const twice: Record<string, Twice> = {
  'a deposit': async (all) => {
    await deposited(all, [{ recipient: recipient(1), index: 0, amount: 10_000_000 }]);
    const [one] = await depositsOf(all[0]);
    return [mintRequest(one!), mintRequest(one!, { purpose: 'Another one' }), 'deposit'];
  },
  'a burn': async (all) => {
    const burn = newBurn();
    await proved(all, [burn]);
    await everybodySaw(all, [burn]);
    return [burnRequest(all[0], [burn]), burnRequest(all[0], [burn]), 'nullifier'];
  },
  'a fee output of the bridge': async (all) => {
    const utxos = Array.from({ length: 11 }, (_, i) => ({ ...feeUtxo(i), amount: 100_000 }));
    await everybodyLists(all, utxos);
    const joining = (inputs: typeof utxos) =>
      ({
        kind: 'consolidation',
        purpose: 'Fees',
        expires: clock.now + 86_400_000,
        inputs,
      }) as const;
    return [joining(utxos.slice(0, 6)), joining(utxos.slice(5)), 'fee'];
  },
  'a coin of the fee reservoir': async (all) => {
    const chain = chainNow();
    const block = blockWith(chain, [feesTx(all[0], [200_000, 300_000])]);
    bury(chain, 5);
    await everybodySees(all, evidenceOf(chain, [block]));
    const both = feesRequest(all[0], block.txids[1]!, [200_000, 300_000]);
    const one = feesRequest(all[0], block.txids[1]!, [200_000]);
    return [both, one, 'outpoint'];
  },
};

/** Signed by three, reserved by `also`; nobody else hears of it. */
async function signedBy(signers: readonly Player[], request: Request, also: readonly Player[]) {
  const told = [...signers, ...also];
  const root = await proposedTo(told, [request]);
  for (const player of told) await reply(player, root, { sign: signers.includes(player) });
  await share(told);
  await did(signers[0]!.seat.freeze(root, signers.map(({ seat }) => seat.state.own!).sort()));
  await share(told);
  for (const player of signers) await did(player.seat.sign(root));
  await share(told);
  return { root, item: itemAt(signers[0]!, root) };
}

describe.each(Object.entries(twice))('%s', (name, make) => {
  it('is not signed for twice by two quorums that share one liar', async () => {
    const all = await five(`${name} twice`);
    const [asha, ben, chen, dora, emre] = all;
    const [first, second, over] = await make(all);
    const liar = await twinOf(chen);
    const one = await signedBy([asha, ben, chen], first, [dora]);
    expect(one.item.signatures?.length).toBeGreaterThan(0);

    // Emre hears nothing of the first and helps in good faith; with the liar these are two.
    const root = await proposedTo([emre, liar], [second]);
    for (const player of [emre, liar]) await reply(player, root);
    await share([emre, liar]);
    expect([...itemAt(emre, root).reserved].sort()).toEqual([2, 4]);
    // Dora, Asha and Ben reserved the first one: each of them refuses, whoever asks.
    for (const honest of [dora, asha, ben]) {
      await carry(liar, honest, true);
      await carry(emre, honest, true);
      expect(halted(honest, root)).toEqual({ halt: 'held', over: [over] });
      expect(await accept(honest, root)).toEqual({ fault: 'not-now' });
    }
    await lie(liar, packageWith(liar, root, [2, 4]));
    await carry(liar, emre, true);
    expect(sessionAt(emre, root).packages[0]!.problems).toContain('signers');
    expect(await emre.seat.sign(root)).toEqual({ fault: 'not-now' });
    expect(sharesOut(emre, root)).toEqual([]);

    // Once the two stories meet, everybody holds the proof.
    await carry(asha, emre, true);
    for (const honest of [asha, ben, dora, emre])
      expect(faultsOf(honest)).toContainEqual({ fault: 'equivocation', operators: [2] });
  });

  it('a second reservation in one log counts for nothing and is held against its author', async () => {
    const all = await five(`${name} in one log`);
    const [first, second] = await make(all);
    const roots = [await proposed(all, [first]), await proposed(all, [second])];
    for (const session of roots)
      await lie(all[2], { kind: 'reserve', session, items: [0], time: 0 });
    await everybodyHears(all);
    for (const player of all) {
      expect(faultsOf(player)).toEqual([{ fault: 'reserved-twice', operators: [2] }]);
      expect(roots.map((root) => [...itemAt(player, root).reserved])).toEqual([[2], []]);
    }
  });
});

it('two reservations of one deposit under one number are proof', async () => {
  const all = await five('equivocation');
  const [asha, ben, chen, dora, emre] = all;
  const [first, second] = await twice['a deposit']!(all);
  const a = await proposed(all, [first]);
  const b = await proposed(all, [second]);
  const one = await lie(chen, { kind: 'reserve', session: a, items: [0], time: 0 });
  const two = await forked(chen, one, [{ kind: 'reserve', session: b, items: [0], time: 0 }]);
  for (const player of [asha, ben]) await bring(player, one);
  for (const player of [dora, emre]) await bring(player, two);
  await share([asha, ben, dora, emre]);
  for (const player of [asha, ben, dora, emre])
    expect(faultsOf(player)).toContainEqual({ fault: 'equivocation', operators: [2] });
});

it('r = t tolerates none, as the manifest says: one liar has a burn paid twice', async () => {
  expect(reservationTolerates(5, 3).dishonest).toBe(0);
  const all = await five('none', 3);
  const [asha, ben, chen, dora, emre] = all;
  const [first, second] = await twice['a burn']!(all);
  const twin = await twinOf(chen);
  const a = await signedBy([asha, ben, chen], first, []);
  const b = await signedBy([dora, twin, emre], second, []);
  expect(a.item.signatures).toHaveLength(1);
  expect(b.item.signatures).toHaveLength(1);
  expect(a.item.claim!.answers).toEqual(b.item.claim!.answers);
});

it('a restored vault attests nothing before it heard what it had reserved itself', async () => {
  const all = await five('restored mints');
  const [asha, ben, chen, dora, emre] = all;
  const [first, second] = await twice['a deposit']!(all);
  const old = await twinOf(ben);
  await signedBy([asha, ben, chen], first, [dora, emre]);
  for (const player of [asha, chen, dora, emre]) await did(player.seat.receipt());
  await reimport(old);
  // A liar shows it the other request, and nothing of the first.
  const liar = await twinOf(chen);
  await did(liar.seat.request([second]));
  await carry(liar, old, true);
  const root = old.seat.requests()!.sessions.at(-1)!.root;
  expect(await accept(old, root)).toEqual({ fault: 'not-now' });
  for (const player of [asha, dora, emre]) await carry(player, old, true);
  expect(stillToHear(old.seat.state)).toBe(0);
  const again = await proposedTo([asha, dora, emre, old], [second]);
  expect(halted(old, again)).toEqual({ halt: 'held', over: ['deposit'] });
  expect(lacking(old, second)).toEqual([]);
  expect(await accept(old, again)).toEqual({ fault: 'not-now' });
});

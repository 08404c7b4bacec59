import { describe, expect, it } from 'vitest';
import { equal } from '../../src/lib/crypto/bytes.ts';
import { conflict } from '../../src/lib/ceremony/claims.ts';
import { defaultReservation, reservationTolerates } from '../../src/lib/ceremony/manifest.ts';
import { forked } from '../support/cheating.ts';
import { carry, clock } from '../support/seats.ts';
import {
  accept,
  again,
  bring,
  faultsOf,
  five,
  halted,
  itemAt,
  lie,
  outpointsOf,
  packageWith,
  proposedTo,
  share,
  sharesOut,
  signed,
  twinOf,
} from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * Attempts to pay one thing twice: two transactions for one payment that can both be confirmed. Two
 * honest quorums never sign both, whoever of them is shown what.
 */

describe('two quorums with dishonest operators in both', () => {
  it('the default reservation tolerates as many of them as cannot sign alone, and no smaller one does', () => {
    for (let n = 2; n <= 16; n++)
      for (let t = Math.floor(n / 2) + 1; t <= n; t++) {
        const r = defaultReservation(n, t);
        expect(reservationTolerates(n, r).dishonest, `${t} of ${n}`).toBeGreaterThanOrEqual(t - 1);
        if (r > t) expect(reservationTolerates(n, r - 1).dishonest).toBeLessThan(t - 1);
      }
  });

  it('r = t tolerates none: one who is in both quorums pays twice', async () => {
    expect(reservationTolerates(5, 3).dishonest).toBe(0);
    const [asha, ben, chen, dora, emre] = await five('r is t', 3);
    const twin = await twinOf(chen);
    const first = spendRequest(spendOf(asha));
    const second = again(dora, first);
    const a = await signed([asha, ben, chen], first);
    const b = await signed([dora, twin, emre], second);
    expect(a.signatures).toHaveLength(1);
    expect(b.signatures).toHaveLength(1);
    expect(a.claim!.answers).toEqual(b.claim!.answers);
    expect(conflict(a.claim!, b.claim!)).toBe(false);
  });

  it('r = 4 tolerates two: they sign for both, and the second lacks a reservation', async () => {
    expect(reservationTolerates(5, 4).dishonest).toBe(2);
    const [asha, ben, chen, dora, emre] = await five('two in both');
    const [chen2, dora2] = [await twinOf(chen), await twinOf(dora)];
    const first = spendRequest(spendOf(asha));
    const a = await signed([asha, ben, chen], first, [dora]);
    expect(a.signatures).toHaveLength(1);
    expect([...a.reserved].sort()).toEqual([0, 1, 2, 3]);

    // Emre is shown nothing of it and helps in good faith; Asha and Ben are asked, too.
    const root = await proposedTo([dora2, chen2, emre], [again(dora2, first)]);
    for (const player of [chen2, dora2, emre]) await reply(player, root);
    await share([dora2, chen2, emre]);
    await lie(dora2, packageWith(dora2, root, [2, 3, 4]));
    await carry(dora2, emre, true);
    expect(sessionAt(emre, root).packages[0]!.problems).toEqual(['not-reserved']);
    expect(await emre.seat.sign(root)).toEqual({ fault: 'not-now' });
    for (const honest of [asha, ben]) {
      await carry(dora2, honest, true);
      await carry(emre, honest, true);
      expect(await accept(honest, root)).toEqual({ fault: 'not-now' });
    }
    expect(sharesOut(emre, root)).toEqual([]);

    // Once the two stories meet, everybody holds the proof.
    await carry(emre, asha, true);
    await carry(asha, emre, true);
    for (const honest of [asha, emre])
      for (const operator of [2, 3])
        expect(faultsOf(honest)).toContainEqual({ fault: 'equivocation', operators: [operator] });
  });

  it('two packets under one number: everybody holds the proof, and the other four go on', async () => {
    const all = await five('equivocation');
    const [asha, ben, chen, dora, emre] = all;
    const first = spendRequest(spendOf(asha));
    const a = await proposed(all, [first]);
    const b = await proposed(all, [again(asha, first)]);
    const one = await lie(chen, { kind: 'reserve', session: a, items: [0], time: 0 });
    const two = await forked(chen, one, [{ kind: 'reserve', session: b, items: [0], time: 0 }]);
    for (const player of [asha, ben]) await bring(player, one);
    for (const player of [dora, emre]) await bring(player, two);
    const others = [asha, ben, dora, emre];
    const { signatures } = await signed([asha, ben, emre], spendRequest(spendOf(asha)), [dora]);
    expect(signatures).toHaveLength(1);
    for (const player of others)
      expect(faultsOf(player)).toContainEqual({ fault: 'equivocation', operators: [2] });
    for (const player of [asha, dora]) await did(accept(player, a));
    await share(others);
    for (const player of [ben, emre]) expect(halted(player, b).halt).toBe('held');
  });

  it('a second reservation in one log does not count and is held against its author', async () => {
    const [asha, ben, chen, dora, emre] = await five('reserved twice');
    const all = [asha, ben, chen, dora, emre];
    const first = spendRequest(spendOf(asha));
    const a = await proposed(all, [first]);
    for (const player of [asha, ben, chen]) await reply(player, a);
    const b = await proposed(all, [again(asha, first)]);
    await everybodyHears(all);
    await lie(chen, { kind: 'reserve', session: b, items: [0], time: 0 });
    await everybodyHears(all);
    for (const player of all) {
      expect(faultsOf(player)).toEqual([{ fault: 'reserved-twice', operators: [2] }]);
      expect([...itemAt(player, b).reserved]).toEqual([]);
      expect([...itemAt(player, a).reserved]).toEqual([0, 1, 2]);
    }
    // A reservation of their own number in another’s name does not exist: only the sender’s counts.
    expect(halted(emre, b)).toEqual({ halt: 'held', over: ['payment'] });
  });

  it('withheld packets keep a share back, they do not set one free', async () => {
    const all = await five('withheld');
    const [asha, ben, , dora] = all;
    const root = await proposed(all, [spendRequest(spendOf(asha))]);
    for (const player of all.slice(0, 4)) await reply(player, root);
    for (const player of all.slice(1)) await carry(player, asha);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    // Ben is shown everything but Dora’s reply.
    const { state } = asha.seat;
    await bring(ben, ...state.allPackets().filter(({ from }) => !equal(from, dora.seat.state.me)));
    expect(sessionAt(ben, root).packages[0]!.problems).toEqual(['not-reserved']);
    expect(await ben.seat.sign(root)).toEqual({ fault: 'not-now' });
    await carry(dora, ben, true);
    await did(ben.seat.sign(root));
  });
});

describe('one coin for two payments', () => {
  it('is held for the first, also when that ended without a signature', async () => {
    const all = await five('coin');
    const [asha, ben, chen, dora, emre] = all;
    const first = spendRequest(spendOf(asha), { expires: clock.now + 3_600_000 });
    const a = await proposed(all, [first]);
    for (const player of all) await did(accept(player, a));
    await everybodyHears(all);
    const other = () =>
      spendRequest(spendOf(asha, { outpoints: outpointsOf(first), fee: 800 }), {
        expires: clock.now + 86_400_000,
      });
    const b = await proposed(all, [other()]);
    for (const player of all) {
      expect(halted(player, b)).toEqual({ halt: 'held', over: ['outpoint'] });
      expect(await accept(player, b)).toEqual({ fault: 'not-now' });
    }
    // Everybody objects to the first, and it expires. Its reservations stay: a share may be out.
    for (const player of all) await did(player.seat.object(a, [0], 'not wanted any more'));
    await everybodyHears(all);
    clock.now += 7_200_000;
    expect(halted(asha, a).halt).toBe('objected');
    expect(halted(asha, b)).toEqual({ halt: 'held', over: ['outpoint'] });

    // Only a replacement of the same payment takes the coin; once it is final, the coin is gone.
    const cancel = {
      ...again(asha, first, itemAt(asha, a).digest, outpointsOf(first)),
      expires: clock.now + 86_400_000,
    };
    const c = await signed([asha, ben, chen], cancel, [dora, emre]);
    await everybodyHears(all);
    expect(c.signatures).toHaveLength(1);
    for (const player of [asha, ben, chen]) await did(player.seat.sight(c.digest, 6));
    await everybodyHears(all);
    expect(halted(asha, a).halt).toBe('replaced');
    expect(halted(asha, b).halt).toBe('replaced');
  });
});

import { describe, expect, it } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { conflict } from '../../src/lib/ceremony/claims.ts';
import { batchRoot } from '../../src/lib/ceremony/request.ts';
import { stageOf } from '../../src/lib/ceremony/request-steps.ts';
import { forked } from '../support/cheating.ts';
import { type Player } from '../support/seats.ts';
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
  openFor,
  proposed,
  pursue,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
} from '../support/signing-seats.ts';

/*
 * Replacements: a transaction that may be signed can be confirmed at any time, so another one for the
 * same payment must exclude it, until a transaction that excludes it is final.
 */

describe('a transaction that may be signed, its last share kept back', () => {
  /** Asha and Ben gave their shares; Chen has the third and shows nobody. */
  async function keptBack(seed: string) {
    const all = await five(seed);
    const [asha, ben, chen] = all;
    const first = spendRequest(spendOf(asha, { inputs: 2 }));
    const root = await proposed(all, [first]);
    for (const player of all) await reply(player, root, { sign: player !== all[4] });
    await everybodyHears(all);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(all);
    for (const player of [asha, ben]) await did(player.seat.sign(root));
    await everybodyHears(all);
    const twin = await twinOf(chen);
    await openFor(chen, sessionAt(chen, root));
    await did(chen.seat.sign(root));
    expect(itemAt(chen, root).signatures).toHaveLength(2);
    expect(itemAt(asha, root).signatures).toBeUndefined();
    expect(sharesOut(asha, root).sort()).toEqual([0, 1]);
    return { all, first, root, twin, secret: chen, honest: [all[0], all[1], all[3], all[4]] };
  }

  it('the payment is held for every spend beside it', async () => {
    const { all, first, root, honest } = await keptBack('beside');
    const { digest } = itemAt(all[0], root);
    const other = [{ txid: new Uint8Array(32).fill(3), vout: 1 }];
    const beside = [
      again(all[0], first),
      again(all[0], first, digest),
      again(all[0], first, digest, other),
      // A common coin, but it does not say that it replaces anything.
      again(all[0], first, null, outpointsOf(first)),
    ];
    for (const request of beside) {
      const next = await proposedTo(honest, [request]);
      for (const player of honest) {
        expect(halted(player, next)).toEqual({ halt: 'held', over: ['payment'] });
        expect(await accept(player, next)).toEqual({ fault: 'not-now' });
      }
    }
  });

  it('a replacement that spends a common coin is signed, and a third one must exclude the first', async () => {
    const { all, first, root, honest, secret } = await keptBack('replaced');
    const [asha, ben, dora, emre] = honest as [Player, Player, Player, Player];
    const { digest } = itemAt(asha, root);
    const [common] = outpointsOf(first);
    const more = { txid: new Uint8Array(32).fill(4), vout: 0 };
    const second = again(asha, first, digest, [common!, more]);
    const b = await signed([asha, ben, dora], second, [emre]);
    expect(b.signatures).toHaveLength(2);
    expect(conflict(itemAt(secret, root).claim!, b.claim!)).toBe(true);

    // The third spends the coin that only the second spends: it could be confirmed beside the first.
    const chain = again(asha, first, b.digest, [more]);
    const c = await proposedTo(honest, [chain]);
    for (const player of honest) {
      expect(halted(player, c)).toEqual({ halt: 'held', over: ['payment'] });
      expect(await accept(player, c)).toEqual({ fault: 'not-now' });
    }
    // One that excludes both is signed.
    const d = await signed([asha, ben, dora], again(asha, first, b.digest, [common!]), [emre]);
    expect(d.signatures).toHaveLength(1);
    expect(all.length).toBe(5);
  });

  it('who sees it in a block says so, although its signatures were kept back', async () => {
    const { all, root } = await keptBack('seen');
    const { digest } = itemAt(all[0], root);
    expect(await all[0].seat.sight(digest, 0)).toEqual({ fault: 'not-now' });
    for (const player of [all[0], all[1], all[3]]) await did(player.seat.sight(digest, 7));
    await share([all[0], all[1], all[3], all[4]]);
    expect(itemAt(all[4], root).depth).toBe(7);
  });
});

describe('until another transaction is final', () => {
  const FINAL = 6;

  /** Everybody named sees the transaction of a request so deep. */
  async function seen(all: readonly Player[], by: readonly number[], digest: Bytes, depth: number) {
    for (const i of by) await lie(all[i]!, { kind: 'sighting', digest, depth });
    await everybodyHears(all);
  }

  it('a payment that was made is never made again', async () => {
    const all = await five('made');
    const [asha] = all;
    const first = spendRequest(spendOf(asha));
    const a = await signed(all.slice(0, 3), first, all.slice(3));
    const second = again(asha, first, a.digest, outpointsOf(first));
    const b = await signed(all.slice(0, 3), second, all.slice(3));
    await everybodyHears(all);
    await seen(all, [0, 1, 2, 3, 4], b.digest, 100);
    const rootA = batchRoot([a.digest]);
    expect(halted(asha, rootA).halt).toBe('replaced');
    const dearer = spendOf(asha, { outpoints: outpointsOf(first), fee: 1500 });
    // Neither with coins of its own, nor with the coin that is spent, nor by what was signed already.
    for (const [request, halt] of [
      [again(asha, first), 'held'],
      [again(asha, first, b.digest), 'held'],
      [again(asha, first, b.digest, outpointsOf(first)), 'held'],
      [{ ...first, replaces: b.digest, transaction: dearer }, 'replaced'],
    ] as const) {
      const root = await proposed(all, [request]);
      for (const player of all) {
        expect(halted(player, root).halt).toBe(halt);
        expect(await accept(player, root)).toEqual({ fault: 'not-now' });
      }
    }
  });

  it('a payment that was made is known as made, however few reservations are shown', async () => {
    for (const known of ['signed', 'seen'] as const) {
      const [asha, ben, chen, dora, emre] = await five(`known as ${known}`, 3);
      const first = spendRequest(spendOf(asha));
      const root = await proposedTo([asha, ben, chen, dora, emre], [first]);
      await reply(chen, root, { sign: false });
      const reserving = chen.seat.state.packetsFrom(chen.seat.state.me).at(-1)!;
      for (const player of [asha, ben, chen]) await reply(player, root);
      await share([asha, ben, chen, dora]);
      await did(asha.seat.freeze(root, [0, 1, 2]));
      await share([asha, ben, chen]);
      for (const player of [asha, ben, chen]) await did(player.seat.sign(root));
      const { digest } = itemAt(asha, root);
      if (known === 'seen')
        for (const player of [chen, dora, emre])
          await lie(player, { kind: 'sighting', digest, depth: FINAL });
      const heard = (known === 'signed' ? [asha, ben, chen] : [chen, dora]).flatMap(({ seat }) =>
        seat.state.packetsFrom(seat.state.me),
      );
      // Where Chen’s share is shown, another packet of his stands in place of his reservation.
      const hidden = await forked(
        chen,
        reserving,
        reserving.parts.filter(({ kind }) => kind !== 'reserve'),
      );
      await bring(
        emre,
        ...heard.map((one) => (known === 'signed' && one === reserving ? hidden : one)),
      );
      const { signatures, depth, reserved } = itemAt(emre, root);
      expect([signatures?.length, depth]).toEqual(
        known === 'signed' ? [1, undefined] : [undefined, FINAL],
      );
      expect(reserved.size).toBeLessThan(3);
      const next = await proposedTo([emre], [again(emre, first)]);
      expect(halted(emre, next)).toEqual({ halt: 'held', over: ['payment'] });
    }
  });

  it('a payment whose transaction can never be confirmed is made by another, by t words and not fewer', async () => {
    const all = await five('free');
    const [asha, ben, chen, dora, emre] = all;
    // Emre reserved a transaction that nobody else wanted; the others spent its coin for another payment.
    const first = spendRequest(spendOf(emre));
    const a = await proposed(all, [first]);
    await did(accept(emre, a));
    await everybodyHears(all);
    const other = spendRequest(spendOf(asha, { outpoints: outpointsOf(first), fee: 900 }));
    const spent = await signed([asha, ben, chen], other, [dora]);
    await everybodyHears(all);
    expect(spent.signatures).toHaveLength(1);
    const { digest } = spent;
    const fresh = await proposed(all, [again(asha, first)]);
    const held = { halt: 'held', over: ['payment'] };
    expect(halted(emre, fresh)).toEqual(held);

    await seen(all, [2, 3], digest, 100);
    for (let i = 0; i < 3; i++) await seen(all, [2], digest, 100 + i);
    expect(halted(emre, fresh)).toEqual(held);
    await seen(all, [0], digest, FINAL - 1);
    expect(itemAt(emre, fresh).depth).toBeUndefined();
    expect(halted(emre, fresh)).toEqual(held);
    expect(await accept(emre, fresh)).toEqual({ fault: 'not-now' });

    await seen(all, [0], digest, FINAL);
    expect(halted(emre, a).halt).toBe('replaced');
    expect(halted(emre, fresh)).toEqual({ halt: undefined, over: [] });
    for (const player of all) await reply(player, fresh, { sign: player !== dora });
    await everybodyHears(all);
    expect([...itemAt(asha, fresh).reserved]).toEqual([0, 1, 2, 3, 4]);

    // The depth is taken back: no share of Emre’s leaves, and nobody is accused for what was true.
    await seen(all, [0], digest, 2);
    expect(halted(emre, fresh)).toEqual(held);
    await did(asha.seat.freeze(fresh, [0, 1, 4]));
    await everybodyHears(all);
    expect(await emre.seat.sign(fresh)).toEqual({ fault: 'not-now' });
    for (const player of all) expect(faultsOf(player)).toEqual([]);

    await seen(all, [0], digest, FINAL + 1);
    await pursue(all, fresh);
    expect(itemAt(asha, fresh).signatures).toHaveLength(1);
  });

  it('what fewer than t saw does not look confirmed, nor released before it is signed', async () => {
    const all = await five('one word');
    const root = await proposed(all, [spendRequest(spendOf(all[0]))]);
    const { digest } = itemAt(all[0], root);
    await seen(all, [2], digest, 100);
    const { terms } = all[0].seat.here(all[0].seat.requests()!);
    expect(stageOf(terms, sessionAt(all[0], root), 0)).toBe('proposed');
    expect(itemAt(all[0], root).depth).toBeUndefined();
  });
});

describe('a higher fee', () => {
  it('takes fresh nonces, and those of the first transaction sign nothing any more', async () => {
    const all = await five('fee');
    const [asha, ben, chen, dora] = all;
    const first = spendRequest(spendOf(asha));
    const a = await proposed(all, [first]);
    for (const player of all) await reply(player, a);
    await everybodyHears(all);
    const { digest } = itemAt(asha, a);
    const second = again(asha, first, digest, outpointsOf(first));
    const b = await proposed(all, [second]);
    for (const player of all) await reply(player, b);
    await everybodyHears(all);
    const nonces = (root: Bytes) =>
      sessionAt(asha, root).replies.flatMap((one) =>
        one.nonces.flatMap(({ part }) => part.items.flatMap((item) => item.nonces.map(toHex))),
      );
    expect(new Set([...nonces(a), ...nonces(b)]).size).toBe(10);

    // A dishonest collector freezes the first one with the nonces that still wait in memory.
    await lie(chen, packageWith(chen, a, [0, 1, 3]));
    await everybodyHears(all);
    for (const player of [asha, ben, dora]) {
      expect(sessionAt(player, a).packages[0]!.problems).toEqual([]);
      expect(await player.seat.sign(a)).toEqual({ fault: 'not-now' });
    }
    await did(asha.seat.freeze(b, [0, 1, 3]));
    await everybodyHears(all);
    for (const player of [asha, ben, dora]) await did(player.seat.sign(b));
    await everybodyHears(all);
    expect(itemAt(asha, b).signatures).toHaveLength(1);
    expect(sharesOut(asha, a)).toEqual([]);
  });

  it('keeps back the share for the replaced request of a batch, not those for the others', async () => {
    const all = await five('rest');
    const [asha, ben, chen, dora] = all;
    const first = spendRequest(spendOf(asha));
    const a = await proposed(all, [first, spendRequest(spendOf(asha))]);
    for (const player of all) await reply(player, a);
    await everybodyHears(all);
    const second = again(asha, first, itemAt(asha, a).digest, outpointsOf(first));
    const b = await proposed(all, [second]);
    for (const player of all) await did(accept(player, b));
    await lie(chen, packageWith(chen, a, [0, 1, 3]));
    await everybodyHears(all);
    for (const player of [asha, ben, dora]) await did(player.seat.sign(a));
    await everybodyHears(all);
    const [replaced, other] = sessionAt(asha, a).items;
    expect([...replaced!.shared]).toEqual([]);
    expect(other!.signatures).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { bundleOf } from '../../src/lib/ceremony/packet.ts';
import type { Session } from '../../src/lib/ceremony/session.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import { altered, sayOtherwise } from '../support/cheating.ts';
import { copyOf, ports, rehearsalId, reload, type Player } from '../support/seats.ts';
import { audit } from '../support/signing-audit.ts';
import {
  did,
  everybodyHears,
  proposed,
  pursue,
  reply,
  sessionAt,
  spendOf,
  spendRequest,
  step,
  withKey,
} from '../support/signing-seats.ts';

const spends = (player: Player, length: number) =>
  Array.from({ length }, () => spendRequest(spendOf(player)));
const signedOf = ({ items }: Session) =>
  items.flatMap(({ signatures }, i) => (signatures ? [i] : []));
const approvals = (player: Player): number =>
  player.seat.state
    .manifest!.operators.map(({ packetKey }) => player.seat.state.told(packetKey, 'approve').length)
    .reduce((a, b) => a + b);

it('a wrong share names its sender; the other items go on, and nobody approves again', async () => {
  const players = await withKey(5, 3, 'wrong share');
  const [asha, ben] = players as [Player, Player];
  const root = await proposed(players, spends(asha, 3));
  for (const player of players) await reply(player, root);
  await everybodyHears(players);
  await did(asha.seat.freeze(root, [0, 1, 2]));
  await everybodyHears(players);
  sayOtherwise(ben, (part) =>
    part.kind === 'signature-shares'
      ? {
          ...part,
          items: part.items.map((one) =>
            one.item === 1 ? { ...one, shares: one.shares.map(altered) } : one,
          ),
        }
      : part,
  );
  const before = approvals(asha);
  for (const i of [0, 1, 2]) expect(await step(players[i]!, root)).toBe('release');
  await everybodyHears(players);
  for (const player of players) {
    const session = sessionAt(player, root);
    expect(signedOf(session)).toEqual([0, 2]);
    expect(session.faults.map(({ fault, operators }) => [fault, ...operators])).toEqual([
      ['share-wrong', 1],
    ]);
    expect(session.packages[0]!.wrong).toEqual([1]);
  }
  await pursue(players, root);
  const { packages, items } = sessionAt(asha, root);
  expect(signedOf(sessionAt(asha, root))).toEqual([0, 1, 2]);
  expect(packages).toHaveLength(2);
  expect(packages[1]!.ids).not.toContain(1);
  expect(packages[1]!.items).toEqual([1]);
  expect(items[1]!.shared.size).toBe(5);
  expect(approvals(asha)).toBe(before);
  audit(players);
});

it('two packages under the same nonces: one of them gets shares, whoever froze them', async () => {
  const players = await withKey(5, 3, 'two packages');
  const [asha] = players as [Player];
  const root = await proposed(players, spends(asha, 2));
  for (const player of players) await reply(player, root);
  await everybodyHears(players);
  const { replies } = sessionAt(asha, root);
  const signers = [0, 1, 2].map((operator) => ({
    operator,
    packet: replies[operator]!.nonces[0]!.packet.hash,
  }));
  const freeze = (items: readonly number[]) =>
    asha.seat.log.say([{ kind: 'package', session: root, items, signers }]);
  await freeze([0]);
  await freeze([1]);
  await everybodyHears(players);
  for (const i of [0, 1, 2]) await did(players[i]!.seat.sign(root));
  await everybodyHears(players);
  // One more with what was used already.
  await freeze([0, 1]);
  await everybodyHears(players);
  for (const i of [0, 1, 2])
    expect(await players[i]!.seat.sign(root)).toEqual({ fault: 'not-now' });
  const given = sessionAt(asha, root).packages.map(({ shared }) => [...shared.values()].flat());
  expect(given.map((ids) => ids.length)).toEqual([3, 0, 0]);
  for (const i of [0, 1, 2])
    expect(players[i]!.seat.state.told(players[i]!.seat.state.me, 'signature-shares')).toHaveLength(
      1,
    );
  await pursue(players, root);
  expect(signedOf(sessionAt(asha, root))).toEqual([0, 1]);
  audit(players);
});

it('no share leaves for a package that cannot end: one of its signers lost the nonces', async () => {
  const players = await withKey(5, 3, 'overtaken');
  const [asha, ben, chen] = players as [Player, Player, Player];
  const root = await proposed(players, spends(asha, 1));
  for (const player of players.slice(0, 4)) await reply(player, root);
  await everybodyHears(players);
  await did(asha.seat.freeze(root, [0, 1, 2]));
  await everybodyHears(players);
  await reload(ben);
  expect(await step(ben, root)).toBe('renew');
  await everybodyHears(players);
  for (const { seat } of [asha, ben, chen])
    expect(await seat.sign(root)).toEqual({ fault: 'not-now' });
  expect(await step(asha, root)).toBe('freeze');
  await pursue(players, root);
  const { packages } = sessionAt(asha, root);
  expect(packages.map(({ shared }) => shared.get(0)!.length)).toEqual([0, 3]);
  audit(players);
});

describe('two sessions at once', () => {
  it('on all seats, step by step in turn, are both signed', async () => {
    const players = await withKey(5, 3, 'at once');
    const [asha] = players as [Player];
    const roots = [
      await proposed(players, spends(asha, 2)),
      await proposed(players, spends(asha, 3)),
    ];
    for (let i = 0; i < 6; i++) {
      for (const player of players) for (const root of roots) await step(player, root);
      await everybodyHears(players);
    }
    const sets = roots.map((root) => {
      const { items, packages, faults, replies } = sessionAt(asha, root);
      expect(items.every(({ signatures }) => signatures)).toBe(true);
      expect(faults).toEqual([]);
      expect(packages).toHaveLength(1);
      const commits = packages[0]!.commits.map(toHex);
      const own = replies.flatMap(({ nonces }) => nonces.map(({ packet }) => toHex(packet.hash)));
      expect(commits.every((commit) => own.includes(commit))).toBe(true);
      return own;
    });
    expect(new Set(sets.flat()).size).toBe(sets.flat().length);
    expect(audit(players).shares).toBe(15);
  });

  it('that hold the same request: it is reserved once and signed with nonces of each', async () => {
    const players = await withKey(3, 2, 'same item');
    const [asha] = players as [Player];
    const [one, two, three] = spends(asha, 3) as [never, never, never];
    const roots = [await proposed(players, [one, two]), await proposed(players, [one, three])];
    for (const root of roots) for (const player of players) await reply(player, root);
    await everybodyHears(players);
    for (const root of roots) await did(asha.seat.freeze(root));
    await everybodyHears(players);
    for (const root of roots)
      for (const i of sessionAt(asha, root).packages[0]!.ids)
        await did(players[i]!.seat.sign(root));
    await everybodyHears(players);
    for (const root of roots) expect(signedOf(sessionAt(asha, root))).toEqual([0, 1]);
    const [a, b] = roots.map((root) => sessionAt(asha, root));
    expect(a!.items[0]).toBe(b!.items[0]);
    expect(a!.faults).toEqual([]);
    const { state } = asha.seat;
    const reserved = state.manifest!.operators.map(({ packetKey }) =>
      state.told(packetKey, 'reserve').map(({ part }) => part.items),
    );
    for (const own of reserved) expect(own).toEqual([[0, 1], [1]]);
    // A package of one session with nonces of the other is nothing to anybody.
    const signers = a!.packages[0]!.ids.map((operator) => ({
      operator,
      packet: b!.replies[operator]!.nonces.at(-1)!.packet.hash,
    }));
    await asha.seat.log.say([{ kind: 'package', session: a!.root, items: [1], signers }]);
    expect(sessionAt(asha, a!.root).packages.at(-1)!.problems).toContain('nonces-missing');
    audit(players);
  });
});

describe('packets', () => {
  it('in any order, one by one and twice, say the same in the end', async () => {
    const players = await withKey(5, 3, 'any order');
    const [asha, , , , emre] = players as [Player, Player, Player, Player, Player];
    const silent = await copyOf(emre);
    const known = new Set(emre.seat.state.allPackets().map(({ hash }) => toHex(hash)));
    const root = await proposed(players, spends(asha, 2));
    const others = players.slice(0, 4);
    for (const player of others) await reply(player, root);
    await everybodyHears(others);
    await pursue(others, root);
    const fresh = asha.seat.state.allPackets().filter(({ hash }) => !known.has(toHex(hash)));
    expect(fresh.length).toBeGreaterThan(8);
    const told = (seat: Seat, of: Bytes) => {
      const { items, replies, packages, faults } = seat
        .requests()!
        .sessions.find((one) => toHex(one.root) === toHex(of))!;
      return {
        items: items.map(({ signatures, reserved, shared }) => [
          signatures,
          [...reserved].sort(),
          [...shared].sort(),
        ]),
        replies: replies.map(({ accepts, approved, nonces }) => [
          [...accepts],
          approved,
          nonces.length,
        ]),
        packages: packages.map(({ ids, problems, shared }) => ({ ids, problems, shared })),
        faults,
      };
    };
    const all = told(asha.seat, root);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(fresh, { minLength: fresh.length, maxLength: fresh.length }),
        async (order) => {
          const store = await copyOf({ ...emre, store: silent });
          const seat = await Seat.open(ports(store, 'emre'), toHex(rehearsalId.group));
          let left = order;
          for (let i = 0; left.length > 0 && i <= fresh.length; i++) {
            const early: typeof left = [];
            for (const packet of left) {
              const bundle = bundleOf([packet.bytes, packet.bytes]);
              const taken = await seat.take(bundle);
              if (typeof taken === 'string') throw new Error(taken);
              expect(taken.refused).toEqual([]);
              if (taken.early.length > 0) early.push(packet);
            }
            left = early;
          }
          expect(left).toEqual([]);
          expect(told(seat, root)).toEqual(all);
          const again = await seat.take(bundleOf(fresh.map(({ bytes }) => bytes)));
          expect(again).toMatchObject({ taken: 0, known: fresh.length, early: [], refused: [] });
        },
      ),
      { numRuns: 6 },
    );
  });

  it('that come again bring no second share, also after a reload', async () => {
    const players = await withKey(3, 2, 'replays');
    const [asha, ben] = players as [Player, Player];
    const root = await proposed(players, spends(asha, 1));
    for (const player of players) await reply(player, root);
    await everybodyHears(players);
    await did(asha.seat.freeze(root, [0, 1]));
    await everybodyHears(players);
    await did(ben.seat.sign(root));
    const everything = bundleOf(
      [asha, ben].flatMap(({ seat }) => seat.state.allPackets().map(({ bytes }) => bytes)),
    );
    for (let i = 0; i < 2; i++) {
      expect(await ben.seat.take(everything)).toMatchObject({ taken: 0, refused: [] });
      expect(await ben.seat.sign(root)).toEqual({ fault: 'not-now' });
      await reload(ben);
    }
    expect(ben.seat.state.told(ben.seat.state.me, 'signature-shares')).toHaveLength(1);
    await everybodyHears(players);
    await pursue(players, root);
    expect(sessionAt(asha, root).packages).toHaveLength(1);
    expect(sessionAt(ben, root).items[0]!.signatures).toHaveLength(1);
    audit(players);
  });
});

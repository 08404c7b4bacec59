import { describe, expect, it } from 'vitest';
import type { Packet } from '../../src/lib/ceremony/packet.ts';
import type { Part } from '../../src/lib/ceremony/parts.ts';
import { recoveryOf } from '../../src/lib/worker/backup.ts';
import {
  A,
  B,
  approve,
  aside,
  interleaved,
  observer,
  of,
  part,
  says,
  setAt,
  twoProposals,
  type Steps,
} from '../support/backup-address.ts';
import { apart, caughtUp } from '../support/restored.ts';
import { enrolled, finish, type Player } from '../support/seats.ts';
import { bring, lie, share } from '../support/signing-cheats.ts';
import { did } from '../support/signing-seats.ts';

/*
 * Chen signs two packets under one number, and shows one branch to some and the other to others. Asha and
 * Ben are honest: once they exchanged everything, or only the proof, no two addresses may stand.
 */

type Three = [Player, Player, Player];
const players = (await enrolled(3, 2, 'backup address forks')) as Three;
await finish(players);
const fresh = async () => (await apart(players)) as Three;

const receipt: Part = { kind: 'receipt' };
const parts = {
  '–': receipt,
  '1:B': await part(players[2], 1, B),
  '2:A': await part(players[2], 2, A),
};
type Told = keyof typeof parts;
type Branch = readonly [Told, Told];
const BRANCHES: Branch[] = [
  ['–', '1:B'],
  ['–', '2:A'],
  ['2:A', '–'],
  ['–', '–'],
];
const pairs = BRANCHES.flatMap((_, i) => BRANCHES.slice(i).map((_, j) => [i, i + j] as const));

/** What Chen signs before the fork, and then in a branch. */
const signed = (chen: Player, before: Told, told: Branch, branch: number): Promise<Packet[]> =>
  Promise.all([
    aside(chen, 1, parts[before]),
    ...told.map((one, i) => aside(chen, i + 2, parts[one], branch)),
  ]);

interface Case {
  /** What Chen says in it. */
  readonly told: readonly Told[];
  /** In each order in which the packets of both branches can come. */
  readonly seen: readonly Steps[];
}

/** All that Asha can see of two branches which share their first packet. */
async function cases([asha, , chen]: Three, before: Told): Promise<Case[]> {
  const all = await Promise.all(
    [...BRANCHES, ...BRANCHES].map((told, branch) => signed(chen, before, told, branch)),
  );
  const after = observer(asha);
  return pairs.map(([i, j]) => {
    const [first, ...left] = all[i] as [Packet, ...Packet[]];
    const right = all[j + BRANCHES.length]!.slice(1);
    const orders = interleaved([...left, ...right].map((one) => [one]));
    return {
      told: [...BRANCHES[i]!, ...BRANCHES[j]!],
      seen: orders.map((order) => after([first, ...order])),
    };
  });
}

/** The addresses that stand anywhere, whatever is held and in whatever order it came. */
const standing = (all: Steps) =>
  new Set(all.flatMap(({ set }) => (set === undefined ? [] : [set])));
const last = ({ seen }: Case) => seen.map((steps) => steps.at(-1)!);

/** Under which number the two branches begin, as far as it is known. */
const lowest = (proofs: Steps[number]['proofs']) => proofs[0]?.first.number ?? Infinity;
const lowestOf = ({ seen }: Case) => Math.min(...seen.flat().map(({ proofs }) => lowest(proofs)));

describe('where the others approved B, found it wrong and approved A', () => {
  it.each([
    ['–', undefined, [2]],
    ['1:B', B, []],
    ['2:A', A, []],
  ] as const)('and Chen said %s before they forked, %s stands', async (before, set, contested) => {
    const three = await fresh();
    await twoProposals(three);
    for (const one of await cases(three, before)) {
      const ambiguous = contested.filter(() => one.told.some((told) => told !== '–'));
      for (const end of last(one))
        expect([one.told, end.set, end.contested]).toEqual([one.told, set, ambiguous]);
      for (const steps of one.seen) expect(standing(steps).size).toBeLessThanOrEqual(1);
      // Whoever holds the proof, and however little else.
      const known = one.seen.flat().filter(({ proofs }) => lowest(proofs) === lowestOf(one));
      expect([...standing(known)]).toEqual(set === undefined ? [] : [set]);
    }
  });
});

describe('where the others all approved A alone', () => {
  it.each(['–', '1:B', '2:A'] as const)(
    'and Chen said %s before they forked, A stands once it is in any branch',
    async (before) => {
      const three = await fresh();
      for (const player of three.slice(0, 2)) await says(player, 2, A);
      await share(three);
      for (const one of await cases(three, before)) {
        const approved = [before, ...one.told].includes('2:A');
        for (const end of last(one))
          expect([one.told, end.set, end.contested]).toEqual([
            one.told,
            approved ? A : undefined,
            [],
          ]);
      }
    },
  );

  it('an operator who forked long before still approves by the page, and so do the others', async () => {
    const three = await fresh();
    const [asha, ben, chen] = three;
    const fork = await aside(chen, 1, receipt, 1);
    await lie(chen, receipt);
    await share(three);
    for (const player of [asha, ben]) expect((await bring(player, fork)).taken).toBe(1);
    await share(three);
    await caughtUp(chen, [asha, ben]);
    for (const player of three) {
      await did(approve(player, A));
      await share(three);
    }
    expect(setAt(three)).toEqual([A, A, A]);
    await bring(asha, await aside(chen, 1, receipt, 3));
    expect(setAt(three)).toEqual([A, A, A]);
  });
});

it('what was approved for certain before a fork closes all proposals before it', async () => {
  const three = await fresh();
  const [asha, ben, chen] = three;
  for (const player of [asha, ben]) {
    await says(player, 1, B);
    await says(player, 3, A);
  }
  await share(three);
  const fork = await Promise.all([aside(chen, 2, receipt, 1), aside(chen, 2, receipt, 2)]);
  const approved = await aside(chen, 3, await part(chen, 3, A));
  const ends = (before: Told) =>
    aside(chen, 1, parts[before]).then((first) =>
      observer(asha)([first, ...fork, approved]).at(-1),
    );
  expect(await ends('–')).toMatchObject({ set: undefined, contested: [2] });
  expect(await ends('2:A')).toMatchObject({ set: A, contested: [] });
});

it('one packet of each branch, shown first to one and then to the other, makes no two addresses', async () => {
  const three = await fresh();
  const [asha, ben, chen] = three;
  await twoProposals(three);
  const [, ...left] = await signed(chen, '–', ['–', '2:A'], 1);
  const [first, ...right] = await signed(chen, '–', ['–', '1:B'], 2);
  await bring(asha, first!, ...left);
  await bring(ben, first!, ...right);
  expect(setAt([asha, ben])).toEqual([A, B]);
  await share([asha, ben]);
  expect(setAt([asha, ben])).toEqual([undefined, undefined]);
  for (const player of [asha, ben]) {
    expect(of(player).contested).toEqual([2]);
    expect(recoveryOf(player.seat)!.backupAddress).toBeNull();
  }
});

it('nor does it help to fill what is kept of a sender, so that the other branch finds no room', async () => {
  const three = await fresh();
  const [asha, ben, chen] = three;
  await twoProposals(three);
  const left = await Promise.all([aside(chen, 1, receipt, 1), aside(chen, 2, parts['2:A'], 1)]);
  const right = await Promise.all([aside(chen, 1, receipt, 2), aside(chen, 2, parts['1:B'], 2)]);
  const many = Array.from({ length: 64 }, (_, i) => aside(chen, 1, receipt, i + 3));
  await bring(asha, ...left);
  await bring(ben, ...right);
  for (const player of [asha, ben]) await bring(player, ...(await Promise.all(many)));
  await bring(asha, ...right);
  await bring(ben, ...left);
  for (const player of [asha, ben]) {
    expect(player.seat.state.conflicts).toHaveLength(64);
    expect(of(player).set).toBeUndefined();
    expect(of(player).contested).toEqual([2]);
  }
});

it('where every operator forked, nobody here may know what they approved: only what is certain stands', async () => {
  const three = await fresh();
  const [asha] = three;
  const all = await Promise.all(
    three.map(async (player) => [
      await aside(player, 1, receipt, 1),
      await aside(player, 1, receipt, 2),
      await aside(player, 2, await part(player, 1, A)),
    ]),
  );
  const [ofAsha, ofBen, ofChen] = all as [Packet[], Packet[], Packet[]];
  const steps = observer(asha)([...ofBen, ...ofChen, ofAsha[0]!, ofAsha[2]!, ofAsha[1]!]);
  expect(steps.at(-2)).toMatchObject({ set: A, contested: [] });
  expect(steps.at(-1)).toMatchObject({ set: undefined, contested: [0, 1, 2] });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { concat, equal, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { type Part, type PartOf } from '../../src/lib/ceremony/parts.ts';
import { type Batch } from '../../src/lib/ceremony/request.ts';
import { type Player } from '../support/seats.ts';
import {
  five,
  hostileTo,
  lie,
  namesOf,
  packageWith,
  repliedBy,
  signWithout,
  twoSpends,
  type Five,
} from '../support/signing-cheats.ts';
import { did, everybodyHears, proposed, reply, sessionAt } from '../support/signing-seats.ts';

/*
 * An operator who sends anything at all in the parts that requests are made of. Nothing throws, no
 * share leaves for it, what is wrong is named or passed over, and the others sign.
 */

const notNow = { fault: 'not-now' };
const NOBODY = new Uint8Array(32).fill(0xee);
/** Above the order of either group, and above every coordinate. */
const order = new Uint8Array(32).fill(0xff);

let all: Five;
let asha: Player;
let chen: Player;
beforeEach(async () => {
  all = await five('hostile');
  asha = all[0];
  chen = all[2];
}, 60_000);

const replied = (ids: readonly number[], batch?: Batch) => repliedBy(all, ids, batch);
const hostile = (root: Bytes, ...parts: readonly Part[]) => hostileTo(all, root, ...parts);
const othersSign = (root: Bytes) => signWithout(all, root);
const said = (root: Bytes, by = 2) => sessionAt(asha, root).replies[by]!;

describe('what says nothing is passed over', () => {
  it('words about other batches, other items and other requests', async () => {
    const root = await replied([0, 1, 3]);
    const verdict = { accept: true, because: '' };
    const slip = { kind: 'slip', source: 'x' } as const;
    const nothing: readonly Part[] = [
      { ...slip, session: NOBODY, verdicts: [verdict, verdict] },
      { ...slip, session: root, verdicts: [verdict] },
      { ...slip, session: root, verdicts: [verdict, verdict, verdict] },
      { kind: 'reserve', session: NOBODY, items: [0], time: 0 },
      { kind: 'reserve', session: root, items: [2, 99], time: 0 },
      { kind: 'object', session: NOBODY, items: [0], because: 'no' },
      { kind: 'object', session: root, items: [2, 99], because: 'no' },
      { kind: 'sighting', digest: NOBODY, depth: 1000 },
      { kind: 'approve', statement: 'CONCLAVE SPEND', signature: new Uint8Array(64) },
      {
        kind: 'signature-shares',
        session: root,
        package: NOBODY,
        items: [{ item: 0, shares: [NOBODY] }],
      },
      { kind: 'resumed', at: 1 },
    ];
    for (const part of nothing) await hostile(root, part);
    const { slip: told, accepts, objections, approved } = said(root);
    expect({ told, accepts, objections, approved }).toEqual({
      told: undefined,
      accepts: new Set(),
      objections: new Map(),
      approved: false,
    });
    const session = sessionAt(asha, root);
    expect(namesOf(session)).toEqual([]);
    for (const { reserved } of session.items) expect(reserved).toEqual(new Set([0, 1, 3, 4]));
    await othersSign(root);
  });
});

describe('nonces', () => {
  it('of a wrong number, length or kind are named, and a package with them is nobody’s', async () => {
    const root = await replied([0, 1, 2, 3]);
    const right = said(root).nonces.at(-1)!.part.items;
    const [first, second] = right as [(typeof right)[number], (typeof right)[number]];
    const nonce = first.nonces[0]!;
    const above = Uint8Array.of(2, ...order);
    const wrong: readonly PartOf<'nonces'>['items'][] = [
      [{ item: 0, nonces: [nonce, nonce] }, second],
      [first, { item: 1, nonces: [nonce] }],
      [{ item: 0, nonces: [nonce.slice(0, 64)] }, second],
      [{ item: 0, nonces: [concat(nonce.subarray(0, 33), above)] }, second],
      [{ item: 0, nonces: [concat(new Uint8Array(33), nonce.subarray(33))] }, second],
      [first, first, second],
      [first, { ...second, item: 2 }],
    ];
    for (const [i, items] of wrong.entries()) {
      const packet = await hostile(root, { kind: 'nonces', session: root, items });
      expect(said(root).nonces, String(i)).toHaveLength(1);
      expect(namesOf(sessionAt(asha, root))).toEqual(['signing-pubnonce-invalid 2']);
      const frozen = packageWith(chen, root, [0, 1, 2]);
      const signers = frozen.signers.map((one) =>
        one.operator === 2 ? { ...one, packet: packet.hash } : one,
      );
      await hostile(root, { ...frozen, signers });
      expect(sessionAt(asha, root).packages.at(-1)!.problems).toEqual(['nonces-missing']);
    }
    await othersSign(root);
  });
});

type Signer = PartOf<'package'>['signers'][number];

describe('packages', () => {
  it('that no honest operator would freeze are nobody’s, whoever gives shares under them', async () => {
    const other = await replied([0, 1, 2, 3]);
    const root = await replied([0, 1, 2, 3]);
    const right = packageWith(chen, root, [0, 1, 2]);
    const [a, b, c] = right.signers as [Signer, Signer, Signer];
    const [d] = packageWith(chen, root, [3]).signers as [Signer];
    const elsewhere = packageWith(chen, other, [0, 1, 2]).signers[0]!;
    const cases: readonly [Partial<typeof right>, readonly string[] | undefined][] = [
      [{ signers: [a, b] }, ['signers']],
      [{ signers: [a, b, c, d] }, ['signers']],
      [{ signers: [b, a, c] }, ['signers']],
      [{ signers: [a, a, c] }, ['signers']],
      [{ signers: [a, b, { ...c, operator: 15 }] }, undefined],
      [{ signers: [a, b, { ...c, operator: 4 }] }, ['not-approved', 'nonces-missing']],
      [{ signers: [a, b, { ...c, packet: NOBODY }] }, ['nonces-missing']],
      [{ signers: [{ ...a, packet: b.packet }, b, c] }, ['nonces-missing']],
      [{ signers: [elsewhere, b, c] }, ['nonces-missing']],
      [{ items: [1, 0] }, ['items']],
      [{ items: [0, 0] }, ['items']],
      [{ items: [0, 2] }, undefined],
      [{ session: NOBODY }, undefined],
    ];
    for (const [edit, problems] of cases) {
      const before = sessionAt(asha, root).packages.length;
      await hostile(root, { ...right, ...edit });
      const found = sessionAt(asha, root).packages.slice(before);
      expect(found.map((one) => one.problems)).toEqual(problems ? [problems] : []);
      if (!found[0]) continue;
      const items = [{ item: 0, shares: [NOBODY] }];
      const { hash } = found[0];
      await hostile(root, { kind: 'signature-shares', session: root, package: hash, items });
    }
    expect(namesOf(sessionAt(asha, root))).toEqual([]);
    await othersSign(root);
  });

  it('with an item that too few reserved', async () => {
    const root = await proposed(all, twoSpends(asha));
    for (const i of [0, 1, 2]) await reply(all[i]!, root);
    await everybodyHears(all);
    await hostile(root, packageWith(chen, root, [0, 1, 2]));
    expect(sessionAt(asha, root).packages[0]!.problems).toEqual(['not-reserved']);
    await reply(all[3], root);
    await everybodyHears(all);
    await othersSign(root);
  });

  it('with an item that one signer does not accept', async () => {
    const root = await proposed(all, twoSpends(asha));
    for (const [i, player] of all.entries())
      await reply(player, root, { refuse: i === 1 ? [1] : [] });
    await everybodyHears(all);
    await hostile(root, packageWith(chen, root, [0, 1, 3]));
    expect(sessionAt(asha, root).packages[0]!.problems).toEqual(['not-accepted', 'nonces-missing']);
    // Without that signer all of it is signed.
    await did(asha.seat.freeze(root, [0, 3, 4]));
    await everybodyHears(all);
    for (const i of [0, 3, 4]) await did(all[i]!.seat.sign(root));
    await everybodyHears(all);
    for (const item of sessionAt(asha, root).items) expect(item.signatures).toBeDefined();
  });

  it('two of them with the same nonces use them once', async () => {
    const root = await replied([0, 1, 2, 3]);
    const packet = await lie(chen, packageWith(chen, root, [0, 1, 3]));
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(all);
    const [, ben] = all;
    expect(sessionAt(ben, root).packages.map(({ problems }) => problems)).toEqual([[], []]);
    const before = ben.seat.state.noted('spent').length;
    await did(ben.seat.sign(root));
    expect(ben.seat.state.noted('spent').length).toBe(before + 1);
    const { packages } = sessionAt(ben, root);
    expect(packages.filter(({ shared }) => shared.get(0)?.includes(1))).toHaveLength(1);
    expect(await ben.seat.sign(root)).toEqual(notNow);
    await everybodyHears(all);
    expect(equal(packet.from, chen.seat.state.me)).toBe(true);
    await othersSign(root);
  });
});

describe('approvals', () => {
  it('of another operator, another batch or before the slip do not count', async () => {
    const other = await replied([0, 1, 2, 3]);
    const root = await replied([0, 1, 3]);
    const statement = said(root, 0).statement!;
    const approvalOf = (player: Player, of: string): PartOf<'approve'> =>
      asha.seat.state
        .told(player.seat.state.me, 'approve')
        .map(({ part }) => part)
        .find((part) => part.statement === of)!;
    const verdict = { accept: true, because: '' };
    await hostile(root, approvalOf(asha, statement));
    expect(namesOf(sessionAt(asha, root))).toEqual([]);
    await hostile(root, { kind: 'slip', session: root, source: 'x', verdicts: [verdict, verdict] });
    await hostile(root, approvalOf(chen, said(other).statement!));
    await hostile(root, { ...approvalOf(chen, said(other).statement!), statement });
    expect(said(root)).toMatchObject({ statement, approved: false });
    expect(namesOf(sessionAt(asha, root))).toEqual(['approval-invalid 2']);
    const nonces = said(other).nonces[0]!.part.items;
    await hostile(root, { kind: 'nonces', session: root, items: nonces });
    await hostile(root, packageWith(chen, root, [0, 1, 2]));
    expect(sessionAt(asha, root).packages.at(-1)!.problems).toEqual(['not-approved']);
    await othersSign(root);
  });
});

import { describe, expect, test } from 'vitest';
import { startEngine } from '../../../tests/support/engine-node.ts';
import { toHex } from '../crypto/bytes.ts';
import { deviceLabel } from '../ceremony/card.ts';
import { isDeviceFault, type Device } from '../devices/device.ts';
import { drawnDevice } from '../../../tests/support/simulated.ts';
import { jsGroup } from '../wasm/js-group.ts';
import type { Desk } from './desk.ts';
import { people } from './rehearsal-cast.ts';
import { operatorOf, type Pull, type Story } from './rehearsal-story.ts';
import { Rehearsal } from './rehearsal.ts';

const engine = await startEngine();
const parts = {
  groups: { secp256k1: engine.secp256k1, ed25519: engine.ed25519 },
  other: { secp256k1: jsGroup('secp256k1'), ed25519: jsGroup('ed25519') },
};

const FAR = 400;
const all = people.map((_, number) => number);

const rehearse = (story: Story, seed: number, pulls: (Pull & { at: number })[] = []) =>
  Rehearsal.of(parts, story, seed, pulls);

async function ended(rehearsal: Rehearsal) {
  await rehearsal.run(FAR);
  const { outcome, order } = await rehearsal.scene();
  if (!outcome?.withdrawal) throw new Error(`no end within ${FAR} steps`);
  return { ...outcome, withdrawal: outcome.withdrawal, order: order! };
}

const heads = ({ players }: Rehearsal) => players.map(({ seat }) => toHex(seat!.state.head.head));

const deviceOf = (rehearsal: Rehearsal, operator: number) =>
  drawnDevice(rehearsal.players[operator]!.drawn);

/** What somebody does at the desk who has only the page: says what was found, and signs. */
async function answer(rehearsal: Rehearsal, you: number, accept: boolean, approve = true) {
  const desk = rehearsal.desk();
  const device = await deviceOf(rehearsal, you);
  const [session] = (await desk.requests())!.sessions;
  const { root } = session!;
  if (accept && approve) await open(desk, device);
  const approval =
    accept && approve ? await device.approve((await desk.statement(root, [0]))!) : undefined;
  if (approval && isDeviceFault(approval)) throw new Error(approval.fault);
  const fault = await desk.act({
    act: 'reply',
    root,
    findings: {
      source: 'a call',
      verdicts: [{ accept, because: accept ? '' : 'another recipient' }],
    },
    approval: approval?.signature,
  });
  expect(fault).toBeUndefined();
}

async function open(desk: Desk, device: Device) {
  const { id } = await desk.view();
  const replies = await device.derive([deviceLabel('custody share', id)]);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  await desk.act({ act: 'open-for-signing', custody: replies[0], attestation: undefined });
}

describe('a withdrawal', () => {
  test('is proposed, accepted by all, signed by three, and verified', async () => {
    const rehearsal = await rehearse('sign', 7);
    const { result, named, withdrawal, order } = await ended(rehearsal);
    expect([result, named]).toEqual(['signed', []]);
    expect(withdrawal).toMatchObject({
      proposer: 3,
      proposed: order.address,
      accepted: all,
      objected: [],
      signers: [0, 1, 2],
    });
    expect(rehearsal.events[0]).toMatchObject({ kind: 'key' });
    expect(rehearsal.events.length).toBeLessThan(40);
    const { players } = await rehearsal.scene();
    expect(players.map(({ view }) => view!.keyState)).toEqual(people.map(() => 'rehearsed'));
    expect(players.map(({ request }) => request!.stage)).toEqual(people.map(() => 'released'));
    for (const { seat } of rehearsal.players) {
      const [item] = seat!.requests()!.sessions[0]!.items;
      expect(item!.signatures).toHaveLength(2);
      expect(seat!.openedForSigning()).toEqual([]);
    }
  });

  test.each([0, 1, 2, 7])(
    'seed %i: whoever proposes a swapped recipient is alone, nothing is signed',
    async (seed) => {
      const { result, withdrawal, order } = await ended(await rehearse('swap', seed));
      const proposer = operatorOf(seed);
      expect(result).toBe('objected');
      expect(withdrawal).toMatchObject({
        proposer,
        accepted: [proposer],
        objected: all.filter((number) => number !== proposer),
        stopped: true,
        signers: [],
        transaction: undefined,
      });
      // Alike at the beginning, as somebody can search for, and another one all the same.
      expect(withdrawal.proposed).not.toBe(order.address);
      expect(withdrawal.proposed.slice(0, 10)).toBe(order.address.slice(0, 10));
    },
  );

  test('the same story and seed lead to the same logs, in one go or step by step', async () => {
    const [first, second, other] = [
      await rehearse('sign', 7),
      await rehearse('sign', 7),
      await rehearse('sign', 8),
    ];
    await first.run(FAR);
    for (let i = 0; i < 40; i++) await second.run(1);
    await other.run(FAR);
    expect(heads(second)).toEqual(heads(first));
    expect(second.events).toEqual(first.events);
    expect(heads(other)).not.toEqual(heads(first));
    const [one, same] = [await ended(first), await ended(second)];
    expect(same.withdrawal.transaction).toEqual(one.withdrawal.transaction);
  });
});

describe('at the own desk', () => {
  test.each([0, 2, 3, 4])(
    'operator %i says first what was found, and is among the signers',
    async (you) => {
      const rehearsal = await rehearse('sign', 7);
      rehearsal.you = you;
      const turns: string[] = [];
      for (let i = 0; i < FAR; i++) {
        const event = await rehearsal.step();
        if (event.kind === 'end') break;
        if (event.kind !== 'your-turn') continue;
        turns.push(event.act);
        const desk = rehearsal.desk();
        const [session] = (await desk.requests())!.sessions;
        const { root, items, replies } = session!;
        if (event.act === 'reply') {
          expect(replies.filter(({ answered }) => answered)).toEqual([]);
          const before = rehearsal.events.filter((one) => one.kind === 'act');
          expect(before.map(({ act }) => act)).toEqual(['request']);
          await answer(rehearsal, you, true);
        } else if (event.act === 'sighting')
          await desk.act({ act: 'sighting', digest: items[0]!.digest, depth: 0 });
        else if (event.act === 'freeze') await desk.act({ act: 'freeze', root, among: undefined });
        else await desk.act({ act: event.act as 'sign', root });
      }
      expect(turns).toEqual(
        you === 0 ? ['reply', 'freeze', 'sign', 'sighting'] : ['reply', 'sign'],
      );
      const { result, withdrawal } = await ended(rehearsal);
      expect(result).toBe('signed');
      expect(withdrawal.signers).toContain(you);
    },
  );

  test('who only reserves is not waited for: three others sign', async () => {
    const rehearsal = await rehearse('sign', 7);
    rehearsal.you = 2;
    await rehearsal.run(FAR);
    await answer(rehearsal, 2, true, false);
    const { result, withdrawal } = await ended(rehearsal);
    expect(result).toBe('signed');
    expect(withdrawal.signers).toEqual([0, 1, 3]);
  });

  test('one who objects to what was ordered does not stop the others', async () => {
    const rehearsal = await rehearse('sign', 7);
    rehearsal.you = 2;
    await rehearsal.run(FAR);
    await answer(rehearsal, 2, false);
    const { result, withdrawal } = await ended(rehearsal);
    expect(result).toBe('signed');
    expect(withdrawal).toMatchObject({ objected: [2], signers: [0, 1, 3] });
  });

  test.each([
    [true, [2, 3]],
    [false, [3]],
  ])('a swapped recipient, accepted here: %s; the others object', async (accept, accepted) => {
    const rehearsal = await rehearse('swap', 7);
    rehearsal.you = 2;
    await rehearsal.run(FAR);
    expect((await rehearsal.scene()).waiting).toBe('reply');
    await answer(rehearsal, 2, accept);
    const { result, withdrawal } = await ended(rehearsal);
    expect(result).toBe('objected');
    expect(withdrawal.accepted).toEqual(accepted);
    expect(withdrawal.objected).toEqual(all.filter((number) => !accepted.includes(number)));
  });

  test('the desk is left to the program again', async () => {
    const rehearsal = await rehearse('sign', 7);
    rehearsal.you = 2;
    await rehearsal.run(FAR);
    rehearsal.you = undefined;
    expect((await ended(rehearsal)).result).toBe('signed');
  });
});

describe('levers', () => {
  test('a wrong signature share is proven, and others sign', async () => {
    const rehearsal = await rehearse('sign', 7, [{ at: 1, lever: 'wrong-signature', operator: 1 }]);
    const { result, named, withdrawal } = await ended(rehearsal);
    expect(result).toBe('signed');
    expect(named.map(({ fault: { fault, who, operators } }) => [fault, who, operators])).toEqual([
      ['share-wrong', 'operator', [1]],
    ]);
    expect(withdrawal.signers).not.toContain(1);
  });

  test.each(['wrong-share', 'equivocate'] as const)(
    '%s is too late: the key is made',
    async (lever) => {
      const rehearsal = await rehearse('sign', 7, [{ at: 0, lever, operator: 1 }]);
      expect((await ended(rehearsal)).result).toBe('signed');
      expect(rehearsal.events[1]).toMatchObject({ kind: 'lever', late: true });
    },
  );

  test.each(['drop', 'duplicate', 'corrupt', 'unplug', 'reload'] as const)(
    '%s at every third step leads to a signature',
    { timeout: 120_000 },
    async (lever) => {
      const pulls = Array.from({ length: 12 }, (_, i) => ({
        at: 1 + 3 * i,
        lever,
        operator: i % 5,
      }));
      const rehearsal = await rehearse('sign', 7, pulls);
      const { result, named } = await ended(rehearsal);
      expect([result, named]).toEqual(['signed', []]);
      const { packages } = rehearsal.players[0]!.seat!.requests()!.sessions[0]!;
      const used = packages.flatMap(({ ids, commits, shared }) =>
        commits.filter((_, i) => [...shared.values()].some((out) => out.includes(ids[i]!))),
      );
      expect(used.length).toBeGreaterThanOrEqual(3);
      expect(new Set(used.map(toHex)).size).toBe(used.length);
    },
  );
});

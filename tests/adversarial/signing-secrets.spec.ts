import { describe, expect, it } from 'vitest';
import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { requestsViewOf } from '../../src/lib/worker/requests-view.ts';
import type { Player } from '../support/seats.ts';
import {
  did,
  everybodyHears,
  lastSession,
  openFor,
  reply,
  sessions,
  spendOf,
  spendRequest,
  withKey,
} from '../support/signing-seats.ts';

/* What stays in memory, and for how long; and what is shown of others. */

const players = await withKey(5, 3, 'signing secrets');
const [asha, ben, chen, dora, emre] = players as [Player, Player, Player, Player, Player];

/** Everybody heard of a new request. */
async function requested(): Promise<Bytes> {
  await did(asha.seat.request([spendRequest(spendOf(asha))]));
  await everybodyHears(players);
  return lastSession(asha).root;
}

const sessionOf = (player: Player, root: Bytes) =>
  sessions(player).find((one) => toHex(one.root) === toHex(root))!;

/** All five approved, so that any three can sign. */
async function approved(): Promise<Bytes> {
  const root = await requested();
  for (const player of players) await reply(player, root);
  await everybodyHears(players);
  return root;
}

describe('a share is closed, and nonces are burned,', () => {
  it('after they served one of two packages that name the same nonces', async () => {
    const root = await approved();
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await did(dora.seat.freeze(root, [1, 3, 4]));
    await everybodyHears(players);
    await did(ben.seat.sign(root));
    const { packages } = sessionOf(ben, root);
    expect(packages.map(({ shared }) => shared.get(0)!.includes(1)).sort()).toEqual([false, true]);
    expect(ben.seat.openedForSigning()).toEqual([]);
    expect(ben.seat.nextFor(sessionOf(ben, root)).act).toBe('renew');
    await did(asha.seat.object(root, [0], 'not needed'));
    await did(chen.seat.object(root, [0], 'not needed'));
    await everybodyHears(players);
  });

  it('where the others signed without them', async () => {
    const root = await approved();
    expect(emre.seat.openedForSigning()).toEqual(['custody']);
    await did(asha.seat.freeze(root, [0, 1, 2]));
    await everybodyHears(players);
    for (const player of [asha, ben, chen]) await did(player.seat.sign(root));
    await everybodyHears(players);
    expect(sessionOf(emre, root).items[0]!.signatures).toHaveLength(1);
    const { packet } = sessionOf(emre, root).replies[4]!.nonces[0]!;
    expect(emre.seat.here(emre.seat.requests()!).holds(packet.hash)).toBe(false);
    expect(emre.seat.openedForSigning()).toEqual([]);
  });

  it('when their operator objects', async () => {
    const root = await requested();
    await reply(ben, root);
    expect(ben.seat.openedForSigning()).toEqual(['custody']);
    await did(ben.seat.object(root, [0], 'the recipient called'));
    expect(ben.seat.openedForSigning()).toEqual([]);
  });

  it('when the approval is not the own device’s', async () => {
    const root = await requested();
    await openFor(ben, sessionOf(ben, root));
    const findings = { source: 'own records', verdicts: [{ accept: true, because: '' }] };
    const fault = await ben.seat.reply(root, findings, new Uint8Array(64));
    expect(fault?.fault).toBe('other-device');
    expect(ben.seat.openedForSigning()).toEqual([]);
  });

  it('but not by a bundle that ends nothing, between opening and approving', async () => {
    const root = await requested();
    await openFor(ben, sessionOf(ben, root));
    await everybodyHears(players);
    expect(ben.seat.openedForSigning()).toEqual(['custody']);
  });
});

it('before the own slip nothing shows who accepted, approved or is to sign', async () => {
  const root = await requested();
  const shown = () => {
    const view = requestsViewOf(emre.seat)!.sessions.find(
      (one) => toHex(one.root) === toHex(root),
    )!;
    const { items, replies, packages, faults } = view;
    const [{ accepted, reserved, objections, stage }] = items as [(typeof items)[0]];
    const said = replies.map(({ approved, nonces, source }) => ({ approved, nonces, source }));
    return { accepted, reserved, objections, stage, said, packages, faults };
  };
  const before = shown();
  for (const player of [asha, ben, chen, dora]) await reply(player, root);
  await everybodyHears(players);
  await did(asha.seat.freeze(root, [0, 1, 2]));
  await everybodyHears(players);
  expect(shown()).toEqual(before);
  await reply(emre, root, { sign: false });
  expect(shown().packages).toHaveLength(1);
  expect(shown().said.map(({ nonces }) => nonces)).toEqual([true, true, true, true, false]);
});

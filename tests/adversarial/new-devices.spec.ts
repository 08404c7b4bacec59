import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admitStatement,
  approvalHolds,
  cardNow,
  newDevices,
  type NewDevice,
} from '../../src/lib/ceremony/operator-device.ts';
import { overhear } from '../../src/lib/ceremony/overhear.ts';
import { packetsOf } from '../../src/lib/ceremony/packet.ts';
import type { Part, PartOf } from '../../src/lib/ceremony/parts.ts';
import type { State } from '../../src/lib/ceremony/state.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault, type Device } from '../../src/lib/devices/device.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { sitAsWitness } from '../../src/lib/worker/enrol.ts';
import { admit } from '../../src/lib/worker/recovery.ts';
import {
  admits,
  ageBackup,
  apart,
  caughtUp,
  equipped,
  fromAge,
  recovered,
} from '../support/restored.ts';
import { carry, deviceOf, enrolled, finish, groups, ports, rehearsalId } from '../support/seats.ts';
import { bring, five, lie, share, type Five } from '../support/signing-cheats.ts';
import {
  did,
  everybodyHears,
  proposed,
  reply,
  sessionAt,
  testRequest,
} from '../support/signing-seats.ts';
import type { Player } from '../support/seats.ts';

/*
 * Somebody has an operator's host secret and speaks with their packet key, or operators agree to admit
 * each other's devices. Five operators, three of whom sign: it takes three to admit.
 */

const original = await five('new devices');
const files = await Promise.all(original.slice(0, 3).map(ageBackup));
await everybodyHears(original);
const group = async () => (await apart(original)) as Five;
const devices = await Promise.all([50, 51, 52].map((byte) => deviceOf(byte)));

const { ed25519, secp256k1 } = groups;
const devicesAt = ({ seat }: Player) => newDevices(ed25519, seat.state);
const deviceAt = (player: Player, operator: number): NewDevice =>
  devicesAt(player).findLast((one) => one.operator === operator)!;

/** An operator goes on with another device, and says so. */
async function moves(player: Player, device: Player['device'], file: Bytes): Promise<Player> {
  expect(await player.seat.restoreHost(fromAge(file))).toBeUndefined();
  const moved = { ...player, device };
  await equipped(moved);
  return moved;
}

async function approved(device: Device, statement: string): Promise<Bytes> {
  const approval = await device.approve(statement);
  if (isDeviceFault(approval)) throw new Error(approval.fault);
  return approval.signature;
}

/** A part in which a device approves a card of an operator (from 0). */
const admission = async (device: Device, operator: number, card: Bytes): Promise<Part> => ({
  kind: 'admit',
  operator,
  card,
  signature: await approved(device, admitStatement(rehearsalId, operator, card)),
});

/** A part in which a device approves all of a batch for an operator. */
async function approval(of: Player, root: Bytes, device: Device): Promise<PartOf<'approve'>> {
  const statement = of.seat.statement(root, [0])!;
  return { kind: 'approve', statement, signature: await approved(device, statement) };
}

const faultsAt = ({ seat }: Player) => [...seat.requests()!.faults, ...seat.progress().faults];

it('a thief with host secret and own device speaks, and approves nothing before three admit it', async () => {
  const all = await group();
  const [asha, ben, chen, dora, emre] = all;
  const thief = await recovered(ben, emre, fromAge(files[1]!), { device: devices[0]! });
  await equipped(thief);
  await caughtUp(thief, [asha, chen, dora]);
  const everybody = [asha, thief, chen, dora, emre];
  await everybodyHears(everybody);
  const root = await proposed(everybody, [testRequest()]);
  await expect(reply(thief, root)).rejects.toThrow('device-not-admitted');
  await reply(thief, root, { sign: false });
  await lie(thief, await approval(thief, root, thief.device));

  for (const by of [asha, dora, chen]) {
    await everybodyHears(everybody);
    for (const player of everybody) {
      expect(sessionAt(player, root).replies[1]!.approved).toBe(false);
      expect(cardNow(ed25519, player.seat.state, 1)).toBeUndefined();
      expect(faultsAt(player)).toEqual([]);
    }
    await admits(by, 1);
  }
  await everybodyHears(everybody);
  for (const player of everybody) {
    expect(deviceAt(player, 1)).toMatchObject({ admittedBy: [0, 2, 3], admitted: true });
    expect(sessionAt(player, root).replies[1]!.approved).toBe(true);
  }
  // The one who was robbed is seen to have said something else: both stories are proof.
  await did(ben.seat.receipt());
  await carry(ben, asha, true);
  expect(asha.seat.state.conflicts).toHaveLength(1);
  expect(ben.seat.state.own).toBe(1);
});

describe('an admission does not count', () => {
  /** Ben and Chen have told new devices; Asha and Dora have approved Ben's. */
  async function two() {
    const all = await group();
    all[1] = await moves(all[1], devices[0]!, files[1]!);
    all[2] = await moves(all[2], devices[1]!, files[2]!);
    await everybodyHears(all);
    for (const by of [all[0], all[3]]) await admits(by, 1);
    await everybodyHears(all);
    expect(deviceAt(all[4], 1)).toMatchObject({ admittedBy: [0, 3], admitted: false });
    return { all, hash: deviceAt(all[4], 1).hash, other: deviceAt(all[4], 2).hash };
  }

  it.each<[string, (given: Awaited<ReturnType<typeof two>>) => Promise<unknown>]>([
    [
      'by the operator, with the new device or the old one',
      async ({ all, hash }) => {
        await lie(all[1], await admission(all[1].device, 1, hash));
        await lie(all[1], await admission(original[1].device, 1, hash));
      },
    ],
    ['twice by one', async ({ all, hash }) => lie(all[0], await admission(all[0].device, 1, hash))],
    [
      'by another’s device',
      async ({ all, hash }) => lie(all[4], await admission(all[0].device, 1, hash)),
    ],
    [
      'for another card',
      async ({ all }) => {
        const card = new Uint8Array(32).fill(1);
        await lie(all[4], await admission(all[4].device, 1, card));
      },
    ],
    [
      'for one operator, told for another',
      async ({ all, hash, other }) => {
        const signed = (await admission(all[4].device, 2, other)) as PartOf<'admit'>;
        await lie(all[4], { ...signed, operator: 1, card: hash });
        await lie(all[4], { ...signed, operator: 1 });
      },
    ],
    [
      'by a device that is not admitted itself, or was left',
      async ({ all, hash }) => {
        await lie(all[2], await admission(all[2].device, 1, hash));
        await lie(all[2], await admission(original[2].device, 1, hash));
      },
    ],
    [
      'for another group or epoch',
      async ({ all, hash }) => {
        for (const id of [
          { ...rehearsalId, epoch: 1 },
          { ...rehearsalId, rehearsal: false },
          { ...rehearsalId, group: new Uint8Array(32).fill(8) },
        ]) {
          const signature = await approved(all[4].device, admitStatement(id, 1, hash));
          await lie(all[4], { kind: 'admit', operator: 1, card: hash, signature });
        }
      },
    ],
  ])('%s', async (_, lies) => {
    const given = await two();
    await lies(given);
    await everybodyHears(given.all);
    for (const player of given.all)
      expect(deviceAt(player, 1)).toMatchObject({ admittedBy: [0, 3], admitted: false });
    // It is nobody's fault, and the one that is missing is enough.
    await admits(given.all[4], 1);
    await everybodyHears(given.all);
    for (const player of given.all) {
      expect(deviceAt(player, 1)).toMatchObject({ admittedBy: [0, 3, 4], admitted: true });
      expect(faultsAt(player)).toEqual([]);
    }
  });

  it('by a witness: nobody takes it in', async () => {
    const players = await enrolled(3, 2, 'a witness admits');
    const invitation = players[0]!.seat.log.outgoing().bundle;
    const me = { name: 'Wanda', organisation: '' };
    const witness = await sitAsWitness(ports(memoryStore(), 'Wanda'), invitation, me);
    if (typeof witness === 'string') throw new Error(witness);
    const wanda = { ...players[0]!, seat: witness };
    await carry(wanda, players[0]!);
    await finish(players);
    const ben = players[1]!;
    players[1] = await moves(ben, devices[0]!, await ageBackup(ben));
    await everybodyHears(players);
    await carry(players[0]!, wanda, true);
    const { hash } = deviceAt(wanda, 1);
    const packet = await lie(wanda, await admission(players[0]!.device, 1, hash));
    expect(await bring(players[0]!, packet)).toMatchObject({
      taken: 0,
      refused: [{ because: 'A witness cannot send a part “admit”.' }],
    });
  });

  it('at the own vault: of the own device, of none, or of one that another operator has', async () => {
    const { all, hash } = await two();
    const [asha, ben, , , emre] = all;
    const statement = admitStatement(rehearsalId, 1, hash);
    const give = async (player: Player, operator: number, card: Bytes) =>
      admit(player.seat, operator, card, await approved(player.device, statement));
    const notNow = { fault: 'not-now' };
    expect(await give(ben, 1, hash)).toEqual(notNow);
    expect(await give(emre, 1, new Uint8Array(32))).toEqual(notNow);
    expect(await give(emre, 2, hash)).toEqual(notNow);
    expect(await give(asha, 1, hash)).toEqual(notNow); // she did before
    expect(await give({ ...emre, device: asha.device }, 1, hash)).toEqual({
      fault: 'other-device',
    });
    // Once it is admitted, nobody else can be given the same device.
    await admits(emre, 1);
    await everybodyHears(all);
    all[2] = await moves(all[2], all[1].device, files[2]!);
    await everybodyHears(all);
    const taken = deviceAt(emre, 2).hash;
    const signature = await approved(emre.device, admitStatement(rehearsalId, 2, taken));
    expect(await admit(emre.seat, 2, taken, signature)).toEqual(notNow);
  });
});

it('two with new devices cannot admit each other; once one is admitted, what they approved counts', async () => {
  const all = await group();
  all[1] = await moves(all[1], devices[0]!, files[1]!);
  all[2] = await moves(all[2], devices[1]!, files[2]!);
  await everybodyHears(all);
  const hashes = [1, 2].map((operator) => deviceAt(all[0], operator).hash);
  await lie(all[1], await admission(all[1].device, 2, hashes[1]!));
  await lie(all[2], await admission(all[2].device, 1, hashes[0]!));
  for (const by of [all[0], all[3]]) for (const operator of [1, 2]) await admits(by, operator);
  await everybodyHears(all);
  const standing = (player: Player) =>
    [1, 2].map((operator) => deviceAt(player, operator).admittedBy);
  for (const player of all)
    expect(standing(player)).toEqual([
      [0, 3],
      [0, 3],
    ]);
  await admits(all[4], 1);
  await everybodyHears(all);
  for (const player of all)
    expect(standing(player)).toEqual([
      [0, 2, 3, 4],
      [0, 1, 3],
    ]);
});

it('what the old device approved before counts, what it approves afterwards does not', async () => {
  const all = await group();
  const roots = [await proposed(all, [testRequest()]), await proposed(all, [testRequest()])];
  await reply(all[1], roots[0]!);
  await reply(all[1], roots[1]!, { sign: false });
  const old = all[1].device;
  all[1] = await moves(all[1], devices[0]!, files[1]!);
  await lie(all[1], await approval(all[1], roots[1]!, old));
  await share(all);
  const standing = () =>
    all.map((player) => roots.map((root) => sessionAt(player, root).replies[1]!.approved));
  expect(standing()).toEqual(all.map(() => [true, false]));
  // Nobody is accused of an approval that nobody can check yet.
  for (const player of all) expect(faultsAt(player)).toEqual([]);
  for (const i of [0, 2, 3]) await admits(all[i]!, 1);
  await share(all);
  expect(standing()).toEqual(all.map(() => [true, false]));
});

it('a device that was left is not brought back by what was approved before', async () => {
  const all = await group();
  all[1] = await moves(all[1], devices[0]!, files[1]!);
  await share(all);
  for (const i of [0, 2, 3]) await admits(all[i]!, 1);
  await share(all);
  const left = deviceAt(all[0], 1).card;
  all[1] = await moves(all[1], devices[1]!, files[1]!);
  await share(all);
  for (const i of [0, 2, 3]) await admits(all[i]!, 1);
  await share(all);
  const present = deviceAt(all[4], 1).card;
  expect(deviceAt(all[4], 1)).toMatchObject({ admitted: true });
  // Whoever found it and speaks for Ben tells its card again.
  await lie(all[1], { kind: 'new-device', card: left });
  await share(all);
  for (const player of all) {
    expect(devicesAt(player)).toHaveLength(2);
    expect(cardNow(ed25519, player.seat.state, 1)).toEqual(present);
  }
});

it('whatever the order in which packets came, all agree who is admitted and what is approved', async () => {
  const all = await group();
  const root = await proposed(all, [testRequest()]);
  await reply(all[0], root);
  for (const i of [0, 1] as const) all[i] = await moves(all[i], devices[i]!, files[i]!);
  await share(all);
  await lie(all[0], await approval(all[0], root, all[0].device));
  await lie(all[1], await approval(all[1], root, original[1].device));
  const hashes = [0, 1].map((operator) => deviceAt(all[0], operator).hash);
  await lie(all[0], await admission(all[0].device, 1, hashes[1]!));
  await lie(all[1], await admission(all[1].device, 0, hashes[0]!));
  for (const [by, operator] of [
    [3, 0],
    [3, 1],
    [4, 1],
  ] as const)
    await admits(all[by], operator);
  await share(all);
  const standing = (state: State) => ({
    devices: newDevices(ed25519, state).map(({ operator, admittedBy, admitted }) => ({
      ...{ operator, admittedBy, admitted },
    })),
    approvals: state.manifest!.operators.map(({ packetKey }, operator) =>
      state.told(packetKey, 'approve').map((told) => approvalHolds(ed25519, state, operator, told)),
    ),
  });
  const expected = standing(all[4].seat.state);
  expect(expected.devices.map(({ admittedBy }) => admittedBy)).toEqual([[3], [3, 4]]);
  const before = all[4].seat.log.everything().flatMap((one) => packetsOf(one) as Bytes[]);
  for (const i of [2, 4] as const) await admits(all[i], 0);
  await share(all);
  const after = standing(all[4].seat.state);
  expect(after.devices.map(({ admittedBy }) => admittedBy)).toEqual([
    [1, 2, 3, 4],
    [0, 3, 4],
  ]);
  expect(after.approvals.slice(0, 2).map((one) => one.at(-1))).toEqual([true, false]);
  const packets = all[4].seat.log.everything().flatMap((one) => packetsOf(one) as Bytes[]);
  const any = <T>(items: readonly T[]) =>
    fc.shuffledSubarray([...items], { minLength: items.length });
  fc.assert(
    fc.property(any(before), any(packets), (early, late) => {
      expect(standing(overhear(secp256k1, early).state)).toEqual(expected);
      expect(standing(overhear(secp256k1, late).state)).toEqual(after);
    }),
    { numRuns: 6 },
  );
});

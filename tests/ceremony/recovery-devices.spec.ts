import { expect, it } from 'vitest';
import { kitFromBytes } from '../../src/lib/ceremony/kit.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import type { Device } from '../../src/lib/devices/device.ts';
import { enrolDevice, openDevice } from '../../src/lib/devices/open.ts';
import { bareHardware, serialOf } from '../../src/lib/devices/simulators/simulate.ts';
import { attended, type Simulator } from '../../src/lib/devices/simulators/simulator.ts';
import { enrolYubiHsm } from '../../src/lib/devices/yubihsm/yubihsm.ts';
import { cardNow } from '../../src/lib/ceremony/operator-device.ts';
import {
  admits,
  apart,
  caughtUp,
  certifiedPubshares,
  equipped,
  freshDevice,
  fromKit,
  kitOf,
  recovered,
  sealedPubshares,
} from '../support/restored.ts';
import { groups, type Player } from '../support/seats.ts';
import { everybodyHears, signBatch, testRequest, withKey } from '../support/signing-seats.ts';
import { brought, type TestDevice } from '../support/simulated.ts';
import { EVERYDAY, good, provisioned, typing, type Owned } from '../support/yubihsm-owner.ts';

/*
 * An operator whose device is gone: its vendor's seed restored on a new one of the same family, a
 * YubiHSM's escrow brought to another, or any other device while the vault is still there.
 */

const never = () => new Promise<never>(() => undefined);

/** A device of this make with this seed, as its owner sets it up: its serial is its own. */
async function madeBy(kind: 'ledger' | 'trezor', seed: Bytes, serial: string): Promise<Simulator> {
  const { LedgerSimulator } = await import('../../src/lib/devices/simulators/ledger.ts');
  const { TrezorSimulator } = await import('../../src/lib/devices/simulators/trezor.ts');
  const simulator =
    kind === 'ledger'
      ? new LedgerSimulator({ seed, serial })
      : new TrezorSimulator({ seed, serial });
  attended(simulator);
  return simulator;
}

async function enrolledAs(kind: 'ledger' | 'trezor', simulator: Simulator): Promise<TestDevice> {
  const hardware = await bareHardware(simulator);
  return brought(good(await enrolDevice(kind, hardware, never, 'tester')), simulator);
}

/** The device that a kit speaks of, with this one in its place. */
async function heldBy(file: Bytes, simulator: Simulator): Promise<Device> {
  const kit = kitFromBytes(file);
  if (typeof kit === 'string') throw new Error(kit);
  const handle = new TextDecoder().decode(kit.device);
  return good(await openDevice(handle, () => bareHardware(simulator), never));
}

const seedOf = (byte: number) => new Uint8Array(32).fill(byte);
const owned = await provisioned(true);
const asHsm = async ({ hardware, simulator }: Owned) =>
  brought(good(await enrolYubiHsm(hardware, typing(EVERYDAY).presence)), simulator);

const ledger = await enrolledAs('ledger', await madeBy('ledger', seedOf(71), serialOf(seedOf(71))));
const trezor = await enrolledAs('trezor', await madeBy('trezor', seedOf(72), serialOf(seedOf(72))));
const devices = [undefined, ledger, trezor, await asHsm(owned)];
const original = await withKey(4, 3, 'devices', { devices });
const kits = await Promise.all(original.map(kitOf));
const everybodyBut = (i: number, players: readonly Player[]) => players.filter((_, j) => j !== i);

/** Who came back signs with two others, and everybody takes it. */
async function signsWithOthers(players: readonly Player[], i: number): Promise<void> {
  const signers = [0, i, i === 2 ? 3 : 2].sort((a, b) => a - b);
  const { items } = await signBatch(players, [testRequest()], signers);
  expect(items[0]!.signatures).toHaveLength(2);
  for (const { seat } of players) expect(seat.requests()!.faults).toEqual([]);
}

it.each([
  ['ledger', 1, 71],
  ['trezor', 2, 72],
] as const)(
  'the seed on a new %s gives the same host key, and it approves as before',
  async (kind, i, byte) => {
    const players = await apart(original);
    const lost = players[i]!;
    const spare = await madeBy(kind, seedOf(byte), 'SIM-5EC0ND');
    const device = await enrolledAs(kind, spare);
    expect(spare.serial).not.toBe(lost.device.simulator.serial);
    const [reply] = good(await (await heldBy(kits[i]!, spare)).derive(['any label']));
    expect([reply]).toEqual(await lost.device.derive(['any label']));
    expect(device.identity.approvalKey).toEqual(lost.device.identity.approvalKey);

    const back = await recovered(lost, players[0]!, await fromKit(kits[i]!, device), { device });
    await equipped(back);
    expect(await sealedPubshares(back)).toEqual(certifiedPubshares(players[0]!, i));
    await caughtUp(back, everybodyBut(i, players));
    players[i] = back;
    await everybodyHears(players);
    expect(back.seat.state.told(back.seat.state.me, 'new-device')).toEqual([]);
    await signsWithOthers(players, i);
  },
);

it.each([
  ['ledger', 1],
  ['trezor', 2],
] as const)(
  'another seed on a new %s is told by its fingerprint before it is used',
  async (kind, i) => {
    const other = await madeBy(kind, seedOf(99), 'SIM-07HE2');
    const opened = await heldBy(kits[i]!, other);
    expect(await opened.derive(['any label'])).toMatchObject({ fault: 'other-seed' });
    // Whoever enrols it all the same gets another secret, which is of nobody here.
    const device = await enrolledAs(kind, other);
    const source = await fromKit(kits[i]!, device);
    await expect(recovered(original[i]!, original[0]!, source)).rejects.toThrow(
      'other-host-secret',
    );
  },
);

it('a YubiHSM’s escrow on another gives the same host key; it approves with a key of its own', async () => {
  const players = await apart(original);
  const [asha, , chen, dora] = players as [Player, Player, Player, Player];
  const other = await provisioned(true, owned.made.escrow);
  const device = await asHsm(other);
  expect(equal(device.identity.approvalKey.key, dora.device.identity.approvalKey.key)).toBe(false);
  const back = await recovered(dora, asha, await fromKit(kits[3]!, device), { device });
  await equipped(back);
  expect(await sealedPubshares(back)).toEqual(certifiedPubshares(asha, 3));
  await caughtUp(back, [asha, players[1]!, chen]);
  players[3] = back;
  await everybodyHears(players);
  for (const player of everybodyBut(3, players)) await admits(player, 3);
  await everybodyHears(players);
  await signsWithOthers(players, 3);
});

it('any other device while the vault is there: nothing is caught up with, the others admit it', async () => {
  const players = await apart(original);
  const ben = players[1]!;
  const device = await freshDevice();
  // The old device opens nothing any more: the host secret comes from the kit and its seed elsewhere.
  const spare = await enrolledAs('ledger', await madeBy('ledger', seedOf(71), 'SIM-5EC0ND'));
  expect(await ben.seat.restoreHost(await fromKit(kits[2]!, spare))).toEqual({
    fault: 'other-host-secret',
    detail: '',
  });
  expect(await ben.seat.restoreHost(await fromKit(kits[1]!, spare))).toBeUndefined();
  const moved = { ...ben, device };
  await equipped(moved);
  players[1] = moved;
  expect(ben.seat.state.noted('restored')).toEqual([]);
  expect(await sealedPubshares(moved)).toEqual(certifiedPubshares(players[0]!, 1));
  expect(await sealedPubshares({ ...moved, device: ben.device })).toEqual({
    custody: undefined,
    attestation: undefined,
  });
  await everybodyHears(players);
  expect(cardNow(groups.ed25519, players[0]!.seat.state, 1)).toBeUndefined();
  for (const player of everybodyBut(1, players)) await admits(player, 1);
  await everybodyHears(players);
  expect(cardNow(groups.ed25519, players[0]!.seat.state, 1)!.approvalKey).toEqual(
    device.identity.approvalKey,
  );
  await signsWithOthers(players, 1);
});

it('a device that comes back after another was used is told anew, and admitted anew', async () => {
  const players = await apart(original);
  const [ben, source] = [players[1]!, () => fromKit(kits[1]!, ledger)];
  const first = await freshDevice();
  for (const device of [first, ben.device, first]) {
    expect(await ben.seat.restoreHost(await source())).toBeUndefined();
    await equipped({ ...ben, device });
    await everybodyHears(players);
    expect(cardNow(groups.ed25519, players[0]!.seat.state, 1)).toBeUndefined();
    for (const player of everybodyBut(1, players)) await admits(player, 1);
    await everybodyHears(players);
    expect(cardNow(groups.ed25519, players[0]!.seat.state, 1)!.approvalKey).toEqual(
      device.identity.approvalKey,
    );
  }
  // Equipped again with the same device: there is nothing to tell.
  const told = () => ben.seat.state.told(ben.seat.state.me, 'new-device').length;
  expect(told()).toBe(3);
  expect(await ben.seat.restoreHost(await source())).toBeUndefined();
  await equipped({ ...ben, device: first });
  expect(told()).toBe(3);
});

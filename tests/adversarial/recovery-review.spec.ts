import { expect, it } from 'vitest';
import { cardNow, newDevices } from '../../src/lib/ceremony/operator-device.ts';
import { bundleOf, signPacket, type Body } from '../../src/lib/ceremony/packet.ts';
import { xOnly } from '../../src/lib/crypto/bip340.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { livenessHere } from '../../src/lib/worker/liveness.ts';
import { equip, recoverGroup } from '../../src/lib/worker/recovery.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
import { compareRestored } from '../../src/lib/worker/restored.ts';
import { admits, ageBackup, apart, equipped, freshDevice, fromAge } from '../support/restored.ts';
import { carry, groups, meOf, ports, rehearsalId, type Player } from '../support/seats.ts';
import { lie, share } from '../support/signing-cheats.ts';
import { did, everybodyHears, withKey } from '../support/signing-seats.ts';

/* What carriers, thieves and a wrong device could break in recovery. Three operators, two of whom sign. */

const original = await withKey(3, 2, 'recovery review');
const file = await ageBackup(original[1]!);
await everybodyHears(original);

const { secp256k1, ed25519 } = groups;
const random = (byte: number) => new Uint8Array(32).fill(byte);

/** Ben goes on with another device. */
async function moves(ben: Player, device: Player['device']): Promise<Player> {
  expect(await ben.seat.restoreHost(fromAge(file))).toBeUndefined();
  const moved = { ...ben, device };
  await equipped(moved);
  return moved;
}

it('a device that the others would refuse is not taken, and the operator can still speak', async () => {
  const [asha, ben] = await apart(original);
  expect(await ben!.seat.restoreHost(fromAge(file))).toBeUndefined();
  const replies = { host: random(1), custody: random(2), attestation: random(3) };
  const taken = meOf(asha!.device, ben!.name);
  const before = ben!.seat.state.head;
  expect(await equip(ben!.seat, replies, taken)).toEqual({ fault: 'not-now' });
  expect(ben!.seat.state.head).toEqual(before);
  expect(ben!.seat.restored).toBeDefined();
  await did(ben!.seat.receipt());
  expect(await carry(ben!, asha!)).toMatchObject({ refused: [] });
});

it('whoever has the packet key alone stops no device by telling a card again', async () => {
  const all = await apart(original);
  const manifest = all[0]!.seat.state.manifest!;
  const first = manifest.operators[1]!;
  await lie(all[1]!, { kind: 'new-device', card: first });
  await share(all);
  for (const { seat } of all) expect(cardNow(ed25519, seat.state, 1)).toEqual(first);

  all[1] = await moves(all[1]!, await freshDevice());
  await share(all);
  for (const i of [0, 2]) await admits(all[i]!, 1);
  await share(all);
  const second = newDevices(ed25519, all[0]!.seat.state).at(-1)!.card;
  for (const card of [first, second]) await lie(all[1], { kind: 'new-device', card });
  await share(all);
  for (const { seat } of all) {
    expect(newDevices(ed25519, seat.state)).toHaveLength(1);
    expect(cardNow(ed25519, seat.state, 1)).toEqual(second);
  }
});

it('a carrier’s own invitation does not come before the one that was overheard', async () => {
  const [asha, ben] = await apart(original);
  const { terms } = asha!.seat.state;
  const secret = secp256k1.scalarFromBytesNonzeroChecked(random(5)) as Scalar;
  const packet = (number: number, parts: Body['parts']): Bytes => {
    const body: Body = {
      version: 1,
      id: rehearsalId,
      session: new Uint8Array(32),
      from: xOnly(secp256k1.mulBase(secret)),
      number,
      root: asha!.seat.log.ports.root,
      incarnation: new Uint8Array(8),
      at: 1_800_000_000_000,
      log: { length: number, head: random(number) },
      seen: [],
      parts,
    };
    const signed = signPacket(secp256k1, secret, body, random(6));
    if (typeof signed === 'string') throw new Error(signed);
    return signed.bytes;
  };
  const hostile = bundleOf([
    packet(2, [{ kind: 'invite', terms: terms!, from: 'Mallory' }]),
    packet(1, [{ kind: 'receipt' }]),
  ]);
  const bundles = [hostile, ...asha!.seat.log.everything()];
  const seat = await recoverGroup(ports(memoryStore(), 'hostile'), bundles, fromAge(file));
  if (!(seat instanceof Seat)) throw new Error(seat.fault);
  expect(seat.state.initiatorName).toBe('Asha');
  expect(seat.state.manifestHash).toEqual(ben!.seat.state.manifestHash);
});

it('where the disk is full in mid-recovery, the host secret and the packet key are wiped', async () => {
  const [asha] = await apart(original);
  const store = memoryStore();
  let writes = 0;
  const wiped: Bytes[] = [];
  const full: typeof store = {
    ...store,
    read: (key) => store.read(key),
    keys: (prefix) => store.keys(prefix),
    write: (changes) => {
      for (const { key, value } of changes)
        if (value && key.endsWith('/packet-secret')) wiped.push(value);
      return (writes += 1) > 3 ? Promise.reject(new Error('full')) : store.write(changes);
    },
  };
  const bundles = asha!.seat.log.everything();
  await expect(recoverGroup(ports(full, 'full'), bundles, fromAge(file))).rejects.toThrow('full');
  expect(wiped).toEqual([new Uint8Array(32)]);
});

it('a clock that is ahead keeps nobody alive', async () => {
  const [asha, ben] = await apart(original);
  const year = 365 * 86_400_000;
  const { ports: own } = ben!.seat.log;
  const now = () => own.now() + 10 * year;
  Object.assign(ben!.seat.log, { ports: { ...own, now } });
  await lie(ben!, { kind: 'challenge', challenge: random(7) });
  await lie(ben!, { kind: 'challenge', challenge: random(8) });
  await carry(ben!, asha!, true);
  const standing = livenessHere(asha!.seat)![0]!;
  expect(standing.asked!.challenge).toEqual(random(8));
  expect(standing.asked!.at).toBeLessThanOrEqual(asha!.seat.log.ports.now());
});

it('a reply that is not used is wiped', async () => {
  const reply = random(9);
  const source = { from: 'device', kit: new Uint8Array(0), reply } as const;
  expect(await compareRestored(groups, new Uint8Array(1), source)).toBeTypeOf('string');
  expect(reply).toEqual(new Uint8Array(32));
});

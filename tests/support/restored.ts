import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { makeBackup } from '../../src/lib/worker/backup.ts';
import type { Ports } from '../../src/lib/worker/ports.ts';
import { admit, equip, recoverGroup, type RecoveryFault } from '../../src/lib/worker/recovery.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import type { Source } from '../../src/lib/worker/sources.ts';
import { admitStatement, newDevices } from '../../src/lib/ceremony/operator-device.ts';
import {
  carry,
  clock,
  deviceOf,
  groups,
  hostReply,
  meOf,
  ports,
  rehearsalId,
  type Player,
} from './seats.ts';
import { did } from './signing-seats.ts';
import type { TestDevice } from './simulated.ts';

/* Operators of a test who lost something and come back. */

export const PASSPHRASE = 'five words and a little luck';

/** Opens the own host secret with the own device. */
export async function openHost({ seat, device }: Player): Promise<void> {
  await did(seat.openHost(await hostReply(device, rehearsalId)));
}

/** The operator's backup as an age file, its bytes. */
export async function ageBackup(player: Player): Promise<Bytes> {
  await openHost(player);
  const made = await makeBackup(player.seat, { passphrase: PASSPHRASE }, 10);
  if (!('file' in made)) throw new Error(made.fault);
  return new TextEncoder().encode(made.file);
}

/** A host secret from an age file. */
export const fromAge = (file: Bytes, passphrase = PASSPHRASE): Source => ({
  from: 'age-file',
  file,
  passphrase,
});

/** On an empty machine: the group from what another operator has, and a source. */
export async function recover(
  lost: Player,
  from: Player,
  source: Source,
  { device = lost.device, extra = {} }: { device?: TestDevice; extra?: Partial<Ports> } = {},
): Promise<Player | RecoveryFault> {
  clock.now += 3_600_000; // what was said before lies further back than clocks may be apart
  const store = memoryStore();
  const seat = await recoverGroup(
    ports(store, `${lost.name} restored`, extra),
    from.seat.log.everything(),
    source,
  );
  return seat instanceof Seat ? { ...lost, seat, store, device } : seat;
}

/** As `recover`; throws where it fails. */
export async function recovered(...args: Parameters<typeof recover>): Promise<Player> {
  const player = await recover(...args);
  if ('fault' in player) throw new Error(player.fault);
  return player;
}

/** Seals host secret and shares with the operator's device. */
export async function equipped({ seat, device, name }: Player): Promise<void> {
  const derived = async (...purposes: Parameters<typeof deviceLabel>[0][]) => {
    const replies = await device.derive(purposes.map((one) => deviceLabel(one, rehearsalId)));
    if (isDeviceFault(replies)) throw new Error(replies.fault);
    return replies as Bytes[];
  };
  const [host] = await derived('host secret');
  const [custody, attestation] = await derived('custody share', 'attestation share');
  const replies = { host: host!, custody: custody!, attestation: attestation! };
  await did(equip(seat, replies, meOf(device, name)));
}

/** Another device than any operator of the group has. */
export const freshDevice = () => deviceOf(50);

/** What everybody says once more, by their clocks after the restoration, comes to the one restored. */
export async function caughtUp(player: Player, others: readonly Player[]): Promise<void> {
  for (const other of others) {
    await did(other.seat.receipt());
    await carry(other, player, true);
  }
}

/** An operator's device approves another operator's new device. */
export async function admits({ seat, device }: Player, operator: number): Promise<void> {
  const told = newDevices(groups.ed25519, seat.state).findLast((one) => one.operator === operator)!;
  const approved = await device.approve(admitStatement(rehearsalId, operator, told.hash));
  if (isDeviceFault(approved)) throw new Error(approved.fault);
  await did(admit(seat, operator, told.hash, approved.signature));
}

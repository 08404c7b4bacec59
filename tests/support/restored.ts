import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import type { PartOf } from '../../src/lib/ceremony/parts.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { isDeviceFault, type Device } from '../../src/lib/devices/device.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { makeBackup } from '../../src/lib/worker/backup.ts';
import { makeCards, makeKit, makeVaultShares, opened } from '../../src/lib/worker/pieces.ts';
import type { Place } from '../../src/lib/worker/places.ts';
import type { Ports } from '../../src/lib/worker/ports.ts';
import { admit, equip, recoverGroup, type RecoveryFault } from '../../src/lib/worker/recovery.ts';
import { Seat } from '../../src/lib/worker/seat.ts';
import type { ShareReplies } from '../../src/lib/worker/sealed-shares.ts';
import type { Source } from '../../src/lib/worker/sources.ts';
import type { Scalar } from '../../src/lib/wasm/group.ts';
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
import { twinOf } from './signing-cheats.ts';
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

/** Where a contact keeps a piece. */
export const placeOf = (holder: string): Place => ({
  name: '',
  place: 'at home',
  holder,
  seal: '',
});

/** What was made; throws where it was not. */
export function made<T extends object>(result: T): Exclude<T, { readonly fault: string }> {
  if ('fault' in result) throw new Error(`Not made: ${String(result.fault)}`);
  return result as Exclude<T, { readonly fault: string }>;
}

/** SLIP-39 cards for one group of contacts: so many of so many. */
export async function cardsOf(player: Player, threshold: number, count: number): Promise<string[]> {
  await openHost(player);
  const contacts = Array.from({ length: count }, (_, i) => placeOf(`Contact ${i + 1}`));
  const plan = { groupThreshold: 1, groups: [{ threshold, contacts }], passphrase: '' };
  const cards = made(await makeCards(player.seat, { ...plan, iterationExponent: 0 }));
  return cards.map(({ words }) => words.join(' '));
}

/** Vault shares for contacts: so many of so many. */
export async function vaultSharesOf(
  player: Player,
  threshold: number,
  count: number,
): Promise<string[]> {
  await openHost(player);
  const contacts = Array.from({ length: count }, (_, i) => placeOf(`Contact ${i + 1}`));
  const shares = made(await makeVaultShares(player.seat, threshold, contacts));
  return shares.map(({ words }) => words[0]!);
}

export const fromCards = (cards: readonly string[], passphrase = ''): Source => ({
  from: 'slip39',
  cards,
  passphrase,
});

export const fromVaultShares = (shares: readonly string[]): Source => ({
  from: 'vault-share',
  shares,
});

/** The recovery kit, its bytes. */
export const kitOf = async ({ seat }: Player): Promise<Bytes> =>
  made(await makeKit(seat, placeOf('the operator'))).file;

/** A host secret from a kit and a device. */
export async function fromKit(kit: Bytes, device: Device, id = rehearsalId): Promise<Source> {
  return { from: 'device', kit, reply: (await hostReply(device, id)).reply };
}

/** The replies of an operator's device for both shares. */
export async function shareReplies({ device }: Pick<Player, 'device'>): Promise<ShareReplies> {
  const labels = (['custody share', 'attestation share'] as const).map((purpose) =>
    deviceLabel(purpose, rehearsalId),
  );
  const replies = await device.derive(labels);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  return { custody: replies[0]!, attestation: replies[1]! };
}

/** The public halves of the shares that the operator's device opens: 33 and 32 bytes. */
export async function sealedPubshares({ seat, device }: Player) {
  const replies = await shareReplies({ device });
  const pubshare = async (suite: 'custody' | 'attestation') => {
    const group = suite === 'custody' ? groups.secp256k1 : groups.ed25519;
    const share = await opened(seat, suite, replies[suite]);
    return share && group.pointToBytes(group.mulBase(share as Scalar));
  };
  return { custody: await pubshare('custody'), attestation: await pubshare('attestation') };
}

/** What the certificate has of an operator (from 0) in place of their shares. */
export function certifiedPubshares({ seat }: Player, operator: number) {
  const { custody, attestation } = seat.progress().keys!;
  return { custody: custody.pubshares[operator]!, attestation: attestation.pubshares[operator]! };
}

/** The same operators at the same point, apart from these: what one test does, no other one sees. */
export const apart = (players: readonly Player[]): Promise<Player[]> =>
  Promise.all(players.map(twinOf));

/** A host secret from an age file. */
export const fromAge = (file: Bytes, passphrase = PASSPHRASE): Source => ({
  from: 'age-file',
  file,
  passphrase,
});

/** With what an operator comes back: the same device and all that the other one has, unless said. */
interface Back {
  readonly device?: TestDevice;
  readonly bundles?: readonly Bytes[];
  readonly extra?: Partial<Ports>;
}

/** On an empty machine: the group from what another operator has, and a source. */
export async function recover(
  lost: Player,
  from: Player,
  source: Source,
  { device = lost.device, bundles = from.seat.log.everything(), extra = {} }: Back = {},
): Promise<Player | RecoveryFault> {
  clock.now += 3_600_000; // what was said before lies further back than clocks may be apart
  const store = memoryStore();
  const seat = await recoverGroup(ports(store, `${lost.name} restored`, extra), bundles, source);
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
  const { reply: host } = await hostReply(device, rehearsalId);
  await did(equip(seat, { host, ...(await shareReplies({ device })) }, meOf(device, name)));
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

/** What an operator's device signs for the device that another operator told last. */
export async function admission(
  { seat, device }: Player,
  operator: number,
): Promise<PartOf<'admit'>> {
  const told = newDevices(groups.ed25519, seat.state).findLast((one) => one.operator === operator)!;
  const approved = await device.approve(admitStatement(rehearsalId, operator, told.hash));
  if (isDeviceFault(approved)) throw new Error(approved.fault);
  return { kind: 'admit', operator, card: told.hash, signature: approved.signature };
}

/** An operator's device approves another operator's new device. */
export async function admits(player: Player, operator: number): Promise<void> {
  const { card, signature } = await admission(player, operator);
  await did(admit(player.seat, operator, card, signature));
}

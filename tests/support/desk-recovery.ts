import { toHex, type Bytes } from '../../src/lib/crypto/bytes.ts';
import { toText } from '../../src/lib/courier/file.ts';
import { pack } from '../../src/lib/courier/transport.ts';
import { packetsOf, readPacket } from '../../src/lib/ceremony/packet.ts';
import { deviceLabel } from '../../src/lib/ceremony/card.ts';
import { isDeviceFault } from '../../src/lib/devices/device.ts';
import type { Ways } from '../../src/lib/ui/recover/recovery.svelte.ts';
import { memoryStore } from '../../src/lib/vault/store.ts';
import { makeBackup } from '../../src/lib/worker/backup.ts';
import { deskOf, type Desk } from '../../src/lib/worker/desk.ts';
import { recordKeys } from '../../src/lib/worker/ports.ts';
import { disown, foundIn, recoverGroup } from '../../src/lib/worker/recovery.ts';
import type { Seat } from '../../src/lib/worker/seat.ts';
import type { Source } from '../../src/lib/worker/sources.ts';
import { rehearsal, type Sitting } from './desks.ts';

/*
 * What a person who comes back has: their machine is empty, their pieces and the others are there.
 */

export const PASSPHRASE = 'five words and a little luck';

const safe = { name: '', place: 'Safe', holder: '', seal: '' };

/** An empty machine, as a workspace behind the page; the seats that came to be on it. */
export class EmptyMachine implements Ways {
  readonly seats = new Map<string, { readonly seat: Seat; readonly desk: Desk }>();
  readonly #store = memoryStore();
  readonly #like: Seat;

  /** `like`: a seat of the same kind of engine. */
  constructor(like: Seat) {
    this.#like = like;
  }

  get #ports() {
    return { ...this.#like.log.ports, store: this.#store };
  }

  /** The one seat that was restored. */
  get seat(): Seat {
    return [...this.seats.values()][0]!.seat;
  }

  async recover(bundles: readonly Uint8Array[], source: Source) {
    const seat = await recoverGroup(this.#ports, bundles, source);
    if ('fault' in seat) return seat;
    const group = toHex(seat.state.id!.group);
    this.seats.set(group, { seat, desk: deskOf(seat) });
    return { group };
  }

  readonly workspace: Ways['workspace'] = {
    found: (bundles) => Promise.resolve(foundIn(this.#ports, bundles)),
    recover: (bundles, source) => this.recover(bundles, source),
    groupOf: (bundle) => {
      const packets = packetsOf(bundle);
      if (typeof packets === 'string') return Promise.resolve(undefined);
      const packet = readPacket(this.#ports.groups.secp256k1, packets[0]!);
      const group = typeof packet === 'string' ? '' : toHex(packet.id.group);
      return Promise.resolve(this.seats.has(group) ? group : undefined);
    },
    disown: async (group) =>
      (await disown(this.seats.get(group)!.seat)) && this.seats.delete(group),
    deviceHandle: (group) => this.#store.read(recordKeys(group).device),
  };

  readonly deskAt = (group: string) => this.seats.get(group)!.desk;
}

/** Opens the own host secret with the own device. */
async function openHost({ seat, device }: Sitting): Promise<void> {
  const replies = await device.derive([deviceLabel('host secret', rehearsal)]);
  if (isDeviceFault(replies)) throw new Error(replies.fault);
  const fault = await seat.openHost({ reply: replies[0]! });
  if (fault) throw new Error(fault.fault);
}

/** The operator's backup as an age file. */
export async function ageBackup(sitting: Sitting): Promise<File> {
  await openHost(sitting);
  const made = await makeBackup(sitting.seat, { passphrase: PASSPHRASE }, 10);
  if (!('file' in made)) throw new Error(made.fault);
  return new File([made.file], 'backup.age');
}

/** SLIP-39 cards of the operator's host secret: two of three. */
export async function cards(sitting: Sitting): Promise<string[]> {
  await openHost(sitting);
  const groups = [{ threshold: 2, contacts: [safe, safe, safe] }];
  const made = await sitting.desk.cards({ groupThreshold: 1, groups, passphrase: '' });
  if ('fault' in made) throw new Error(made.fault);
  return made.map(({ words }) => words.join(' '));
}

/** Shares for HashiCorp Vault: two of three. */
export async function vaultShares(sitting: Sitting): Promise<string[]> {
  await openHost(sitting);
  const made = await sitting.desk.vaultShares(2, [safe, safe, safe]);
  if ('fault' in made) throw new Error(made.fault);
  return made.map(({ words }) => words.join(' '));
}

export async function kit({ desk }: Sitting): Promise<File> {
  const made = await desk.kit(safe);
  if ('fault' in made) throw new Error(made.fault);
  return new File([made.file], 'kit.cbor');
}

/** Bundles as the text that a person pastes. */
export const asText = async (bundle: Bytes): Promise<string> => toText(await pack(bundle));

/** What an operator gives to whoever comes back; small groups fit into one bundle. */
export async function everythingOf({ desk }: Sitting): Promise<string> {
  const bundles = await desk.everything();
  if (bundles.length !== 1) throw new Error('more than one bundle');
  return asText(bundles[0]!);
}

/** An operator's device approves the newest device of another. */
export async function admit({ desk, device }: Sitting, operator: number): Promise<void> {
  const { newDevices } = (await desk.backups())!;
  const told = newDevices.findLast((one) => one.operator === operator)!;
  const approved = await device.approve(told.statement);
  if (isDeviceFault(approved)) throw new Error(approved.fault);
  const { hash: card } = told;
  const fault = await desk.act({ act: 'admit', operator, card, approval: approved.signature });
  if (fault) throw new Error(fault.fault);
}

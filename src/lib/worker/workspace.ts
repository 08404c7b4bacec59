/** The workspace behind the door: the vault, and a desk for each group in it. */
import { toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import type { Network } from '../ceremony/card.ts';
import type { GroupId } from '../ceremony/card.ts';
import type { Terms } from '../ceremony/manifest.ts';
import { packetsOf, readPacket } from '../ceremony/packet.ts';
import { VaultError, type VaultFault } from '../vault/fault.ts';
import type { Vault } from '../vault/open-vault.ts';
import { groupsIn } from '../vault/restored.ts';
import type { SlotInfo, SlotSecret } from '../vault/slots.ts';
import {
  createVault,
  eraseVault,
  importWorkspace,
  unlockVault,
  vaultStatus,
  type VaultStatus,
} from '../vault/vault.ts';
import { deskOf, type Desk } from './desk.ts';
import { beginGroup, invitationIn, joinGroup, sitAsWitness, type Invitation } from './enrol.ts';
import type { HostReply } from './entropy.ts';
import type { Me } from './me.ts';
import { LogBroken } from './group-log.ts';
import { recordKeys, type Ports } from './ports.ts';
import { disown, foundIn, recoverGroup, type Found, type RecoveryFault } from './recovery.ts';
import { Seat } from './seat.ts';
import { wipeReply, type Source } from './sources.ts';
import { viewOf, type GroupView } from './view.ts';

const SIMULATED_SEED = 'simulated-device/seed';
const SIMULATED_HSM = 'simulated-device/yubihsm';

/** A group in the list. */
export interface GroupSummary {
  /** Its id in hex. */
  readonly group: string;
  readonly name: string;
  readonly network: Network;
  readonly rehearsal: boolean;
  readonly role: 'operator' | 'witness';
  readonly keyState: GroupView['keyState'];
  readonly next: GroupView['next']['act'];
  /** How many batches of requests wait for an act of the operator here. */
  readonly requestsWaiting: number;
}

/** A group whose log does not read as one; the others go on. */
export interface BrokenGroup {
  readonly group: string;
  readonly entry: number;
  readonly why: string;
}

interface OpenGroup {
  readonly seat: Seat;
  readonly desk: Desk;
}

/** What a workspace is made with. */
export interface WorkspaceParts {
  readonly groups: Groups;
  readonly other: Groups;
}

export class Workspace {
  private readonly parts: WorkspaceParts;
  private vault: Vault | undefined;
  private root: Bytes = new Uint8Array(32);
  private readonly open = new Map<string, OpenGroup>();
  private readonly broken = new Map<string, BrokenGroup>();
  /** Groups that are just being joined. */
  private readonly entering = new Set<string>();
  /** Told to the page when the vault is lost to another tab or to the browser. */
  private lost: VaultFault | undefined;

  constructor(parts: WorkspaceParts) {
    this.parts = parts;
  }

  status(): Promise<VaultStatus> {
    return vaultStatus();
  }

  /** Makes the vault; `root`: of the running bundle, 32 bytes. */
  async create(first: SlotSecret, root: Bytes): Promise<void> {
    await this.use(await createVault(first), root);
  }

  async unlock(secret: SlotSecret, root: Bytes, steal: boolean): Promise<void> {
    await this.use(await unlockVault(secret, { steal }), root);
  }

  async restore(
    file: Bytes,
    secret: { readonly passphrase: Bytes },
    first: SlotSecret,
    root: Bytes,
    replace: boolean,
  ): Promise<void> {
    await this.use(await importWorkspace(file, secret.passphrase, first, { replace }), root);
  }

  async erase(): Promise<void> {
    await this.lock();
    await eraseVault();
  }

  private async use(vault: Vault, root: Bytes): Promise<void> {
    this.vault = vault;
    this.root = root;
    this.lost = undefined;
    vault.onLost((fault) => {
      this.lost = fault;
      this.closeSeats();
    });
    for (const group of groupsIn(await vault.keys('log/'))) {
      try {
        this.seat(group, await Seat.open(this.ports(), group));
      } catch (error) {
        if (error instanceof LogBroken)
          this.broken.set(group, { group, entry: error.entry, why: error.message });
        else if (error instanceof VaultError && error.fault.key)
          this.broken.set(group, { group, entry: -1, why: error.message });
        else if (error instanceof VaultError) throw error;
        else
          this.broken.set(group, {
            group,
            entry: -1,
            why: error instanceof Error ? error.message : '',
          });
      }
    }
  }

  private seat(group: string, seat: Seat): string {
    this.open.set(group, { seat, desk: deskOf(seat) });
    return group;
  }

  private ports(): Ports {
    const vault = this.vault;
    if (!vault) throw new VaultError(this.lost ?? 'locked');
    return {
      store: vault,
      ...this.parts,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => Date.now(),
      monotonic: () => performance.now(),
      root: this.root,
      incarnation: vault.incarnation,
    };
  }

  /** Whether the vault is open, what took it away, and whether it came from an export. */
  state(): {
    readonly open: boolean;
    readonly lost: VaultFault | undefined;
    readonly restored: Vault['restored'];
  } {
    const { vault, lost } = this;
    return { open: vault !== undefined && !lost, lost, restored: vault?.restored };
  }

  async lock(): Promise<void> {
    this.closeSeats();
    const { vault } = this;
    this.vault = undefined;
    await vault?.lock();
  }

  private closeSeats(): void {
    for (const { seat } of this.open.values()) seat.close();
    this.open.clear();
    this.broken.clear();
  }

  private opened(): Vault {
    if (!this.vault) throw new VaultError(this.lost ?? 'locked');
    return this.vault;
  }

  slots(): readonly SlotInfo[] {
    return this.opened().slots();
  }

  addSlot(added: SlotSecret, existing: SlotSecret): Promise<void> {
    return this.opened().addSlot(added, existing);
  }

  removeSlot(slot: number): Promise<void> {
    return this.opened().removeSlot(slot);
  }

  changePassphrase(
    slot: number,
    old: { readonly passphrase: Bytes },
    fresh: { readonly passphrase: Bytes },
  ): Promise<void> {
    return this.opened().changePassphrase(slot, old.passphrase, fresh.passphrase);
  }

  exportAll(secret: { readonly passphrase: Bytes }): Promise<Bytes> {
    return this.opened().exportWorkspace(secret.passphrase);
  }

  // Groups

  groups(): { readonly groups: readonly GroupSummary[]; readonly broken: readonly BrokenGroup[] } {
    this.opened();
    return {
      groups: [...this.open.values()].map(({ seat }) => summary(viewOf(seat))),
      broken: [...this.broken.values()],
    };
  }

  /** 32 random bytes: the id of a group to begin. */
  newGroup(): Bytes {
    return crypto.getRandomValues(new Uint8Array(32));
  }

  /** The invitation in a bundle; a sentence fragment where there is none. */
  invitation(bundle: Uint8Array): Invitation | string {
    return invitationIn(this.ports(), bundle);
  }

  /** Begins a group: its id in hex. */
  async begin(id: GroupId, terms: Terms, me: Me, device: HostReply): Promise<string> {
    if (me.device.simulated && !id.rehearsal)
      throw new RangeError('A simulated device can enrol in a rehearsal only.');
    const seat = await beginGroup(this.ports(), id, terms, me, device);
    return this.seat(toHex(id.group), seat);
  }

  /** Takes up the invitation in a bundle; a sentence fragment where that cannot be. */
  async join(bundle: Uint8Array, me: Me, device: HostReply): Promise<{ group: string } | string> {
    const invitation = this.invitation(bundle);
    if (me.device.simulated && typeof invitation !== 'string' && !invitation.id.rehearsal) {
      wipe(device.reply);
      return 'a simulated device can join a rehearsal only';
    }
    return this.entered(bundle, () => joinGroup(this.ports(), bundle, me, device)).finally(() =>
      wipe(device.reply),
    );
  }

  async witness(
    bundle: Uint8Array,
    me: { readonly name: string; readonly organisation: string },
  ): Promise<{ group: string } | string> {
    return this.entered(bundle, () => sitAsWitness(this.ports(), bundle, me));
  }

  /** The group in packets that another operator gave. */
  found(bundles: readonly Uint8Array[]): Found | RecoveryFault {
    return foundIn(this.ports(), bundles);
  }

  /** Restores a group, also one that is broken here, from what is left of a backup: its id in hex. */
  async recover(
    bundles: readonly Uint8Array[],
    source: Source,
  ): Promise<{ group: string } | RecoveryFault> {
    const found = this.found(bundles);
    const group = 'fault' in found ? undefined : toHex(found.id.group);
    if (group && (this.open.has(group) || this.entering.has(group))) {
      wipeReply(source);
      return { fault: 'here-already', detail: '' };
    }
    if (group) this.entering.add(group);
    try {
      const { vault } = this;
      const broken = group !== undefined && this.broken.has(group);
      const seat = await recoverGroup(this.ports(), bundles, source, broken);
      if ('fault' in seat) return seat;
      this.stillIn(vault, seat);
      const restored = this.seat(toHex(seat.state.id!.group), seat);
      this.broken.delete(restored);
      return { group: restored };
    } finally {
      if (group) this.entering.delete(group);
    }
  }

  /**
   * The piece from which a host secret was restored is somebody else's: the secret is wiped.
   * @returns whether the group was here by it alone and was taken out again
   */
  async disown(group: string): Promise<boolean> {
    this.opened();
    const found = this.open.get(group);
    if (!found || !(await disown(found.seat))) return false;
    this.open.delete(group);
    return true;
  }

  private async entered(bundle: Uint8Array, enter: () => Promise<Seat | string>) {
    const invitation = this.invitation(bundle);
    if (typeof invitation === 'string') return invitation;
    const group = toHex(invitation.id.group);
    if (this.open.has(group) || this.broken.has(group) || this.entering.has(group))
      return 'you are in this group already';
    this.entering.add(group);
    try {
      const { vault } = this;
      const seat = await enter();
      if (typeof seat === 'string') return seat;
      this.stillIn(vault, seat);
      return { group: this.seat(group, seat) };
    } finally {
      this.entering.delete(group);
    }
  }

  /** The workspace was not locked while somebody took their seat. @throws VaultError `locked` */
  private stillIn(vault: Vault | undefined, seat: Seat): void {
    if (this.vault === vault) return;
    seat.close();
    throw new VaultError(this.lost ?? 'locked');
  }

  /** Which group of this workspace a bundle is for, in hex; undefined where none is. */
  groupOf(bundle: Uint8Array): string | undefined {
    const packets = packetsOf(bundle);
    if (typeof packets === 'string') return undefined;
    for (const bytes of packets) {
      const packet = readPacket(this.parts.groups.secp256k1, bytes);
      if (typeof packet !== 'string' && this.open.has(toHex(packet.id.group)))
        return toHex(packet.id.group);
    }
    return undefined;
  }

  /** The desk of a group. */
  desk(group: string): Desk {
    this.opened();
    const found = this.open.get(group);
    if (!found) throw new VaultError({ name: 'record-missing', key: recordKeys(group).log });
    return found.desk;
  }

  /** What the page needs to find the group's device again. */
  async deviceHandle(group: string): Promise<Bytes | undefined> {
    return this.opened().read(recordKeys(group).device);
  }

  /** The seed of this workspace's simulated devices: 32 bytes, made at the first call. */
  async simulatedSeed(): Promise<Bytes> {
    const vault = this.opened();
    const there = await vault.read(SIMULATED_SEED);
    if (there) return there;
    const seed = crypto.getRandomValues(new Uint8Array(32));
    await vault.write([{ key: SIMULATED_SEED, value: seed }]);
    return seed;
  }

  /**
   * Gives this workspace's simulated devices the seed of another's (32 bytes), as a vendor's device is
   * restored; false where a group here has a device, which they may be.
   */
  async restoreSimulated(seed: Bytes): Promise<boolean> {
    const vault = this.opened();
    if ((await vault.keys('group/')).some((key) => key.endsWith('/device'))) return false;
    await vault.write([{ key: SIMULATED_SEED, value: seed }]);
    return true;
  }

  /** What this workspace's simulated YubiHSM keeps; undefined before it was used. */
  async simulatedHsm(): Promise<Bytes | undefined> {
    return this.opened().read(SIMULATED_HSM);
  }

  async keepSimulatedHsm(state: Bytes): Promise<void> {
    await this.opened().write([{ key: SIMULATED_HSM, value: state }]);
  }
}

const summary = (view: GroupView): GroupSummary => ({
  group: view.group,
  name: view.terms?.name ?? '',
  network: view.id.network,
  rehearsal: view.id.rehearsal,
  role: view.role,
  keyState: view.keyState,
  next: view.next.act,
  requestsWaiting: view.requestsWaiting,
});

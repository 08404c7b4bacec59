/** A restoration as it goes: what was brought, which group it is, who one is, which device guards it. */
import { equal, toHex, wipe, type Bytes } from '../../crypto/bytes.ts';
import { kitFromBytes } from '../../ceremony/kit.ts';
import { packetsOf } from '../../ceremony/packet.ts';
import { deviceFault, isDeviceFault, type Device, type DeviceFault } from '../../devices/device.ts';
import type { BackupsView } from '../../worker/backups-view.ts';
import { meWith } from '../../worker/me.ts';
import type { Found } from '../../worker/recovery.ts';
import type { RemoteDesk, RemoteWorkspace } from '../../worker/report.ts';
import type { Source } from '../../worker/sources.ts';
import { Live } from '../ceremony/live.svelte.ts';
import { deviceOf } from '../device.svelte.ts';
import { Enrolment } from '../enrol/enrolment.svelte.ts';
import { Task } from '../task.svelte.ts';
import type { FaultText } from '../text.ts';
import { actionFaultText, restoreFaultText } from '../text/ceremony-faults.ts';
import { recoverText } from '../text/recover.ts';
import type { Case } from './cases.ts';

/** What restores a group that is not here, and where its desk is then. */
export interface Ways {
  readonly workspace: Pick<
    RemoteWorkspace,
    'found' | 'recover' | 'disown' | 'groupOf' | 'deviceHandle'
  >;
  readonly deskAt: (group: string) => RemoteDesk;
}

export type Stage =
  'what' | 'others' | 'secret' | 'who' | 'device' | 'hear' | 'done' | 'reading' | 'nothing';

export class Recovery {
  what = $state<Case>();
  bundles = $state.raw<readonly Bytes[]>([]);
  found = $state.raw<Found>();
  /** A group that the files are of and that is here already, in hex. */
  known = $state<string>();
  /** Whether the latest file was there before. */
  again = $state(false);
  /** Whether the person said that it is their group. */
  right = $state(false);
  /** The group at hand, in hex, once there is one here. */
  group = $state<string>();
  live = $state.raw<Live>();
  backups = $state.raw<BackupsView>();
  /** What was noted of the device before, by the kit or by this workspace. */
  handle = $state<string>();
  confirmed = $state(false);
  /** The device that is to guard the shares, once it was found. */
  device = $state.raw<Device>();
  equipped = $state(false);
  /** Whether the shares were sealed under a device that the others do not know. */
  renewed = $state(false);
  readonly you = new Enrolment();
  readonly task = new Task();
  readonly #ways: Ways;

  constructor(ways: Ways) {
    this.#ways = ways;
  }

  get stage(): Stage {
    const { live, backups } = this;
    if (!this.group) {
      if (!this.what) return 'what';
      return this.found && this.right ? 'secret' : 'others';
    }
    if (!live?.view) return 'reading';
    if (!backups) return 'nothing';
    if (this.equipped) return backups.catchUp ? 'hear' : 'done';
    if (!backups.restored) return 'secret';
    return this.confirmed ? 'device' : 'who';
  }

  /** What the device is asked for. */
  get hostLabel(): string {
    return this.live?.view?.labels.host ?? this.found?.hostLabel ?? '';
  }

  /** How many others must approve a device that is not on one's card. */
  get needed(): number {
    const { n, t } = this.live!.view!.terms!;
    return n - t + 1;
  }

  /** Whether the device's approval key is the one that the others know. */
  get sameKey(): boolean {
    const card = this.live?.view?.ownCard;
    return (
      !!this.device && !!card && equal(this.device.identity.approvalKey.key, card.approvalKey.key)
    );
  }

  /** What happened, as the person says. */
  begin(what: Case): void {
    this.what = what;
    this.task.clear();
  }

  /** A group that is in this workspace. */
  async open(group: string): Promise<void> {
    this.group = group;
    this.live = new Live(this.#ways.deskAt(group), () =>
      Promise.resolve(this.device ?? deviceFault('not-found')),
    );
    const handle = await this.#ways.workspace.deviceHandle(group);
    this.handle ??= handle && new TextDecoder().decode(handle);
    await this.read();
    const card = this.live.view?.ownCard;
    if (!card) return;
    this.you.name = card.name;
    this.you.kind = card.device.kind;
    this.you.how = card.device.simulated ? 'simulated' : 'real';
  }

  /** Reads the group anew. */
  async read(): Promise<void> {
    const { group } = this;
    if (!group || !this.live) return;
    this.backups = await this.#ways.deskAt(group).backups();
    await this.live.load();
  }

  /** Takes in a file of another operator; those before it stay, whatever it is. */
  async bring(bundle: Bytes): Promise<void> {
    this.known = undefined;
    this.again = this.bundles.some((one) => equal(one, bundle));
    if (this.again) return;
    await this.task.run(async () => {
      const packets = packetsOf(bundle);
      if (typeof packets === 'string')
        return restoreFaultText({ fault: 'no-packets', detail: packets });
      const { workspace } = this.#ways;
      this.known = await workspace.groupOf(bundle);
      if (this.known) return undefined;
      const alone = await workspace.found([bundle]);
      const before = this.found;
      if (before && !('fault' in alone) && !equal(alone.id.group, before.id.group))
        return recoverText.others.otherGroup(alone.name, before.name);
      const all = [...this.bundles, bundle];
      const found = await workspace.found(all);
      this.bundles = all;
      if (!('fault' in found)) this.found = found;
      return undefined;
    });
  }

  forget(): void {
    this.bundles = [];
    this.found = this.known = undefined;
    this.right = this.again = false;
    this.task.clear();
  }

  /** Restores the host secret from what is left of it. */
  async restore(source: Source): Promise<void> {
    await this.task.run(async () => {
      const { group } = this;
      if (source.from === 'device') this.#note(source.kit);
      if (group) {
        const fault = await this.#ways.deskAt(group).restoreHost(source);
        if (fault) return restoreFaultText(fault);
        await this.read();
        return undefined;
      }
      const restored = await this.#ways.workspace.recover(this.bundles, source);
      if ('fault' in restored) return restoreFaultText(restored);
      await this.open(restored.group);
      return undefined;
    });
  }

  /** What was restored is somebody else's: nothing of it stays here. */
  async disown(): Promise<void> {
    const { group, live } = this;
    await this.task.run(async () => {
      const gone = await this.#ways.workspace.disown(group!);
      if (gone) {
        this.group = this.handle = undefined;
        this.live = this.backups = undefined;
      } else {
        await this.read();
      }
      return recoverText.who.other(live!.view!.ownCard!.name, gone);
    });
  }

  #note(file: Bytes): void {
    const kit = kitFromBytes(file);
    if (typeof kit !== 'string') this.handle = new TextDecoder().decode(kit.device);
  }

  /** Finds the device that is to guard the shares: the one that is noted, or another. */
  async find(noted: boolean): Promise<void> {
    const { id } = this.live!.view!;
    await this.task.run(async () => {
      const device = await (noted && this.handle ? deviceOf(this.handle) : this.you.device(id));
      if (isDeviceFault(device)) return device;
      this.device = device;
      return undefined;
    });
  }

  /** Seals host secret and shares under the device. */
  async equip(): Promise<void> {
    const { device } = this;
    if (device) await this.task.run(() => this.#equip(device));
  }

  async #equip(device: Device): Promise<FaultText | DeviceFault | undefined> {
    const { view, nameOf } = this.live!;
    const { labels, ownCard } = view!;
    const host = await device.derive([labels.host]);
    if (isDeviceFault(host)) return host;
    const entropy = device.takeEntropy();
    if (entropy) wipe(entropy);
    const shares = await device.derive([labels.custody, labels.attestation]);
    if (isDeviceFault(shares)) {
      wipe(host[0]!);
      return shares;
    }
    const fault = await this.#ways.deskAt(toHex(view!.id.group)).act({
      act: 'equip',
      host: host[0]!,
      custody: shares[0]!,
      attestation: shares[1]!,
      me: meWith(device, ownCard!),
    });
    if (fault) return actionFaultText(fault, nameOf);
    this.renewed = !this.sameKey;
    this.equipped = true;
    await this.read();
    return undefined;
  }
}

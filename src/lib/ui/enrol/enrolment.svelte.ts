/** What a person says of themself and which device they bring, before they enter a group. */
import { deviceLabel, type GroupId } from '../../ceremony/card.ts';
import {
  isDeviceFault,
  type Device,
  type DeviceFault,
  type DeviceKind,
} from '../../devices/device.ts';
import { meWith, type Me } from '../../worker/me.ts';
import type { HostReply } from '../../worker/entropy.ts';
import { enrolDevice } from '../device.svelte.ts';
import { typed } from '../typed.ts';

export class Enrolment {
  name = $state('');
  organisation = $state('');
  place = $state('');
  kind = $state<DeviceKind>('security-key');
  how = $state<'real' | 'simulated'>('real');
  #enrolled = $state.raw<Device>();

  /** Whether all that must be said is said. */
  get complete(): boolean {
    return typed(this.name) !== '';
  }

  /** The device that is chosen, where it was enrolled here and is not used yet. */
  get enrolled(): Device | undefined {
    return this.#held(this.how === 'simulated');
  }

  get about() {
    return {
      name: typed(this.name),
      organisation: typed(this.organisation),
      place: typed(this.place),
    };
  }

  /**
   * The card's words and the device's answer for the group's host secret. A device that was enrolled
   * and then failed is used again, so that a security key makes no second credential.
   */
  async enter(id: GroupId): Promise<{ readonly me: Me; readonly device: HostReply } | DeviceFault> {
    const device = await this.device(id);
    if (isDeviceFault(device)) return device;
    const replies = await device.derive([deviceLabel('host secret', id)]);
    if (isDeviceFault(replies)) return replies;
    const me = meWith(device, this.about);
    return { me, device: { reply: replies[0]!, entropy: device.takeEntropy() } };
  }

  /** The device that is chosen, enrolled. */
  async device({ rehearsal }: GroupId): Promise<Device | DeviceFault> {
    const simulated = rehearsal && this.how === 'simulated';
    const held = this.#held(simulated);
    if (held) return held;
    const made = await enrolDevice(this.kind, simulated, `Conclave: ${this.about.name}`);
    if (!isDeviceFault(made)) this.#enrolled = made;
    return made;
  }

  #held(simulated: boolean): Device | undefined {
    const identity = this.#enrolled?.identity;
    return identity?.kind === this.kind && identity.simulated === simulated
      ? this.#enrolled
      : undefined;
  }
}

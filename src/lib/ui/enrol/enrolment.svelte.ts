/** What a person says of themself and which device they bring, before they enter a group. */
import type { Bytes } from '../../crypto/bytes.ts';
import { deviceLabel, type GroupId } from '../../ceremony/card.ts';
import { isDeviceFault, type Device, type DeviceFault } from '../../devices/device.ts';
import type { Me } from '../../worker/enrol.ts';
import { enrolSecurityKey, meWith, simulatedDevice } from '../device.svelte.ts';
import { typed } from '../typed.ts';

export class Enrolment {
  name = $state('');
  organisation = $state('');
  place = $state('');
  device = $state<'security-key' | 'simulated'>('security-key');
  /** A key that was enrolled here and is not used yet. */
  enrolled = $state.raw<Device>();

  /** Whether all that must be said is said. */
  get complete(): boolean {
    return typed(this.name) !== '';
  }

  get about() {
    return {
      name: typed(this.name),
      organisation: typed(this.organisation),
      place: typed(this.place),
    };
  }

  /**
   * The card's words and the device's answer (32 bytes) for the group's host secret. A key that was
   * enrolled and then failed is used again, so that no second credential is made.
   */
  async enter(
    id: GroupId,
  ): Promise<{ readonly me: Me; readonly device: { readonly reply: Bytes } } | DeviceFault> {
    const device = await this.#deviceFor(id);
    if (isDeviceFault(device)) return device;
    const replies = await device.derive([deviceLabel('host secret', id)]);
    if (isDeviceFault(replies)) return replies;
    return { me: meWith(device, this.about), device: { reply: replies[0]! } };
  }

  async #deviceFor({ rehearsal }: GroupId): Promise<Device | DeviceFault> {
    if (rehearsal && this.device === 'simulated') return simulatedDevice();
    if (this.enrolled) return this.enrolled;
    const made = await enrolSecurityKey(`Conclave: ${this.about.name}`);
    if (!isDeviceFault(made)) this.enrolled = made;
    return made;
  }
}

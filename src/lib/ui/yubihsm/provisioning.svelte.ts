/** Making a YubiHSM ready: which one, where it stands, and what became of it. */
import { wipe, type Bytes } from '../../crypto/bytes.ts';
import { isDeviceFault } from '../../devices/device.ts';
import type { Hardware } from '../../devices/hardware.ts';
import type { Escrow, Provisioned } from '../../devices/yubihsm/provision.ts';
import type { Standing } from '../../devices/yubihsm/unfinished.ts';
import { hardwareFor, prompts } from '../device.svelte.ts';
import { Task } from '../task.svelte.ts';

/** What looking at it found. */
export interface Seen extends Standing {
  /** The connector's own version. */
  readonly connector: string;
}

export class Provisioning {
  which = $state<'real' | 'simulated'>('real');
  exportable = $state<'no' | 'yes'>('no');
  /** Whether the HMAC key is to come from an escrow; it is exportable then. */
  restoring = $state(false);
  seen = $state.raw<Seen>();
  made = $state.raw<Provisioned>();
  /** Until it was kept. */
  escrow = $state.raw<Escrow>();
  /** How many messages the YubiHSM answered in this attempt. */
  messages = $state(0);
  readonly looking = new Task();
  readonly working = new Task();

  /** Asks the connector and the YubiHSM where it stands. */
  look(): Promise<boolean> {
    this.seen = undefined;
    return this.looking.run(async () => {
      const hardware = await this.#hardware();
      const status = await hardware.yubihsm.status();
      if (typeof status !== 'string') return status;
      const { standingOf } = await import('../../devices/yubihsm/unfinished.ts');
      const standing = await standingOf(hardware);
      if (isDeviceFault(standing)) return standing;
      this.seen = { ...standing, connector: /^version=(.*)$/m.exec(status)?.[1] ?? '' };
      return undefined;
    });
  }

  /**
   * Both passwords are wiped, and the escrow that the HMAC key is to come back from. Where it fails, it
   * is looked at again.
   */
  async provision(password: Bytes, administrator: Bytes, escrow?: Escrow): Promise<void> {
    this.looking.clear();
    this.seen = undefined;
    const done = await this.working.run(async () => {
      const { provision } = await import('../../devices/yubihsm/provision.ts');
      const hardware = this.#counting(await this.#hardware());
      const exportable = this.exportable === 'yes';
      const choice = { password, administrator, exportable, escrow };
      const made = await provision(hardware, prompts.ask, choice);
      if (isDeviceFault(made)) return made;
      [this.made, this.escrow] = [made, made.escrow];
      return undefined;
    });
    wipe(password, administrator);
    if (escrow) wipe(escrow.wrapKey, escrow.hmacKey);
    if (!done) await this.look();
  }

  /** Deletes the keys of an attempt that broke off. */
  async takeBack(): Promise<void> {
    const done = await this.looking.run(async () => {
      const { takeBack } = await import('../../devices/yubihsm/unfinished.ts');
      return takeBack(await this.#hardware());
    });
    if (!done) return;
    this.working.clear();
    await this.look();
  }

  /** The escrow was kept: it is forgotten here. */
  forgetEscrow(): void {
    if (!this.escrow) return;
    wipe(this.escrow.wrapKey, this.escrow.hmacKey);
    this.escrow = undefined;
  }

  #hardware = (): Promise<Hardware> => hardwareFor('yubihsm', this.which === 'simulated');

  #counting(hardware: Hardware): Hardware {
    const { yubihsm } = hardware;
    this.messages = 0;
    const exchange = async (frame: Bytes) => {
      const reply = await yubihsm.exchange(frame);
      this.messages += 1;
      return reply;
    };
    return { ...hardware, yubihsm: { status: () => yubihsm.status(), exchange } };
  }
}

/**
 * Something that a page does for a person: busy until it is done, and what went wrong in words. The
 * button that began it stays enabled, so that it keeps the focus; pressing it again does nothing.
 */
import type { DeviceFault } from '../devices/device.ts';
import { VaultError } from '../vault/fault.ts';
import type { FaultText } from './text.ts';
import { deviceFaultText } from './text/device-faults.ts';
import { vaultFaultText } from './text/vault.ts';
import { workspaceText } from './text/workspace.ts';

export class Task {
  busy = $state(false);
  fault = $state.raw<FaultText>();
  /** The name of the vault's or device's fault, where it was one. */
  name = $state<string>();

  /**
   * Runs the work unless some is running.
   * @returns whether it was done; what it returns is a fault
   */
  async run(work: () => Promise<FaultText | DeviceFault | undefined>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.clear();
    try {
      this.#note(await work());
    } catch (error) {
      if (error instanceof VaultError) {
        this.name = error.fault.name;
        this.fault = vaultFaultText(error.fault);
      } else {
        this.fault = workspaceText.failed(error instanceof Error ? error.message : String(error));
      }
    }
    this.busy = false;
    return this.fault === undefined;
  }

  clear(): void {
    this.fault = this.name = undefined;
  }

  #note(fault: FaultText | DeviceFault | undefined): void {
    if (fault && 'fault' in fault) {
      this.name = fault.fault;
      this.fault = deviceFaultText(fault);
    } else {
      this.fault = fault;
    }
  }
}

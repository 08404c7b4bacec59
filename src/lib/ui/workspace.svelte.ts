/** What the page knows of the workspace: whether it is open, what is in it, and what took it away. */
import { fromHex, type Bytes } from '../crypto/bytes.ts';
import { VaultError, type VaultFault } from '../vault/fault.ts';
import { requestPersistence } from '../vault/persistence.ts';
import type { SlotInfo, SlotSecret } from '../vault/slots.ts';
import type { VaultStatus } from '../vault/vault.ts';
import { deskAt, workspace } from '../worker/door.ts';
import type { GroupView } from '../worker/view.ts';
import type { BrokenGroup, GroupSummary } from '../worker/workspace.ts';
import { app, refreshKept } from './app.svelte.ts';
import { autoLock } from './auto-lock.svelte.ts';
import { forgetDevices } from './device.svelte.ts';

/** What locking wiped from memory, for one group. */
export interface Dropped {
  readonly name: string;
  readonly host: boolean;
  readonly shares: boolean;
  readonly nonces: boolean;
}

/** How the workspace came to be locked here. */
export interface Locked {
  readonly by: 'person' | 'itself';
  /** Groups with a secret that was open. */
  readonly dropped: readonly Dropped[];
}

class WorkspaceState {
  /** What can be said without unlocking; undefined until it is known. */
  status = $state.raw<VaultStatus>();
  /** Why that cannot be said. */
  fault = $state.raw<VaultFault>();
  open = $state(false);
  /** What took an open workspace away. */
  lost = $state.raw<VaultFault>();
  /** The latest locking, until the next unlocking. */
  locked = $state.raw<Locked>();
  groups = $state.raw<readonly GroupSummary[]>([]);
  broken = $state.raw<readonly BrokenGroup[]>([]);
  slots = $state.raw<readonly SlotInfo[]>([]);
  /** Where it came from an export: when it was restored and when exported, ms since 1970. */
  restored = $state.raw<{ readonly at: number; readonly exported: number }>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Asks again what can be said without unlocking. */
  async refresh(): Promise<void> {
    try {
      this.status = await workspace.status();
      this.fault = undefined;
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      this.fault = error.fault;
    }
  }

  /** Reads anew what the open workspace holds. */
  async refreshContent(): Promise<void> {
    const { groups, broken } = await workspace.groups();
    this.groups = groups;
    this.broken = broken;
    this.slots = await workspace.slots();
  }

  async create(first: SlotSecret): Promise<void> {
    await workspace.create(first, await runningRoot());
    await this.#opened();
    await requestPersistence();
    await this.refresh();
  }

  async unlock(secret: SlotSecret, steal: boolean): Promise<void> {
    await workspace.unlock(secret, await runningRoot(), steal);
    await this.#opened();
  }

  /** Makes the workspace out of an export; `replace`: in place of the one that is here. */
  async restore(
    file: Bytes,
    passphrase: Bytes,
    first: SlotSecret,
    replace: boolean,
  ): Promise<void> {
    if (this.open) await this.lock('person');
    await workspace.restore(file, { passphrase }, first, await runningRoot(), replace);
    await this.#opened();
  }

  async erase(): Promise<void> {
    this.#close();
    await workspace.erase();
    await this.refresh();
  }

  async lock(by: Locked['by']): Promise<void> {
    const dropped = await this.#openSecrets();
    this.#close();
    this.locked = { by, dropped };
    await workspace.lock();
    await this.refresh();
  }

  async #opened(): Promise<void> {
    const { restored } = await workspace.state();
    this.restored = restored;
    await this.refreshContent();
    this.lost = this.locked = undefined;
    this.open = true;
    autoLock.start();
    this.#timer = setInterval(() => void this.#look(), 1000);
  }

  #close(): void {
    forgetDevices();
    clearInterval(this.#timer);
    autoLock.stop();
    this.open = false;
    this.groups = this.broken = this.slots = [];
    this.restored = this.lost = this.locked = undefined;
  }

  async #look(): Promise<void> {
    if (autoLock.tick()) {
      clearInterval(this.#timer);
      await this.lock('itself');
      return;
    }
    const { lost } = await workspace.state();
    if (!lost || !this.open) return;
    this.#close();
    this.lost = lost;
    await this.refresh();
  }

  /** The groups with a secret in memory. */
  async #openSecrets(): Promise<Dropped[]> {
    try {
      const views = await Promise.all(this.groups.map(({ group }) => deskAt(group).view()));
      return views.map(openIn).filter(({ host, shares, nonces }) => host || shares || nonces);
    } catch (error) {
      if (error instanceof VaultError) return []; // it was lost a moment ago
      throw error;
    }
  }
}

const openIn = ({ terms, own, opened, tests }: GroupView): Dropped => ({
  name: terms?.name ?? '',
  ...opened,
  nonces: tests.some(({ ids, committed, shared }) => {
    const at = own === undefined ? -1 : ids.indexOf(own);
    return at >= 0 && committed[at]! && !shared[at]!;
  }),
});

/** The root of the running bundle, 32 bytes; zeros where this browser keeps none. */
async function runningRoot(): Promise<Bytes> {
  if (!app.kept) await refreshKept();
  return rootBytes() ?? new Uint8Array(32);
}

/** The root of the kept bundle, 32 bytes; undefined where this browser keeps none. */
export const rootBytes = (): Bytes | undefined => app.kept && fromHex(app.kept.root);

export const vaultState = new WorkspaceState();

/** A desk on the page: its view, what is being done at it, and what went wrong. */
import type { Bytes } from '../../crypto/bytes.ts';
import { equal } from '../../crypto/bytes.ts';
import { VaultError } from '../../vault/fault.ts';
import type { Action } from '../../worker/desk.ts';
import type { Taken } from '../../worker/group-log.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import type { GroupView } from '../../worker/view.ts';
import { app } from '../app.svelte.ts';
import type { FaultText } from '../text.ts';
import { actionFaultText, unexpected } from '../text/ceremony-faults.ts';
import { ceremonyText } from '../text/ceremony.ts';
import { devices } from '../text/devices.ts';
import { vaultFaultText } from '../text/vault.ts';
import { approveBackupAddress, openHost, perform, type FindDevice, type Trouble } from './acts.ts';
import { handOverDue, waitedFor } from './baton.ts';

/** What became of a bundle that was taken in; `number` tells two of them apart. */
export type Report = Taken & { readonly number: number };

export class Live {
  view = $state.raw<GroupView>();
  busy = $state(false);
  fault = $state.raw<FaultText>();
  report = $state.raw<Report>();
  /** Raised after every act of this operator: what had the focus may be gone. */
  acted = $state(0);
  #handed = $state.raw<readonly string[]>([]);
  readonly #desk: RemoteDesk;
  readonly #find: FindDevice;

  constructor(desk: RemoteDesk, find: FindDevice) {
    this.#desk = desk;
    this.#find = find;
  }

  /** The hand-over that is due and was not made, as far as its operator said. */
  get due(): string | undefined {
    const due = this.view && handOverDue(this.view);
    return due !== undefined && !this.#handed.includes(due) ? due : undefined;
  }

  nameOf = (number: number): string => this.view?.people[number]?.card.name ?? `#${number + 1}`;

  /** The name of the operator or witness who signs with this key; empty where nobody does. */
  nameByKey(key: Uint8Array | null): string {
    if (!key || !this.view) return '';
    const { people, witnesses } = this.view;
    return (
      [...people.map(({ card }) => card), ...witnesses].find((one) => equal(one.packetKey, key))
        ?.name ?? ''
    );
  }

  /** Who collects, by name. */
  get collector(): string {
    const { people = [], initiatorName = '' } = this.view ?? {};
    return people.find(({ collects }) => collects)?.card.name ?? initiatorName;
  }

  /** What the operator here does now, in a few words. */
  get title(): string {
    const { view } = this;
    if (!view) return '';
    if (this.due) return ceremonyText.transfer.due;
    if (view.next.act !== 'bring') return ceremonyText.acts[view.next.act].title;
    if (!view.manifestHash) return ceremonyText.wait.forManifest(view.initiatorName);
    const names = waitedFor(view).map(this.nameOf);
    return names.length > 0 ? ceremonyText.wait.for(names) : ceremonyText.wait.forAll;
  }

  /** Reads the view anew. */
  async load(): Promise<void> {
    await this.#try(() => this.#refresh());
  }

  async #refresh(): Promise<undefined> {
    const before = this.title;
    this.view = await this.#desk.view();
    if (before && before !== this.title) app.announcement = `${ceremonyText.now}: ${this.title}`;
  }

  /** One thing at a time; whether it was done. */
  async #try(task: () => Promise<FaultText | undefined>): Promise<boolean> {
    try {
      this.fault = await task();
    } catch (error) {
      this.fault =
        error instanceof VaultError
          ? vaultFaultText(error.fault)
          : unexpected(error instanceof Error ? error.message : String(error));
    }
    return this.fault === undefined;
  }

  async #change(task: () => Promise<FaultText | undefined>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.report = undefined;
    const done = await this.#try(async () => {
      const fault = await task();
      await this.#refresh();
      return fault;
    });
    this.busy = false;
    this.acted += 1;
    return done;
  }

  #told = (trouble: Trouble | undefined): FaultText | undefined => {
    if (!trouble) return undefined;
    return trouble.at === 'device'
      ? devices.faults[trouble.fault]
      : actionFaultText(trouble.fault, this.nameOf);
  };

  /** Does the next act, with the device. */
  perform = (): Promise<boolean> =>
    this.#change(async () => this.#told(await perform(this.#desk, this.view!, this.#find)));

  approveBackupAddress = (address: string): Promise<boolean> =>
    this.#change(async () =>
      this.#told(await approveBackupAddress(this.#desk, this.view!, this.#find, address)),
    );

  /** Does acts that need no device, in order, up to the first that fails. */
  act = (...actions: readonly Action[]): Promise<boolean> =>
    this.#change(async () => {
      for (const action of actions) {
        const fault = await this.#desk.act(action);
        if (fault) return actionFaultText(fault, this.nameOf);
      }
      return undefined;
    });

  /** Keeps a note on a step; the focus stays where it is. */
  async note(step: string, note: string): Promise<boolean> {
    return this.#try(async () => {
      await this.#desk.act({ act: 'note', step, note });
      return this.#refresh();
    });
  }

  /** The backup file. @throws Error with the sentence why there is none */
  async backup(passphrase: string): Promise<string> {
    const closed = this.#told(await openHost(this.#desk, this.view!, this.#find));
    if (closed) throw new Error(`${closed.happened} ${closed.cause}`);
    const made = await this.#desk.backup(passphrase);
    if ('fault' in made) throw new Error(actionFaultText(made, this.nameOf).happened);
    return made.file;
  }

  /** Opens a backup file that was read back; undefined where it is right. */
  verifyBackup = (file: string, passphrase: string) =>
    this.#desk.act({ act: 'verify-backup', file, passphrase });

  async take(bundle: Bytes): Promise<void> {
    await this.#try(async () => {
      const taken = await this.#desk.take(bundle);
      if (typeof taken === 'string') return ceremonyText.transfer.unreadable(taken);
      this.report = { ...taken, number: (this.report?.number ?? 0) + 1 };
      app.announcement = ceremonyText.transfer.took(taken);
      return this.#refresh();
    });
  }

  outgoing(everything: boolean) {
    return this.#desk.outgoing(everything);
  }

  /** The operator says that the hand-over that is due was made. */
  handedOver(): void {
    const { due } = this;
    if (!due) return;
    this.#handed = [...this.#handed, due];
    this.report = undefined;
    this.acted += 1;
    app.announcement = ceremonyText.transfer.handedAnnounced;
  }
}

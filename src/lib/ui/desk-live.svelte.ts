/** A desk on the page: its view, what is being done at it, and what went wrong. */
import { equal, type Bytes } from '../crypto/bytes.ts';
import { VaultError } from '../vault/fault.ts';
import type { Action } from '../worker/desk.ts';
import type { Taken } from '../worker/group-log.ts';
import type { RemoteDesk } from '../worker/report.ts';
import type { GroupView } from '../worker/view.ts';
import { app } from './app.svelte.ts';
import type { FindDevice, Trouble } from './ceremony/acts.ts';
import type { FaultText } from './text.ts';
import { actionFaultText, unexpected } from './text/ceremony-faults.ts';
import { ceremonyText } from './text/ceremony.ts';
import { deviceFaultText } from './text/device-faults.ts';
import { vaultFaultText } from './text/vault.ts';

/** What became of a bundle that was taken in; `number` tells two of them apart. */
export type Report = Taken & { readonly number: number };

/** What every page of a group has: the view of its desk, acts, and packets in and out. */
export abstract class DeskLive {
  view = $state.raw<GroupView>();
  /** Once everything was read: there may be nothing of what the page is about, as for a witness. */
  loaded = $state(false);
  busy = $state(false);
  /** Why the last act was not done. */
  #undone = $state.raw<FaultText>();
  /** Why the desk could not be read. */
  #unread = $state.raw<FaultText>();
  report = $state.raw<Report>();
  /** Raised after every act of this operator: what had the focus may be gone. */
  acted = $state(0);
  #handed = $state.raw<readonly string[]>([]);
  protected readonly desk: RemoteDesk;
  protected readonly find: FindDevice;

  constructor(desk: RemoteDesk, find: FindDevice) {
    this.desk = desk;
    this.find = find;
  }

  /** What went wrong, in words. Reading again does not take back what became of an act. */
  get fault(): FaultText | undefined {
    return this.#undone ?? this.#unread;
  }

  /** What the operator here does now, in a few words; empty before anything was read. */
  abstract get title(): string;

  /** A hand-over that is due, by a name that changes when another one becomes due. */
  protected abstract get wanted(): string | undefined;

  /** The hand-over that is due and was not made, as far as its operator said. */
  get due(): string | undefined {
    const due = this.wanted;
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

  /** Reads the view anew. */
  async load(): Promise<void> {
    await this.ask(() => this.refresh());
  }

  /** Reads everything that is shown. */
  protected async read(): Promise<void> {
    this.view = await this.desk.view();
  }

  protected async refresh(): Promise<undefined> {
    const before = this.title;
    await this.read();
    this.loaded = true;
    if (before && before !== this.title) app.announcement = `${ceremonyText.now}: ${this.title}`;
  }

  /** Whether the act was done; what went wrong is told. */
  protected async attempt(act: () => Promise<FaultText | undefined>): Promise<boolean> {
    this.#undone = await caught(act);
    return this.#undone === undefined;
  }

  /** Asks the desk something; why it gives no answer is told. */
  protected async ask(question: () => Promise<undefined>): Promise<void> {
    this.#unread = await caught(question);
  }

  /** One thing at a time; whether it was done. */
  protected async change(task: () => Promise<FaultText | undefined>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.report = undefined;
    const done = await this.attempt(async () => {
      const fault = await task();
      await this.refresh();
      return fault;
    });
    this.busy = false;
    this.acted += 1;
    return done;
  }

  protected told = (trouble: Trouble | undefined): FaultText | undefined => {
    if (!trouble) return undefined;
    return trouble.at === 'device'
      ? deviceFaultText(trouble)
      : actionFaultText(trouble.fault, this.nameOf);
  };

  /** Does acts that need no device, in order, up to the first that fails. */
  act = (...actions: readonly Action[]): Promise<boolean> =>
    this.change(async () => {
      for (const action of actions) {
        const fault = await this.desk.act(action);
        if (fault) return actionFaultText(fault, this.nameOf);
      }
      return undefined;
    });

  async take(bundle: Bytes): Promise<void> {
    await this.attempt(async () => {
      const taken = await this.desk.take(bundle);
      if (typeof taken === 'string') return ceremonyText.transfer.unreadable(taken);
      app.announcement = ceremonyText.transfer.took(taken);
      // What is reported is shown already.
      await this.refresh();
      this.report = { ...taken, number: (this.report?.number ?? 0) + 1 };
      return undefined;
    });
  }

  outgoing(everything: boolean) {
    return this.desk.outgoing(everything);
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

async function caught(task: () => Promise<FaultText | undefined>): Promise<FaultText | undefined> {
  try {
    return await task();
  } catch (error) {
    return error instanceof VaultError
      ? vaultFaultText(error.fault)
      : unexpected(error instanceof Error ? error.message : String(error));
  }
}

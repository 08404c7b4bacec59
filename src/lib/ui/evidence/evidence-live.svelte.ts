/** The desk of evidence on the page: what was brought, and what follows from it. */
import type { BridgeView } from '../../worker/bridge.ts';
import type { EvidenceTaken } from '../../worker/evidence.ts';
import type { GovernanceView } from '../../worker/governance.ts';
import { app } from '../app.svelte.ts';
import { DeskLive } from '../desk-live.svelte.ts';
import type { FaultText } from '../text.ts';
import { actionFaultText } from '../text/ceremony-faults.ts';
import { evidenceText, refusalText, tookText } from '../text/evidence.ts';
import { transferText } from '../text/transfer.ts';

/** No evidence is larger; of a larger file nothing is read. */
const MAX_FILE = 8_000_000;

/** What became of a file. */
export interface Brought {
  readonly name: string;
  /** A sentence where it was taken in. */
  readonly became: string | FaultText;
}

export class EvidenceLive extends DeskLive {
  bridge = $state.raw<BridgeView>();
  governance = $state.raw<GovernanceView>();
  /** Where the files are from, in the operator's words. */
  source = $state('');
  /** The files that were brought last. */
  brought = $state.raw<readonly Brought[]>([]);

  protected override async read(): Promise<void> {
    await super.read();
    [this.bridge, this.governance] = [await this.desk.bridge(), await this.desk.governance()];
  }

  get title(): string {
    return evidenceText.title;
  }

  protected get wanted(): string | undefined {
    const { view } = this;
    if (!view || view.outgoing === 0) return undefined;
    const mine = view.people.filter((one) => view.collectsHere || one.mine);
    return String(mine.reduce((sum, { packets }) => sum + packets, 0));
  }

  /** Takes files in, one after the other. */
  bring = (files: readonly File[]): Promise<boolean> =>
    this.change(async () => {
      const brought: Brought[] = [];
      for (const file of files)
        brought.push({ name: file.name, became: await this.#take(file, this.source) });
      this.brought = brought;
      const refused = brought.filter(({ became }) => typeof became !== 'string').length;
      app.announcement = evidenceText.intake.announced(brought.length - refused, refused);
      return undefined;
    });

  async #take(file: File, source: string): Promise<string | FaultText> {
    if (file.size > MAX_FILE) return evidenceText.intake.tooLarge(file.name);
    const buffer = await file.arrayBuffer().catch(() => undefined);
    if (!buffer) return transferText.receive.files.gone(file.name);
    return this.#told(await this.desk.takeEvidence(new Uint8Array(buffer), source));
  }

  #told(taken: EvidenceTaken): string | FaultText {
    if ('took' in taken) return tookText(taken);
    return 'refused' in taken
      ? refusalText(taken.refused, taken.detail)
      : actionFaultText(taken, this.nameOf);
  }

  /** The observer key's file; undefined where there is none, and why is told. */
  async observer(passphrase: string): Promise<string | undefined> {
    let file: string | undefined;
    await this.change(async () => {
      const made = await this.desk.observer(passphrase);
      if ('fault' in made) return actionFaultText(made, this.nameOf);
      ({ file } = made);
      return undefined;
    });
    return file;
  }
}

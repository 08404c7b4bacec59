/** The desk of a ceremony on the page. */
import { DeskLive } from '../desk-live.svelte.ts';
import { actionFaultText } from '../text/ceremony-faults.ts';
import { ceremonyText } from '../text/ceremony.ts';
import { approveBackupAddress, openHost, perform } from './acts.ts';
import { handOverDue, waitedFor } from './baton.ts';

export class Live extends DeskLive {
  protected get wanted(): string | undefined {
    return this.view && handOverDue(this.view);
  }

  get title(): string {
    const { view } = this;
    if (!view) return '';
    if (this.due) return ceremonyText.transfer.due;
    if (view.next.act !== 'bring') return ceremonyText.acts[view.next.act].title;
    if (!view.manifestHash) return ceremonyText.wait.forManifest(view.initiatorName);
    const names = waitedFor(view).map(this.nameOf);
    return names.length > 0 ? ceremonyText.wait.for(names) : ceremonyText.wait.forAll;
  }

  /** Does the next act, with the device. */
  perform = (): Promise<boolean> =>
    this.change(async () => this.told(await perform(this.desk, this.view!, this.find)));

  approveBackupAddress = (address: string): Promise<boolean> =>
    this.change(async () =>
      this.told(await approveBackupAddress(this.desk, this.view!, this.find, address)),
    );

  /** Keeps a note on a step; the focus stays where it is. */
  async note(step: string, note: string): Promise<boolean> {
    return this.attempt(async () => {
      await this.desk.act({ act: 'note', step, note });
      return this.refresh();
    });
  }

  /** The backup file. @throws Error with the sentence why there is none */
  async backup(passphrase: string): Promise<string> {
    const closed = this.told(await openHost(this.desk, this.view!, this.find));
    if (closed) throw new Error(`${closed.happened} ${closed.cause}`);
    const made = await this.desk.backup({ passphrase });
    if ('fault' in made) throw new Error(actionFaultText(made, this.nameOf).happened);
    return made.file;
  }

  /** Opens a backup file that was read back; undefined where it is right. */
  verifyBackup = (file: string, passphrase: string) =>
    this.desk.act({ act: 'verify-backup', file, key: { passphrase } });
}

/** The desk on the page of what survived: the pieces of a backup, and what was noted of others'. */
import type { BackupsView } from '../../worker/backups-view.ts';
import type { OthersPiece } from '../../worker/places.ts';
import type { RemoteDesk } from '../../worker/report.ts';
import { app } from '../app.svelte.ts';
import { DeskLive } from '../desk-live.svelte.ts';
import { surviveText } from '../text/survive.ts';

export class SurviveLive extends DeskLive {
  backups = $state.raw<BackupsView>();

  constructor(desk: RemoteDesk) {
    super(desk, () => Promise.reject(new Error('No device is asked for here.')));
  }

  protected override async read(): Promise<void> {
    await super.read();
    this.backups = await this.desk.backups();
  }

  get title(): string {
    return surviveText.heading;
  }

  protected get wanted(): undefined {
    return undefined;
  }

  /** Keeps the notes of others' pieces in the vault. */
  async keep(others: readonly OthersPiece[]): Promise<boolean> {
    const kept = await this.act({ act: 'others', others });
    if (kept) app.announcement = surviveText.exposure.saved;
    return kept;
  }
}

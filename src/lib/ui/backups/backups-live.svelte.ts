/** The desk of backups on the page: the pieces, what is made and verified, who proved what. */
import type { Bytes } from '../../crypto/bytes.ts';
import type { Action, ActionFault } from '../../worker/desk.ts';
import type { BackupKey, BackupTo, RecoveryFile } from '../../worker/backup.ts';
import type { BackupsView, NewDeviceView } from '../../worker/backups-view.ts';
import type { CardPlan, MadePiece, PieceView } from '../../worker/pieces.ts';
import type { Place } from '../../worker/places.ts';
import type { SeatFault } from '../../worker/seat.ts';
import type { Source } from '../../worker/sources.ts';
import { approved, did, openHost, withShares } from '../ceremony/acts.ts';
import { DeskLive } from '../desk-live.svelte.ts';
import { backupsText, tierText } from '../text/backups.ts';
import { actionFaultText, restoreFaultText } from '../text/ceremony-faults.ts';
import { nextStep } from './ways.ts';

type FileSource = Extract<Source, { readonly file: Bytes }>;

/** What was made and is shown once. */
export interface Made {
  readonly kind: 'slip39' | 'vault-share' | 'plate';
  readonly pieces: readonly MadePiece[];
}

export class BackupsLive extends DeskLive {
  backups = $state.raw<BackupsView>();
  made = $state.raw<Made>();
  /** The piece that is being verified, by its id. */
  verifying = $state<string>();
  /** How often something was said here that the others do not know yet. */
  #said = $state(0);

  protected override async read(): Promise<void> {
    await super.read();
    this.backups = await this.desk.backups();
  }

  protected get wanted(): string | undefined {
    return this.#said > 0 ? `backups ${this.#said}` : undefined;
  }

  get title(): string {
    const { backups } = this;
    if (!backups) return '';
    const next = nextStep(backups);
    const { next: text } = backupsText;
    switch (next.step) {
      case 'admit':
        return text.admit.title(this.nameOf(next.device.operator));
      case 'verify':
        return text.verify(this.called(next.piece)).title;
      case 'again':
        return text.again(this.called(next.piece), next.piece.due!).title;
      case 'done':
        return text.done.title(next.until);
      case 'restore':
      case 'make':
      case 'answer':
        return text[next.step].title;
    }
  }

  /** What a piece is called, among others of its tier. */
  called = ({ tier, place }: PieceView): string => {
    const own = place?.name || place?.holder;
    return own ? `${tierText[tier].name}, ${own}` : tierText[tier].name;
  };

  /** For names of files. */
  get fileName(): string {
    const { view } = this;
    const name = `${view?.terms?.name ?? ''}-${view?.ownCard?.name ?? ''}-${view?.id.epoch ?? 0}`;
    return name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  }

  // What the others hear

  async say(action: Action): Promise<boolean> {
    return this.#told(await this.act(action));
  }

  #told(done: boolean): boolean {
    if (done) this.#said += 1;
    return done;
  }

  /** Approves another operator's new device with the own one. */
  async admit({ operator, hash, statement }: NewDeviceView): Promise<boolean> {
    return this.#told(
      await this.change(async () =>
        this.told(
          await approved(this.find, statement, (approval) =>
            this.desk.act({ act: 'admit', operator, card: hash.slice(), approval }),
          ),
        ),
      ),
    );
  }

  /** Answers the latest challenge; with a source, also that a backup opens. */
  async proveAlive(source: Source | undefined): Promise<boolean> {
    return this.#told(
      await this.change(async () =>
        this.told(
          await withShares(this.view!, this.find, (replies) =>
            this.desk.proveAlive(replies, source),
          ),
        ),
      ),
    );
  }

  // What is made

  /** The backup file. @throws Error with the sentence why there is none */
  async file(to: BackupTo): Promise<{ readonly file: string; readonly name: string }> {
    const closed = this.told(await openHost(this.desk, this.view!, this.find));
    if (closed) throw new Error(`${closed.happened} ${closed.cause}`);
    const made = await this.desk.backup(to);
    if ('fault' in made) {
      const { happened, cause } = actionFaultText(made, this.nameOf);
      throw new Error(`${happened} ${cause}`);
    }
    return { file: made.file, name: `${this.fileName}.age` };
  }

  cards = (plan: CardPlan): Promise<boolean> => this.#split('slip39', () => this.desk.cards(plan));

  vaultShares = (threshold: number, contacts: readonly Place[]): Promise<boolean> =>
    this.#split('vault-share', () => this.desk.vaultShares(threshold, contacts));

  /** Splits the host secret, which the device opens first. */
  #split(
    kind: Made['kind'],
    split: () => Promise<readonly MadePiece[] | SeatFault>,
  ): Promise<boolean> {
    return this.change(async () => {
      const closed = await openHost(this.desk, this.view!, this.find);
      return this.told(closed ?? (await did(this.#show(kind, split()))));
    });
  }

  async #show(
    kind: Made['kind'],
    making: Promise<readonly MadePiece[] | SeatFault>,
  ): Promise<SeatFault | undefined> {
    const pieces = await making;
    if ('fault' in pieces) return pieces;
    this.made = { kind, pieces };
    return undefined;
  }

  /**
   * Notes that a piece which was just made was checked: by the quiz, or by what was `entered` in full.
   * @throws Error with the sentence why it was not noted
   */
  checked = async (piece: string, entered?: string): Promise<void> => {
    const fault = await this.desk.act(
      entered === undefined
        ? { act: 'note-piece', piece, state: 'verified' }
        : { act: 'verify-piece', piece, content: entered },
    );
    if (fault) throw new Error(actionFaultText(fault, this.nameOf).happened);
  };

  /** What was made is shown no more. */
  putAway = (): Promise<void> => {
    this.made = undefined;
    return this.load();
  };

  plates = (place: Place): Promise<boolean> =>
    this.change(async () =>
      this.told(
        await withShares(this.view!, this.find, (replies) =>
          this.#show('plate', this.desk.plates(replies, place)),
        ),
      ),
    );

  /** The kit's file; undefined where there is none, and why is told. */
  async kit(place: Place): Promise<Bytes | undefined> {
    let file: Bytes | undefined;
    await this.change(async () => {
      const made = await this.desk.kit(place);
      if ('fault' in made) return actionFaultText(made, this.nameOf);
      ({ file } = made);
      return undefined;
    });
    return file;
  }

  // What is verified

  /** Opens a backup file that was read back; undefined where it is right. */
  openFile = (file: Bytes, key: BackupKey): Promise<ActionFault | undefined> =>
    this.desk.act({ act: 'verify-backup', file: new TextDecoder().decode(file), key });

  /** Opens a file, and sees whether it was this piece that became verified. */
  verifyFile = (piece: PieceView, source: FileSource): Promise<boolean> =>
    this.change(async () => {
      const key =
        source.from === 'age-file'
          ? { passphrase: source.passphrase }
          : { identity: source.identity };
      const fault = await this.openFile(source.file, key);
      if (fault) return actionFaultText(fault, this.nameOf);
      await this.read();
      const now = this.backups?.pieces.find(({ id }) => id === piece.id);
      return now?.history.length === piece.history.length
        ? restoreFaultText({ fault: 'another-piece', detail: '' })
        : undefined;
    });

  /** Restores and compares: what was used is verified, and so is a device `piece`. */
  verifyFrom = (source: Source, piece?: string): Promise<boolean> =>
    this.change(async () => {
      const fault = await this.desk.verifyFrom(source, piece);
      return fault && actionFaultText(fault, this.nameOf);
    });

  // What is given away

  everything = (): Promise<readonly Bytes[]> => this.desk.everything();

  /** The recovery file: once noted, no address is missing in any; undefined where there is none yet. */
  recoveryFile = async (): Promise<RecoveryFile | undefined> => {
    const made = await this.desk.recoveryFile();
    await this.load();
    return made;
  };
}

/** Notes of where pieces are, while they are written. */
import { kinds, type Kind } from '../../ceremony/exposure.ts';
import { printable } from '../../crypto/schema.ts';
import { tiers } from '../../ceremony/pieces.ts';
import type { OthersPiece } from '../../worker/places.ts';

/** What one can note of the own things: the pieces of the backup are known already. */
export const ownKinds = kinds.filter((kind) => !(tiers as readonly Kind[]).includes(kind));

/** How long a place or a name may be, in UTF-16 units. */
export const LONGEST = 60;

/** How many notes are kept. */
export const MOST = 200;

type Note = { -readonly [K in keyof OthersPiece]: OthersPiece[K] };

export class NotesForm {
  rows = $state<Note[]>([]);
  #kept = $state.raw('');

  constructor(kept: readonly OthersPiece[]) {
    this.rows = kept.map((note) => ({ ...note }));
    this.#kept = JSON.stringify(this.notes);
  }

  /** The notes as they are kept. */
  readonly notes = $derived(
    this.rows.map((row): OthersPiece => ({
      ...row,
      place: printable(row.place, LONGEST).trim(),
      holder: printable(row.holder, LONGEST).trim(),
      needed: shared(row.kind) && row.needed >= 1 && row.needed <= 255 ? Math.floor(row.needed) : 1,
    })),
  );

  get changed(): boolean {
    return JSON.stringify(this.notes) !== this.#kept;
  }

  add(operator: number, kind: Kind): void {
    this.rows.push({ operator, kind, place: '', holder: '', needed: 2 });
  }

  /** What is written now is what is kept. */
  settled(): void {
    this.#kept = JSON.stringify(this.notes);
  }
}

/** Whether it takes several of these. */
export const shared = (kind: Kind): boolean => kind === 'slip39' || kind === 'vault-share';

/** The form that says who gets which cards. */
import type { CardPlan } from '../../worker/pieces.ts';
import type { Place } from '../../worker/places.ts';
import { makeText } from '../text/backups-make.ts';
import { typed } from '../typed.ts';
import { noPlace, typedPlace } from './place.ts';

const text = makeText.contacts;

/** The most cards of one group, and the most groups (SLIP-39). */
export const MOST = 16;

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** Contacts, of whom some suffice. */
export class Contacts {
  contacts = $state.raw<readonly Place[]>([noPlace, noPlace, noPlace]);
  threshold = $state(2);

  get wrong(): string | undefined {
    const { contacts, threshold } = this;
    const names = contacts.map(({ holder }) => typed(holder));
    if (names.includes('')) return text.wrong.names;
    if (names.some((name, i) => names.indexOf(name) < i)) return text.wrong.twice;
    if (contacts.length === 1) return threshold === 1 ? undefined : text.wrong.one;
    return isWithin(threshold, 2, contacts.length)
      ? undefined
      : text.wrong.threshold(contacts.length);
  }

  set(at: number, change: Partial<Place>): void {
    this.contacts = this.contacts.map((one, i) => (i === at ? { ...one, ...change } : one));
  }

  add(): void {
    this.contacts = [...this.contacts, noPlace];
  }

  remove(at: number): void {
    this.contacts = this.contacts.filter((_, i) => i !== at);
  }

  get places(): Place[] {
    return this.contacts.map(typedPlace);
  }
}

export class CardForm {
  groups = $state.raw<readonly Contacts[]>([new Contacts()]);
  groupThreshold = $state(1);
  passphrase = $state('');
  again = $state('');

  get wrongGroups(): string | undefined {
    return isWithin(this.groupThreshold, 1, this.groups.length)
      ? undefined
      : text.wrongGroups(this.groups.length);
  }

  get wrongPassphrase(): string | undefined {
    if (!/^[ -~]*$/.test(this.passphrase)) return makeText.cards.ascii;
    return this.passphrase === this.again ? undefined : makeText.cards.differs;
  }

  /** Undefined while something is wrong. */
  get plan(): CardPlan | undefined {
    const wrong =
      this.wrongGroups ?? this.wrongPassphrase ?? this.groups.find(({ wrong }) => wrong);
    if (wrong) return undefined;
    return {
      groupThreshold: this.groupThreshold,
      groups: this.groups.map(({ threshold, places }) => ({ threshold, contacts: places })),
      passphrase: this.passphrase,
    };
  }

  addGroup(): void {
    this.groups = [...this.groups, new Contacts()];
  }

  removeGroup(at: number): void {
    this.groups = this.groups.filter((_, i) => i !== at);
    this.groupThreshold = Math.min(this.groupThreshold, this.groups.length);
  }
}

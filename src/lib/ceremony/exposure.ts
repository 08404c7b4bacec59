import { oneOf } from '../crypto/schema.ts';
import { tiers } from './pieces.ts';
import {
  all,
  always,
  any,
  cut,
  never,
  opens,
  smallest,
  type Gate,
  type Smallest,
} from './smallest.ts';

/*
 * What theft at some places, or by some people, could reach, and what the loss of some places breaks.
 * It is as good as what was noted: a piece that nobody noted is in no answer. Recovery data counts as
 * known to a thief, since all operators and witnesses hold it.
 */

/**
 * What can be somewhere. Beside the tiers of backups: `passphrase` opens the operator's age file;
 * `desk` is the device in use, with a PIN, and the laptop with the workspace; `open-desk` the same
 * without a PIN, or with it written down there.
 */
export const kinds = [...tiers, 'passphrase', 'desk', 'open-desk'] as const;
export type Kind = (typeof kinds)[number];
export const kindReader = oneOf(...kinds);

/** Something of an operator's that is somewhere. */
export interface Held {
  /** From 0. */
  readonly operator: number;
  readonly kind: Kind;
  /** Empty: with the holder, and not noted if there is none. */
  readonly place: string;
  /** Who keeps it; empty: the operator. */
  readonly holder: string;
  /** Of cards and shares: how many of the set, or of the group, restore. 1 for all else. */
  readonly needed: number;
  /** Of cards and shares: which belong together; for cards in groups, how many groups restore. */
  readonly set: { readonly id: string; readonly group: number; readonly groupsNeeded: number };
  /**
   * `relied`: it restores. `doubtful`: it was never verified, so only a thief counts on it. `away`: lost
   * or known to others, so it helps nobody but a thief, wherever they look.
   */
  readonly state: 'relied' | 'doubtful' | 'away';
}

/** The smallest set by name, and the operators it is about; or how many it takes at least. */
export type Found =
  | { readonly names: readonly string[]; readonly operators: readonly number[] }
  | { readonly atLeast: number };

export type Warning =
  /** Different tiers of one operator in one place. */
  | {
      readonly warning: 'together';
      readonly operator: number;
      readonly kinds: readonly Kind[];
      readonly name: string;
    }
  /** Pieces of t operators in one place, or with one person. */
  | {
      readonly warning: 'quorum-place' | 'quorum-person';
      readonly operators: readonly number[];
      readonly name: string;
    }
  /** As many cards or shares of one set as restore, in one place or with one person. */
  | {
      readonly warning: 'set-place' | 'set-person';
      readonly operator: number;
      readonly kind: Kind;
      readonly name: string;
    }
  | { readonly warning: 'passphrase'; readonly operator: number; readonly name: string }
  | { readonly warning: 'unverified'; readonly operator: number }
  | { readonly warning: 'no-place'; readonly operator: number; readonly kind: Kind };

export interface Exposure {
  /** The fewest places, and people, that reach t custody shares; undefined: none of those noted do. */
  readonly theft: { readonly places: Found | undefined; readonly people: Found | undefined };
  /**
   * The fewest places without which fewer than t operators can restore their host secret; no name at
   * all where fewer can now.
   */
  readonly loss: Found | undefined;
  readonly warnings: readonly Warning[];
}

interface Group {
  readonly t: number;
  /** The operators' names, by number. */
  readonly names: readonly string[];
  /** Whether anything of theirs was verified, as far as is known here. */
  readonly verified: readonly boolean[];
}

export function exposureOf({ t, names, verified }: Group, held: readonly Held[]): Exposure {
  const places = new Sites(held, ({ place, holder }) => place || holder);
  const people = new Sites(
    [...names.map((holder, operator) => ({ operator, holder })), ...held],
    ({ holder, operator }) => holder || names[operator]!,
  );
  const each = names.map((_, operator) => held.filter((one) => one.operator === operator));
  const byPlace = each.map((own) => theft(own, places));
  // Who operates signs, wherever their pieces are; and knows the passphrase that is noted nowhere.
  const byPerson = each.map((own, operator) =>
    any(people.at({ operator, holder: '' }), theft(own, people, { operator, holder: '' })),
  );
  const broken = each.map((own) => cut(restoring(own, places)));
  return {
    theft: {
      places: places.found(byPlace, smallest(byPlace, t)),
      people: people.found(byPerson, smallest(byPerson, t)),
    },
    loss: places.found(broken, smallest(broken, names.length - t + 1)),
    warnings: [
      ...each.flatMap((own, operator) => warningsFor(operator, own, places, people)),
      ...quorumIn(held, places, t, 'quorum-place'),
      ...quorumIn(held, people, t, 'quorum-person'),
      ...verified.flatMap((good, operator): Warning[] =>
        good ? [] : [{ warning: 'unverified', operator }],
      ),
    ],
  };
}

/** Whether what of an operator's is lost or known to others gives the custody share by itself. */
export const reached = (own: readonly Held[]): boolean =>
  opens(theft(own, new Sites([], () => undefined)), new Set());

type Where = Pick<Held, 'operator' | 'holder'> & Partial<Held>;

/** The places, or the people, that were noted; however they are spelled, one is one. */
class Sites {
  readonly names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #where: (held: Where) => string | undefined;

  constructor(held: readonly Where[], where: (held: Where) => string | undefined) {
    this.#where = where;
    for (const one of held) {
      const name = where(one)?.trim();
      if (!name || this.#numbers.has(spelled(name))) continue;
      this.#numbers.set(spelled(name), this.names.length);
      this.names.push(name);
    }
  }

  of(held: Where): number | undefined {
    return this.#numbers.get(spelled(this.#where(held) ?? ''));
  }

  /** The gate that opens there; none does where nothing is noted. */
  at(held: Where): Gate {
    return this.of(held) ?? never;
  }

  found(gates: readonly Gate[], answer: Smallest | undefined): Found | undefined {
    if (!answer || 'atLeast' in answer) return answer;
    const set = new Set(answer.places);
    return {
      names: answer.places.map((place) => this.names[place]!),
      operators: gates.flatMap((gate, operator) => (opens(gate, set) ? [operator] : [])),
    };
  }
}

const spelled = (name: string): string =>
  name.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();

/** What reaches an operator's custody share. `knows`: who knows a passphrase that is noted nowhere. */
function theft(own: readonly Held[], sites: Sites, knows?: Where): Gate {
  const some = (...of: readonly Kind[]) =>
    any(
      ...own
        .filter(({ kind }) => of.includes(kind))
        .map((one) => (one.state === 'away' ? always : sites.at(one))),
    );
  const passphrase = own.some(({ kind }) => kind === 'passphrase');
  return any(
    some('plate', 'open-desk'),
    all(some('device'), some('kit', 'desk')),
    all(some('age-file'), passphrase || !knows ? some('passphrase') : sites.at(knows)),
    ...setsOf(own).map((set) =>
      gateOf(set, (one) => (one.state === 'away' ? always : sites.at(one))),
    ),
  );
}

/** What an operator restores the host secret from. A passphrase that is noted nowhere is remembered. */
function restoring(own: readonly Held[], sites: Sites): Gate {
  const relied = own.filter(({ state }) => state === 'relied');
  const some = (...of: readonly Kind[]) =>
    any(...relied.filter(({ kind }) => of.includes(kind)).map((one) => sites.at(one)));
  const passphrase = own.some(({ kind }) => kind === 'passphrase');
  return any(
    some('desk', 'open-desk'),
    all(some('device'), some('kit')),
    all(some('age-file'), passphrase ? some('passphrase') : always),
    ...setsOf(relied).map((set) => gateOf(set, (one) => sites.at(one))),
  );
}

/** Cards and shares that belong together. */
function setsOf(own: readonly Held[]): Held[][] {
  const shares = own.filter(({ kind }) => kind === 'slip39' || kind === 'vault-share');
  return alike(shares, ({ kind, set }) => `${kind} ${set.id}`);
}

function alike<T>(items: readonly T[], key: (item: T) => string | number): T[][] {
  const found = new Map<string | number, T[]>();
  for (const item of items) found.set(key(item), [...(found.get(key(item)) ?? []), item]);
  return [...found.values()];
}

function gateOf(set: readonly Held[], leaf: (one: Held) => Gate): Gate {
  const groups = alike(set, (one) => one.set.group);
  return {
    needed: set[0]!.set.groupsNeeded,
    of: groups.map((cards) => ({ needed: cards[0]!.needed, of: cards.map(leaf) })),
  };
}

function warningsFor(
  operator: number,
  own: readonly Held[],
  places: Sites,
  people: Sites,
): Warning[] {
  const here = own.filter(({ state }) => state !== 'away');
  const warnings: Warning[] = [];
  for (const [place, name] of places.names.entries()) {
    const kinds = [
      ...new Set(here.filter((one) => places.of(one) === place).map(({ kind }) => kind)),
    ];
    const different = kinds.filter((kind) => kind !== 'passphrase');
    if (different.length > 1)
      warnings.push({ warning: 'together', operator, kinds: different, name });
    if (kinds.includes('passphrase') && kinds.includes('age-file'))
      warnings.push({ warning: 'passphrase', operator, name });
  }
  for (const set of setsOf(here))
    for (const [warning, sites] of [
      ['set-place', places],
      ['set-person', people],
    ] as const)
      for (const [site, name] of sites.names.entries())
        if (
          opens(
            gateOf(set, (one) => sites.at(one)),
            new Set([site]),
          )
        )
          warnings.push({ warning, operator, kind: set[0]!.kind, name });
  for (const one of here)
    if (places.of(one) === undefined)
      warnings.push({ warning: 'no-place', operator, kind: one.kind });
  return warnings;
}

/** Where there is something of as many operators as sign. */
function quorumIn(
  held: readonly Held[],
  sites: Sites,
  t: number,
  warning: 'quorum-place' | 'quorum-person',
): Warning[] {
  return sites.names.flatMap((name, site): Warning[] => {
    const there = held.filter((one) => one.state !== 'away' && sites.of(one) === site);
    const operators = [...new Set(there.map(({ operator }) => operator))].sort((a, b) => a - b);
    return operators.length >= t ? [{ warning, operators, name }] : [];
  });
}

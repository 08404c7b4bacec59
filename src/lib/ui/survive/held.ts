/** What an operator knows of everybody's pieces, as the questions of these pages take it. */
import { reached, type Held, type Kind } from '../../ceremony/exposure.ts';
import { counts } from '../../ceremony/pieces.ts';
import { cardsMissing, type Heap, type Remains } from '../../ceremony/survival.ts';
import type { BackupsView } from '../../worker/backups-view.ts';
import type { PieceView } from '../../worker/pieces.ts';
import type { OthersPiece } from '../../worker/places.ts';

type Known = Pick<BackupsView, 'own' | 'names' | 'kinds' | 'pieces' | 'told' | 'restored'>;

/** What of a piece's state matters here; undefined for what does not exist. */
function stateOf(piece: PieceView): Held['state'] | undefined {
  const { status } = piece;
  if (counts(piece)) return 'relied';
  if (status === 'recorded') return 'doubtful';
  return status === 'lost' || status === 'exposed' ? 'away' : undefined;
}

/** All pieces that are known here: the own ones, and what was noted. */
export const heldOf = ({ own, pieces }: Known, notes: readonly OthersPiece[]): readonly Held[] => [
  ...pieces.flatMap((piece): Held[] => {
    const state = stateOf(piece);
    const { share, place } = piece;
    if (!state) return [];
    return [
      {
        operator: own,
        kind: piece.tier,
        place: place?.place ?? '',
        holder: place?.holder ?? '',
        needed: share?.threshold ?? 1,
        set: {
          id: share?.set ?? '',
          group: share?.group ?? 0,
          groupsNeeded: share?.groupThreshold ?? 1,
        },
        state,
      },
    ];
  }),
  ...notes.map((note): Held => ({
    ...note,
    set: { id: 'noted', group: 0, groupsNeeded: 1 },
    state: 'relied',
  })),
];

/** Whether anything of each operator's was verified, as far as they told. */
export const verifiedOf = ({ own, names, pieces, told }: Known): boolean[] =>
  names.map((_, operator) =>
    operator === own ? pieces.some(counts) : !!told[operator]?.tiers.some(({ good }) => good > 0),
  );

const fewest: Heap = { have: 0, needed: 2 };

/**
 * What is left as long as nothing more is said to be gone: everybody has device and workspace, and
 * every piece that is known and relied on.
 */
export function remainsOf(known: Known, notes: readonly OthersPiece[]): Remains[] {
  const held = heldOf(known, notes);
  return known.names.map((_, operator): Remains => {
    const own = held.filter((one) => one.operator === operator);
    const here = own.filter(({ state }) => state === 'relied');
    const has = (kind: Kind) => here.some((one) => one.kind === kind);
    const gone = known.restored && operator === known.own;
    return {
      device: !gone,
      vendorSeed: has('device'),
      seedRenews: known.kinds[operator] === 'yubihsm',
      workspace: true,
      kit: has('kit'),
      ageFile: has('age-file'),
      agePassphrase: has('age-file'),
      cards: best(sets('slip39', own, here)),
      vaultShares: best(sets('vault-share', own, here)).groups[0]!,
      // Of which key a plate has the share is not noted: the custody plate is left where all are.
      plate: has('plate') && own.every(({ kind, state }) => kind !== 'plate' || state === 'relied'),
      exposed: reached(own),
    };
  });
}

/** What is left of each set of a kind. */
function sets(kind: Kind, own: readonly Held[], here: readonly Held[]): Remains['cards'][] {
  const made = own.filter((one) => one.kind === kind);
  const ids = [...new Set(made.map(({ set }) => set.id))];
  return ids.map((id) => {
    const cards = made.filter(({ set }) => set.id === id);
    const numbers = [...new Set(cards.map(({ set }) => set.group))].sort((a, b) => a - b);
    return {
      groupsNeeded: cards[0]!.set.groupsNeeded,
      groups: numbers.map((number): Heap => {
        const group = cards.filter(({ set }) => set.group === number);
        return {
          have: group.filter((one) => here.includes(one)).length,
          needed: group[0]!.needed,
        };
      }),
    };
  });
}

/** The set that lacks the least. */
function best(all: readonly Remains['cards'][]): Remains['cards'] {
  const [first] = [...all].sort((a, b) => cardsMissing(a) - cardsMissing(b));
  return first ?? { groups: [fewest], groupsNeeded: 1 };
}

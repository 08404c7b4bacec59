/** Where the pieces of backups are kept: a record of the vault alone, since logs are shown to others. */
import { toCbor } from '../crypto/cbor.ts';
import { integer, list, read, record, text, type Read } from '../crypto/schema.ts';
import { kindReader } from '../ceremony/exposure.ts';
import type { Change } from '../vault/store.ts';
import type { Seat } from './seat.ts';
import { done, notNow, type Outcome } from './seat-base.ts';

const placeReader = record({
  /** What the operator calls it. */
  name: text(60),
  place: text(60),
  /** Who keeps it. */
  holder: text(60),
  /** Number of the bag or seal. */
  seal: text(40),
});

/** Where a piece is kept. It stays in the vault: records are shown to others. */
export type Place = Read<typeof placeReader>;

const shareOfReader = record({
  /** The same for all cards that were made together. */
  set: text(16, 16),
  group: integer(0, 15),
  groups: integer(1, 16),
  groupThreshold: integer(1, 16),
  member: integer(0, 254),
  members: integer(1, 255),
  threshold: integer(1, 255),
});

/** Which share of how many a card is, from 0. */
export type ShareOf = Read<typeof shareOfReader>;

const placesReader = record({
  pieces: list(
    record({ piece: text(16, 16), place: placeReader, share: list(shareOfReader, 1) }),
    200,
  ),
  /** What the operator knows of others' pieces: for the map of what loss and what theft would do. */
  others: list(
    record({
      operator: integer(0, 127),
      kind: kindReader,
      place: text(60),
      holder: text(60),
      /** Of cards and shares: how many restore. */
      needed: integer(1, 255),
    }),
    200,
  ),
});
type Places = Read<typeof placesReader>;
export type OthersPiece = Places['others'][number];

/** What is kept; nothing where it does not read. */
export async function placesOf({ log }: Seat): Promise<Places> {
  const stored = await log.ports.store.read(log.keys.places);
  const places = stored && read(placesReader, stored);
  return places && typeof places !== 'string' ? places.value : { pieces: [], others: [] };
}

/** What is to be written; undefined where it would not be read again. */
export function placesChange({ log }: Seat, { pieces, others }: Places): Change | undefined {
  const value = toCbor({
    pieces: pieces.map(({ piece, place, share }) => ({
      piece,
      place: { ...place },
      share: share.map((one) => ({ ...one })),
    })),
    others: others.map((one) => ({ ...one })),
  });
  const fits = typeof read(placesReader, value) !== 'string';
  return fits ? { key: log.keys.places, value } : undefined;
}

/** Says where a piece is kept; and what is known of the others' pieces. */
export async function keepPlaces(
  seat: Seat,
  change:
    { readonly piece: string; readonly place: Place } | { readonly others: readonly OthersPiece[] },
): Outcome {
  const places = await placesOf(seat);
  const next =
    'others' in change
      ? { ...places, others: [...change.others] }
      : { ...places, pieces: withPlace(places.pieces, change.piece, change.place) };
  const kept = placesChange(seat, next);
  if (!kept) return notNow;
  await seat.log.append([], [kept]);
  return done;
}

const withPlace = (pieces: Places['pieces'], piece: string, place: Place): Places['pieces'] =>
  pieces.some((one) => one.piece === piece)
    ? pieces.map((one) => (one.piece === piece ? { ...one, place } : one))
    : [...pieces, { piece, place, share: [] }];

import { FINAL_DEPTH } from '../bitcoin/coins.ts';
import { equal } from '../crypto/bytes.ts';
import { collision, conflict, repeats, sameTransaction, type Thing } from './claims.ts';
import type { Here } from './request-steps.ts';
import { signable, type Item } from './session.ts';

/*
 * Which requests keep another one back: those that claim what it claims, and that may be signed or are.
 */

/** Requests by what they claim, so that none is compared with all others. */
type ByDigest = ReadonlyMap<string, Item>;
const claimants = new WeakMap<ByDigest, ReadonlyMap<string, readonly Item[]>>();

/** Those that claim anything that this one claims. */
export function alike({ claim }: Pick<Item, 'claim'>, items: ByDigest): readonly Item[] {
  let known = claimants.get(items);
  if (!known) {
    const made = new Map<string, Item[]>();
    for (const item of items.values())
      for (const name of namesOf(item)) {
        const there = made.get(name);
        if (there) there.push(item);
        else made.set(name, [item]);
      }
    claimants.set(items, (known = made));
  }
  const all = new Set(namesOf({ claim }).flatMap((name) => known.get(name) ?? []));
  return [...all];
}

const namesOf = ({ claim }: Pick<Item, 'claim'>): string[] =>
  claim ? [...claim.answers, ...claim.outpoints] : [];

/** Whether a request's transaction is so deep that what it excludes is impossible. */
export const isFinal = ({ depth }: Item): boolean => depth !== undefined && depth >= FINAL_DEPTH;

/** Other requests for the same transaction. */
export const twins = ({ claim }: Pick<Item, 'claim'>, items: ByDigest): readonly Item[] =>
  alike({ claim }, items).filter(
    (other) =>
      claim &&
      other.claim &&
      other.claim.digest !== claim.digest &&
      sameTransaction(other.claim, claim),
  );

/** Whether a request can never be confirmed any more: another one that excludes it is deep enough. */
export const impossible = (
  { claim }: Pick<Item, 'claim'>,
  items: ByDigest,
  final: (item: Item) => boolean = isFinal,
): boolean =>
  claim !== undefined &&
  alike({ claim }, items).some(
    (other) => final(other) && other.claim !== undefined && conflict(other.claim, claim),
  );

/**
 * Whether a request leaves what it claims to one for another transaction, because its own was made for
 * other things: `enough` operators promised a twin that answers for those, and it is final. Two such
 * twins claim the same outputs and neither replaces the other, so nobody honest promises both: no quorum
 * ever reserves this one, whatever becomes of the transaction.
 */
export const givesWay = (
  item: Item,
  { claim }: Pick<Item, 'claim'>,
  items: ByDigest,
  enough: number,
  final: (item: Item) => boolean = isFinal,
): boolean =>
  item.signatures === undefined &&
  item.promised.size < enough &&
  !(claim && item.claim && sameTransaction(item.claim, claim)) &&
  twins(item, items).some(
    (twin) => twin.promised.size >= enough && final(twin) && !repeats(twin.claim!, item.claim!),
  );

/** Whether what is signed for a request is worth nothing any more. `time`: agreed on, in s. */
const lapsed = ({ claim }: Pick<Item, 'claim'>, time: number): boolean =>
  claim?.lapses !== undefined && claim.lapses < time;

/** Whether both would have the attestation key sign the same bytes: twice is no more than once. */
export const sameAttested = (
  { units: a }: Pick<Item, 'units'>,
  { units: b }: Pick<Item, 'units'>,
): boolean =>
  a.length === 1 &&
  b.length === 1 &&
  a[0]!.suite === 'attestation' &&
  b[0]!.suite === 'attestation' &&
  equal(a[0]!.message, b[0]!.message);

/** A request that keeps another one back, and what both claim. */
export interface Held {
  readonly item: Item;
  readonly over: Thing;
}

/**
 * Requests that `stand`, beside which another one must not be reserved. `time`: the median time past
 * that t operators agreed on, in s.
 */
export const collisions = (
  { claim }: Pick<Item, 'claim'>,
  items: ByDigest,
  time: number,
  stands: (item: Item) => boolean,
  final?: (item: Item) => boolean,
): Held[] =>
  alike({ claim }, items).flatMap((item) => {
    const over = claim && item.claim && collision(item.claim, claim);
    if (!over || !stands(item) || lapsed(item, time) || impossible(item, items, final)) return [];
    return [{ item, over }];
  });

/**
 * The requests that keep this one from being signed: what it claims is promised to them here, though it
 * count for nothing beside another packet; or reserved for them by so many that it cannot be reserved
 * for this one any more; or they are signed, or t operators saw them, whoever reserved what. An
 * attestation that was not finished in time does not keep the same bytes from being signed, nor does a
 * request whose transaction was made for other things keep those of its own back. What is final for
 * another request is not signed again.
 */
export function held(
  { terms, requests, own, now }: Pick<Here, 'terms' | 'requests' | 'own' | 'now'>,
  item: Pick<Item, 'claim' | 'units'>,
): readonly Held[] {
  const { items, chain } = requests;
  const beside = collisions(item, items, chain.time, (other) => {
    const { reserved, promised, signatures, depth, request } = other;
    const retried = !signatures && request.expires < now && sameAttested(other, item);
    // What is in the chain because another request was signed says nothing of this one, nor of one
    // that nobody can sign: whoever asks for that transaction would hold up what they like.
    const made =
      depth !== undefined &&
      signable(other) &&
      !twins(other, items).some((twin) => twin.signatures);
    return (
      !retried &&
      (promised.has(own) ||
        reserved.size > terms.n - terms.reservationQuorum ||
        signatures !== undefined ||
        made) &&
      !givesWay(other, item, items, terms.reservationQuorum)
    );
  });
  const done = twins(item, items)
    .filter((twin) => twin.signatures && isFinal(twin) && beside.every(({ item }) => item !== twin))
    .map((twin) => ({ item: twin, over: 'outpoint' as const }));
  return [...beside, ...done];
}

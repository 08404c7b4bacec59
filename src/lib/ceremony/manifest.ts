import { scriptOfAddress } from '../bitcoin/address.ts';
import { MAX_ITEMS, MAX_SAT } from '../bitcoin/spend.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { isFault } from '../crypto/faults.ts';
import { drafts } from '../crypto/frost-secp256k1.ts';
import {
  bytes,
  integer,
  list,
  moment,
  nullable,
  oneOf,
  record,
  text,
  type Read,
} from '../crypto/schema.ts';
import { houseRule, openSession } from '../crypto/session-params.ts';
import { custodySuite } from '../crypto/custody-suite.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group } from '../wasm/group.ts';
import {
  cardHolds,
  cardReader,
  groupIdReader,
  deviceFits,
  isSimulated,
  witnessReader,
  type GroupId,
  type Network,
} from './card.ts';

/** The most operators a manifest names. */
export const MAX_IN_MANIFEST = 16;

/** What one session may do at most. */
export const limitsReader = record({
  items: integer(1, MAX_ITEMS),
  /** What a batch, and each of its requests, pays to others, in sat. */
  batch: integer(1, MAX_SAT),
  item: integer(1, MAX_SAT),
  /** sat for each vB. */
  feeRate: integer(1, 100_000),
});
export type Limits = Read<typeof limitsReader>;

/** What the initiator asks people to join, before there is a roster. */
export const termsReader = record({
  name: text(60, 1),
  purpose: text(200),
  n: integer(2, MAX_IN_MANIFEST),
  t: integer(2, MAX_IN_MANIFEST),
  /** How many operators must reserve a payment before a share leaves. */
  reservationQuorum: integer(2, MAX_IN_MANIFEST),
  /** How many approvals must come from devices with a trusted display. */
  minDisplayApprovals: integer(0, MAX_IN_MANIFEST),
  limits: limitsReader,
  /** Where everything is swept if the key is suspected to be stolen; may be set later. */
  backupAddress: nullable(text(100, 14)),
  /** Bundle roots the group accepts, 32 bytes each. */
  roots: list(bytes(32), 8, 1),
  /** The draft of BIP 445 that custody signatures follow. */
  draft: oneOf(...drafts),
  /** The agreed start of the video call, ms since 1970. */
  callAt: nullable(moment),
});
export type Terms = Read<typeof termsReader>;

/** The group's parameters and roster; an operator's number is the position in `operators`, from 0. */
export const manifestReader = record({
  id: groupIdReader,
  terms: termsReader,
  operators: list(cardReader, MAX_IN_MANIFEST, 2),
  witnesses: list(witnessReader, MAX_IN_MANIFEST),
});
export type Manifest = Read<typeof manifestReader>;

/** The 32 bytes that stand for a manifest: read aloud as 24 words before the first round. */
export const manifestHash = (manifest: Manifest): Bytes =>
  taggedHash(tags.manifest, toCbor({ ...manifest }));

/** What is wrong with the numbers of the terms, as a sentence; undefined if nothing is. */
export function termsProblem(
  terms: Pick<Terms, 'n' | 't' | 'reservationQuorum' | 'minDisplayApprovals' | 'limits'>,
): string | undefined {
  const { n, t, reservationQuorum: r, minDisplayApprovals, limits } = terms;
  if (t > n) return 'The threshold is larger than the group.';
  if (2 * t <= n)
    return 'The threshold is not more than half of the operators: two separate quorums could sign.';
  if (r < t || r > n)
    return 'The reservation quorum must lie between the threshold and the number of operators.';
  if (minDisplayApprovals > t)
    return 'More approvals on a trusted display are demanded than operators sign.';
  return limitsProblem(limits);
}

/** What is wrong with the limits, as a sentence; undefined if nothing is. */
export const limitsProblem = ({ item, batch }: Limits): string | undefined =>
  item > batch ? 'One request may pay more than the batch that it would stand in.' : undefined;

/** Whether a backup address, where there is one, is an address of the network. */
export const backupAddressFits = (network: Network, address: string | null): boolean =>
  address === null || scriptOfAddress(network, address) !== undefined;

/** What is wrong with a manifest, as a sentence; undefined if nothing is. */
export function manifestProblem(secp256k1: Group, manifest: Manifest): string | undefined {
  const { id, terms, operators, witnesses } = manifest;
  const wrongTerms = termsProblem(terms);
  if (wrongTerms) return wrongTerms;
  if (!backupAddressFits(id.network, terms.backupAddress))
    return `The backup address is not an address of ${id.network}.`;
  if (operators.length !== terms.n)
    return `The roster names ${operators.length} operators, the terms ${terms.n}.`;
  const params = { hostpubkeys: operators.map(({ hostKey }) => hostKey), t: terms.t };
  const session = openSession(custodySuite(secp256k1), params);
  if (isFault(session)) return session.proves;
  const rule = houseRule(params);
  if (rule) return rule.proves;
  const keys = [
    ...operators.flatMap(({ hostKey, packetKey, observerKey, approvalKey }) => [
      hostKey.subarray(1),
      packetKey,
      observerKey,
      // The x coordinate, as the other keys stand here.
      approvalKey.kind === 'bitcoin-message' ? approvalKey.key.subarray(1) : approvalKey.key,
    ]),
    ...witnesses.map(({ packetKey }) => packetKey),
  ].map(toHex);
  if (new Set(keys).size !== keys.length) return 'A key stands twice in the roster.';
  const names = operators.map(({ name }) => name);
  const twice = names.find((name, number) => names.indexOf(name) !== number);
  if (twice) return `Two operators are called ${twice}: a fault could name either.`;
  for (const card of operators) {
    if (!cardHolds(secp256k1, id, card))
      return `The card of ${card.name} is not signed by its host key for this group.`;
    if (isSimulated(card) && !id.rehearsal)
      return `${card.name} uses a simulated device; only a rehearsal may have one.`;
    if (!deviceFits(card)) return `The card of ${card.name} says what such a device cannot do.`;
    if (!terms.roots.some((root) => equal(root, card.root)))
      return `${card.name} runs a bundle whose root the group does not accept.`;
  }
  const displays = operators.filter(({ device }) => device.trustedDisplay).length;
  if (displays < terms.minDisplayApprovals)
    return 'Fewer operators have a trusted display than the terms demand for an approval.';
  return undefined;
}

/** What limits are proposed: 10 BTC for a request, 50 in a batch. */
export const defaultLimits: Limits = {
  items: 50,
  batch: 5_000_000_000,
  item: 1_000_000_000,
  feeRate: 200,
};

/** The default reservation quorum ⌈(n + t) / 2⌉. */
export const defaultReservation = (n: number, t: number): number => Math.ceil((n + t) / 2);

/**
 * What a reservation quorum r tolerates: two of them share at least 2r − n operators, so up to
 * `dishonest` may answer both; and `absent` may be missing while payments go on.
 */
export const reservationTolerates = (n: number, r: number) => ({
  dishonest: Math.max(0, 2 * r - n - 1),
  absent: n - r,
});

/** Whether two belong to the same group, epoch, network and kind. */
export const sameGroup = (a: GroupId, b: GroupId): boolean =>
  a.network === b.network &&
  a.rehearsal === b.rehearsal &&
  a.epoch === b.epoch &&
  equal(a.group, b.group);

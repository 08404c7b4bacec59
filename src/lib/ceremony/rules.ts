import { MAX_SAT } from '../bitcoin/spend.ts';
import { equal, inFours, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import {
  boolean,
  bytes,
  integer,
  list,
  nullable,
  oneOf,
  record,
  text,
  type Read,
} from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { verifyApproval } from './approval.ts';
import type { GroupId } from './card.ts';
import { chainOf } from './chain-known.ts';
import type { Limits } from './manifest.ts';
import { approvalKeyAt } from './operator-device.ts';
import type { Packet } from './packet.ts';
import type { Known } from './session.ts';

/*
 * The rules of a group: what may be signed, as data. A version follows the one before it by hash, and
 * holds once r operators' devices approved it. Where two versions follow the same one and both got
 * there, the one that others follow holds, so that an old proposal undoes nothing later; then the one
 * that was to hold first, then the one with more approvals, then the smaller hash. What loosens a rule
 * waits for the cool-off. A version that puts no limit on what burns pay in a window never holds: proof
 * and records of burns can be wrong in ways that nobody here sees.
 */

const seconds = integer(0, 0xffff_ffff);

/**
 * How long a mint attestation may be valid, in s: 12 hours to 90 days. When it is signed it must be
 * valid for 6 hours more, and its deposit is 6 blocks deep and an hour of median time old by then: with
 * less nothing could be signed, and more would have to wait for the cool-off.
 */
export const LEAST_VALIDITY = 12 * 3600;
export const MOST_VALIDITY = 90 * 86_400;
export const validityReader = integer(LEAST_VALIDITY, MOST_VALIDITY);

/** The kinds of request that move money. */
export const moving = ['spend', 'mint', 'burn', 'fees', 'consolidation'] as const;
export type Moving = (typeof moving)[number];
const kinds = list(oneOf(...moving), moving.length, 1);

const limit = record({
  kinds,
  /** In sat. */
  amount: integer(0, MAX_SAT),
  /** For all requests within so many seconds; null: for each request. */
  window: nullable(integer(60, 366 * 86_400)),
});

const destination = record({
  script: bytes(1, 42),
  name: text(60, 1),
  /** Not paid before this median time past, in s; 0: at once. */
  from: seconds,
});

export const rulesReader = record({
  version: integer(1, 100_000),
  /** The hash of the version before. */
  previous: bytes(32),
  /** They hold from this median time past on, in s; 0: at once. */
  from: seconds,
  /** How long what is loosened, and a new destination, waits; in s. */
  coolOff: integer(0, 90 * 86_400),
  limits: list(limit, 20),
  /** The only ones that these kinds may pay; null: all. */
  destinations: nullable(record({ kinds, allowed: list(destination, 300) })),
  /** How far in the future a request may expire when it is proposed, in s. */
  lifetime: integer(600, 366 * 86_400),
  /** From how many organisations the signers of one package come at least. */
  organisations: integer(1, 16),
  /** Whoever proposed a batch is not among its signers. */
  separation: boolean,
  /** What is not signed at all. */
  frozen: list(oneOf(...moving), moving.length),
  /** How long a mint attestation is valid, in s. */
  validity: validityReader,
});
/** A version of the rules. */
export type Rules = Read<typeof rulesReader>;

/** 32 bytes that stand for a version. */
export const rulesHash = (rules: Rules): Bytes => taggedHash(tags.rules, toCbor({ ...rules }));

const DAY = 86_400;

/** The rules that hold before the group agreed on any: its limits, for a day and for each request. */
export const firstRules = ({ item, batch }: Limits): Rules => ({
  version: 1,
  previous: new Uint8Array(32),
  from: 0,
  coolOff: DAY,
  limits: [
    { kinds: ['mint', 'burn'], amount: item, window: null },
    { kinds: ['mint'], amount: batch, window: DAY },
    { kinds: ['burn'], amount: batch, window: DAY },
  ],
  destinations: null,
  lifetime: 30 * DAY,
  organisations: 1,
  separation: false,
  frozen: [],
  validity: 7 * DAY,
});

/** What a device shows and signs for a version: it holds for this group alone. */
export const rulesStatement = (id: GroupId, rules: Rules): string =>
  [
    'CONCLAVE RULES',
    `${id.network}${id.rehearsal ? ' REHEARSAL' : ''} epoch ${id.epoch}`,
    `group ${inFours(id.group)}`,
    `version ${rules.version}`,
    `rules ${inFours(rulesHash(rules))}`,
  ].join('\n');

/** A version that was proposed, and who approved it. Operators by number. */
export interface Version {
  readonly rules: Rules;
  readonly hash: Bytes;
  readonly by: number;
  readonly approved: readonly number[];
}

/** What holds now. */
export interface InForce {
  readonly rules: Rules;
  readonly hash: Bytes;
  /** Every version that was in force, the first one first. */
  readonly former: readonly Rules[];
  /** Those that follow the one in force and do not hold yet. */
  readonly proposed: readonly Version[];
  /** Who stops everything that moves money, why, and who says that it may go on; empty where it may. */
  readonly frozen: readonly {
    readonly operator: number;
    readonly because: string;
    readonly going: readonly number[];
  }[];
}

type Told = Pick<Known, 'state' | 'manifest' | 'groups' | 'id'>;

/** The rules in force in this log. */
export const rulesInForce = (known: Told): InForce => {
  const { state } = known;
  const last = latest.get(state);
  if (last && equal(last.head, state.head.head)) return last.inForce;
  const inForce = readRules(known);
  latest.set(state, { head: state.head.head, inForce });
  return inForce;
};
const latest = new WeakMap<Known['state'], { readonly head: Bytes; readonly inForce: InForce }>();

function readRules(known: Told): InForce {
  const { state, manifest } = known;
  const { time } = chainOf(state, manifest);
  const versions = versionsOf(known);
  const first = firstRules(manifest.terms.limits);
  const adopted = versions.filter(
    ({ approved, rules }) =>
      approved.length >= manifest.terms.reservationQuorum && rules.from <= time && capsBurns(rules),
  );
  const held = [{ rules: first, hash: rulesHash(first) }, ...longest(adopted, first)];
  const last = held.at(-1)!;
  return {
    ...last,
    former: held.slice(0, -1).map(({ rules }) => rules),
    proposed: versions.filter((one) => follows(one.rules, last.rules, last.hash)),
    frozen: frozenBy(known),
  };
}

/** The versions that follow this one, as they came into force. */
function longest(adopted: readonly Version[], rules: Rules, hash = rulesHash(rules)): Version[] {
  const ways = adopted
    .filter((one) => follows(one.rules, rules, hash))
    .map((one): [Version, ...Version[]] => [one, ...longest(adopted, one.rules, one.hash)]);
  const [best] = ways.sort(
    ([a, ...afterA], [b, ...afterB]) =>
      afterB.length - afterA.length ||
      a.rules.from - b.rules.from ||
      b.approved.length - a.approved.length ||
      byHash(a, b),
  );
  return best ?? [];
}

/** Whether a limit is on all burns within a window. */
const capsBurns = ({ limits }: Rules): boolean =>
  limits.some(({ kinds, window }) => window !== null && kinds.includes('burn'));

const byHash = (a: Version, b: Version): number => (toHex(a.hash) < toHex(b.hash) ? -1 : 1);

const follows = (next: Rules, rules: Rules, hash: Uint8Array): boolean =>
  next.version === rules.version + 1 && equal(next.previous, hash);

/** All proposed versions. */
function versionsOf({ state, manifest, groups, id }: Told): Version[] {
  const versions = new Map<string, Version & { approved: number[] }>();
  for (const [by, { packetKey }] of manifest.operators.entries())
    for (const { part } of state.told(packetKey, 'rules')) {
      const hash = rulesHash(part.rules);
      const name = toHex(hash);
      if (!versions.has(name)) versions.set(name, { rules: part.rules, hash, by, approved: [] });
    }
  for (const [number, { packetKey }] of manifest.operators.entries()) {
    for (const { part, packet } of state.told(packetKey, 'adopt')) {
      const version = versions.get(toHex(part.rules));
      if (!version || version.approved.includes(number)) continue;
      const statement = rulesStatement(id, version.rules);
      const key = approvalKeyAt(groups.ed25519, state, number, packet);
      const holds =
        key !== undefined &&
        state.once('adopt', [key.key, part.rules, part.signature], () =>
          verifyApproval(groups.ed25519, key, statement, part.signature),
        );
      if (holds) version.approved.push(number);
    }
  }
  return [...versions.values()];
}

/**
 * Any operator stops everything at once. It goes on when they let it, or when r operators who know of
 * that stop say that it may: one alone cannot stop a group for ever, and what was let go before says
 * nothing of a new stop.
 */
function frozenBy({ state, manifest }: Told): InForce['frozen'] {
  const { operators, terms } = manifest;
  const last = operators.map(({ packetKey }) => state.told(packetKey, 'freeze').at(-1));
  const knows = ({ seen }: Packet, stop: Packet) =>
    seen.some(({ from, number }) => equal(from, stop.from) && number >= stop.number);
  return last.flatMap((said, operator) => {
    if (!said?.part.on) return [];
    const going = last.flatMap((one, number) =>
      one && !one.part.on && knows(one.packet, said.packet) ? [number] : [],
    );
    if (going.length >= terms.reservationQuorum) return [];
    return [{ operator, because: said.part.because, going }];
  });
}

/** Which rules a version loosens against the one before; empty where it only tightens. */
export function loosened(before: Rules, after: Rules): (keyof Rules)[] {
  const out: (keyof Rules)[] = [];
  const covers = (one: Rules['limits'][number], other: Rules['limits'][number]) =>
    other.kinds.every((kind) => one.kinds.includes(kind)) &&
    one.amount <= other.amount &&
    (one.window === null
      ? other.window === null
      : other.window !== null && one.window >= other.window);
  if (!before.limits.every((limit) => after.limits.some((one) => covers(one, limit))))
    out.push('limits');
  if (after.coolOff < before.coolOff) out.push('coolOff');
  if (before.destinations) {
    const { kinds, allowed } = before.destinations;
    const now = after.destinations;
    const keeps =
      now !== null &&
      kinds.every((kind) => now.kinds.includes(kind)) &&
      now.allowed.every(({ script, from }) =>
        allowed.some((one) => equal(one.script, script) && one.from <= from),
      );
    if (!keeps) out.push('destinations');
  }
  if (after.lifetime > before.lifetime) out.push('lifetime');
  if (after.organisations < before.organisations) out.push('organisations');
  if (before.separation && !after.separation) out.push('separation');
  if (before.frozen.some((kind) => !after.frozen.includes(kind))) out.push('frozen');
  if (after.validity > before.validity) out.push('validity');
  return out;
}

/**
 * Why an operator's seat does not approve a version now; undefined where it may. `time`: the median
 * time past that t operators agreed on; `now`: the local clock; both in s. The later of them counts, as
 * what was agreed on may be old; without anything agreed on, nothing is loosened. New destinations wait
 * for themselves, so that a version that only adds some may hold at once.
 */
export function rulesProblem(
  { rules: before, hash }: Pick<InForce, 'rules' | 'hash'>,
  after: Rules,
  time: number,
  now: number,
): 'not-next' | 'burns-uncapped' | 'too-soon' | 'destination-too-soon' | undefined {
  if (!follows(after, before, hash)) return 'not-next';
  if (!capsBurns(after)) return 'burns-uncapped';
  const earliest = Math.max(time, now) + before.coolOff;
  const known = before.destinations?.allowed ?? [];
  const fresh = (after.destinations?.allowed ?? []).filter(
    ({ script, from }) => !known.some((one) => equal(one.script, script) && one.from <= from),
  );
  if (before.destinations && fresh.some(({ from }) => from < earliest || time === 0))
    return 'destination-too-soon';
  const waits = loosened(
    before,
    before.destinations && after.destinations
      ? {
          ...after,
          destinations: {
            ...after.destinations,
            allowed: after.destinations.allowed.filter((one) => !fresh.includes(one)),
          },
        }
      : after,
  );
  if (waits.length > 0 && (after.from < earliest || time === 0)) return 'too-soon';
  return undefined;
}

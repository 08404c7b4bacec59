import { toHex, type Bytes } from '../crypto/bytes.ts';
import { oneOf } from '../crypto/schema.ts';
import type { State } from './state.ts';

/*
 * The pieces of an operator's backup as the own log knows them. Whatever was made is recorded; it is
 * verified once what it holds was read from it again, and not for ever.
 */

/**
 * `device`: what restores the device itself, its vendor's seed or escrow. `kit`: the salt of the host
 * secret. `age-file`: host secret and recovery data, encrypted. `slip39`, `vault-share`: one share of
 * the host secret. `plate`: one share of a key.
 */
export const tiers = ['device', 'kit', 'age-file', 'slip39', 'vault-share', 'plate'] as const;
export type Tier = (typeof tiers)[number];
export const tierReader = oneOf(...tiers);

/** What is noted of a piece. */
export const pieceEvents = [
  'planned',
  'recorded',
  'verified',
  'lost',
  'exposed',
  'destroyed',
] as const;

/**
 * How a piece was verified. `read-back`: the file was opened and compared. `re-entry`: what stands on
 * it was entered again in full. `quiz`: words were picked among near misses right after writing.
 * `compare`: it restored a secret whose public key is the certified one. `device`: a device that was
 * restored gave the host secret.
 */
export const verifications = ['read-back', 're-entry', 'quiz', 'compare', 'device'] as const;
export type Verification = (typeof verifications)[number];

const DAY = 86_400_000;

/** How long a verification counts, in ms: half a year. */
export const VERIFIED_FOR = 182 * DAY;

/** How long before that a piece is due, in ms. */
export const DUE_BEFORE = 30 * DAY;

/** `ok` is verified, and not yet due. */
export type PieceStatus =
  'planned' | 'recorded' | 'ok' | 'due' | 'overdue' | 'lost' | 'exposed' | 'destroyed';

export interface Piece {
  /** 8 bytes, in hex. */
  readonly id: string;
  readonly tier: Tier;
  readonly status: PieceStatus;
  /** When it was last verified, and how; ms since 1970. */
  readonly verified: { readonly at: number; readonly method: Verification } | undefined;
  /** When it must be verified again, ms since 1970. */
  readonly due: number | undefined;
  /** What stands for what it holds, 32 bytes. */
  readonly hash: Bytes | undefined;
  /** Everything that was noted of it, the first first. */
  readonly history: readonly {
    readonly at: number;
    readonly state: (typeof pieceEvents)[number];
    readonly method: Verification | null;
  }[];
}

/** All pieces in the order in which they were first noted. `now`: ms since 1970. */
export function piecesOf(state: State, now: number): Piece[] {
  const noted = new Map<string, ReturnType<typeof state.noted<'backup'>>>();
  for (const entry of state.noted('backup')) {
    const id = toHex(entry.event.piece);
    noted.set(id, [...(noted.get(id) ?? []), entry]);
  }
  return [...noted].map(([id, entries]) => {
    const last = entries.at(-1)!.event;
    const made = entries.findLastIndex(({ event }) => event.state === 'recorded');
    const check = entries.slice(made + 1).findLast(({ event }) => event.state === 'verified');
    const verified = check && { at: check.at, method: check.event.method! };
    const due = verified && verified.at + VERIFIED_FOR;
    return {
      id,
      tier: last.tier,
      status: statusOf(
        entries.map(({ event }) => event.state),
        due,
        now,
      ),
      verified,
      due,
      hash: entries.findLast(({ event }) => event.hash !== null)?.event.hash ?? undefined,
      history: entries.map(({ at, event }) => ({ at, state: event.state, method: event.method })),
    };
  });
}

/** What others may know stays known to them, however often it is read back or made again. */
function statusOf(
  states: readonly (typeof pieceEvents)[number][],
  due: number | undefined,
  now: number,
): PieceStatus {
  const last = states.at(-1)!;
  if (last === 'destroyed') return last;
  if (states.includes('exposed')) return 'exposed';
  if (last !== 'verified') return last;
  return howOld(due!, now);
}

function howOld(due: number, now: number): PieceStatus {
  if (now >= due) return 'overdue';
  return now >= due - DUE_BEFORE ? 'due' : 'ok';
}

/** Whether a piece still counts: it was verified, and is neither lost nor known to others. */
export const counts = ({ status }: Piece): boolean => ['ok', 'due', 'overdue'].includes(status);

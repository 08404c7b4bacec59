/** The queue: batches by what waits, what expires first, and what keeps a batch back. */
import type { Finding } from '../../ceremony/findings.ts';
import type { Decision } from '../../ceremony/policy.ts';
import type { Kind } from '../../ceremony/request.ts';
import type { Halt } from '../../ceremony/request-steps.ts';
import type { ItemView, SessionView } from '../../worker/requests-view.ts';
import { isMine, isOver } from './turn.ts';

/** Halts that end when evidence comes, another request is done, or a rule lets go. */
const waits: readonly (Halt | undefined)[] = ['unproved', 'policy', 'held'];

/** Whether a request can still be signed, now or later. */
const lives = ({ halt, signatures }: ItemView): boolean =>
  signatures === undefined && (halt === undefined || halt === 'failed' || waits.includes(halt));

/** When the first of a batch's requests that can still be signed expires, in ms; undefined: none can. */
export function expiryOf({ items }: SessionView): number | undefined {
  const times = items.filter(lives).map(({ request }) => request.expires);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** When the first attestation that a batch still makes, or made and is not handed over, ends, in ms. */
export function attestationEnd({ items }: SessionView): number | undefined {
  const times = items.flatMap((item) =>
    item.attested?.of === 'mint' && (lives(item) || (item.signatures && item.seen.length === 0))
      ? [item.attested.expiry * 1000]
      : [],
  );
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Why requests of a batch do not go on. */
export interface KeptBack {
  readonly halt: Halt;
  /** How many, and the position of the first one. */
  readonly count: number;
  readonly first: number;
  /** The check of it that does not hold, wrong ones first; where that is why. */
  readonly finding: Finding | undefined;
  /** The rule, where that is why. */
  readonly decision: Decision | undefined;
}

/** What keeps a batch back, each halt once, by the first request that it keeps back. */
export function keptBack({ items }: SessionView): KeptBack[] {
  const stopped = items.filter(({ halt }) => halt !== undefined && halt !== 'failed');
  return [...new Set(stopped.map(({ halt }) => halt!))].map((halt) => {
    const same = stopped.filter((one) => one.halt === halt);
    const { position, findings, decision } = same[0]!;
    const wrong = findings.find(({ state }) => state === 'fails');
    return {
      halt,
      count: same.length,
      first: position,
      finding:
        halt === 'unproved'
          ? (wrong ?? findings.find(({ state }) => state !== 'holds'))
          : undefined,
      decision: halt === 'policy' ? decision : undefined,
    };
  });
}

/** Nothing of it goes on, and something of it may, once what keeps it back is gone. */
const isKept = (session: SessionView): boolean => isOver(session) && session.items.some(lives);

/** When the first thing of a batch ends, in ms; what does not end comes last. */
const endOf = (session: SessionView): number =>
  Math.min(expiryOf(session) ?? NEVER, attestationEnd(session) ?? NEVER);
const NEVER = Number.MAX_SAFE_INTEGER;

export const partNames = ['mine', 'kept', 'others', 'over'] as const;
export type PartName = (typeof partNames)[number];

/** Batches by part; what expires first comes first, and of what is over the last one. */
export function partsOf(
  sessions: readonly SessionView[],
): Readonly<Record<PartName, readonly SessionView[]>> {
  const soonest = (of: readonly SessionView[]) => of.toSorted((a, b) => endOf(a) - endOf(b));
  const going = sessions.filter((one) => !isOver(one));
  return {
    mine: soonest(going.filter(isMine)),
    kept: soonest(sessions.filter(isKept)),
    others: soonest(going.filter((one) => !isMine(one))),
    over: sessions.filter((one) => isOver(one) && !isKept(one)),
  };
}

/** From so many batches on, they can be filtered by kind. */
export const MANY = 11;

/** The kinds among batches, and how many of each. */
export function kindsOf(sessions: readonly SessionView[]): readonly (readonly [Kind, number])[] {
  const counts = new Map<Kind, number>();
  for (const { kind } of sessions) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts];
}

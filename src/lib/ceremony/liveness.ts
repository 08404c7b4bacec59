import { concat, equal, be32, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { possessionHolds } from '../crypto/possession.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import type { GroupId } from './card.ts';
import type { CertifiedKeys } from './keygen.ts';
import type { PartOf } from './parts.ts';
import type { Tier } from './pieces.ts';
import type { Requests } from './session.ts';
import type { State, Told } from './state.ts';

/*
 * Whether every operator still holds their shares and backups. Anybody asks with a random challenge;
 * a proof is made for it with the share itself and tells nothing about it. A signature counts too.
 * Whatever was sent once counts from then: sent again, it shows nothing new.
 */

const DAY = 86_400_000;

/** How long a proof of the shares counts, in ms: a quarter of a year. */
export const ALIVE_FOR = 91 * DAY;

/** How long a proof of a backup counts, in ms: half a year. */
export const BACKUP_ALIVE_FOR = 182 * DAY;

/** What an operator (from 0) proves with their shares. 32 bytes; `certified`: `CertifiedKeys.hash`. */
export const aliveMessage = (
  id: GroupId,
  certified: Uint8Array,
  operator: number,
  challenge: Uint8Array,
): Bytes => taggedHash(tags.alive, toCbor({ ...id }), concat(certified, be32(operator), challenge));

/** What they prove with the host secret that they took from a backup of this tier. */
export const aliveBackupMessage = (alive: Uint8Array, tier: Tier): Bytes =>
  taggedHash(tags.aliveBackup, alive, new TextEncoder().encode(tier));

/** Why a proof does not count. */
export type AliveProblem = 'own-challenge' | 'no-challenge' | 'custody' | 'attestation' | 'backup';

/**
 * How one operator stands. Times are ms since 1970, by the clock of whoever sent the packet, and no
 * later than it came in here: nobody stays alive by a clock that is ahead.
 */
export interface Liveness {
  /** When they last proved that they hold both shares, or signed with both; undefined: never. */
  readonly shares: { readonly at: number; readonly by: 'proof' | 'signature' | 'test' } | undefined;
  /** When they last proved that a backup opens. */
  readonly backup: { readonly at: number; readonly tier: Tier } | undefined;
  /** The latest challenge that they did not answer, of each other operator's last ones. */
  readonly asked:
    { readonly at: number; readonly by: number; readonly challenge: Bytes } | undefined;
  /** What was wrong with proofs that do not count, the last one. */
  readonly problems: readonly AliveProblem[];
}

interface Knowing {
  readonly groups: Groups;
  readonly state: State;
  readonly keys: CertifiedKeys;
  readonly requests: Requests | undefined;
}

/** How every operator stands, by number. */
export function livenessOf(known: Knowing): Liveness[] {
  const { state } = known;
  const operators = state.manifest!.operators;
  const challenges = operators.flatMap(({ packetKey }, by) =>
    state.told(packetKey, 'challenge').map((told) => ({ by, ...told })),
  );
  return operators.map(({ packetKey }, operator) => {
    const proofs = state.told(packetKey, 'alive').map((told) => ({
      told,
      problems: problemsOf(known, operator, challenges, told),
    }));
    const good = proofs.filter(({ problems }) => !problems.some((one) => one !== 'backup'));
    const proof = lastOfItsOwn(good);
    const backup = lastOfItsOwn(
      good.filter(({ told: { part }, problems }) => part.backup && problems.length === 0),
    );
    const answered = new Set(good.map(({ told }) => told.part.challenge.join()));
    const asked = challenges
      .filter(({ by }, i) => by !== operator && challenges[i + 1]?.by !== by)
      .filter(({ part }) => !answered.has(part.challenge.join()))
      .sort((a, b) => state.saidAt(a.packet) - state.saidAt(b.packet))
      .at(-1);
    return {
      shares: latest([
        proof && { at: state.saidAt(proof.packet), by: 'proof' as const },
        signed(known, operator),
        tested(known, operator),
      ]),
      backup: backup && { at: state.saidAt(backup.packet), tier: backup.part.backup!.tier },
      asked: asked && {
        at: state.saidAt(asked.packet),
        by: asked.by,
        challenge: asked.part.challenge,
      },
      problems: proofs.at(-1)?.problems ?? [],
    };
  });
}

/** The last proof for a challenge that none before it answered. */
function lastOfItsOwn(proofs: readonly { readonly told: Told<'alive'> }[]) {
  const challenges = proofs.map(({ told }) => told.part.challenge);
  return proofs.findLast((_, i) => challenges.findIndex((one) => equal(one, challenges[i]!)) === i)
    ?.told;
}

type Challenge = Told<'challenge'> & { readonly by: number };

function problemsOf(
  { groups, state, keys }: Knowing,
  operator: number,
  challenges: readonly Challenge[],
  { part }: Told<'alive'>,
): AliveProblem[] {
  const asked = challenges.filter((one) => equal(one.part.challenge, part.challenge));
  if (asked.length === 0) return ['no-challenge'];
  if (asked.every(({ by }) => by === operator)) return ['own-challenge'];
  const message = aliveMessage(state.id!, keys.hash, operator, part.challenge);
  const holds = (suite: 'custody' | 'attestation') => {
    const group = suite === 'custody' ? groups.secp256k1 : groups.ed25519;
    const pubshare = keys[suite].pubshares[operator]!;
    return state.once('alive', [pubshare, message, part[suite]], () =>
      possessionHolds(group, pubshare, message, part[suite]),
    );
  };
  const problems: AliveProblem[] = [];
  if (!holds('custody')) problems.push('custody');
  if (!holds('attestation')) problems.push('attestation');
  if (part.backup && !backupHolds(groups, state, operator, message, part.backup))
    problems.push('backup');
  return problems;
}

function backupHolds(
  { secp256k1 }: Groups,
  state: State,
  operator: number,
  alive: Bytes,
  { tier, proof }: NonNullable<PartOf<'alive'>['backup']>,
): boolean {
  const { hostKey } = state.manifest!.operators[operator]!;
  const message = aliveBackupMessage(alive, tier);
  return state.once('alive', [hostKey, message, proof], () =>
    possessionHolds(secp256k1, hostKey, message, proof),
  );
}

/** When their shares of both keys last made a signature that stands. */
function signed({ state, requests }: Knowing, operator: number) {
  const { packetKey } = state.manifest!.operators[operator]!;
  const last = { custody: 0, attestation: 0 };
  for (const session of requests?.sessions ?? [])
    for (const item of session.items) {
      if (!item.signatures || !item.shared.has(operator)) continue;
      const first = state
        .told(packetKey, 'signature-shares')
        .find(({ part }) => equal(part.session, session.root));
      const at = first ? state.saidAt(first.packet) : 0;
      for (const { suite } of item.units) last[suite] = Math.max(last[suite], at);
    }
  const at = Math.min(last.custody, last.attestation);
  return at > 0 ? { at, by: 'signature' as const } : undefined;
}

/** When they tested both keys, before the key was complete. */
function tested({ state }: Knowing, operator: number) {
  const { packetKey } = state.manifest!.operators[operator]!;
  const [first] = state.told(packetKey, 'shares');
  return first && { at: state.saidAt(first.packet), by: 'test' as const };
}

function latest(seen: readonly Liveness['shares'][]): Liveness['shares'] {
  return seen.reduce((best, one) => (one && (!best || one.at > best.at) ? one : best), undefined);
}

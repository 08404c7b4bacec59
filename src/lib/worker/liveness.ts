/** Proofs that an operator still holds shares and backups: asked for, given, and how everybody stands. */
import { wipe, type Bytes } from '../crypto/bytes.ts';
import { provePossession } from '../crypto/possession.ts';
import type { Scalar } from '../wasm/group.ts';
import {
  aliveBackupMessage,
  aliveMessage,
  livenessOf,
  type Liveness,
} from '../ceremony/liveness.ts';
import type { PartOf } from '../ceremony/parts.ts';
import type { Seat, SeatFault } from './seat.ts';
import { notNow, type Outcome } from './seat-base.ts';
import type { ShareReplies } from './sealed-shares.ts';
import { opened } from './pieces.ts';
import { hostSecretOf, tierOf, wipeReply, type Source, type RestoreFault } from './sources.ts';

/** How every operator stands; undefined while the key is not complete. */
export function livenessHere(seat: Seat): Liveness[] | undefined {
  const known = seat.known();
  const { keys } = seat.progress();
  if (!known || !keys) return undefined;
  const { groups, state } = known;
  return livenessOf({ groups, state, keys, requests: seat.requests() });
}

/** Asks everybody to prove that they hold their shares. */
export async function challenge(seat: Seat): Outcome {
  if (!seat.known()) return notNow;
  return seat.tellAll([[{ kind: 'challenge', challenge: seat.log.ports.random(32) }]]);
}

/**
 * Proves for the latest challenge that was not answered that both shares are here, and, with a source,
 * that a backup opens. The replies are wiped.
 */
export async function proveAlive(
  seat: Seat,
  replies: ShareReplies,
  source: Source | undefined,
): Promise<SeatFault | RestoreFault | undefined> {
  const secrets: Bytes[] = [replies.custody, replies.attestation];
  try {
    const asked = livenessHere(seat)?.[seat.state.own ?? -1]?.asked;
    const { keys } = seat.progress();
    if (!asked || !keys) return notNow;
    const { ports } = seat.log;
    const { secp256k1, ed25519 } = ports.groups;
    const message = aliveMessage(seat.state.id!, keys.hash, seat.state.own!, asked.challenge);
    const custody = await opened(seat, 'custody', replies.custody);
    const attestation = await opened(seat, 'attestation', replies.attestation);
    if (custody) secrets.push(custody);
    if (attestation) secrets.push(attestation);
    if (!custody || !attestation) return { fault: 'other-device' };
    let backup: PartOf<'alive'>['backup'] = null;
    if (source) {
      const host = await hostSecretOf(source, seat.state.id!);
      if (!(host instanceof Uint8Array)) return host;
      secrets.push(host);
      const other = seat.otherHost(host);
      if (other) return other;
      const tier = tierOf(source);
      const about = aliveBackupMessage(message, tier);
      backup = {
        tier,
        proof: provePossession(secp256k1, host as Scalar, about, ports.random(32)),
      };
    }
    return await seat.tellAll([
      [
        {
          kind: 'alive',
          challenge: asked.challenge,
          custody: provePossession(secp256k1, custody as Scalar, message, ports.random(32)),
          attestation: provePossession(ed25519, attestation as Scalar, message, ports.random(32)),
          backup,
        },
      ],
    ]);
  } finally {
    wipe(...secrets);
    wipeReply(source);
  }
}

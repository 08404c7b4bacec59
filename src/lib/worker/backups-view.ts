/** What the pages of backups and recovery show of a group: plain data without a secret. */
import type { Bytes } from '../crypto/bytes.ts';
import { admitStatement, cardNow, newDevices } from '../ceremony/operator-device.ts';
import type { Card } from '../ceremony/card.ts';
import type { Liveness } from '../ceremony/liveness.ts';
import type { PartOf } from '../ceremony/parts.ts';
import { forgotten } from '../ceremony/forgotten.ts';
import { stillToHear } from '../ceremony/script.ts';
import { issuedViewOf, type IssuedView } from './backup.ts';
import { livenessHere } from './liveness.ts';
import { piecesHere, type PieceView } from './pieces.ts';
import type { OthersPiece } from './places.ts';
import type { Seat } from './seat.ts';

/** Another device that an operator goes on with. */
export interface NewDeviceView {
  /** From 0. */
  readonly operator: number;
  readonly card: Card;
  readonly hash: Bytes;
  /** What the own device shows to approve it. */
  readonly statement: string;
  readonly admittedBy: readonly number[];
  /** How many approvals it takes. */
  readonly needed: number;
  readonly admitted: boolean;
}

export interface BackupsView {
  /** The machine's clock, ms since 1970. */
  readonly now: number;
  readonly own: number;
  readonly names: readonly string[];
  /** Which device each operator approves with. */
  readonly kinds: readonly Card['device']['kind'][];
  readonly t: number;
  readonly pieces: readonly PieceView[];
  /** What each operator told of their backups, by number. */
  readonly told: readonly (
    { readonly at: number; readonly tiers: PartOf<'backups'>['tiers'] } | undefined
  )[];
  /** What the operator here knows of others' pieces. */
  readonly others: readonly OthersPiece[];
  /** By number; undefined while the key is not complete. */
  readonly liveness: readonly Liveness[] | undefined;
  readonly newDevices: readonly NewDeviceView[];
  /** Whether the device derives the host secret: there is a salt, so a kit can be made. */
  readonly derived: boolean;
  /** Whether a host secret was restored and no device guards it yet. */
  readonly restored: boolean;
  readonly issued: IssuedView;
  /**
   * When the vault was restored, from how many more operators it must hear, and whether what was
   * reserved here is not known here; ms since 1970.
   */
  readonly catchUp:
    { readonly since: number; readonly more: number; readonly forgot: boolean } | undefined;
}

/** The view; undefined for a witness, or before the manifest is sealed. */
export async function backupsViewOf(seat: Seat): Promise<BackupsView | undefined> {
  const { state, log } = seat;
  const { manifest, own, id } = state;
  if (!manifest || own === undefined || !state.fixed) return undefined;
  const { n, t } = manifest.terms;
  const restored = state.noted('restored').at(-1);
  const more = stillToHear(state);
  return {
    now: log.ports.now(),
    own,
    names: manifest.operators.map(({ name }) => name),
    kinds: manifest.operators.map(
      (card, operator) => (cardNow(log.ports.groups.ed25519, state, operator) ?? card).device.kind,
    ),
    t,
    ...(await piecesHere(seat)),
    told: manifest.operators.map(({ packetKey }) => {
      const last = state.told(packetKey, 'backups').at(-1);
      return last && { at: last.packet.at, tiers: last.part.tiers };
    }),
    liveness: livenessHere(seat),
    newDevices: newDevices(log.ports.groups.ed25519, state).map(
      ({ operator, card, hash, admittedBy, admitted }) => ({
        operator,
        card,
        hash,
        statement: admitStatement(id!, operator, hash),
        admittedBy,
        needed: n - t + 1,
        admitted,
      }),
    ),
    derived: (await log.ports.store.read(log.keys.salt)) !== undefined,
    restored: seat.restored !== undefined,
    issued: issuedViewOf(seat),
    catchUp:
      restored && more > 0
        ? { since: restored.event.at, more, forgot: forgotten(state) }
        : undefined,
  };
}

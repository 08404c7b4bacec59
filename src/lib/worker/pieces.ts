/**
 * The pieces of an operator's backup: made from the open host secret or the opened shares, checked
 * when they are read again, and listed with where they are kept.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal, fromHex, toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { plateWords, readPlate, type PlateFault } from '../crypto/plate.ts';
import { readCard } from '../crypto/slip39/card.ts';
import { splitSecret, type Slip39Fault, type Slip39Plan } from '../crypto/slip39/slip39.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import { kitFromBytes, kitToBytes } from '../ceremony/kit.ts';
import type { EventOf } from '../ceremony/log.ts';
import {
  counts,
  piecesOf,
  tiers,
  type Piece,
  type Tier,
  type Verification,
} from '../ceremony/pieces.ts';
import { placesChange, placesOf, type OthersPiece, type Place, type ShareOf } from './places.ts';
import type { Seat, SeatFault } from './seat.ts';
import { done, notNow, type Outcome } from './seat-base.ts';
import { openShare, type ShareReplies } from './sealed-shares.ts';
import { hostSecretOf, type Source, type RestoreFault } from './sources.ts';
import { readVaultShare, splitForVault, vaultLineOf, type VaultShareFault } from './vault-share.ts';

export interface PieceView extends Piece {
  readonly place: Place | undefined;
  readonly share: ShareOf | undefined;
}

/** A piece that was made: what stands on it. It is shown once. */
export interface MadePiece {
  /** 8 bytes, in hex. */
  readonly id: string;
  /** Words, or the one line of a Vault share. */
  readonly words: readonly string[];
  readonly place: Place;
  readonly share: ShareOf | undefined;
  /** What stands on a plate beside its words; the number is from 1. */
  readonly plate?: { readonly suite: 'custody' | 'attestation'; readonly number: number };
}

/** Who gets which cards: groups of contacts. */
export interface CardPlan extends Omit<Slip39Plan, 'groups' | 'passphrase'> {
  readonly groups: readonly { readonly threshold: number; readonly contacts: readonly Place[] }[];
  /** ASCII; empty: none. It cannot be wiped. */
  readonly passphrase: string;
}

const note = (
  piece: Bytes,
  tier: Tier,
  state: EventOf<'backup'>['state'],
  method: Verification | null = null,
  hash: Bytes | null = null,
): EventOf<'backup'> => ({ kind: 'backup', piece, tier, state, method, hash });

const utf8 = new TextEncoder();

/** What stands for the words of a card or plate, or the line of a share. */
const hashOf = (tier: Tier, content: Uint8Array): Bytes =>
  taggedHash(tags.piece, utf8.encode(tier), content);

/** All pieces with their places; and what is known of others'. */
export async function piecesHere(
  seat: Seat,
): Promise<{ readonly pieces: readonly PieceView[]; readonly others: readonly OthersPiece[] }> {
  const { pieces, others } = await placesOf(seat);
  const known = new Map(pieces.map((one) => [one.piece, one]));
  return {
    pieces: piecesOf(seat.state, seat.log.ports.now()).map((piece) => ({
      ...piece,
      place: known.get(piece.id)?.place,
      share: known.get(piece.id)?.share[0],
    })),
    others,
  };
}

type New = Omit<MadePiece, 'id'> & { readonly tier: Tier; readonly content: Uint8Array };

/** Notes new pieces as recorded, with their places; nothing where those could not be kept. */
async function recorded(seat: Seat, made: readonly New[]): Promise<MadePiece[] | SeatFault> {
  const places = await placesOf(seat);
  const pieces = made.map(({ content, ...piece }) => {
    const hash = hashOf(piece.tier, content);
    return { ...piece, id: toHex(hash.subarray(0, 8)), hash };
  });
  const change = placesChange(seat, {
    ...places,
    pieces: [
      ...places.pieces,
      ...pieces.map(({ id, place, share }) => ({ piece: id, place, share: share ? [share] : [] })),
    ],
  });
  if (!change) return notNow;
  await seat.log.append(
    pieces.map(({ hash, tier }) => note(hash.slice(0, 8), tier, 'recorded', null, hash)),
    [change],
  );
  return pieces;
}

/**
 * Splits the open host secret into SLIP-39 cards for contacts. The words are shown once: the vault
 * keeps only what stands for them.
 */
export async function makeCards(seat: Seat, plan: CardPlan): Promise<MadePiece[] | SeatFault> {
  const { hostSecret } = seat;
  if (!hostSecret) return { fault: 'secret-closed' };
  const { ports } = seat.log;
  const { groups, passphrase, ...rest } = plan;
  const counted = groups.map(({ threshold, contacts }) => ({ threshold, count: contacts.length }));
  const cards = splitSecret(
    hostSecret,
    { ...rest, groups: counted, passphrase: utf8.encode(passphrase) },
    (length) => ports.random(length),
  );
  const set = toHex(ports.random(8));
  return recorded(
    seat,
    cards.flatMap((members, group) =>
      members.map((card, member) => ({
        tier: 'slip39' as const,
        content: contentOfCard(card),
        words: card.split(' '),
        place: groups[group]!.contacts[member]!,
        share: {
          set,
          group,
          groups: groups.length,
          groupThreshold: plan.groupThreshold,
          member,
          members: members.length,
          threshold: groups[group]!.threshold,
        },
      })),
    ),
  );
}

function contentOfCard(words: string): Bytes {
  const card = readCard(words);
  if ('fault' in card) throw new Error(`A card does not read back: ${card.fault}.`);
  return toCbor([card.identifier, card.groupIndex, card.memberIndex, card.value]);
}

/** Splits the open host secret into shares as HashiCorp Vault has them. */
export async function makeVaultShares(
  seat: Seat,
  threshold: number,
  contacts: readonly Place[],
): Promise<MadePiece[] | SeatFault> {
  const { hostSecret, state, log } = seat;
  if (!hostSecret) return { fault: 'secret-closed' };
  const group = { groupId: state.id!.group, epoch: state.id!.epoch };
  const shares = await splitForVault(hostSecret, group, threshold, contacts.length);
  const set = toHex(log.ports.random(8));
  return recorded(
    seat,
    shares.map((line, member) => ({
      tier: 'vault-share' as const,
      content: utf8.encode(line),
      words: [line],
      place: contacts[member]!,
      share: {
        set,
        group: 0,
        groups: 1,
        groupThreshold: 1,
        member,
        members: shares.length,
        threshold,
      },
    })),
  );
}

/** Plates for both shares: 25 words each, custody first. The replies are wiped. */
export async function makePlates(
  seat: Seat,
  replies: ShareReplies,
  place: Place,
): Promise<MadePiece[] | SeatFault> {
  const { keys } = seat.progress();
  const { own } = seat.state;
  try {
    if (!keys || own === undefined) return notNow;
    const plates: New[] = [];
    for (const suite of ['custody', 'attestation'] as const) {
      const share = await opened(seat, suite, replies[suite]);
      if (!share) return { fault: 'other-device' };
      const words = plateWords(suite, own + 1, share, keys[suite]);
      wipe(share);
      const content = utf8.encode(`${suite} ${words.join(' ')}`);
      const plate = { suite, number: own + 1 };
      plates.push({ tier: 'plate', content, words, place, share: undefined, plate });
    }
    return await recorded(seat, plates);
  } finally {
    wipe(replies.custody, replies.attestation);
  }
}

/** A sealed share, opened with the device's reply; the caller wipes it. */
export async function opened(
  seat: Seat,
  suite: 'custody' | 'attestation',
  reply: Bytes,
): Promise<Bytes | undefined> {
  const { ports, keys } = seat.log;
  const sealed = await ports.store.read(keys.share(suite));
  return sealed && openShare(sealed, reply, seat.shareIs(suite));
}

/** The recovery kit: what the device needs beside its seed. Noted as recorded. */
export async function makeKit(seat: Seat, place: Place): Promise<{ file: Bytes } | SeatFault> {
  const { state, log } = seat;
  const salt = await log.ports.store.read(log.keys.salt);
  const device = await log.ports.store.read(log.keys.device);
  if (!salt || !device || !state.ownCard || !state.terms) return notNow;
  const { network, group, epoch, rehearsal } = state.id!;
  const file = kitToBytes({
    network,
    groupId: group,
    groupName: state.terms.name,
    epoch,
    rehearsal,
    operatorName: state.ownCard.name,
    hostKey: state.ownCard.hostKey,
    salt,
    device,
  });
  const made = await recorded(seat, [
    { tier: 'kit', content: file, words: [], place, share: undefined },
  ]);
  return 'fault' in made ? made : { file };
}

/** Why what was entered or read is not the piece. */
export type PieceFault =
  | Slip39Fault
  | PlateFault
  | VaultShareFault
  | { readonly fault: 'not-a-kit' | 'another-piece'; readonly detail: string };

const another = { fault: 'another-piece', detail: '' } as const;

/** Holds what was read from a piece, in full, against what was made; then it is verified. */
export async function verifyPiece(
  seat: Seat,
  id: string,
  content: string | Bytes,
): Promise<SeatFault | PieceFault | undefined> {
  const piece = piecesOf(seat.state, seat.log.ports.now()).find((one) => one.id === id);
  if (!piece?.hash) return notNow;
  const found = contentOf(seat, piece.tier, content);
  if (!(found instanceof Uint8Array)) return found;
  if (!equal(hashOf(piece.tier, found), piece.hash)) return another;
  const method = typeof content === 'string' ? 're-entry' : 'read-back';
  await seat.log.append([note(fromHex(id)!, piece.tier, 'verified', method)]);
  return done;
}

function contentOf(seat: Seat, tier: Tier, content: string | Bytes): Uint8Array | PieceFault {
  if (tier === 'kit') {
    if (typeof content === 'string') return another;
    const kit = kitFromBytes(content);
    return typeof kit === 'string' ? { fault: 'not-a-kit', detail: kit } : content;
  }
  if (typeof content !== 'string') return another;
  if (tier === 'slip39') {
    const card = readCard(content);
    return 'fault' in card ? card : contentOfCard(content);
  }
  if (tier === 'vault-share') {
    const share = readVaultShare(content);
    return 'fault' in share ? share : contentOfLine(content);
  }
  return tier === 'plate' ? contentOfPlate(seat, content) : another;
}

/** A plate is either share's: the one whose checks hold. */
function contentOfPlate(seat: Seat, content: string): Uint8Array | PieceFault {
  const { keys } = seat.progress();
  const number = seat.state.own! + 1;
  let fault: PlateFault | undefined;
  for (const suite of ['custody', 'attestation'] as const) {
    const share = readPlate(suite, number, content, keys?.[suite]);
    if (share instanceof Uint8Array) {
      const words = keys ? plateWords(suite, number, share, keys[suite]) : [];
      wipe(share);
      return utf8.encode(`${suite} ${words.join(' ')}`);
    }
    fault ??= share;
  }
  return fault!;
}

/** Notes what became of a piece: planned, lost, exposed, destroyed, or checked by the quiz. */
export async function notePiece(
  seat: Seat,
  id: string,
  state: 'lost' | 'exposed' | 'destroyed' | 'verified',
): Outcome {
  const piece = piecesOf(seat.state, seat.log.ports.now()).find((one) => one.id === id);
  if (!piece || piece.status === 'destroyed') return notNow;
  const quizzed =
    (piece.tier === 'slip39' || piece.tier === 'plate') && piece.status === 'recorded';
  if (state === 'verified' && !quizzed) return notNow;
  const method = state === 'verified' ? 'quiz' : null;
  await seat.log.append([note(fromHex(id)!, piece.tier, state, method)]);
  return done;
}

/** Plans a piece, of which nothing is recorded yet. */
export async function planPiece(seat: Seat, tier: Tier, place: Place): Outcome {
  const id = seat.log.ports.random(8);
  const places = await placesOf(seat);
  const pieces = [...places.pieces, { piece: toHex(id), place, share: [] }];
  const kept = placesChange(seat, { ...places, pieces });
  if (!kept) return notNow;
  await seat.log.append([note(id, tier, 'planned')], [kept]);
  return done;
}

/**
 * Takes the host secret out of what is left of a backup and holds it against the own host key; then
 * every piece that was used is verified. A device that was restored counts as the piece `id`.
 */
export async function verifyFrom(
  seat: Seat,
  source: Source,
  id?: string,
): Promise<SeatFault | RestoreFault | undefined> {
  const host = await hostSecretOf(source, seat.state.id!);
  if (!(host instanceof Uint8Array)) return host;
  const other = seat.otherHost(host);
  wipe(host);
  if (other) return other;
  const used = usedIn(source).map((hash) => toHex(hash.subarray(0, 8)));
  const verified = piecesOf(seat.state, seat.log.ports.now()).filter(
    (piece) =>
      used.includes(piece.id) ||
      (source.from === 'device' && piece.tier === 'device' && piece.id === id),
  );
  await seat.log.append(
    verified.map(({ id: one, tier }) =>
      note(fromHex(one)!, tier, 'verified', tier === 'device' ? 'device' : 'compare'),
    ),
  );
  return done;
}

/** What stands for each card, share or file of a source that reads. */
function usedIn(source: Source): Bytes[] {
  if (source.from === 'slip39')
    return source.cards.map((card) => hashOf('slip39', contentOfCard(card)));
  if (source.from === 'vault-share')
    return source.shares.map((line) => hashOf('vault-share', contentOfLine(line)));
  if (source.from === 'device') return [hashOf('kit', source.kit)];
  return [sha256(source.file)];
}

/** A Vault share's line, however it was typed. */
const contentOfLine = (line: string): Bytes => utf8.encode(vaultLineOf(line));

/** The most pieces of a tier that can be told. */
const MAX_TOLD = 100;

/** Tells the others how many pieces there are of each tier, and how many are good. */
export function tellBackups(seat: Seat): Outcome {
  const pieces = piecesOf(seat.state, seat.log.ports.now());
  const told = tiers.flatMap((tier) => {
    const mine = pieces.filter((one) => one.tier === tier && one.status !== 'destroyed');
    if (mine.length === 0) return [];
    const good = mine.filter(counts);
    const verified = Math.max(0, ...good.map((one) => one.verified!.at));
    const many = ({ length }: readonly unknown[]) => Math.min(length, MAX_TOLD);
    return [{ tier, pieces: many(mine), good: many(good), verified }];
  });
  return seat.tellAll([[{ kind: 'backups', tiers: told }]]);
}

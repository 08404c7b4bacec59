import { approvalKey, type ApprovalKey } from '../crypto/approval-key.ts';
import { sign, verify } from '../crypto/bip340.ts';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { boolean, bytes, integer, oneOf, record, text, type Read } from '../crypto/schema.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import type { Group, Scalar } from '../wasm/group.ts';

/** The networks a group can be for. */
export const networks = ['mainnet', 'testnet4', 'signet', 'regtest'] as const;
export type Network = (typeof networks)[number];

const device = record({
  kind: oneOf('ledger', 'trezor', 'yubihsm', 'security-key'),
  model: text(60, 1),
  serial: text(60),
  firmware: text(60),
  simulated: boolean,
  trustedDisplay: boolean,
  touch: boolean,
  attestation: boolean,
  nonExportable: boolean,
});

const unsigned = {
  name: text(40, 1),
  organisation: text(60),
  place: text(60),
  /** Compressed, 33 bytes: the operator's identity in this group and epoch. */
  hostKey: bytes(33),
  /** x coordinate, 32 bytes: signs packets. */
  packetKey: bytes(32),
  /** x coordinate, 32 bytes: signs burn records; never derived from the host key. */
  observerKey: bytes(32),
  approvalKey,
  device,
  /** Root of the bundle the operator runs. */
  root: bytes(32),
};

/** How an operator introduces themself to a group; the host key signs it (64 bytes). */
export const cardReader = record({ ...unsigned, signature: bytes(64) });
export type Card = Read<typeof cardReader>;
export type UnsignedCard = Omit<Card, 'signature'>;
export type CardDevice = Card['device'];

/** A witness: follows, signs an attestation at the end, takes no part. */
export const witnessReader = record({
  name: text(40, 1),
  organisation: text(60),
  packetKey: bytes(32),
});
export type Witness = Read<typeof witnessReader>;

/** Which group a card is for: whatever keeps two groups' keys apart. */
export const groupIdReader = record({
  network: oneOf(...networks),
  rehearsal: boolean,
  group: bytes(32),
  epoch: integer(0, 0xffff_ffff),
});
/** Network, rehearsal or not, random id (32 bytes) and epoch. */
export type GroupId = Read<typeof groupIdReader>;

function cardMessage(id: GroupId, card: UnsignedCard): Bytes {
  return taggedHash(tags.card, toCbor({ ...id }), toCbor({ ...card }));
}

/** Certifies all of the card, the packet key included, with the host secret. `aux`: 32 fresh bytes. */
export function signCard(
  secp256k1: Group,
  id: GroupId,
  card: UnsignedCard,
  hostSecret: Scalar,
  aux: Uint8Array,
): Card {
  return { ...card, signature: sign(secp256k1, hostSecret, cardMessage(id, card), aux) };
}

/** Whether the device is no device at all. */
export const isSimulated = ({ device }: Card): boolean => device.simulated;

/** The approval key that each make of device has, and whether it can have a display of its own. */
const makes: Record<CardDevice['kind'], { approves: ApprovalKey['kind']; display: boolean }> = {
  ledger: { approves: 'bitcoin-message', display: true },
  trezor: { approves: 'bitcoin-message', display: true },
  yubihsm: { approves: 'ed25519', display: false },
  'security-key': { approves: 'webauthn-es256', display: false },
};

/** Whether a device of its make can have this approval key, this display and touch; none is attested. */
export function deviceFits({ device, approvalKey }: Card): boolean {
  const { approves, display } = makes[device.kind];
  const claims = device.attestation || (device.kind === 'yubihsm' && device.touch);
  return approvalKey.kind === approves && (display || !device.trustedDisplay) && !claims;
}

/** Whether the card's host key certified it for this group. */
export function cardHolds(secp256k1: Group, id: GroupId, card: Card): boolean {
  const { signature, ...rest } = card;
  return verify(secp256k1, card.hostKey.subarray(1), cardMessage(id, rest), signature);
}

/**
 * What a device is asked to derive for a purpose, 32 bytes. Network, group, epoch and rehearsal are
 * in it, so that nothing made in a rehearsal or for another group opens anything here.
 */
export const deviceLabel = (
  purpose: 'host secret' | 'custody share' | 'attestation share',
  { network, rehearsal, group, epoch }: GroupId,
): string =>
  ['conclave v1', purpose, network, rehearsal ? 'rehearsal' : 'real', toHex(group), epoch].join(
    '/',
  );

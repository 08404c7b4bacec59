/*
 * A host secret in shares as HashiCorp Vault has them: Shamir's scheme over GF(256) by an audited
 * library, one byte of the secret at a time. The library takes its randomness from the platform, so
 * this stands here and not in the core.
 *
 * Vault's shares hold no check: from damaged ones, or from too few, another secret comes out. So what
 * is split is the secret with a version and a hash over group and epoch, and what is written of a
 * share is a line with where it belongs, the threshold and a check of its own.
 *
 * Shares are text, so they stay in memory until they are collected; so do the library's polynomials.
 */
import { combine, split } from 'shamir-secret-sharing';
import { be32, concat, equal, fromHex, toHex, wipe, type Bytes } from '../crypto/bytes.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';

const FORMAT = 'conclave-vault-share-1';
const VERSION = 1;
const SECRET = 32;
/** version ‖ secret ‖ hash, 49 bytes; a share has one byte more, its place on the polynomials. */
const SHARE = 1 + SECRET + 16 + 1;

/** Where a secret belongs. */
export interface VaultGroup {
  /** 32 bytes. */
  readonly groupId: Uint8Array;
  /** Below 2³². */
  readonly epoch: number;
}

/** A share as its line says it. */
export interface VaultShare {
  /** The first 4 bytes of the group's id. */
  readonly group: Bytes;
  readonly epoch: number;
  /** 2 to 255. */
  readonly threshold: number;
  /** 50 bytes as Vault writes them, the last of them 1 to 255. Secret: the holder wipes it. */
  readonly share: Bytes;
}

export type VaultShareFaultName =
  /** No line that begins as one of these shares does. */
  | 'not-a-vault-share'
  /** A line that is cut, too long, or fails its check. */
  | 'share-damaged'
  /** The share is of another group. */
  | 'other-group'
  /** The share is of another epoch of this group. */
  | 'other-epoch'
  /** The share is there already. */
  | 'duplicate'
  /** The share is from another splitting than the ones before it. */
  | 'other-set'
  /** There are fewer shares than the threshold. */
  | 'too-few'
  /** Whole shares lead to no secret of this group and epoch: they are from different splittings. */
  | 'payload-damaged';

/** Why shares lead to nothing. Never holds a part of one. */
export interface VaultShareFault {
  readonly fault: VaultShareFaultName;
  /** Which of the given texts, from 0; undefined where it is all of them. */
  readonly at: number | undefined;
}

const fault = (name: VaultShareFaultName, at?: number): VaultShareFault =>
  Object.freeze({ fault: name, at });

const payloadHash = ({ groupId, epoch }: VaultGroup, secret: Uint8Array): Bytes =>
  taggedHash(tags.vaultPayload, groupId, be32(epoch), secret).subarray(0, 16);

const shareCheck = ({ group, epoch, threshold, share }: VaultShare): Bytes =>
  taggedHash(tags.vaultShare, group, be32(epoch), Uint8Array.of(threshold), share).subarray(0, 4);

/**
 * Splits a host secret (32 bytes; the caller wipes it) into `count` lines, any `threshold` of which
 * lead to it again: 2 ≤ threshold ≤ count ≤ 255.
 * @throws RangeError where a length or number is another one
 */
export async function splitForVault(
  secret: Uint8Array,
  group: VaultGroup,
  threshold: number,
  count: number,
): Promise<string[]> {
  if (secret.length !== SECRET || group.groupId.length !== 32)
    throw new RangeError('A host secret and a group id have 32 bytes each.');
  if (![threshold, count, group.epoch].every(Number.isInteger))
    throw new RangeError('Threshold, number of shares and epoch are whole numbers.');
  if (threshold < 2 || count < threshold || count > 255)
    throw new RangeError('The threshold is 2 to the number of shares, which is at most 255.');
  if (group.epoch < 0 || group.epoch >= 2 ** 32) throw new RangeError('The epoch is below 2³².');
  const payload = concat(Uint8Array.of(VERSION), secret, payloadHash(group, secret));
  const shares = await split(payload, count, threshold);
  wipe(payload);
  const start = group.groupId.slice(0, 4);
  return shares.map((share) => {
    const text = lineOf({ group: start, epoch: group.epoch, threshold, share: share as Bytes });
    wipe(share);
    return text;
  });
}

function lineOf(share: VaultShare): string {
  const { group, epoch, threshold } = share;
  const [start, hex, check] = [group, share.share, shareCheck(share)].map(toHex);
  return `${FORMAT} ${start} ${epoch} ${threshold} ${hex} ${check}`;
}

const LINE = new RegExp(
  `^${FORMAT} ([0-9a-f]{8}) (0|[1-9][0-9]{0,9}) ([1-9][0-9]{0,2}) ([0-9a-f]{${2 * SHARE}}) ([0-9a-f]{8})$`,
);

/** A share's line as it was made, of whatever case and white space: paper shows its digits in groups. */
export function vaultLineOf(text: string): string {
  const [format = '', group = '', epoch = '', threshold = '', ...groups] = text
    .trim()
    .toLowerCase()
    .split(/\s+/);
  const digits = groups.join('');
  const [share, check] = [digits.slice(0, 2 * SHARE), digits.slice(2 * SHARE)];
  return [format, group, epoch, threshold, share, check].join(' ');
}

/**
 * Reads a share's line, of either case, with any white space between its parts, and anywhere from the
 * threshold on. Any text is borne. The caller wipes the share. Faults: `not-a-vault-share`,
 * `share-damaged`.
 */
export function readVaultShare(text: string): VaultShare | VaultShareFault {
  const line = vaultLineOf(text);
  if (line.split(' ', 1)[0] !== FORMAT) return fault('not-a-vault-share', 0);
  const parts = LINE.exec(line);
  if (!parts) return fault('share-damaged', 0);
  const [group, share, check] = [parts[1]!, parts[4]!, parts[5]!].map((hex) => fromHex(hex)!) as [
    Bytes,
    Bytes,
    Bytes,
  ];
  const read = { group, epoch: Number(parts[2]), threshold: Number(parts[3]), share };
  const inRange = read.epoch < 2 ** 32 && read.threshold >= 2 && read.threshold <= 255;
  if (inRange && share.at(-1) !== 0 && equal(shareCheck(read), check)) return read;
  wipe(share);
  return fault('share-damaged', 0);
}

/**
 * The host secret (32 bytes; the caller wipes it) of this group and epoch, from at least as many
 * shares as their threshold says. More of them must agree with the others. Whose secret it is, its
 * public key says. Faults: all of `VaultShareFaultName`.
 */
export async function combineVault(
  texts: readonly string[],
  group: VaultGroup,
): Promise<Bytes | VaultShareFault> {
  const shares: VaultShare[] = [];
  try {
    for (const [at, text] of texts.entries()) {
      const share = readVaultShare(text);
      if ('fault' in share) return fault(share.fault, at);
      const others = [...shares];
      shares.push(share);
      const wrong = misplaced(share, group, others);
      if (wrong) return fault(wrong, at);
    }
    if (shares.length === 0 || shares.length < shares[0]!.threshold) return fault('too-few');
    const payload = await combine(shares.map(({ share }) => share));
    const secret = payload.slice(1, 1 + SECRET);
    const hash = payloadHash(group, secret);
    const whole = payload[0] === VERSION && equal(payload.subarray(1 + SECRET), hash);
    wipe(payload);
    if (whole) return secret;
    wipe(secret);
    return fault('payload-damaged');
  } finally {
    for (const { share } of shares) wipe(share);
  }
}

/**
 * How far these shares go: how many there are, and how many are needed. They are held against the
 * first one's group and epoch. Faults: `VaultShareFaultName` up to `other-set`; `too-few` for none.
 */
export function vaultProgress(
  texts: readonly string[],
): { readonly have: number; readonly needed: number } | VaultShareFault {
  const shares: VaultShare[] = [];
  try {
    for (const [at, text] of texts.entries()) {
      const share = readVaultShare(text);
      if ('fault' in share) return fault(share.fault, at);
      const others = [...shares];
      shares.push(share);
      const { group: groupId, epoch } = shares[0]!;
      const wrong = misplaced(share, { groupId, epoch }, others);
      if (wrong) return fault(wrong, at);
    }
    const [first] = shares;
    return first ? { have: shares.length, needed: first.threshold } : fault('too-few');
  } finally {
    for (const { share } of shares) wipe(share);
  }
}

/** What is wrong with a share beside the others. */
function misplaced(
  { group, epoch, threshold, share }: VaultShare,
  expected: VaultGroup,
  others: readonly VaultShare[],
): VaultShareFaultName | undefined {
  if (!equal(group, expected.groupId.subarray(0, 4))) return 'other-group';
  if (epoch !== expected.epoch) return 'other-epoch';
  if (others.some((other) => equal(other.share, share))) return 'duplicate';
  const place = share.at(-1);
  const fits = (other: VaultShare) => other.threshold === threshold && other.share.at(-1) !== place;
  return others.every(fits) ? undefined : 'other-set';
}

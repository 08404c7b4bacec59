import type { Group } from '../wasm/group.ts';
import { concat, equal, type Bytes } from '../crypto/bytes.ts';
import { fromCbor, toCbor, type Cbor } from '../crypto/cbor.ts';
import { isFault } from '../crypto/faults.ts';
import { hostPubkeyOf } from '../crypto/host-key.ts';
import {
  boolean,
  bytes,
  fit,
  integer,
  list,
  nullable,
  oneOf,
  read,
  record,
  text,
  type Read,
} from '../crypto/schema.ts';
import { networks } from './card.ts';
import { checkedFile, checkHolds } from './checked-file.ts';

/*
 * What all operators know of their keys (the recovery file), and what an operator's backup file holds
 * once the age encryption is off: the same and the host secret. Each is one deterministic CBOR map.
 * Its shortest key, `is`, stands first and says what the file is; its longest, `secretHostKey`,
 * stands last, so the secret is the last 32 bytes and never passes through the encoder's buffers.
 */

const BACKUP = 'conclave backup';
const BACKUP_VERSION = 2;
const RECOVERY = 'conclave recovery';
const RECOVERY_VERSION = 1;
const SECRET_LENGTH = 32;

/** Longest recovery data, in bytes: a group of 128 operators needs less. */
export const MAX_RECOVERY_DATA = 200_000;

/** The most deposit addresses in a file. */
export const MAX_ISSUED = 6000;

/** Longest file before encryption, in bytes. */
const MAX_FILE_PLAIN = 600_000;

const recovery = {
  network: oneOf(...networks),
  /** 32 bytes. */
  groupId: bytes(32),
  /** A label; never compared. */
  groupName: text(200, 1),
  /** The generation of shares, from 0. */
  epoch: integer(0, 2 ** 32 - 1),
  rehearsal: boolean,
  /** Names in the order of the manifest: labels. */
  operators: list(text(40, 1), 128, 2),
  /** How many operators sign. */
  t: integer(2, 128),
  /** The hash of the sealed manifest, 32 bytes. */
  manifestHash: bytes(32),
  /** Of both keys; not secret. */
  recoveryData: bytes(1, MAX_RECOVERY_DATA),
  /** H(manifest ‖ both transcripts ‖ certificates), 32 bytes. */
  certified: bytes(32),
  /** How far the key was when the file was made. */
  state: oneOf('pending', 'active', 'rehearsed'),
  /** Where everything is swept if the key may be stolen. */
  backupAddress: nullable(text(100, 14)),
  /** Deposit addresses that were given out. `recipient`: the hash of the recipient's public key. */
  issued: list(record({ recipient: bytes(32), index: integer(0, 2 ** 31 - 1) }), MAX_ISSUED),
  /** When the file was made: Unix time in ms. */
  created: integer(0, 8.64e15),
};

const open = record({
  ...recovery,
  /** A label; never compared. */
  operatorName: text(200, 1),
  /** The operator's position in the group, from 0. */
  index: integer(0, 127),
});

const backupFile = record({
  is: oneOf(BACKUP),
  version: oneOf(BACKUP_VERSION),
  content: open,
  secretHostKey: bytes(SECRET_LENGTH),
});

const recoveryReader = record(recovery);
const recoveryFile = record({
  is: oneOf(RECOVERY),
  check: bytes(8),
  version: oneOf(RECOVERY_VERSION),
  content: recoveryReader,
});

/** What all operators know of their keys, without a secret: with a host secret it leads to shares. */
export type RecoveryContent = Read<typeof recoveryReader>;

/** What is backed up: with it, an operator's shares of this epoch can be computed again. */
export type BackupContent = Read<typeof open> & {
  /** The host secret, 32 bytes. Whoever holds the content wipes it. */
  readonly hostSecret: Bytes;
};

/** What the owner of a backup expects to find in it. */
export type BackupExpected = Pick<
  BackupContent,
  'network' | 'groupId' | 'epoch' | 'rehearsal' | 'index' | 'manifestHash' | 'recoveryData'
> & {
  /** The operator's host public key in the manifest, 33 bytes. */
  readonly hostPubkey: Uint8Array;
};

export type BackupFaultName =
  /** The bytes are something else. */
  | 'not-a-backup'
  /** It is a recovery file: it holds no secret, so nothing can be restored from it alone. */
  | 'no-secret'
  /** A backup of a later version of the format; `detail` names it. */
  | 'backup-version'
  /** A backup that breaks its own format; `detail` says where. */
  | 'backup-malformed'
  | 'other-network'
  | 'rehearsal-differs'
  | 'other-group'
  | 'other-epoch'
  | 'other-operator'
  | 'other-manifest'
  /** The host secret does not lead to the operator's host public key. */
  | 'other-host-secret'
  | 'other-recovery-data';

/** Why bytes are no backup, or not the one expected. `detail` is never secret. */
export interface BackupFault {
  readonly fault: BackupFaultName;
  readonly detail: string;
}

const fault = (name: BackupFaultName, detail = ''): BackupFault =>
  Object.freeze({ fault: name, detail });

/** The one encoding of a backup's content. It holds the host secret: the caller wipes it. */
export function backupToBytes({ hostSecret, ...content }: BackupContent): Bytes {
  const secretHostKey = new Uint8Array(SECRET_LENGTH);
  const encoded = toCbor({
    is: BACKUP,
    version: BACKUP_VERSION,
    content: plainOf(content),
    secretHostKey,
  });
  encoded.set(hostSecret, encoded.length - SECRET_LENGTH);
  return encoded;
}

const plainOf = <T extends RecoveryContent>(content: T) => ({
  ...content,
  operators: [...content.operators],
  issued: content.issued.map((one) => ({ ...one })),
});

/**
 * Reads a decrypted backup. The content holds copies: the caller wipes its `hostSecret`, and
 * `encoded`. Faults: `not-a-backup`, `no-secret`, `backup-version`, `backup-malformed`.
 */
export function backupFromBytes(encoded: Uint8Array): BackupContent | BackupFault {
  if (encoded.length > MAX_FILE_PLAIN) return fault('not-a-backup');
  const secretAt = Math.max(0, encoded.length - SECRET_LENGTH);
  const value = fromCbor(concat(encoded.subarray(0, secretAt), new Uint8Array(SECRET_LENGTH)));
  if (!isMap(value) || value['is'] !== BACKUP)
    return fault(typeof recoveryFromBytes(encoded) === 'string' ? 'not-a-backup' : 'no-secret');
  const { version } = value;
  if (typeof version === 'number' && version !== BACKUP_VERSION)
    return fault('backup-version', String(version));
  const fitted = fit(backupFile, value);
  if (typeof fitted === 'string') return fault('backup-malformed', fitted);
  return { ...fitted.value.content, hostSecret: concat(encoded.subarray(secretAt)) };
}

/** The one encoding of a recovery file. */
export const recoveryToBytes = (content: RecoveryContent): Bytes =>
  checkedFile(RECOVERY, RECOVERY_VERSION, plainOf(content));

/** Reads a recovery file; a sentence fragment where the bytes are none. */
export function recoveryFromBytes(encoded: Uint8Array): RecoveryContent | string {
  if (encoded.length > MAX_FILE_PLAIN) return 'larger than a recovery file may be';
  const value = read(recoveryFile, encoded);
  if (typeof value === 'string') return value;
  return checkHolds(encoded, RECOVERY) ? value.value.content : 'a byte of it was changed';
}

type CborMap = Extract<Cbor, { readonly [key: string]: Cbor }>;
const isMap = (value: Cbor | undefined): value is CborMap =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

/**
 * Holds a backup that was read against what its owner expects; undefined where all is as expected.
 * Names are labels and not compared.
 *
 * `host` is secp256k1, of an implementation that may handle this host secret. Faults: those that
 * begin with `other-`, and `rehearsal-differs`.
 */
export function checkBackup(
  host: Group,
  content: BackupContent,
  expected: BackupExpected,
): BackupFault | undefined {
  if (content.network !== expected.network) return fault('other-network', content.network);
  if (content.rehearsal !== expected.rehearsal) return fault('rehearsal-differs');
  if (!equal(content.groupId, expected.groupId)) return fault('other-group', content.groupName);
  if (content.epoch !== expected.epoch) return fault('other-epoch', String(content.epoch));
  if (content.index !== expected.index) return fault('other-operator', content.operatorName);
  if (!equal(content.manifestHash, expected.manifestHash)) return fault('other-manifest');
  const hostPubkey = hostPubkeyOf(host, content.hostSecret);
  if (isFault(hostPubkey) || !equal(hostPubkey, expected.hostPubkey))
    return fault('other-host-secret');
  if (!equal(content.recoveryData, expected.recoveryData)) return fault('other-recovery-data');
  return undefined;
}

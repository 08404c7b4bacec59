import { boolean, bytes, integer, oneOf, read, record, text, type Read } from '../crypto/schema.ts';
import type { Bytes } from '../crypto/bytes.ts';
import { networks } from './card.ts';
import { checkedFile, checkHolds } from './checked-file.ts';

/*
 * The recovery kit of an operator: what the device needs beside its seed to give the host secret again.
 * It holds no secret; without it a restored device cannot restore anything.
 */

const KIT = 'conclave kit';
const VERSION = 1;

const contentReader = record({
  network: oneOf(...networks),
  groupId: bytes(32),
  /** A label; never compared. */
  groupName: text(200, 1),
  epoch: integer(0, 0xffff_ffff),
  rehearsal: boolean,
  /** A label; never compared. */
  operatorName: text(200, 1),
  /** The operator's host public key, 33 bytes. */
  hostKey: bytes(33),
  /** The random salt of this epoch's host secret, 32 bytes. */
  salt: bytes(32),
  /** The device's handle: model, path and fingerprint of its seed, where it has them. */
  device: bytes(0, 4096),
});
export type Kit = Read<typeof contentReader>;

const fileReader = record({
  is: oneOf(KIT),
  check: bytes(8),
  version: oneOf(VERSION),
  content: contentReader,
});

export const kitToBytes = (content: Kit): Bytes => checkedFile(KIT, VERSION, { ...content });

/** Reads a kit; a sentence fragment where the bytes are none. */
export function kitFromBytes(encoded: Uint8Array): Kit | string {
  const file = read(fileReader, encoded);
  if (typeof file === 'string') return file;
  return checkHolds(encoded, KIT) ? file.value.content : 'a byte of it was changed';
}

import { concat, type Bytes } from '../../crypto/bytes.ts';

/*
 * What travels between a host and a YubiHSM 2: `command u8 | length u16 | data`, integers big-endian.
 * A reply carries the command with its highest bit set, an error `7f 0001 code`.
 */

/** The shortest and the longest frame, in bytes; before firmware 2.4 the longest has 2051. */
export const MIN_FRAME = 3;
export const MAX_FRAME = 3139;

const ERROR = 0x7f;
const REPLY = 0x80;

export interface Frame {
  readonly command: number;
  readonly data: Bytes;
}

/** An error that the YubiHSM reports; the code is one of `errors` (commands.ts), or unknown. */
export interface HsmError {
  readonly code: number;
}

/** An unsigned integer below 2¹⁶ as 2 bytes, big-endian. */
export const be16 = (value: number): Bytes => Uint8Array.of(value >> 8, value & 0xff);

/** The unsigned integer in the 2 bytes at this offset, big-endian; the caller knows they are there. */
export const readBe16 = (bytes: Uint8Array, offset: number): number =>
  (bytes[offset]! << 8) | bytes[offset + 1]!;

/** A frame of a command, or of a reply where the command is `replyTo(command)`. At most 3136 bytes of data. */
export function toFrame(command: number, ...data: readonly Uint8Array[]): Bytes {
  const whole = concat(...data);
  if (whole.length > MAX_FRAME - MIN_FRAME) throw new RangeError('The frame is too long.');
  return concat(Uint8Array.of(command), be16(whole.length), whole);
}

/** The command byte of a reply. */
export const replyTo = (command: number): number => command | REPLY;

/** The frame of an error. */
export const errorFrame = (code: number): Bytes => toFrame(ERROR, Uint8Array.of(code));

/** Reads a frame that fills the bytes exactly; undefined for anything else. */
export function fromFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < MIN_FRAME || bytes.length > MAX_FRAME) return undefined;
  if (readBe16(bytes, 1) !== bytes.length - MIN_FRAME) return undefined;
  return { command: bytes[0]!, data: bytes.slice(MIN_FRAME) };
}

/** The data of the reply to a command, or the error in its place; undefined for anything else. */
export function readReply(bytes: Uint8Array, command: number): Bytes | HsmError | undefined {
  const frame = fromFrame(bytes);
  if (frame?.command === replyTo(command)) return frame.data;
  return frame?.command === ERROR && frame.data.length === 1 ? { code: frame.data[0]! } : undefined;
}

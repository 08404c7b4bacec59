import { base64 } from '@scure/base';
import { be32, concat, equal, readBe32, type Bytes } from '../crypto/bytes.ts';
import { crc32 } from './crc32.ts';
import type { CourierFault } from './faults.ts';
import { MAX_BUNDLE } from './transport.ts';

/*
 * A packed bundle as a file, and as text for a chat.
 *
 *   file = "CONCLAVE" ‖ length of packed, 4 bytes ‖ packed ‖ CRC-32 of all before, 4 bytes
 *   text = a line with BEGIN, the file in base64, a line with END
 *
 * Length and checksum tell a file that is still being written from a whole one.
 */

const MAGIC = Uint8Array.from('CONCLAVE', (letter) => letter.charCodeAt(0));
const HEAD = MAGIC.length + 4;
const TAIL = 4;

/** The largest packed bundle: a stored one of MAX_BUNDLE bytes. */
const MAX_PACKED = MAX_BUNDLE + 1;

/** Characters in a line of text. */
const LINE = 64;

const BEGIN = 'BEGIN CONCLAVE PACKETS';
const END = 'END CONCLAVE PACKETS';

/** What the names of these files end with. */
export const FILE_EXTENSION = '.conclave';

/** The bytes of a file that holds a packed bundle. */
export function toFile(packed: Uint8Array): Bytes {
  const body = concat(MAGIC, be32(packed.length), packed);
  return concat(body, be32(crc32(body)));
}

/** Reads hostile bytes: the packed bundle, or `foreign`, `cut-short`, `too-large`, `damaged`. */
export function fromFile(file: Uint8Array): Bytes | CourierFault {
  const start = file.subarray(0, MAGIC.length);
  if (!equal(start, MAGIC.subarray(0, start.length))) return { fault: 'foreign' };
  if (file.length < HEAD) return { fault: 'cut-short' };
  const length = readBe32(file.subarray(MAGIC.length));
  if (length > MAX_PACKED) return { fault: 'too-large' };
  const end = HEAD + length;
  if (file.length < end + TAIL) return { fault: 'cut-short' };
  const whole =
    file.length === end + TAIL && readBe32(file.subarray(end)) === crc32(file.subarray(0, end));
  return whole ? file.slice(HEAD, end) : { fault: 'damaged' };
}

/** Text that survives being wrapped anew, quoted, and surrounded by other text. */
export function toText(packed: Uint8Array): string {
  const body = base64.encode(toFile(packed)).match(new RegExp(`.{1,${LINE}}`, 'g'))!;
  return [`-----${BEGIN}-----`, ...body, `-----${END}-----`, ''].join('\n');
}

/** Reads hostile text: the packed bundle, or `foreign`, `cut-short`, `too-large`, `damaged`. */
export function fromText(text: string): Bytes | CourierFault {
  if (text.length > 2 * MAX_PACKED) return { fault: 'too-large' };
  // What mail and chat programs put between: space, marks of quoting, dashes grown long, invisible signs.
  const bare = text.replace(/[\s>|\p{Pd}\p{Cf}]/gu, '');
  const [begin, end] = [BEGIN.replaceAll(' ', ''), END.replaceAll(' ', '')];
  const from = bare.indexOf(begin);
  if (from < 0) return { fault: 'foreign' };
  const to = bare.indexOf(end, from);
  if (to < 0) return { fault: 'cut-short' };
  try {
    return fromFile(base64.decode(bare.slice(from + begin.length, to)));
  } catch {
    return { fault: 'damaged' }; // base64.decode throws on everything malformed
  }
}

import { concat, toHex, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, type DeviceFault, type DeviceFaultName } from '../device.ts';

/*
 * ISO 7816-4 commands and replies as Ledger devices speak them: `CLA INS P1 P2 Lc data`, answered by
 * `data SW1 SW2`.
 */

/** Status words that are no fault. */
export const OK = 0x9000;
/** The app wants something of its client before it goes on. */
export const INTERRUPTED = 0xe000;

/** What the status words of the system and of the Bitcoin app mean here. */
const meanings: Readonly<Record<number, DeviceFaultName>> = {
  0x5501: 'refused', // on the question whether an app may be opened
  0x5515: 'locked',
  0x6804: 'locked', // older systems
  0x6807: 'wrong-app', // there is no such app on it
  0x6901: 'busy', // another command still waits for the person
  0x6982: 'locked',
  0x6985: 'refused',
  0x6a82: 'path-refused',
  0x6d00: 'wrong-app', // no such instruction
  0x6e00: 'wrong-app', // no such class of instructions
};

/** The fault of a status word; its detail is the word in hexadecimal. */
export const statusFault = (status: number): DeviceFault =>
  deviceFault(
    meanings[status] ?? 'unreadable-answer',
    toHex(Uint8Array.of(status >> 8, status & 0xff)),
  );

/** A command; at most 255 bytes of data. */
export const command = (
  cla: number,
  ins: number,
  p1: number,
  p2: number,
  data: Uint8Array = new Uint8Array(0),
): Bytes => concat(Uint8Array.of(cla, ins, p1, p2, data.length), data);

/** The data of a reply (a view into it) and its status word; undefined below 2 bytes. */
export function replyFrom(
  reply: Bytes,
): { readonly data: Bytes; readonly status: number } | undefined {
  if (reply.length < 2) return undefined;
  const data = reply.subarray(0, -2);
  return { data, status: reply.at(-2)! * 256 + reply.at(-1)! };
}

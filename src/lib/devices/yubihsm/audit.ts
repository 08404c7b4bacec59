import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, type Bytes } from '../../crypto/bytes.ts';
import { deviceFault, isDeviceFault, type DeviceFault } from '../device.ts';
import { commands, options, optionStates } from './commands.ts';
import { be16, readBe16 } from './frames.ts';
import type { Session } from './session.ts';

/*
 * The YubiHSM's log of its own use: entries of 32 bytes, each ending with the first 16 bytes of the
 * SHA-256 over its own first 16 and the digest of the entry before it. The raw entries are the evidence.
 */

export const ENTRY_LENGTH = 32;
const DIGEST_AT = 16;

/** What an entry says. Ids of objects; 0xffff where there is none. */
export interface Entry {
  /** Counts up, and begins again after 65535. */
  readonly number: number;
  readonly command: number;
  /** Of the command's data, in bytes. */
  readonly length: number;
  /** Id of the authentication key whose session it was. */
  readonly authentication: number;
  readonly target: number;
  readonly second: number;
  /** Command byte of the reply, or the code of an error. */
  readonly result: number;
  /** Ticks of the YubiHSM's own clock since it was plugged in. */
  readonly tick: number;
}

/** Reads an entry; undefined unless it has 32 bytes. */
export function parseEntry(raw: Uint8Array): Entry | undefined {
  if (raw.length !== ENTRY_LENGTH) return undefined;
  return {
    number: readBe16(raw, 0),
    command: raw[2]!,
    length: readBe16(raw, 3),
    authentication: readBe16(raw, 5),
    target: readBe16(raw, 7),
    second: readBe16(raw, 9),
    result: raw[11]!,
    tick: new DataView(raw.buffer, raw.byteOffset).getUint32(12),
  };
}

const numberOf = (raw: Uint8Array): number => readBe16(raw, 0);

/** Whether an entry is the one after another: its digest covers its number and the digest before. */
function follows(before: Uint8Array, raw: Uint8Array): boolean {
  const digest = sha256(concat(raw.subarray(0, DIGEST_AT), before.subarray(DIGEST_AT)));
  return equal(digest.subarray(0, DIGEST_AT), raw.subarray(DIGEST_AT));
}

/**
 * How many entries are missing between the last that is known and the first of a later reading, by
 * their numbers: 0 where it goes on, back, or at the beginning. The log has room for 62, so a later
 * reading need not reach back. The numbers begin again, so of 2¹⁶ or more only the rest is counted.
 */
export function missingBetween(before: Uint8Array | undefined, first: Uint8Array): number {
  if (!before || first[2] === RESET) return 0;
  const ahead = (numberOf(first) - numberOf(before)) & 0xffff;
  return ahead > 1 && ahead < 0x8000 ? ahead - 1 : 0;
}

/** Command byte of the first entry after a reset, which is all ones but for its number and digest. */
const RESET = 0xff;

/**
 * Holds the raw entries of one reading, oldest first, against their chain; `before`: the last entry
 * that is known of earlier readings. Undefined where they form one chain, which goes on from there or
 * begins later (`missingBetween`); or the fault `log-broken` with the entry that does not follow: it
 * or one before it is changed or missing.
 */
export function chainFault(
  entries: readonly Uint8Array[],
  before?: Uint8Array,
): DeviceFault | undefined {
  const [first] = entries;
  let last = first && missingBetween(before, first) > 0 ? undefined : before;
  for (const raw of entries) {
    if (raw.length !== ENTRY_LENGTH) return deviceFault('log-broken', 'no whole entry');
    if (last && !follows(last, raw))
      return deviceFault('log-broken', `entry ${numberOf(raw)} after ${numberOf(last)}`);
    last = raw;
  }
  return undefined;
}

/**
 * Reads the log (GET LOG) and gives the entries after a known one, oldest first, or all it still has.
 * Without a known one the first entry is taken as it is. Where it no longer has all of them, they begin
 * later: `missingBetween`. Faults: `log-broken`, those of the session.
 */
export async function readLog(
  session: Session,
  after: Bytes | undefined,
): Promise<readonly Bytes[] | DeviceFault> {
  const reply = await session.send(commands.getLog);
  if (isDeviceFault(reply)) return reply;
  const count = reply[4];
  if (count === undefined || reply.length !== 5 + count * ENTRY_LENGTH)
    return deviceFault('unreadable-answer', 'no log');
  const all = Array.from({ length: count }, (_, i) =>
    reply.slice(5 + i * ENTRY_LENGTH, 5 + (i + 1) * ENTRY_LENGTH),
  );
  const known = after ? all.findIndex((raw) => equal(raw, after)) : -1;
  const entries = all.slice(known + 1);
  return chainFault(all, known < 0 ? after : undefined) ?? entries;
}

/** Lets the YubiHSM forget its log up to this entry (SET LOG INDEX). Only after the entries are stored. */
export async function releaseLog(
  session: Session,
  last: Uint8Array,
): Promise<DeviceFault | undefined> {
  const reply = await session.send(commands.setLogIndex, be16(numberOf(last)));
  return isDeviceFault(reply) ? reply : undefined;
}

/** What is to be logged: whatever opens a session, uses or moves a key, or changes what may be done. */
const audited: readonly number[] = [
  commands.authenticateSession,
  commands.putAuthenticationKey,
  commands.changeAuthenticationKey,
  commands.putAsymmetricKey,
  commands.generateAsymmetricKey,
  commands.putWrapKey,
  commands.generateWrapKey,
  commands.putHmacKey,
  commands.generateHmacKey,
  commands.deleteObject,
  commands.exportWrapped,
  commands.importWrapped,
  commands.signHmac,
  commands.signEddsa,
  commands.wrapData,
  commands.unwrapData,
  commands.setOption,
  commands.setLogIndex,
];

/** Switches the log on for these commands (option “command audit”); from the factory it notes power-ups only. */
export async function startAudit(session: Session): Promise<DeviceFault | undefined> {
  const off = await unaudited(session);
  if (isDeviceFault(off)) return off;
  if (off.length === 0) return undefined;
  const pairs = Uint8Array.from(off.flatMap((command) => [command, optionStates.on]));
  const option = Uint8Array.of(options.commandAudit);
  const reply = await session.send(commands.setOption, option, be16(pairs.length), pairs);
  if (isDeviceFault(reply)) return reply;
  const still = await unaudited(session);
  if (isDeviceFault(still)) return still;
  return still.length === 0 ? undefined : deviceFault('not-provisioned', 'the log stays off');
}

/** Which of them are not logged. GET OPTION gives pairs of a command and its state. */
async function unaudited(session: Session): Promise<readonly number[] | DeviceFault> {
  const pairs = await session.send(commands.getOption, Uint8Array.of(options.commandAudit));
  if (isDeviceFault(pairs)) return pairs;
  const stateOf = (command: number) =>
    pairs.find((_, i) => i % 2 === 1 && pairs[i - 1] === command) ?? optionStates.off;
  return audited.filter((command) => stateOf(command) === optionStates.off);
}

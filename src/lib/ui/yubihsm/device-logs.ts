/** What was read of YubiHSMs' logs, put together for people: whether the chain holds, and each entry. */
import type { DeviceLog } from '../../ceremony/device-log.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import type { DeviceFault } from '../../devices/device.ts';
import { chainFault, ENTRY_LENGTH, missingBetween } from '../../devices/yubihsm/audit.ts';

interface Reading {
  readonly at: number;
  readonly entries: readonly Bytes[];
  /** How many entries are missing before its first, by the numbers. */
  readonly missing: number;
}

/** All that was read of one YubiHSM. */
export interface ReadLog {
  readonly serial: string;
  /** In order; `entries` are raw, 32 bytes each. */
  readonly readings: readonly Reading[];
  /** Of entries that were read, in all readings. */
  readonly count: number;
  readonly last: Bytes | undefined;
  /** Of entries that no reading has, between the first and the last. */
  readonly missing: number;
  /** The entry that does not follow the one before; undefined where each reading is one chain. */
  readonly broken: DeviceFault | undefined;
}

/** Takes readings apart by YubiHSM and holds each against its chain, from the raw entries. */
export function readLogs(logs: readonly DeviceLog[]): ReadLog[] {
  const serials = [...new Set(logs.map(({ serial }) => serial))];
  return serials.map((serial) => {
    const readings: Reading[] = [];
    let [count, missing] = [0, 0];
    let [last, broken]: [Bytes?, DeviceFault?] = [];
    for (const log of logs) {
      if (log.serial !== serial) continue;
      const entries = entriesOf(log.entries);
      const before = entries[0] ? missingBetween(last, entries[0]) : 0;
      readings.push({ at: log.at, entries, missing: before });
      broken ??= chainFault(entries, last);
      count += entries.length;
      missing += before;
      last = entries.at(-1) ?? last;
    }
    return { serial, readings, count, last, missing, broken };
  });
}

/** A last part that is no whole entry stays: it breaks the chain. */
const entriesOf = (bytes: Bytes): Bytes[] =>
  Array.from({ length: Math.ceil(bytes.length / ENTRY_LENGTH) }, (_, i) =>
    bytes.slice(i * ENTRY_LENGTH, (i + 1) * ENTRY_LENGTH),
  );

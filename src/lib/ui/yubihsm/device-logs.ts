/** What was read of YubiHSMs' logs, put together for people: whether the chain holds, and each entry. */
import type { DeviceLog } from '../../ceremony/device-log.ts';
import type { Bytes } from '../../crypto/bytes.ts';
import type { DeviceFault } from '../../devices/device.ts';
import { chainFault, ENTRY_LENGTH } from '../../devices/yubihsm/audit.ts';

/** All that was read of one YubiHSM. */
export interface ReadLog {
  readonly serial: string;
  /** In order; `entries` are raw, 32 bytes each. */
  readonly readings: readonly { readonly at: number; readonly entries: readonly Bytes[] }[];
  /** Of all readings. */
  readonly count: number;
  readonly last: Bytes | undefined;
  /** The entry that does not follow the one before; undefined where all form one chain. */
  readonly broken: DeviceFault | undefined;
}

/** Takes readings apart by YubiHSM and holds each against its chain, from the raw entries. */
export function readLogs(logs: readonly DeviceLog[]): ReadLog[] {
  const serials = [...new Set(logs.map(({ serial }) => serial))];
  return serials.map((serial) => {
    const readings = logs
      .filter((log) => log.serial === serial)
      .map(({ at, entries }) => ({ at, entries: entriesOf(entries) }));
    const all = readings.flatMap(({ entries }) => entries);
    return { serial, readings, count: all.length, last: all.at(-1), broken: chainFault(all) };
  });
}

/** A last part that is no whole entry stays: it breaks the chain. */
const entriesOf = (bytes: Bytes): Bytes[] =>
  Array.from({ length: Math.ceil(bytes.length / ENTRY_LENGTH) }, (_, i) =>
    bytes.slice(i * ENTRY_LENGTH, (i + 1) * ENTRY_LENGTH),
  );

import type { Bytes } from '../crypto/bytes.ts';
import type { State } from './state.ts';

/** What was read of a YubiHSM's log at one time. */
export interface DeviceLog {
  /** When, ms since 1970. */
  readonly at: number;
  readonly serial: string;
  /** Entries of 32 bytes: 16 bytes, then the digest over them and the digest before. */
  readonly entries: Bytes;
}

/** All that was read, in order. */
export const deviceLogsOf = (state: State): DeviceLog[] =>
  state.noted('device-log').map(({ at, event: { serial, entries } }) => ({ at, serial, entries }));

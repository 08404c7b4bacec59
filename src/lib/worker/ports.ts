/** What a seat needs from outside: the same code runs in the worker, in a rehearsal and in tests. */
import type { Bytes } from '../crypto/bytes.ts';
import type { Groups } from '../crypto/dual-dkg.ts';
import { restoredMark } from '../vault/restored.ts';
import type { Store } from '../vault/store.ts';

export interface Ports {
  readonly store: Store;
  /** Secrets are handled with these. */
  readonly groups: Groups;
  /** The other implementation: final signatures are verified with it too. */
  readonly other: Groups;
  /** Fresh random bytes. */
  random(length: number): Bytes;
  /** ms since 1970, by the machine's clock. */
  now(): number;
  /** ms that only rise: while it stands still or the clock jumps, the machine was set back. */
  monotonic(): number;
  /** Root of the running bundle, 32 bytes. */
  readonly root: Bytes;
  /** 8 bytes, new at every unlock. */
  readonly incarnation: Bytes;
}

/** The names of a group's records. `group`: its id in hex. */
export const recordKeys = (group: string) => ({
  log: `log/${group}/`,
  entry: (number: number) => `log/${group}/${String(number).padStart(7, '0')}`,
  packetSecret: `group/${group}/packet-secret`,
  observerSecret: `group/${group}/observer-secret`,
  /** The random salt of the epoch's host secret. */
  salt: `group/${group}/salt`,
  /** The randomness of the run, until its end. */
  run: `group/${group}/run`,
  /** The coins that Bitcoin Core listed. */
  coins: `group/${group}/coins`,
  /** Which device, as the page needs it to find it again. */
  device: `group/${group}/device`,
  /** The host secret, sealed by a device that does not derive it. */
  host: `group/${group}/host`,
  /** Where the pieces of the backup are kept. */
  places: `group/${group}/places`,
  /** There after an import, until that is noted in the log. */
  restored: restoredMark(group),
  share: (suite: 'custody' | 'attestation') => `group/${group}/share/${suite}`,
});
